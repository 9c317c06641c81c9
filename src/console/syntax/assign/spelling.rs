//! How the values of a payload were typed, so that an assignment does not change the spelling of any number: `limit=1.10` is sent as 1.10.
//! Only what a value would print otherwise is kept.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::compose::{PathStep, SpanMap, compact};

/// Values that were typed otherwise than they print, by their JSON pointers.
#[derive(Debug, Default)]
pub(super) struct TypedSpelling {
    typed: BTreeMap<String, String>,
}

impl TypedSpelling {
    /// Takes the text of a value in.
    pub fn put(&mut self, pointer: &str, text: &str, value: &Value) {
        self.forget(pointer);
        let printed = value.to_string();
        if printed == compact(text) {
            return;
        }
        let spans = SpanMap::of(text);
        if spans.repeated_keys().is_empty() {
            self.numbers(pointer, text, &spans, value, "");
        } else {
            // The value has only the last of the members.
            self.typed.insert(pointer.to_owned(), compact(text));
        }
    }

    fn numbers(&mut self, around: &str, text: &str, spans: &SpanMap, value: &Value, pointer: &str) {
        match value {
            Value::Number(number) => {
                if let Some(written) = spans.get(pointer).and_then(|place| text.get(place.value.clone()))
                    && written != number.to_string()
                {
                    self.typed.insert(format!("{around}{pointer}"), written.to_owned());
                }
            }
            Value::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    self.numbers(around, text, spans, element, &format!("{pointer}/{index}"));
                }
            }
            Value::Object(members) => {
                for (name, member) in members {
                    self.numbers(around, text, spans, member, &format!("{pointer}/{}", escaped(name)));
                }
            }
            Value::Null | Value::Bool(_) | Value::String(_) => {}
        }
    }

    /// The value at a place is another one now.
    pub fn forget(&mut self, pointer: &str) {
        let is_inside =
            |inner: &str, outer: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.typed.retain(|known, _| !is_inside(known, pointer) && !is_inside(pointer, known));
    }

    /// The text of a payload with the values as they were typed; `None` when that is how it prints.
    pub fn text(&self, payload: &Value) -> Option<String> {
        if self.typed.is_empty() {
            return None;
        }
        let mut out = String::new();
        self.write(payload, "", &mut out);
        Some(out)
    }

    fn write(&self, value: &Value, pointer: &str, out: &mut String) {
        if let Some(typed) = self.typed.get(pointer) {
            return out.push_str(typed);
        }
        match value {
            Value::Array(elements) => {
                out.push('[');
                for (index, element) in elements.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { "," });
                    self.write(element, &format!("{pointer}/{index}"), out);
                }
                out.push(']');
            }
            Value::Object(members) => {
                out.push('{');
                for (index, (name, member)) in members.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { "," });
                    out.push_str(&Value::from(name.as_str()).to_string());
                    out.push(':');
                    self.write(member, &format!("{pointer}/{}", escaped(name)), out);
                }
                out.push('}');
            }
            scalar => out.push_str(&scalar.to_string()),
        }
    }
}

/// The JSON pointer of a path.
pub(super) fn pointer(steps: &[PathStep]) -> String {
    let mut pointer = String::new();
    for step in steps {
        pointer.push('/');
        match step {
            PathStep::Key(name) => pointer.push_str(&escaped(name)),
            PathStep::Index(index) => pointer.push_str(&index.to_string()),
        }
    }
    pointer
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
