//! Finding a text in a text, quickly and without allocating: the part of a pattern between two wildcards. Patterns are in `pattern`.

use std::fmt;

use memchr::memmem;

/// The longest text that is compared in place at every candidate. Longer ones go through an automaton, so that a hostile text
/// cannot make the search quadratic.
const SHORT: usize = 32;

/// Something to find. Small letters find capitals too when the pattern was written without capitals.
#[derive(Clone)]
pub(super) struct Needle {
    bytes: Box<[u8]>,
    any_case: bool,
    search: Search,
}

#[derive(Clone)]
enum Search {
    Empty,
    Exact(Box<memmem::Finder<'static>>),
    /// Looks for the rarest byte in both cases and compares around it.
    Rarest {
        offset: usize,
        small: u8,
        capital: u8,
    },
    Automaton(regex::bytes::Regex),
}

impl fmt::Debug for Needle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Needle({:?}, any_case: {})", String::from_utf8_lossy(&self.bytes), self.any_case)
    }
}

impl Needle {
    pub fn new(text: &str, any_case: bool) -> Needle {
        let bytes: Box<[u8]> = if any_case { text.to_ascii_lowercase() } else { text.to_owned() }.into_bytes().into();
        let has_letters = bytes.iter().any(u8::is_ascii_alphabetic);
        let any_case = any_case && has_letters;
        let search = if bytes.is_empty() {
            Search::Empty
        } else if !any_case {
            Search::Exact(Box::new(memmem::Finder::new(&bytes).into_owned()))
        } else {
            automaton(&bytes, text).map_or_else(|| rarest(&bytes), Search::Automaton)
        };
        Needle { bytes, any_case, search }
    }

    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether two texts of the same length are the same for this needle.
    fn same(&self, text: &[u8]) -> bool {
        if self.any_case { text.eq_ignore_ascii_case(&self.bytes) } else { *text == *self.bytes }
    }

    pub fn is_whole(&self, text: &[u8]) -> bool {
        text.len() == self.len() && self.same(text)
    }

    pub fn is_prefix(&self, text: &[u8]) -> bool {
        text.get(..self.len()).is_some_and(|start| self.same(start))
    }

    pub fn is_suffix(&self, text: &[u8]) -> bool {
        text.len().checked_sub(self.len()).is_some_and(|at| self.same(&text[at..]))
    }

    /// Where the text holds it first.
    pub fn find(&self, text: &[u8]) -> Option<usize> {
        match &self.search {
            Search::Empty => Some(0),
            Search::Exact(finder) => finder.find(text),
            Search::Automaton(regex) => regex.find(text).map(|found| found.start()),
            Search::Rarest { offset, small, capital } => {
                let last = text.len().checked_sub(self.len())?;
                // The byte at `offset` of every possible place, and nothing else.
                let window = &text[*offset..=last + offset];
                memchr::memchr2_iter(*small, *capital, window).find(|at| self.same(&text[*at..at + self.len()]))
            }
        }
    }
}

/// The automaton for a long needle; `None` for a short one.
fn automaton(bytes: &[u8], text: &str) -> Option<regex::bytes::Regex> {
    if bytes.len() <= SHORT {
        return None;
    }
    // Letters outside ASCII keep their case here as everywhere in this file.
    regex::bytes::RegexBuilder::new(&regex::escape(text)).case_insensitive(true).unicode(false).build().ok()
}

fn rarest(bytes: &[u8]) -> Search {
    let offset = (0..bytes.len()).min_by_key(|at| commonness(bytes[*at])).unwrap_or(0);
    Search::Rarest { offset, small: bytes[offset], capital: bytes[offset].to_ascii_uppercase() }
}

/// How common a byte is in the frames of OCPP, roughly; the order within English is the textbook's.
fn commonness(byte: u8) -> usize {
    const COMMON: &[u8] = b"zqjxkvbywgfpmuhdlcrsnoiat\":,0e";
    match byte {
        b'0'..=b'9' => COMMON.len() - 2,
        _ => COMMON.iter().position(|known| *known == byte).map_or(0, |rank| rank + 1),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn long_needles_are_found_in_any_case_too() {
        let text = format!("{}é.*x", "a".repeat(SHORT));
        let needle = Needle::new(&text, true);
        assert!(matches!(needle.search, Search::Automaton(_)));
        assert_eq!(needle.find(format!("bb{}é.*X", "A".repeat(SHORT)).as_bytes()), Some(2));
        assert_eq!(needle.find(format!("bb{}É.*X", "A".repeat(SHORT)).as_bytes()), None);
        assert_eq!(needle.find(format!("bb{}é.x", "A".repeat(SHORT)).as_bytes()), None);
    }

    proptest! {
        #[test]
        fn a_needle_is_found_where_a_naive_search_finds_it(
            needle in "[abAé0]{0,4}", text in "[abABéÉ0 ]{0,30}", any_case: bool,
        ) {
            let fold = |text: &str| if any_case { text.to_ascii_lowercase() } else { text.to_owned() };
            let compiled = Needle::new(&needle, any_case);
            prop_assert_eq!(compiled.find(text.as_bytes()), fold(&text).find(&fold(&needle)));
            prop_assert_eq!(compiled.is_prefix(text.as_bytes()), fold(&text).starts_with(&fold(&needle)));
            prop_assert_eq!(compiled.is_suffix(text.as_bytes()), fold(&text).ends_with(&fold(&needle)));
            prop_assert_eq!(compiled.is_whole(text.as_bytes()), fold(&text) == fold(&needle));
        }
    }
}
