//! One actor per station: it owns the socket, correlates calls with answers, keeps time limits, and tells what happened.
//! Floor 1: it carries messages and never decides what to answer; a [`Behaviour`] does.

mod backoff;
mod behaviour;
mod call_end;
mod chance;
mod clock;
mod conversation;
mod dialer;
mod directory;
mod end;
mod endpoint;
mod framing;
mod head;
mod hold;
mod inspected;
mod inspection;
mod listener;
mod network;
mod pending;
mod settings;
mod soap;
mod srpc;
mod task;
mod undecided;
mod url;
mod websocket;

pub use behaviour::{Answer, Behaviour, IncomingCall, Later, Moment, Outbox, Outcome, WantedCall};
pub use call_end::{CallEnd, WhenEnded};
pub use chance::fresh_id;
pub use clock::{FollowedClock, follow_runtime, now};
pub use dialer::{Dial, keep_connected};
pub use directory::{Admission, Directory, LinkHandle, LinkInbox, LinkOrder};
pub use end::{CLOSED_BY_US, CUT_BY_US, REPLACED, SESSION_ENDS};
pub use endpoint::{Endpoint, PathError, encode_identity};
pub use hold::{Fate, Gate, HeldFrame};
pub use inspection::Verdict;
pub use listener::{Reception, accept};
pub use network::{Listener, Network};
pub use settings::{LinkSettings, SharedSettings};
pub use soap::{HttpUrl, SoapService, keep_serving};
pub use url::{CentralSystemUrl, UrlError};
pub use websocket::{LinkContext, PINGS_ENABLED};
