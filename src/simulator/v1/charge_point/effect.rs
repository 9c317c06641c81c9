//! The effects of the answers of the charge point. Handlers decide about a call and change nothing; they return a
//! [`CallEffect`], which is applied when the answer has been sent.

use jiff::Timestamp;
use serde_json::Value;

use super::ChargePoint;
use crate::behaviour::{Answer, Outbox, Proposal, ProposedEffect};
use crate::clock::Moment;
use crate::ocpp::{SecurityProfile, StationPassword};
use crate::simulator::certificate_request::SignedCertificate;
use crate::simulator::certificate_store::StoredCertificate;
use crate::simulator::payload;

/// The statuses of an answer that accepts a request.
const ACCEPTING: [&str; 5] = ["Accepted", "AcceptedCanceled", "RebootRequired", "Scheduled", "Unlocked"];

/// A connector reserved for an id tag; connector 0 means any connector.
#[derive(Debug, Clone)]
pub(super) struct Reservation {
    pub id: i32,
    pub connector: i32,
    pub id_tag: String,
    pub parent: Option<String>,
}

/// The effect of an answer that has no other: the inactivity of the link ends.
#[derive(Debug)]
pub(super) struct MessageExchanged;

/// What changes about the security of a charge point.
#[derive(Debug)]
pub(super) enum SecurityChange {
    Password(StationPassword),
    Profile(SecurityProfile),
}

/// The effect of a call.
#[derive(Debug)]
pub(super) enum CallEffect {
    ChangeAvailability {
        connector: i32,
        operative: bool,
    },
    ChangeConfiguration {
        name: &'static str,
        value: String,
    },
    ChangeSecurity(SecurityChange),
    ClearCache,
    ClearProfiles {
        criteria: Value,
    },
    SetProfile {
        connector: i32,
        profile: Value,
    },
    InstallCertificate {
        purpose: String,
        certificate: Box<StoredCertificate>,
    },
    /// The certificate that was asked for has come.
    TakeCertificate(SignedCertificate),
    DeleteCertificate {
        hash_data: Value,
    },
    /// A certificate was not accepted.
    SecurityEvent(&'static str),
    UpdateList {
        full: bool,
        version: i32,
        entries: Vec<Value>,
    },
    Reserve(Reservation, Timestamp),
    CancelReservation {
        id: i32,
    },
    /// Start a transaction, at this connector or at any.
    Start {
        connector: Option<i32>,
        id_tag: String,
        profile: Option<Value>,
    },
    /// Stop the transaction with this id of the central system.
    Stop {
        transaction: i32,
    },
    /// Stop the transaction of the connector that is unlocked.
    Unlock {
        connector: i32,
    },
    Reset {
        reason: &'static str,
    },
    SendDiagnostics {
        reachable: bool,
    },
    SendLog {
        request: Option<i32>,
        reachable: bool,
    },
    /// Update the firmware, not before this time.
    UpdateFirmware {
        reachable: bool,
        begin: Option<Timestamp>,
    },
    UpdateSignedFirmware {
        request: Option<i32>,
        firmware: Value,
    },
    /// Send a message that the central system asked for; without a connector, for all connectors.
    Trigger {
        action: &'static str,
        connector: Option<i32>,
    },
}

/// An effect and the status of the answer that it belongs to.
#[derive(Debug)]
struct BoundEffect {
    status: Option<&'static str>,
    effect: CallEffect,
}

/// An answer with a status, and its effect.
pub(super) fn status_then(status: &'static str, effect: CallEffect) -> Proposal {
    Proposal::with(payload::status(status), BoundEffect { status: Some(status), effect })
}

/// A result with its effect. `status` is the status in the result, if it has one.
pub(super) fn result_then(result: Value, status: Option<&'static str>, effect: CallEffect) -> Proposal {
    Proposal::with(Answer::result(result), BoundEffect { status, effect })
}

/// An answer with a status, without an effect.
pub(super) fn only_status(status: &str) -> Proposal {
    payload::status(status).into()
}

impl BoundEffect {
    /// Whether the effect applies to the sent answer: it must be a result with the proposed status, or with another
    /// status that accepts the call when the proposed one does.
    fn is_meant_by(&self, sent: &Answer) -> bool {
        let accepts = |status: Option<&str>| status.is_some_and(|status| ACCEPTING.contains(&status));
        let sent_status = sent.status();
        let same = self.status.is_none() || self.status == sent_status;
        matches!(sent, Answer::Result(_)) && (same || (accepts(self.status) && accepts(sent_status)))
    }
}

impl ChargePoint {
    /// Applies the effect of an answer that has been sent.
    pub(super) fn carry_out(&mut self, effect: ProposedEffect, sent: &Answer, now: Moment, out: &mut Outbox) {
        let Some(bound) = effect.into_inner::<BoundEffect>().filter(|bound| bound.is_meant_by(sent)) else { return };
        match bound.effect {
            CallEffect::ChangeAvailability { connector, operative } => self.set_availability(connector, operative, now, out),
            CallEffect::ChangeConfiguration { name, value } => self.set_configuration(name, value, now),
            CallEffect::ChangeSecurity(change) => self.apply_security(change, out),
            CallEffect::ClearCache => self.forget_cache(),
            CallEffect::ClearProfiles { criteria } => self.remove_profiles(&criteria, now, out),
            CallEffect::SetProfile { connector, profile } => self.install_profile(connector, &profile, now, out),
            CallEffect::InstallCertificate { purpose, certificate } => self.add_certificate(purpose, *certificate),
            CallEffect::TakeCertificate(signed) => self.take_certificate(signed, now),
            CallEffect::DeleteCertificate { hash_data } => self.remove_certificate(&hash_data),
            CallEffect::SecurityEvent(event) => self.send_security_event(event, now, out),
            CallEffect::UpdateList { full, version, entries } => self.update_list(full, version, &entries),
            CallEffect::Reserve(reservation, expires) => self.reserve(reservation, expires, now, out),
            CallEffect::CancelReservation { id } => drop(self.end_reservation(id, now, out)),
            CallEffect::Start { connector, id_tag, profile } => self.start(connector, &id_tag, profile, now, out),
            CallEffect::Stop { transaction } => self.stop_by_id(transaction, now, out),
            CallEffect::Unlock { connector } => self.open_lock(connector, now, out),
            CallEffect::Reset { reason } => self.begin_reset(reason, now, out),
            CallEffect::SendDiagnostics { reachable } => self.begin_diagnostics(reachable, now),
            CallEffect::SendLog { request, reachable } => self.begin_log(request, reachable, now),
            CallEffect::UpdateFirmware { reachable, begin } => self.begin_firmware(reachable, begin, now),
            CallEffect::UpdateSignedFirmware { request, firmware } => self.begin_signed_firmware(request, &firmware, now),
            CallEffect::Trigger { action, connector } => self.send_triggered(action, connector, now, out),
        }
    }
}
