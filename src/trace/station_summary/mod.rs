//! The facts in the records about each station: its boot, its connectors, transactions and configuration, its load. A
//! reader folds it from the records that are new since the last time, so the recorder does nothing for it. Which field
//! of which message contains which fact is in `fold`. What is not about one station (the table of all transactions) is folded from the
//! same records and has modules of its own.

mod charging;
mod fold;

use std::collections::{BTreeMap, VecDeque};

pub use charging::{ChargingChange, ChargingHistory, ProfileChange, ReportedSchedule};

use super::faults::FaultTable;
use super::statistics::TrafficStatistics;
use super::transactions::TransactionTable;
use super::{Contents, HandshakeHeads, MessageRate, RecordKind, Sequence, StationKey};

/// The transactions and refused handshakes that are remembered; the oldest leave first.
const REMEMBERED: usize = 50;
/// The limit of configuration keys and connectors that are kept for one station: a peer may send any number of them.
const MOST_KEYS: usize = 500;

/// What is known of all stations.
#[derive(Debug, Default)]
pub struct StationSummaries {
    next: Sequence,
    stations: Vec<StationSummary>,
    rate: MessageRate,
    refused: VecDeque<RefusedHandshake>,
    transactions: TransactionTable,
    statistics: TrafficStatistics,
    faults: FaultTable,
    missed: u64,
}

/// What is known of one station.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StationSummary {
    /// Its last boot notification.
    pub boot: Option<BootSummary>,
    /// Its connectors by their number; 0 is the station as a whole.
    pub connectors: BTreeMap<i64, ConnectorSummary>,
    /// Its transactions, oldest first.
    pub transactions: VecDeque<TransactionSummary>,
    /// The configuration keys that were seen in answers and changes.
    pub configuration: BTreeMap<Box<str>, ConfigurationKey>,
    /// What was seen of its charging profiles.
    pub charging: ChargingHistory,
    /// The record of its last handshake.
    pub handshake: Option<Sequence>,
    /// When the last heartbeat was, by the monotonic clock in microseconds.
    pub heartbeat_micros: Option<u64>,
    /// How many frames passed lately.
    pub rate: MessageRate,
    /// When its last fault was, by the monotonic clock in microseconds: an error frame, an invalid frame, a timeout.
    pub fault_micros: Option<u64>,
}

/// How a station booted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BootSummary {
    /// The fields of its boot notification: name and value of each, as it sent them.
    pub fields: Vec<(Box<str>, Box<str>)>,
    /// When, by the wall clock in microseconds.
    pub wall_micros: i64,
    /// The status that it was answered with.
    pub status: Option<Box<str>>,
    /// The seconds between heartbeats that it was answered with.
    pub interval: Option<u64>,
}

/// What a connector last reported.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ConnectorSummary {
    /// The status: `Available`.
    pub status: Box<str>,
    /// The error code, unless it is `NoError`.
    pub error: Option<Box<str>>,
    /// When, by the wall clock in microseconds.
    pub wall_micros: i64,
}

/// A transaction.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TransactionSummary {
    /// Its number, once the central system gave it.
    pub id: i64,
    /// The connector.
    pub connector: i64,
    /// The tag that started it.
    pub id_tag: Box<str>,
    /// The meter at its start, in Wh.
    pub meter_start: Option<i64>,
    /// The meter at its end.
    pub meter_stop: Option<i64>,
    /// When its start was reported, by the wall clock in microseconds.
    pub began_micros: i64,
    /// When its end was reported.
    pub ended_micros: Option<i64>,
    /// Why it ended.
    pub reason: Option<Box<str>>,
}

/// A configuration key as it was last seen.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ConfigurationKey {
    /// Its value.
    pub value: Option<Box<str>>,
    /// Whether it cannot be changed.
    pub read_only: bool,
    /// The status with which the last ChangeConfiguration of it was answered.
    pub change: Option<Box<str>>,
}

/// A handshake that was refused before it was clear whose it is.
#[derive(Debug, Clone, PartialEq)]
pub struct RefusedHandshake {
    /// The path that was asked for.
    pub path: Box<str>,
    /// The record of the refusal.
    pub sequence: Sequence,
}

impl StationSummaries {
    /// Takes in at most this many new records. True when there are more.
    pub fn catch_up(&mut self, contents: &Contents, most: u64) -> bool {
        let records = contents.records();
        let range = records.range();
        let from = self.next.max(range.start);
        self.missed += from - self.next;
        let to = range.end.min(from + most);
        if self.stations.len() < contents.stations().rows().len() {
            self.stations.resize_with(contents.stations().rows().len(), StationSummary::default);
        }
        for record in records.iter(from..to) {
            if matches!(record.kind, RecordKind::Frame(..)) {
                self.rate.count(record.monotonic_micros);
            }
            self.transactions.take(&record, records);
            self.faults.take(&record);
            let interval = record.station.and_then(|key| self.of(key)?.boot.as_ref()?.interval);
            let role = record.station.and_then(|key| contents.stations().get(key)).map(|row| row.our_role);
            self.statistics.take(&record, role, interval);
            match record.station.and_then(|key| self.stations.get_mut(key.0 as usize)) {
                Some(station) => {
                    fold::record(station, &record, records);
                }
                None if record.kind == RecordKind::Refused => self.refuse(record.sequence, record.handshake()),
                None => {}
            }
        }
        self.next = to;
        to < range.end
    }

    fn refuse(&mut self, sequence: Sequence, heads: Option<&HandshakeHeads>) {
        let path = heads.and_then(|heads| heads.request.split(' ').nth(1)).unwrap_or_default();
        self.refused.push_back(RefusedHandshake { path: path.into(), sequence });
        if self.refused.len() > REMEMBERED {
            self.refused.pop_front();
        }
    }

    /// What is known of a station; `None` as long as nothing was looked at since it appeared.
    pub fn of(&self, station: StationKey) -> Option<&StationSummary> {
        self.stations.get(station.0 as usize)
    }

    /// How many frames of all stations passed lately.
    pub fn rate(&self) -> &MessageRate {
        &self.rate
    }

    /// All transactions that were seen.
    pub fn transactions(&self) -> &TransactionTable {
        &self.transactions
    }

    /// The counters of the traffic.
    pub fn statistics(&self) -> &TrafficStatistics {
        &self.statistics
    }

    /// Everything that went wrong.
    pub fn faults(&self) -> &FaultTable {
        &self.faults
    }

    /// How many records had left the memory before they could be taken in.
    pub fn missed(&self) -> u64 {
        self.missed
    }

    /// The refused handshakes of all identities, oldest first.
    pub fn refused(&self) -> impl DoubleEndedIterator<Item = &RefusedHandshake> {
        self.refused.iter()
    }
}

impl StationSummary {
    /// The transactions that have not ended.
    pub fn running(&self) -> impl Iterator<Item = &TransactionSummary> {
        self.transactions.iter().filter(|transaction| transaction.ended_micros.is_none())
    }
}

#[cfg(test)]
mod tests;
