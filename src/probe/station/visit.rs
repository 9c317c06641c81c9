//! What a station did on one connection, and how it was answered. Pure.

use std::time::Duration;

use super::request_head::RequestHead;
use crate::probe::client::Heard;
use crate::trace::ClientOffer;

/// After so many handshakes of TLS that fail, no more are waited for.
const TRIES: usize = 3;

/// How a connection of the station is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VisitPlan {
    /// The handshake is accepted, the station talks, and the link is closed with this code.
    Talk(u16),
    /// The handshake is accepted, and the link stays for a while, so that a station takes it for a success.
    Stay,
    /// The handshake is accepted, and the connection cut a moment later.
    Cut,
    /// 101 without a subprotocol.
    NoSubprotocol,
    /// 101 with a subprotocol that was not offered.
    OtherSubprotocol,
    /// 101 with a wrong Sec-WebSocket-Accept.
    WrongAccept,
    /// A frame with a mask, which no server may send.
    MaskedFrame,
    /// This status, with a Retry-After of so many seconds when it is not 0.
    Status(u16, u32),
    /// The connection is closed: only its time is of interest.
    Last,
}

impl VisitPlan {
    /// The plan of a probe: what is gentle comes first. The last one shows whether the waits are short again after a link.
    pub const ALL: [VisitPlan; 16] = [
        VisitPlan::Talk(1000),
        VisitPlan::Cut,
        VisitPlan::Talk(1001),
        VisitPlan::Talk(1012),
        VisitPlan::MaskedFrame,
        VisitPlan::NoSubprotocol,
        VisitPlan::OtherSubprotocol,
        VisitPlan::WrongAccept,
        VisitPlan::Status(404, 0),
        VisitPlan::Status(401, 0),
        VisitPlan::Status(429, 5),
        VisitPlan::Status(503, 0),
        VisitPlan::Status(503, 0),
        VisitPlan::Status(503, 0),
        VisitPlan::Stay,
        VisitPlan::Last,
    ];

    /// In words.
    pub fn words(self) -> String {
        match self {
            VisitPlan::Talk(code) => format!("a link that is closed with {code}"),
            VisitPlan::Stay => "a link that stays for a while".to_owned(),
            VisitPlan::Cut => "a link that is cut".to_owned(),
            VisitPlan::NoSubprotocol => "a 101 without a subprotocol".to_owned(),
            VisitPlan::OtherSubprotocol => "a 101 with a subprotocol that was not offered".to_owned(),
            VisitPlan::WrongAccept => "a 101 with a wrong Sec-WebSocket-Accept".to_owned(),
            VisitPlan::MaskedFrame => "a frame with a mask".to_owned(),
            VisitPlan::Last => "no answer".to_owned(),
            VisitPlan::Status(status, 0) => format!("status {status}"),
            VisitPlan::Status(status, seconds) => format!("status {status} with Retry-After: {seconds}"),
        }
    }
}

/// What a station did in TLS.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StationTls {
    /// What its ClientHello offered.
    pub offer: ClientOffer,
    /// The name that it asked for.
    pub server_name: Option<Box<str>>,
    /// Why the handshake failed.
    pub fault: Option<String>,
}

/// What a station did on one connection.
#[derive(Debug, Clone, PartialEq)]
pub struct StationVisit {
    pub plan: VisitPlan,
    /// How long after the end of the visit before it came; nothing for the first one.
    pub after: Option<Duration>,
    /// What came of TLS; nothing without TLS.
    pub tls: Option<StationTls>,
    /// Its request; nothing when there was none.
    pub request: Option<RequestHead>,
    /// What came over the link.
    pub heard: Heard,
    /// When the pong to our ping came.
    pub pong: Option<Duration>,
    /// The rules that its frames broke.
    pub faults: Vec<&'static str>,
    /// How many frames came.
    pub frames: usize,
}

/// All that was seen of a station.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StationSeen {
    pub visits: Vec<StationVisit>,
    /// Why there were no more.
    pub stopped: Option<String>,
}

impl StationSeen {
    /// The visits that were answered like this, with their places. Where no request came, nothing was answered.
    pub fn of(&self, plan: VisitPlan) -> impl Iterator<Item = (usize, &StationVisit)> {
        self.visits.iter().enumerate().filter(move |(_, visit)| visit.plan == plan && visit.request.is_some())
    }

    /// The first request.
    pub fn request(&self) -> Option<&RequestHead> {
        self.visits.iter().find_map(|visit| visit.request.as_ref())
    }

    /// What it did in TLS first.
    pub fn tls(&self) -> Option<&StationTls> {
        self.visits.iter().find_map(|visit| visit.tls.as_ref())
    }

    /// Why it makes no sense to go on: no handshake of TLS succeeds.
    pub fn fails_in_tls(&self) -> Option<String> {
        let fault = |visit: &StationVisit| visit.tls.as_ref().and_then(|tls| tls.fault.clone());
        let last = self.visits.last().and_then(fault)?;
        let is_enough = self.visits.len() >= TRIES && self.visits.iter().all(|visit| fault(visit).is_some());
        is_enough.then(|| format!("no handshake of TLS succeeds: {last}"))
    }

    /// How long after the visit at this place the next one came.
    pub fn wait_after(&self, place: usize) -> Option<Duration> {
        self.visits.get(place + 1).and_then(|next| next.after)
    }

    /// Why something is not known.
    pub fn reason(&self) -> String {
        self.stopped.clone().unwrap_or_else(|| "the station did not come that far".to_owned())
    }
}
