//! JSON as it was read, with names and texts that borrow from where they stand. A received payload is a tree first: it is checked and
//! searched in this form, and becomes a `serde_json::Value`, which owns every name and hashes it, only when one is needed.

mod node;
mod read;

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::{Map, Number, Value};

pub use node::BorrowedJson;
pub use read::TreeSeed;

/// Objects with more members look a name up by its hash while they are built, so that a hostile one does not cost its square.
const FEW_MEMBERS: usize = 16;

/// A JSON value whose names and texts are borrowed where that is possible.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum JsonTree<'a> {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(Cow<'a, str>),
    /// A list.
    Array(Vec<JsonTree<'a>>),
    /// An object. No name occurs twice.
    Object(Vec<TreeMember<'a>>),
}

/// A member of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct TreeMember<'a> {
    /// Its name.
    pub name: Cow<'a, str>,
    /// Its value.
    pub value: JsonTree<'a>,
}

impl<'a> JsonTree<'a> {
    /// The tree of a value.
    pub fn of(value: &'a Value) -> JsonTree<'a> {
        match value {
            Value::Null => JsonTree::Null,
            Value::Bool(value) => JsonTree::Bool(*value),
            Value::Number(number) => JsonTree::Number(number.clone()),
            Value::String(text) => JsonTree::Text(Cow::Borrowed(text)),
            Value::Array(elements) => JsonTree::Array(elements.iter().map(JsonTree::of).collect()),
            Value::Object(members) => {
                let member = |(name, value): (&'a String, &'a Value)| TreeMember {
                    name: Cow::Borrowed(name),
                    value: JsonTree::of(value),
                };
                JsonTree::Object(members.iter().map(member).collect())
            }
        }
    }

    /// The value of the tree.
    pub fn to_value(&self) -> Value {
        match self {
            JsonTree::Null => Value::Null,
            JsonTree::Bool(value) => Value::Bool(*value),
            JsonTree::Number(number) => Value::Number(number.clone()),
            JsonTree::Text(text) => Value::String(text.clone().into_owned()),
            JsonTree::Array(elements) => Value::Array(elements.iter().map(JsonTree::to_value).collect()),
            JsonTree::Object(members) => TreeMember::object_value(members),
        }
    }

    /// The value of a member; `None` when this is no object, or one without it.
    pub fn get(&self, name: &str) -> Option<&JsonTree<'a>> {
        let JsonTree::Object(members) = self else { return None };
        members.iter().find(|member| member.name == name).map(|member| &member.value)
    }

    /// The text.
    pub fn as_str(&self) -> Option<&str> {
        if let JsonTree::Text(text) = self { Some(text) } else { None }
    }

    /// The whole number.
    pub fn as_i64(&self) -> Option<i64> {
        if let JsonTree::Number(number) = self { number.as_i64() } else { None }
    }

    /// The number, whole or not.
    pub fn as_f64(&self) -> Option<f64> {
        if let JsonTree::Number(number) = self { number.as_f64() } else { None }
    }

    /// Whether it is `true`; `None` when it is neither `true` nor `false`.
    pub fn as_bool(&self) -> Option<bool> {
        if let JsonTree::Bool(value) = self { Some(*value) } else { None }
    }

    /// The elements of the list.
    pub fn as_array(&self) -> Option<&[JsonTree<'a>]> {
        if let JsonTree::Array(elements) = self { Some(elements) } else { None }
    }

    /// The members of the object.
    pub fn as_object(&self) -> Option<&[TreeMember<'a>]> {
        if let JsonTree::Object(members) = self { Some(members) } else { None }
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, JsonTree::Null)
    }
}

impl TreeMember<'_> {
    /// The value of the object with these members.
    pub fn object_value(members: &[TreeMember<'_>]) -> Value {
        let mut object = Map::with_capacity(members.len());
        for TreeMember { name, value } in members {
            object.insert(name.clone().into_owned(), value.to_value());
        }
        Value::Object(object)
    }
}

/// Keeps the last member of each name, at the place of the first one, as `serde_json` does. Returns whether a name occurred twice.
fn merge_doubled(members: &mut Vec<TreeMember<'_>>) -> bool {
    let is_doubled = if members.len() <= FEW_MEMBERS {
        let mut rest = &members[..];
        let mut found = false;
        while let Some((last, before)) = rest.split_last() {
            found |= before.iter().any(|member| member.name == last.name);
            rest = before;
        }
        found
    } else {
        let mut names = std::collections::HashSet::with_capacity(members.len());
        !members.iter().all(|member| names.insert(&*member.name))
    };
    if is_doubled {
        let mut places: HashMap<Cow<'_, str>, usize> = HashMap::with_capacity(members.len());
        let mut merged: Vec<TreeMember<'_>> = Vec::with_capacity(members.len());
        for member in members.drain(..) {
            match places.get(&member.name) {
                Some(place) => merged[*place].value = member.value,
                None => {
                    places.insert(member.name.clone(), merged.len());
                    merged.push(member);
                }
            }
        }
        *members = merged;
    }
    is_doubled
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::de::DeserializeSeed;
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> (JsonTree<'_>, bool) {
        let mut has_doubled_names = false;
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let tree = TreeSeed { has_doubled_names: &mut has_doubled_names }.deserialize(&mut deserializer).unwrap();
        deserializer.end().unwrap();
        (tree, has_doubled_names)
    }

    #[test]
    fn names_and_texts_are_borrowed_unless_they_have_escapes() {
        let (tree, doubled) = read(r#"{"a":"b","\u0063":"\n","d":[1,-2,1.5,true,null]}"#);
        let JsonTree::Object(members) = &tree else { panic!("{tree:?}") };
        let borrowed = |text: &Cow<'_, str>| matches!(text, Cow::Borrowed(_));
        assert!(borrowed(&members[0].name) && matches!(&members[0].value, JsonTree::Text(text) if borrowed(text)));
        assert!(!borrowed(&members[1].name) && members[1].name == "c");
        assert!(!doubled);
        assert_eq!(tree.to_value(), json!({"a": "b", "c": "\n", "d": [1, -2, 1.5, true, null]}));
        assert_eq!(tree.get("a").and_then(JsonTree::as_str), Some("b"));
        assert_eq!((tree.get("x"), tree.as_str(), tree.is_null()), (None, None, false));
    }

    #[test]
    fn the_last_member_of_a_doubled_name_counts_at_the_place_of_the_first() {
        for filler in [0, 100] {
            let fill: String = (0..filler).map(|number| format!(r#""f{number}":0,"#)).collect();
            let text = format!(r#"{{"a":1,"b":2,{fill}"a":3}}"#);
            let (tree, doubled) = read(&text);
            assert!(doubled);
            let value: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(tree.to_value().to_string(), value.to_string());
        }
        assert!(read(r#"{"a":{"b":1,"b":1}}"#).1, "in an inner object");
        assert!(!read(r#"{"a":{"b":1},"c":{"b":1}}"#).1, "in two objects");
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            (-1e9..1e9).prop_map(|number: f64| Value::from(number)),
            ".{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 64, 20, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((".{0,4}", inner), 0..20)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_tree_is_the_value_that_serde_json_reads(value in any_json()) {
            let text = value.to_string();
            let (tree, doubled) = read(&text);
            let known: Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(tree.to_value().to_string(), known.to_string());
            prop_assert!(!doubled);
            prop_assert_eq!(JsonTree::of(&known), tree);
        }
    }
}
