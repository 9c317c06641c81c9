//! What a person or a script asks of the hub.

use crate::link::HttpUrl;
use crate::link::ReleaseAction;
use crate::rpc::OutgoingPayload;
use crate::trace::StationKey;

/// Something to be done on the links of some stations.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// The stations, each once.
    pub targets: Vec<StationKey>,
    /// What to do there.
    pub command: LinkCommand,
}

/// What to do on a link.
#[derive(Debug, Clone, PartialEq)]
pub enum LinkCommand {
    /// Send a call.
    Call {
        /// The operation's name.
        action: String,
        /// Its payload.
        payload: OutgoingPayload,
    },
    /// Send this text as it is.
    Raw(String),
    /// Send this text as it is, and show the HTTP headers that go with it and with its answer (SOAP).
    RawShowingHeaders(String),
    /// Look whether anybody answers at the address at which the peer is called (SOAP).
    Probe,
    /// Call the peer at this address (SOAP); `None` is the one of its `From` header again.
    CallAt(Option<HttpUrl>),
    /// Let a frame go on that waits on the link.
    Release {
        /// Its number.
        number: u64,
        /// What is to become of it.
        action: ReleaseAction,
    },
    /// Send a WebSocket ping.
    Ping,
    /// Close the link; a simulated station does not come back by itself.
    Disconnect,
    /// Cut the connection without a goodbye, as when a cable is pulled; a simulated station does not come back by itself. Over SOAP it
    /// is the same as closing the link.
    Drop,
    /// Connect a simulated station that is down, now.
    Connect,
}
