//! The probe of a station: it connects to us several times, and each time it is answered in another way. What it did is collected first and
//! judged afterwards by pure functions.
//!
//! | file | subject |
//! |---|---|
//! | `visit` | what the station did on one connection, and how it was answered |
//! | `listener` | one visit after the other: the sockets |
//! | `request_head` | the request of its handshake |
//! | `handshake_checks`, `link_checks`, `reconnect_checks` | the checks |

mod handshake_checks;
mod link_checks;
mod listener;
mod reconnect_checks;
mod request_head;
mod visit;

use super::check::ProbeCheck;

pub use listener::VisitNews;
pub(super) use listener::{StationListener, listen};
pub(super) use visit::{StationSeen, VisitPlan};

/// The checks in their order.
pub(super) const AREAS: &[&[ProbeCheck]] = &[handshake_checks::CHECKS, link_checks::CHECKS, reconnect_checks::CHECKS];
