//! Driving a session from outside: HTTP with JSON on a loopback port or a socket, for shells, tests and agents, and the client of it. A
//! driver uses the command language and reads the trace as any front end does. What a command does is in `console`.

mod address;
mod agent_tools;
mod api_document;
mod call_answers;
mod client;
mod event_stream;
mod metrics;
mod query;
mod route;
mod server;
mod station_list;
mod token;

pub use address::{ControlAddress, ControlAddressError};
pub use agent_tools::{AgentError, AgentTools};
pub use api_document::api_document;
pub use client::{ControlClient, ControlError, ControlLines};
pub use metrics::{MetricsServer, MetricsServerError};
pub use server::{ControlServer, ControlServerError};
pub use token::{ControlToken, ControlTokenError};

#[cfg(test)]
mod tests;
