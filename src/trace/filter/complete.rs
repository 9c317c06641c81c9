//! Completion of a filter while it is typed: keys at the beginning of a condition, values behind a key. How candidates are shown is
//! the front end's business.

use std::borrow::Cow;
use std::ops::Range;

use super::key::{FilterKey, KEYS, KeyKind};
use super::pattern::is_plain;

/// What is known of the session and can stand as a value.
#[derive(Debug, Clone, Copy, Default)]
pub struct KnownNames<'a> {
    /// Names of actions.
    pub actions: &'a [&'a str],
    /// Identities of stations.
    pub stations: &'a [&'a str],
}

/// What could stand at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterCompletion {
    /// The bytes of the text that a candidate replaces.
    pub span: Range<usize>,
    /// The candidates, best first; none when nothing is known about this place.
    pub candidates: Vec<FilterCandidate>,
}

/// One thing that could stand there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterCandidate {
    /// What replaces the span.
    pub text: String,
    /// What it means; empty when the text is self-explanatory.
    pub help: &'static str,
}

/// The most candidates that are offered at once.
const LIMIT: usize = 200;

/// Completes the word that ends at the cursor (in bytes).
pub fn complete(text: &str, cursor: usize, known: KnownNames<'_>) -> FilterCompletion {
    let cursor = (0..=cursor.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let Some(start) = start_of_word(&text[..cursor]) else {
        return FilterCompletion { span: cursor..cursor, candidates: Vec::new() };
    };
    let word = &text[start..cursor];
    let operator = word.find([':', '=', '<', '>']);
    let Some((key, value_at)) = operator.and_then(|at| FilterKey::find(&word[..at]).map(|key| (key, start + at + 1))) else {
        let candidates = if operator.is_some() { Vec::new() } else { keys(word) };
        return FilterCompletion { span: start..cursor, candidates };
    };
    // `>=` and `<=` are two characters.
    let value_at = value_at + usize::from(text[value_at..cursor].starts_with('='));
    let value = &text[value_at..cursor];
    // A list of values goes on behind its last comma.
    let begun = match key.kind {
        KeyKind::Choice(_) => value.rfind(',').map_or(0, |comma| comma + 1),
        _ => 0,
    };
    FilterCompletion { span: value_at + begun..cursor, candidates: values(key, &value[begun..], known) }
}

/// Where a word begins that ends at the end of the text and is the beginning of a key, or a key without its value: `kin`, `kind`. A
/// filter that is being typed should not search for it. One letter is none: it begins too many words.
pub fn half_typed_key(text: &str) -> Option<usize> {
    let start = start_of_word(text)?;
    let word = &text[start..];
    (word.len() > 1 && KEYS.iter().any(|key| starts_with(key.name, word))).then_some(start)
}

/// Where the word before the cursor begins; `None` inside a quoted text.
fn start_of_word(before: &str) -> Option<usize> {
    let mut start = 0;
    let mut quote = None;
    let mut escaped = false;
    for (at, character) in before.char_indices() {
        match quote {
            Some(open) => {
                if character == open && !escaped {
                    quote = None;
                }
                escaped = character == '\\' && !escaped;
            }
            None if character.is_whitespace() || matches!(character, '(' | ')') => start = at + character.len_utf8(),
            None if character == '!' && at == start => start = at + 1,
            // Quotation marks count where a literal can begin, as in the lexer; an apostrophe inside a word does not.
            None if matches!(character, '"' | '\'') && (at == start || before[..at].ends_with([':', '=', '<', '>'])) => {
                quote = Some(character);
            }
            None => {}
        }
    }
    quote.is_none().then_some(start)
}

fn starts_with(name: &str, prefix: &str) -> bool {
    name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

fn keys(prefix: &str) -> Vec<FilterCandidate> {
    let keys = KEYS.iter().filter(|key| starts_with(key.name, prefix)).map(|key| {
        let operator = if key.is_compared() { '>' } else { ':' };
        FilterCandidate { text: format!("{}{operator}", key.name), help: key.help }
    });
    let words = [("or", "one of two conditions"), ("not", "the opposite of a condition")];
    let words = words.into_iter().filter(|(word, _)| !prefix.is_empty() && starts_with(word, prefix));
    keys.chain(words.map(|(word, help)| FilterCandidate { text: word.to_owned(), help })).collect()
}

/// A text as a value that means exactly this text: in quotes where it would mean something else without.
pub fn quote_value(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")) }
}

fn values(key: &FilterKey, prefix: &str, known: KnownNames<'_>) -> Vec<FilterCandidate> {
    let names: Cow<'_, [&str]> = match key.kind {
        KeyKind::Identity => known.stations.into(),
        KeyKind::Action => known.actions.into(),
        KeyKind::Since => ["1m", "5m", "15m", "1h"].to_vec().into(),
        KeyKind::Before | KeyKind::Id | KeyKind::Transaction | KeyKind::Finding | KeyKind::Cause => Cow::default(),
        KeyKind::Size => ["1k", "10k", "100k", "1m"].to_vec().into(),
        KeyKind::Latency => ["100ms", "1s", "5s"].to_vec().into(),
        KeyKind::Choice(_) => key.values().into(),
    };
    let fitting = names.iter().filter(|name| starts_with(name, prefix)).take(LIMIT);
    let help = |name: &str| match key.kind {
        KeyKind::Choice(field) => field.meaning(name),
        _ => "",
    };
    fitting.map(|name| FilterCandidate { text: quote_value(name), help: help(name) }).collect()
}
