//! How each station is reached: the handle of its newest link.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::link::LinkHandle;
use crate::trace::StationKey;

/// The handles of all stations.
#[derive(Debug, Default)]
pub(super) struct Registry {
    handles: Mutex<HashMap<StationKey, LinkHandle>>,
}

impl Registry {
    /// The handle of a station's newest link.
    pub fn get(&self, station: StationKey) -> Option<LinkHandle> {
        self.lock().get(&station).cloned()
    }

    /// Puts a handle in and returns the one it replaces.
    pub fn insert(&self, station: StationKey, handle: LinkHandle) -> Option<LinkHandle> {
        self.lock().insert(station, handle)
    }

    /// Puts a handle in unless the station has one.
    pub fn insert_new(&self, station: StationKey, handle: LinkHandle) -> bool {
        match self.lock().entry(station) {
            Entry::Occupied(_) => false,
            Entry::Vacant(place) => {
                place.insert(handle);
                true
            }
        }
    }

    /// Takes a handle out, unless a newer link has taken its place.
    pub fn remove(&self, station: StationKey, number: u64) {
        if let Entry::Occupied(entry) = self.lock().entry(station)
            && entry.get().number == number
        {
            entry.remove();
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<StationKey, LinkHandle>> {
        self.handles.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_link_does_not_take_the_newer_one_out() {
        let registry = Registry::default();
        let station = StationKey(1);
        let (older, _older_inbox) = LinkHandle::new(1);
        let (newer, _newer_inbox) = LinkHandle::new(2);
        assert!(registry.insert(station, older).is_none());
        assert_eq!(registry.insert(station, newer).map(|handle| handle.number), Some(1));
        registry.remove(station, 1);
        assert_eq!(registry.get(station).map(|handle| handle.number), Some(2));
        registry.remove(station, 2);
        assert!(registry.get(station).is_none());
    }
}
