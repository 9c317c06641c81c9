//! What leaves a WebSocket of ours while misbehaviours of the link are on. The library writes right frames; they are taken apart here and
//! written otherwise, or not at all. What is sent besides is added here. Where we connect, the head of the request comes first.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::AsyncWrite;

use super::frames::{WebSocketFrame, WebSocketFrameForm};
use super::kind::{MisbehaviourKind, MisbehaviourStage};
use super::paced_output::PacedOutput;
use super::parameter::MisbehaviourParameter as P;
use super::plan::ActiveMisbehaviour;
use super::request::{altered, take_head};
use crate::clock::now;
use crate::link::network::AbortiveClose;
use crate::ocpp::Role;
use crate::trace::{EventKind, EventSender, StationKey};

/// Says in the trace what was done.
#[derive(Debug, Clone)]
pub(in crate::link) struct MisbehaviourReporter {
    pub events: EventSender,
    pub station: Option<StationKey>,
}

impl MisbehaviourReporter {
    /// Records that it was carried out.
    pub fn report(&self, done: &ActiveMisbehaviour) {
        let text = done.to_string().into();
        self.events.try_send(self.station, now(), EventKind::Note { failure: false, text });
    }
}

/// What becomes of a message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::link) enum MessageFate {
    /// It is sent.
    #[default]
    Sent,
    /// Its first half is sent, and a reset follows.
    Cut,
    /// It is not sent.
    Kept,
}

/// The writing half of a link with misbehaviours.
#[derive(Debug)]
pub(in crate::link) struct OddWriter {
    our_role: Role,
    reporter: MisbehaviourReporter,
    /// What is done with the head of a request that is still to be written.
    head: Option<Vec<Arc<ActiveMisbehaviour>>>,
    /// Those that last.
    lasting: Vec<Arc<ActiveMisbehaviour>>,
    /// Those of them that were reported: once a link.
    reported: Vec<MisbehaviourKind>,
    /// The single ones that this link has carried out.
    done_once: Vec<Arc<ActiveMisbehaviour>>,
    /// Nothing is read until this one is switched off.
    deaf: Option<Arc<ActiveMisbehaviour>>,
    /// The beginning of a frame that is not whole yet.
    input: Vec<u8>,
    output: PacedOutput,
    /// The next pong is kept.
    keeps_pong: bool,
    /// The next message is cut, and a reset follows.
    cuts: bool,
    /// What was written last is followed by a reset.
    resets: bool,
    /// Nothing may follow: a close frame was sent (RFC 6455 §5.5.1).
    closed: bool,
}

impl OddWriter {
    /// For a link in this role.
    pub fn new(our_role: Role, reporter: MisbehaviourReporter) -> OddWriter {
        OddWriter {
            our_role,
            reporter,
            head: None,
            lasting: Vec::new(),
            reported: Vec::new(),
            done_once: Vec::new(),
            deaf: None,
            input: Vec::new(),
            output: PacedOutput::default(),
            keeps_pong: false,
            cuts: false,
            resets: false,
            closed: false,
        }
    }

    /// For a connection on which we ask for a WebSocket, and do these with the head of the request.
    pub fn of_request(reporter: MisbehaviourReporter, head: Vec<Arc<ActiveMisbehaviour>>) -> OddWriter {
        OddWriter { head: Some(head), ..OddWriter::new(Role::ChargePoint, reporter) }
    }

    /// These are on from now on. The single ones among them are carried out, each once a link.
    pub fn switch(&mut self, active: Vec<Arc<ActiveMisbehaviour>>) {
        let (once, lasting): (Vec<_>, Vec<_>) =
            active.into_iter().partition(|one| one.commanded.spec.stage == MisbehaviourStage::LinkOnce);
        self.reported.retain(|kind| lasting.iter().any(|one| one.kind() == *kind));
        self.lasting = lasting;
        if !self.is_deaf() {
            self.deaf = self.spend(MisbehaviourKind::ReadsNothing);
        }
        let before = std::mem::replace(&mut self.done_once, once.clone());
        for one in once {
            if !before.iter().any(|other| Arc::ptr_eq(other, &one)) && one.spend() {
                self.carry_out(&one);
            }
        }
    }

    /// Whether nothing of the peer is read.
    pub fn is_deaf(&self) -> bool {
        self.deaf.as_ref().is_some_and(|one| !one.is_off())
    }

    /// A ping came. True when it gets no pong.
    pub fn ignores_ping(&mut self) -> bool {
        let refuses = match self.lasting(MisbehaviourKind::NoPong).cloned() {
            Some(one) if one.spend() => {
                self.reporter.report(&one);
                true
            }
            _ => false,
        };
        self.keeps_pong = refuses || self.keeps_back();
        self.keeps_pong
    }

    /// A ping of ours is due. True when it is not sent.
    pub fn keeps_back(&mut self) -> bool {
        self.closed || self.resets || self.cuts || self.spend(MisbehaviourKind::SaysNothing).is_some()
    }

    /// What becomes of the next message. It is asked before the library gets it, so that only what leaves is recorded as sent.
    pub fn fate(&mut self) -> MessageFate {
        if self.keeps_back() {
            MessageFate::Kept
        } else if self.spend(MisbehaviourKind::Reset).is_some() {
            self.cuts = true;
            MessageFate::Cut
        } else {
            MessageFate::Sent
        }
    }

    /// Takes bytes of the library, and adds what leaves in their place.
    pub fn push(&mut self, bytes: &[u8]) {
        self.input.extend_from_slice(bytes);
        if let Some(active) = &self.head {
            let Some(head) = take_head(&mut self.input) else { return };
            let head = active.iter().fold(head, |head, one| altered(&head, one));
            for one in active {
                if one.kind() == MisbehaviourKind::SlowRequest {
                    self.output.hold(one.time(P::Delay));
                    self.output.pace(one.time(P::Pause));
                }
                self.reporter.report(one);
            }
            self.output.push(head.as_bytes());
            self.head = None;
        }
        while let Some(frame) = WebSocketFrame::take(&mut self.input) {
            self.write(frame);
        }
    }

    /// Writes what waits.
    pub fn poll_drain<S: AsyncWrite + AbortiveClose + Unpin>(
        &mut self,
        mut socket: Pin<&mut S>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        ready!(self.output.poll_drain(socket.as_mut(), context))?;
        if self.resets {
            ready!(socket.as_mut().poll_flush(context))?;
            socket.abort_when_dropped();
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::ConnectionReset, "reset on purpose")));
        }
        Poll::Ready(Ok(()))
    }

    fn carry_out(&mut self, one: &ActiveMisbehaviour) {
        let frame = match one.kind() {
            MisbehaviourKind::Close => {
                let code = one.number(P::Code).unwrap_or_default() as u16; // the parameter has the range
                WebSocketFrame::close(code, &one.text(P::Reason).unwrap_or_default())
            }
            MisbehaviourKind::PingFlood => WebSocketFrame::ping(),
            MisbehaviourKind::UnaskedPong => WebSocketFrame::pong(),
            MisbehaviourKind::BadUtf8 => WebSocketFrame::text(*b"\xC3\x28"),
            MisbehaviourKind::Oversized => WebSocketFrame::text(vec![b'x'; one.number(P::Size).unwrap_or(1) as usize]),
            _ => return,
        };
        let count = if one.kind() == MisbehaviourKind::PingFlood { one.number(P::Count).unwrap_or(1) } else { 1 };
        let form = WebSocketFrameForm { masked: self.our_role == Role::ChargePoint, reserved_bit: false };
        let mut bytes = Vec::new();
        for _ in 0..count {
            frame.write(form, &mut bytes);
        }
        self.output.push(&bytes);
        self.closed = self.closed || one.kind() == MisbehaviourKind::Close;
        self.reporter.report(one);
    }

    /// One that lasts, when it is on.
    fn lasting(&self, kind: MisbehaviourKind) -> Option<&Arc<ActiveMisbehaviour>> {
        self.lasting.iter().find(|one| one.kind() == kind && one.is_on())
    }

    /// One that is carried out on this frame. It is reported the first time.
    fn spend(&mut self, kind: MisbehaviourKind) -> Option<Arc<ActiveMisbehaviour>> {
        let one = self.lasting(kind).filter(|one| one.spend())?.clone();
        if !self.reported.contains(&kind) {
            self.reported.push(kind);
            self.reporter.report(&one);
        }
        Some(one)
    }

    fn write(&mut self, frame: WebSocketFrame) {
        // What carries a message, and our pings, were asked about before.
        let silent = frame.is_close() && self.spend(MisbehaviourKind::SaysNothing).is_some();
        if self.resets || self.closed || silent || (frame.is_pong() && self.keeps_pong) {
            return;
        }
        let is_data = frame.is_data();
        let pieces = match is_data.then(|| self.spend(MisbehaviourKind::Fragments)).flatten() {
            Some(one) => frame.fragments(one.number(P::Size).unwrap_or(1) as usize),
            None => vec![frame],
        };
        let masked = (self.our_role == Role::ChargePoint) != self.spend(MisbehaviourKind::WrongMask).is_some();
        let reserved_bit = is_data && self.spend(MisbehaviourKind::ReservedBit).is_some();
        let mut bytes = Vec::new();
        for piece in pieces {
            piece.write(WebSocketFrameForm { masked, reserved_bit }, &mut bytes);
        }
        if is_data && self.cuts {
            bytes.truncate(bytes.len().div_ceil(2));
            self.resets = true;
        }
        if let Some(one) = self.spend(MisbehaviourKind::ByteByByte) {
            self.output.pace(one.time(P::Pause));
        }
        self.output.push(&bytes);
    }
}
