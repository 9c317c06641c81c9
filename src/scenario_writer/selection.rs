//! The records of a scenario: complete exchanges, and one end of a link whose two ends are both in this session.

use std::collections::{BTreeSet, HashMap};

use crate::ocpp::Role;
use crate::trace::{Contents, FrameKind, Record, RecordKind, Sequence, StationKey};

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
        selection
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
        let all = self.contents.records().iter(self.contents.records().range());
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
