//! Starts the control server of a session, and leaves a note in the state folder by which `ctl` finds it.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use ocpp_tui::config::{Paths, private_file};
use ocpp_tui::console::Console;
use ocpp_tui::control::{AgentTools, ControlAddress, ControlClient, ControlServer, ControlToken, MetricsServer};
use serde::{Deserialize, Serialize};

use super::control_arguments::ControlArguments;

/// How the newest session of this user is reached. Its file is readable by the user only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlNote {
    /// The address.
    pub address: String,
    /// The file of the token, when the user keeps it; else the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_file: Option<PathBuf>,
    /// A token that was made for the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

impl ControlNote {
    /// The file in the state folder.
    pub fn file(state: &Path) -> PathBuf {
        state.join("control.json")
    }

    /// The note of the newest session, when there is one.
    pub fn read(state: &Path) -> Option<ControlNote> {
        serde_json::from_str(&fs::read_to_string(ControlNote::file(state)).ok()?).ok()
    }

    fn write(&self, state: &Path) -> io::Result<()> {
        fs::create_dir_all(state)?;
        let text = serde_json::to_string(self).map_err(io::Error::other)?;
        private_file(&ControlNote::file(state))?.write_all(text.as_bytes())
    }
}

/// Removes the note of a session at its end, unless a newer session has replaced it.
pub struct ControlNoteGuard {
    state: PathBuf,
    note: ControlNote,
}

impl Drop for ControlNoteGuard {
    fn drop(&mut self) {
        if ControlNote::read(&self.state).as_ref() == Some(&self.note) {
            let _ = fs::remove_file(ControlNote::file(&self.state));
        }
    }
}

/// Starts the servers that the options ask for. The address stands in the trace; a new token is printed to standard error once.
///
/// # Errors
/// When the address or the token cannot be used.
pub async fn start(
    arguments: &ControlArguments,
    console: &Arc<Console>,
    paths: Option<&Paths>,
) -> anyhow::Result<Option<ControlNoteGuard>> {
    if let Some(address) = arguments.metrics {
        let server = MetricsServer::bind(address).await?;
        console.hub().note(false, format!("metrics: served at http://{}/metrics", server.address()));
        tokio::spawn(server.serve(console.hub().clone()));
    }
    let Some(address) = &arguments.control else { return Ok(None) };
    let token = match &arguments.control_token {
        Some(file) => ControlToken::read(file)?,
        None => ControlToken::generate(),
    };
    let server = ControlServer::bind(address, token.clone()).await?;
    let address = server.address().to_string();
    console.hub().note(false, format!("control: drivers are served at {address}"));
    let is_new = arguments.control_token.is_none();
    if is_new {
        // Before the full screen is there; line mode leaves standard error alone.
        writeln!(io::stderr(), "ocpp-tui: control at {address}, token {}", token.text()).context("standard error is closed")?;
    }
    tokio::spawn(server.serve(console.clone()));
    let Some(state) = paths.map(Paths::state) else { return Ok(None) };
    let token_file = arguments.control_token.as_ref().map(|file| fs::canonicalize(file).unwrap_or_else(|_| file.clone()));
    let note = ControlNote { address, token_file, token: is_new.then(|| token.text().to_owned()) };
    if let Err(error) = note.write(&state) {
        let text = format!("control: {} cannot be written ({error}); name the address and the token to ctl", state.display());
        console.hub().note(true, text);
        return Ok(None);
    }
    Ok(Some(ControlNoteGuard { state, note }))
}

/// Whether a session is named, or one has left its note.
pub fn is_known(arguments: &ControlArguments) -> bool {
    arguments.control.is_some() || Paths::find().is_ok_and(|paths| ControlNote::read(&paths.state()).is_some())
}

/// Serves an agent on standard input and output with this session, until it ends the connection.
///
/// # Errors
/// When the session cannot be driven, or the agent does not follow the protocol.
pub async fn serve_agent(console: &Arc<Console>) -> anyhow::Result<ExitCode> {
    let token = ControlToken::generate();
    let server = ControlServer::bind(&ControlAddress::Port((Ipv4Addr::LOCALHOST, 0).into()), token.clone()).await?;
    let client = ControlClient::new(server.address().clone(), token, AGENT);
    tokio::spawn(server.serve(console.clone()));
    let served = AgentTools::new(client).serve(tokio::io::stdin(), tokio::io::stdout());
    tokio::select! {
        served = served => served?,
        () = console.hub().shutdown().cancelled() => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// The name of agents in the trace.
pub const AGENT: &str = "ocpp-tui-mcp";

/// How a session is reached: by the options, else by the note of the newest one.
///
/// # Errors
/// When neither says it.
pub fn found(arguments: &ControlArguments, paths: Option<&Paths>) -> anyhow::Result<(ControlAddress, ControlToken)> {
    let note = paths.and_then(|paths| ControlNote::read(&paths.state()));
    let address = match (&arguments.control, &note) {
        (Some(address), _) => address.clone(),
        (None, Some(note)) => note.address.parse()?,
        (None, None) => anyhow::bail!(
            "No session with --control runs here; start one, for example: ocpp-tui --control 127.0.0.1:0 cs --port 9000, or name its address with --control."
        ),
    };
    let token = match (&arguments.control_token, note) {
        (Some(file), _) => ControlToken::read(file)?,
        (None, Some(ControlNote { token_file: Some(file), .. })) => ControlToken::read(&file)?,
        (None, Some(ControlNote { token: Some(token), .. })) => ControlToken::of_text(&token).with_context(
            || "The token in the state folder cannot be used; name the file of the token with --control-token.",
        )?,
        (None, _) => anyhow::bail!("Name the file of the session's token with --control-token."),
    };
    Ok((address, token))
}

/// Whether a person reads standard output.
pub fn is_read_by_a_person() -> bool {
    io::stdout().is_terminal()
}
