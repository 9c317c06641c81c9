//! The words of a command line. Blanks separate; double quotes and brackets keep blanks together; quotes stay in the word, because
//! what they mean is decided where the word is used. Nothing here knows a command.
//! Ours, because `shlex` removes the quotes, knows no brackets, and does not return the position of a word in the line.

use std::ops::Range;

/// A value with the place where it was typed. Two of them are equal when their values are: the same command typed with more
/// blanks is the same command.
#[derive(Debug, Clone)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it was typed, in bytes of the line.
    pub span: Range<usize>,
}

impl<T: PartialEq> PartialEq for Spanned<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T> Spanned<T> {
    /// A value and its place.
    pub const fn new(value: T, span: Range<usize>) -> Spanned<T> {
        Spanned { value, span }
    }
}

/// A word of a line, as it was typed.
pub type Word<'a> = Spanned<&'a str>;

/// A quote that is never closed; the offset is that of the quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnterminatedQuote(pub usize);

/// Splits a line into words. A bracket without its partner keeps nothing together, so that broken JSON can be sent on purpose
/// without swallowing the rest of the line.
///
/// # Errors
/// With the place of a quotation mark that has no partner.
pub fn tokenize(line: &str) -> Result<Vec<Word<'_>>, UnterminatedQuote> {
    let scan = Scan::of(line, false);
    scan.open_quote.map_or_else(|| Ok(scan.words(line)), |at| Err(UnterminatedQuote(at)))
}

/// Splits the beginning of a line, up to a cursor: a quote or bracket that is still open keeps everything behind it together.
pub fn tokenize_unfinished(line: &str) -> Vec<Word<'_>> {
    Scan::of(line, true).words(line)
}

/// What one pass over the line finds.
struct Scan {
    /// The blanks that separate, as offsets; each is one byte long.
    separators: Vec<usize>,
    open_quote: Option<usize>,
}

impl Scan {
    fn of(line: &str, unfinished: bool) -> Scan {
        let bytes = line.as_bytes();
        let mut open_quote = None;
        // The open brackets, each with the number of separators that were found before it: when it closes, those behind it are
        // no separators after all. Any closing bracket closes the last one opened, so broken JSON stays together too.
        let mut brackets: Vec<usize> = Vec::new();
        let mut separators = Vec::new();
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'\\' if open_quote.is_some() => at += 1,
                b'"' if open_quote.is_some() => open_quote = None,
                b'"' => open_quote = Some(at),
                _ if open_quote.is_some() => {}
                b'{' | b'[' => brackets.push(separators.len()),
                b'}' | b']' => separators.truncate(brackets.pop().unwrap_or(separators.len())),
                b' ' | b'\t' | b'\r' | b'\n' => separators.push(at),
                _ => {}
            }
            at += 1;
        }
        if let Some(first) = brackets.first().filter(|_| unfinished) {
            separators.truncate(*first);
        }
        Scan { separators, open_quote }
    }

    fn words<'a>(&self, line: &'a str) -> Vec<Word<'a>> {
        let mut words = Vec::new();
        let mut start = 0;
        for end in self.separators.iter().copied().chain([line.len()]) {
            if start < end {
                words.push(Spanned::new(&line[start..end], start..end));
            }
            start = end + 1;
        }
        words
    }
}

/// The text of a word that is a name or an address: without its quotes, with the escapes of JSON resolved.
pub fn unquote(word: &str) -> String {
    serde_json::from_str::<String>(word).unwrap_or_else(|_| word.to_owned())
}

/// Writes a text so that [`unquote`] reads it back from one word, which begins neither an option nor a payload.
pub fn quote(text: &str) -> String {
    let bare = !text.is_empty()
        && !text.starts_with(['-', '@'])
        && !text.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '{' | '}' | '[' | ']' | '='));
    if bare { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

/// Makes a line of the arguments that a shell passed. The shell has removed a level of quotes; where an argument would break into
/// several words it gets quotes again. (Two arguments of broken JSON, one with an opening and a later one with a closing bracket,
/// become one word; that is what the brackets of a line mean.)
pub fn join<S: AsRef<str>>(arguments: impl IntoIterator<Item = S>) -> String {
    let words: Vec<String> = arguments
        .into_iter()
        .map(|argument| {
            let argument = argument.as_ref();
            if tokenize(argument).is_ok_and(|words| words.len() == 1 && words[0].value == argument) {
                return argument.to_owned();
            }
            match argument.split_once('=') {
                Some((name, value)) if tokenize(name).is_ok_and(|words| words.len() == 1) => {
                    format!("{name}={}", serde_json::Value::from(value))
                }
                _ => serde_json::Value::from(argument).to_string(),
            }
        })
        .collect();
    words.join(" ")
}

/// The column of a byte offset, in characters, counted from 1.
pub fn column(line: &str, offset: usize) -> usize {
    line.char_indices().take_while(|(at, _)| *at < offset).count() + 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(line: &str) -> Vec<&str> {
        tokenize(line).unwrap().into_iter().map(|word| word.value).collect()
    }

    #[test]
    fn blanks_separate_and_quotes_stay() {
        assert_eq!(words("  start_cs\t9000  -u /x "), ["start_cs", "9000", "-u", "/x"]);
        assert_eq!(words(r#"a="DBT 2" b"#), [r#"a="DBT 2""#, "b"]);
        assert_eq!(words(r#"a="esc\" q" b"#), [r#"a="esc\" q""#, "b"]);
        assert_eq!(words(r#"send_raw -e "[2,"x","Heartbeat",{}]""#), ["send_raw", "-e", r#""[2,"x","Heartbeat",{}]""#]);
        assert_eq!(words(""), Vec::<&str>::new());
    }

    #[test]
    fn brackets_keep_json_together() {
        assert_eq!(
            words(r#"-p {"idTag": "A B", "x": [1, 2]} --id 0"#),
            ["-p", r#"{"idTag": "A B", "x": [1, 2]}"#, "--id", "0"]
        );
        assert_eq!(words(r#"key=["a", "b"]"#), [r#"key=["a", "b"]"#]);
        assert_eq!(words(r#"{"a": "}"} b"#), [r#"{"a": "}"}"#, "b"]);
    }

    #[test]
    fn a_bracket_without_partner_keeps_nothing_together() {
        assert_eq!(words("-p {bad --id 0"), ["-p", "{bad", "--id", "0"]);
        assert_eq!(words("-p bad} --id 0"), ["-p", "bad}", "--id", "0"]);
        assert_eq!(words(r#"{bad {"a": 1} c"#), ["{bad", r#"{"a": 1}"#, "c"]);
    }

    #[test]
    fn an_unterminated_quote_is_an_error_at_the_quote() {
        assert_eq!(tokenize(r#"a b="x y"#), Err(UnterminatedQuote(4)));
        assert_eq!(tokenize(r#"a b="x\" y"#), Err(UnterminatedQuote(4)));
        assert_eq!(column("é b=\"x", 5), 5);
    }

    #[test]
    fn an_unfinished_line_keeps_what_is_open() {
        let values: Vec<_> = tokenize_unfinished(r#"send -p {"idTag": "A B"#).into_iter().map(|word| word.value).collect();
        assert_eq!(values, ["send", "-p", r#"{"idTag": "A B"#]);
    }

    #[test]
    fn arguments_of_a_shell_become_words_again() {
        assert_eq!(join(["start_cs", "9000", "-u", "/x"]), "start_cs 9000 -u /x");
        assert_eq!(join(["bootnotification", "chargePointVendor=DBT 2"]), r#"bootnotification chargePointVendor="DBT 2""#);
        assert_eq!(join(["send", "-p", r#"{"idTag": "A B"}"#]), r#"send -p {"idTag": "A B"}"#);
        assert_eq!(join(["a b", "", "x\"y"]), r#""a b" "" "x\"y""#);
    }

    proptest! {
        #[test]
        fn words_lie_in_the_line_and_print_as_themselves(line in "([ a-z=@é\"\\\\{}\\[\\],:-]|\\PC){0,60}") {
            for word in tokenize_unfinished(&line) {
                prop_assert_eq!(line.get(word.span.clone()), Some(word.value));
            }
            if let Ok(words) = tokenize(&line) {
                let values: Vec<_> = words.iter().map(|word| word.value).collect();
                let printed = values.join(" ");
                let again = tokenize(&printed).unwrap();
                prop_assert_eq!(again.iter().map(|word| word.value).collect::<Vec<_>>(), values);
            }
        }

        #[test]
        fn any_text_survives_as_one_word(text in any::<String>()) {
            let word = quote(&text);
            prop_assert_eq!(tokenize(&word).unwrap().len(), 1);
            prop_assert_eq!(unquote(&word), text);
        }

        #[test]
        fn any_arguments_of_a_shell_make_a_line(arguments in prop::collection::vec(any::<String>(), 0..5)) {
            let line = join(&arguments);
            prop_assert!(tokenize(&line).is_ok());
        }
    }
}
