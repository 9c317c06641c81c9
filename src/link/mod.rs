//! One actor per station: it owns the socket, correlates calls with answers, keeps time limits, and tells what happened.
//! Floor 1: it carries messages and never decides what to answer; a [`Behaviour`] does.

mod backoff;
mod behaviour;
mod call_end;
mod conversation;
mod dialer;
mod directory;
mod endpoint;
mod error_answer;
mod gate;
mod head;
mod held;
mod listener;
mod pending;
mod settings;
mod task;
mod url;
mod websocket;

pub use behaviour::{Answer, Behaviour, IncomingCall, Later, Moment, Outbox, Outcome, WantedCall};
pub use call_end::{CallEnd, WhenEnded};
pub use dialer::{Dial, keep_connected};
pub use directory::{Admission, Directory, LinkHandle, LinkInbox, LinkOrder};
pub use endpoint::{Endpoint, PathError, encode_identity};
pub use gate::Verdict;
pub use listener::{Reception, accept, bind};
pub use settings::{LinkSettings, SharedSettings};
pub use url::{CentralSystemUrl, UrlError};
pub use websocket::{LinkContext, PINGS_ENABLED, now};
