//! Logs with a JSON object in each line, as programs write them for collectors: a member has the message, as a text, as an array or in
//! parts, and others the time, the station and the direction.

use serde_json::Value;

use super::field_frames::FieldFrames;
use super::field_names::{FieldRole, FieldValues};
use super::foreign_item::ForeignItem;
use super::line_format::{FormatContext, LineFormat};
use crate::capture::line::LineFault;

/// The reader, when a line is an object with a message.
pub(super) fn recognise(lines: &[&str], context: &FormatContext) -> Option<Box<dyn LineFormat>> {
    let first = lines.iter().find(|line| !line.trim().is_empty())?;
    let is_object = first.trim_start().starts_with('{');
    (is_object && lines.iter().any(|line| values(line).is_ok_and(|values| values.text().is_some()))).then(|| {
        let mut frames = FieldFrames::new(context);
        lines.iter().filter_map(|line| values(line).ok()).for_each(|values| frames.look_ahead(&values));
        Box::new(JsonObjects { frames }) as Box<dyn LineFormat>
    })
}

struct JsonObjects {
    frames: FieldFrames,
}

impl LineFormat for JsonObjects {
    fn line(&mut self, _: u64, text: &str, out: &mut Vec<ForeignItem>) -> Result<(), LineFault> {
        if !text.trim().is_empty() {
            self.frames.record(&values(text)?, out);
        }
        Ok(())
    }

    fn end(&mut self, out: &mut Vec<ForeignItem>) {
        self.frames.end(out);
    }
}

fn values(line: &str) -> Result<FieldValues, LineFault> {
    let object: serde_json::Map<String, Value> =
        serde_json::from_str(line).map_err(|error| LineFault::NoObject(error.to_string()))?;
    let mut values = FieldValues::default();
    collect(&object, &mut values, 0);
    Ok(values)
}

/// Takes the members of an object, and those of objects in it that are no parts of a message.
fn collect(object: &serde_json::Map<String, Value>, values: &mut FieldValues, depth: usize) {
    for (name, value) in object {
        let role = FieldRole::of_name(name);
        match (role, value) {
            (Some(role), Value::String(text)) => values.take(role, text),
            (Some(FieldRole::Message | FieldRole::Payload), Value::Object(inner))
                if depth == 0 && inner.keys().any(|name| matches!(FieldRole::of_name(name), Some(FieldRole::Message))) =>
            {
                collect(inner, values, depth + 1);
            }
            (Some(role), Value::Number(_) | Value::Array(_) | Value::Object(_)) => values.take(role, &value.to_string()),
            (None, Value::Object(inner)) if depth == 0 => collect(inner, values, depth + 1),
            _ => {}
        }
    }
}
