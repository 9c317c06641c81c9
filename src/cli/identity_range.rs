//! Many identities in one word: `CP{1..50}` and `CP{001..200}`, as shells with brace expansion read them. Others pass it on unchanged, and
//! then it is expanded here. A text in braces that is no range stays as it is.

use std::ops::RangeInclusive;

/// The most stations of one range.
const MOST: u64 = 100_000;

/// The identities that a word stands for.
///
/// # Errors
/// When a range has more than `MOST` numbers, a sentence.
pub fn identities(word: &str) -> Result<Vec<String>, String> {
    let Some((before, range, width, behind)) = parts(word) else { return Ok(vec![word.to_owned()]) };
    let (first, last) = (*range.start(), *range.end());
    if first.abs_diff(last) >= MOST {
        return Err(format!("{word} stands for more than {MOST} identities; use several programs for so many"));
    }
    let name = |number: u64| format!("{before}{number:0width$}{behind}");
    let numbers: Vec<u64> = if first <= last { (first..=last).collect() } else { (last..=first).rev().collect() };
    Ok(numbers.into_iter().map(name).collect())
}

/// The text before the range, its numbers, their digits with leading zeros, and the text behind.
fn parts(word: &str) -> Option<(&str, RangeInclusive<u64>, usize, &str)> {
    let (before, rest) = word.split_once('{')?;
    let (range, behind) = rest.split_once('}')?;
    let (first, last) = range.split_once("..")?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(first) || !digits(last) {
        return None;
    }
    let is_padded = |text: &str| text.len() > 1 && text.starts_with('0');
    let width = if is_padded(first) || is_padded(last) { first.len().max(last.len()) } else { 1 };
    Some((before, first.parse().ok()?..=last.parse().ok()?, width, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_what_a_shell_makes_of_it() {
        for (word, names) in [
            ("CP{1..3}", "CP1 CP2 CP3"),
            ("CP{3..1}-x", "CP3-x CP2-x CP1-x"),
            ("{08..11}", "08 09 10 11"),
            ("CP{1..010}", "CP001 CP002 CP003 CP004 CP005 CP006 CP007 CP008 CP009 CP010"),
            ("CP{5..5}", "CP5"),
        ] {
            assert_eq!(identities(word).unwrap().join(" "), names, "{word}");
        }
    }

    #[test]
    fn other_words_are_identities() {
        for word in ["CP1", "CP{}", "CP{1,2}", "CP{a..c}", "CP{1..", "CP{..3}", "CP{-1..3}", "CP{1..99999999999999999999}"] {
            assert_eq!(identities(word).unwrap(), [word]);
        }
        assert!(identities("CP{1..100001}").unwrap_err().contains("more than 100000"));
        assert_eq!(identities("CP{1..100000}").unwrap().len(), 100_000);
    }
}
