//! A tree as what the validator of `jsonschema` checks.

use std::borrow::Cow;
use std::slice::Iter;

use jsonschema::JsonType;
use jsonschema::json::{Array, Json, Node, NodeIdentity, Object};
use serde_json::{Number, Value};

use super::{JsonTree, TreeMember};

/// The representation of JSON as a [`JsonTree`].
#[derive(Debug)]
pub enum BorrowedJson {}

impl Json for BorrowedJson {
    type Node<'a> = &'a JsonTree<'a>;
    type PreparedKey = Box<str>;
    type StringBuffer = ();

    // A lookup compares with every name before it.
    const KEYS_PER_LOOKUP: usize = 2;
    const ACYCLIC: bool = true;

    fn prepare_key(key: &str) -> Box<str> {
        key.into()
    }

    fn with_string_node<T>((): &mut (), string: &str, f: impl FnOnce(Self::Node<'_>) -> T) -> T {
        f(&JsonTree::Text(Cow::Borrowed(string)))
    }
}

impl<'a> Node<'a, BorrowedJson> for &'a JsonTree<'a> {
    type Object = &'a [TreeMember<'a>];
    type Array = &'a [JsonTree<'a>];
    type Number = &'a Number;

    fn as_object(&self) -> Option<&'a [TreeMember<'a>]> {
        if let JsonTree::Object(members) = self { Some(members) } else { None }
    }

    fn as_array(&self) -> Option<&'a [JsonTree<'a>]> {
        if let JsonTree::Array(elements) = self { Some(elements) } else { None }
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        if let JsonTree::Text(text) = self { Some(Cow::Borrowed(text)) } else { None }
    }

    fn as_number(&self) -> Option<&'a Number> {
        if let JsonTree::Number(number) = self { Some(number) } else { None }
    }

    fn as_boolean(&self) -> Option<bool> {
        if let JsonTree::Bool(value) = self { Some(*value) } else { None }
    }

    fn is_null(&self) -> bool {
        JsonTree::is_null(self)
    }

    fn json_type(&self) -> JsonType {
        match self {
            JsonTree::Null => JsonType::Null,
            JsonTree::Bool(_) => JsonType::Boolean,
            JsonTree::Number(_) => JsonType::Number,
            JsonTree::Text(_) => JsonType::String,
            JsonTree::Array(_) => JsonType::Array,
            JsonTree::Object(_) => JsonType::Object,
        }
    }

    fn string_length_within(&self, min: u64, max: u64) -> Option<bool> {
        let JsonTree::Text(text) = self else { return None };
        // A character has one to four bytes, so mostly the bytes decide.
        let bytes = text.len() as u64;
        if min <= bytes.div_ceil(4) && bytes <= max {
            return Some(true);
        }
        Some((min..=max).contains(&(text.chars().count() as u64)))
    }

    fn equals_value(&self, expected: &Value) -> bool {
        match (self, expected) {
            (JsonTree::Text(text), Value::String(expected)) => text == expected,
            (JsonTree::Text(_), _) | (_, Value::String(_)) => false,
            _ => jsonschema::json::cmp::equal(&JsonTree::to_value(self), expected),
        }
    }

    fn to_value(&self) -> Cow<'a, Value> {
        Cow::Owned(JsonTree::to_value(self))
    }

    fn identity(&self) -> Option<NodeIdentity> {
        Some(NodeIdentity::new(std::ptr::from_ref::<JsonTree<'a>>(self).addr()))
    }
}

/// The members of an object.
pub struct TreeMembers<'a>(Iter<'a, TreeMember<'a>>);

impl<'a> Iterator for TreeMembers<'a> {
    type Item = (&'a str, &'a JsonTree<'a>);

    fn next(&mut self) -> Option<(&'a str, &'a JsonTree<'a>)> {
        self.0.next().map(|member| (&*member.name, &member.value))
    }
}

impl<'a> Object<'a, BorrowedJson> for &'a [TreeMember<'a>] {
    type Node = &'a JsonTree<'a>;
    type MemberName = &'a str;
    type MembersIter = TreeMembers<'a>;

    fn len(&self) -> usize {
        <[_]>::len(self)
    }

    fn get(&self, key: &Box<str>) -> Option<&'a JsonTree<'a>> {
        self.iter().find(|member| *member.name == **key).map(|member| &member.value)
    }

    fn members(&self) -> TreeMembers<'a> {
        TreeMembers(self.iter())
    }
}

impl<'a> Array<'a, BorrowedJson> for &'a [JsonTree<'a>] {
    type Node = &'a JsonTree<'a>;
    type ElementsIter = Iter<'a, JsonTree<'a>>;

    fn len(&self) -> usize {
        <[_]>::len(self)
    }

    fn elements(&self) -> Iter<'a, JsonTree<'a>> {
        self.iter()
    }
}
