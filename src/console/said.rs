//! What a command says when it was run: lines for a person, each with its kind.

use super::assign::AssignError;
use super::error::{CommandError, ExecutionError};
use super::target::TargetError;
use crate::hub::HubError;

/// What kind of line it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputKind {
    /// Something that was asked for or has happened.
    Info,
    /// What went wrong.
    Error,
    /// What to do about the error before it.
    Hint,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputLine {
    /// What kind of line it is.
    pub kind: OutputKind,
    /// Whether the time stands before it when it is printed.
    pub stamped: bool,
    /// The text; several lines when it has line ends.
    pub text: String,
}

/// What became of a command line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommandOutput {
    /// The lines, in order.
    pub lines: Vec<OutputLine>,
    /// What the lines are when they are a text to read at leisure.
    pub title: Option<&'static str>,
    /// Whether the program is to end.
    pub quit: bool,
    /// What kind of trouble the lines tell of.
    pub trouble: Option<FailureKind>,
}

/// Why a command line did not do what it says; the exit code depends on it when the line was an argument of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// It is no command, or not one of this form.
    Usage,
    /// What it starts cannot be started.
    Start,
    /// It was understood and could not be carried out.
    Failed,
}

impl CommandOutput {
    /// One line.
    pub fn info(text: impl Into<String>) -> CommandOutput {
        let line = OutputLine { kind: OutputKind::Info, stamped: false, text: text.into() };
        CommandOutput { lines: vec![line], ..CommandOutput::default() }
    }

    /// One line about what went wrong.
    pub fn error(text: impl Into<String>) -> CommandOutput {
        CommandFailure::plain(text).into()
    }

    /// A text to read.
    pub fn text(title: &'static str, lines: impl IntoIterator<Item = String>) -> CommandOutput {
        let line = |text| OutputLine { kind: OutputKind::Info, stamped: false, text };
        CommandOutput { lines: lines.into_iter().map(line).collect(), title: Some(title), ..CommandOutput::default() }
    }

    /// Whether something went wrong.
    pub fn failed(&self) -> bool {
        self.lines.iter().any(|line| line.kind == OutputKind::Error)
    }

    /// Adds a line behind the time.
    pub(super) fn stamped(&mut self, text: impl Into<String>) {
        self.lines.push(OutputLine { kind: OutputKind::Info, stamped: true, text: text.into() });
    }

    /// Adds what went wrong.
    pub(super) fn add(&mut self, failure: CommandFailure) {
        let CommandFailure { text, stamped, hint, trouble } = failure;
        self.trouble.get_or_insert(trouble);
        self.lines.push(OutputLine { kind: OutputKind::Error, stamped, text });
        self.lines.extend(hint.map(|text| OutputLine { kind: OutputKind::Hint, stamped: false, text }));
    }
}

/// What went wrong, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CommandFailure {
    text: String,
    stamped: bool,
    hint: Option<String>,
    trouble: FailureKind,
}

impl CommandFailure {
    /// A sentence without more.
    pub fn plain(text: impl Into<String>) -> CommandFailure {
        CommandFailure { text: text.into(), stamped: false, hint: None, trouble: FailureKind::Failed }
    }

    /// A sentence, and what helps beyond it.
    pub fn with_hint(text: impl Into<String>, hint: Option<String>) -> CommandFailure {
        CommandFailure { hint, ..CommandFailure::plain(text) }
    }

    /// A fault of an assignment, with its place in the line.
    pub fn assignment(error: &AssignError, line: &str) -> CommandFailure {
        let column = format!("(column {})", error.column(line));
        let hint = match error.fault.hint() {
            Some(hint) => format!("{hint} {column}"),
            None => column,
        };
        CommandFailure { text: error.to_string(), stamped: false, hint: Some(hint), trouble: FailureKind::Failed }
    }
}

impl From<CommandFailure> for CommandOutput {
    fn from(failure: CommandFailure) -> CommandOutput {
        let mut said = CommandOutput::default();
        said.add(failure);
        said
    }
}

impl From<CommandError> for CommandFailure {
    fn from(error: CommandError) -> CommandFailure {
        CommandFailure { text: error.to_string(), stamped: error.is_stamped(), hint: error.hint(), trouble: FailureKind::Usage }
    }
}

impl From<TargetError> for CommandFailure {
    fn from(error: TargetError) -> CommandFailure {
        CommandFailure {
            text: error.to_string(),
            stamped: error.is_stamped(),
            hint: error.hint(),
            trouble: FailureKind::Failed,
        }
    }
}

impl From<ExecutionError> for CommandFailure {
    fn from(error: ExecutionError) -> CommandFailure {
        match error {
            ExecutionError::Target(error) => error.into(),
            other => CommandFailure::plain(other.to_string()),
        }
    }
}

impl From<HubError> for CommandFailure {
    fn from(error: HubError) -> CommandFailure {
        CommandFailure { trouble: FailureKind::Start, ..CommandFailure::plain(format!("Error: {error}.")) }
    }
}
