//! `ocpp-tui ctl`: drives a session from a shell. Exit codes: 0 done, 1 the session refused it or what was waited for did not come, 2
//! the session cannot be reached or the arguments are wrong.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};
use ocpp_tui::config::Paths;
use ocpp_tui::console;
use ocpp_tui::control::{AgentTools, ControlClient, ControlError};
use ocpp_tui::sanitize::{escape_control, escape_json};
use serde_json::Value;

use super::control;
use super::control_arguments::ControlArguments;
use super::seconds::seconds;

/// What was refused, or did not come.
const REFUSED: u8 = 1;

/// The arguments.
#[derive(Debug, Args)]
pub struct CtlArguments {
    /// What to do
    #[command(subcommand)]
    pub command: CtlCommand,
}

/// What to do with the session.
#[derive(Debug, Subcommand)]
pub enum CtlCommand {
    /// Run a line of the command language, and print what it prints
    Run {
        /// The line; options of `run` come before it
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "LINE")]
        line: Vec<String>,
        /// Seconds to wait for the answers of stations to the calls of the line
        #[arg(long, value_name = "SECONDS", value_parser = seconds)]
        wait: Option<f64>,
        /// Print the whole outcome as JSON
        #[arg(long)]
        json: bool,
    },
    /// Wait for a record that passes a filter, and print it
    Wait {
        /// The filter, as in the trace pane
        filter: String,
        /// Seconds to wait
        #[arg(long, default_value = "60", value_name = "SECONDS", value_parser = seconds)]
        timeout: f64,
        /// Look at the records from this sequence on; what has happened before counts then [default: only what comes]
        #[arg(long, value_name = "SEQUENCE")]
        from: Option<u64>,
    },
    /// Print the records of the trace, a JSON object a line
    Events {
        /// Only what passes this filter
        #[arg(default_value = "")]
        filter: String,
        /// From this sequence on
        #[arg(long, value_name = "SEQUENCE")]
        from: Option<u64>,
        /// At most so many
        #[arg(long, value_name = "NUMBER")]
        limit: Option<u64>,
        /// Wait for more at the end
        #[arg(long, short)]
        follow: bool,
    },
    /// Print the stations as JSON
    Stations {
        /// Only those that pass this filter
        #[arg(default_value = "")]
        filter: String,
    },
    /// Print the transactions as JSON
    Transactions {
        /// Only those that pass this filter
        #[arg(default_value = "")]
        filter: String,
    },
    /// Print the statistics as JSON
    Statistics {
        /// Only of what passes this filter
        #[arg(default_value = "")]
        filter: String,
    },
    /// Print the faults as JSON
    Faults {
        /// Only those that pass this filter
        #[arg(default_value = "")]
        filter: String,
    },
    /// Print how the capture is doing
    Capture,
    /// Print the OpenAPI document of the interface
    Openapi,
}

/// Runs a command of `ctl`.
///
/// # Errors
/// When no session is known or the output is closed.
pub fn ctl(general: &ControlArguments, arguments: &CtlArguments) -> anyhow::Result<ExitCode> {
    let (address, token) = control::found(general, Paths::find().ok().as_ref())?;
    let client = ControlClient::new(address, token, "ocpp-tui-ctl");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match runtime.block_on(run(&client, &arguments.command)) {
        Ok(code) => Ok(code),
        Err(CtlFailure::Control(error @ ControlError::Refused { .. })) => {
            write_refusal(&error)?;
            Ok(ExitCode::from(REFUSED))
        }
        Err(CtlFailure::Control(error)) => Err(error.into()),
        Err(CtlFailure::Output(error)) => Err(error.into()),
    }
}

/// Serves an agent on standard input and output with the session that runs.
///
/// # Errors
/// When no session is known, or the agent does not follow the protocol.
pub fn agent(general: &ControlArguments) -> anyhow::Result<ExitCode> {
    let (address, token) = control::found(general, Paths::find().ok().as_ref())?;
    let tools = AgentTools::new(ControlClient::new(address, token, control::AGENT));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(tools.serve(tokio::io::stdin(), tokio::io::stdout()))?;
    // a thread may still wait for standard input
    runtime.shutdown_background();
    Ok(ExitCode::SUCCESS)
}

#[derive(Debug, thiserror::Error)]
enum CtlFailure {
    #[error(transparent)]
    Control(#[from] ControlError),
    #[error(transparent)]
    Output(#[from] io::Error),
}

async fn run(client: &ControlClient, command: &CtlCommand) -> Result<ExitCode, CtlFailure> {
    let table = async |path: &str, filter: &str| -> Result<ExitCode, CtlFailure> {
        let query = [("filter", filter)];
        let query = if filter.is_empty() { &[][..] } else { &query[..] };
        Ok(print_json(&client.get(path, query).await?)?)
    };
    match command {
        CtlCommand::Run { line, wait, json } => {
            // One word is a line as it stands; several are the words of one.
            let line = if let [line] = line.as_slice() { line.clone() } else { console::join(line) };
            let outcome = client.command(&line, wait.unwrap_or_default()).await?;
            Ok(if *json { print_json(&outcome)? } else { print_outcome(&outcome)? })
        }
        CtlCommand::Wait { filter, timeout, from } => {
            let from = from.map_or_else(|| "end".to_owned(), |from| from.to_string());
            let limit = Duration::try_from_secs_f64(*timeout).unwrap_or(Duration::MAX);
            match client.wait_for(filter, &from, limit).await? {
                Some(record) => {
                    writeln!(io::stdout(), "{}", escape_json(record.to_string()))?;
                    Ok(ExitCode::SUCCESS)
                }
                None => {
                    let sentence = format!("Nothing passed the filter {filter} within {timeout} s.");
                    writeln!(io::stderr(), "ocpp-tui: {}", escape_control(&sentence))?;
                    Ok(ExitCode::from(REFUSED))
                }
            }
        }
        CtlCommand::Events { filter, from, limit, follow } => {
            let (from, limit) = (from.map(|from| from.to_string()), limit.map(|limit| limit.to_string()));
            let mut query = vec![("filter", filter.as_str())];
            query.extend(from.as_deref().map(|from| ("from", from)));
            query.extend(limit.as_deref().map(|limit| ("limit", limit)));
            query.extend(follow.then_some(("follow", "1")));
            let mut lines = client.events(&query).await?;
            let mut output = io::stdout().lock();
            while let Some(line) = lines.next().await? {
                writeln!(output, "{line}")?;
            }
            Ok(ExitCode::SUCCESS)
        }
        CtlCommand::Stations { filter } => table("/stations", filter).await,
        CtlCommand::Transactions { filter } => table("/transactions", filter).await,
        CtlCommand::Statistics { filter } => table("/statistics", filter).await,
        CtlCommand::Faults { filter } => table("/faults", filter).await,
        CtlCommand::Capture => Ok(print_outcome(&client.get("/capture", &[]).await?)?),
        CtlCommand::Openapi => Ok(print_json(&client.get("/openapi.json", &[]).await?)?),
    }
}

/// Prints JSON: laid out for a person, on one line for a program.
fn print_json(value: &Value) -> io::Result<ExitCode> {
    let text = if control::is_read_by_a_person() { format!("{value:#}") } else { value.to_string() };
    writeln!(io::stdout(), "{}", escape_json(text))?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the lines of an outcome, and the answers, a JSON object each. A call that a station refused or left open is a failure.
fn print_outcome(outcome: &Value) -> io::Result<ExitCode> {
    let mut output = io::stdout().lock();
    let lines = outcome["lines"].as_array().map(Vec::as_slice).unwrap_or_default();
    for line in lines.iter().filter_map(|line| line["text"].as_str()).flat_map(str::lines) {
        writeln!(output, "{}", escape_control(line))?;
    }
    if let Some(done) = outcome["done"].as_str().filter(|_| lines.is_empty()) {
        writeln!(output, "{}", escape_control(done))?;
    }
    for answer in outcome["answers"].as_array().map(Vec::as_slice).unwrap_or_default() {
        writeln!(output, "{}", escape_json(answer.to_string()))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn write_refusal(error: &ControlError) -> io::Result<()> {
    let hint = if let ControlError::Refused { hint, .. } = error { hint.as_deref() } else { None };
    let text = format!("ocpp-tui: {error}\n{}", hint.unwrap_or_default());
    let mut lines = text.lines();
    lines.try_for_each(|line| writeln!(io::stderr(), "{}", escape_control(line)))
}
