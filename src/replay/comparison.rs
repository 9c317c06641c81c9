//! Compares what the peer says now with what the record has: values by what they mean. Times, ids and the order of members do not count.

use serde::Serialize;
use serde_json::{Number, Value};

use super::ids::{FoundId, IdMatch, SessionIds, is_time};
use super::plan::AnswerMessage;

/// The most differences that are listed of one message.
const MOST: usize = 50;

/// What is not the same.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ReplayDifference {
    /// A field.
    Field {
        /// Its place in the payload, a JSON pointer.
        path: String,
        /// Its value in the record, `None` when it is not there.
        recorded: Option<Value>,
        /// Its value now.
        now: Option<Value>,
    },
    /// What kind of answer came.
    Answer {
        /// In the record.
        recorded: String,
        /// Now.
        now: String,
    },
    /// The peer did not make this call.
    NotCalled,
    /// The record has no such call of the peer.
    Unexpected,
    /// It could not be sent.
    NotSent,
}

impl ReplayDifference {
    /// One sentence. Values of the peer are in it: pass it through [`sanitize`](crate::sanitize) before it reaches a terminal.
    pub fn sentence(&self) -> String {
        let shown = |value: &Option<Value>| value.as_ref().map_or_else(|| "nothing".to_owned(), Value::to_string);
        match self {
            ReplayDifference::Field { path, recorded, now } => {
                let place = if path.is_empty() { "the payload" } else { path.as_str() };
                format!("{place}: {} in the record, {} now", shown(recorded), shown(now))
            }
            ReplayDifference::Answer { recorded, now } => format!("{recorded} in the record, {now} now"),
            ReplayDifference::NotCalled => "the peer did not make this call".to_owned(),
            ReplayDifference::Unexpected => "the record has no such call of the peer".to_owned(),
            ReplayDifference::NotSent => "it was not sent, because the link was down".to_owned(),
        }
    }
}

/// Differences that do not count: `Action`, `Action/path/of/field`, or `/path/of/field` in every message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IgnoredField {
    action: Box<str>,
    path: Box<str>,
}

impl IgnoredField {
    /// Reads one.
    pub fn parse(text: &str) -> IgnoredField {
        let (action, path) = text.find('/').map_or((text, ""), |slash| text.split_at(slash));
        IgnoredField { action: action.into(), path: path.into() }
    }

    /// Whether it is about this place of a message; of the whole message when the path is empty.
    pub(super) fn covers(&self, action: &str, path: &str) -> bool {
        let below = path.strip_prefix(&*self.path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        (self.action.is_empty() || self.action.eq_ignore_ascii_case(action)) && below
    }
}

/// The result of a comparison: the differences, and the ids that were found. They hold when the message is taken for this one.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    pub differences: Vec<ReplayDifference>,
    pub found: Vec<FoundId>,
}

/// Compares two payloads, as JSON.
pub(super) fn compare_payloads(ids: &SessionIds, action: &str, recorded: &str, now: &str) -> Comparison {
    let value = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    let mut comparison = Comparison::default();
    let (recorded, now) = (value(recorded), value(now));
    let place = Place { action, name: "", depth: 0 };
    comparison.values(ids, &place, &mut String::new(), Some(&recorded), Some(&now));
    comparison
}

/// Compares two answers.
pub(super) fn compare_answers(ids: &SessionIds, action: &str, recorded: &AnswerMessage, now: &AnswerMessage) -> Comparison {
    match (recorded, now) {
        (AnswerMessage::Result(recorded), AnswerMessage::Result(now)) => compare_payloads(ids, action, recorded, now),
        // What an error is, its code says; the sentence is for people.
        (AnswerMessage::Error { code: recorded, .. }, AnswerMessage::Error { code: now, .. }) if recorded == now => {
            Comparison::default()
        }
        (recorded, now) => {
            let difference = ReplayDifference::Answer { recorded: answer_words(recorded), now: answer_words(now) };
            Comparison { differences: vec![difference], found: Vec::new() }
        }
    }
}

/// What an answer is, for a sentence.
pub(super) fn answer_words(answer: &AnswerMessage) -> String {
    match answer {
        AnswerMessage::Result(payload) => {
            let value: Value = serde_json::from_str(payload).unwrap_or_default();
            let status = value.get("status").or_else(|| value.pointer("/idTagInfo/status")).and_then(Value::as_str);
            status.map_or_else(|| "a result".to_owned(), |status| format!("a result ({status})"))
        }
        AnswerMessage::Error { code, .. } => format!("the error {code}"),
    }
}

/// Where two values are.
struct Place<'a> {
    action: &'a str,
    name: &'a str,
    depth: usize,
}

impl Comparison {
    fn values(&mut self, ids: &SessionIds, at: &Place<'_>, path: &mut String, recorded: Option<&Value>, now: Option<&Value>) {
        if self.differences.len() >= MOST {
            return;
        }
        let length = path.len();
        let within = |path: &mut String, step: &str| {
            path.push('/');
            path.push_str(&step.replace('~', "~0").replace('/', "~1"));
        };
        match (recorded, now) {
            (Some(Value::Object(a)), Some(Value::Object(b))) => {
                let added = b.keys().filter(|name| !a.contains_key(*name));
                for name in a.keys().chain(added) {
                    within(path, name);
                    self.values(ids, &Place { name, depth: at.depth + 1, ..*at }, path, a.get(name), b.get(name));
                    path.truncate(length);
                }
            }
            (Some(Value::Array(a)), Some(Value::Array(b))) => {
                for index in 0..a.len().max(b.len()) {
                    within(path, &index.to_string());
                    self.values(ids, &Place { depth: at.depth + 1, ..*at }, path, a.get(index), b.get(index));
                    path.truncate(length);
                }
            }
            (Some(Value::String(a)), Some(Value::String(b))) if is_time(a) && is_time(b) => {}
            _ => self.ids(ids, at, path, recorded, now),
        }
    }

    /// Two values that may be ids.
    fn ids(&mut self, ids: &SessionIds, at: &Place<'_>, path: &str, recorded: Option<&Value>, now: Option<&Value>) {
        let (recorded, wanted) = match (recorded, now) {
            (Some(a), Some(b)) => match ids.compare((at.action, at.name, at.depth), a, b, &self.found) {
                IdMatch::Same => return,
                IdMatch::New(pair) => return self.found.push((pair, a.clone(), b.clone())),
                IdMatch::Other(meant) => (Some(a), Some(meant)),
                IdMatch::NoId if same_value(a, b) => return,
                IdMatch::NoId => (Some(a), None),
            },
            (recorded, _) => (recorded, None),
        };
        let recorded = wanted.or_else(|| recorded.cloned());
        self.differences.push(ReplayDifference::Field { path: path.to_owned(), recorded, now: now.cloned() });
    }
}

fn same_value(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => same_number(a, b),
        (a, b) => a == b,
    }
}

/// 1 and 1.0 are one number.
fn same_number(a: &Number, b: &Number) -> bool {
    a == b || (!is_big(a) && !is_big(b) && a.as_f64() == b.as_f64())
}

/// Whether a number is too large for a float to hold it exactly.
fn is_big(number: &Number) -> bool {
    number.as_i64().is_some_and(|number| number.unsigned_abs() > 1 << 53)
        || number.as_u64().is_some_and(|number| number > 1 << 53)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn differences(recorded: &Value, now: &Value) -> Vec<String> {
        let compared = compare_payloads(&SessionIds::default(), "X", &recorded.to_string(), &now.to_string());
        compared.differences.iter().map(ReplayDifference::sentence).collect()
    }

    #[test]
    fn order_times_ids_and_spellings_of_numbers_do_not_count() {
        let recorded = json!({ "a": 1, "b": { "c": [1.0, "x"] }, "currentTime": "2026-01-01T00:00:00Z", "transactionId": 5 });
        let now = json!({ "transactionId": 8, "currentTime": "2027-01-01T00:00:00.000Z", "b": { "c": [1, "x"] }, "a": 1.0 });
        assert_eq!(differences(&recorded, &now), <[String; 0]>::default());
    }

    #[test]
    fn every_other_difference_is_named_by_its_path() {
        let recorded = json!({ "a": 1, "b": { "c/d": [1, 2] }, "e": "x", "t": "2026-01-01T00:00:00Z" });
        let now = json!({ "a": "1", "b": { "c/d": [1, 3, 4] }, "f": null, "t": "soon" });
        assert_eq!(
            differences(&recorded, &now),
            [
                r#"/a: 1 in the record, "1" now"#,
                "/b/c~1d/1: 2 in the record, 3 now",
                "/b/c~1d/2: nothing in the record, 4 now",
                r#"/e: "x" in the record, nothing now"#,
                r#"/t: "2026-01-01T00:00:00Z" in the record, "soon" now"#,
                "/f: nothing in the record, null now",
            ]
        );
    }

    #[test]
    fn one_id_for_two_is_a_difference() {
        let recorded = json!([{ "transactionId": 1 }, { "transactionId": 2 }, { "transactionId": 1 }]);
        assert!(
            differences(&recorded, &json!([{ "transactionId": 7 }, { "transactionId": 8 }, { "transactionId": 7 }])).is_empty()
        );
        let now = json!([{ "transactionId": 7 }, { "transactionId": 7 }, { "transactionId": 8 }]);
        assert_eq!(differences(&recorded, &now).len(), 2);
    }

    #[test]
    fn answers_differ_by_kind_and_by_code() {
        let ids = SessionIds::default();
        let error =
            |code: &str, text: &str| AnswerMessage::Error { code: code.into(), description: text.into(), details: "{}".into() };
        let result = AnswerMessage::Result(r#"{"status":"Accepted"}"#.into());
        assert!(compare_answers(&ids, "X", &error("A", "1"), &error("A", "2")).differences.is_empty());
        let other = compare_answers(&ids, "X", &result, &error("NotSupported", "")).differences;
        assert_eq!(other[0].sentence(), "a result (Accepted) in the record, the error NotSupported now");
        assert_eq!(compare_answers(&ids, "X", &error("A", ""), &error("B", "")).differences.len(), 1);
    }

    #[test]
    fn what_is_ignored_is_a_message_or_a_place_in_it() {
        assert!(IgnoredField::parse("Heartbeat").covers("heartbeat", ""));
        assert!(IgnoredField::parse("Heartbeat").covers("Heartbeat", "/currentTime"));
        assert!(!IgnoredField::parse("Heartbeat").covers("Authorize", ""));
        assert!(IgnoredField::parse("/idTagInfo").covers("Authorize", "/idTagInfo/status"));
        assert!(!IgnoredField::parse("/idTag").covers("Authorize", "/idTagInfo"));
        assert!(!IgnoredField::parse("Authorize/idTagInfo").covers("Authorize", ""));
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-1e9..1e9).prop_map(Value::from),
            "[a-z]{0,4}".prop_map(Value::from)
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::hash_map("[a-z]{1,4}", inner, 0..4).prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_value_is_the_same_as_itself(value in any_json()) {
            prop_assert!(differences(&value, &value).is_empty());
        }

        /// A field that is changed is the one difference.
        #[test]
        fn one_change_is_one_difference(value in any_json()) {
            let (recorded, now) = (json!({ "rest": value, "x": 1 }), json!({ "x": 2, "rest": value }));
            prop_assert_eq!(differences(&recorded, &now), ["/x: 1 in the record, 2 now"]);
        }
    }
}
