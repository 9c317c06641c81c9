//! The general describer: the most informative members of a payload of which nothing is known. Ids first, then statuses and enumerations, then
//! short texts and numbers; of lists how many elements they have. It serves actions of other versions, and payloads that are faulty.

use serde_json::Value;

use super::writer::{SummaryWriter, refuses};

/// How many members are shown.
const MOST: usize = 6;
/// How many members are looked at.
const LOOKED_AT: usize = 64;

/// Describes a payload of any shape.
pub(super) fn describe(writer: &mut SummaryWriter, payload: &Value) {
    let Value::Object(members) = payload else {
        writer.value(payload);
        return;
    };
    let mut found: Vec<(u8, String, &Value)> = Vec::new();
    for (name, value) in members.iter().take(LOOKED_AT) {
        match value {
            Value::Object(inner) => {
                for (inner_name, value) in inner.iter().take(LOOKED_AT) {
                    let repeats = inner_name.eq_ignore_ascii_case(name);
                    let name = if repeats { name.clone() } else { format!("{name}.{inner_name}") };
                    found.push((rank(inner_name, value).saturating_add(1), name, value));
                }
            }
            value => found.push((rank(name, value), name.clone(), value)),
        }
    }
    found.retain(|(_, _, value)| !value.is_null());
    found.sort_by_key(|(rank, ..)| *rank);
    for (_, name, value) in found.iter().take(MOST) {
        one(writer, name, value);
    }
    if found.len() > MOST {
        writer.word("…");
    }
}

fn rank(name: &str, value: &Value) -> u8 {
    let is_word = |text: &str| text.len() <= 24 && text.starts_with(|c: char| c.is_ascii_uppercase()) && !text.contains(' ');
    match (name, value) {
        ("connectorId" | "evseId" | "transactionId", _) => 0,
        (_, Value::String(_) | Value::Number(_)) if name.ends_with("Id") || name == "id" || name == "idTag" => 2,
        ("status", _) => 4,
        (_, Value::String(text)) if is_word(text) => 6,
        (_, Value::String(text)) if text.len() <= 40 => 8,
        (_, Value::Number(_) | Value::Bool(_)) => 8,
        (_, Value::Array(_)) => 10,
        _ => 12,
    }
}

fn one(writer: &mut SummaryWriter, name: &str, value: &Value) {
    match (name, value) {
        ("connectorId", Value::Number(_)) => writer.connector(value),
        ("transactionId", Value::Number(_) | Value::String(_)) => writer.transaction(value),
        ("idTag", Value::String(_)) => writer.word("tag").tag(value),
        ("status", Value::String(status)) if status.len() > 1 || refuses(status) => writer.status(value),
        (_, Value::Array(list)) => writer.word(&format!("{name}[{}]", list.len())),
        _ => writer.pair(name, value),
    };
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn described(payload: &Value) -> String {
        let mut writer = SummaryWriter::default();
        describe(&mut writer, payload);
        writer.finish().to_string()
    }

    #[test]
    fn ids_come_first_then_words_then_numbers() {
        for (payload, expected) in [
            (json!({ "sugar": 2 }), "sugar=2"),
            (
                json!({ "limit": 3, "note": "two words", "reason": "Local", "status": "Rejected", "transactionId": 7, "list": [1, 2] }),
                "tx 7 Rejected reason=Local limit=3 note=two words list[2]",
            ),
            (
                json!({ "idToken": { "idToken": "77FF", "type": "Central" }, "evse": { "id": 1 } }),
                "evse.id=1 idToken.type=Central idToken=77FF",
            ),
            (json!({ "a": null }), ""),
            (json!({}), ""),
            (json!(null), ""),
            (json!([1, 2]), "[1,2]"),
            (json!("text"), "text"),
            (json!({ "a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6, "g": 7 }), "a=1 b=2 c=3 d=4 e=5 f=6 …"),
        ] {
            assert_eq!(described(&payload), expected);
        }
    }
}
