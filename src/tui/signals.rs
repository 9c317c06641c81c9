//! The signals that concern the screen. What follows from one is decided by the loop.

use std::io;

use crate::signals::{ContinueSignal, ExitSignal, ExitSignals};

/// Signals that end the screen, and the one that reports that a stopped program continues.
pub struct Signals {
    exit: ExitSignals,
    continued: ContinueSignal,
}

impl Signals {
    /// Receives signals from now on.
    ///
    /// # Errors
    /// When the operating system refuses a handler.
    pub fn new() -> io::Result<Signals> {
        Ok(Signals { exit: ExitSignals::new()?, continued: ContinueSignal::new()? })
    }

    /// The next one; `None` for the one that reports that the program was stopped and continued.
    pub async fn next(&mut self) -> Option<ExitSignal> {
        tokio::select! {
            signal = self.exit.recv() => Some(signal),
            () = self.continued.recv() => None,
        }
    }

    /// Waits until the program is continued after a stop.
    pub async fn continued(&mut self) {
        self.continued.recv().await;
    }
}
