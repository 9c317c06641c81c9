//! What comes during a handshake of TLS is kept: the offer of a client, and the bytes of a peer that speaks no TLS.

use std::sync::{Arc, Mutex, PoisonError};

use crate::link::network::{ObservedSocket, ReadObserver};

/// How much is kept; a ClientHello with keys for every group fits.
const KEPT: usize = 16 * 1024;

/// What came during a handshake. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct HandshakeTap(Arc<Mutex<Vec<u8>>>);

impl HandshakeTap {
    /// The bytes so far.
    pub fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// `None` once the handshake is over.
impl ReadObserver for Option<HandshakeTap> {
    fn came(&self, bytes: &[u8]) {
        let Some(tap) = self else { return };
        let mut kept = tap.0.lock().unwrap_or_else(PoisonError::into_inner);
        let room = KEPT.saturating_sub(kept.len());
        kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }
}

/// A socket below TLS.
pub(super) type TappedSocket<S> = ObservedSocket<S, Option<HandshakeTap>>;
