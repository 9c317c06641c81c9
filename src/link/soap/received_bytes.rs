//! Counts the bytes that come over a connection. The HTTP library does not report whether one was closed before an answer began or inside it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::link::network::ReadObserver;

/// How many bytes have come. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct ReceivedBytes(Arc<AtomicU64>);

impl ReceivedBytes {
    pub fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl ReadObserver for ReceivedBytes {
    fn came(&self, bytes: &[u8]) {
        self.0.fetch_add(bytes.len() as u64, Ordering::Relaxed);
    }
}
