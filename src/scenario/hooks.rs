//! Commands of the shell around the run and around each scenario: to start, reset or photograph the side under test. They learn what it is
//! about from their environment, and write to the standard error, so that the output of the run stays its own.

use std::io;
use std::process::{Command, Stdio};

use super::outcome::{CaseOutcome, ScenarioCase};

/// Why a hook has failed.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// There is no shell, or it cannot be started.
    #[error("the command {command:?} cannot be started: {reason}")]
    NotStarted {
        /// The command.
        command: String,
        /// The error of the operating system; it is part of the sentence.
        reason: io::Error,
    },
    /// It ended with another code than 0.
    #[error("the command {command:?} ended with {status}; it must end with code 0")]
    Failed {
        /// The command.
        command: String,
        /// The code, or the signal.
        status: String,
    },
}

/// Runs a command of the shell to its end, with these variables in its environment.
///
/// # Errors
/// When it cannot be started or does not end with code 0.
pub fn run_hook(command: &str, variables: &[(&str, String)]) -> Result<(), HookError> {
    let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    // No variable can hold a zero byte, and a name in a script can.
    let variables = variables.iter().map(|(name, value)| (name, value.replace('\0', "\u{fffd}")));
    let ended = Command::new(shell)
        .args([flag, command])
        .envs(variables)
        .stdin(Stdio::null())
        .stdout(Stdio::from(io::stderr()))
        .status()
        .map_err(|reason| HookError::NotStarted { command: command.to_owned(), reason })?;
    if ended.success() {
        return Ok(());
    }
    Err(HookError::Failed { command: command.to_owned(), status: ended.to_string() })
}

/// The same from the thread of a session, which goes on meanwhile; a virtual clock stands still.
pub(super) async fn run_beside(command: &str, variables: Vec<(&'static str, String)>) -> Result<(), HookError> {
    let owned = command.to_owned();
    let running = tokio::task::spawn_blocking(move || run_hook(&owned, &variables));
    running
        .await
        .unwrap_or_else(|error| Err(HookError::NotStarted { command: command.to_owned(), reason: io::Error::other(error) }))
}

/// What a hook learns about a scenario; its verdict when it has ended.
pub(super) fn variables(file: &str, case: &ScenarioCase, ended: bool) -> Vec<(&'static str, String)> {
    let mut variables = vec![
        ("OCPP_TUI_FILE", file.to_owned()),
        ("OCPP_TUI_SCENARIO", case.name.clone()),
        ("OCPP_TUI_SCENARIO_ID", case.id.clone()),
    ];
    if ended {
        let reason = match &case.outcome {
            CaseOutcome::Skipped(reason) => reason.clone(),
            outcome => outcome.failure().map_or_else(String::new, |failure| failure.message.clone()),
        };
        variables.extend([("OCPP_TUI_VERDICT", case.outcome.name().to_owned()), ("OCPP_TUI_REASON", reason)]);
    }
    variables
}
