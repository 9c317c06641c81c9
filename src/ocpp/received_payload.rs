//! The payload of a received message: a tree over the text that was read, which becomes a value when one is needed.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Deref;

use serde_json::{Map, Value};

use super::JsonTree;

/// A payload as it was received. It dereferences to its value, which is made the first time; most calls are checked and answered
/// without one.
#[derive(Debug, Clone, Default)]
pub struct ReceivedPayload<'a> {
    /// What was read; `None` when a value is all there is.
    tree: Option<JsonTree<'a>>,
    value: OnceCell<Value>,
}

impl ReceivedPayload<'_> {
    /// Its value.
    pub fn value(&self) -> &Value {
        self.value.get_or_init(|| self.tree.as_ref().map_or(Value::Null, JsonTree::to_value))
    }

    /// The value alone.
    pub fn into_value(self) -> Value {
        match self.value.into_inner() {
            Some(value) => value,
            None => self.tree.as_ref().map_or(Value::Null, JsonTree::to_value),
        }
    }

    /// The tree: cheap for a payload that was read, for readers that need a few fields.
    pub fn tree(&self) -> Cow<'_, JsonTree<'_>> {
        match &self.tree {
            Some(tree) => Cow::Borrowed(tree),
            None => Cow::Owned(JsonTree::of(self.value())),
        }
    }

    /// The same without what it borrows.
    pub fn into_owned(self) -> ReceivedPayload<'static> {
        self.into_value().into()
    }

    /// The same with an object in the place of `null`, which may stand for no fields (OCPP-J 1.6 §4.2.1).
    #[must_use]
    pub fn or_empty(self) -> Self {
        match &self.tree {
            Some(tree) if !tree.is_null() => self,
            None if !self.value().is_null() => self,
            _ => Value::Object(Map::new()).into(),
        }
    }
}

impl Deref for ReceivedPayload<'_> {
    type Target = Value;

    fn deref(&self) -> &Value {
        self.value()
    }
}

impl<'a> From<JsonTree<'a>> for ReceivedPayload<'a> {
    fn from(tree: JsonTree<'a>) -> ReceivedPayload<'a> {
        ReceivedPayload { tree: Some(tree), value: OnceCell::new() }
    }
}

impl From<Value> for ReceivedPayload<'_> {
    fn from(value: Value) -> Self {
        ReceivedPayload { tree: None, value: OnceCell::from(value) }
    }
}

/// Two payloads are equal when their values are.
impl PartialEq for ReceivedPayload<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.value() == other.value()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_payload_is_the_same_read_or_made() {
        let value = json!({"a": [1, "x"]});
        let read = ReceivedPayload::from(JsonTree::of(&value));
        let made = ReceivedPayload::from(value.clone());
        assert_eq!(read, made);
        assert_eq!((read["a"][1].as_str(), made.tree().get("a").is_some()), (Some("x"), true));
        assert_eq!(read.clone().into_owned(), made);
        assert_eq!(read.or_empty().into_value(), value);
        for null in [ReceivedPayload::from(JsonTree::Null), Value::Null.into(), ReceivedPayload::default()] {
            assert_eq!(null.or_empty().into_value(), json!({}));
        }
    }
}
