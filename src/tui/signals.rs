//! The signals that concern the screen. What follows from one is decided by the loop.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Signals that end the screen, and the one that tells that it goes on.
pub struct Signals {
    terminate: Signal,
    hang_up: Signal,
    interrupt: Signal,
    continue_batch: Signal,
}

impl Signals {
    /// Listens from now on.
    ///
    /// # Errors
    /// When the operating system refuses.
    pub fn new() -> std::io::Result<Signals> {
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            continue_batch: signal(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()))?,
        })
    }

    /// The next one; `None` for the one that tells that we were stopped and continued.
    pub async fn next(&mut self) -> Option<SignalKind> {
        tokio::select! {
            _ = self.terminate.recv() => Some(SignalKind::terminate()),
            _ = self.hang_up.recv() => Some(SignalKind::hangup()),
            _ = self.interrupt.recv() => Some(SignalKind::interrupt()),
            _ = self.continue_batch.recv() => None,
        }
    }

    /// Waits until we are continued after a stop.
    pub async fn continued(&mut self) {
        self.continue_batch.recv().await;
    }
}
