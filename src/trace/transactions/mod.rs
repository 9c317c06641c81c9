//! Every transaction that was seen, of any station and version, from nothing but its messages: start and stop, meter values with and without a
//! number, events of OCPP 2.x, what is missing or odd. A reader folds it from the records that are new, together with the facts about stations. Which message
//! changes what is in `fold` and, for OCPP 2.x, in `events`; the forms of meter values are in `reading`, the course of a transaction in `curve`.

mod curve;
mod event_numbers;
mod events;
mod fold;
mod oddity;
mod reading;

use std::collections::VecDeque;

pub use curve::{MeterCurve, MeterQuantity};
pub use oddity::{OdditySet, TransactionOddity};
pub(in crate::trace) use reading::points;
pub use reading::{MeterPoint, energy_registers};

use self::event_numbers::EventNumbers;
use super::{Sequence, StationKey};

/// How many transactions are remembered; the oldest leave first.
const MOST: usize = 5_000;
/// How many of one station can still be changed by its messages.
const RECENT: usize = 64;
/// How many steps of a charging limit are kept.
const STEPS: usize = 100;

/// A transaction as its messages describe it.
#[derive(Debug, Clone, PartialEq)]
pub struct SeenTransaction {
    /// Our own number of it, which never changes and is never given again.
    pub number: u64,
    /// The station.
    pub station: StationKey,
    /// The id that the central system gave it; from OCPP 2 on the one of the charging station. `None` as long as there is none.
    pub id: Option<Box<str>>,
    /// The connector, in OCPP 2.x the EVSE; `None` when no message named it.
    pub connector: Option<i64>,
    /// The connector of the EVSE.
    pub evse_connector: Option<i64>,
    /// Whether it is one of OCPP 2.x, which reports it in events.
    pub is_of_events: bool,
    /// The tag that started it; empty when its start was not seen.
    pub id_tag: Box<str>,
    /// The status of the tag in the answer.
    pub tag_status: Option<Box<str>>,
    /// When it began, by the wall clock in microseconds: when its start was reported, or earlier if that came late.
    pub began_micros: i64,
    /// When it ended.
    pub ended_micros: Option<i64>,
    /// The register at its start, in Wh.
    pub meter_start: Option<f64>,
    /// The register at its end.
    pub meter_stop: Option<f64>,
    /// Why it ended.
    pub reason: Option<Box<str>>,
    /// What the car and the EVSE do, as OCPP 2.x names it: `Charging`.
    pub charging_state: Option<Box<str>>,
    /// The cost so far, in the currency of the CSMS.
    pub cost: Option<f64>,
    /// What the meter reported. Its times are those of the messages.
    pub curve: MeterCurve,
    /// The charging limits that the station reported for it: the time from which each is in force.
    pub limits: Vec<(i64, ChargingLimit)>,
    /// What is missing or odd.
    pub oddities: OdditySet,
    /// Whether meter values came without its id, and belong to it by their connector.
    pub has_unnamed: bool,
    /// The record of the first message about it.
    pub first: Sequence,
    /// The record of the last message about it.
    pub last: Sequence,
    /// The record of its start.
    pub start: Option<Sequence>,
    /// The record of its stop.
    pub stop: Option<Sequence>,
    /// The time that its start names, by the clock of the station.
    started_at: Option<i64>,
    /// The time that its stop names.
    stopped_at: Option<i64>,
    /// The numbers of its events.
    events: EventNumbers,
}

/// A limit of charging.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ChargingLimit {
    /// In W.
    Watts(f64),
    /// In A, for each phase.
    Amperes(f64),
}

/// The transactions.
#[derive(Debug, Default)]
pub struct TransactionTable {
    entries: VecDeque<SeenTransaction>,
    /// The number of the first entry.
    first: u64,
    /// The numbers of the last transactions of each station, by its key, oldest first.
    stations: Vec<VecDeque<u64>>,
    /// Counts the changes.
    revision: u64,
}

impl TransactionTable {
    /// All of them, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &SeenTransaction> + ExactSizeIterator {
        self.entries.iter()
    }

    /// One by its number.
    pub fn get(&self, number: u64) -> Option<&SeenTransaction> {
        self.entries.get(usize::try_from(number.checked_sub(self.first)?).ok()?)
    }

    /// Those of a station, newest first. The last 64 at the most.
    pub fn of(&self, station: StationKey) -> impl Iterator<Item = &SeenTransaction> {
        let numbers = self.stations.get(station.0 as usize).map_or_else(Default::default, VecDeque::iter);
        numbers.rev().filter_map(|number| self.get(*number))
    }

    /// Those of a station that run, newest first.
    pub fn running(&self, station: StationKey) -> impl Iterator<Item = &SeenTransaction> {
        self.of(station).filter(|transaction| transaction.is_running())
    }

    /// The one that runs on a connector, in OCPP 2.x on an EVSE.
    pub fn running_on(&self, station: StationKey, connector: i64) -> Option<&SeenTransaction> {
        self.running(station).find(|transaction| transaction.connector == Some(connector))
    }

    /// A number that grows with every change.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// How many were seen and are no longer remembered.
    pub fn forgotten(&self) -> u64 {
        self.first
    }
}

impl SeenTransaction {
    /// Whether it goes on, as far as is known.
    pub fn is_running(&self) -> bool {
        self.ended_micros.is_none() && !self.oddities.has(TransactionOddity::NoStop)
    }

    /// The energy so far, in Wh.
    pub fn energy(&self) -> Option<f64> {
        let registers = self.curve.values(MeterQuantity::Energy);
        let start = self.meter_start.or_else(|| registers.first().map(|(_, register)| *register))?;
        let stop = self.meter_stop.or_else(|| registers.last().map(|(_, register)| *register))?;
        Some(stop - start)
    }

    /// The power now, in W; of one that has ended there is none.
    pub fn power(&self) -> Option<f64> {
        if self.is_running() { self.curve.last(MeterQuantity::Power) } else { None }
    }

    /// The current now, in A; of one that has ended there is none.
    pub fn current(&self) -> Option<f64> {
        if self.is_running() { self.curve.last(MeterQuantity::Current) } else { None }
    }

    /// The last powers, at most so many, in W, oldest first: for a graph of a few characters.
    pub fn last_powers(&self, count: usize) -> Vec<f64> {
        let powers = self.curve.values(MeterQuantity::Power);
        powers[powers.len().saturating_sub(count)..].iter().map(|(_, power)| *power).collect()
    }

    /// The limit in force at a time of the station's clock.
    pub fn limit_at(&self, micros: i64) -> Option<ChargingLimit> {
        let reported = self.limits.iter().rev().find(|(from, _)| *from <= micros).map(|(_, limit)| *limit);
        let offered = || {
            let current = self.curve.last(MeterQuantity::CurrentOffered).map(ChargingLimit::Amperes);
            current.or_else(|| self.curve.last(MeterQuantity::PowerOffered).map(ChargingLimit::Watts))
        };
        reported.or_else(offered)
    }

    /// How long it has lasted at this time of the wall clock, in microseconds.
    pub fn lasted_micros(&self, now_micros: i64) -> u64 {
        self.ended_micros.unwrap_or(now_micros).saturating_sub(self.began_micros).max(0).unsigned_abs()
    }

    /// A filter that finds its messages in the trace of its station.
    pub fn filter(&self) -> String {
        let Some(id) = &self.id else {
            let from = self.began_micros.div_euclid(1_000_000);
            return format!("action:StartTransaction since:{}", second(from));
        };
        let quoted = format!("\"{}\"", id.replace('\\', "\\\\").replace('"', "\\\""));
        let plain = id.chars().all(|character| character.is_ascii_alphanumeric() || character == '-');
        let named = format!("tx:{}", if plain { id } else { quoted.as_str() });
        let Some(connector) = self.connector.filter(|_| self.has_unnamed) else { return named };
        // A second more at both ends, because the times of records are finer.
        let from = self.began_micros.div_euclid(1_000_000) - 1;
        let until = self.ended_micros.map(|ended| format!(" before:{}", second(ended.div_euclid(1_000_000) + 1)));
        let until = until.unwrap_or_default();
        let member = if self.is_of_events { "evseId" } else { "connectorId" };
        format!("{named} or (action:MeterValues $.{member}={connector} since:{}{until})", second(from))
    }
}

/// A second as a filter names it.
fn second(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(|_| "1970-01-01T00:00:00Z".to_owned(), |at| at.to_string())
}

#[cfg(test)]
mod tests;
