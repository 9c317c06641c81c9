//! Who asked for a call and wants to know how it ended. A behaviour hears of every call anyway; this is for callers beside it.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use super::Outcome;

/// How a call ended.
#[derive(Debug, Clone, PartialEq)]
pub enum CallEnd {
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

impl From<Outcome<'_>> for CallEnd {
    fn from(outcome: Outcome<'_>) -> CallEnd {
        match outcome {
            Outcome::Result { payload, .. } => CallEnd::Result(payload.clone()),
            Outcome::Error { code } => CallEnd::Error { code: code.to_owned(), description: String::new() },
            Outcome::Timeout => CallEnd::Timeout,
            Outcome::LinkLost => CallEnd::Lost,
        }
    }
}

/// Is told how a call ended, exactly once: when it is dropped unused, that the call was lost.
pub struct WhenEnded(Mutex<Option<Tell>>);

type Tell = Box<dyn FnOnce(CallEnd) + Send>;

impl WhenEnded {
    /// Calls `tell` when the call has ended, from the task of its link. It must not block.
    pub fn new(tell: impl FnOnce(CallEnd) + Send + 'static) -> WhenEnded {
        WhenEnded(Mutex::new(Some(Box::new(tell))))
    }

    /// Tells it. What is told later is passed over.
    pub fn tell(&self, end: CallEnd) {
        let tell = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(tell) = tell {
            tell(end);
        }
    }
}

impl Drop for WhenEnded {
    fn drop(&mut self) {
        self.tell(CallEnd::Lost);
    }
}

impl fmt::Debug for WhenEnded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WhenEnded")
    }
}
