//! The range of a number field.

use serde_json::{Number, Value, json};

/// The least and the greatest value of a number; a side without a limit is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct NumberRange {
    /// The least value.
    pub minimum: Option<f64>,
    /// The greatest value.
    pub maximum: Option<f64>,
}

impl NumberRange {
    /// A range without limits.
    pub const ANY: NumberRange = NumberRange { minimum: None, maximum: None };
    /// The range of `xs:int`: 32 bits, signed.
    pub const INT_32: NumberRange = NumberRange { minimum: Some(i32::MIN as f64), maximum: Some(i32::MAX as f64) };

    /// The value in the range that is closest to this one.
    pub fn closest(self, value: f64) -> f64 {
        let value = self.minimum.map_or(value, |minimum| value.max(minimum));
        self.maximum.map_or(value, |maximum| value.min(maximum))
    }

    /// The range in words: `0 to 100`, `at least 0`. `None` without limits, and for 32 bits, the range of all integers of 1.x.
    pub fn label(self) -> Option<String> {
        if self == NumberRange::INT_32 {
            return None;
        }
        match (self.minimum, self.maximum) {
            (None, None) => None,
            (Some(minimum), None) => Some(format!("at least {minimum}")),
            (None, Some(maximum)) => Some(format!("at most {maximum}")),
            (Some(minimum), Some(maximum)) => Some(format!("{minimum} to {maximum}")),
        }
    }
}

/// A number as JSON writes it best: without a fraction when it has none.
pub(super) fn number(value: f64) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0; // 2^53: up to here every integer is exact
    if value.fract() == 0.0 && value.abs() <= EXACT { Value::Number(Number::from(value as i64)) } else { json!(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_named_and_holds_values() {
        let percent = NumberRange { minimum: Some(0.0), maximum: Some(100.0) };
        assert_eq!(percent.label().as_deref(), Some("0 to 100"));
        assert_eq!([-1.0, 50.5, 101.0].map(|value| percent.closest(value)), [0.0, 50.5, 100.0]);
        let positive = NumberRange { minimum: Some(0.5), maximum: None };
        assert_eq!((positive.label().as_deref(), positive.closest(0.0)), (Some("at least 0.5"), 0.5));
        assert_eq!((NumberRange::ANY.label(), NumberRange::INT_32.label()), (None, None));
        assert_eq!([number(-2.0), number(0.5)], [json!(-2), json!(0.5)]);
    }
}
