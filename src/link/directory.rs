//! The seam between links and the session: who stands behind a link that comes up, and how the session reaches it afterwards.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;
use tokio::sync::mpsc;

use super::intercept::gate::ReleaseAction;
use super::intercept::queue::InspectionVerdict;
use super::soap::HttpUrl;
use crate::behaviour::CallObserver;
use crate::behaviour::{Answer, Responder};
use crate::ocpp::Version;
use crate::rpc::OutgoingPayload;
use crate::trace::StationKey;

/// How many orders may wait at a link.
const INBOX: usize = 64;

/// What the session asks of a link.
#[derive(Debug)]
pub enum LinkOrder {
    /// Send a call when its turn comes.
    Call {
        /// The operation's name.
        action: String,
        /// Its payload.
        payload: OutgoingPayload,
    },
    /// The same, for a caller who wants to know how it ends.
    Ask {
        /// The operation's name.
        action: String,
        /// Its payload.
        payload: Value,
        /// Who wants to know.
        then: CallObserver,
    },
    /// The decision of a filter that had to be waited for; without an answer the next filter is asked.
    Answer {
        /// The ticket of the question.
        ticket: u64,
        /// What is said.
        answer: Option<Answer>,
    },
    /// Somebody has looked at a frame that waited for it.
    Inspected {
        /// The ticket of the frame.
        ticket: u64,
        /// What becomes of it.
        verdict: InspectionVerdict,
    },
    /// Send a text as it is.
    Raw(String),
    /// Send a text as it is and show the HTTP headers that go with it and with its answer (SOAP).
    RawShowingHeaders(String),
    /// Send a WebSocket ping.
    Ping,
    /// Look whether anybody answers at the address at which the peer is called (SOAP).
    Probe,
    /// Call the peer at this address (SOAP); `None` is the one of its `From` header again.
    CallAt(Option<HttpUrl>),
    /// Close the link; a simulated station stays down.
    Disconnect,
    /// Cut the connection without a goodbye; a simulated station stays down. Over SOAP, where no connection is held, it is the same as
    /// closing the link.
    Drop,
    /// Close the link because a newer one of the same station has taken its place.
    Replaced,
    /// Let a frame go on that waits at the gate.
    Release {
        /// Its number.
        number: u64,
        /// What is to become of it.
        fate: ReleaseAction,
    },
    /// Look at the shared settings again.
    SettingsChanged,
    /// Connect now (a simulated station that waits or is down).
    Connect,
}

/// How the session reaches a link. Cheap to clone.
#[derive(Debug, Clone)]
pub struct LinkHandle {
    /// The number of the link, unique in the session.
    pub number: u64,
    inbox: mpsc::Sender<Box<LinkOrder>>,
    up: Arc<AtomicBool>,
}

/// The link's own end of a [`LinkHandle`].
#[derive(Debug)]
pub struct LinkInbox {
    /// In boxes, because the channel makes room for 32 orders at once and most links never get one.
    orders: mpsc::Receiver<Box<LinkOrder>>,
    pub(super) up: Arc<AtomicBool>,
}

impl LinkHandle {
    /// A handle and the inbox that belongs to it.
    pub fn new(number: u64) -> (LinkHandle, LinkInbox) {
        let (sender, orders) = mpsc::channel(INBOX);
        let up = Arc::new(AtomicBool::new(false));
        (LinkHandle { number, inbox: sender, up: up.clone() }, LinkInbox { orders, up })
    }

    /// Whether the link is up.
    pub fn is_up(&self) -> bool {
        self.up.load(Ordering::Relaxed)
    }

    /// Whether nobody takes orders any more.
    pub fn is_gone(&self) -> bool {
        self.inbox.is_closed()
    }

    /// Gives an order without waiting. The order comes back when the inbox is full or the link is gone.
    ///
    /// # Errors
    /// With the order.
    pub fn order(&self, order: LinkOrder) -> Result<(), LinkOrder> {
        self.inbox.try_send(Box::new(order)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(order) | mpsc::error::TrySendError::Closed(order) => *order,
        })
    }
}

impl LinkInbox {
    /// The next order; `None` when nobody can give one any more.
    pub(super) async fn next(&mut self) -> Option<LinkOrder> {
        self.orders.recv().await.map(|order| *order)
    }
}

/// Who stands behind the links of a central system.
pub trait Directory: Send + Sync {
    /// A station wants to connect with this identity. Called during the handshake.
    fn admit(&self, identity: &str, version: Version) -> Admission;

    /// The address at which the station was called over an earlier SOAP link.
    fn callback(&self, station: StationKey) -> Option<String>;

    /// The link of a station is up and reached by this handle. Returns the handle of the link that it replaces.
    fn attach(&self, station: StationKey, handle: LinkHandle) -> Option<LinkHandle>;

    /// The link with this number is gone.
    fn detach(&self, station: StationKey, number: u64);
}

/// A station that was let in.
pub struct Admission {
    /// Its key.
    pub station: StationKey,
    /// What stands behind its link.
    pub responder: Responder,
}
