//! When calls may be sent, and the pending reports of the charge point: statuses, heartbeats, messages about
//! transactions. Reasons for status changes are not here.

use std::time::Duration;

use serde_json::{Value, json};

use super::ChargePoint;
use super::status::ConnectorStatus;
use super::timers::TimerTask;
use crate::behaviour::Outbox;
use crate::clock::Moment;
use crate::simulator::payload::written_time;
use crate::simulator::v1::features::SimulatedFeatures;

impl ChargePoint {
    /// Whether the charge point may send calls by itself: it is autonomous, has a link, and is accepted (OCPP 1.6
    /// §4.2).
    pub(super) fn may_send(&self) -> bool {
        self.settings.autonomous && self.online && self.is_registered()
    }

    /// Sends a call if that is allowed. Returns whether it was sent.
    pub(super) fn send_if_allowed(&mut self, action: &str, payload: Value, out: &mut Outbox) -> bool {
        let allowed = self.may_send();
        if allowed {
            out.call(action, payload);
        }
        allowed
    }

    /// Schedules a task. A charge point that is not autonomous schedules only the expiry of reservations, which must
    /// take effect in any case.
    pub(super) fn schedule(&mut self, task: TimerTask, delay: Duration, now: Moment) {
        if self.settings.autonomous || matches!(task, TimerTask::ExpireReservation(_)) {
            self.agenda.set(task, delay, now.monotonic);
        }
    }

    /// A message was exchanged, so the next heartbeat can wait: its interval is one of inactivity (OCPP 1.6 §4.6).
    pub(super) fn touch(&mut self, now: Moment) {
        let interval = self.configuration.seconds("HeartbeatInterval");
        if interval > 0 && self.may_send() {
            self.schedule(TimerTask::Heartbeat, Duration::from_secs(interval), now);
        } else {
            self.agenda.cancel(TimerTask::Heartbeat);
        }
    }

    /// Sends the next message about a transaction, unless one is in flight or waits for its next attempt.
    pub(super) fn send_transaction_messages(&mut self, out: &mut Outbox) {
        if !self.may_send() || self.agenda.has(TimerTask::RetryTransactionMessage) {
            return;
        }
        if let Some(call) = self.transaction_messages.next() {
            out.call(call.action, call.payload);
        }
    }

    /// Reports all statuses, known to the central system or not (after a boot; OCPP 1.6 errata §3.22).
    pub(super) fn report_everything(&mut self, now: Moment, out: &mut Outbox) {
        self.station_reported = None;
        for connector in &mut self.connectors {
            connector.reported = None;
        }
        self.report_changes(now, out);
    }

    /// Reports the statuses that the central system does not know yet. After an offline time these are the current
    /// ones, without history (OCPP 1.6 §4.9).
    pub(super) fn report_changes(&mut self, now: Moment, out: &mut Outbox) {
        for connector in 0..=self.last_connector() {
            self.report_status(connector, now, out);
        }
    }

    /// Reports the status of a connector if the central system does not know it.
    pub(super) fn report_status(&mut self, connector: i32, now: Moment, out: &mut Outbox) {
        let Some(name) = self.status_name(connector) else { return };
        let skipped = connector == 0 && !SimulatedFeatures::of(self.version).reports_connector_zero;
        if skipped || !self.may_send() || self.reported_status(connector) == Some(name) {
            return;
        }
        self.send_status(connector, name, now, out);
    }

    /// Sends a status without a check whether it is known or allowed; a trigger allows it.
    pub(super) fn send_status(&mut self, connector: i32, name: &'static str, now: Moment, out: &mut Outbox) {
        let mut payload = json!({ "connectorId": connector, "status": name, "errorCode": self.error_code(connector) });
        let features = SimulatedFeatures::of(self.version);
        if let Some(info) = self.fault_of(connector).and_then(|fault| fault.info.as_deref()).filter(|_| features.fault_info) {
            payload["info"] = info.into();
        }
        if features.status_timestamp {
            payload["timestamp"] = written_time(now.wall).into();
        }
        self.status_calls.push(payload.clone());
        self.set_reported_status(connector, Some(name));
        out.call("StatusNotification", payload);
    }

    /// The name of a connector's status in the link's version; `None` when there is no such connector.
    pub(super) fn status_name(&self, connector: i32) -> Option<&'static str> {
        Some(self.status_of(connector)?.name(self.version))
    }

    /// The status of a connector, or of the charge point as a whole for connector 0.
    pub(super) fn status_of(&self, connector: i32) -> Option<ConnectorStatus> {
        match connector {
            0 => Some(self.station_status),
            _ => Some(self.connector(connector)?.status),
        }
    }

    fn error_code(&self, connector: i32) -> &str {
        match (self.fault_of(connector), self.status_of(connector)) {
            (Some(fault), _) => &fault.code,
            (None, Some(ConnectorStatus::Faulted)) => SimulatedFeatures::of(self.version).unnamed_fault,
            (None, _) => "NoError",
        }
    }

    fn reported_status(&self, connector: i32) -> Option<&'static str> {
        match connector {
            0 => self.station_reported,
            _ => self.connector(connector)?.reported,
        }
    }

    /// Records the status that the central system knows of a connector.
    pub(super) fn set_reported_status(&mut self, connector: i32, name: Option<&'static str>) {
        if connector == 0 {
            self.station_reported = name;
        } else if let Some(connector) = self.connector_mut(connector) {
            connector.reported = name;
        }
    }

    /// Changes the status of a connector and reports it. Ignores a change that OCPP does not allow: another event, for
    /// example a fault, came first.
    pub(super) fn change_status(&mut self, number: i32, status: ConnectorStatus, now: Moment, out: &mut Outbox) {
        let Some(connector) = self.connector_mut(number) else { return };
        let hidden = connector.fault.is_some() && status != ConnectorStatus::Faulted;
        if hidden || !connector.status.may_become(status) {
            return;
        }
        connector.status = status;
        self.mark_limited(number);
        self.adjust_power(number, now);
        self.report_lasting_status(number, now, out);
        if self.profiles.iter().next().is_some() {
            self.share_power(now, out);
        }
    }

    /// A connector that is suspended with an accepted tag is suspended by charging profiles.
    pub(super) fn mark_limited(&mut self, number: i32) {
        let Some(connector) = self.connector_mut(number) else { return };
        let entitled = connector.transaction.as_ref().is_some_and(|transaction| !transaction.exhausted);
        connector.limited = connector.status == ConnectorStatus::SuspendedEvse && entitled;
    }

    /// Reports a changed status as soon as it has lasted for `MinimumStatusDuration` (OCPP 1.6 §4.9, §9.1).
    pub(super) fn report_lasting_status(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        let duration = self.configuration.seconds("MinimumStatusDuration");
        if duration == 0 || !self.settings.autonomous {
            self.report_status(number, now, out);
        } else {
            self.schedule(TimerTask::ReportStatus(number), Duration::from_secs(duration), now);
        }
    }
}
