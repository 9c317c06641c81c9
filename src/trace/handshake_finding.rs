//! What is odd about a handshake that was accepted all the same, as facts. The sentences are made in `describe`.

use crate::ocpp::Version;

/// What is odd about a handshake that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HandshakeFinding {
    /// The path has empty segments, which were left out.
    EmptySegments {
        /// The path.
        path: Box<str>,
    },
    /// The path has no identity; a parameter of the query has it.
    IdentityInQuery {
        /// The name of the parameter.
        parameter: Box<str>,
    },
    /// The subprotocol has an unusual spelling.
    SubprotocolSpelling {
        /// The spelling.
        offered: Box<str>,
        /// What it means.
        version: Version,
    },
}

impl HandshakeFinding {
    /// A word for programs.
    pub const fn name(&self) -> &'static str {
        match self {
            HandshakeFinding::EmptySegments { .. } => "emptySegments",
            HandshakeFinding::IdentityInQuery { .. } => "identityInQuery",
            HandshakeFinding::SubprotocolSpelling { .. } => "subprotocolSpelling",
        }
    }

    /// The memory that it holds besides its own size, in bytes.
    pub(super) fn heap_bytes(&self) -> usize {
        match self {
            HandshakeFinding::EmptySegments { path: text }
            | HandshakeFinding::IdentityInQuery { parameter: text }
            | HandshakeFinding::SubprotocolSpelling { offered: text, .. } => text.len(),
        }
    }
}
