//! TransactionEvent: its payload, its way through the queue, and its answer (OCPP 2.0.1 part 2, E). A field is reported once, in the first event
//! after it is known. What an event is about is decided in `charging`.

use serde_json::{Value, json};

use super::ChargingStation;
use super::id_token::{IdToken, IdTokenInfo};
use super::status::CONNECTOR;
use super::timers::StationTask;
use super::transaction_queue::FailedEvent;
use crate::behaviour::{Answer, CallOutcome, IncomingCall, Outbox, Proposal};
use crate::clock::Moment;
use crate::simulator::payload::{text, written_time};
use crate::simulator::v2::features::StationFeatures;

/// Why an event is sent.
#[derive(Debug, Clone)]
pub(super) struct EventCause {
    /// The trigger reason.
    pub(super) trigger: &'static str,
    /// The token that caused it, when it is not that of the claim.
    pub(super) token: Option<IdToken>,
    /// Whether it ends the transaction whatever the points are at which it may end.
    pub(super) ends: bool,
}

impl EventCause {
    /// A cause without a token of its own.
    pub(super) fn of(trigger: &'static str) -> EventCause {
        EventCause { trigger, token: None, ends: false }
    }
}

impl ChargingStation {
    /// The calls that this file answers.
    pub(super) fn propose_transaction_status(&self, call: IncomingCall<'_>, _now: Moment) -> Option<Proposal> {
        (call.action == "GetTransactionStatus").then(|| self.transaction_status(call.payload).into())
    }

    /// GetTransactionStatus: without an id only whether any event waits (E14.FR.06).
    fn transaction_status(&self, payload: &Value) -> Answer {
        match text(payload, "transactionId") {
            None => Answer::result(json!({ "messagesInQueue": !self.queue.is_empty() })),
            Some(id) => Answer::result(json!({
                "ongoingIndicator": self.evse_of_transaction(id).is_some(),
                "messagesInQueue": self.queue.has(id),
            })),
        }
    }

    /// The EVSE where the transaction with this id runs.
    pub(super) fn evse_of_transaction(&self, id: &str) -> Option<i32> {
        let runs = |number: &i32| self.evse(*number).is_some_and(|it| it.transaction.as_ref().is_some_and(|it| it.id == id));
        self.evse_numbers().find(runs)
    }

    /// The id for a new transaction: a UUID of version 4, from the seed (E01.FR.08).
    pub(super) fn new_transaction_id(&mut self) -> String {
        let bits = self.random.u128(..) & !(0xF << 76 | 0xC << 60) | (4 << 76) | (8 << 60);
        let digits = format!("{bits:032x}");
        [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
    }

    /// Makes the next event of the transaction of an EVSE and sends it, or keeps it. `meter_value` is left out when it is empty.
    pub(super) fn send_event(
        &mut self,
        number: i32,
        kind: &'static str,
        cause: EventCause,
        meter_value: Vec<Value>,
        now: Moment,
        out: &mut Outbox,
    ) {
        let Some(mut payload) = self.event(number, kind, cause, now) else { return };
        self.add_costs(number, &mut payload, now);
        if !meter_value.is_empty() {
            payload["meterValue"] = meter_value.into();
        }
        if !self.settings.autonomous {
            return;
        }
        self.queue.push(payload);
        self.send_queue(out);
    }

    /// Something has happened that is no more than news about the transaction of an EVSE.
    pub(super) fn tell(&mut self, number: i32, trigger: &'static str, now: Moment, out: &mut Outbox) {
        if self.is_in_use(number) {
            self.send_event(number, "Updated", EventCause::of(trigger), Vec::new(), now, out);
        }
    }

    fn event(&mut self, number: i32, kind: &'static str, cause: EventCause, now: Moment) -> Option<Value> {
        let offline = !self.may_send();
        let has_limits = StationFeatures::of(self.version).transaction_limits;
        let evse = self.evse_mut(number)?;
        let transaction = evse.transaction.as_mut()?;
        let claim = evse.claim.as_mut().filter(|claim| !claim.authorizing);
        let mut trigger = cause.trigger;
        let mut info = json!({ "transactionId": transaction.id });
        let mut token = cause.token;
        if let Some(claim) = claim {
            if let Some(id) = claim.remote_start.take() {
                // F01.FR.02, F02.FR.01: the next event, whatever happened
                (info["remoteStartId"], trigger) = (id.into(), "RemoteStart");
            }
            if !claim.reported && token.is_none() {
                token = Some(claim.token.clone());
            }
            claim.reported = true;
        }
        if transaction.told_state != Some(evse.charging_state) || kind != "Updated" || trigger == "Trigger" {
            info["chargingState"] = evse.charging_state.name().into();
            transaction.told_state = Some(evse.charging_state);
        }
        if transaction.told_mode != transaction.mode {
            info["operationMode"] = transaction.mode.name().into();
            transaction.told_mode = transaction.mode;
        }
        if has_limits && !evse.limits.is_empty() && (kind == "Started" || trigger == "LimitSet") {
            info["transactionLimit"] = ChargingStation::written_limits(&evse.limits);
        }
        if kind == "Ended" {
            info["stoppedReason"] = transaction.stop_reason.unwrap_or("Local").into();
            info["timeSpentCharging"] = transaction.seconds_of_charging(now.monotonic).into();
        }
        let mut payload = json!({
            "eventType": kind,
            "timestamp": written_time(now.wall),
            "triggerReason": trigger,
            "seqNo": transaction.next_event,
            "transactionInfo": info,
        });
        transaction.next_event += 1;
        if evse.plugged && !transaction.told_connector {
            payload["evse"] = json!({ "id": number, "connectorId": CONNECTOR });
            transaction.told_connector = true;
        } else if kind == "Started" {
            payload["evse"] = json!({ "id": number });
        }
        if let Some(id) = transaction.reservation.take() {
            payload["reservationId"] = id.into();
        }
        if let Some(token) = token {
            payload["idToken"] = token.written();
        }
        if offline {
            payload["offline"] = true.into();
        }
        Some(payload)
    }

    /// Sends the next event, unless one is in flight or waits for its next attempt.
    pub(super) fn send_queue(&mut self, out: &mut Outbox) {
        if !self.may_send() || self.timers.has(StationTask::RetryEvent) {
            return;
        }
        if let Some(payload) = self.queue.next() {
            out.call("TransactionEvent", payload);
        }
    }

    /// Handles the end of the event in flight.
    pub(super) fn event_ended(&mut self, call: &Value, outcome: CallOutcome<'_>, now: Moment, out: &mut Outbox) {
        match outcome {
            CallOutcome::Result { payload, .. } => {
                self.queue.delivered();
                self.event_answered(call, payload, now, out);
            }
            CallOutcome::LinkLost => self.queue.link_lost(),
            CallOutcome::Error { .. } | CallOutcome::Timeout | CallOutcome::Undelivered { .. } => {
                let attempts = self.model.integer("OCPPCommCtrlr", "MessageAttempts.TransactionEvent").unwrap_or_default();
                if let FailedEvent::RetryAfter(times) = self.queue.failed(u32::try_from(attempts).unwrap_or_default()) {
                    let interval = self.seconds("OCPPCommCtrlr", "MessageAttemptInterval.TransactionEvent").unwrap_or_default();
                    self.schedule(StationTask::RetryEvent, interval.saturating_mul(times), now);
                }
            }
        }
        self.send_queue(out);
        self.use_reserve(now, out);
    }

    /// The CSMS answers an event: what it says of the token holds for the transaction, if that runs still (E05, C12).
    fn event_answered(&mut self, call: &Value, answer: &Value, now: Moment, out: &mut Outbox) {
        let id = call.pointer("/transactionInfo/transactionId").and_then(Value::as_str).unwrap_or_default();
        let running = self.evse_of_transaction(id);
        self.cost_answered(call, answer);
        if let Some(number) = running {
            self.take_limits_of_csms(number, answer, now, out);
        }
        let Some(token) = call.get("idToken").and_then(IdToken::read) else { return };
        let Some(info) = self.learn_token(&token, answer, now) else { return };
        if let Some(number) = running {
            self.token_judged(number, &token, info, now, out);
        }
    }

    /// The CSMS has said what it thinks of the token of a running transaction.
    fn token_judged(&mut self, number: i32, token: &IdToken, info: IdTokenInfo, now: Moment, out: &mut Outbox) {
        let Some(evse) = self.evse_mut(number) else { return };
        let Some(claim) = evse.claim.as_mut().filter(|claim| claim.token.is(token)) else { return };
        if info.group.is_some() {
            claim.group.clone_from(&info.group);
            if let Some(transaction) = &mut evse.transaction {
                transaction.group = info.group;
            }
        }
        if info.accepted {
            return;
        }
        if self.model.flag("TxCtrlr", "StopTxOnInvalidId") {
            self.release_claim(number, "Deauthorized", "DeAuthorized", None, now, out);
        } else {
            self.limit_unaccepted(number, now);
            self.share_power(now, out);
        }
    }

    /// Sends the next attempt of an event.
    pub(super) fn retry_event(&mut self, out: &mut Outbox) {
        self.timers.cancel(StationTask::RetryEvent);
        self.send_queue(out);
    }
}
