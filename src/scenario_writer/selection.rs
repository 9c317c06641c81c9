//! The records of a scenario: complete exchanges, and one end of a link whose two ends are both in this session.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::identifiers::{TRANSACTION, is_identifier};
use crate::ocpp::Role;
use crate::trace::decode::payload_value;
use crate::trace::{Contents, Direction, FrameKind, Record, RecordKind, Sequence, StationKey};

/// Records in the order of the trace.
pub(super) struct Selection<'a> {
    contents: &'a Contents,
    sequences: BTreeSet<Sequence>,
}

impl<'a> Selection<'a> {
    /// Selects the chosen records of stations, and the partners of their exchanges.
    pub fn of(contents: &'a Contents, chosen: &[Sequence]) -> Selection<'a> {
        let records = chosen.iter().filter_map(|sequence| contents.records().get(*sequence));
        let of_stations = records.filter(|record| record.station.is_some());
        let sequences = of_stations.flat_map(|record| [Some(record.sequence), record.partner]).flatten().collect();
        let mut selection = Selection { contents, sequences };
        for (central_system, charge_point) in selection.pairs() {
            selection.keep_one_end(central_system, charge_point);
        }
        selection.add_missing_starts();
        selection
    }

    /// Adds the start of every transaction that goes on in a call of ours, with the number that the trace knows from it. A scenario
    /// that began inside the transaction would name one that does not exist at the next run. Where a message of the peer has the number
    /// first, it is bound there.
    fn add_missing_starts(&mut self) {
        let mut known: HashSet<(StationKey, i64)> = HashSet::new();
        let mut missing: Vec<(Sequence, StationKey, i64)> = Vec::new();
        for record in self.records() {
            let RecordKind::Frame(direction, FrameKind::Call | FrameKind::Result) = record.kind else { continue };
            let Some((station, id)) = record.station.zip(transaction_of(&record)) else { continue };
            let is_call = matches!(record.kind, RecordKind::Frame(_, FrameKind::Call));
            if known.insert((station, id)) && is_call && direction == Direction::Out {
                missing.push((record.sequence, station, id));
            }
        }
        for (before, station, id) in missing {
            let mut earlier = self.contents.records().held(0..before).rev();
            let start = earlier.find(|record| {
                record.station == Some(station)
                    && record.action == Some("StartTransaction")
                    && matches!(record.kind, RecordKind::Frame(_, FrameKind::Result))
                    && transaction_of(record) == Some(id)
            });
            if let Some(start) = start {
                self.sequences.extend([Some(start.sequence), start.partner].into_iter().flatten());
            }
        }
    }

    /// The selected records, in the order of the trace.
    pub fn records(&self) -> impl Iterator<Item = Record<'a>> {
        self.sequences.iter().filter_map(|sequence| self.contents.records().get(*sequence))
    }

    /// The number of calls among them.
    pub fn exchanges(&self) -> usize {
        self.records().filter(|record| matches!(record.kind, RecordKind::Frame(_, FrameKind::Call))).count()
    }

    /// The stations with a frame in either direction, in the order of their first frame.
    pub fn stations(&self) -> Vec<StationKey> {
        let mut stations = Vec::new();
        for record in self.records().filter(|record| matches!(record.kind, RecordKind::Frame(..))) {
            stations.extend(record.station.filter(|station| !stations.contains(station)));
        }
        stations
    }

    /// The stations whose identity exists in both roles; the link of our central system is first.
    fn pairs(&self) -> Vec<(StationKey, StationKey)> {
        let (table, stations) = (self.contents.stations(), self.stations());
        let here = |role, identity: &str| table.find(role, identity).map(|row| row.key).filter(|key| stations.contains(key));
        let rows = stations.iter().filter_map(|key| table.get(*key)).filter(|row| row.our_role == Role::CentralSystem);
        rows.filter_map(|row| Some((row.key, here(Role::ChargePoint, &row.identity)?))).collect()
    }

    /// Replaces the records of our charge point by those of our central system, when both ends have frames with the
    /// same text. Two unrelated links whose stations have the same identity stay as they are.
    fn keep_one_end(&mut self, central_system: StationKey, charge_point: StationKey) {
        let all = self.contents.records().held(0..self.contents.records().range().end);
        let frames =
            all.filter(|record| record.station == Some(central_system) && matches!(record.kind, RecordKind::Frame(..)));
        let other_end: HashMap<&str, Sequence> = frames.map(|record| (record.text, record.sequence)).collect();
        let ours: Vec<Record<'_>> = self.records().filter(|record| record.station == Some(charge_point)).collect();
        let twins: Vec<Sequence> = ours.iter().filter_map(|record| other_end.get(record.text).copied()).collect();
        if !twins.is_empty() {
            ours.iter().for_each(|record| {
                self.sequences.remove(&record.sequence);
            });
            self.sequences.extend(twins);
        }
    }
}

/// The number of the transaction in a payload.
fn transaction_of(record: &Record<'_>) -> Option<i64> {
    payload_value(record)?.get(TRANSACTION).filter(|value| is_identifier(TRANSACTION, value))?.as_i64()
}
