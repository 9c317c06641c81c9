//! The facts in the records about each station: its boot, its connectors, transactions and configuration, its load. A
//! reader folds it from the records that are new since the last time, so the recorder does nothing for it. Which field
//! of which message contains which fact is in `fold`. What is not about one station (the table of all transactions) is folded from the
//! same records and has modules of its own.

mod charging;
mod events;
mod fold;
mod place;

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;

use percent_encoding::percent_decode_str;

pub use charging::{ChargingChange, ChargingHistory, ProfileChange, ReportedSchedule};
pub use place::ConnectorPlace;

use super::device_model::SeenModel;
use super::faults::FaultTable;
use super::fields::RecordPayload;
use super::statistics::TrafficStatistics;
use super::transactions::TransactionTable;
use super::{Contents, MessageRate, Record, RecordDetail, RecordKind, Sequence, StationKey, StationRow};
use crate::ocpp::Role;

/// The transactions and refused handshakes that are remembered; the oldest leave first.
const REMEMBERED: usize = 50;
/// The attempts to connect that are remembered for one station.
const MOST_ATTEMPTS: usize = 50;
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
    /// Its connectors by their places; one of them is the station as a whole.
    pub connectors: BTreeMap<ConnectorPlace, ConnectorSummary>,
    /// Its transactions, oldest first.
    pub transactions: VecDeque<TransactionSummary>,
    /// The configuration keys that were seen in answers and changes.
    pub configuration: BTreeMap<Box<str>, ConfigurationKey>,
    /// What was seen of the device model of a station of OCPP 2.x.
    pub model: Option<Box<SeenModel>>,
    /// The version of its local authorization list, when it was asked for or sent.
    pub local_list: Option<i64>,
    /// What was seen of its charging profiles.
    pub charging: ChargingHistory,
    /// The record of its last handshake.
    pub handshake: Option<Sequence>,
    /// Its last attempts to connect, oldest first.
    pub attempts: VecDeque<StationAttempt>,
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
    /// Its id: the number that the central system gave it, in OCPP 2.x a text of the station.
    pub id: Box<str>,
    /// Where it runs.
    pub place: ConnectorPlace,
    /// The state of charging that its last event reported (OCPP 2.x): `SuspendedEV`.
    pub state: Option<Box<str>>,
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
    /// The path that was asked for; empty when no request came.
    pub path: Box<str>,
    /// The address of the peer, without its port.
    pub address: Option<IpAddr>,
    /// The record of the refusal.
    pub sequence: Sequence,
}

/// An attempt of a station to connect, or of ours as that station.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StationAttempt {
    /// The record.
    pub sequence: Sequence,
    /// The link that it became.
    pub link: Option<u32>,
    /// The record of the end of that link.
    pub end: Option<Sequence>,
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
            let payload = RecordPayload::of(&record);
            self.transactions.take(&record, &payload, records);
            self.faults.take(&record);
            let interval = record.station.and_then(|key| self.of(key)?.boot.as_ref()?.interval);
            let role = record.station.and_then(|key| contents.stations().get(key)).map(|row| row.our_role);
            self.statistics.take(&record, role, interval);
            match record.station.and_then(|key| self.stations.get_mut(key.0 as usize)) {
                Some(station) => {
                    if let Some(oddity) = fold::record(station, &record, &payload, records) {
                        self.faults.add_oddity(&record, &oddity.to_string());
                    }
                }
                None if record.kind == RecordKind::Refused => self.refuse(&record),
                None => {}
            }
        }
        self.next = to;
        to < range.end
    }

    /// The first record that was not taken in.
    pub fn position(&self) -> Sequence {
        self.next
    }

    fn refuse(&mut self, record: &Record<'_>) {
        let path = record.handshake().and_then(|heads| heads.request.split(' ').nth(1)).unwrap_or_default();
        let peer = if let Some(RecordDetail::Refused(refused)) = record.detail { refused.peer } else { None };
        let (address, sequence) = (peer.map(|peer| peer.ip()), record.sequence);
        self.refused.push_back(RefusedHandshake { path: path.into(), address, sequence });
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

    /// The attempts of a station to connect, oldest first, with those that were refused before it was clear whose they are: of its
    /// identity, or without a request from the address of its last link.
    pub fn attempts_of(&self, row: &StationRow) -> Vec<Sequence> {
        let own = self.of(row.key).into_iter().flat_map(|station| station.attempts.iter().map(|attempt| attempt.sequence));
        let address = row.peer.map(|peer| peer.ip()).filter(|address| !address.is_loopback());
        let listens = row.our_role == Role::CentralSystem;
        let is_its = |refused: &&RefusedHandshake| match refused.identity() {
            Some(identity) => *identity == *row.identity,
            None => address.is_some() && refused.address == address,
        };
        let refused = self.refused.iter().filter(|_| listens).filter(is_its).map(|refused| refused.sequence);
        let mut all: Vec<Sequence> = own.chain(refused).collect();
        all.sort_unstable();
        all
    }

    /// The refused attempts of the same identity or address as this one, oldest first.
    pub fn attempts_like(&self, sequence: Sequence) -> Vec<Sequence> {
        let Some(this) = self.refused.iter().find(|refused| refused.sequence == sequence) else { return vec![sequence] };
        let is_like = |other: &&RefusedHandshake| match (this.identity(), other.identity()) {
            (Some(this), Some(other)) => this == other,
            _ => this.address == other.address,
        };
        self.refused.iter().filter(is_like).map(|refused| refused.sequence).collect()
    }

    /// The identity in the path of a refused attempt, or its address.
    pub fn refused_identity(&self, sequence: Sequence) -> Option<String> {
        let refused = self.refused.iter().find(|refused| refused.sequence == sequence)?;
        refused.identity().map(Cow::into_owned).or_else(|| refused.address.map(|address| address.to_string()))
    }

    /// The refused handshakes of all identities, oldest first.
    pub fn refused(&self) -> impl DoubleEndedIterator<Item = &RefusedHandshake> {
        self.refused.iter()
    }
}

impl RefusedHandshake {
    /// The last segment of the path, percent-decoded: the identity, where it is a path of a station.
    pub fn identity(&self) -> Option<Cow<'_, str>> {
        let path = self.path.split(['?', '#']).next().unwrap_or_default();
        let segment = path.rsplit('/').find(|segment| !segment.is_empty())?;
        percent_decode_str(segment).decode_utf8().ok()
    }
}

impl StationSummary {
    /// Remembers an attempt.
    fn attempted(&mut self, sequence: Sequence, link: Option<u32>) {
        self.attempts.push_back(StationAttempt { sequence, link, end: None });
        if self.attempts.len() > MOST_ATTEMPTS {
            self.attempts.pop_front();
        }
    }

    /// Remembers the end of a link.
    fn ended(&mut self, sequence: Sequence, link: Option<u32>) {
        if let Some(attempt) = self.attempts.iter_mut().rev().find(|attempt| attempt.link.is_some() && attempt.link == link) {
            attempt.end = Some(sequence);
        }
    }

    /// The attempt that became a link.
    pub fn attempt_of(&self, link: u32) -> Option<Sequence> {
        self.attempts.iter().rev().find(|attempt| attempt.link == Some(link)).map(|attempt| attempt.sequence)
    }

    /// The record of the end of a link.
    pub fn end_of(&self, link: u32) -> Option<Sequence> {
        self.attempts.iter().rev().find(|attempt| attempt.link == Some(link))?.end
    }

    /// The transactions that have not ended.
    pub fn running(&self) -> impl Iterator<Item = &TransactionSummary> {
        self.transactions.iter().filter(|transaction| transaction.ended_micros.is_none())
    }

    /// The newest running transaction at a place.
    pub fn running_at(&self, place: ConnectorPlace) -> Option<&TransactionSummary> {
        self.running().filter(|transaction| transaction.place.covers(place)).last()
    }

    /// What a connector does: its status, or the state of charging where the status only says that it is occupied.
    pub fn state_at<'a>(&'a self, place: ConnectorPlace, connector: &'a ConnectorSummary) -> &'a str {
        let charging = || self.running_at(place)?.state.as_deref();
        let occupied = &*connector.status == "Occupied";
        occupied.then(charging).flatten().filter(|state| *state != "Idle").unwrap_or(&connector.status)
    }

    /// The shortest name of a place: `2`, and `1.2` where an EVSE has more than one connector.
    pub fn short_place(&self, place: ConnectorPlace) -> String {
        let ConnectorPlace { evse, connector } = place;
        let of_evse = self.connectors.keys().filter(|other| other.evse == evse && other.connector > 0).count();
        if evse > 0 && of_evse > 1 && connector > 0 { format!("{evse}.{connector}") } else { place.number().to_string() }
    }
}

#[cfg(test)]
mod tests;
