//! Stations that speak SOAP and are passed on to a central system that does, too. Each HTTP exchange goes on as it came: the central system
//! gets the request of the station, and the station the answer. The addresses in the headers are the exception: commands must come here.
//!
//! | file | subject |
//! |---|---|
//! | `target` | which stations are passed on, and what goes with their requests |
//! | `respond` | an HTTP request to the port of the proxy: whose it is |
//! | `handles` | how requests reach pairs |
//! | `pair` | a pair and its two links; orders of the session |
//! | `exchange` | one HTTP exchange, from one side to the other and back |
//! | `travel` | what stops or changes a message on its way: plugins, rules, breakpoints |
//! | `answering` | calls that are answered here |
//! | `calling` | calls of ours |
//! | `reading` | a message as it is recorded |
//! | `addresses` | the addresses in the headers |

mod addresses;
mod answering;
mod calling;
mod exchange;
mod handles;
mod pair;
mod reading;
mod respond;
mod target;
mod travel;

pub(in crate::link) use respond::respond;
pub use target::{SoapRelayOptions, SoapRelayTarget};
