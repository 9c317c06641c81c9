//! A condition about the payload of one call, as answer rules have it: the filter language without keys, so that `idTag=X` stands for
//! `$.idTag=X`.

use std::fmt;

use serde_json::Value;

use super::expression::FilterExpression;
use super::lexer::NameSource;
use super::{FilterError, parser};

/// What the payload of a call must have. It prints as a text that reads as the same condition.
#[derive(Debug, Clone, PartialEq)]
pub struct CallCondition {
    expression: FilterExpression,
}

impl CallCondition {
    /// Reads a condition.
    ///
    /// # Errors
    /// When the text is none; the error contains the place, the reason and what to write instead.
    pub fn parse(text: &str) -> Result<CallCondition, FilterError> {
        parser::parse(text, NameSource::Payload).map(|expression| CallCondition { expression })
    }

    /// Whether a payload meets it.
    pub fn matches(&self, payload: &Value) -> bool {
        self.expression.matches_payload(payload)
    }

    /// The names of the fields at the beginning of the paths, for a check against a definition.
    pub fn field_names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.expression.add_field_names(&mut names);
        names
    }
}

impl fmt::Display for CallCondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.expression)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn meets(text: &str, payload: &Value) -> bool {
        let condition = CallCondition::parse(text).unwrap();
        let printed = CallCondition::parse(&condition.to_string()).unwrap();
        assert_eq!(condition, printed, "{text}");
        condition.matches(payload)
    }

    #[test]
    fn names_are_fields_of_the_payload() {
        let start = json!({"connectorId": 2, "idTag": "BLOCKED7", "id": "x", "meter": {"values": [{"unit": "Wh"}]}});
        for text in [
            "idTag=BLOCKED*",
            "connectorId>1 idTag=BLOCKED7",
            "not idTag=TAG",
            "connectorId=1 or $.connectorId=2",
            "id=x",
            "idTag",
            "meter.values[0].unit=Wh",
            "!(reservationId)",
            "idTag=/^b.*7$/i",
        ] {
            assert!(meets(text, &start), "{text}");
        }
        for text in ["idTag=BLOCKED", "connectorId=\"2\"", "kind=call", "and.x=1"] {
            assert!(!meets(text, &start), "{text}");
        }
    }

    #[test]
    fn words_that_are_no_conditions_are_errors_with_their_place() {
        for (text, at) in [("idTag=X --once", 8), ("\"a text\"", 0), ("idTag:X", 5), ("7=x", 0)] {
            let error = CallCondition::parse(text).expect_err(text);
            assert_eq!(error.span.start, at, "{text}: {}", error.message);
        }
    }

    #[test]
    fn the_fields_that_are_asked_for_are_known() {
        let condition = CallCondition::parse("idTag=X or not (a.b=1 c)").unwrap();
        assert_eq!(condition.field_names(), ["idTag", "a", "c"]);
    }
}
