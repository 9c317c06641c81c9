//! The filters whose records call the user: set by a command, asked by the front end that can ring. Who rings, and how often, is not here.

use std::sync::{Arc, Mutex, PoisonError};

use crate::trace::filter::TraceFilter;

/// The filters, in the order in which they were set.
#[derive(Debug, Default)]
pub struct AlertFilters(Mutex<Arc<Vec<TraceFilter>>>);

impl AlertFilters {
    /// All of them.
    pub fn all(&self) -> Arc<Vec<TraceFilter>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Adds one; the same one is not added twice.
    pub fn add(&self, filter: TraceFilter) {
        let mut filters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !filters.contains(&filter) {
            Arc::make_mut(&mut filters).push(filter);
        }
    }

    /// Removes all; returns how many there were.
    pub fn clear(&self) -> usize {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).len()
    }
}
