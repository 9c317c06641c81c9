//! The transactions of OCPP 2.x, where one call reports whatever happens to a transaction, in numbered events. Which calls these are is in
//! `fold`.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::reading::{moment, points};
use super::{SeenTransaction, TransactionOddity, TransactionTable};
use crate::trace::fields::{BorrowedObject, BorrowedValue, id, inner, member, number, object, real, text};
use crate::trace::sequence_numbers::SequenceStep;
use crate::trace::{Record, StationKey, Store};

/// Where an answer says something of the token or of the cost.
static TOKEN: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new(b"idTokenInfo"));
static COST: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new(b"totalCost"));

/// What kind of event a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EventKind {
    Started,
    Updated,
    Ended,
}

impl TransactionTable {
    /// Takes an event in.
    pub(super) fn event(&mut self, station: StationKey, record: &Record<'_>, payload: &BorrowedObject<'_>) {
        let Some(information) = inner(payload, "transactionInfo") else { return };
        let Some(id) = id(information, "transactionId") else { return };
        let kind = match member(payload, "eventType").and_then(BorrowedValue::as_str) {
            Some("Started") => EventKind::Started,
            Some("Ended") => EventKind::Ended,
            _ => EventKind::Updated,
        };
        let at = moment(member(payload, "timestamp"));
        let known = self.by_id(station, &id).and_then(|number| self.get(number));
        // A start that happened after the end is one of another transaction.
        let is_another = kind == EventKind::Started
            && known.is_some_and(|known| known.start.is_some() && known.stopped_at.zip(at).is_some_and(|(end, at)| at > end));
        let number = match known.filter(|_| !is_another).map(|known| known.number) {
            Some(number) => number,
            None => {
                let number = self.push(station, record);
                self.change(number, record, |transaction| {
                    transaction.id = Some(id);
                    if is_another {
                        transaction.oddities.add(TransactionOddity::ReusedId);
                    }
                    if kind != EventKind::Started {
                        transaction.oddities.add(TransactionOddity::NoStart);
                    }
                });
                number
            }
        };
        let evse = inner(payload, "evse").and_then(|evse| self::number(evse, "id"));
        if let Some(before) = evse.filter(|_| kind == EventKind::Started).and_then(|evse| self.running_on(station, evse))
            && before.number != number
        {
            // The last message about it is still its own.
            let (before, last) = (before.number, before.last);
            self.change(before, record, |transaction| {
                transaction.last = last;
                transaction.oddities.add(TransactionOddity::NoStop);
            });
        }
        self.change(number, record, |transaction| {
            transaction.is_of_events = true;
            transaction.take_order(kind, self::number(payload, "seqNo"));
            transaction.take_event(record, kind, at, payload, information);
        });
    }

    /// Takes the answer to an event in, which says something of the token or of the cost.
    pub(super) fn event_answered(&mut self, station: StationKey, record: &Record<'_>, records: &Store) {
        let is_start = |transaction: &&SeenTransaction| {
            transaction.oddities.has(TransactionOddity::StartFailed) && transaction.start == record.partner
        };
        let started = self.of(station).find(is_start).map(|transaction| transaction.number);
        if let Some(number) = started {
            self.change(number, record, |transaction| transaction.oddities.remove(TransactionOddity::StartFailed));
        }
        // Most answers are empty, and to read their calls once more would take time.
        let bytes = record.text.as_bytes();
        if TOKEN.find(bytes).is_none() && COST.find(bytes).is_none() {
            return;
        }
        let Some(number) = self.of_call(station, record, records) else { return };
        let Some(answer) = object(record) else { return };
        let status = inner(&answer, "idTokenInfo").and_then(|info| text(info, "status"));
        let cost = real(&answer, "totalCost");
        self.change(number, record, |transaction| {
            if status.as_deref().is_some_and(|status| status != "Accepted") {
                transaction.oddities.add(TransactionOddity::TagRefused);
            }
            transaction.tag_status = status.or(transaction.tag_status.take());
            transaction.cost = cost.or(transaction.cost);
        });
    }

    /// Notices that an event was answered with an error, or not at all.
    pub(super) fn event_failed(&mut self, station: StationKey, record: &Record<'_>, records: &Store) {
        let (number, oddity) = match self.by_start(station, record) {
            Some(number) => (Some(number), TransactionOddity::StartFailed),
            None => (self.of_call(station, record, records), TransactionOddity::EventFailed),
        };
        if let Some(number) = number {
            self.change(number, record, |transaction| transaction.oddities.add(oddity));
        }
    }

    /// Takes the cost so far in.
    pub(super) fn cost_updated(&mut self, station: StationKey, record: &Record<'_>, payload: &BorrowedObject<'_>) {
        let known = id(payload, "transactionId").and_then(|id| self.by_id(station, &id));
        if let (Some(number), Some(cost)) = (known, real(payload, "totalCost")) {
            self.change(number, record, |transaction| transaction.cost = Some(cost));
        }
    }

    /// The transaction of the event that an answer belongs to.
    fn of_call(&self, station: StationKey, answer: &Record<'_>, records: &Store) -> Option<u64> {
        let call = object(&records.get(answer.partner?)?)?;
        self.by_id(station, &id(inner(&call, "transactionInfo")?, "transactionId")?)
    }
}

impl SeenTransaction {
    /// Notices what the number of an event says about those before it.
    fn take_order(&mut self, kind: EventKind, number: Option<i64>) {
        let step = number.map_or(SequenceStep::Next, |number| self.events.seen.take(number));
        match (step, kind) {
            (SequenceStep::Late, _) => self.oddities.add(TransactionOddity::OutOfOrder),
            // Of these two the repetition is noticed by itself.
            (SequenceStep::Again, EventKind::Updated) => self.oddities.add(TransactionOddity::EventRepeated),
            _ => {}
        }
        if self.events.is_missing() {
            self.oddities.add(TransactionOddity::EventMissing);
        } else {
            self.oddities.remove(TransactionOddity::EventMissing);
        }
        if kind == EventKind::Ended {
            self.events.end = number.or(self.events.end);
        } else if self.stop.is_some() {
            // One that was sent before the end and came late is no event after the end.
            let is_before_end = number.zip(self.events.end).is_some_and(|(number, end)| number < end);
            self.oddities.add(if is_before_end { TransactionOddity::OutOfOrder } else { TransactionOddity::EventAfterEnd });
        }
    }

    fn take_event(
        &mut self,
        record: &Record<'_>,
        kind: EventKind,
        at: Option<i64>,
        payload: &BorrowedObject<'_>,
        information: &BorrowedObject<'_>,
    ) {
        let is_offline = member(payload, "offline").and_then(BorrowedValue::as_bool) == Some(true);
        if kind == EventKind::Started {
            if self.start.is_some() {
                self.oddities.add(TransactionOddity::StartRepeated);
            } else {
                if self.oddities.has(TransactionOddity::NoStart) {
                    self.oddities.remove(TransactionOddity::NoStart);
                    self.oddities.add(TransactionOddity::OutOfOrder);
                }
                self.begin(record, at, None);
                if is_offline {
                    self.oddities.add(TransactionOddity::StartedOffline);
                    self.began_micros = at.unwrap_or(self.began_micros);
                }
            }
            self.start = Some(record.sequence);
        }
        if is_offline && kind == EventKind::Updated {
            self.oddities.add(TransactionOddity::HappenedOffline);
        }
        if let Some(evse) = inner(payload, "evse") {
            let id = number(evse, "id");
            if self.connector.zip(id).is_some_and(|(known, id)| known != id) {
                self.oddities.add(TransactionOddity::OtherConnector);
            }
            self.connector = self.connector.or(id);
            self.evse_connector = self.evse_connector.or(number(evse, "connectorId"));
        }
        if self.id_tag.is_empty()
            && let Some(token) = inner(payload, "idToken").and_then(|token| text(token, "idToken"))
        {
            self.id_tag = token;
        }
        self.charging_state = text(information, "chargingState").or(self.charging_state.take());
        // The last event of OCPP 2.1 may bring the cost that the station has worked out.
        let total = inner(payload, "costDetails").and_then(|details| inner(inner(details, "totalCost")?, "total"));
        self.cost = total.and_then(|total| real(total, "inclTax").or(real(total, "exclTax"))).or(self.cost);
        self.add_points(points(payload, at.unwrap_or(record.wall_micros)));
        if kind == EventKind::Ended {
            self.stop = Some(record.sequence);
            self.reason = text(information, "stoppedReason").or(self.reason.take());
            self.end(record, at, None);
            if is_offline {
                self.oddities.add(TransactionOddity::StoppedOffline);
            }
        }
    }
}
