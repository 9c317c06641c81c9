//! `rewrite <filter> <change>` changes frames of pairs on their way, `rewrite` lists the rules with their counts, `rewrite off` ends them.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use regex::Regex;

use super::context::CommandContext;
use super::entry::CommandEntry;
use super::hold::parse_filter;
use super::payloads::edited;
use crate::console::output::{CommandFailure, CommandOutput};
use crate::console::syntax::arguments::CommandWords;
use crate::console::syntax::assign::apply_plainly;
use crate::console::syntax::duration;
use crate::console::syntax::edit::{Assignment, PayloadEdit, PayloadStep};
use crate::console::syntax::error::CommandError;
use crate::console::syntax::path;
use crate::console::syntax::spec::CommandSpec;
use crate::console::syntax::token::{Spanned, Word, unquote};
use crate::link::{PayloadRewrite, RewriteChange};
use crate::sanitize::escape_control;
use crate::trace::filter::TraceFilter;

/// What stands behind the filter.
const CHANGE: &str = "<change>";
/// Takes rules back.
const OFF: &str = "off";

pub(super) const REWRITE: CommandEntry<RewriteCommand> = CommandEntry {
    spec: CommandSpec::new("rewrite", "change frames of pairs on their way to the other side")
        .synopsis(
            "<filter> set path=value ... | remove path ... | replace /re/ text | action=Name | drop | duplicate | reorder | delay=2s; off [number]",
        )
        .example("rewrite action:Authorize dir:in set idTag=OTHER"),
    parse,
};

/// A command about the rules.
#[derive(Debug, Clone, PartialEq)]
pub enum RewriteCommand {
    /// Add a rule.
    On {
        /// Which frames.
        filter: TraceFilter,
        /// What is done with them.
        change: WrittenChange,
    },
    /// Take one rule back, or all.
    Off(Option<u64>),
    /// List them.
    List,
}

/// What a rule does, as it was written.
#[derive(Debug, Clone, PartialEq)]
pub enum WrittenChange {
    /// Sets fields, and removes those that are set to `null`.
    Set(PayloadEdit),
    /// Removes fields.
    Remove(PayloadEdit),
    /// Replaces what an expression finds in the text of the frame.
    Replace {
        /// The expression.
        expression: String,
        /// What takes its place; `$1` is a group.
        by: String,
    },
    /// Gives a call another action.
    Action(String),
    /// Does not pass it on.
    Drop,
    /// Passes it on twice.
    Duplicate,
    /// Passes it on behind the next one.
    Reorder,
    /// Passes it on later.
    Delay(Duration),
}

fn bad(wanted: impl Into<String>, span: Range<usize>) -> CommandError {
    CommandError::BadArgument { name: CHANGE, wanted: wanted.into(), span }
}

fn parse(words: &CommandWords<'_>) -> Result<RewriteCommand, CommandError> {
    match words.words {
        [] => return Ok(RewriteCommand::List),
        [off] if off.value == OFF => return Ok(RewriteCommand::Off(None)),
        [off, number] if off.value == OFF => {
            let read = number.value.parse().map_err(|_| bad("the number of a rule", number.span.clone()))?;
            return Ok(RewriteCommand::Off(Some(read)));
        }
        _ => {}
    }
    let begins = |word: &Word<'_>| {
        ["set", "remove", "replace", "drop", "duplicate", "reorder"].contains(&word.value)
            || word.value.starts_with("action=")
            || word.value.starts_with("delay=")
    };
    let Some(at) = words.words.iter().position(begins) else {
        let wanted = "a filter, and then set path=value, remove path, replace /re/ text, action=Name, drop, duplicate, reorder or delay=2s";
        return Err(bad(wanted, words.line.len()..words.line.len()));
    };
    let (name, operands) = (&words.words[at], &words.words[at + 1..]);
    let before = words.name_end..name.span.start;
    let filter = parse_filter(&Spanned::new(&words.line[before.clone()], before))?;
    let operand = Spanned::new(&words.line[name.span.end..], name.span.end..words.line.len());
    Ok(RewriteCommand::On { filter, change: change(name, operands, &operand)? })
}

fn change(name: &Word<'_>, operands: &[Word<'_>], operand: &Word<'_>) -> Result<WrittenChange, CommandError> {
    let alone = |change| match operands.first() {
        Some(more) => Err(bad(format!("{} alone", name.value), more.span.clone())),
        None => Ok(change),
    };
    if let Some(action) = name.value.strip_prefix("action=") {
        let action = unquote(action);
        return if action.is_empty() {
            Err(bad("the name of an action", name.span.clone()))
        } else {
            alone(WrittenChange::Action(action))
        };
    }
    if let Some(delay) = name.value.strip_prefix("delay=") {
        let delay = duration::parse(&unquote(delay));
        return alone(WrittenChange::Delay(
            delay.ok_or_else(|| bad("a length of time, as in 2s or 500ms", name.span.clone()))?,
        ));
    }
    match name.value {
        "set" => Ok(WrittenChange::Set(edit(operands, operand, "path=value", |word| word.value.split_once('='))?)),
        "remove" => {
            Ok(WrittenChange::Remove(edit(operands, operand, "the path of a field", |word| Some((word.value, "null")))?))
        }
        "replace" => replacement(operand),
        "drop" => alone(WrittenChange::Drop),
        "duplicate" => alone(WrittenChange::Duplicate),
        _ => alone(WrittenChange::Reorder),
    }
}

/// The assignments that the words are.
fn edit<'a>(
    words: &[Word<'a>],
    all: &Word<'_>,
    wanted: &str,
    read: impl Fn(&Word<'a>) -> Option<(&'a str, &'a str)>,
) -> Result<PayloadEdit, CommandError> {
    let steps = words.iter().map(|word| {
        let (name, value) =
            read(word).filter(|(name, _)| path::parse(name).is_ok()).ok_or_else(|| bad(wanted, word.span.clone()))?;
        let start = word.span.start;
        let path = Spanned::new(name.to_owned(), start..start + name.len());
        let value = Spanned::new(value.to_owned(), word.span.end.saturating_sub(value.len()).max(start)..word.span.end);
        Ok(PayloadStep::Assign(Assignment { path, value }))
    });
    let steps = steps.collect::<Result<Vec<_>, CommandError>>()?;
    if steps.is_empty() { Err(bad(wanted, all.span.clone())) } else { Ok(PayloadEdit { steps }) }
}

/// `/expression/ text`. The expression ends at the last slash before a blank or the end, so that it may hold slashes.
fn replacement(operand: &Word<'_>) -> Result<WrittenChange, CommandError> {
    let wrong = |wanted: String| bad(wanted, operand.span.clone());
    let wanted = || wrong("/expression/ and the text that takes its place".to_owned());
    let body = operand.value.trim().strip_prefix('/').ok_or_else(wanted)?;
    let end = body.find("/ ").or_else(|| body.ends_with('/').then(|| body.len() - 1)).ok_or_else(wanted)?;
    let (expression, by) = (body[..end].to_owned(), unquote(body[end + 1..].trim()));
    // The last line of the library's message names the fault.
    Regex::new(&expression).map_err(|error| {
        let text = error.to_string();
        wrong(format!("a regular expression: {}", text.lines().last().unwrap_or_default().trim_start_matches("error: ")))
    })?;
    Ok(WrittenChange::Replace { expression, by })
}

impl WrittenChange {
    /// What is carried out.
    fn rule(&self) -> Result<RewriteChange, CommandFailure> {
        Ok(match self {
            WrittenChange::Set(edit) | WrittenChange::Remove(edit) => RewriteChange::Payload(payload_change(edit.clone())),
            WrittenChange::Replace { expression, by } => {
                let expression = Regex::new(expression);
                let expression = expression.map_err(|_| CommandFailure::plain("Error: this is no regular expression."))?;
                RewriteChange::Replace(expression, by.clone())
            }
            WrittenChange::Action(name) => RewriteChange::Action(name.clone()),
            WrittenChange::Drop => RewriteChange::Drop,
            WrittenChange::Duplicate => RewriteChange::Duplicate,
            WrittenChange::Reorder => RewriteChange::Reorder,
            WrittenChange::Delay(delay) => RewriteChange::Delay(*delay),
        })
    }
}

/// Values are read by the definitions of the message, as everywhere; where there are none, as JSON or text.
fn payload_change(edit: PayloadEdit) -> PayloadRewrite {
    Arc::new(move |payload, action, message| match message {
        Some(message) => edited(payload.clone(), &edit, action, message).payload,
        None => apply_plainly(payload.clone(), &edit),
    })
}

impl RewriteCommand {
    pub(super) async fn run(&self, context: &CommandContext<'_>) -> Result<CommandOutput, CommandFailure> {
        let rules = context.hub.gate().rewrites();
        Ok(match self {
            RewriteCommand::On { filter, change } => {
                let shown = match change {
                    WrittenChange::Set(edit) => {
                        RewriteCommand::On { filter: filter.clone(), change: WrittenChange::Set(context.shown(edit)) }
                    }
                    _ => self.clone(),
                };
                let number = rules.add(filter.clone(), change.rule()?, shown.to_string());
                CommandOutput::done(format!("Rule {number} changes frames of pairs from now on; rewrite off {number} ends it."))
            }
            RewriteCommand::Off(Some(number)) if rules.remove(Some(*number)) == 0 => {
                return Err(CommandFailure::plain(format!("Error: there is no rule {number}; rewrite lists the rules.")));
            }
            RewriteCommand::Off(Some(number)) => CommandOutput::done(format!("Rule {number} changes nothing any more.")),
            RewriteCommand::Off(None) => CommandOutput::done(match rules.remove(None) {
                0 => "No rule changed frames; it was so before.".to_owned(),
                1 => "1 rule was taken back.".to_owned(),
                count => format!("{count} rules were taken back."),
            }),
            RewriteCommand::List => {
                let all = rules.all();
                if all.is_empty() {
                    return Ok(CommandOutput::info("No rule changes frames of pairs."));
                }
                let lines = all.iter().map(|rule| {
                    let counts = match rule.counts() {
                        (changed, 0) => format!("{changed} changed"),
                        (changed, unchanged) => format!("{changed} changed, {unchanged} had nothing to change"),
                    };
                    format!("{}  {}  {counts}", rule.number, escape_control(&rule.text))
                });
                CommandOutput::text("Rules for frames of pairs", lines.collect::<Vec<_>>())
            }
        })
    }
}

/// With a blank before it.
impl fmt::Display for WrittenChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WrittenChange::Set(edit) => write!(f, " set{edit}"),
            WrittenChange::Remove(edit) => {
                f.write_str(" remove")?;
                edit.steps.iter().try_for_each(|step| match step {
                    PayloadStep::Assign(Assignment { path, .. }) => write!(f, " {}", path.value),
                    PayloadStep::Whole(_) | PayloadStep::File(_) => Ok(()), // a path only
                })
            }
            WrittenChange::Replace { expression, by } => write!(f, " replace /{expression}/ {by}"),
            WrittenChange::Action(name) => write!(f, " action={name}"),
            WrittenChange::Drop => f.write_str(" drop"),
            WrittenChange::Duplicate => f.write_str(" duplicate"),
            WrittenChange::Reorder => f.write_str(" reorder"),
            WrittenChange::Delay(delay) => write!(f, " delay={}", duration::print(*delay)),
        }
    }
}

impl fmt::Display for RewriteCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RewriteCommand::On { filter, change } => write!(f, "rewrite {filter}{change}"),
            RewriteCommand::Off(None) => f.write_str("rewrite off"),
            RewriteCommand::Off(Some(number)) => write!(f, "rewrite off {number}"),
            RewriteCommand::List => f.write_str("rewrite"),
        }
    }
}
