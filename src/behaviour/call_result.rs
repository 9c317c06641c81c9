//! Who asked for a call and wants to know how it ended. A behaviour hears of every call anyway; this is for callers beside it.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use super::CallOutcome;

/// How a call ended.
#[derive(Debug, Clone, PartialEq)]
pub enum CallResult {
    /// The peer sent a result.
    Result(Value),
    /// The peer sent an error.
    Error {
        /// The code as it stood in the message.
        code: String,
        /// The sentence with it, possibly empty.
        description: String,
    },
    /// No answer came in time.
    Timeout,
    /// The call never left, or the link was lost before its answer came.
    Lost,
}

impl From<CallOutcome<'_>> for CallResult {
    fn from(outcome: CallOutcome<'_>) -> CallResult {
        match outcome {
            CallOutcome::Result { payload, .. } => CallResult::Result(payload.clone()),
            CallOutcome::Error { code } => CallResult::Error { code: code.to_owned(), description: String::new() },
            CallOutcome::Timeout => CallResult::Timeout,
            CallOutcome::LinkLost => CallResult::Lost,
        }
    }
}

/// Is told how a call ended, exactly once: when it is dropped unused, that the call was lost.
pub struct CallObserver(Mutex<Option<Tell>>);

type Tell = Box<dyn FnOnce(CallResult) + Send>;

impl CallObserver {
    /// Calls `tell` when the call has ended, from the task of its link. It must not block.
    pub fn new(tell: impl FnOnce(CallResult) + Send + 'static) -> CallObserver {
        CallObserver(Mutex::new(Some(Box::new(tell))))
    }

    /// Tells it. What is told later is passed over.
    pub fn tell(&self, end: CallResult) {
        let tell = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(tell) = tell {
            tell(end);
        }
    }
}

impl Drop for CallObserver {
    fn drop(&mut self) {
        self.tell(CallResult::Lost);
    }
}

impl fmt::Debug for CallObserver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WhenEnded")
    }
}
