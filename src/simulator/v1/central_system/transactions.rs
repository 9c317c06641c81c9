//! The transactions of the central system and their ids. An id is reserved when an answer is proposed and used when
//! that answer has been sent. If the answer is never sent, the next transaction gets the id. Stations come back with transactions of the
//! session before, so ids begin at a number of the time; a caller may name another one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::clock::Moment;
use crate::simulator::central_system::running::RunningTransaction;

/// The maximum number of transactions; beyond it the oldest is removed. Stations that never stop their transactions
/// must not fill the memory.
const TRANSACTION_LIMIT: usize = 100_000;

/// What a start said of its transaction.
#[derive(Debug)]
pub(super) struct StartedTransaction {
    /// The station's identity.
    pub station: Arc<str>,
    /// The connector.
    pub connector: i32,
    /// The id tag.
    pub id_tag: Box<str>,
}

impl StartedTransaction {
    fn running(&self, id: i32) -> RunningTransaction {
        RunningTransaction {
            station: Arc::clone(&self.station),
            id: id.to_string().into(),
            evse: None,
            connector: Some(self.connector),
            id_tag: self.id_tag.clone(),
        }
    }
}

/// An id for the first transaction of a session that begins now: the tenths of seconds since 1970, again after six years. It grows faster
/// than a session gives ids out.
pub fn transaction_id_of(now: Moment) -> i32 {
    const AGAIN: i64 = 2_000_000_000;
    let tenths = now.wall.as_millisecond().div_euclid(100).rem_euclid(AGAIN);
    i32::try_from(tenths).map_or(1, |tenths| tenths + 1)
}

/// The running transactions of all stations. Clones share one state.
#[derive(Debug, Clone, Default)]
pub(super) struct Transactions(Arc<Mutex<TransactionBook>>);

#[derive(Debug, Default)]
struct TransactionBook {
    running: BTreeMap<i32, StartedTransaction>,
    reserved: BTreeSet<i32>,
    /// Ids that were reserved and not used, all below `last`.
    free: BTreeSet<i32>,
    /// The highest id so far.
    last: i32,
}

impl TransactionBook {
    fn is_taken(&self, id: i32) -> bool {
        self.running.contains_key(&id) || self.reserved.contains(&id)
    }

    fn next(&mut self) -> i32 {
        while let Some(id) = self.free.pop_first() {
            if !self.is_taken(id) {
                return id;
            }
        }
        loop {
            // After about two billion transactions the ids start again at 1.
            self.last = self.last.checked_add(1).unwrap_or(1);
            if !self.is_taken(self.last) {
                return self.last;
            }
        }
    }
}

/// An id that no other transaction gets while this value exists.
#[derive(Debug)]
pub(super) struct ReservedId {
    id: i32,
    transactions: Transactions,
}

impl ReservedId {
    /// The id.
    pub fn number(&self) -> i32 {
        self.id
    }
}

impl Drop for ReservedId {
    fn drop(&mut self) {
        let mut book = self.transactions.lock();
        book.reserved.remove(&self.id);
        if !book.running.contains_key(&self.id) {
            book.free.insert(self.id);
        }
    }
}

impl Transactions {
    /// No transactions yet; the first one gets this id.
    pub fn starting_at(first: i32) -> Transactions {
        let book = TransactionBook { last: first.saturating_sub(1), ..TransactionBook::default() };
        Transactions(Arc::new(Mutex::new(book)))
    }

    /// Reserves an id.
    pub fn reserve(&self) -> ReservedId {
        let mut book = self.lock();
        let id = book.next();
        book.reserved.insert(id);
        ReservedId { id, transactions: self.clone() }
    }

    /// Records the start of a transaction.
    pub fn begin(&self, id: i32, transaction: StartedTransaction) {
        let mut book = self.lock();
        book.running.insert(id, transaction);
        if book.running.len() > TRANSACTION_LIMIT {
            book.running.pop_first();
        }
    }

    /// Records the end of a transaction. A station cannot end a transaction of another station.
    pub fn end(&self, id: i32, station: &str) {
        let mut book = self.lock();
        if book.running.get(&id).is_some_and(|transaction| &*transaction.station == station) {
            book.running.remove(&id);
        }
    }

    /// The running transactions of a station, by their ids.
    pub fn of(&self, station: &str) -> Vec<RunningTransaction> {
        let book = self.lock();
        let its = book.running.iter().filter(|(_, started)| &*started.station == station);
        its.map(|(id, started)| started.running(*id)).collect()
    }

    /// Locks the transactions. A poisoned lock stays usable, because every change is complete in itself.
    fn lock(&self) -> MutexGuard<'_, TransactionBook> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    fn transaction() -> StartedTransaction {
        StartedTransaction { station: "CP1".into(), connector: 1, id_tag: "TAG".into() }
    }

    #[test]
    fn ids_of_a_later_session_are_other_ones() {
        let at = |time: &str| transaction_id_of(Moment { wall: time.parse().unwrap(), monotonic: Instant::now() });
        let (first, later) = (at("2026-11-30T08:00:00Z"), at("2026-11-30T08:00:01Z"));
        assert_eq!((first, later - first), (1_960_256_001, 10));
        assert!(["1960-01-01T00:00:00Z", "2033-05-18T03:33:19.999Z", "9000-01-01T00:00:00Z"].iter().all(|time| at(time) > 0));
        assert_eq!(Transactions::starting_at(later).reserve().number(), later);
        let last = Transactions::starting_at(i32::MAX);
        assert_eq!([last.reserve(), last.reserve()].map(|id| id.number()), [i32::MAX, 1]);
    }

    #[test]
    fn an_id_that_was_not_used_is_given_out_again_and_none_twice() {
        let transactions = Transactions::default();
        let (one, two) = (transactions.reserve(), transactions.reserve());
        assert_eq!((one.number(), two.number()), (1, 2));
        drop(one);
        assert_eq!(transactions.reserve().number(), 1);
        transactions.begin(2, transaction());
        drop(two);
        transactions.begin(3, transaction());
        let (one, four) = (transactions.reserve(), transactions.reserve());
        assert_eq!((one.number(), four.number()), (1, 4), "2 runs, and so does 3, which the user chose");
        transactions.end(2, "CP1");
        drop((one, four));
        assert_eq!(transactions.reserve().number(), 1);
    }
}
