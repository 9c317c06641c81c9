//! Which records a scenario is made of: whole exchanges, and of a link whose both ends are in this session only one.

use std::collections::{BTreeSet, HashMap};

use crate::ocpp::Role;
use crate::trace::{Contents, FrameKind, Record, RecordKind, Sequence, StationKey};

/// Records in the order of the trace.
pub(super) struct Selection<'a> {
    contents: &'a Contents,
    sequences: BTreeSet<Sequence>,
}

impl<'a> Selection<'a> {
    /// The chosen records of stations, with the other halves of their exchanges.
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

    /// The records.
    pub fn records(&self) -> impl Iterator<Item = Record<'a>> {
        self.sequences.iter().filter_map(|sequence| self.contents.records().get(*sequence))
    }

    /// How many calls are among them.
    pub fn exchanges(&self) -> usize {
        self.records().filter(|record| matches!(record.kind, RecordKind::Frame(_, FrameKind::Call))).count()
    }

    /// The stations that said something or were told something, in the order in which they appear.
    pub fn stations(&self) -> Vec<StationKey> {
        let mut stations = Vec::new();
        for record in self.records().filter(|record| matches!(record.kind, RecordKind::Frame(..))) {
            stations.extend(record.station.filter(|station| !stations.contains(station)));
        }
        stations
    }

    /// Stations of one identity that are here in both roles, ours as central system first.
    fn pairs(&self) -> Vec<(StationKey, StationKey)> {
        let (table, stations) = (self.contents.stations(), self.stations());
        let here = |role, identity: &str| table.find(role, identity).map(|row| row.key).filter(|key| stations.contains(key));
        let rows = stations.iter().filter_map(|key| table.get(*key)).filter(|row| row.our_role == Role::CentralSystem);
        rows.filter_map(|row| Some((row.key, here(Role::ChargePoint, &row.identity)?))).collect()
    }

    /// Replaces the records of our charge point by those of our central system, when what one of them sent is what the other one received.
    /// Two links whose stations merely have the same name stay as they are.
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
