//! From a line to a command.

use super::arguments::Arguments;
use super::build::build;
use super::command::Command;
use super::error::CommandError;
use super::grammar::Grammar;
use super::hold;
use super::scenario;
use super::table::CommandKind;
use super::token::{UnterminatedQuote, column, tokenize};

/// Reads a line; an empty one is no command and no error.
pub fn parse(line: &str, grammar: &Grammar) -> Result<Option<Command>, CommandError> {
    let words = tokenize(line)
        .map_err(|UnterminatedQuote(at)| CommandError::UnterminatedQuote { column: column(line, at), span: at..at + 1 })?;
    let Some((name, rest)) = words.split_first() else { return Ok(None) };
    let spec = grammar.find(name)?;
    if spec.does == CommandKind::Hold {
        return hold::hold(&hold::rest_of(line, name)).map(Some);
    }
    if spec.does == CommandKind::SaveScenario {
        return scenario::parse(spec, line, rest).map(Some);
    }
    build(Arguments::sort(spec, rest, line.len())?, grammar).map(Some)
}

#[cfg(test)]
mod soap_tests;
#[cfg(test)]
mod tests;
