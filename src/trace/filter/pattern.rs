//! Patterns for texts: a word in smart case, a word with wildcards, a regular expression; compiled once and matched without
//! allocating. Which text of a record is matched is in `condition`.

use std::fmt;

use super::error::ConditionError;
use super::needle::Needle;
use super::syntax::{FilterLiteral, LiteralForm};

/// The most memory that a compiled regular expression may take, in bytes.
const REGEX_LIMIT: usize = 2 << 20;

/// A compiled pattern. Two patterns are equal when they were written alike.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    source: String,
    kind: Kind,
    matcher: Matcher,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// These characters; quotes make no other difference.
    Literal,
    /// With at least one `*`.
    Wildcards,
    Regex {
        any_case: bool,
    },
}

#[derive(Debug, Clone)]
enum Matcher {
    /// The whole text.
    Whole(Needle),
    /// Somewhere in the text.
    Within(Needle),
    /// Pieces in this order with anything between them.
    Pieces {
        first: Needle,
        middle: Vec<Needle>,
        last: Needle,
    },
    Regex(regex::Regex),
}

/// Whether a pattern must cover the whole text or may stand anywhere in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MatchExtent {
    Whole,
    Within,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Pattern) -> bool {
        (self.kind, &self.source) == (other.kind, &other.source)
    }
}

impl Pattern {
    /// Compiles a literal.
    pub fn new(literal: &FilterLiteral, extent: MatchExtent) -> Result<Pattern, ConditionError> {
        let source = literal.text.clone();
        // Smart case: a capital letter makes the pattern case-sensitive.
        let any_case = !source.bytes().any(|byte| byte.is_ascii_uppercase());
        let needle = |text: &str| Needle::new(text, any_case);
        let (kind, matcher) = match (literal.form, extent) {
            (LiteralForm::Regex { any_case }, _) => (Kind::Regex { any_case }, Matcher::Regex(compile(&source, any_case)?)),
            (LiteralForm::Bare, _) if source.contains('*') => {
                let mut middle: Vec<Needle> = source.split('*').map(needle).collect();
                // A pattern that may stand anywhere has a wildcard at both ends.
                let (first, last) = match extent {
                    MatchExtent::Within => (needle(""), needle("")),
                    MatchExtent::Whole => (middle.remove(0), middle.pop().unwrap_or_else(|| needle(""))),
                };
                middle.retain(|piece| piece.len() > 0);
                (Kind::Wildcards, Matcher::Pieces { first, middle, last })
            }
            (_, MatchExtent::Whole) => (Kind::Literal, Matcher::Whole(needle(&source))),
            (_, MatchExtent::Within) => (Kind::Literal, Matcher::Within(needle(&source))),
        };
        Ok(Pattern { source, kind, matcher })
    }

    pub fn matches(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        match &self.matcher {
            Matcher::Whole(needle) => needle.is_whole(bytes),
            Matcher::Within(needle) => needle.find(bytes).is_some(),
            Matcher::Regex(regex) => regex.is_match(text),
            Matcher::Pieces { first, middle, last } => {
                if !first.is_prefix(bytes) {
                    return false;
                }
                let mut rest = &bytes[first.len()..];
                // The leftmost place of each piece leaves the most for those behind it.
                for piece in middle {
                    let Some(at) = piece.find(rest) else { return false };
                    rest = &rest[at + piece.len()..];
                }
                last.is_suffix(rest)
            }
        }
    }

    /// Whether only these very characters match (but for their case).
    pub fn is_literal(&self) -> bool {
        self.kind == Kind::Literal
    }

    pub fn is_regex(&self) -> bool {
        matches!(self.kind, Kind::Regex { .. })
    }

    pub fn source(&self) -> &str {
        &self.source
    }
}

fn compile(source: &str, any_case: bool) -> Result<regex::Regex, ConditionError> {
    let mut builder = regex::RegexBuilder::new(source);
    builder.case_insensitive(any_case).size_limit(REGEX_LIMIT).dfa_size_limit(REGEX_LIMIT);
    builder.build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => ConditionError::LargeRegex,
        // The last line of the message contains the reason; the lines above point into the pattern, which the span does
        // already.
        other => {
            let text = other.to_string();
            let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
            ConditionError::BrokenRegex { reason: reason.to_owned() }
        }
    })
}

/// Puts a text in quotes, whatever it holds.
pub(super) fn write_quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str("\"")?;
    for character in text.chars() {
        if matches!(character, '"' | '\'' | '\\') {
            f.write_str("\\")?;
        }
        write!(f, "{character}")?;
    }
    f.write_str("\"")
}

/// Whether a text means the same without quotes wherever it stands in a filter.
pub(super) fn is_plain(text: &str) -> bool {
    let keyword = ["and", "or", "not"].iter().any(|word| text.eq_ignore_ascii_case(word));
    let inside = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-' | '.' | '@' | '#' | '%' | '+');
    !keyword && text.starts_with(|first: char| first.is_alphanumeric() || first == '_') && text.chars().all(inside)
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Wildcards => f.write_str(&self.source),
            Kind::Literal if is_plain(&self.source) => f.write_str(&self.source),
            Kind::Literal => write_quoted(f, &self.source),
            Kind::Regex { any_case } => {
                f.write_str("/")?;
                let mut characters = self.source.chars();
                while let Some(character) = characters.next() {
                    match character {
                        '/' => f.write_str("\\/")?,
                        '\\' => {
                            f.write_str("\\")?;
                            characters.next().map_or(Ok(()), |next| write!(f, "{next}"))?;
                        }
                        other => write!(f, "{other}")?,
                    }
                }
                f.write_str(if any_case { "/i" } else { "/" })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pattern(text: &str, form: LiteralForm, extent: MatchExtent) -> Pattern {
        Pattern::new(&FilterLiteral { text: text.to_owned(), form, span: 0..0 }, extent).unwrap()
    }

    /// The obvious way, exponential and correct.
    fn naive(pattern: &[u8], text: &[u8]) -> bool {
        match (pattern.first(), text.first()) {
            (None, None) => true,
            (Some(b'*'), _) => naive(&pattern[1..], text) || (!text.is_empty() && naive(pattern, &text[1..])),
            (Some(a), Some(b)) => a == b && naive(&pattern[1..], &text[1..]),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn wildcards_match_as_the_naive_way_does(glob in "[ab*]{1,6}", text in "[aAbB]{0,10}") {
            let folded = text.to_ascii_lowercase();
            prop_assert_eq!(
                pattern(&glob, LiteralForm::Bare, MatchExtent::Whole).matches(&text),
                naive(glob.as_bytes(), folded.as_bytes())
            );
            prop_assert_eq!(
                pattern(&glob, LiteralForm::Bare, MatchExtent::Within).matches(&text),
                naive(format!("*{glob}*").as_bytes(), folded.as_bytes())
            );
        }
    }

    #[test]
    fn quotes_take_the_meaning_of_the_star_away() {
        assert!(pattern("a*", LiteralForm::Quoted, MatchExtent::Whole).matches("A*"));
        assert!(!pattern("a*", LiteralForm::Quoted, MatchExtent::Whole).matches("ab"));
        assert!(!pattern("A*", LiteralForm::Bare, MatchExtent::Whole).matches("ab"), "a capital letter is meant");
    }

    #[test]
    fn large_regular_expressions_are_refused() {
        assert!(pattern(r"^\w{36}$", LiteralForm::Regex { any_case: true }, MatchExtent::Within).matches(&"é".repeat(36)));
        let large = FilterLiteral { text: "(a{1000}){1000}".into(), form: LiteralForm::Regex { any_case: false }, span: 0..0 };
        assert!(Pattern::new(&large, MatchExtent::Within).unwrap_err().to_string().contains("too large"));
    }
}
