//! How requests reach the actors of stations that speak SOAP with our central system.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc;

use super::exchange::SoapRequest;

/// How requests reach the actors of stations, by identity.
#[derive(Debug, Default)]
pub(in crate::link) struct SoapActors(Mutex<HashMap<String, SoapActorHandle>>);

#[derive(Debug, Clone)]
pub(super) struct SoapActorHandle {
    /// The number of the link.
    pub number: u64,
    pub requests: mpsc::Sender<SoapRequest>,
}

impl SoapActors {
    /// All actors.
    pub(super) fn lock(&self) -> MutexGuard<'_, HashMap<String, SoapActorHandle>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The actor of a station.
    pub(super) fn get(&self, identity: &str) -> Option<SoapActorHandle> {
        self.lock().get(identity).cloned()
    }

    /// An actor has ended.
    pub(super) fn remove(&self, identity: &str, number: u64) {
        let mut actors = self.lock();
        if actors.get(identity).is_some_and(|actor| actor.number == number) {
            actors.remove(identity);
        }
    }
}
