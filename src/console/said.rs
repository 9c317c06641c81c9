//! What a command says when it was run: lines for a person, each with its kind.

use super::assign::AssignError;
use super::error::{CommandError, ExecutionError};
use super::target::TargetError;
use crate::hub::HubError;

/// What kind of line it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// Something that was asked for or has happened.
    Info,
    /// What went wrong.
    Error,
    /// What to do about the error before it.
    Hint,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What kind of line it is.
    pub kind: LineKind,
    /// Whether the time stands before it when it is printed.
    pub stamped: bool,
    /// The text; several lines when it has line ends.
    pub text: String,
}

/// What became of a command line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// The lines, in order.
    pub lines: Vec<Line>,
    /// What the lines are when they are a text to read at leisure.
    pub title: Option<&'static str>,
    /// Whether the program is to end.
    pub quit: bool,
    /// What kind of trouble the lines tell of.
    pub trouble: Option<Trouble>,
}

/// Why a command line did not do what it says; the exit code depends on it when the line was an argument of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// It is no command, or not one of this form.
    Usage,
    /// What it starts cannot be started.
    Start,
    /// It was understood and could not be carried out.
    Failed,
}

impl Said {
    /// One line.
    pub fn info(text: impl Into<String>) -> Said {
        let line = Line { kind: LineKind::Info, stamped: false, text: text.into() };
        Said { lines: vec![line], ..Said::default() }
    }

    /// One line about what went wrong.
    pub fn error(text: impl Into<String>) -> Said {
        Failure::plain(text).into()
    }

    /// A text to read.
    pub fn text(title: &'static str, lines: impl IntoIterator<Item = String>) -> Said {
        let line = |text| Line { kind: LineKind::Info, stamped: false, text };
        Said { lines: lines.into_iter().map(line).collect(), title: Some(title), ..Said::default() }
    }

    /// Whether something went wrong.
    pub fn failed(&self) -> bool {
        self.lines.iter().any(|line| line.kind == LineKind::Error)
    }

    /// Adds a line behind the time.
    pub(super) fn stamped(&mut self, text: impl Into<String>) {
        self.lines.push(Line { kind: LineKind::Info, stamped: true, text: text.into() });
    }

    /// Adds what went wrong.
    pub(super) fn add(&mut self, failure: Failure) {
        let Failure { text, stamped, hint, trouble } = failure;
        self.trouble.get_or_insert(trouble);
        self.lines.push(Line { kind: LineKind::Error, stamped, text });
        self.lines.extend(hint.map(|text| Line { kind: LineKind::Hint, stamped: false, text }));
    }
}

/// What went wrong, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    text: String,
    stamped: bool,
    hint: Option<String>,
    trouble: Trouble,
}

impl Failure {
    /// A sentence without more.
    pub fn plain(text: impl Into<String>) -> Failure {
        Failure { text: text.into(), stamped: false, hint: None, trouble: Trouble::Failed }
    }
    /// A fault of an assignment, with its place in the line.
    pub fn assignment(error: &AssignError, line: &str) -> Failure {
        let column = format!("(column {})", error.column(line));
        let hint = match error.fault.hint() {
            Some(hint) => format!("{hint} {column}"),
            None => column,
        };
        Failure { text: error.to_string(), stamped: false, hint: Some(hint), trouble: Trouble::Failed }
    }
}

impl From<Failure> for Said {
    fn from(failure: Failure) -> Said {
        let mut said = Said::default();
        said.add(failure);
        said
    }
}

impl From<CommandError> for Failure {
    fn from(error: CommandError) -> Failure {
        Failure { text: error.to_string(), stamped: error.is_stamped(), hint: error.hint(), trouble: Trouble::Usage }
    }
}

impl From<TargetError> for Failure {
    fn from(error: TargetError) -> Failure {
        Failure { text: error.to_string(), stamped: error.is_stamped(), hint: error.hint(), trouble: Trouble::Failed }
    }
}

impl From<ExecutionError> for Failure {
    fn from(error: ExecutionError) -> Failure {
        match error {
            ExecutionError::Target(error) => error.into(),
            other => Failure::plain(other.to_string()),
        }
    }
}

impl From<HubError> for Failure {
    fn from(error: HubError) -> Failure {
        Failure { trouble: Trouble::Start, ..Failure::plain(format!("Error: {error}.")) }
    }
}
