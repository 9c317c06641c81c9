//! The session as tools of the Model Context Protocol, over a driver: what an agent may ask, and how it is carried out. The protocol is
//! that of the official SDK.

use std::sync::Arc;
use std::time::Duration;

use rmcp::handler::server::ServerHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, Implementation, ListToolsResult, PaginatedRequestParams,
    ServerCapabilities, ServerConfig, Tool, ToolAnnotations,
};
use rmcp::service::{RequestContext, RoleServer, ServerInitializeError};
use rmcp::{ErrorData, ServiceExt};
use serde_json::{Map, Value, json};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinError;

use super::client::{ControlClient, ControlError};

/// Records of one answer when the agent names no limit: what fits into its context.
const FEW: u64 = 100;
/// Seconds to wait for a record when the agent names none.
const PATIENCE: f64 = 60.0;
/// Seconds to wait for answers to calls when the agent names none.
const ANSWERS: f64 = 10.0;

const INSTRUCTIONS: &str = "A console for OCPP, the protocol between EV charge points and central systems. It plays a central system (start_cs), \
simulated charge points (start_cp), or both, and records every message. Use run_command for lines of its command language (`help` lists the \
commands, `help COMMAND` explains one), list_events and wait_for_event to see messages, with filters such as `cp:CP1 action:BootNotification` \
or `kind:error`.";

/// Why an agent is not served any more.
#[derive(Debug, Error)]
pub enum AgentError {
    /// Its first messages are not those of the protocol.
    #[error("The agent did not begin as the Model Context Protocol says: {0}.")]
    Handshake(Box<ServerInitializeError>),
    /// The task that serves it has failed.
    #[error("The connection with the agent failed: {0}.")]
    Connection(JoinError),
}

/// What is wrong with the arguments of a call.
#[derive(Debug, Error)]
enum ArgumentError {
    #[error("{tool} has no argument {name:?}; it has {}.", known.join(", "))]
    Unknown { tool: &'static str, name: String, known: Vec<&'static str> },
    #[error("{name} must be of the type {kind}: {about}.")]
    Type { name: String, kind: &'static str, about: &'static str },
    #[error("{tool} needs the argument {name}.")]
    Missing { tool: &'static str, name: &'static str },
}

/// What a tool does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ToolKind {
    Command,
    Events,
    Wait,
    /// What a path has; the name is that of the member in the answer.
    Table {
        path: &'static str,
        member: &'static str,
    },
}

/// A tool as it is listed.
struct AgentTool {
    name: &'static str,
    about: &'static str,
    kind: ToolKind,
    arguments: &'static [(&'static str, &'static str, &'static str)],
    required: &'static [&'static str],
}

const FILTER: (&str, &str, &str) =
    ("filter", "string", "a filter as in the trace pane, for example: cp:CP1 action:StatusNotification");

const TOOLS: &[AgentTool] = &[
    AgentTool {
        name: "run_command",
        about: "Run one line of the command language. The answers of stations to the calls of the line are in `answers`.",
        kind: ToolKind::Command,
        arguments: &[
            ("line", "string", "the line, for example: start_cs 9000, or: remote_reset type=Soft --id CP1"),
            ("wait_seconds", "number", "how long to wait for the answers of stations; 10 when left out"),
        ],
        required: &["line"],
    },
    AgentTool {
        name: "list_events",
        about: "Records of the trace, oldest first: messages, connections, timeouts, notes. `next` is where to go on.",
        kind: ToolKind::Events,
        arguments: &[
            FILTER,
            ("from", "integer", "from the record with this sequence on; the oldest when left out"),
            ("limit", "integer", "at most so many; 100 when left out"),
        ],
        required: &[],
    },
    AgentTool {
        name: "wait_for_event",
        about: "Wait for the first record that passes a filter.",
        kind: ToolKind::Wait,
        arguments: &[
            FILTER,
            (
                "from",
                "integer",
                "records from this sequence on count, also those that are there; only what comes when left out",
            ),
            ("timeout_seconds", "number", "how long; 60 when left out"),
        ],
        required: &["filter"],
    },
    table("list_stations", "The stations and the state of their links.", "/stations", "stations"),
    table(
        "list_transactions",
        "The transactions with energy, duration, end, and what is odd about them.",
        "/transactions",
        "transactions",
    ),
    table("get_statistics", "Calls, errors, latencies and bytes, by action and by station.", "/statistics", "statistics"),
    table("list_faults", "What went wrong, in groups with counts and an example.", "/faults", "faults"),
];

const fn table(name: &'static str, about: &'static str, path: &'static str, member: &'static str) -> AgentTool {
    AgentTool { name, about, kind: ToolKind::Table { path, member }, arguments: &[FILTER], required: &[] }
}

impl AgentTool {
    fn listed(&self) -> Tool {
        let properties: Map<String, Value> = self
            .arguments
            .iter()
            .map(|(name, kind, about)| ((*name).to_owned(), json!({ "type": kind, "description": about })))
            .collect();
        let schema = json!({
            "type": "object", "properties": properties, "required": self.required, "additionalProperties": false,
        });
        let Value::Object(schema) = schema else { return Tool::new(self.name, self.about, Map::new()) };
        let reads = self.kind != ToolKind::Command;
        Tool::new(self.name, self.about, Arc::new(schema)).with_annotations(ToolAnnotations::new().read_only(reads))
    }
}

/// The arguments of a call.
struct ToolArguments(Map<String, Value>);

impl ToolArguments {
    /// # Errors
    /// When an argument is missing, unknown or of another type.
    fn read(tool: &AgentTool, given: Option<Map<String, Value>>) -> Result<ToolArguments, ArgumentError> {
        let given = given.unwrap_or_default();
        for (name, value) in &given {
            let Some((_, kind, about)) = tool.arguments.iter().find(|(known, ..)| known == name) else {
                let known = tool.arguments.iter().map(|(name, ..)| *name).collect();
                return Err(ArgumentError::Unknown { tool: tool.name, name: name.clone(), known });
            };
            let fits = match *kind {
                "string" => value.is_string(),
                "integer" => value.is_u64(),
                _ => value.as_f64().is_some_and(|number| number >= 0.0),
            };
            if !fits {
                return Err(ArgumentError::Type { name: name.clone(), kind, about });
            }
        }
        match tool.required.iter().find(|name| !given.contains_key(**name)) {
            Some(name) => Err(ArgumentError::Missing { tool: tool.name, name }),
            None => Ok(ToolArguments(given)),
        }
    }

    fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    fn number(&self, name: &str) -> Option<f64> {
        self.0.get(name).and_then(Value::as_f64)
    }

    fn count(&self, name: &str) -> Option<u64> {
        self.0.get(name).and_then(Value::as_u64)
    }
}

/// The tools of a session.
#[derive(Debug, Clone)]
pub struct AgentTools {
    client: ControlClient,
}

impl AgentTools {
    /// The tools of the session that this client drives.
    pub fn new(client: ControlClient) -> AgentTools {
        AgentTools { client }
    }

    /// Serves an agent until it ends the connection.
    ///
    /// # Errors
    /// When it does not begin as the protocol says, or its task fails.
    pub async fn serve(
        self,
        input: impl AsyncRead + Unpin + Send + 'static,
        output: impl AsyncWrite + Unpin + Send + 'static,
    ) -> Result<(), AgentError> {
        let serving = ServiceExt::serve(self, (input, output)).await;
        let serving = serving.map_err(|error| AgentError::Handshake(Box::new(error)))?;
        serving.waiting().await.map(drop).map_err(AgentError::Connection)
    }

    async fn carry_out(&self, tool: &AgentTool, arguments: &ToolArguments) -> Result<Value, ControlError> {
        match tool.kind {
            ToolKind::Command => {
                let wait = arguments.number("wait_seconds").unwrap_or(ANSWERS);
                self.client.command(arguments.text("line"), wait).await
            }
            ToolKind::Table { path, member } => {
                let filter = arguments.text("filter");
                let query = [("filter", filter)];
                let query = if filter.is_empty() { &[][..] } else { &query[..] };
                Ok(json!({ member: self.client.get(path, query).await? }))
            }
            ToolKind::Events => {
                let from = arguments.count("from").unwrap_or(0).to_string();
                let limit = arguments.count("limit").unwrap_or(FEW).to_string();
                let query = [("filter", arguments.text("filter")), ("from", &from), ("limit", &limit)];
                let mut lines = self.client.events(&query).await?;
                let mut events: Vec<Value> = Vec::new();
                while let Some(line) = lines.next().await? {
                    events.extend(serde_json::from_str::<Value>(&line));
                }
                let last = events.iter().rev().find_map(|event| event["sequence"].as_u64());
                let next = last.map_or_else(|| arguments.count("from").unwrap_or(0), |last| last + 1);
                Ok(json!({ "events": events, "next": next }))
            }
            ToolKind::Wait => {
                let from = arguments.count("from").map_or_else(|| "end".to_owned(), |from| from.to_string());
                let filter = arguments.text("filter");
                let seconds = arguments.number("timeout_seconds").unwrap_or(PATIENCE);
                let limit = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
                let event = self.client.wait_for(filter, &from, limit).await?;
                Ok(match event {
                    Some(event) => json!({ "event": event }),
                    None => json!({ "event": null, "text": format!("Nothing passed the filter within {seconds} s.") }),
                })
            }
        }
    }
}

impl ServerHandler for AgentTools {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder().enable_tools().build();
        ServerConfig::new(capabilities)
            .with_server_info(Implementation::new("ocpp-tui", env!("CARGO_PKG_VERSION")))
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(TOOLS.iter().map(AgentTool::listed).collect()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let Some(tool) = TOOLS.iter().find(|tool| tool.name == request.name) else {
            return Err(ErrorData::invalid_params(format!("There is no tool {}.", request.name), None));
        };
        let result = match ToolArguments::read(tool, request.arguments) {
            Err(error) => CallToolResult::structured_error(json!({ "error": error.to_string() })),
            Ok(arguments) => match self.carry_out(tool, &arguments).await {
                Ok(value) => CallToolResult::structured(value),
                Err(ControlError::Refused { answer, .. }) => CallToolResult::structured_error(answer),
                Err(error) => CallToolResult::structured_error(json!({ "error": error.to_string() })),
            },
        };
        Ok(result.into())
    }
}
