//! Connections that can end with a reset.

use tokio::io::DuplexStream;

/// A connection that can end with a reset.
pub(in crate::link) trait AbortiveClose {
    /// When it is dropped, the peer gets a reset instead of an orderly end, where the network knows one.
    fn abort_when_dropped(&self);
}

/// A pipe has no reset.
impl AbortiveClose for DuplexStream {
    fn abort_when_dropped(&self) {}
}
