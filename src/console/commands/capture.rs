//! `capture <file|folder>` writes every event to disk, `capture stop` ends it, `capture rotate` goes on in the next file, `capture` says how
//! it is doing. The format is in `crate::capture`.

use std::fmt;
use std::path::Path;

use super::context::CommandContext;
use super::entry::CommandEntry;
use crate::capture::{CapturePlace, CaptureRotation, CaptureState, CaptureTarget};
use crate::console::output::{CommandFailure, CommandOutput};
use crate::console::syntax::arguments::read;
use crate::console::syntax::spec::{CommandSpec, CompletionKind, added, optional, switch};
use crate::console::syntax::token::{quote, unquote};
use crate::ocpp::units;
use crate::sanitize::escape_control;

pub(super) const CAPTURE: CommandEntry<CaptureCommand> = CommandEntry {
    spec: CommandSpec::new("capture", "write every event to a file")
        .arguments(const { &[optional("<file>", CompletionKind::Word("stop"))] })
        .options(
            const {
                &[
                    added("--rotate", CompletionKind::Nothing, "go on in the next file at 100M, 1h or 100M,1h"),
                    switch("--compress", "with zstd"),
                ]
            },
        )
        .synopsis("[<file> | <folder>/ [--rotate <size,time>] [--compress] | rotate | stop]")
        .example("capture stop"),
    parse: |words| {
        let arguments = words.sorted()?;
        let Some(word) = arguments.positionals.first() else { return Ok(CaptureCommand::State) };
        Ok(match word.value {
            "stop" => CaptureCommand::Stop,
            "rotate" => CaptureCommand::Rotate,
            path => {
                let wanted = "a size, a time or both: 100M, 1h or 100M,1h";
                let rotation = arguments.raw("--rotate").map(|word| read(word, "--rotate", wanted, |text| text.parse().ok()));
                let rotation = rotation.transpose()?.unwrap_or_default();
                CaptureCommand::Start { path: unquote(path), rotation, compressed: arguments.has("--compress") }
            }
        })
    },
};

/// A command about the capture.
#[derive(Debug, Clone, PartialEq)]
pub enum CaptureCommand {
    /// Write to this file, or to a new one of this folder.
    Start {
        /// The file or folder.
        path: String,
        /// When the next file is begun.
        rotation: CaptureRotation,
        /// Whether it is compressed.
        compressed: bool,
    },
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
            CaptureCommand::Start { path, rotation, compressed } => {
                let (place, rotation) = (CapturePlace::of_path(Path::new(path)), *rotation);
                let target = CaptureTarget { place, rotation, compressed: *compressed };
                let started = tokio::task::spawn_blocking(move || capture.start(target)).await;
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
            CaptureCommand::Start { path, rotation, compressed } => {
                write!(f, "capture {}", quote(path))?;
                if *rotation != CaptureRotation::default() {
                    write!(f, " --rotate {rotation}")?;
                }
                f.write_str(if *compressed { " --compress" } else { "" })
            }
            CaptureCommand::Rotate => f.write_str("capture rotate"),
            CaptureCommand::Stop => f.write_str("capture stop"),
            CaptureCommand::State => f.write_str("capture"),
        }
    }
}
