//! RequestStartTransaction and RequestStopTransaction (OCPP 2.0.1 part 2, F01 to F03).

use serde_json::{Value, json};

use super::ChargingStation;
use super::effect::{only_status, result_then, status_because, status_then};
use super::id_token::IdToken;
use super::status::AvailabilityState;
use super::transaction::EvseClaim;
use crate::behaviour::{IncomingCall, Outbox, Proposal};
use crate::clock::Moment;
use crate::simulator::payload::{integer, text};

/// A start that the CSMS asks for.
#[derive(Debug, Clone)]
struct RequestedStart {
    evse: Option<i32>,
    token: IdToken,
    group: Option<IdToken>,
    id: Option<i32>,
    profile: Option<Value>,
}

impl ChargingStation {
    /// The calls that this file answers.
    pub(super) fn propose_remote_start(&self, call: IncomingCall<'_>, now: Moment) -> Option<Proposal> {
        match call.action {
            "RequestStartTransaction" => Some(self.request_start(call.payload, now)),
            "RequestStopTransaction" => Some(self.request_stop(call.payload)),
            _ => None,
        }
    }

    /// `Accepted` means that the station will try to start. The id of a transaction that runs already is in the answer (F01.FR.13).
    fn request_start(&self, payload: &Value, now: Moment) -> Proposal {
        if !self.is_registered() {
            // B02.FR.05
            return status_because("Rejected", "CSNotAccepted");
        }
        let Some(token) = payload.get("idToken").and_then(IdToken::read) else {
            return status_because("Rejected", "InvalidIdToken");
        };
        let start = RequestedStart {
            evse: payload.get("evseId").map(|_| integer(payload, "evseId").unwrap_or(-1)),
            token,
            group: payload.get("groupIdToken").and_then(IdToken::read),
            id: integer(payload, "remoteStartId"),
            profile: payload.get("chargingProfile").cloned(),
        };
        let number = match self.evse_for(&start, now) {
            Ok(number) => number,
            Err(reason) => return status_because("Rejected", reason),
        };
        let mut result = json!({ "status": "Accepted" });
        if let Some((id, _)) = self.transaction_at(number) {
            result["transactionId"] = id.into();
        }
        if !self.settings.autonomous {
            return only_status("Accepted");
        }
        result_then(result, Some("Accepted"), move |station, now, out| station.start_requested(start, now, out))
    }

    /// The EVSE where a requested start is possible; the reason when it is not.
    fn evse_for(&self, start: &RequestedStart, now: Moment) -> Result<i32, &'static str> {
        if start.evse.is_some_and(|number| self.evse(number).is_none()) {
            return Err("UnknownEvse");
        }
        let group = start.group.clone().or_else(|| self.group_of(&start.token, now));
        let asks = start.group.is_none() && self.may_ask();
        let may_be_of_group = |number: &i32| asks && self.is_startable(*number) && self.may_be_of_group(*number);
        let number = self
            .startable_evse(start.evse, &start.token, group.as_ref())
            .or_else(|| start.evse.filter(may_be_of_group))
            .ok_or_else(|| self.start_refusal(start.evse))?;
        match &start.profile {
            Some(profile) => self.profile_for_start(number, profile, now).map(|()| number),
            None => Ok(number),
        }
    }

    /// Why no one can start at an EVSE, or at any.
    fn start_refusal(&self, wanted: Option<i32>) -> &'static str {
        let Some(number) = wanted else { return "NotFound" };
        match self.availability(number) {
            Some(AvailabilityState::Faulted) => "InternalError",
            Some(AvailabilityState::Unavailable) => "NotEnabled",
            _ if self.evse(number).is_some_and(|evse| evse.claim.is_some()) => "TxInProgress",
            _ => "Unspecified",
        }
    }

    /// Begins an accepted start. Does nothing when another one, whose answer was sent earlier, has taken the EVSE.
    fn start_requested(&mut self, start: RequestedStart, now: Moment, out: &mut Outbox) {
        let Ok(number) = self.evse_for(&start, now) else { return };
        let group = start.group.or_else(|| self.group_of(&start.token, now));
        let known = self.is_locally_authorized(&start.token, number, now);
        let settled = self.is_free_for(number, &start.token, group.as_ref());
        let ask = !settled || (self.model.flag("AuthCtrlr", "AuthorizeRemoteStart") && !known);
        let mut claim = EvseClaim::of(start.token, group);
        (claim.remote_start, claim.profile) = (start.id, start.profile);
        self.claim(number, claim, ask, now, out);
    }

    /// Accepted only for a running transaction (F03.FR.07, F03.FR.08).
    fn request_stop(&self, payload: &Value) -> Proposal {
        if !self.is_registered() {
            return status_because("Rejected", "CSNotAccepted");
        }
        let Some(id) = text(payload, "transactionId").filter(|id| self.evse_of_transaction(id).is_some()) else {
            return status_because("Rejected", "TxNotFound");
        };
        let id = id.to_owned();
        status_then("Accepted", move |station, now, out| station.stop_requested(&id, now, out))
    }

    /// Stops a transaction; does nothing when it has already ended. One that is not authorized ends at once.
    fn stop_requested(&mut self, id: &str, now: Moment, out: &mut Outbox) {
        let Some(number) = self.evse_of_transaction(id) else { return };
        if self.evse(number).is_some_and(|evse| evse.is_authorized()) {
            self.release_claim(number, "RemoteStop", "Remote", None, now, out);
        } else {
            self.stop_transaction(number, "RemoteStop", "Remote", now, out);
        }
    }
}
