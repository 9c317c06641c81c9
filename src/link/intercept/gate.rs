//! Breakpoints: frames that match a filter wait before they go out or before they are handled, until the user releases them. The session
//! has one gate. It keeps the filter and the list of frames with their payloads; the conversation of the link keeps how each goes on.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use serde_json::json;

use super::rewrite::RewriteRules;
use crate::behaviour::Answer;
use crate::clock::Moment;
use crate::ocpp::{ErrorCode, Transport};
use crate::rpc::OutgoingPayload;
use crate::trace::filter::{FilterContext, TraceFilter};
use crate::trace::{Direction, FrameKind, FrameVerdict, NumberSource, Record, RecordKind, StationKey, Trace};

/// How many frames may wait at the same time. Further frames pass, and a note records that.
const FRAMES: usize = 1000;
/// How many bytes of payload may wait at the same time.
const BYTES: usize = 16 << 20;

/// A frame that waits.
#[derive(Debug, Clone)]
pub struct HeldFrame {
    /// Its number, by which the user names it.
    pub number: u64,
    /// The station on whose link it waits.
    pub station: StationKey,
    /// Which way it goes.
    pub direction: Direction,
    /// What it is.
    pub kind: FrameKind,
    /// Its action; of answers that of the call.
    pub action: Arc<str>,
    /// Its payload; of an error its code, description and details in an object.
    pub payload: OutgoingPayload,
    /// Since when it waits. Of incoming calls and of our answers to them, the peer's clock runs since about then.
    pub since: Moment,
    /// The filter that stopped it, as it was written.
    pub stopped_by: Arc<str>,
}

/// What is to become of a frame that waits.
#[derive(Debug, Clone, PartialEq)]
pub enum ReleaseAction {
    /// It goes on, with another payload when there is one.
    Go(Option<OutgoingPayload>),
    /// The call that it belongs to is answered with this instead.
    Answer(Answer),
    /// It is forgotten: a call of ours is never sent, a call of the peer never answered.
    Drop,
    /// It goes on twice. Only at a pair.
    Twice,
    /// It goes on behind the next frame of its direction. Only at a pair.
    Behind,
}

impl ReleaseAction {
    /// What becomes of it, in words.
    pub(in crate::link) fn words(&self) -> &'static str {
        match self {
            ReleaseAction::Go(None) => "goes on",
            ReleaseAction::Go(Some(_)) => "goes on, edited",
            ReleaseAction::Answer(_) => "is answered here",
            ReleaseAction::Drop => "is dropped",
            ReleaseAction::Twice => "goes on twice",
            ReleaseAction::Behind => "goes on behind the next frame of its direction",
        }
    }
}

/// Decides which frames wait, and keeps the list of those that do.
#[derive(Debug)]
pub struct Gate {
    filter: RwLock<Option<TraceFilter>>,
    /// Whether there is a filter. Every frame checks this, and most sessions have none.
    shut: AtomicBool,
    waiting: Mutex<Waiting>,
    numbers: NumberSource,
    trace: Arc<Trace>,
    rewrites: RewriteRules,
}

#[derive(Debug, Default)]
struct Waiting {
    frames: BTreeMap<u64, (HeldFrame, usize)>,
    bytes: usize,
}

/// A frame at the gate.
#[derive(Debug)]
pub(in crate::link) struct GateFrame {
    pub direction: Direction,
    pub kind: FrameKind,
    pub action: Arc<str>,
    pub payload: OutgoingPayload,
    pub code: Option<ErrorCode>,
}

/// What a filter is asked about a frame that is not recorded yet.
#[derive(Debug, Clone, Copy)]
pub(in crate::link) struct FrameOutline<'a> {
    pub direction: Direction,
    pub kind: FrameKind,
    pub action: &'a str,
    pub code: Option<ErrorCode>,
    /// The frame as SRPC writes it.
    pub text: &'a str,
}

/// What becomes of a frame at the gate.
#[derive(Debug, PartialEq)]
pub(in crate::link) enum GateDecision {
    /// It goes on, with its payload.
    Free(OutgoingPayload),
    /// It waits, under this number. The gate keeps the payload.
    Held(u64),
    /// It would wait, but too many do already.
    Full(OutgoingPayload),
}

impl Gate {
    /// A gate that stands open.
    pub fn new(trace: Arc<Trace>) -> Gate {
        let (filter, shut, waiting) = (RwLock::default(), AtomicBool::new(false), Mutex::default());
        Gate { filter, shut, waiting, numbers: NumberSource::default(), trace, rewrites: RewriteRules::default() }
    }

    /// The rules by which frames of pairs are changed on their way.
    pub fn rewrites(&self) -> &RewriteRules {
        &self.rewrites
    }

    /// Whether the session shows the secrets of messages.
    pub(in crate::link) fn shows_secrets(&self) -> bool {
        self.trace.read().shows_secrets()
    }

    /// From now on frames wait that pass this filter; with `None` none does. What waits already goes on waiting.
    pub fn set(&self, filter: Option<TraceFilter>) {
        self.shut.store(filter.is_some(), Ordering::Relaxed);
        *self.filter.write().unwrap_or_else(PoisonError::into_inner) = filter;
    }

    /// The filter in force.
    pub fn filter(&self) -> Option<TraceFilter> {
        self.filter.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The frames that wait, oldest first.
    pub fn held(&self) -> Vec<HeldFrame> {
        self.lock().frames.values().map(|(frame, _)| frame.clone()).collect()
    }

    /// Lets a frame wait, for tests of what shows it.
    #[cfg(test)]
    pub(crate) fn hold(&self, frame: HeldFrame) {
        self.lock().frames.insert(frame.number, (frame, 0));
    }

    /// Since when a frame waits, if it still does.
    pub fn waiting_since(&self, number: u64) -> Option<Moment> {
        self.lock().frames.get(&number).map(|(frame, _)| frame.since)
    }

    /// A frame that waits.
    pub fn frame(&self, number: u64) -> Option<HeldFrame> {
        self.lock().frames.get(&number).map(|(frame, _)| frame.clone())
    }

    /// The filter that holds a frame of this action on the link of this station, if one waits.
    pub fn holds(&self, station: StationKey, action: &str) -> Option<Arc<str>> {
        let waiting = self.lock();
        let mut frames = waiting.frames.values().map(|(frame, _)| frame);
        frames.find(|frame| frame.station == station && &*frame.action == action).map(|frame| frame.stopped_by.clone())
    }

    /// How many frames wait.
    pub fn count(&self) -> usize {
        self.lock().frames.len()
    }

    /// Whether there is a filter, so that frames have to be shown to the gate.
    pub fn is_shut(&self) -> bool {
        self.shut.load(Ordering::Relaxed)
    }

    /// Stops a frame or lets it pass.
    pub(in crate::link) fn stop(&self, station: StationKey, candidate: GateFrame, now: Moment) -> GateDecision {
        let text = candidate.as_srpc();
        if !self.wants(station, &candidate, &text, now) {
            return GateDecision::Free(candidate.payload);
        }
        let GateFrame { direction, kind, action, payload, .. } = candidate;
        let mut waiting = self.lock();
        if waiting.frames.len() >= FRAMES || waiting.bytes + text.len() > BYTES {
            return GateDecision::Full(payload);
        }
        let number = self.numbers.next();
        let stopped_by = self.filter().map_or_else(|| Arc::from(""), |filter| filter.to_string().into());
        let frame = HeldFrame { number, station, direction, kind, action, payload, since: now, stopped_by };
        waiting.bytes += text.len();
        waiting.frames.insert(number, (frame, text.len()));
        GateDecision::Held(number)
    }

    /// Takes a frame out that waits no longer.
    pub(in crate::link) fn take(&self, number: u64) -> Option<HeldFrame> {
        let mut waiting = self.lock();
        let (frame, bytes) = waiting.frames.remove(&number)?;
        waiting.bytes -= bytes;
        Some(frame)
    }

    fn wants(&self, station: StationKey, candidate: &GateFrame, text: &str, now: Moment) -> bool {
        let filter = self.filter.read().unwrap_or_else(PoisonError::into_inner);
        let Some(filter) = filter.as_ref() else { return false };
        let GateFrame { direction, kind, code, .. } = *candidate;
        let outline = FrameOutline { direction, kind, action: &candidate.action, code, text };
        self.selects(filter, station, outline, now)
    }

    /// Whether a filter passes a frame of this station that is not recorded yet.
    pub(in crate::link) fn selects(
        &self,
        filter: &TraceFilter,
        station: StationKey,
        outline: FrameOutline<'_>,
        now: Moment,
    ) -> bool {
        let contents = self.trace.read();
        // The first frame of a station may be here before the station's event is applied.
        let newcomers = if contents.stations().get(station).is_none() { self.trace.newcomers(&contents) } else { Vec::new() };
        let newcomer = newcomers.iter().find(|row| row.key == station);
        let row = contents.stations().get(station);
        let record = Record {
            sequence: contents.records().range().end,
            wall_micros: now.wall.as_microsecond(),
            monotonic_micros: self.trace.micros_since_start(now.monotonic),
            station: Some(station),
            kind: RecordKind::Frame(outline.direction, outline.kind),
            action: Some(outline.action),
            code: outline.code,
            verdict: FrameVerdict::Valid,
            text: outline.text,
            content: None,
            remarks: "",
            remark_lines: 0,
            partner: None,
            latency: None,
            detail: None,
            version: row.and_then(|row| row.version),
            link: None,
            transport: row.and_then(|row| row.transport).unwrap_or(Transport::WebSocket),
            legs: None,
        };
        let local = now.wall.to_zoned(jiff::tz::TimeZone::system());
        filter.matches(&record, &FilterContext::new(&contents, &local).with_newcomer(newcomer))
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl GateFrame {
    /// The frame as SRPC would write it, for every transport: filters search texts and payloads in that form.
    pub fn as_srpc(&self) -> String {
        let payload = &self.payload;
        match self.kind {
            FrameKind::Call => json!([2, "", &*self.action, payload]),
            FrameKind::Send => json!([6, "", &*self.action, payload]),
            FrameKind::Result => json!([3, "", payload]),
            FrameKind::Error | FrameKind::ResultError | FrameKind::Malformed => {
                json!([4, "", payload["code"], payload["description"], payload["details"]])
            }
        }
        .to_string()
    }
}
