//! Which way a message of a log went: from the words of its line and who wrote it, or from what it is. Calls go from the role that may make
//! them, answers the other way.

use std::collections::HashMap;
use std::sync::Arc;

use crate::ocpp::{Catalog, Role, Version};
use crate::rpc::srpc::{frame_elements, words};
use crate::trace::Direction;

/// So many calls without an answer are remembered.
const OPEN_CALLS: usize = 10_000;

/// The way of a message as a line says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MessageWay {
    /// The program that wrote the line sent it.
    Sent,
    /// The program that wrote the line received it.
    Received,
    /// It came from the station.
    FromStation,
    /// It went to the station.
    ToStation,
}

impl MessageWay {
    /// What a word of a log, a column or a member means.
    pub fn of_word(word: &str) -> Option<MessageWay> {
        let word = word.trim().to_ascii_lowercase().replace([' ', '_', '-'], "");
        Some(match &*word {
            "send" | "sent" | "sending" | "tx" | "out" | "outgoing" | "outbound" | "->" | "=>" | ">" | ">>" | "→" | "o"
            | "sendmessage" | "write" => MessageWay::Sent,
            "recv" | "receive" | "received" | "receiving" | "rx" | "in" | "incoming" | "inbound" | "<-" | "<=" | "<" | "<<"
            | "←" | "i" | "receivemessage" | "rcvd" | "read" => MessageWay::Received,
            "cptocs"
            | "cptocsms"
            | "cstocsms"
            | "chargepoint>centralsystem"
            | "chargepointtocentralsystem"
            | "fromcp"
            | "fromstation"
            | "fromchargepoint"
            | "chargepoint"
            | "chargingstation"
            | "cp"
            | "station"
            | "charger"
            | "chargingstationtocsms"
            | "client"
            | "chargepointtocsms"
            | "upstream" => MessageWay::FromStation,
            "csmstocp"
            | "cstocp"
            | "centralsystem>chargepoint"
            | "centralsystemtochargepoint"
            | "tocp"
            | "tostation"
            | "tochargepoint"
            | "centralsystem"
            | "csms"
            | "server"
            | "csmstochargingstation"
            | "csmstochargepoint"
            | "backend"
            | "downstream" => MessageWay::ToStation,
            _ => return None,
        })
    }
}

/// The first elements of a message of OCPP-J.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MessageGist {
    /// Its type: 2 for a call.
    pub number: u8,
    pub id: String,
    /// Of a call.
    pub action: Option<String>,
    /// Of a call, as it is written.
    pub payload: Option<String>,
}

impl MessageGist {
    /// Reads them; `None` for what is no message.
    pub fn of(text: &str) -> Option<MessageGist> {
        let elements = frame_elements(text);
        let number: u8 = elements.first()?.get().parse().ok()?;
        let id = words(elements.get(1)?.get()).into_owned();
        let is_call = matches!(number, 2 | 6);
        let action = is_call.then(|| elements.get(2)).flatten().map(|action| words(action.get()).into_owned());
        let payload = is_call.then(|| elements.get(3)).flatten().map(|payload| payload.get().to_owned());
        (2..=6).contains(&number).then_some(MessageGist { number, id, action, payload })
    }

    /// The only role that may make this call in any version.
    pub fn initiator(&self, catalog: &Catalog) -> Option<Role> {
        let action = self.action.as_deref()?;
        let mut roles = Version::ALL.iter().flat_map(|version| {
            let names = catalog.names(*version);
            let start = names.partition_point(|(name, _)| &**name < action);
            names[start..].iter().take_while(move |(name, _)| &**name == action).map(|(_, role)| *role)
        });
        let first = roles.next()?;
        roles.all(|role| role == first).then_some(first)
    }
}

/// The ways of the messages of one log. Directions are seen from the central system.
pub(super) struct MessageSides {
    catalog: Arc<Catalog>,
    /// Who wrote the log; `None` until that is known.
    writer: Option<Role>,
    open: HashMap<(Arc<str>, String), Direction>,
}

impl MessageSides {
    /// The ways in a log of this writer, which is found out when it is not known.
    pub fn new(catalog: Arc<Catalog>, writer: Option<Role>) -> MessageSides {
        MessageSides { catalog, writer, open: HashMap::new() }
    }

    /// Learns from a message who writes the log.
    pub fn learn(&mut self, way: Option<MessageWay>, message: &MessageGist) {
        let sender_writes = match way {
            Some(MessageWay::Sent) => true,
            Some(MessageWay::Received) => false,
            _ => return,
        };
        if let (None, Some(initiator)) = (self.writer, message.initiator(&self.catalog)) {
            self.writer = Some(if sender_writes { initiator } else { initiator.peer() });
        }
    }

    /// The direction of a message, whose line may say which way it went.
    pub fn direction(&mut self, way: Option<MessageWay>, station: &Arc<str>, text: &str) -> Direction {
        let gist = MessageGist::of(text);
        if let Some(gist) = &gist {
            self.learn(way, gist);
        }
        let from_central = match way {
            Some(MessageWay::FromStation) => Some(false),
            Some(MessageWay::ToStation) => Some(true),
            Some(MessageWay::Sent) => Some(self.writer != Some(Role::ChargePoint)),
            Some(MessageWay::Received) => Some(self.writer == Some(Role::ChargePoint)),
            None => None,
        };
        let stated = from_central.map(|central| if central { Direction::Out } else { Direction::In });
        let Some(MessageGist { number, id, .. }) = &gist else { return stated.unwrap_or(Direction::In) };
        let key = (station.clone(), id.clone());
        if *number == 2 || *number == 6 {
            let initiator = || gist.as_ref().and_then(|gist| gist.initiator(&self.catalog));
            let derived = || if initiator() == Some(Role::CentralSystem) { Direction::Out } else { Direction::In };
            let direction = stated.unwrap_or_else(derived);
            if self.open.len() >= OPEN_CALLS {
                self.open.clear();
            }
            self.open.insert(key, direction);
            return direction;
        }
        let called = if *number == 5 { self.open.get(&key).copied() } else { self.open.remove(&key) };
        let answer = |called| if called == Direction::In { Direction::Out } else { Direction::In };
        // An answer to nothing is most likely one of the central system, which gets most of the calls.
        stated.or(called.map(answer)).unwrap_or(Direction::Out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ways(lines: &[(Option<MessageWay>, &str)]) -> Vec<Direction> {
        let mut sides = MessageSides::new(Catalog::embedded(), None);
        lines.iter().map(|(way, text)| sides.direction(*way, &"CP1".into(), text)).collect()
    }

    #[test]
    fn the_role_that_may_call_tells_the_way() {
        use Direction::{In, Out};
        let lines = [
            (None, r#"[2,"1","Heartbeat",{}]"#),
            (None, r#"[2,"2","Reset",{"type":"Soft"}]"#),
            (None, r#"[3,"2",{"status":"Accepted"}]"#),
            (None, r#"[3,"1",{"currentTime":"2030-01-01T00:00:00Z"}]"#),
            (None, r#"[4,"9","GenericError","",{}]"#),
            (None, "rubbish"),
        ];
        assert_eq!(ways(&lines), [In, Out, In, Out, Out, In]);
    }

    #[test]
    fn a_call_tells_who_wrote_the_log() {
        use Direction::{In, Out};
        use MessageWay::{Received, Sent};
        let of_a_station = [(Some(Sent), r#"[2,"1","Heartbeat",{}]"#), (Some(Received), r#"[3,"1",{}]"#)];
        assert_eq!(ways(&of_a_station), [In, Out]);
        let of_a_central_system = [(Some(Sent), r#"[2,"1","Reset",{}]"#), (Some(Received), r#"[3,"1",{}]"#)];
        assert_eq!(ways(&of_a_central_system), [Out, In]);
        assert_eq!(ways(&[(Some(Sent), r#"[2,"1","DataTransfer",{}]"#)]), [Out], "both may call");
    }
}
