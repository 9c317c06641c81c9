//! Events as many stations would cause them: boots, status reports, heartbeats and meter values with their answers, and now and then an
//! error. Always the same ones in the same order.

use ocpp_tui::ocpp::{ErrorCode, Transport, Version};
use ocpp_tui::trace::{ConnectionAttempt, Direction, Event, EventKind, Frame, FrameKind, Stamp, StationKey};

/// The wall clock at the first event: 2026-03-04T10:00:00Z.
pub const BEGAN: i64 = 1_772_618_400_000_000;
/// The time between two events, in microseconds: 50,000 a second.
const STEP: u64 = 20;
/// The time at which a million events have passed.
pub const LAST: u64 = 1_000_000 * STEP;

/// An endless row of events.
pub struct Events {
    stations: u32,
    next: u64,
}

impl Events {
    /// Of so many stations.
    pub fn new(stations: u32) -> Events {
        Events { stations, next: 0 }
    }

    /// The time of the next event.
    pub fn micros(&self) -> u64 {
        self.next * STEP
    }
}

impl Iterator for Events {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        let number = self.next;
        self.next += 1;
        let micros = number * STEP;
        let stamp = Stamp { wall_micros: BEGAN + micros as i64, monotonic_micros: micros };
        if number < u64::from(self.stations) {
            let peer = "192.0.2.20:50100".parse().ok()?;
            let happening = EventKind::Connected {
                link: number,
                version: Version::V1_6,
                transport: Transport::WebSocket,
                peer,
                handshake: ConnectionAttempt::default(),
            };
            return Some(Event { station: Some(StationKey(number as u32)), stamp, kind: happening });
        }
        // A call and its answer follow each other; stations take turns.
        let (exchange, is_call) = (number / 2, number.is_multiple_of(2));
        let station = StationKey((exchange % u64::from(self.stations)) as u32);
        let connector = 1 + exchange % 2;
        // All kinds at all times, so that every measurement sees the same mix; each station has them in turn.
        let (round, place) = (exchange / u64::from(self.stations), exchange % u64::from(self.stations));
        let (action, asked, answered) = match (round + place) % 8 {
            0 => (
                "BootNotification",
                r#"{"chargePointVendor":"ocpp-tui","chargePointModel":"bench"}"#.to_owned(),
                r#"{"currentTime":"2026-03-04T10:00:00Z","interval":300,"status":"Accepted"}"#,
            ),
            1 => {
                let status = if exchange % 50 == 0 { "Faulted" } else { "Charging" };
                let asked = format!(r#"{{"connectorId":{connector},"errorCode":"NoError","status":"{status}"}}"#);
                ("StatusNotification", asked, "{}")
            }
            2 | 3 => ("Heartbeat", "{}".to_owned(), r#"{"currentTime":"2026-03-04T10:00:00Z"}"#),
            _ => {
                let asked = format!(
                    r#"{{"connectorId":{connector},"transactionId":17,"meterValue":[{{"timestamp":"2026-03-04T10:00:00Z","sampledValue":[{{"value":"{exchange}","unit":"Wh"}},{{"value":"7360","measurand":"Power.Active.Import","unit":"W"}}]}}]}}"#
                );
                ("MeterValues", asked, "{}")
            }
        };
        let refused = !is_call && exchange % 1_000 == 999;
        let (kind, text, code) = match (is_call, refused) {
            (true, _) => (FrameKind::Call, format!(r#"[2,"{exchange}","{action}",{asked}]"#), None),
            (false, false) => (FrameKind::Result, format!(r#"[3,"{exchange}",{answered}]"#), None),
            (false, true) => {
                (FrameKind::Error, format!(r#"[4,"{exchange}","InternalError","",{{}}]"#), Some(ErrorCode::InternalError))
            }
        };
        let frame = Frame {
            direction: if is_call { Direction::In } else { Direction::Out },
            kind,
            action: Some(action.into()),
            text: text.into(),
            content: None,
            exchange: Some(exchange),
            code,
            findings: Vec::new(),
            remark: None,
            origin: None,
        };
        Some(Event { station: Some(station), stamp, kind: EventKind::Frame(frame) })
    }
}
