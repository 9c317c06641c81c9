//! WebSocket links in either role. The wire and the session are apart: `actor` owns the socket, a `session` decides what is sent. A
//! conversation in OCPP-J is one session; another one may pass frames through unread.
//!
//! | file | subject |
//! |---|---|
//! | `actor` | the socket of one link: reading, writing, pings, orders |
//! | `closing` | the closing handshake |
//! | `session` | the contract between the actor and what stands on the link |
//! | `watched_socket` | the socket below it, for what the library does not report of a close frame |
//! | `framing` | SRPC (OCPP-J) as the framing of a conversation, and the conversation as a session |
//! | `dialer`, `dial_error`, `backoff`, `url` | the connecting side |

mod actor;
mod backoff;
mod closing;
pub(super) mod dial_error;
pub(super) mod dialer;
pub(super) mod framing;
mod impaired;
mod session;
pub(super) mod url;
mod watched_socket;

pub(super) use actor::{LinkUp, config, run, run_session};
pub(super) use backoff::Backoff;
pub(super) use closing::close;
pub(super) use session::{LinkSession, SessionTurn};
pub(super) use watched_socket::WatchedSocket;
