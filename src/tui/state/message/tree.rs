//! The tree view: the payload's values one below the other, foldable, with the type that the definitions give each of them.

use std::collections::HashSet;

use serde_json::{Number, Value};

use super::line::{LineTone, TextLine};
use super::shape::FrameShape;
use crate::compose::{self, PathStep, SpanMap};
use crate::rpc::srpc::one_line;

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
    line: TextLine,
    /// How many values lie directly inside; `None` for what cannot be opened.
    inside: Option<usize>,
    /// Its description in the definitions.
    meaning: String,
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
        tree.grow(payload, (shape, &spelling), &mut Vec::new(), String::new(), None);
        tree.show();
        tree
    }

    fn grow(
        &mut self,
        value: &Value,
        (shape, spelling): (Option<&FrameShape>, &NumberSpelling<'_>),
        path: &mut Vec<PathStep>,
        pointer: String,
        key: Option<String>,
    ) {
        if self.nodes.len() >= MOST {
            self.cut = true;
            return;
        }
        let place = shape.and_then(|shape| compose::field_at(&shape.message().fields, path));
        let (meaning, kind) = match (&place, shape) {
            (Some(place), _) => (compose::describe(place.field), compose::type_label(place.field)),
            (None, Some(shape)) if path.is_empty() => (format!("the payload of {}", shape.message().name), String::new()),
            (None, Some(_)) => ("the definitions do not know this".to_owned(), "unknown".to_owned()),
            (None, None) => (String::new(), String::new()),
        };
        let mut line = TextLine::default();
        if let Some(key) = key {
            line = line.and(key, LineTone::Key).and(": ", LineTone::Mark);
        }
        let inside = match value {
            Value::Object(members) => Some(members.len()),
            Value::Array(elements) => Some(elements.len()),
            _ => None,
        };
        line = match value {
            Value::Object(members) => line.and(format!("{{{}}}", members.len()), LineTone::Mark),
            Value::Array(elements) => line.and(format!("[{}]", elements.len()), LineTone::Mark),
            Value::String(_) => line.and(value.to_string(), LineTone::Text),
            Value::Number(number) => line.and(spelling.of_number(&pointer, number), LineTone::Number),
            Value::Bool(_) | Value::Null => line.and(value.to_string(), LineTone::Word),
        };
        let unknown = kind == "unknown";
        line = line.and(format!("  {kind}"), if unknown { LineTone::Error } else { LineTone::Muted });
        let depth = path.len();
        line.place = Some(pointer.clone());
        self.nodes.push(Node { depth, pointer: pointer.clone(), line, inside, meaning });
        if depth >= DEEPEST {
            return;
        }
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    path.push(PathStep::Key(name.clone()));
                    let inner = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
                    self.grow(value, (shape, spelling), path, inner, Some(name.clone()));
                    path.pop();
                }
            }
            Value::Array(elements) => {
                for (index, value) in elements.iter().enumerate() {
                    path.push(PathStep::Index(index));
                    self.grow(value, (shape, spelling), path, format!("{pointer}/{index}"), Some(index.to_string()));
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

    /// The place of the value on a line, and its description in the definitions.
    pub fn meaning(&self, index: usize) -> Option<(&str, &str)> {
        let node = &self.nodes[*self.shown.get(index)?];
        Some((if node.pointer.is_empty() { "/" } else { &node.pointer }, &node.meaning))
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

/// How the numbers of a payload are written.
struct NumberSpelling<'a> {
    text: &'a str,
    /// Where they stand; `None` when they are written as their values print.
    spans: Option<SpanMap>,
}

impl<'a> NumberSpelling<'a> {
    fn of(payload: &Value, text: &'a str) -> NumberSpelling<'a> {
        let printed = payload.to_string();
        let is_plain = printed == one_line(text);
        NumberSpelling { text, spans: (!is_plain).then(|| SpanMap::of(text)) }
    }

    fn of_number(&self, pointer: &str, number: &Number) -> String {
        let written =
            self.spans.as_ref().and_then(|spans| spans.get(pointer)).and_then(|place| self.text.get(place.value.clone()));
        written.map_or_else(|| number.to_string(), str::to_owned)
    }
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
        assert_eq!(tree.meaning(2), Some(("/c~1d", "")));
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
