//! What the columns of a table and the members of an object hold, by their names: one table for both.

use super::message_sides::MessageWay;
use super::pending_message::{MessageProgress, PendingMessage};

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum FieldRole {
    Time,
    Station,
    Way,
    /// The whole message.
    Message,
    /// The type of the message, as a number or a word.
    Type,
    Id,
    Action,
    /// The payload of a message whose other parts are in other fields.
    Payload,
    /// What answered the message, in the same record.
    Answer,
    /// How long that took, in milliseconds.
    Latency,
    Version,
}

impl FieldRole {
    /// What a field of this name holds.
    pub fn of_name(name: &str) -> Option<FieldRole> {
        let name: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        Some(match &*name {
            "time" | "timestamp" | "date" | "datetime" | "ts" | "at" | "createdat" | "created" | "receivedat" | "logtime"
            | "eventtime" | "when" | "t" | "zeit" | "zeitstempel" | "datum" => FieldRole::Time,
            "station"
            | "stationid"
            | "chargepoint"
            | "chargepointid"
            | "chargebox"
            | "chargeboxid"
            | "chargingstation"
            | "chargingstationid"
            | "charger"
            | "chargerid"
            | "cp"
            | "cpid"
            | "identity"
            | "identifier"
            | "client"
            | "clientid"
            | "device"
            | "deviceid"
            | "evse"
            | "evseid"
            | "serial"
            | "serialnumber"
            | "chargepointidentity"
            | "ladestation" => FieldRole::Station,
            "direction" | "dir" | "way" | "origin" | "source" | "sender" | "from" | "flow" | "caller" | "richtung" => {
                FieldRole::Way
            }
            "message" | "msg" | "frame" | "raw" | "rawmessage" | "ocppmessage" | "text" | "data" | "body" | "content"
            | "json" | "log" | "line" | "nachricht" => FieldRole::Message,
            "type" | "messagetype" | "messagetypeid" | "msgtype" | "kind" | "calltype" => FieldRole::Type,
            "id" | "messageid" | "uniqueid" | "msgid" | "callid" | "correlationid" | "requestid" => FieldRole::Id,
            "action" | "operation" | "command" | "messagename" | "event" => FieldRole::Action,
            "payload" | "request" | "requestpayload" | "parameters" => FieldRole::Payload,
            "response" | "responsepayload" | "answer" => FieldRole::Answer,
            "latencyms" => FieldRole::Latency,
            "version" | "ocppversion" | "protocol" | "subprotocol" => FieldRole::Version,
            _ => return None,
        })
    }
}

/// The number of a message type in words.
pub(super) fn type_number(word: &str) -> Option<u8> {
    match &*word.trim().to_ascii_lowercase() {
        "2" | "call" | "request" | "req" => Some(2),
        "3" | "callresult" | "result" | "response" | "conf" | "confirmation" | "answer" => Some(3),
        "4" | "callerror" | "error" => Some(4),
        "5" | "callresulterror" => Some(5),
        "6" | "send" => Some(6),
        _ => None,
    }
}

/// What the fields of one record say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct FieldValues {
    pub time: String,
    pub station: Option<String>,
    pub way: Option<MessageWay>,
    pub message: Option<String>,
    pub number: Option<u8>,
    pub id: Option<String>,
    pub action: Option<String>,
    pub payload: Option<String>,
    pub answer: Option<String>,
    pub latency: Option<String>,
    pub version: Option<String>,
}

impl FieldValues {
    /// Takes what a field says.
    pub fn take(&mut self, role: FieldRole, value: &str) {
        let value = value.trim();
        if value.is_empty() {
            return;
        }
        let owned = || Some(value.to_owned());
        match role {
            FieldRole::Time => value.clone_into(&mut self.time),
            FieldRole::Station => self.station = owned(),
            FieldRole::Way => self.way = MessageWay::of_word(value),
            FieldRole::Message if self.message.is_none() || is_message(value) => self.message = owned(),
            FieldRole::Message => {}
            FieldRole::Type => self.number = type_number(value),
            FieldRole::Id => self.id = owned(),
            FieldRole::Action => self.action = owned(),
            FieldRole::Payload => self.payload = owned(),
            FieldRole::Answer => self.answer = owned(),
            FieldRole::Latency => self.latency = owned(),
            FieldRole::Version => self.version = owned(),
        }
    }

    /// The text of the message: as it is, or made of its parts.
    pub fn text(&self) -> Option<String> {
        let whole = [&self.message, &self.payload].into_iter().flatten().find(|text| is_message(text));
        if let Some(text) = whole {
            return Some(text.clone());
        }
        let payload = self.payload.as_ref().or(self.message.as_ref()).filter(|payload| payload.starts_with('{'));
        let Some(payload) = payload else { return self.answer_text() };
        let id = serde_json::Value::from(self.id.as_deref()?);
        let action = self.action.as_deref();
        match (self.number, action) {
            (Some(2) | None, Some(action)) => Some(format!("[2,{id},{},{payload}]", serde_json::Value::from(action))),
            (Some(6), Some(action)) => Some(format!("[6,{id},{},{payload}]", serde_json::Value::from(action))),
            (Some(3), _) => Some(format!("[3,{id},{payload}]")),
            _ => None,
        }
    }

    /// The text of the message that answered it, when that is in the same record.
    pub fn answer_text(&self) -> Option<String> {
        let answer = self.answer.as_ref()?;
        if is_message(answer) {
            return Some(answer.clone());
        }
        let id = serde_json::Value::from(self.id.as_deref()?);
        match answer.chars().next()? {
            '{' => Some(format!("[3,{id},{answer}]")),
            // Code, description and details of an error, as we write them.
            '"' => Some(format!("[4,{id},{answer}]")).filter(|text| is_message(text)),
            _ => None,
        }
    }
}

/// Whether a text looks like a whole message.
pub(super) fn is_message(text: &str) -> bool {
    let mut signs = text.chars().filter(|c| !c.is_whitespace());
    let begins =
        signs.next() == Some('[') && signs.next().is_some_and(|c| ('2'..='6').contains(&c)) && signs.next() == Some(',');
    // A part of a message that a delimiter cut is none.
    let is_whole = || PendingMessage::default().take(text, false) == MessageProgress::Ended(text.trim_end().len());
    begins && is_whole() || text.starts_with('<') && text.contains("Envelope")
}
