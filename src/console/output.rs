//! The output of a command: lines for the user, each with its kind, and why a command failed. How they are shown is for the front ends.

use super::syntax::assign::AssignError;
use super::syntax::error::{CommandError, ExecutionError};
use super::syntax::target::TargetError;
use crate::hub::{HubError, Order, Receipt};
use crate::ocpp::lens::LensForm;
use crate::sanitize::escape_control;
use crate::trace::Sequence;

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
    /// The same with its hint in one sentence, for a front end that has a sign for failures; `None` when both are good enough.
    pub brief: Option<String>,
}

/// What every error begins with, as in ocppjs.
const FAILURE: &str = "Error: ";

impl OutputLine {
    /// A line without the time before it.
    pub(in crate::console) fn new(kind: OutputKind, text: impl Into<String>) -> OutputLine {
        OutputLine { kind, stamped: false, text: text.into(), brief: None }
    }

    /// The text without the word that says that it is a failure, for a front end that has a sign for that.
    pub fn sentence(&self) -> &str {
        self.text.strip_prefix(FAILURE).unwrap_or(&self.text)
    }
}

/// The result of a command line.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CommandOutput {
    /// The lines, in order.
    pub lines: Vec<OutputLine>,
    /// What was done, in one sentence, for a front end that shows a command's success. Line by line the events that follow show it.
    pub done: Option<String>,
    /// The calls that were given to links, for a front end that waits for their answers.
    pub calls: Option<GivenCalls>,
    /// What the full screen is asked to show.
    pub screen: Option<ScreenRequest>,
    /// The heading, when the lines are a text to read in a pager.
    pub title: Option<&'static str>,
    /// Whether the program is to end.
    pub quit: bool,
    /// Why it failed, when the lines report that.
    pub trouble: Option<FailureKind>,
}

/// What a command asks of the full screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScreenRequest {
    /// List the saved filters.
    ListViews,
    /// Apply the filter of this name.
    ShowView(String),
    /// Save the present filter under this name.
    SaveView(String),
    /// Remove the filter of this name.
    RemoveView(String),
    /// Hide all records up to now.
    Clear,
    /// Take the stations that are gone out of the list.
    ForgetGone,
    /// Show recorded files until they are closed.
    OpenFiles(Vec<String>),
    /// Show messages as another version or transport has them; without a form as the one beside their own.
    Lens(Option<LensForm>),
    /// Change the theme; without a name list the themes.
    Theme(Option<String>),
    /// List the answer rules, as they were written.
    ListRules(Vec<String>),
    /// List what is done wrong on purpose.
    ListMisbehaviours(Vec<ListedMisbehaviour>),
}

/// A misbehaviour that is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedMisbehaviour {
    /// The line that switched it on.
    pub line: String,
    /// The line that switches it off.
    pub off: String,
    /// What it does.
    pub does: &'static str,
}

/// Calls that a command gave to links.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenCalls {
    /// The call, of the first version where stations have several, and the stations that it was for.
    pub order: Order,
    /// The action.
    pub action: String,
    /// What the links did with it.
    pub receipt: Receipt,
    /// The first record in which an answer can be.
    pub from: Sequence,
}

/// Why a command line failed; the exit code depends on it when the line was an argument of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// It is no command, or not one of this form.
    Usage,
    /// What it starts cannot be started.
    Start,
    /// It was read and could not be executed.
    Failed,
}

impl CommandOutput {
    /// One line.
    pub fn info(text: impl Into<String>) -> CommandOutput {
        CommandOutput { lines: vec![OutputLine::new(OutputKind::Info, text)], ..CommandOutput::default() }
    }

    /// One line about what went wrong.
    pub fn error(text: impl Into<String>) -> CommandOutput {
        CommandFailure::plain(text).into()
    }

    /// A text to read.
    pub fn text(title: &'static str, lines: impl IntoIterator<Item = String>) -> CommandOutput {
        let line = |text: String| OutputLine::new(OutputKind::Info, text);
        CommandOutput { lines: lines.into_iter().map(line).collect(), title: Some(title), ..CommandOutput::default() }
    }

    /// One sentence about what was done.
    pub fn done(sentence: impl Into<String>) -> CommandOutput {
        CommandOutput { done: Some(sentence.into()), ..CommandOutput::default() }
    }

    /// Whether something went wrong.
    pub fn failed(&self) -> bool {
        self.lines.iter().any(|line| line.kind == OutputKind::Error)
    }

    /// Adds a line behind the time.
    pub(in crate::console) fn stamped(&mut self, text: impl Into<String>) {
        self.lines.push(OutputLine { stamped: true, ..OutputLine::new(OutputKind::Info, text) });
    }

    /// Adds what went wrong.
    pub(in crate::console) fn add(&mut self, failure: CommandFailure) {
        let CommandFailure { text, stamped, hint, brief, trouble } = failure;
        self.trouble.get_or_insert(trouble);
        self.lines.push(OutputLine { stamped, brief, ..OutputLine::new(OutputKind::Error, text) });
        self.lines.extend(hint.map(|text| OutputLine::new(OutputKind::Hint, text)));
    }
}

/// What went wrong, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandFailure {
    text: String,
    stamped: bool,
    hint: Option<String>,
    brief: Option<String>,
    trouble: FailureKind,
}

impl CommandFailure {
    /// A sentence without more.
    pub fn plain(text: impl Into<String>) -> CommandFailure {
        CommandFailure { text: text.into(), stamped: false, hint: None, brief: None, trouble: FailureKind::Failed }
    }

    /// A sentence, and what helps beyond it.
    pub fn with_hint(text: impl Into<String>, hint: Option<String>) -> CommandFailure {
        CommandFailure { hint, ..CommandFailure::plain(text) }
    }

    /// The faults of assignments, with their places in the line.
    pub fn assignments(errors: &[AssignError], line: &str) -> Vec<CommandFailure> {
        errors.iter().map(|error| CommandFailure::assignment(error, line)).collect()
    }

    fn assignment(error: &AssignError, line: &str) -> CommandFailure {
        let column = format!("(column {})", error.column(line));
        let hint = match error.fault.hint() {
            Some(hint) => format!("{hint} {column}"),
            None => column,
        };
        CommandFailure::with_hint(error.to_string(), Some(hint))
    }
}

impl From<CommandFailure> for CommandOutput {
    fn from(failure: CommandFailure) -> CommandOutput {
        let mut output = CommandOutput::default();
        output.add(failure);
        output
    }
}

impl From<CommandError> for CommandFailure {
    fn from(error: CommandError) -> CommandFailure {
        CommandFailure {
            text: error.to_string(),
            stamped: error.is_stamped(),
            hint: error.hint(),
            brief: error.brief(),
            trouble: FailureKind::Usage,
        }
    }
}

impl From<TargetError> for CommandFailure {
    fn from(error: TargetError) -> CommandFailure {
        let failure = CommandFailure::with_hint(error.to_string(), error.hint());
        CommandFailure { stamped: error.is_stamped(), brief: error.brief(), ..failure }
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

/// A text of several lines, each without characters that control a terminal.
pub(super) fn escape_lines(text: &str) -> String {
    text.split('\n').map(escape_control).collect::<Vec<_>>().join("\n")
}
