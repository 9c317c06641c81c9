//! Changes the value at the cursor in place: the next value of an enumeration, the other truth value, one more or less of a number.

use std::ops::Range;

use serde_json::Value;

use super::fields::field_at;
use super::position::{WordEdge, position};
use super::walk::ExpectedToken;
use crate::ocpp::{FieldKind, MessageDefinition};

/// What is replaced, and with which text. One up is the value before in an enumeration, and the next greater number: 12.5 becomes 12.6.
/// `None` where no such value stands.
pub fn step_value(message: Option<&MessageDefinition>, text: &str, cursor: usize, up: bool) -> Option<(Range<usize>, String)> {
    let place = position(text, cursor, WordEdge::Part);
    let standing = place.standing.as_deref().filter(|_| place.expected == ExpectedToken::Value)?;
    let field = message.and_then(|message| field_at(&message.fields, &place.value_path())).filter(|field| !field.is_list());
    let kind = field.map(|field| &field.field.kind);
    let next = match kind {
        Some(FieldKind::Enumeration(values)) => Value::from(another(values, standing, up)?.as_str()).to_string(),
        _ if matches!(standing, "true" | "false") => (standing == "false").to_string(),
        Some(FieldKind::Boolean) => "true".to_owned(),
        _ if text.get(place.span.clone())?.starts_with('"') => return None,
        _ => {
            let next = next_number(standing, up)?;
            let fits = match kind {
                Some(FieldKind::Integer(range) | FieldKind::Decimal { range, .. }) => {
                    next.parse::<f64>().is_ok_and(|number| range.closest(number) == number)
                }
                _ => true,
            };
            fits.then_some(next)?
        }
    };
    Some((place.span, next))
}

/// The value before or behind the present one, round the end; the first one when another text stands there.
fn another<'a>(values: &'a [String], present: &str, up: bool) -> Option<&'a String> {
    let Some(index) = values.iter().position(|value| value == present) else { return values.first() };
    let count = values.len();
    values.get(if up { index + count - 1 } else { index + 1 } % count)
}

/// One more or less in the last digit that is written.
fn next_number(text: &str, up: bool) -> Option<String> {
    let decimals = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let digits: i128 = text.replacen('.', "", 1).parse().ok()?;
    let next = if up { digits.checked_add(1)? } else { digits.checked_sub(1)? };
    if decimals == 0 {
        return Some(next.to_string());
    }
    let sign = if next < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", next.unsigned_abs(), width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    Some(format!("{sign}{whole}.{fraction}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::test_session::{reset, start_transaction};

    /// The text after a step at the `|`.
    fn stepped(message: &MessageDefinition, marked: &str, up: bool) -> Option<String> {
        let mut text = marked.replace('|', "");
        let (span, next) = step_value(Some(message), &text, marked.find('|').unwrap(), up)?;
        text.replace_range(span, &next);
        Some(text)
    }

    #[test]
    fn values_change_in_place() {
        for (text, up, expected) in [
            (r#"{"type": "So|ft"}"#, true, Some(r#"{"type": "Hard"}"#)),
            (r#"{"type": |"Soft"}"#, false, Some(r#"{"type": "Hard"}"#)),
            (r#"{"type": "x|"}"#, false, Some(r#"{"type": "Hard"}"#)),
            (r#"{"force": true|}"#, true, Some(r#"{"force": false}"#)),
            (r#"{"force": nu|ll}"#, true, Some(r#"{"force": true}"#)),
            (r#"{"limit": 9.9|}"#, true, Some(r#"{"limit": 10.0}"#)),
            (r#"{"limit": 0.0|}"#, false, Some(r#"{"limit": -0.1}"#)),
            (r#"{"unknown": 9|}"#, true, Some(r#"{"unknown": 10}"#)),
            (r#"{"limit": 1e5|}"#, true, None),
            (r#"{"location": "5|"}"#, true, None),
            (r#"{"ty|pe": "Soft"}"#, true, None),
        ] {
            assert_eq!(stepped(&reset(), text, up).as_deref(), expected, "{text}");
        }
        let most = format!("{{\"connectorId\": |{}}}", i32::MAX);
        assert_eq!(stepped(&start_transaction(), &most, true), None, "a number keeps within its range");
    }
}
