//! The life of a line session: read a command, run it, print its output, until `quit`, the end of the input or a signal.

use std::io;
use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;

use super::printer::{LogFormat, PrintOrder, Printer};
use super::prompt;
use super::reader::{self, TypedLine};
use crate::config::History;
use crate::console::{Console, OutputLine, RunContext};
use crate::signals::ExitSignals;

/// How a line session behaves.
#[derive(Debug, Clone)]
pub struct LineOptions {
    /// How events are printed.
    pub format: LogFormat,
    /// Whether a user types on a terminal: then there is a prompt with history and completion.
    pub terminal: bool,
    /// Whether the session goes on after the end of the input, until a signal or its own end: something was started that ends it.
    pub outlives_input: bool,
}

/// Runs the session until it is over. `first` is the output from before it began; lines are read when `begun` has ended. The exit code is
/// a failure only when the output cannot be used at all.
///
/// # Errors
/// When the operating system gives no thread or no signal handler.
pub async fn run(
    console: Arc<Console>,
    history: Arc<History>,
    first: Vec<OutputLine>,
    options: LineOptions,
    begun: impl Future<Output = ()>,
) -> io::Result<ExitCode> {
    let (mut input, above) = if options.terminal {
        let (input, above) = prompt::start(console.clone(), history).map_err(io::Error::other)?;
        (input, Some(above))
    } else {
        (reader::start()?, None)
    };
    let printer = Printer::start(console.hub(), options.format, above)?;
    let mut signals = ExitSignals::new()?;
    first.into_iter().for_each(|line| printer.print(PrintOrder::Output(line)));
    let mut is_open = true;
    let mut begun = pin!(begun);
    let mut has_begun = false;
    loop {
        let line = tokio::select! {
            () = &mut begun, if !has_begun => {
                has_begun = true;
                continue;
            }
            line = input.recv(), if is_open && has_begun => match line {
                None if options.outlives_input => {
                    is_open = false;
                    continue;
                }
                line => line,
            },
            _ = signals.recv() => None,
            () = console.hub().shutdown().cancelled() => None,
        };
        let ran = match line {
            None => break,
            Some(TypedLine::Line(line)) => console.run(&line, &RunContext::default()).await,
            Some(TypedLine::TooLong) => reader::too_long(),
        };
        ran.lines.into_iter().for_each(|line| printer.print(PrintOrder::Output(line)));
        if ran.quit {
            break;
        }
    }
    // What the last command has done is still printed, though the recorder lets events gather.
    console.hub().caught_up().await;
    printer.print(PrintOrder::End);
    printer.finish();
    console.hub().end().await;
    Ok(ExitCode::SUCCESS)
}
