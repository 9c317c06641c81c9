//! Which station has which key. A key is given out before the station's event is applied, so that links can use it at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::{RowKind, StationKey, StationRow};
use crate::ocpp::Role;

/// The keys that were given out in a session.
#[derive(Debug, Default)]
pub(super) struct StationKeys {
    known: RwLock<KnownStations>,
    /// Held while a key is given out and its event sent: the events come in the order of the keys. It is apart from `known`, so that a
    /// lookup never waits for the trace.
    assigning: Mutex<()>,
}

#[derive(Debug, Default)]
struct KnownStations {
    /// In the order of the keys.
    stations: Vec<(RowKind, Arc<str>)>,
    /// The keys of an identity, by the kind of row.
    by_identity: HashMap<Arc<str>, [Option<StationKey>; 3]>,
}

impl StationKeys {
    /// The key of a station. A new key is passed to `send` with the identity; keys are passed in their order, one at a time.
    pub fn assign(&self, our_role: Role, identity: &str, send: impl FnOnce(StationKey, Arc<str>)) -> StationKey {
        self.assign_row(RowKind::Station(our_role), identity, send)
    }

    /// The same of a pair.
    pub fn assign_pair(&self, identity: &str, send: impl FnOnce(StationKey, Arc<str>)) -> StationKey {
        self.assign_row(RowKind::Pair, identity, send)
    }

    fn assign_row(&self, kind: RowKind, identity: &str, send: impl FnOnce(StationKey, Arc<str>)) -> StationKey {
        if let Some(key) = self.find_row(kind, identity) {
            return key;
        }
        let _assigning = self.assigning.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = self.find_row(kind, identity) {
            return key; // another thread was faster
        }
        let identity: Arc<str> = identity.into();
        let key = {
            let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
            let key = StationKey(known.stations.len() as u32);
            known.stations.push((kind, identity.clone()));
            known.by_identity.entry(identity.clone()).or_default()[kind.place()] = Some(key);
            key
        };
        send(key, identity);
        key
    }

    /// The key of a station, if it has one.
    pub fn find(&self, our_role: Role, identity: &str) -> Option<StationKey> {
        self.find_row(RowKind::Station(our_role), identity)
    }

    fn find_row(&self, kind: RowKind, identity: &str) -> Option<StationKey> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.by_identity.get(identity).and_then(|keys| keys[kind.place()])
    }

    /// Fresh rows of the stations from this key on.
    pub fn from(&self, first: usize) -> Vec<StationRow> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let stations = known.stations.iter().enumerate().skip(first);
        let row = |(key, (kind, identity)): (usize, &(RowKind, Arc<str>))| match kind {
            RowKind::Station(our_role) => StationRow::new(StationKey(key as u32), identity, *our_role),
            RowKind::Pair => StationRow::of_pair(StationKey(key as u32), identity),
        };
        stations.map(row).collect()
    }
}
