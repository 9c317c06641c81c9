//! The transports. Both carry the same: an action and a payload.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The transport of a link. OCPP 1.2, 1.5 and 1.6 have both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// JSON over WebSocket: SRPC (1.2, 1.5) and OCPP-J (1.6).
    WebSocket,
    /// SOAP over HTTP: OCPP-S. Each side is a server that the other one calls.
    Soap,
}

impl Transport {
    /// Both transports.
    pub const ALL: [Transport; 2] = [Transport::WebSocket, Transport::Soap];

    /// The name in commands.
    pub const fn name(self) -> &'static str {
        match self {
            Transport::WebSocket => "websocket",
            Transport::Soap => "soap",
        }
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
