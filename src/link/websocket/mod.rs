//! WebSocket links in either role. The wire and the session are apart: `actor` owns the socket, a `session` decides what is sent. A
//! conversation in OCPP-J is one session; another one may pass frames through unread.
//!
//! | file | subject |
//! |---|---|
//! | `actor` | the socket of one link: reading, writing, pings, orders, closing |
//! | `session` | the contract between the actor and what stands on the link |
//! | `framing` | SRPC (OCPP-J) as the framing of a conversation, and the conversation as a session |
//! | `dialer`, `dial_error`, `backoff`, `url` | the connecting side |

mod actor;
mod backoff;
mod dial_error;
pub(super) mod dialer;
pub(super) mod framing;
mod session;
pub(super) mod url;

pub(super) use actor::{LinkUp, close, config, run};
