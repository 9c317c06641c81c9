//! Counting the transactions of a fleet and their energy, from what the central system has confirmed: what was sent and not answered may be
//! sent again.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::trace::decode::payload_value;
use crate::trace::transactions::energy_registers;
use crate::trace::{Direction, FrameKind, Record, RecordKind, Sequence, StationKey};

/// The transactions of a fleet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TransactionReport {
    /// Those that began.
    pub started: u64,
    /// Those that ended.
    pub ended: u64,
    /// The energy of those that ended, in Wh.
    pub energy_wh: f64,
}

impl TransactionReport {
    /// Adds the transactions of other stations.
    pub(super) fn add(&mut self, other: &TransactionReport) {
        self.started += other.started;
        self.ended += other.ended;
        self.energy_wh += other.energy_wh;
    }
}

/// What becomes true when a call is answered.
#[derive(Debug)]
enum AwaitedChange {
    /// It begins with this register; the id is in the answer, or here.
    Start { id: Option<String>, register: Option<f64> },
    /// It ends with this register.
    End { id: String, register: Option<f64> },
}

/// The counters.
#[derive(Debug, Default)]
pub(super) struct TransactionCount {
    pub report: TransactionReport,
    /// By their calls.
    awaited: HashMap<Sequence, AwaitedChange>,
    /// The registers at the beginning of those that run.
    running: HashMap<(StationKey, String), Option<f64>>,
}

impl TransactionCount {
    /// Counts a record of a station of the fleet.
    pub fn count(&mut self, station: StationKey, record: &Record<'_>) {
        let Some(action @ ("StartTransaction" | "StopTransaction" | "TransactionEvent")) = record.action else { return };
        match record.kind {
            RecordKind::Frame(Direction::Out, FrameKind::Call) => {
                // most events are updates, and long
                let is_update = action == "TransactionEvent" && record.text.contains("\"Updated\"");
                let change = if is_update { None } else { payload_value(record).and_then(|payload| awaited(action, &payload)) };
                if let Some(change) = change {
                    self.awaited.insert(record.sequence, change);
                }
            }
            RecordKind::Frame(Direction::In, FrameKind::Result) => {
                if let Some(change) = self.take(record) {
                    self.answered(station, change, record);
                }
            }
            _ => drop(self.take(record)),
        }
    }

    fn take(&mut self, answer: &Record<'_>) -> Option<AwaitedChange> {
        self.awaited.remove(&answer.partner?)
    }

    fn answered(&mut self, station: StationKey, change: AwaitedChange, answer: &Record<'_>) {
        match change {
            AwaitedChange::Start { id, register } => {
                let given = || Some(text(payload_value(answer)?.get("transactionId")?));
                self.report.started += 1;
                if let Some(id) = id.or_else(given) {
                    self.running.insert((station, id), register);
                }
            }
            AwaitedChange::End { id, register } => {
                self.report.ended += 1;
                let began = self.running.remove(&(station, id)).flatten();
                if let (Some(began), Some(ended)) = (began, register) {
                    self.report.energy_wh += ended - began;
                }
            }
        }
    }
}

/// What a call changes when it is answered.
fn awaited(action: &str, payload: &Value) -> Option<AwaitedChange> {
    let number = |name| payload.get(name).and_then(Value::as_f64);
    match action {
        "StartTransaction" => Some(AwaitedChange::Start { id: None, register: number("meterStart") }),
        "StopTransaction" => {
            Some(AwaitedChange::End { id: text(payload.get("transactionId")?), register: number("meterStop") })
        }
        _ => {
            let id = text(payload.pointer("/transactionInfo/transactionId")?);
            let registers = energy_registers(payload);
            match payload.get("eventType")?.as_str()? {
                "Started" => Some(AwaitedChange::Start { id: Some(id), register: registers.first().copied() }),
                "Ended" => Some(AwaitedChange::End { id, register: registers.last().copied() }),
                _ => None,
            }
        }
    }
}

/// A number or a text, as an id.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
