//! The signals that ask the program to end, and the one that says that a stopped program continues. What follows from a signal is
//! decided by the front ends. Windows sends Ctrl-C, Ctrl-Break and the closing of the console window in their place, and has no job
//! control: a program cannot be stopped and continued there.

use std::io;

#[cfg(unix)]
use unix::{UnixContinuation as Continuation, UnixReceivers as Receivers};
#[cfg(not(unix))]
use windows::{ConsoleReceivers as Receivers, NoContinuation as Continuation};

/// A request from outside to end the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitSignal {
    /// SIGINT: Ctrl-C.
    Interrupt,
    /// SIGTERM; Ctrl-Break on Windows.
    Terminate,
    /// SIGHUP: the terminal is closed.
    HangUp,
}

impl ExitSignal {
    /// The number of the signal in POSIX. A program that ends by a signal returns 128 and this number.
    pub fn number(self) -> u8 {
        match self {
            ExitSignal::HangUp => 1,
            ExitSignal::Interrupt => 2,
            ExitSignal::Terminate => 15,
        }
    }
}

/// Receives the signals that ask the program to end.
#[derive(Debug)]
pub struct ExitSignals(Receivers);

impl ExitSignals {
    /// Signals are received from now on instead of ending the process. Must be called within a runtime that has I/O enabled.
    ///
    /// # Errors
    /// When the operating system refuses a handler.
    pub fn new() -> io::Result<ExitSignals> {
        Receivers::new().map(ExitSignals)
    }

    /// Waits for the next signal. A dropped future loses none.
    pub async fn recv(&mut self) -> ExitSignal {
        self.0.recv().await
    }
}

/// Receives the signal by which a shell continues a stopped program. Where there is no such signal it never arrives.
#[derive(Debug)]
pub struct ContinueSignal(Continuation);

impl ContinueSignal {
    /// The signal is received from now on. Must be called within a runtime that has I/O enabled.
    ///
    /// # Errors
    /// When the operating system refuses a handler.
    pub fn new() -> io::Result<ContinueSignal> {
        Continuation::new().map(ContinueSignal)
    }

    /// Waits until the program is continued.
    pub async fn recv(&mut self) {
        self.0.recv().await;
    }
}

/// Stops the process group as the terminal driver does on Ctrl-Z; the shell continues it. The kernel ignores the signal when no shell
/// could continue the group.
///
/// # Errors
/// When the signal cannot be sent, and always on systems without job control.
pub fn stop_process_group() -> io::Result<()> {
    #[cfg(unix)]
    return unix::stop_process_group();
    #[cfg(not(unix))]
    return Err(io::Error::new(io::ErrorKind::Unsupported, "this system cannot stop a program and continue it"));
}

/// Asks another process to end. On systems without such a signal nothing happens.
pub fn terminate(process: u32) {
    #[cfg(unix)]
    unix::terminate(process);
    #[cfg(not(unix))]
    let _ = process;
}

#[cfg(unix)]
mod unix {
    use std::io;

    use tokio::signal::unix::{Signal, SignalKind, signal};

    use super::ExitSignal;

    #[derive(Debug)]
    pub(super) struct UnixReceivers {
        interrupt: Signal,
        terminate: Signal,
        hang_up: Signal,
    }

    impl UnixReceivers {
        pub fn new() -> io::Result<UnixReceivers> {
            Ok(UnixReceivers {
                interrupt: signal(SignalKind::interrupt())?,
                terminate: signal(SignalKind::terminate())?,
                hang_up: signal(SignalKind::hangup())?,
            })
        }

        pub async fn recv(&mut self) -> ExitSignal {
            tokio::select! {
                _ = self.terminate.recv() => ExitSignal::Terminate,
                _ = self.hang_up.recv() => ExitSignal::HangUp,
                _ = self.interrupt.recv() => ExitSignal::Interrupt,
            }
        }
    }

    #[derive(Debug)]
    pub(super) struct UnixContinuation(Signal);

    impl UnixContinuation {
        pub fn new() -> io::Result<UnixContinuation> {
            signal(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw())).map(UnixContinuation)
        }

        pub async fn recv(&mut self) {
            self.0.recv().await;
        }
    }

    pub(super) fn terminate(process: u32) {
        if let Some(process) = i32::try_from(process).ok().and_then(rustix::process::Pid::from_raw) {
            // One that has ended needs no signal.
            let _ = rustix::process::kill_process(process, rustix::process::Signal::TERM);
        }
    }

    pub(super) fn stop_process_group() -> io::Result<()> {
        Ok(rustix::process::kill_current_process_group(rustix::process::Signal::TSTP)?)
    }
}

#[cfg(not(unix))]
mod windows {
    use std::io;

    use tokio::signal::windows::{CtrlBreak, CtrlC, CtrlClose, ctrl_break, ctrl_c, ctrl_close};

    use super::ExitSignal;

    #[derive(Debug)]
    pub(super) struct ConsoleReceivers {
        interrupt: CtrlC,
        terminate: CtrlBreak,
        hang_up: CtrlClose,
    }

    impl ConsoleReceivers {
        pub fn new() -> io::Result<ConsoleReceivers> {
            Ok(ConsoleReceivers { interrupt: ctrl_c()?, terminate: ctrl_break()?, hang_up: ctrl_close()? })
        }

        pub async fn recv(&mut self) -> ExitSignal {
            tokio::select! {
                _ = self.terminate.recv() => ExitSignal::Terminate,
                _ = self.hang_up.recv() => ExitSignal::HangUp,
                _ = self.interrupt.recv() => ExitSignal::Interrupt,
            }
        }
    }

    #[derive(Debug)]
    pub(super) struct NoContinuation;

    impl NoContinuation {
        pub fn new() -> io::Result<NoContinuation> {
            Ok(NoContinuation)
        }

        pub async fn recv(&mut self) {
            std::future::pending::<()>().await;
        }
    }
}
