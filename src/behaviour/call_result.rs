//! How a call of ours ended: borrowed for the behaviour, owned for a caller elsewhere in the session.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

/// How a call ended.
#[derive(Debug, Clone, Copy)]
pub enum CallOutcome<'a> {
    /// The peer sent a result. `valid` is false when it breaks the definitions.
    Result {
        /// The result's payload.
        payload: &'a Value,
        /// Whether the payload conforms to the definitions.
        valid: bool,
    },
    /// The peer sent an error.
    Error {
        /// The code as it stood in the message, known or not.
        code: &'a str,
        /// The sentence with it, possibly empty.
        description: &'a str,
    },
    /// No answer came in time.
    Timeout,
    /// It could not be delivered over a link that stays, so no answer was awaited.
    Undelivered {
        /// Why, one sentence.
        reason: &'a str,
    },
    /// The call never left, or the link was lost before its answer came.
    LinkLost,
}

/// The owned form of a [`CallOutcome`].
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
    /// It could not be delivered over a link that stays, for this reason.
    Undelivered(String),
    /// The call never left, or the link was lost before its answer came.
    Lost,
}

impl From<CallOutcome<'_>> for CallResult {
    fn from(outcome: CallOutcome<'_>) -> CallResult {
        match outcome {
            CallOutcome::Result { payload, .. } => CallResult::Result(payload.clone()),
            CallOutcome::Error { code, description } => {
                CallResult::Error { code: code.to_owned(), description: description.to_owned() }
            }
            CallOutcome::Timeout => CallResult::Timeout,
            CallOutcome::Undelivered { reason } => CallResult::Undelivered(reason.to_owned()),
            CallOutcome::LinkLost => CallResult::Lost,
        }
    }
}

/// Gets the result of one call, exactly once. When it is dropped without a result, it gets [`CallResult::Lost`].
pub struct CallObserver(Mutex<Option<Notify>>);

type Notify = Box<dyn FnOnce(CallResult) + Send>;

impl CallObserver {
    /// Calls `notify` when the call has ended, from the task of its link. It must not block.
    pub fn new(notify: impl FnOnce(CallResult) + Send + 'static) -> CallObserver {
        CallObserver(Mutex::new(Some(Box::new(notify))))
    }

    /// Passes the result to the callback. A second result is ignored.
    pub fn notify(&self, end: CallResult) {
        let notify = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(notify) = notify {
            notify(end);
        }
    }
}

impl Drop for CallObserver {
    fn drop(&mut self) {
        self.notify(CallResult::Lost);
    }
}

impl fmt::Debug for CallObserver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CallObserver")
    }
}
