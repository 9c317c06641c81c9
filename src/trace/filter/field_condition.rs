//! Conditions about a value of a payload as text, for front ends that offer them: the way back from what is seen to what is typed.

use std::fmt;

use serde_json::Value;

use super::pattern::{is_plain, write_quoted};

/// The step of a path to a member of an object: `.connectorId`, `["a name"]`.
pub fn member_step(name: &str) -> String {
    if !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-')) {
        format!(".{name}")
    } else {
        format!("[{}]", QuotedText(name))
    }
}

/// A condition that the value at a path is this one; `None` for objects and lists. `written` is the spelling of a number.
pub fn value_condition(path: &str, value: &Value, written: &str) -> Option<String> {
    match value {
        Value::String(text) if is_plain(text) && text.parse::<f64>().is_err() && !is_word(text) => {
            Some(format!("{path}={text}"))
        }
        Value::String(text) => Some(format!("{path}={}", QuotedText(text))),
        Value::Number(_) | Value::Bool(_) | Value::Null => Some(format!("{path}={written}")),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// A text in quotes.
struct QuotedText<'a>(&'a str);

impl fmt::Display for QuotedText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_quoted(f, self.0)
    }
}

/// A text that would be a word of JSON without quotes.
fn is_word(text: &str) -> bool {
    matches!(text, "true" | "false" | "null")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::trace::filter::parse;

    #[test]
    fn a_value_becomes_a_condition_that_can_be_read() {
        let path = format!("${}{}[0]", member_step("meterValue"), member_step("a \"b\""));
        assert_eq!(path, r#"$.meterValue["a \"b\""][0]"#);
        for (value, written, expected) in [
            (json!("Faulted"), "", "$.a=Faulted"),
            (json!("1"), "", "$.a=\"1\""),
            (json!("true"), "", "$.a=\"true\""),
            (json!("two words*"), "", "$.a=\"two words*\""),
            (json!(""), "", "$.a=\"\""),
            (json!(1), "1", "$.a=1"),
            (json!(1.5), "1.50", "$.a=1.50"),
            (json!(-1), "-1", "$.a=-1"),
            (json!(true), "true", "$.a=true"),
            (json!(null), "null", "$.a=null"),
        ] {
            let condition = value_condition("$.a", &value, written);
            assert_eq!(condition.as_deref(), Some(expected));
            let filter = parse(expected).unwrap();
            assert!(filter.expression.matches_payload(&json!({ "a": value })), "{expected}");
            assert!(!filter.expression.matches_payload(&json!({ "a": "another" })), "{expected}");
        }
        assert_eq!(value_condition("$.a", &json!([1]), ""), None);
    }
}
