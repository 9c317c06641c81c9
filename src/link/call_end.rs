//! Who asked for a call and wants to know how it ended. A behaviour hears of every call anyway; this is for callers beside it.

use std::fmt;

use serde_json::Value;

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

/// Is told how a call ended, exactly once: when it is dropped unused, that the call was lost.
pub struct WhenEnded(Option<Box<dyn FnOnce(CallEnd) + Send>>);

impl WhenEnded {
    /// Calls `tell` when the call has ended, from the task of its link. It must not block.
    pub fn new(tell: impl FnOnce(CallEnd) + Send + 'static) -> WhenEnded {
        WhenEnded(Some(Box::new(tell)))
    }

    /// Tells it.
    pub fn tell(mut self, end: CallEnd) {
        if let Some(tell) = self.0.take() {
            tell(end);
        }
    }
}

impl Drop for WhenEnded {
    fn drop(&mut self) {
        if let Some(tell) = self.0.take() {
            tell(CallEnd::Lost);
        }
    }
}

impl fmt::Debug for WhenEnded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WhenEnded")
    }
}
