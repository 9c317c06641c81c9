//! The grammar of the filter language: or of and of not. Conditions are made by the table in `key`, words and paths here.
//!
//! ```text
//! filter = [ any ]
//! any    = all { ("or" | "||") all }
//! all    = not { [ "and" | "&&" ] not }
//! not    = ("!" | "not") not | "(" any ")" | condition
//! ```

use super::FilterError;
use super::condition::Condition;
use super::expression::FilterExpression;
use super::key::{FilterKey, KEYS};
use super::lexer::{FilterToken, NameSource, TokenKind, lex};
use super::pattern::{MatchExtent, Pattern};
use super::payload::PayloadCondition;
use super::syntax::{FilterOperator, LiteralForm};
use crate::ocpp::suggest;

/// How deep parentheses and negations may be nested, so that no text can exhaust the stack.
const DEPTH: usize = 64;
/// The longest filter, in bytes. It is longer than any typed filter, and bounds the memory of the regular expressions
/// in it.
const LENGTH: usize = 4096;
/// The most regular expressions in a filter; each has a memory of its own.
const REGEXES: usize = 16;

/// Reads a filter.
pub(super) fn parse(text: &str, names: NameSource) -> Result<FilterExpression, FilterError> {
    if text.len() > LENGTH {
        let start = (0..=LENGTH).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        return Err(FilterError::new(text, start..text.len(), format!("A filter has at most {LENGTH} bytes; shorten it.")));
    }
    let tokens = lex(text, names)?;
    if let Some(token) = tokens.iter().filter(|token| is_regex(&token.kind)).nth(REGEXES) {
        let message = format!("A filter has at most {REGEXES} regular expressions; join some with | in one.");
        return Err(FilterError::new(text, token.span.clone(), message));
    }
    let mut parser = Parser { text, tokens: &tokens, names, at: 0, depth: 0 };
    if tokens.is_empty() {
        return Ok(FilterExpression::all(Vec::new()));
    }
    let expression = parser.any()?;
    match parser.next() {
        None => Ok(expression),
        Some(token) => Err(parser.error(token, "This parenthesis closes nothing; remove it or add ( before.")),
    }
}

fn is_regex(token: &TokenKind) -> bool {
    match token {
        TokenKind::Text(value) | TokenKind::Key { value, .. } | TokenKind::Path { test: Some((_, value)), .. } => {
            matches!(value.form, LiteralForm::Regex { .. })
        }
        _ => false,
    }
}

struct Parser<'a> {
    text: &'a str,
    tokens: &'a [FilterToken],
    names: NameSource,
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a TokenKind> {
        self.tokens.get(self.at).map(|token| &token.kind)
    }

    fn next(&mut self) -> Option<&'a FilterToken> {
        let token = self.tokens.get(self.at)?;
        self.at += 1;
        Some(token)
    }

    fn error(&self, token: &FilterToken, message: impl Into<String>) -> FilterError {
        FilterError::new(self.text, token.span.clone(), message)
    }

    fn any(&mut self) -> Result<FilterExpression, FilterError> {
        let mut parts = vec![self.all()?];
        while self.peek() == Some(&TokenKind::Or) {
            self.at += 1;
            parts.push(self.all()?);
        }
        Ok(FilterExpression::any(parts))
    }

    fn all(&mut self) -> Result<FilterExpression, FilterError> {
        let mut parts = vec![self.not()?];
        loop {
            match self.peek() {
                None | Some(TokenKind::Or | TokenKind::Close) => return Ok(FilterExpression::all(parts)),
                Some(TokenKind::And) => self.at += 1,
                Some(_) => {}
            }
            parts.push(self.not()?);
        }
    }

    fn not(&mut self) -> Result<FilterExpression, FilterError> {
        let Some(token) = self.next() else {
            let end = self.text.len();
            return Err(FilterError::new(
                self.text,
                end..end,
                "A condition is missing at the end; add one, for example kind:error.",
            )
            .continuing());
        };
        if self.depth >= DEPTH {
            return Err(self.error(token, format!("The filter is nested more than {DEPTH} deep; remove parentheses.")));
        }
        match &token.kind {
            TokenKind::Not => {
                self.depth += 1;
                let inner = self.not()?;
                self.depth -= 1;
                Ok(FilterExpression::Not(Box::new(inner)))
            }
            TokenKind::Open => {
                self.depth += 1;
                let inner = self.any()?;
                self.depth -= 1;
                if self.peek() != Some(&TokenKind::Close) {
                    let message = "This parenthesis is not closed; add ) behind the last condition.";
                    return Err(self.error(token, message).continuing());
                }
                self.at += 1;
                Ok(inner)
            }
            TokenKind::Close => Err(self.error(token, "A condition is missing before this parenthesis; add one or remove it.")),
            TokenKind::And | TokenKind::Or => {
                let word = &self.text[token.span.clone()];
                Err(self.error(
                    token,
                    format!("A condition is missing before {word}; add one, or write \"{word}\" to search for it."),
                ))
            }
            _ => self.condition(token).map(|condition| FilterExpression::Is(Box::new(condition))),
        }
    }

    fn condition(&self, token: &FilterToken) -> Result<Condition, FilterError> {
        match &token.kind {
            TokenKind::Text(_) if self.names == NameSource::Payload => {
                Err(self.error(token, "Here stands a field of the call with its value, for example idTag=BLOCKED*."))
            }
            TokenKind::Text(literal) => Pattern::new(literal, MatchExtent::Within)
                .map(Condition::Text)
                .map_err(|error| self.error(token, error.to_string())),
            TokenKind::Key { key: span, operator, value } => {
                let name = &self.text[span.clone()];
                let key = FilterKey::find(name).ok_or_else(|| {
                    FilterError::new(self.text, span.clone(), unknown_key(name, *operator, &self.text[token.span.clone()]))
                })?;
                key.check(*operator).map_err(|error| self.error(token, error.to_string()))?;
                let at = if value.span.is_empty() { token.span.clone() } else { value.span.clone() };
                Condition::new(key, *operator, value).map_err(|error| {
                    let error = FilterError::new(self.text, at, error.to_string());
                    // Behind the operator, or behind the comma of a list, a value may follow.
                    let open = token.span.end == self.text.len() && (value.span.is_empty() || value.text.ends_with(','));
                    if open { error.continuing() } else { error }
                })
            }
            TokenKind::Path { steps, test } => {
                let test = test.as_ref().map(|(operator, value)| (*operator, value));
                let payload = PayloadCondition::new(steps.clone(), test);
                let open = test.is_some_and(|(_, value)| value.span.is_empty()) && token.span.end == self.text.len();
                payload.map(Condition::Payload).map_err(|error| {
                    let error = self.error(token, error.to_string());
                    if open { error.continuing() } else { error }
                })
            }
            // The caller has taken the words of logic out.
            TokenKind::Open | TokenKind::Close | TokenKind::Not | TokenKind::And | TokenKind::Or => {
                Err(self.error(token, "A condition is missing here; add one, for example kind:error."))
            }
        }
    }
}

fn unknown_key(name: &str, operator: FilterOperator, condition: &str) -> String {
    // One sentence stays readable only when what it quotes is short.
    let quoted = if condition.len() <= 40 { format!("'{condition}'") } else { "it".to_owned() };
    match suggest(name, KEYS.iter().map(|key| key.name)) {
        Some(known) => format!("There is no key {name}; did you mean {known}?"),
        None if operator == FilterOperator::Has => {
            format!("There is no key {name}; put {quoted} in quotes to search for the text.")
        }
        None => {
            format!("There is no key {name}; write $.{condition} for a field of the payload, or quotes to search for the text.")
        }
    }
}
