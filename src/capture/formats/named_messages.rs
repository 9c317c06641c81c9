//! Messages of which a log has the action and the payload only, as ocppjs prints those of SOAP: `/Heartbeat {}`, `/HeartbeatResponse {…}`.
//! They become messages with ids of our own, so that answers are with their calls.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use crate::ocpp::Role;
use crate::trace::Direction;

/// What ocppjs may print behind the action of an answer.
const ANSWER: &str = "Response";

/// The messages of a log.
#[derive(Debug, Default)]
pub(super) struct NamedMessages {
    count: u64,
    /// The id and the way of the call without an answer, by our role, station and action.
    open: HashMap<(Role, Arc<str>, String), (String, Direction)>,
}

impl NamedMessages {
    /// The text of a message; `None` when the line has no action and payload.
    pub fn text(&mut self, our_role: Role, station: &Arc<str>, direction: Direction, line: &str) -> Option<String> {
        let (name, payload) = line.strip_prefix('/')?.split_once(' ').unwrap_or((line.get(1..)?, "{}"));
        let payload: Value = serde_json::from_str(payload).ok()?;
        // An empty body is printed as an empty text.
        let payload = if payload == "" { Value::Object(serde_json::Map::new()) } else { payload };
        let answered = name.strip_suffix(ANSWER);
        let key = (our_role, station.clone(), answered.unwrap_or(name).to_owned());
        if let Some((id, _)) = self.open.remove(&key).filter(|(_, way)| *way != direction) {
            return Some(format!("[3,\"{id}\",{payload}]"));
        }
        self.count += 1;
        let id = format!("soap-{}", self.count);
        if answered.is_some() {
            return Some(format!("[3,\"{id}\",{payload}]"));
        }
        let text = format!("[2,\"{id}\",{},{payload}]", Value::from(name));
        self.open.insert(key, (id, direction));
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_get_the_ids_of_their_calls() {
        use Direction::{In, Out};
        let mut messages = NamedMessages::default();
        let mut text = |direction, line| messages.text(Role::CentralSystem, &"CP".into(), direction, line);
        assert_eq!(text(In, "/Heartbeat \"\"").as_deref(), Some(r#"[2,"soap-1","Heartbeat",{}]"#));
        assert_eq!(text(Out, r#"/HeartbeatResponse {"a":1}"#).as_deref(), Some(r#"[3,"soap-1",{"a":1}]"#));
        assert_eq!(text(Out, r#"/Reset {"type":"Soft"}"#).as_deref(), Some(r#"[2,"soap-2","Reset",{"type":"Soft"}]"#));
        assert_eq!(text(In, r#"/Reset {"status":"Accepted"}"#).as_deref(), Some(r#"[3,"soap-2",{"status":"Accepted"}]"#));
        assert_eq!(text(In, "Error: no"), None);
    }
}
