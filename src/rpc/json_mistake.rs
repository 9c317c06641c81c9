//! The first place where a text is not JSON, and what is wrong there, in words for a user who writes payloads. The parser of serde
//! decides what is JSON; this is asked only about texts that it has refused. Its own words name neither the missing quote nor the place
//! where it is missing.

use std::ops::Range;

/// A mistake and the part of the text to look at. The text is a clause, to be completed to a sentence.
pub(super) type JsonMistake = (Range<usize>, String);

/// Finds the first mistake. `None` for JSON.
pub(super) fn first_mistake(text: &str) -> Option<JsonMistake> {
    MistakeSearch { text, at: 0, open: Vec::new(), wanted: Wanted::Value(None), last: 0..0 }.run().err()
}

/// What must come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// A value; behind this mark, if there is one: a colon, a comma or an opening bracket.
    Value(Option<usize>),
    /// A name; behind this mark, an opening bracket or a comma.
    Name(usize),
    /// The colon behind a name.
    Colon,
    /// A comma or a closing bracket.
    Separator,
    /// Nothing more.
    End,
}

struct MistakeSearch<'a> {
    text: &'a str,
    at: usize,
    /// The brackets that are open, outermost first.
    open: Vec<usize>,
    wanted: Wanted,
    /// The word or bracket before the place.
    last: Range<usize>,
}

impl MistakeSearch<'_> {
    fn run(mut self) -> Result<(), JsonMistake> {
        loop {
            let rest = &self.text[self.at..];
            self.at += rest.find(|c| !matches!(c, ' ' | '\t' | '\r' | '\n')).unwrap_or(rest.len());
            let start = self.at;
            match self.text.as_bytes().get(start) {
                None => return self.end(),
                Some(b'"') => self.string()?,
                Some(mark @ (b'{' | b'[')) => {
                    self.takes_value(start..start + 1)?;
                    self.open.push(start);
                    self.wanted = if *mark == b'{' { Wanted::Name(start) } else { Wanted::Value(Some(start)) };
                    self.step();
                }
                Some(b'}' | b']') => self.close()?,
                Some(b':') => {
                    if self.wanted != Wanted::Colon {
                        return Err(self.unexpected_mark("this colon stands behind no name"));
                    }
                    self.wanted = Wanted::Value(Some(start));
                    self.step();
                }
                Some(b',') => {
                    if self.wanted != Wanted::Separator {
                        return Err(self.unexpected_mark("one comma too many"));
                    }
                    self.wanted = if self.in_object() { Wanted::Name(start) } else { Wanted::Value(Some(start)) };
                    self.step();
                }
                Some(_) => self.word()?,
            }
        }
    }

    fn in_object(&self) -> bool {
        self.open.last().is_some_and(|open| self.mark(*open) == '{')
    }

    fn mark(&self, at: usize) -> char {
        self.text[at..].chars().next().unwrap_or(' ')
    }

    /// Takes a mark of one byte in.
    fn step(&mut self) {
        self.last = self.at..self.at + 1;
        self.at += 1;
    }

    /// A value was read.
    fn done(&mut self, span: Range<usize>) {
        self.at = span.end;
        self.last = span;
        self.wanted = if self.open.is_empty() { Wanted::End } else { Wanted::Separator };
    }

    /// Whether a value may begin here.
    fn takes_value(&self, span: Range<usize>) -> Result<(), JsonMistake> {
        match self.wanted {
            Wanted::Value(_) => Ok(()),
            Wanted::Name(_) => Err((span, "a name in double quotes is wanted here".to_owned())),
            Wanted::Colon => Err(self.no_colon()),
            Wanted::Separator => Err((self.last.clone(), "a comma is missing behind this".to_owned())),
            Wanted::End => Err((span, "the JSON ends before this".to_owned())),
        }
    }

    fn no_colon(&self) -> JsonMistake {
        (self.last.clone(), "a colon is missing behind this name".to_owned())
    }

    /// What is wrong with a mark that nothing waits for: what should stand before it is missing, or the mark is too much.
    fn unexpected_mark(&self, otherwise: &str) -> JsonMistake {
        match self.wanted {
            Wanted::Value(Some(colon)) if self.mark(colon) == ':' => {
                (colon..colon + 1, "a value is missing behind this colon".to_owned())
            }
            Wanted::Colon => (self.last.clone(), "this name has no colon and no value".to_owned()),
            _ => (self.at..self.at + 1, otherwise.to_owned()),
        }
    }

    fn close(&mut self) -> Result<(), JsonMistake> {
        let (start, mark) = (self.at, self.mark(self.at));
        match self.wanted {
            Wanted::Name(before) | Wanted::Value(Some(before)) if self.mark(before) == ',' => {
                return Err((before..before + 1, "nothing follows this comma".to_owned()));
            }
            Wanted::Colon | Wanted::Value(Some(_)) if self.in_object() => return Err(self.unexpected_mark("")),
            _ => {}
        }
        let Some(open) = self.open.pop() else {
            return Err((start..start + 1, format!("this {mark} closes nothing")));
        };
        let opened = self.mark(open);
        if (opened == '{') != (mark == '}') {
            let line = self.text[..open].matches('\n').count() + 1;
            return Err((start..start + 1, format!("the {opened} of line {line} is not closed before this {mark}")));
        }
        self.done(start..start + 1);
        Ok(())
    }

    fn end(&self) -> Result<(), JsonMistake> {
        match (self.wanted, self.open.last()) {
            (Wanted::End, _) => Ok(()),
            (Wanted::Colon, _) => Err(self.unexpected_mark("")),
            (Wanted::Value(Some(mark)) | Wanted::Name(mark), _) if self.mark(mark) == ',' => {
                Err((mark..mark + 1, "nothing follows this comma".to_owned()))
            }
            (Wanted::Value(Some(mark)), _) if self.mark(mark) == ':' => Err(self.unexpected_mark("")),
            (_, Some(open)) => Err((*open..*open + 1, format!("this {} is never closed", self.mark(*open)))),
            (_, None) => Err((self.at..self.at, "there is no JSON".to_owned())),
        }
    }

    fn string(&mut self) -> Result<(), JsonMistake> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut end = start + 1;
        loop {
            match bytes.get(end) {
                Some(b'"') => break,
                None | Some(b'\n' | b'\r') => {
                    return Err((start..end, "this text has no closing \"".to_owned()));
                }
                Some(b'\\') => end = self.escape(end)?,
                Some(byte) if *byte < b' ' => {
                    let written = serde_json::Value::from(char::from(*byte).to_string()).to_string();
                    let written = written.trim_matches('"');
                    return Err((end..end + 1, format!("a text cannot hold this control character; write {written}")));
                }
                Some(_) => end += 1,
            }
        }
        let span = start..end + 1;
        if let Some(mistake) = self.lost_quote(&span) {
            return Err(mistake);
        }
        if let Wanted::Name(_) = self.wanted {
            self.at = span.end;
            self.last = span;
            self.wanted = Wanted::Colon;
            return Ok(());
        }
        self.takes_value(span.clone())?;
        self.done(span);
        Ok(())
    }

    /// A text that goes on right behind its closing quote has swallowed a mark: that quote opens the next text.
    fn lost_quote(&self, span: &Range<usize>) -> Option<JsonMistake> {
        let next = self.text[span.end..].chars().next()?;
        let (mark, what) = match self.wanted {
            Wanted::Name(_) => (':', "name"),
            _ => (',', "text"),
        };
        let inner = &self.text[span.start + 1..span.end - 1];
        let cut = inner.rfind(mark).filter(|_| next.is_alphanumeric() || next == '_')?;
        Some((span.start..span.start + 1 + cut, format!("this {what} has no closing \"")))
    }

    /// The end of the escape that begins at a backslash.
    fn escape(&self, at: usize) -> Result<usize, JsonMistake> {
        let hex = |at: usize| {
            let digits = self.text.get(at + 2..at + 6).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
            digits.filter(|_| self.text[at..].starts_with("\\u")).and_then(|digits| u32::from_str_radix(digits, 16).ok())
        };
        match self.text.as_bytes().get(at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
            Some(b'u') => match hex(at) {
                Some(0xD800..=0xDBFF) if matches!(hex(at + 6), Some(0xDC00..=0xDFFF)) => Ok(at + 12),
                Some(0xD800..=0xDFFF) => Err((at..at + 6, format!("{} is half of a character", &self.text[at..at + 6]))),
                Some(_) => Ok(at + 6),
                None => Err((at..at + 2, "four hexadecimal digits follow \\u".to_owned())),
            },
            // The missing quote is what is wrong, not the escape.
            None | Some(b'\n' | b'\r') => Ok(at + 1),
            Some(_) => {
                let end = at + 1 + self.mark(at + 1).len_utf8();
                Err((at..end, format!("{} is no escape; a backslash is written \\\\", &self.text[at..end])))
            }
        }
    }

    fn word(&mut self) -> Result<(), JsonMistake> {
        let start = self.at;
        let rest = &self.text[start..];
        if let Some(length) = comment(rest) {
            return Err((start..start + length, "JSON has no comments".to_owned()));
        }
        if rest.starts_with('\u{feff}') {
            return Err((start..start + 3, "this is a byte order mark".to_owned()));
        }
        if rest.starts_with(['\'', '‘', '’', '“', '”', '„', '`']) {
            let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
            let first = line.chars().next().map_or(1, char::len_utf8);
            let closing = line[first..].find(['\'', '’', '”', '“', '`']);
            let end = closing.map_or(first, |at| first + at + line[first + at..].chars().next().map_or(1, char::len_utf8));
            return Err((start..start + end, "a text stands in double quotes: \"".to_owned()));
        }
        let ends = |c: char| matches!(c, ' ' | '\t' | '\r' | '\n' | '{' | '}' | '[' | ']' | ':' | ',' | '"');
        let word = &rest[..rest.find(ends).unwrap_or(rest.len())];
        let span = start..start + word.len();
        if word.starts_with('=') && self.wanted == Wanted::Colon {
            return Err((start..start + 1, "a colon stands between a name and its value".to_owned()));
        }
        if word.starts_with(';') && self.wanted == Wanted::Separator {
            return Err((start..start + 1, "a comma stands between two values".to_owned()));
        }
        if let Wanted::Name(_) = self.wanted {
            let what = if rest[word.len()..].starts_with('"') {
                "this name has no opening \""
            } else {
                "a name stands in double quotes"
            };
            return Err((span, what.to_owned()));
        }
        self.takes_value(span.clone())?;
        if !is_value(word) {
            let what =
                if rest[word.len()..].starts_with('"') { "this text has no opening \"".to_owned() } else { no_value(word) };
            return Err((span, what));
        }
        self.done(span);
        Ok(())
    }
}

/// How long the comment is that a text begins with.
fn comment(text: &str) -> Option<usize> {
    let line = text.find(['\n', '\r']).unwrap_or(text.len());
    if text.starts_with("/*") {
        return Some(text.find("*/").map_or(text.len(), |end| end + 2));
    }
    (text.starts_with("//") || text.starts_with('#')).then_some(line)
}

fn is_value(word: &str) -> bool {
    matches!(word, "true" | "false" | "null") || is_number(word)
}

fn is_number(word: &str) -> bool {
    let digits = |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let rest = word.strip_prefix('-').unwrap_or(word);
    let whole = digits(rest);
    if whole == 0 || (whole > 1 && rest.starts_with('0')) {
        return false;
    }
    let mut rest = &rest[whole..];
    if let Some(fraction) = rest.strip_prefix('.') {
        let count = digits(fraction);
        if count == 0 {
            return false;
        }
        rest = &fraction[count..];
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let count = digits(exponent);
        return count > 0 && count == exponent.len();
    }
    rest.is_empty()
}

/// What is wrong with a bare word in the place of a value.
fn no_value(word: &str) -> String {
    let unsigned = word.trim_start_matches(['-', '+']);
    let lower = word.to_lowercase();
    match lower.as_str() {
        "true" | "false" | "null" => return format!("JSON writes {lower} in small letters"),
        "undefined" | "none" | "nil" => return "JSON writes null, or the field is left out".to_owned(),
        _ => {}
    }
    if matches!(unsigned.to_lowercase().as_str(), "nan" | "inf" | "infinity") {
        return "JSON has only finite numbers".to_owned();
    }
    let shown: String = word.chars().take(20).collect();
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return format!("{shown} is no value; a text stands in double quotes");
    }
    let numeric = unsigned.chars().all(|c| c.is_ascii_digit() || c == '.');
    if numeric && word.starts_with('+') {
        "a number has no plus sign".to_owned()
    } else if numeric && unsigned.starts_with('.') {
        "a number begins with a digit: 0.5".to_owned()
    } else if numeric && unsigned.ends_with('.') {
        "digits are missing behind the point".to_owned()
    } else if numeric && unsigned.len() > 1 && unsigned.starts_with('0') && unsigned.matches('.').count() < 2 {
        "a number does not begin with 0".to_owned()
    } else {
        format!("{shown} is no number; a text stands in double quotes")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::de::IgnoredAny;

    use super::*;

    #[test]
    fn the_common_mistakes_are_named_where_they_are() {
        for (text, place, what) in [
            ("{\n  \"type\": \"Soft\n}", "\"Soft", "this text has no closing \""),
            ("{\"idTag\": \"A, \"meterStart\": 1}", "\"A", "this text has no closing \""),
            ("{\"type: \"Soft\"}", "\"type", "this name has no closing \""),
            ("{\"type\": Soft\"}", "Soft", "this text has no opening \""),
            ("{type\": 1}", "type", "this name has no opening \""),
            ("{\"a\": 1\n \"b\": 2}", "1", "a comma is missing behind this"),
            ("[{} {}]", "}", "a comma is missing behind this"),
            ("{\"a\" 1}", "\"a\"", "a colon is missing behind this name"),
            ("{\"a\" = 1}", "=", "a colon stands between a name and its value"),
            ("{\"a\"}", "\"a\"", "this name has no colon and no value"),
            ("{\"a\": }", ":", "a value is missing behind this colon"),
            ("{\"a\": , \"b\": 1}", ":", "a value is missing behind this colon"),
            ("{\"a\": 1,}", ",", "nothing follows this comma"),
            ("[1, ]", ",", "nothing follows this comma"),
            ("[1,, 2]", ",", "one comma too many"),
            ("{, \"a\": 1}", ",", "one comma too many"),
            ("{\"a\": 1; \"b\": 2}", "1;", "1; is no number; a text stands in double quotes"),
            ("{\"a\": {\"b\": 1}", "{", "this { is never closed"),
            ("{\"a\": [1, 2", "[", "this [ is never closed"),
            ("{\n\"a\": [1, 2}", "}", "the [ of line 2 is not closed before this }"),
            ("{}}", "}", "this } closes nothing"),
            ("{} x", "x", "the JSON ends before this"),
            ("{'a': 1}", "'a'", "a text stands in double quotes: \""),
            ("{\"a\": “b”}", "“b”", "a text stands in double quotes: \""),
            ("{a: 1}", "a", "a name stands in double quotes"),
            ("{1: 1}", "1", "a name stands in double quotes"),
            ("{\"a\": Soft}", "Soft", "Soft is no value; a text stands in double quotes"),
            ("{\"a\": True}", "True", "JSON writes true in small letters"),
            ("{\"a\": undefined}", "undefined", "JSON writes null, or the field is left out"),
            ("{\"a\": -Infinity}", "-Infinity", "JSON has only finite numbers"),
            ("{\"a\": NaN}", "NaN", "JSON has only finite numbers"),
            ("{\"a\": 007}", "007", "a number does not begin with 0"),
            ("{\"a\": +1}", "+1", "a number has no plus sign"),
            ("{\"a\": .5}", ".5", "a number begins with a digit: 0.5"),
            ("{\"a\": 1.}", "1.", "digits are missing behind the point"),
            ("{\"a\": 10kW}", "10kW", "10kW is no number; a text stands in double quotes"),
            ("{\"a\": 1 // one\n}", "// one", "JSON has no comments"),
            ("{/* one */ \"a\": 1}", "/* one */", "JSON has no comments"),
            ("{\"a\": \"\\q\"}", "\\q", "\\q is no escape; a backslash is written \\\\"),
            ("{\"a\": \"\\u12\"}", "\\u", "four hexadecimal digits follow \\u"),
            ("{\"a\": \"\\ud800\"}", "\\ud800", "\\ud800 is half of a character"),
            ("{\"a\": \"x\ty\"}", "\t", "a text cannot hold this control character; write \\t"),
            ("\u{feff}{}", "\u{feff}", "this is a byte order mark"),
            ("", "", "there is no JSON"),
            ("{\"a\": ", ":", "a value is missing behind this colon"),
        ] {
            let (span, found) = first_mistake(text).unwrap_or_else(|| panic!("{text} is JSON"));
            assert_eq!((&text[span], found.as_str()), (place, what), "{text}");
        }
    }

    fn text() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "{", "}", "[", "]", ",", ":", "\"", "\\", " ", "\n", "\"a\"", "\"a\": ", "12.50", "-0", "01", "1e5", "true", "nul",
            "é⚡", "\\u00e9", "x", "'", "//", "/*", "\t", "=",
        ]);
        prop_oneof![any::<String>(), prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())]
    }

    proptest! {
        /// A reader that keeps no values neither has our limits nor minds halves of characters.
        #[test]
        fn it_agrees_with_the_parser(text in text()) {
            let json = serde_json::from_str::<IgnoredAny>(&text).is_ok();
            match first_mistake(&text) {
                None => prop_assert!(json, "{}", text),
                Some((span, what)) => {
                    prop_assert!(!json || what.contains("half of"), "{}: {}", text, what);
                    prop_assert!(text.get(span).is_some());
                }
            }
        }
    }
}
