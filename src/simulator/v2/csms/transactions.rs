//! The transactions that stations report in TransactionEvent: where they run, with which token, which numbers of events are missing.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::ocpp::JsonTree;
use crate::simulator::central_system::running::RunningTransaction;
use crate::trace::sequence_numbers::{SequenceNumbers, SequenceStep};
use crate::trace::transactions::energy_registers;

/// The maximum number of transactions; beyond it the oldest is removed. Ended ones stay until then, because an event of theirs may come
/// late or twice.
const TRANSACTION_LIMIT: usize = 100_000;

/// What an event says of its transaction.
#[derive(Debug)]
pub(super) struct ReportedEvent {
    id: Box<str>,
    ended: bool,
    sequence: Option<i64>,
    evse: Option<i32>,
    connector: Option<i32>,
    id_tag: Option<Box<str>>,
    /// The first and the last register of the meter in it, in Wh, once they are read.
    energy: Option<(f64, f64)>,
}

impl ReportedEvent {
    /// Reads an event without its meter values; `None` when it names no transaction.
    pub fn of(payload: &JsonTree<'_>) -> Option<ReportedEvent> {
        let evse = payload.get("evse");
        Some(ReportedEvent {
            id: text(payload.get("transactionInfo")?, "transactionId")?.into(),
            ended: text(payload, "eventType") == Some("Ended"),
            sequence: payload.get("seqNo").and_then(JsonTree::as_i64),
            evse: evse.and_then(|evse| integer(evse, "id")),
            connector: evse.and_then(|evse| integer(evse, "connectorId")),
            id_tag: payload.get("idToken").and_then(|token| text(token, "idToken")).map(Into::into),
            energy: None,
        })
    }

    /// Reads the registers in its meter values.
    pub fn read_energy(&mut self, payload: &Value) {
        let registers = energy_registers(payload);
        self.energy = registers.first().copied().zip(registers.last().copied());
    }
}

fn text<'t>(object: &'t JsonTree<'_>, field: &str) -> Option<&'t str> {
    object.get(field)?.as_str()
}

fn integer(object: &JsonTree<'_>, field: &str) -> Option<i32> {
    object.get(field)?.as_i64()?.try_into().ok()
}

#[derive(Debug)]
struct EventTransaction {
    running: RunningTransaction,
    ended: bool,
    sequence: SequenceNumbers,
    /// The register of the meter in its first reading, in Wh.
    first_energy: Option<f64>,
}

/// The transactions of all stations.
#[derive(Debug, Default)]
pub(super) struct EventTransactions(Mutex<EventBook>);

#[derive(Debug, Default)]
struct EventBook {
    /// By the order in which they were reported.
    transactions: BTreeMap<u64, EventTransaction>,
    numbers: HashMap<(Arc<str>, Box<str>), u64>,
    next: u64,
}

impl EventTransactions {
    /// Takes an event in.
    pub fn take(&self, station: &Arc<str>, event: ReportedEvent) {
        let mut book = self.lock();
        let transaction = book.find_or_begin(station, &event.id);
        let step = event.sequence.map(|sequence| transaction.sequence.take(sequence));
        if step == Some(SequenceStep::Again) {
            return;
        }
        transaction.ended |= event.ended;
        transaction.first_energy = transaction.first_energy.or(event.energy.map(|(first, _)| first));
        let running = &mut transaction.running;
        running.evse = event.evse.or(running.evse);
        running.connector = event.connector.or(running.connector);
        // The token that began it stays; another one may end it.
        if let Some(tag) = event.id_tag.filter(|_| running.id_tag.is_empty()) {
            running.id_tag = tag;
        }
    }

    /// Whether the first register of an event's transaction is known.
    pub fn has_energy(&self, station: &Arc<str>, event: &ReportedEvent) -> bool {
        self.lock().get(station, &event.id).is_some_and(|transaction| transaction.first_energy.is_some())
    }

    /// The energy of the transaction with this event, in Wh; `None` where the event has no register.
    pub fn energy_with(&self, station: &Arc<str>, event: &ReportedEvent) -> Option<f64> {
        let (first, last) = event.energy?;
        let known = self.lock().get(station, &event.id).and_then(|transaction| transaction.first_energy);
        Some((last - known.unwrap_or(first)).max(0.0))
    }

    /// The running transactions of a station, oldest first.
    pub fn running(&self, station: &str) -> Vec<RunningTransaction> {
        let book = self.lock();
        let its = book.transactions.values().filter(|one| !one.ended && &*one.running.station == station);
        its.map(|transaction| transaction.running.clone()).collect()
    }

    /// Locks the transactions. A poisoned lock stays usable, because every change is complete in itself.
    fn lock(&self) -> MutexGuard<'_, EventBook> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl EventBook {
    fn get(&self, station: &Arc<str>, id: &str) -> Option<&EventTransaction> {
        self.transactions.get(self.numbers.get(&(Arc::clone(station), id.into()))?)
    }

    fn find_or_begin(&mut self, station: &Arc<str>, id: &str) -> &mut EventTransaction {
        let key = (Arc::clone(station), Box::from(id));
        let number = *self.numbers.entry(key).or_insert_with(|| {
            self.next += 1;
            self.next
        });
        if !self.transactions.contains_key(&number)
            && self.transactions.len() >= TRANSACTION_LIMIT
            && let Some((_, oldest)) = self.transactions.pop_first()
        {
            self.numbers.remove(&(oldest.running.station, oldest.running.id));
        }
        self.transactions.entry(number).or_insert_with(|| EventTransaction {
            running: RunningTransaction {
                station: Arc::clone(station),
                id: id.into(),
                evse: None,
                connector: None,
                id_tag: "".into(),
            },
            ended: false,
            sequence: SequenceNumbers::default(),
            first_energy: None,
        })
    }
}
