//! The options about driving a session from outside.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use ocpp_tui::control::ControlAddress;

/// The options.
#[derive(Debug, Clone, Args)]
pub struct ControlArguments {
    /// Let programs of this machine drive the session: 127.0.0.1:PORT (0 takes any free one) or unix:PATH
    #[arg(long, global = true, value_name = "ADDRESS", env = "OCPP_TUI_CONTROL")]
    pub control: Option<ControlAddress>,
    /// The file with the token that drivers show [default: a new token, printed once]
    #[arg(long, global = true, value_name = "FILE", env = "OCPP_TUI_CONTROL_TOKEN_FILE")]
    pub control_token: Option<PathBuf>,
    /// Serve figures of the session to Prometheus at this address, as 127.0.0.1:9464, under /metrics
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub metrics: Option<SocketAddr>,
}
