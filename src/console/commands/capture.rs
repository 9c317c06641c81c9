//! `capture <file|folder>` writes every event to disk, `capture stop` ends it, `capture rotate` goes on in the next file, `capture` says how
//! it is doing. The format is in `crate::capture`.

use std::fmt;
use std::path::Path;

use super::context::CommandContext;
use super::entry::CommandEntry;
use crate::capture::{CapturePlace, CaptureState};
use crate::console::output::{CommandFailure, CommandOutput};
use crate::console::syntax::spec::{CommandSpec, CompletionKind, argument};
use crate::console::syntax::token::{quote, unquote};
use crate::ocpp::units;
use crate::sanitize::escape_control;

pub(super) const CAPTURE: CommandEntry<CaptureCommand> = CommandEntry {
    spec: CommandSpec::new("capture", "write every event to a file")
        .arguments(const { &[argument("[<file>]", CompletionKind::Word("stop"))] })
        .synopsis("[<file> | <folder>/ | rotate | stop]")
        .example("capture stop"),
    parse: |words| {
        let word = words.rest();
        Ok(match word.value.trim() {
            "" => CaptureCommand::State,
            "stop" => CaptureCommand::Stop,
            "rotate" => CaptureCommand::Rotate,
            path => CaptureCommand::Start(unquote(path)),
        })
    },
};

/// A command about the capture.
#[derive(Debug, Clone, PartialEq)]
pub enum CaptureCommand {
    /// Write to this file, or to a new one of this folder.
    Start(String),
    /// Go on in the next file.
    Rotate,
    /// End it.
    Stop,
    /// Say how it is doing.
    State,
}

impl CaptureCommand {
    pub(super) async fn run(&self, context: &CommandContext<'_>) -> Result<CommandOutput, CommandFailure> {
        let capture = context.hub.capture().clone();
        match self {
            CaptureCommand::Start(path) => {
                let place = CapturePlace::of_path(Path::new(path));
                let started = tokio::task::spawn_blocking(move || capture.start(place)).await;
                let started = started.map_err(|_| CommandFailure::plain("Error: the capture could not be started."))?;
                let file = started.map_err(|error| CommandFailure::plain(format!("Error: {error}.")))?;
                Ok(CommandOutput::done(format!("Every event is written to {}.", shown(&file))))
            }
            CaptureCommand::Stop => {
                let state = capture.state();
                // What waits is on the disk before the answer.
                context.hub.caught_up().await;
                let stopped = tokio::task::spawn_blocking(move || capture.stop()).await.unwrap_or_default();
                Ok(CommandOutput::done(match state.filter(|_| stopped) {
                    Some(state) => format!("The capture is in {}.", shown(&state.path)),
                    None => "Nothing was captured.".to_owned(),
                }))
            }
            CaptureCommand::Rotate if capture.rotate() => Ok(CommandOutput::done("The capture goes on in its next file.")),
            CaptureCommand::Rotate => {
                Err(CommandFailure::plain("Error: nothing is captured; capture <folder>/ writes every event to a file there."))
            }
            CaptureCommand::State => Ok(CommandOutput::info(match capture.state() {
                Some(state) => described(&state),
                None => "Nothing is captured. capture <file> writes every event to a file.".to_owned(),
            })),
        }
    }
}

fn shown(path: &Path) -> String {
    escape_control(&path.display().to_string()).into_owned()
}

fn described(state: &CaptureState) -> String {
    let lost = if state.lost > 0 { format!("; {} events are missing", state.lost) } else { String::new() };
    let problem = state.problem.as_ref().map_or_else(String::new, |problem| format!("; {}", escape_control(problem)));
    format!("{} events, {}, in {}{lost}{problem}.", state.events, units::bytes(state.bytes), shown(&state.path))
}

impl fmt::Display for CaptureCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CaptureCommand::Start(path) => write!(f, "capture {}", quote(path)),
            CaptureCommand::Rotate => f.write_str("capture rotate"),
            CaptureCommand::Stop => f.write_str("capture stop"),
            CaptureCommand::State => f.write_str("capture"),
        }
    }
}
