//! The life of a line session: read a command, run it, print what it says, until `quit`, the end of the input or a signal.

use std::io;
use std::process::ExitCode;
use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};

use super::printer::{Printed, Printer};
use super::{prompt, reader};
use crate::config::History;
use crate::console::{Console, Line, RunContext};

/// How events are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// As ocppjs prints them.
    #[default]
    Text,
    /// One JSON object an event.
    Jsonl,
}

/// How a line session behaves.
#[derive(Debug, Clone)]
pub struct LineOptions {
    /// How events are printed.
    pub format: LogFormat,
    /// Whether a person types on a terminal: then there is a prompt with history and completion.
    pub terminal: bool,
}

/// Runs the session until it is over. The exit code is a failure only when the output cannot be used at all.
///
/// # Errors
/// When the operating system gives no thread or no signal handler.
pub async fn run(console: Arc<Console>, history: Arc<History>, options: LineOptions) -> io::Result<ExitCode> {
    let (mut input, above) = if options.terminal {
        let (input, above) = prompt::start(console.clone(), history).map_err(io::Error::other)?;
        (input, Some(above))
    } else {
        (reader::start()?, None)
    };
    let printer = Printer::start(console.hub().trace().clone(), options.format, above)?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    loop {
        let line = tokio::select! {
            line = input.recv() => line,
            _ = terminate.recv() => None,
            _ = interrupt.recv() => None,
            _ = hang_up.recv() => None,
        };
        let Some(line) = line else { break };
        let ran = console.run(&line, &RunContext::default()).await;
        for Line { text, stamped, .. } in ran.lines {
            printer.print(if stamped { Printed::Stamped(text) } else { Printed::Plain(format!("{text}\n")) });
        }
        if ran.quit {
            break;
        }
    }
    if options.format == LogFormat::Text {
        printer.print(Printed::Stamped("End of simulation : interrupted by user.".into()));
    }
    printer.finish();
    console.hub().end().await;
    Ok(ExitCode::SUCCESS)
}
