//! Identities of a fleet: a text with `{}` or `{:05}` for the number of the station, from 1.

use std::str::FromStr;

/// The most digits of a number.
const MOST_DIGITS: usize = 20;

/// A pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityPattern {
    before: String,
    width: usize,
    behind: String,
}

/// Why a text is no pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write the place of the number once, as {{}} or with leading zeros as {{:05}}; for example CP{{:05}}")]
pub struct IdentityPatternError;

impl FromStr for IdentityPattern {
    type Err = IdentityPatternError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (before, rest) = text.split_once('{').ok_or(IdentityPatternError)?;
        let (format, behind) = rest.split_once('}').ok_or(IdentityPatternError)?;
        if [before, behind].iter().any(|part| part.contains(['{', '}'])) {
            return Err(IdentityPatternError);
        }
        let width = match format.strip_prefix(":0") {
            None if format.is_empty() => 0,
            Some(width) => width.parse().ok().filter(|width| (1..=MOST_DIGITS).contains(width)).ok_or(IdentityPatternError)?,
            None => return Err(IdentityPatternError),
        };
        Ok(IdentityPattern { before: before.to_owned(), width, behind: behind.to_owned() })
    }
}

impl IdentityPattern {
    /// The identity of a station.
    pub fn identity(&self, number: u64) -> String {
        format!("{}{number:0width$}{}", self.before, self.behind, width = self.width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_take_their_place() {
        for (pattern, number, identity) in [("CP{:05}", 7, "CP00007"), ("CP{}", 12, "CP12"), ("a-{:03}-b", 1234, "a-1234-b")] {
            assert_eq!(pattern.parse::<IdentityPattern>().unwrap().identity(number), identity);
        }
        for text in ["CP", "CP{", "CP}{", "CP{}{}", "CP{:5}", "CP{:0}", "CP{:099}", "CP{x}"] {
            assert!(text.parse::<IdentityPattern>().is_err(), "{text}");
        }
    }
}
