//! What can be asked of a session: the table of paths, from which requests are served and the description of the interface is made.

use hyper::Method;

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RouteKind {
    /// Run a line of the command language.
    Command,
    /// Records of the trace.
    Events,
    /// The stations.
    Stations,
    /// The table of transactions.
    Transactions,
    /// The statistics.
    Statistics,
    /// The faults.
    Faults,
    /// How the capture is doing.
    Capture,
    /// The description of the interface.
    Document,
}

/// A parameter of a query.
#[derive(Debug, Clone, Copy)]
pub(super) struct RouteParameter {
    /// Its name.
    pub name: &'static str,
    /// Its type in JSON Schema.
    pub kind: &'static str,
    /// What it means.
    pub about: &'static str,
}

/// A method and a path.
#[derive(Debug, Clone, Copy)]
pub(super) struct ControlRoute {
    /// The method.
    pub method: &'static Method,
    /// The path.
    pub path: &'static str,
    /// What it is for.
    pub kind: RouteKind,
    /// The same in a sentence.
    pub summary: &'static str,
    /// The parameters.
    pub parameters: &'static [RouteParameter],
    /// The types of the content of an answer without an error.
    pub content: &'static [&'static str],
}

const JSON: &[&str] = &["application/json"];

const fn parameter(name: &'static str, kind: &'static str, about: &'static str) -> RouteParameter {
    RouteParameter { name, kind, about }
}

const FILTER: RouteParameter =
    parameter("filter", "string", "only what passes this filter, as in the trace pane, for example cp:CP1 kind:error");

/// Everything that can be asked.
pub(super) const ROUTES: &[ControlRoute] = &[
    ControlRoute {
        method: &Method::POST,
        path: "/commands",
        kind: RouteKind::Command,
        summary: "Run a line of the command language",
        parameters: &[parameter(
            "wait",
            "number",
            "seconds to wait for the answers of stations to the calls of the line; 0 when left out",
        )],
        content: JSON,
    },
    ControlRoute {
        method: &Method::GET,
        path: "/events",
        kind: RouteKind::Events,
        summary: "The records of the trace: one JSON object a line, or server-sent events when Accept asks for them",
        parameters: &[
            FILTER,
            parameter(
                "from",
                "integer",
                "from the record with this sequence on; the oldest when left out, `end` for what comes",
            ),
            parameter("limit", "integer", "at most so many records"),
            parameter("follow", "boolean", "wait for more at the end"),
        ],
        content: &["application/x-ndjson", "text/event-stream"],
    },
    ControlRoute {
        method: &Method::GET,
        path: "/stations",
        kind: RouteKind::Stations,
        summary: "The stations and their links",
        parameters: &[FILTER],
        content: JSON,
    },
    ControlRoute {
        method: &Method::GET,
        path: "/transactions",
        kind: RouteKind::Transactions,
        summary: "The transactions, as the command `transactions --json` lists them",
        parameters: &[FILTER],
        content: JSON,
    },
    ControlRoute {
        method: &Method::GET,
        path: "/statistics",
        kind: RouteKind::Statistics,
        summary: "Counts and latencies, as the command `stats --json` prints them",
        parameters: &[FILTER],
        content: JSON,
    },
    ControlRoute {
        method: &Method::GET,
        path: "/faults",
        kind: RouteKind::Faults,
        summary: "What went wrong, in groups, as the command `faults --json` lists it",
        parameters: &[FILTER],
        content: JSON,
    },
    ControlRoute {
        method: &Method::GET,
        path: "/capture",
        kind: RouteKind::Capture,
        summary: "How the capture is doing, as the command `capture` prints it",
        parameters: &[],
        content: JSON,
    },
    ControlRoute {
        method: &Method::GET,
        path: "/openapi.json",
        kind: RouteKind::Document,
        summary: "This interface as an OpenAPI document",
        parameters: &[],
        content: JSON,
    },
];

impl ControlRoute {
    /// The names of the parameters.
    pub fn names(&self) -> Vec<&'static str> {
        self.parameters.iter().map(|parameter| parameter.name).collect()
    }
}
