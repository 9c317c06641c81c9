//! Whole numbers on the command line, with the numbers that are possible in the error.

use std::ops::RangeInclusive;

use thiserror::Error;

/// Why a text is not such a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("write a whole number from {first} to {last}")]
pub struct WholeNumberError {
    /// The least one.
    first: i128,
    /// The greatest one.
    last: i128,
}

/// Reads a whole number of this range.
///
/// # Errors
/// When it is none, or does not fit `Number`.
pub fn whole_number<Number: TryFrom<i128>>(text: &str, range: RangeInclusive<i128>) -> Result<Number, WholeNumberError> {
    let error = WholeNumberError { first: *range.start(), last: *range.end() };
    let number = text.trim().parse().ok().filter(|number| range.contains(number)).ok_or(error)?;
    Number::try_from(number).map_err(|_| error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_names_the_numbers_that_are_possible() {
        assert_eq!(whole_number::<u16>("9000", 0..=65_535), Ok(9000));
        for text in ["abc", "", "-1", "65536", "9.5", "99999999999999999999999999999999999999999999"] {
            let error = whole_number::<u16>(text, 0..=65_535).unwrap_err();
            assert_eq!(error.to_string(), "write a whole number from 0 to 65535", "{text}");
        }
    }
    #[test]
    fn a_wrong_option_says_what_to_write() {
        use clap::Parser as _;

        for (arguments, remedy) in [
            (&["cs", "--port", "abc"][..], "write a whole number from 0 to 65535"),
            (&["cs", "--port", "-1"], "write a whole number from 0 to 65535"),
            (&["cs", "--first-transaction", "x"], "write a whole number from 1 to 2147483647"),
            (&["cp", "ws://localhost", "CP1", "-i", "soon"], "write a whole number from 0 to 4294967295"),
            (&["cp", "ws://localhost", "CP1", "--connectors", "-1"], "it is a number from 1 to 100"),
            (&["test", "a.js", "--seed", "x"], "write a whole number from 0 to 18446744073709551615"),
            (&["cs", "--plugins-dir", "/no/such/folder"], "there is no such folder; create it, or leave the option out"),
        ] {
            let error =
                crate::cli::arguments::Cli::try_parse_from([&["ocpp-tui"], arguments].concat()).unwrap_err().to_string();
            assert!(error.contains(remedy), "{error}");
        }
    }
}
