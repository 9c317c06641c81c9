//! Which message changes what about a transaction. Other messages cost a comparison; of these only the short ones are read. What
//! happens in an event of OCPP 2.x is in `events`.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::event_numbers::EventNumbers;
use super::reading::{moment, points};
use super::{
    ChargingLimit, MOST, MeterCurve, MeterPoint, OdditySet, RECENT, STEPS, SeenTransaction, TransactionOddity, TransactionTable,
};
use crate::trace::fields::{BorrowedObject, BorrowedValue, RecordPayload, id, inner, member, number, object, real, text};
use crate::trace::{FrameKind, Record, RecordKind, StationKey, Store};

/// A report is late when it comes this long after what it reports, in microseconds.
const LATE: i64 = 60_000_000;
/// Clocks of one station differ by less than this, in microseconds.
const SLACK: i64 = 1_000_000;

impl TransactionTable {
    /// Takes a record in. The calls of answers are among the records.
    pub(in crate::trace) fn take(&mut self, record: &Record<'_>, payload: &RecordPayload<'_, '_>, records: &Store) {
        let (Some(station), Some(action)) = (record.station, record.action) else { return };
        let kind = match record.kind {
            RecordKind::Frame(_, kind) => Some(kind),
            RecordKind::Timeout | RecordKind::Unreachable => None,
            _ => return,
        };
        match (kind, action) {
            (Some(FrameKind::Call), "StartTransaction") => self.read(payload, |table, payload| {
                table.started(station, record, payload);
            }),
            (Some(FrameKind::Result), "StartTransaction") => self.read(payload, |table, answer| {
                table.answered(station, record, records, answer);
            }),
            (Some(FrameKind::Error) | None, "StartTransaction") => {
                if let Some(number) = self.by_start(station, record) {
                    self.change(number, record, |transaction| transaction.oddities.add(TransactionOddity::StartFailed));
                }
            }
            (Some(FrameKind::Call), "StopTransaction") => self.read(payload, |table, payload| {
                table.stopped(station, record, payload);
            }),
            (Some(FrameKind::Call), "MeterValues") if self.may_be_metered(station, record) => {
                self.read(payload, |table, payload| {
                    table.metered(station, record, payload);
                });
            }
            (Some(FrameKind::Call), "StatusNotification") if self.running(station).next().is_some() => {
                self.read(payload, |table, payload| table.status(station, record, payload));
            }
            (Some(FrameKind::Call), "TransactionEvent") => self.read(payload, |table, payload| {
                table.event(station, record, payload);
            }),
            (Some(FrameKind::Result), "TransactionEvent") => self.event_answered(station, record, records),
            (Some(FrameKind::Error) | None, "TransactionEvent") => self.event_failed(station, record, records),
            (Some(FrameKind::Call), "CostUpdated") => self.read(payload, |table, payload| {
                table.cost_updated(station, record, payload);
            }),
            (Some(FrameKind::Result), "GetCompositeSchedule") => self.read(payload, |table, answer| {
                table.composite(station, record, answer);
            }),
            _ => {}
        }
    }

    /// Whether meter values can belong to a transaction. Many stations send them all day, and to read them all would take time.
    fn may_be_metered(&self, station: StationKey, record: &Record<'_>) -> bool {
        static NAMED: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new(b"transactionId"));
        self.running(station).next().is_some() || NAMED.find(record.text.as_bytes()).is_some()
    }

    fn read(&mut self, payload: &RecordPayload<'_, '_>, take: impl FnOnce(&mut TransactionTable, &BorrowedObject<'_>)) {
        if let Some(payload) = payload.object() {
            take(self, payload);
        }
    }

    /// Changes a transaction because of a message about it.
    pub(super) fn change(&mut self, number: u64, record: &Record<'_>, change: impl FnOnce(&mut SeenTransaction)) {
        let index = number.checked_sub(self.first).and_then(|index| usize::try_from(index).ok());
        if let Some(transaction) = index.and_then(|index| self.entries.get_mut(index)) {
            transaction.last = record.sequence;
            change(transaction);
            self.revision += 1;
        }
    }

    pub(super) fn push(&mut self, station: StationKey, record: &Record<'_>) -> u64 {
        let number = self.first + self.entries.len() as u64;
        self.entries.push_back(SeenTransaction {
            number,
            station,
            id: None,
            connector: None,
            evse_connector: None,
            is_of_events: false,
            id_tag: "".into(),
            tag_status: None,
            began_micros: record.wall_micros,
            ended_micros: None,
            meter_start: None,
            meter_stop: None,
            reason: None,
            charging_state: None,
            cost: None,
            curve: MeterCurve::default(),
            limits: Vec::new(),
            oddities: OdditySet::default(),
            has_unnamed: false,
            first: record.sequence,
            last: record.sequence,
            start: None,
            stop: None,
            started_at: None,
            stopped_at: None,
            events: EventNumbers::default(),
        });
        if self.entries.len() > MOST {
            self.entries.pop_front();
            self.first += 1;
        }
        let key = station.0 as usize;
        if self.stations.len() <= key {
            self.stations.resize_with(key + 1, Default::default);
        }
        self.stations[key].push_back(number);
        if self.stations[key].len() > RECENT {
            self.stations[key].pop_front();
        }
        self.revision += 1;
        number
    }

    /// The newest transaction of a station with this id.
    pub(super) fn by_id(&self, station: StationKey, id: &str) -> Option<u64> {
        self.of(station).find(|transaction| transaction.id.as_deref() == Some(id)).map(|transaction| transaction.number)
    }

    /// The transaction whose start an answer answers.
    pub(super) fn by_start(&self, station: StationKey, answer: &Record<'_>) -> Option<u64> {
        let call = answer.partner?;
        self.of(station).find(|transaction| transaction.start == Some(call)).map(|transaction| transaction.number)
    }

    /// The transaction with this id, or a new one whose start was not seen.
    fn by_id_or_new(&mut self, station: StationKey, record: &Record<'_>, id: &str) -> u64 {
        if let Some(number) = self.by_id(station, id) {
            return number;
        }
        let number = self.push(station, record);
        self.change(number, record, |transaction| {
            transaction.id = Some(id.into());
            transaction.oddities.add(TransactionOddity::NoStart);
        });
        number
    }

    fn started(&mut self, station: StationKey, record: &Record<'_>, payload: &BorrowedObject<'_>) {
        let (connector, id_tag) = (number(payload, "connectorId"), text(payload, "idTag").unwrap_or_default());
        let (meter_start, at) = (real(payload, "meterStart"), moment(member(payload, "timestamp")));
        let before = connector.and_then(|connector| self.running_on(station, connector));
        if let Some(before) = before {
            let known = before.number;
            let same = before.id_tag == id_tag && before.meter_start == meter_start && before.started_at == at && at.is_some();
            if same {
                // The charge point did not get the answer and tries again.
                self.change(known, record, |transaction| {
                    transaction.oddities.add(TransactionOddity::StartRepeated);
                    transaction.oddities.remove(TransactionOddity::StartFailed);
                    transaction.start = Some(record.sequence);
                });
                return;
            }
            self.change(known, record, |transaction| transaction.oddities.add(TransactionOddity::NoStop));
        }
        let number = self.push(station, record);
        self.change(number, record, |transaction| {
            (transaction.connector, transaction.id_tag, transaction.start) = (connector, id_tag, Some(record.sequence));
            transaction.begin(record, at, meter_start);
        });
    }

    fn answered(&mut self, station: StationKey, record: &Record<'_>, records: &Store, answer: &BorrowedObject<'_>) {
        let given = id(answer, "transactionId");
        let status = inner(answer, "idTagInfo").and_then(|info| text(info, "status"));
        if self.by_start(station, record).is_none() {
            // The call came before the records that are known here.
            let call = record.partner.and_then(|call| records.get(call));
            match call.as_ref().and_then(object) {
                Some(payload) => call.into_iter().for_each(|call| self.started(station, &call, &payload)),
                None => return,
            }
        }
        let Some(number) = self.by_start(station, record) else { return };
        let reused = given
            .as_deref()
            .is_some_and(|given| self.of(station).any(|other| other.number != number && other.id.as_deref() == Some(given)));
        self.change(number, record, |transaction| {
            transaction.oddities.remove(TransactionOddity::StartFailed);
            if reused {
                transaction.oddities.add(TransactionOddity::ReusedId);
            }
            if given.as_deref() == Some("0") {
                transaction.oddities.add(TransactionOddity::ZeroId);
            }
            if status.as_deref().is_some_and(|status| status != "Accepted") {
                transaction.oddities.add(TransactionOddity::TagRefused);
            }
            transaction.tag_status = status;
            transaction.id = given.or(transaction.id.take());
        });
    }

    fn stopped(&mut self, station: StationKey, record: &Record<'_>, payload: &BorrowedObject<'_>) {
        let Some(id) = id(payload, "transactionId") else { return };
        let number = self.by_id_or_new(station, record, &id);
        let at = moment(member(payload, "timestamp"));
        self.change(number, record, |transaction| {
            transaction.stop = Some(record.sequence);
            transaction.reason = text(payload, "reason").or(transaction.reason.take());
            transaction.add_points(points(payload, at.unwrap_or(record.wall_micros)));
            transaction.end(record, at, real(payload, "meterStop"));
        });
    }

    fn metered(&mut self, station: StationKey, record: &Record<'_>, payload: &BorrowedObject<'_>) {
        let connector = number(payload, "connectorId").or_else(|| number(payload, "evseId")).filter(|connector| *connector > 0);
        let named = id(payload, "transactionId");
        // 0 and -1 are what some charge points write when there is no transaction.
        let nothing = named.as_deref().is_none_or(|id| matches!(id, "0" | "-1"));
        let known = named.as_deref().and_then(|id| self.by_id(station, id));
        let number = match (known, nothing) {
            (Some(number), _) => number,
            (None, false) => self.by_id_or_new(station, record, named.as_deref().unwrap_or_default()),
            (None, true) => {
                let running = connector.and_then(|connector| self.running_on(station, connector));
                let Some(running) = running.map(|transaction| transaction.number) else { return };
                self.change(running, record, |transaction| transaction.has_unnamed = true);
                running
            }
        };
        let points = points(payload, record.wall_micros);
        self.change(number, record, |transaction| {
            match (transaction.connector, connector) {
                (Some(known), Some(connector)) if known != connector => {
                    transaction.oddities.add(TransactionOddity::OtherConnector);
                }
                (known, connector) => transaction.connector = known.or(connector),
            }
            transaction.add_points(points);
        });
    }

    fn status(&mut self, station: StationKey, record: &Record<'_>, payload: &BorrowedObject<'_>) {
        if member(payload, "status").and_then(BorrowedValue::as_str) != Some("Available") {
            return;
        }
        let running = number(payload, "connectorId").and_then(|connector| self.running_on(station, connector));
        // The stop may still come; then this was only the order of the messages.
        if let Some(number) = running.filter(|running| running.id.is_some()).map(|running| running.number) {
            self.change(number, record, |transaction| transaction.oddities.add(TransactionOddity::NoStop));
        }
    }

    /// The limits that the station has worked out for a connector.
    fn composite(&mut self, station: StationKey, record: &Record<'_>, answer: &BorrowedObject<'_>) {
        // In OCPP 2.x the schedule has the EVSE and the start in it.
        let Some(schedule) = inner(answer, "chargingSchedule").or_else(|| inner(answer, "schedule")) else { return };
        let Some(connector) = number(answer, "connectorId").or_else(|| number(schedule, "evseId")) else { return };
        let running = self.running_on(station, connector).map(|running| running.number);
        let Some(running) = running else { return };
        let begins = ["scheduleStart", "startSchedule"]
            .into_iter()
            .find_map(|name| moment(member(answer, name)).or_else(|| moment(member(schedule, name))));
        let begins = begins.unwrap_or(record.wall_micros);
        let in_watts = member(schedule, "chargingRateUnit").and_then(BorrowedValue::as_str) == Some("W");
        let periods = member(schedule, "chargingSchedulePeriod").and_then(BorrowedValue::as_array);
        let steps = periods.into_iter().flatten().take(STEPS).filter_map(BorrowedValue::as_object).filter_map(|period| {
            let (after, limit) = (number(period, "startPeriod")?, real(period, "limit")?);
            let limit = if in_watts { ChargingLimit::Watts(limit) } else { ChargingLimit::Amperes(limit) };
            Some((begins.saturating_add(after.saturating_mul(1_000_000)), limit))
        });
        let steps: Vec<_> = steps.collect();
        self.change(running, record, |transaction| {
            transaction.limits.retain(|(from, _)| *from < begins);
            transaction.limits.extend(steps);
            let surplus = transaction.limits.len().saturating_sub(STEPS);
            transaction.limits.drain(..surplus);
        });
    }
}

impl SeenTransaction {
    pub(super) fn begin(&mut self, record: &Record<'_>, at: Option<i64>, register: Option<f64>) {
        (self.started_at, self.meter_start) = (at, register);
        if let Some(at) = at
            && record.wall_micros - at > LATE
        {
            self.oddities.add(TransactionOddity::StartedOffline);
            self.began_micros = at;
        }
        self.add_register(at.unwrap_or(record.wall_micros), register);
    }

    pub(super) fn end(&mut self, record: &Record<'_>, at: Option<i64>, register: Option<f64>) {
        if self.ended_micros.is_some() {
            self.oddities.add(TransactionOddity::StopRepeated);
        }
        self.oddities.remove(TransactionOddity::NoStop);
        let late = at.filter(|at| record.wall_micros - at > LATE);
        if late.is_some() {
            self.oddities.add(TransactionOddity::StoppedOffline);
        }
        if let (Some(started), Some(stopped)) = (self.started_at, at)
            && stopped < started - SLACK
        {
            self.oddities.add(TransactionOddity::TimeBackwards);
        }
        self.ended_micros = Some(late.unwrap_or(record.wall_micros).max(self.began_micros));
        (self.stopped_at, self.meter_stop) = (at, register.or(self.meter_stop));
        self.add_register(at.unwrap_or(record.wall_micros), register);
        self.curve.end();
    }

    fn add_register(&mut self, at_micros: i64, register: Option<f64>) {
        if register.is_some() {
            self.add_points(vec![MeterPoint { at_micros, energy: register, ..MeterPoint::default() }]);
        }
    }

    pub(super) fn add_points(&mut self, points: Vec<MeterPoint>) {
        for point in points {
            if self.stopped_at.is_some_and(|stopped| point.at_micros > stopped + SLACK) {
                self.oddities.add(TransactionOddity::MeterAfterStop);
            } else if self.curve.insert(point) {
                self.oddities.add(TransactionOddity::MeterBackwards);
            }
        }
    }
}
