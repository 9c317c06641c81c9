//! What follows from the answers of the charging station. A handler decides about a call, changes nothing, and returns what is to be
//! done as a closure, which is carried out when the answer has been sent.

use super::ChargingStation;
use crate::behaviour::{Answer, Outbox, Proposal, ProposedEffect};
use crate::clock::Moment;
use crate::simulator::payload;

/// The statuses of an answer that accepts a request.
const ACCEPTING: [&str; 5] = ["Accepted", "AcceptedCanceled", "RebootRequired", "Scheduled", "Unlocked"];

type StationChange = Box<dyn FnOnce(&mut ChargingStation, &Answer, Moment, &mut Outbox) + Send>;

/// A change of the station and the status of the answer that it belongs to.
struct BoundChange {
    status: Option<&'static str>,
    change: StationChange,
}

impl BoundChange {
    /// Whether the change belongs to the sent answer: a result with the proposed status, or with another status that accepts the call
    /// when the proposed one does.
    fn is_meant_by(&self, sent: &Answer) -> bool {
        let accepts = |status: Option<&str>| status.is_some_and(|status| ACCEPTING.contains(&status));
        let sent_status = sent.status();
        let same = self.status.is_none() || self.status == sent_status;
        matches!(sent, Answer::Result(_)) && (same || (accepts(self.status) && accepts(sent_status)))
    }
}

/// An answer with a status, and the change that follows from it.
pub(super) fn status_then(
    status: &'static str,
    change: impl FnOnce(&mut ChargingStation, Moment, &mut Outbox) + Send + 'static,
) -> Proposal {
    let change = Box::new(move |station: &mut ChargingStation, _: &Answer, now, out: &mut Outbox| change(station, now, out));
    Proposal::with(payload::status(status), BoundChange { status: Some(status), change })
}

/// An answer with the change that follows from it. `status` is the status in the result, if it has one.
pub(super) fn result_then(
    result: serde_json::Value,
    status: Option<&'static str>,
    change: impl FnOnce(&mut ChargingStation, Moment, &mut Outbox) + Send + 'static,
) -> Proposal {
    let change = Box::new(move |station: &mut ChargingStation, _: &Answer, now, out: &mut Outbox| change(station, now, out));
    Proposal::with(Answer::result(result), BoundChange { status, change })
}

/// An answer about several things, each with a status of its own. The change gets the result that was really sent.
pub(super) fn result_as_sent(
    result: serde_json::Value,
    change: impl FnOnce(&mut ChargingStation, &serde_json::Value, Moment, &mut Outbox) + Send + 'static,
) -> Proposal {
    let change = Box::new(move |station: &mut ChargingStation, sent: &Answer, now, out: &mut Outbox| {
        if let Answer::Result(payload) = sent {
            change(station, payload, now, out);
        }
    });
    Proposal::with(Answer::result(result), BoundChange { status: None, change })
}

/// An answer with a status, from which nothing follows.
pub(super) fn only_status(status: &str) -> Proposal {
    payload::status(status).into()
}

/// A refusal with a reason (`statusInfo.reasonCode`, OCPP 2.0.1 part 2 appendix 5) from which nothing follows.
pub(super) fn status_because(status: &str, reason: &str) -> Proposal {
    Answer::result(serde_json::json!({ "status": status, "statusInfo": { "reasonCode": reason } })).into()
}

/// A refusal with a reason, and the change that follows from it.
pub(super) fn status_because_then(
    status: &'static str,
    reason: &str,
    change: impl FnOnce(&mut ChargingStation, Moment, &mut Outbox) + Send + 'static,
) -> Proposal {
    result_then(serde_json::json!({ "status": status, "statusInfo": { "reasonCode": reason } }), Some(status), change)
}

impl ChargingStation {
    /// Carries out what follows from an answer that has been sent.
    pub(super) fn carry_out(&mut self, effect: ProposedEffect, sent: &Answer, now: Moment, out: &mut Outbox) {
        if let Some(bound) = effect.into_inner::<BoundChange>().filter(|bound| bound.is_meant_by(sent)) {
            (bound.change)(self, sent, now, out);
        }
    }
}
