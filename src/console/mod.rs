//! The command language: what the user types at the prompt, at the command line of the full screen or into a script. Words become a
//! [`Command`]; completion and help come from the same entries as the parser. Nothing here prints, and no file is written but the one
//! that a command names.

mod commands;
mod completion;
#[expect(clippy::module_inception, reason = "it holds the console of this module")]
mod console;
mod legend;
mod output;
pub mod reports;
mod syntax;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod test_console;

pub use commands::{
    AnswerChoice, AnswerCommand, AnswerReply, AuthCommand, CallCommand, CaptureCommand, Command, DefaultChange, DefaultCommand,
    ExportCommand, FleetCommand, GroupCommand, HeldSelection, HelpCommand, HoldCommand, LegendCommand, LoadChange, MessageForm,
    MisbehaveCommand, MisbehaviourTarget, NotifyCommand, PluginAction, PluginsCommand, QuitCommand, ReportCommand, RunContext,
    ScenarioCommand, ScreenCommand, SendCommand, SentText, SetCommand, SettingChange, ShowCommand, SignCommand, StartFleet,
    StartSimulator, StationsCommand, TraceChoice, WrittenPassword, help, is_physical, parse, question,
};
pub use completion::{
    CommandCandidate, CompletionContext, Completions, KnownGroup, KnownStation, Listing, complete, known_values,
    known_variables, template_values,
};
pub use console::Console;
pub use legend::{LegendPart, legend_of_filters, legend_of_signs};
pub use output::{CommandOutput, FailureKind, GivenCalls, ListedMisbehaviour, OutputKind, OutputLine, ScreenRequest};
pub use syntax::assign::{AppliedAssignments, AssignError, AssignFault, PayloadShape, apply};
pub use syntax::edit::{Assignment, PayloadEdit, PayloadStep};
pub use syntax::error::{CommandError, ExecutionError, UsageFault};
pub use syntax::grammar::Grammar;
pub use syntax::path::PathError;
pub use syntax::spec::{CommandSpec, action_command_name};
pub use syntax::target::{Target, TargetError};
pub use syntax::token::{Spanned, UnterminatedQuote, Word, column, join, quote, tokenize, tokenize_unfinished, unquote};
