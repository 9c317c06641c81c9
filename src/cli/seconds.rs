//! Timeouts on the command line and in the settings file, in seconds.

use thiserror::Error;

/// Why a text is not a timeout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SecondsError {
    /// It is no number.
    #[error("write a number of seconds")]
    NotANumber,
    /// It is zero, negative or longer than a day.
    #[error("it is more than 0 and at most 86400 seconds")]
    OutOfRange,
}

/// Reads a number of seconds above zero, at most a day.
pub fn seconds(text: &str) -> Result<f64, SecondsError> {
    let seconds: f64 = text.parse().map_err(|_| SecondsError::NotANumber)?;
    if seconds > 0.0 && seconds <= 86_400.0 { Ok(seconds) } else { Err(SecondsError::OutOfRange) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_positive_and_at_most_a_day() {
        assert_eq!((seconds("0.5"), seconds("86400")), (Ok(0.5), Ok(86_400.0)));
        assert_eq!((seconds("x"), seconds("")), (Err(SecondsError::NotANumber), Err(SecondsError::NotANumber)));
        for text in ["0", "-1", "86401", "NaN", "inf"] {
            assert_eq!(seconds(text), Err(SecondsError::OutOfRange), "{text}");
        }
    }
}
