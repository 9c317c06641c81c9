//! The words of the filter language: cuts a text into parentheses, operators of logic, literals and conditions, each with its place
//! in the text. What a key or a value means is the parser's business.

use std::ops::Range;

use super::FilterError;
use super::key::FilterKey;
use super::syntax::{FieldStep, FilterLiteral, FilterOperator, LiteralForm};

/// A piece of the text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FilterToken {
    pub kind: TokenKind,
    pub span: Range<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    Open,
    Close,
    Not,
    And,
    Or,
    /// Something to search for.
    Text(FilterLiteral),
    /// `key:value`, `key>value`.
    Key {
        key: Range<usize>,
        operator: FilterOperator,
        value: FilterLiteral,
    },
    /// `$.path`, `$.path=value`.
    Path {
        steps: Vec<FieldStep>,
        test: Option<(FilterOperator, FilterLiteral)>,
    },
}

/// Operators by their spelling, the longer ones first. `==` is read as `=`, out of habit.
const OPERATORS: [(&str, FilterOperator); 8] = [
    ("!=", FilterOperator::NotEqual),
    ("<=", FilterOperator::LessOrEqual),
    (">=", FilterOperator::GreaterOrEqual),
    ("==", FilterOperator::Equal),
    (":", FilterOperator::Has),
    ("=", FilterOperator::Equal),
    ("<", FilterOperator::Less),
    (">", FilterOperator::Greater),
];

/// Where the names of conditions come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NameSource {
    /// The table of keys; fields of the payload begin with `$`.
    Keys,
    /// The payload alone: `idTag=X` is `$.idTag=X`.
    Payload,
}

/// Cuts a text into tokens.
pub(super) fn lex(text: &str, names: NameSource) -> Result<Vec<FilterToken>, FilterError> {
    let mut lexer = Lexer { text, at: 0, names };
    let mut tokens = Vec::new();
    loop {
        lexer.take_while(char::is_whitespace);
        let start = lexer.at;
        let Some(next) = lexer.peek() else { return Ok(tokens) };
        let kind = lexer.token(next)?;
        tokens.push(FilterToken { kind, span: start..lexer.at });
    }
}

/// Whether a character ends a bare word.
fn is_boundary(character: char) -> bool {
    character.is_whitespace() || matches!(character, '(' | ')')
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    names: NameSource,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    fn take(&mut self, expected: &str) -> bool {
        let there = self.rest().starts_with(expected);
        if there {
            self.at += expected.len();
        }
        there
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|character| !wanted(character)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn error(&self, start: usize, message: impl Into<String>) -> FilterError {
        FilterError::new(self.text, start..self.at, message)
    }

    fn operator(&mut self) -> Option<FilterOperator> {
        OPERATORS.into_iter().find(|(spelling, _)| self.take(spelling)).map(|(_, operator)| operator)
    }

    fn token(&mut self, next: char) -> Result<TokenKind, FilterError> {
        let start = self.at;
        match next {
            '(' | ')' => {
                self.bump();
                Ok(if next == '(' { TokenKind::Open } else { TokenKind::Close })
            }
            '"' | '\'' => self.quoted().map(TokenKind::Text),
            '/' => self.regex().map(TokenKind::Text),
            '$' if self.rest()[1..].starts_with(['.', '[']) => self.path(),
            '!' | '<' | '>' | '=' | ':' => {
                if next == '!' && !self.rest().starts_with("!=") {
                    self.bump();
                    return Ok(TokenKind::Not);
                }
                self.operator();
                Err(self
                    .error(start, "An operator follows its key without a space: write size>2k, $.connectorId!=1 or cp:CP01."))
            }
            _ => self.word(),
        }
    }

    /// A bare word, a word of logic, or a key with its value.
    fn word(&mut self) -> Result<TokenKind, FilterError> {
        let start = self.at;
        let key = self.take_while(|character| character.is_ascii_alphabetic());
        if self.names == NameSource::Payload && !key.is_empty() {
            let is_word = ["and", "or", "not"].iter().any(|word| key.eq_ignore_ascii_case(word));
            if !is_word || self.peek().is_some_and(|next| !is_boundary(next)) {
                self.at = start;
                let name = self.field_name();
                return self.path_behind(vec![FieldStep::Name(name)]);
            }
        } else if !key.is_empty() {
            let span = start..self.at;
            if let Some(operator) = self.operator() {
                // What follows an unknown key may be anything, and it is the key that is wrong: `http://host`.
                let value = if FilterKey::find(key).is_some() { self.value()? } else { self.rest_of_word() };
                return Ok(TokenKind::Key { key: span, operator, value });
            }
        }
        self.at = start;
        let word = self.bare()?;
        Ok(match word.text.as_str() {
            "&&" => TokenKind::And,
            "||" => TokenKind::Or,
            text if text.eq_ignore_ascii_case("and") => TokenKind::And,
            text if text.eq_ignore_ascii_case("or") => TokenKind::Or,
            text if text.eq_ignore_ascii_case("not") => TokenKind::Not,
            _ => TokenKind::Text(word),
        })
    }

    /// What follows an operator. An empty value is left to the parser, which knows what could stand there.
    fn value(&mut self) -> Result<FilterLiteral, FilterError> {
        match self.peek() {
            Some('"' | '\'') => self.quoted(),
            Some('/') => self.regex(),
            _ => self.bare(),
        }
    }

    fn bare(&mut self) -> Result<FilterLiteral, FilterError> {
        let start = self.at;
        let text = self.take_while(|character| !is_boundary(character) && character != '"');
        if self.peek() == Some('"') {
            let quote = self.at;
            self.bump();
            return Err(
                self.error(quote, "A quotation mark stands inside a word; put the whole text in quotes: '\"status\":1'.")
            );
        }
        Ok(FilterLiteral { text: text.to_owned(), form: LiteralForm::Bare, span: start..self.at })
    }

    fn rest_of_word(&mut self) -> FilterLiteral {
        let start = self.at;
        let text = self.take_while(|character| !is_boundary(character));
        FilterLiteral { text: text.to_owned(), form: LiteralForm::Bare, span: start..self.at }
    }

    fn quoted(&mut self) -> Result<FilterLiteral, FilterError> {
        let start = self.at;
        let quote = self.bump();
        let mut text = String::new();
        loop {
            match self.bump() {
                None => {
                    return Err(self.error(start, "The quoted text has no end; add the closing quotation mark.").continuing());
                }
                next if next == quote => break,
                // A backslash protects a quotation mark or itself; before anything else it is a backslash.
                Some('\\') if matches!(self.peek(), Some('\\' | '"' | '\'')) => text.extend(self.bump()),
                Some(other) => text.push(other),
            }
        }
        self.end_of_literal(start, "quoted text")?;
        Ok(FilterLiteral { text, form: LiteralForm::Quoted, span: start..self.at })
    }

    fn regex(&mut self) -> Result<FilterLiteral, FilterError> {
        let start = self.at;
        self.bump();
        let mut source = String::new();
        loop {
            match self.bump() {
                None => {
                    return Err(self.error(start, "The regular expression has no end; add the closing /.").continuing());
                }
                Some('/') => break,
                Some('\\') if self.take("/") => source.push('/'),
                Some('\\') => {
                    source.push('\\');
                    source.extend(self.bump());
                }
                Some(other) => source.push(other),
            }
        }
        let any_case = self.take("i");
        self.end_of_literal(start, "regular expression")?;
        if source.is_empty() {
            return Err(self.error(start, "The regular expression is empty; write what to look for between the slashes."));
        }
        Ok(FilterLiteral { text: source, form: LiteralForm::Regex { any_case }, span: start..self.at })
    }

    fn end_of_literal(&mut self, start: usize, what: &str) -> Result<(), FilterError> {
        if self.peek().is_none_or(is_boundary) {
            return Ok(());
        }
        let hint = if what.starts_with('r') { ", or quote a text that begins with a slash" } else { "" };
        self.rest_of_word();
        Err(self.error(start, format!("Something follows the {what}; put a space behind it{hint}.")))
    }

    fn field_name(&mut self) -> String {
        let inside = |c| !is_boundary(c) && !matches!(c, '.' | '[' | ']' | '=' | '!' | '<' | '>' | ':' | '"');
        self.take_while(inside).to_owned()
    }

    fn path(&mut self) -> Result<TokenKind, FilterError> {
        self.bump();
        self.path_behind(Vec::new())
    }

    /// The rest of a path and its test.
    fn path_behind(&mut self, mut steps: Vec<FieldStep>) -> Result<TokenKind, FilterError> {
        loop {
            let start = self.at;
            if self.take(".") {
                let name = self.field_name();
                if name.is_empty() {
                    return Err(self.error(start, "The name of a field is missing behind the dot; write $.connectorId."));
                }
                steps.push(FieldStep::Name(name));
            } else if self.take("[") {
                steps.push(self.bracket(start)?);
            } else {
                break;
            }
        }
        let start = self.at;
        let operator = match self.operator() {
            Some(FilterOperator::Has) => {
                return Err(self.error(start, "A field of the payload is compared with =, !=, <, <=, > or >=."));
            }
            Some(operator) => operator,
            None if self.peek().is_none_or(is_boundary) => return Ok(TokenKind::Path { steps, test: None }),
            None => {
                self.bump();
                return Err(self.error(start, "A path goes on with .name, [0] or [*], or ends with a comparison such as =1."));
            }
        };
        let value = self.value()?;
        Ok(TokenKind::Path { steps, test: Some((operator, value)) })
    }

    /// The rest of a step in brackets: a number, a star or a quoted name.
    fn bracket(&mut self, start: usize) -> Result<FieldStep, FilterError> {
        let step = match self.peek() {
            Some('*') => {
                self.bump();
                Some(FieldStep::Each)
            }
            Some(quote @ ('"' | '\'')) => self.bracketed_name(quote).map(FieldStep::Name),
            _ => self.take_while(|character| character.is_ascii_digit()).parse().ok().map(FieldStep::Index),
        };
        match step {
            Some(step) if self.take("]") => Ok(step),
            _ => Err(self.error(start, "In brackets stands a number, * or a quoted name: [0], [*], [\"a name\"].")),
        }
    }

    fn bracketed_name(&mut self, quote: char) -> Option<String> {
        self.bump();
        let mut name = String::new();
        loop {
            match self.bump()? {
                '\\' if matches!(self.peek(), Some('\\' | '"' | '\'')) => name.extend(self.bump()),
                end if end == quote => return Some(name),
                other => name.push(other),
            }
        }
    }
}
