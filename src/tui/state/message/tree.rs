//! The tree view: the payload's values one below the other, foldable, with the type that the definitions give each of them.

use std::collections::HashSet;

use serde_json::Value;

use super::line::{LineTone, TextLine};
use super::shape::FrameShape;
use super::spelling::NumberSpelling;
use crate::compose::{self, PathStep};
use crate::ocpp::{FieldDefinition, field_docs};
use crate::trace::filter::{member_step, value_condition};

/// The most values that are listed.
const MOST: usize = 20_000;
/// Deeper values are not opened.
const DEEPEST: usize = 64;

/// A value in the tree.
#[derive(Debug)]
struct Node {
    depth: usize,
    /// Its place, as a JSON pointer.
    pointer: String,
    /// Its place as the filter language writes it.
    path: String,
    /// The condition that finds messages with this value; `None` for objects and lists.
    condition: Option<String>,
    /// The value as JSON; `None` for objects and lists.
    text: Option<String>,
    line: TextLine,
    /// How many values lie directly inside; `None` for what cannot be opened.
    inside: Option<usize>,
    /// Its description in the definitions.
    meaning: String,
    /// What it, or its value, means.
    docs: Option<&'static str>,
}

/// A value of the tree, for what is done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeValue<'a> {
    /// Its place as a JSON pointer.
    pub pointer: &'a str,
    /// Its place as the filter language writes it: `$.meterValue[0].timestamp`.
    pub path: &'a str,
    /// What the definitions say of it.
    pub meaning: &'a str,
    /// What it means, in a sentence; of an enumeration what the value means.
    pub docs: Option<&'static str>,
    /// The value as JSON; `None` for objects and lists.
    pub text: Option<&'a str>,
    /// The condition that finds messages with this value.
    pub condition: Option<&'a str>,
}

/// The tree of a payload.
#[derive(Debug, Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    folded: HashSet<String>,
    /// The nodes that are not inside a folded one.
    shown: Vec<usize>,
    cut: bool,
}

impl Tree {
    /// The tree of a payload, whose text says how its numbers are written.
    pub fn new(payload: &Value, text: &str, shape: Option<&FrameShape>) -> Tree {
        let mut tree = Tree::default();
        let spelling = NumberSpelling::of(payload, text);
        tree.grow(payload, (shape, &spelling), &mut Vec::new(), (String::new(), "$".to_owned()), None);
        tree.show();
        tree
    }

    fn grow(
        &mut self,
        value: &Value,
        (shape, spelling): (Option<&FrameShape>, &NumberSpelling<'_>),
        path: &mut Vec<PathStep>,
        (pointer, written): (String, String),
        key: Option<String>,
    ) {
        if self.nodes.len() >= MOST {
            self.cut = true;
            return;
        }
        let place = shape.and_then(|shape| compose::field_at(&shape.message().fields, path));
        let (meaning, kind) = match (&place, shape) {
            (Some(place), _) => (place.describe(), place.type_label()),
            (None, Some(shape)) if path.is_empty() => (format!("the payload of {}", shape.message().name), String::new()),
            (None, Some(_)) => ("the definitions do not know this".to_owned(), "unknown".to_owned()),
            (None, None) => (String::new(), String::new()),
        };
        let docs = place.as_ref().zip(shape).and_then(|(place, shape)| docs(&shape.definition.name, path, place.field, value));
        let mut line = TextLine::default();
        if let Some(key) = key {
            line = line.and(key, LineTone::Key).and(": ", LineTone::Mark);
        }
        let inside = match value {
            Value::Object(members) => Some(members.len()),
            Value::Array(elements) => Some(elements.len()),
            _ => None,
        };
        let number = if let Value::Number(number) = value { spelling.of_number(&pointer, number) } else { String::new() };
        let text = match value {
            Value::Object(_) | Value::Array(_) => None,
            Value::Number(_) => Some(number.clone()),
            scalar => Some(scalar.to_string()),
        };
        let condition = value_condition(&written, value, text.as_deref().unwrap_or_default());
        line = match value {
            Value::Object(members) => line.and(format!("{{{}}}", members.len()), LineTone::Mark),
            Value::Array(elements) => line.and(format!("[{}]", elements.len()), LineTone::Mark),
            Value::String(_) => line.and(value.to_string(), LineTone::Text),
            Value::Number(_) => line.and(number, LineTone::Number),
            Value::Bool(_) | Value::Null => line.and(value.to_string(), LineTone::Word),
        };
        let unknown = kind == "unknown";
        line = line.and(format!("  {kind}"), if unknown { LineTone::Error } else { LineTone::Muted });
        let depth = path.len();
        line.place = Some(pointer.clone());
        self.nodes.push(Node {
            depth,
            pointer: pointer.clone(),
            path: written.clone(),
            condition,
            text,
            line,
            inside,
            meaning,
            docs,
        });
        if depth >= DEEPEST {
            return;
        }
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    path.push(PathStep::Key(name.clone()));
                    let inner = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
                    let step = format!("{written}{}", member_step(name));
                    self.grow(value, (shape, spelling), path, (inner, step), Some(name.clone()));
                    path.pop();
                }
            }
            Value::Array(elements) => {
                for (index, value) in elements.iter().enumerate() {
                    path.push(PathStep::Index(index));
                    let place = (format!("{pointer}/{index}"), format!("{written}[{index}]"));
                    self.grow(value, (shape, spelling), path, place, Some(index.to_string()));
                    path.pop();
                }
            }
            _ => {}
        }
    }

    fn show(&mut self) {
        self.shown.clear();
        let mut hidden_below = usize::MAX;
        for (index, node) in self.nodes.iter().enumerate() {
            if node.depth > hidden_below {
                continue;
            }
            hidden_below = if self.folded.contains(&node.pointer) { node.depth } else { usize::MAX };
            self.shown.push(index);
        }
    }

    /// How many lines there are.
    pub fn count(&self) -> usize {
        self.shown.len() + usize::from(self.cut)
    }

    /// A line.
    pub fn line(&self, index: usize) -> Option<TextLine> {
        let Some(node) = self.shown.get(index).map(|index| &self.nodes[*index]) else {
            return (self.cut && index == self.shown.len()).then(|| TextLine::new("… the rest is not listed", LineTone::Muted));
        };
        let sign = match node.inside {
            Some(1..) if self.folded.contains(&node.pointer) => "▸ ",
            Some(1..) => "▾ ",
            _ => "  ",
        };
        let mut line = TextLine::new(format!("{}{sign}", "  ".repeat(node.depth)), LineTone::Mark);
        line.pieces.extend(node.line.pieces.iter().cloned());
        line.place.clone_from(&node.line.place);
        Some(line)
    }

    /// The value on a line.
    pub fn value(&self, index: usize) -> Option<TreeValue<'_>> {
        let node = &self.nodes[*self.shown.get(index)?];
        Some(TreeValue {
            pointer: &node.pointer,
            path: &node.path,
            meaning: &node.meaning,
            docs: node.docs,
            text: node.text.as_deref(),
            condition: node.condition.as_deref(),
        })
    }

    /// Unfolds everything.
    pub fn unfold(&mut self) {
        self.folded.clear();
        self.show();
    }

    /// Folds what is open on a line, or unfolds it.
    pub fn toggle(&mut self, index: usize) {
        let Some(node) = self.shown.get(index).map(|index| &self.nodes[*index]) else { return };
        if node.inside.is_some_and(|count| count > 0) {
            let pointer = node.pointer.clone();
            if !self.folded.remove(&pointer) {
                self.folded.insert(pointer);
            }
            self.show();
        }
    }

    /// The line of a place, or of the value around it; everything around it is unfolded.
    pub fn reveal(&mut self, pointer: &str) -> usize {
        self.folded.retain(|folded| !pointer.starts_with(folded.as_str()));
        self.show();
        let mut wanted = pointer;
        loop {
            if let Some(line) = self.shown.iter().position(|index| self.nodes[*index].pointer == wanted) {
                return line;
            }
            match wanted.rsplit_once('/') {
                Some((around, _)) => wanted = around,
                None => return 0,
            }
        }
    }
}

/// What a field means, or the value of its enumeration.
fn docs(action: &str, path: &[PathStep], field: &FieldDefinition, value: &Value) -> Option<&'static str> {
    let names: Vec<&str> =
        path.iter().filter_map(|step| if let PathStep::Key(name) = step { Some(name.as_str()) } else { None }).collect();
    let of_value = value.as_str().and_then(|value| field_docs::value(action, &names, &field.type_name, value));
    of_value.or_else(|| field_docs::field(action, &names))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn tree_of(text: &str) -> Tree {
        Tree::new(&serde_json::from_str(text).unwrap(), text, None)
    }

    #[test]
    fn numbers_stand_as_they_were_written() {
        let tree = tree_of(r#"{"a":[1e3, 28240181849166013077],"b":{"c":1.10},"b":{"c":1.20}}"#);
        let shown = texts(&tree);
        let lines: Vec<&str> = shown.iter().map(|line| line.trim()).collect();
        assert_eq!(lines, ["▾ {2}", "▾ a: [2]", "0: 1e3", "1: 28240181849166013077", "▾ b: {1}", "c: 1.20"]);
    }

    fn texts(tree: &Tree) -> Vec<String> {
        let text = |line: TextLine| line.pieces.into_iter().map(|(text, _)| text).collect::<String>().trim_end().to_owned();
        (0..tree.count()).filter_map(|index| tree.line(index)).map(text).collect()
    }

    #[test]
    fn values_fold_and_unfold() {
        let mut tree = tree_of(r#"{"a": [1, {"b": null}], "c/d": "x"}"#);
        assert_eq!(texts(&tree), ["▾ {2}", "  ▾ a: [2]", "      0: 1", "    ▾ 1: {1}", "        b: null", "    c/d: \"x\""]);
        tree.toggle(1);
        assert_eq!(texts(&tree), ["▾ {2}", "  ▸ a: [2]", "    c/d: \"x\""]);
        let value = tree.value(2).unwrap();
        let found = (value.pointer, value.path, value.text, value.condition);
        assert_eq!(found, ("/c~1d", "$[\"c/d\"]", Some("\"x\""), Some("$[\"c/d\"]=x")));
        assert_eq!(tree.reveal("/a/1/b/missing"), 4);
        assert_eq!(texts(&tree).len(), 6);
        tree.toggle(5);
        assert_eq!(tree.reveal("/nowhere"), 0);
    }

    #[test]
    fn huge_and_deep_payloads_are_cut() {
        let many = Value::Array(vec![Value::Null; 2 * MOST]);
        assert_eq!(Tree::new(&many, &many.to_string(), None).count(), MOST + 1);
        let deep = (0..100).fold(Value::Null, |inside, _| json!([inside]));
        assert_eq!(Tree::new(&deep, &deep.to_string(), None).count(), DEEPEST + 1);
    }
}
