//! The command language: what a person types at the prompt, at the command line of the full screen or into a script. Words become a
//! [`Command`]; completion and help come from the same table as the parser. Floor 4: it prints nothing, and
//! writes no file but the one that a command names.

mod arguments;
mod assign;
mod assist;
mod build;
mod command;
mod completion;
mod duration;
mod error;
mod glob;
mod grammar;
mod help;
mod hold;
mod parser;
mod path;
mod payloads;
mod plugins;
mod print;
mod runner;
mod said;
mod scenario;
mod setting;
mod show;
mod table;
mod target;
mod token;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod test_console;

pub use assign::{AppliedAssignments, AssignError, AssignFault, PayloadShape, apply};
pub use assist::known_values;
pub use command::{
    AnswerCommand, AnswerReply, Assignment, CallCommand, Command, DefaultChange, MessageForm, PayloadEdit, PayloadStep,
    PluginAction, SendCommand, SetCommand,
};
pub use completion::{CommandCandidate, CompletionContext, Completions, complete};
pub use error::{CommandError, ExecutionError, UsageFault};
pub use grammar::{CommandSpec, Grammar};
pub use help::help;
pub use hold::{HeldSelection, HoldCommand};
pub use parser::parse;
pub use path::PathError;
pub use runner::{Console, RunContext};
pub use said::{CommandOutput, FailureKind, OutputKind, OutputLine};
pub use scenario::{SaveScenario, TraceChoice};
pub use target::{Target, TargetError};
pub use token::{Spanned, UnterminatedQuote, Word, column, join, quote, tokenize, tokenize_unfinished, unquote};
