//! The interface as an OpenAPI document, made from the table of paths and the grammar of commands.

use serde_json::{Map, Value, json};

use super::route::{ControlRoute, ROUTES, RouteKind};
use crate::console::Grammar;

/// The document. The commands are listed in the description of `/commands`.
pub fn api_document(grammar: &Grammar) -> Value {
    let mut paths = Map::new();
    for route in ROUTES {
        let method = route.method.as_str().to_ascii_lowercase();
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[method] = operation(route, grammar);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "ocpp-tui control",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Drives a session of ocpp-tui. Every request shows the token of the session in the header Authorization, as Bearer.",
        },
        "security": [{ "token": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
            "schemas": schemas(),
        },
    })
}

fn operation(route: &ControlRoute, grammar: &Grammar) -> Value {
    let parameters: Vec<Value> = route
        .parameters
        .iter()
        .map(|parameter| {
            // `from` has a word, too
            let schema = if parameter.name == "from" {
                json!({ "type": ["integer", "string"] })
            } else {
                json!({ "type": parameter.kind })
            };
            json!({ "name": parameter.name, "in": "query", "description": parameter.about, "schema": schema })
        })
        .collect();
    let mut content = Map::new();
    for kind in route.content {
        content.insert((*kind).to_owned(), json!({ "schema": schema(route.kind) }));
    }
    let mut operation = json!({
        "summary": route.summary,
        "operationId": route.path.trim_start_matches('/').trim_end_matches(".json"),
        "parameters": parameters,
        "responses": {
            "200": { "description": "Done", "content": content },
            "400": error("What was asked cannot be read"),
            "401": error("The token is missing or wrong"),
        },
    });
    if route.kind == RouteKind::Command {
        let names: Vec<&str> = grammar.commands().iter().map(|command| &*command.name).collect();
        operation["description"] =
            json!(format!("The commands are: {}. The line `help COMMAND` explains one.", names.join(", ")));
        operation["requestBody"] = json!({
            "required": true,
            "content": {
                "application/json": { "schema": { "$ref": "#/components/schemas/Command" } },
                "text/plain": { "schema": { "type": "string" } },
            },
        });
        operation["responses"]["422"] = error("The line was read and could not be carried out");
    }
    operation
}

fn error(description: &str) -> Value {
    json!({ "description": description, "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Failure" } } } })
}

fn schema(kind: RouteKind) -> Value {
    match kind {
        RouteKind::Command => json!({ "$ref": "#/components/schemas/Outcome" }),
        RouteKind::Events => json!({ "$ref": "#/components/schemas/Event" }),
        RouteKind::Stations => json!({ "type": "array", "items": { "$ref": "#/components/schemas/Station" } }),
        RouteKind::Transactions | RouteKind::Faults => json!({ "type": "array", "items": { "type": "object" } }),
        RouteKind::Statistics | RouteKind::Document => json!({ "type": "object" }),
        RouteKind::Capture => json!({ "$ref": "#/components/schemas/Outcome" }),
    }
}

fn schemas() -> Value {
    let text = || json!({ "type": "string" });
    let count = || json!({ "type": "integer", "minimum": 0 });
    json!({
        "Command": {
            "type": "object",
            "required": ["line"],
            "additionalProperties": false,
            "properties": { "line": text(), "wait": { "type": "number", "minimum": 0, "description": "seconds to wait for answers" } },
        },
        "Outcome": {
            "type": "object",
            "required": ["ok", "lines"],
            "properties": {
                "ok": { "type": "boolean" },
                "lines": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["kind", "text"],
                        "properties": { "kind": { "enum": ["info", "error", "hint"] }, "text": text() },
                    },
                },
                "done": text(),
                "from": { "type": "integer", "description": "the sequence of the first record after the line was given" },
                "answers": { "type": "array", "items": { "$ref": "#/components/schemas/Event" } },
            },
        },
        "Failure": {
            "type": "object",
            "required": ["error"],
            "properties": { "error": text(), "hint": text(), "lines": { "type": "array" } },
        },
        "Event": {
            "type": "object",
            "required": ["kind"],
            "properties": {
                "time": { "type": "string", "format": "date-time" }, "sequence": count(), "station": text(),
                "role": { "enum": ["cs", "cp"] }, "kind": text(), "direction": { "enum": ["in", "out"] }, "action": text(),
                "id": {}, "payload": {}, "error": {}, "description": {}, "latency": { "type": "number" }, "text": text(),
            },
        },
        "Station": {
            "type": "object",
            "required": ["station", "role", "state"],
            "properties": {
                "station": text(), "role": { "enum": ["cs", "cp"] },
                "state": { "enum": ["new", "connecting", "connected", "waiting", "gone"] },
                "version": text(), "transport": text(), "security": text(), "peer": text(), "url": text(),
                "lastSeen": { "type": "string", "format": "date-time" },
                "received": count(), "sent": count(), "errors": count(), "inFlight": count(), "queued": count(),
                "latency": { "type": "number" }, "roundTrip": { "type": "number" },
            },
        },
    })
}
