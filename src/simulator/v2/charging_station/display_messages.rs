//! Messages on the display of the station: SetDisplayMessage, GetDisplayMessages with NotifyDisplayMessages, and ClearDisplayMessage (OCPP
//! 2.0.1 part 2, O01 to O06).

use jiff::Timestamp;
use serde_json::{Value, json};

use super::ChargingStation;
use super::block_settings::MOST_MESSAGES;
use super::effect::{only_status, status_because, status_then};
use super::timers::StationTask;
use crate::behaviour::{IncomingCall, Outbox, Proposal};
use crate::clock::Moment;
use crate::simulator::payload::{list, span, text, time};
use crate::simulator::v2::features::StationFeatures;

/// The most messages of one report.
const MESSAGES_OF_PART: usize = 2;

/// The messages, the oldest first.
#[derive(Debug, Default)]
pub(super) struct DisplayMessages(Vec<Value>);

/// The priority of a message that replaces any other of its kind.
const ALWAYS_FRONT: &str = "AlwaysFront";

impl DisplayMessages {
    /// The number of messages.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    fn has(&self, id: Option<&Value>) -> bool {
        self.0.iter().any(|message| message.get("id") == id)
    }

    /// Adds a message in place of the one with its id (O06), and of another one that is always in front (`MessagePriorityEnumType`).
    fn set(&mut self, message: Value) {
        let front = text(&message, "priority") == Some(ALWAYS_FRONT);
        self.0.retain(|old| old.get("id") != message.get("id") && !(front && text(old, "priority") == Some(ALWAYS_FRONT)));
        self.0.push(message);
    }

    /// Those that the criteria of GetDisplayMessages name.
    fn matching(&self, criteria: &Value) -> Vec<Value> {
        let ids = list(criteria, "id");
        let same = |message: &Value, field| criteria.get(field).is_none_or(|wanted| message.get(field) == Some(wanted));
        let named = |message: &Value| ids.is_empty() || message.get("id").is_some_and(|id| ids.contains(id));
        let wanted = |message: &&Value| named(message) && same(message, "priority") && same(message, "state");
        self.0.iter().filter(wanted).cloned().collect()
    }

    fn next_end(&self) -> Option<Timestamp> {
        self.0.iter().filter_map(|message| time(message, "endDateTime")).min()
    }
}

impl ChargingStation {
    /// The calls that this file answers.
    pub(super) fn propose_display(&self, call: IncomingCall<'_>, now: Moment) -> Option<Proposal> {
        match call.action {
            "SetDisplayMessage" => Some(self.set_display_message(call.payload, now)),
            "GetDisplayMessages" => Some(self.get_display_messages(call.payload)),
            "ClearDisplayMessage" => Some(self.clear_display_message(call.payload)),
            _ => None,
        }
    }

    /// What the display cannot show is refused: a priority, a state, a format, a language (O01.FR.02 to 05; O01.FR.17 of 2.1), or a
    /// message for a transaction that is not running (O02.FR.01).
    fn set_display_message(&self, payload: &Value, now: Moment) -> Proposal {
        let Some(message) = payload.get("message") else { return only_status("Rejected") };
        let supports = |variable, value: Option<&str>| value.is_none_or(|value| self.display_supports(variable, value));
        let content = message.get("message").unwrap_or(&Value::Null);
        let extra = || list(message, "messageExtra").iter().chain([content]);
        if !supports("SupportedPriorities", text(message, "priority")) {
            return only_status("NotSupportedPriority");
        }
        if !supports("SupportedStates", text(message, "state")) {
            return only_status("NotSupportedState");
        }
        if !extra().all(|content| supports("SupportedFormats", text(content, "format"))) {
            return only_status("NotSupportedMessageFormat");
        }
        let speaks = |content: &Value| text(content, "language").is_none_or(|language| self.display_speaks(language));
        if StationFeatures::of(self.version).display_languages && !extra().all(speaks) {
            return only_status("LanguageNotSupported");
        }
        if text(message, "transactionId").is_some_and(|id| self.evse_of_transaction(id).is_none()) {
            return only_status("UnknownTransaction");
        }
        if time(message, "endDateTime").is_some_and(|end| end <= now.wall) {
            return status_because("Rejected", "InvalidValue");
        }
        let display = &self.blocks.display;
        if !display.has(message.get("id")) && display.0.len() >= MOST_MESSAGES {
            return status_because("Rejected", "OutOfStorage");
        }
        let message = message.clone();
        status_then("Accepted", move |station, now, _out| {
            station.blocks.display.set(message);
            station.schedule_display(now);
        })
    }

    /// GetDisplayMessages: the answer, and after it the messages in parts (O03.FR.02 to 06, O04).
    fn get_display_messages(&self, payload: &Value) -> Proposal {
        if self.blocks.display.matching(payload).is_empty() {
            return only_status("Unknown");
        }
        let criteria = payload.clone();
        status_then("Accepted", move |station, _now, out| station.report_display_messages(&criteria, out))
    }

    fn report_display_messages(&mut self, criteria: &Value, out: &mut Outbox) {
        let messages = self.blocks.display.matching(criteria);
        if messages.is_empty() {
            // cleared meanwhile
            self.send_if_allowed("NotifyDisplayMessages", json!({ "requestId": criteria["requestId"] }), out);
        }
        let parts = messages.len().div_ceil(MESSAGES_OF_PART);
        for (number, part) in messages.chunks(MESSAGES_OF_PART).enumerate() {
            let more = number + 1 < parts;
            let payload = json!({ "requestId": criteria["requestId"], "messageInfo": part, "tbc": more });
            self.send_if_allowed("NotifyDisplayMessages", payload, out);
        }
    }

    fn clear_display_message(&self, payload: &Value) -> Proposal {
        let id = payload.get("id").cloned();
        if !self.blocks.display.has(id.as_ref()) {
            return only_status("Unknown");
        }
        status_then("Accepted", move |station, now, _out| {
            station.blocks.display.0.retain(|message| message.get("id") != id.as_ref());
            station.schedule_display(now);
        })
    }

    /// A message whose end has come is removed (O01.FR.08).
    pub(super) fn remove_old_messages(&mut self, now: Moment) {
        self.blocks.display.0.retain(|message| time(message, "endDateTime").is_none_or(|end| end > now.wall));
        self.schedule_display(now);
    }

    /// A message for a transaction ends with it (O02.FR.02).
    pub(super) fn remove_messages_of(&mut self, transaction: &str, now: Moment) {
        self.blocks.display.0.retain(|message| text(message, "transactionId") != Some(transaction));
        self.schedule_display(now);
    }

    fn schedule_display(&mut self, now: Moment) {
        self.timers.cancel(StationTask::DisplayMessage);
        if let Some(end) = self.blocks.display.next_end() {
            self.timers.set(StationTask::DisplayMessage, span(now.wall, end), now.monotonic);
        }
    }
}
