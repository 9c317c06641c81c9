//! The life of a line session: read a command, run it, print what it says, until `quit`, the end of the input or a signal.

use std::io;
use std::process::ExitCode;

use tokio::signal::unix::{SignalKind, signal};

use super::printer::{Printed, Printer};
use super::reader::{self, Typed};
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
#[derive(Debug, Clone, Copy)]
pub struct LineOptions {
    /// How events are printed.
    pub format: LogFormat,
    /// Whether a prompt is shown: when a person types on a terminal.
    pub prompt: bool,
}

/// Runs the session until it is over. The lines that come first are what was said before it began. The exit code is a failure only when the output cannot be used at all.
///
/// # Errors
/// When the operating system gives no thread or no signal handler.
pub async fn run(console: &Console, first: Vec<Line>, options: LineOptions) -> io::Result<ExitCode> {
    let printer = Printer::start(console.hub().trace().clone(), options.format)?;
    let mut input = reader::start()?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    let prompt = || {
        if options.prompt {
            printer.print(Printed::Prompt);
        }
    };
    first.into_iter().for_each(|line| printer.print(Printed::Said(line)));
    prompt();
    loop {
        let line = tokio::select! {
            line = input.recv() => line,
            _ = terminate.recv() => None,
            _ = interrupt.recv() => None,
            _ = hang_up.recv() => None,
        };
        let ran = match line {
            None => break,
            Some(Typed::Line(line)) => console.run(&line, &RunContext::default()).await,
            Some(Typed::TooLong) => reader::too_long(),
        };
        ran.lines.into_iter().for_each(|line| printer.print(Printed::Said(line)));
        if ran.quit {
            break;
        }
        prompt();
    }
    printer.print(Printed::End);
    printer.finish();
    console.hub().end().await;
    Ok(ExitCode::SUCCESS)
}
