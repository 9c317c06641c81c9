//! The probe: what a peer supports and which rules it breaks, found out check by check. A check is a row of a table with the clause that
//! asks for it; what came is judged by pure functions. It sends nothing that changes the state of the peer, unless that is allowed.
//!
//! | part | subject |
//! |---|---|
//! | `options`, `target` | what is probed, and how |
//! | `check`, `judgement` | the row of a check, and its verdict |
//! | `central/` | the checks of a central system, a file an area |
//! | `service/` | the checks of a SOAP central system |
//! | `station/` | the same for a station that connects to us |
//! | `session`, `runner`, `station_runner` | opening connections, running the checks in their order |
//! | `client/` | the client: HTTP and WebSocket as bytes |
//! | `report/` | the result as a table, JSON or JUnit |

mod central;
mod check;
mod client;
mod judgement;
mod link_script;
mod milliseconds;
mod options;
mod probe_error;
pub mod report;
mod runner;
mod service;
mod session;
mod station;
mod station_runner;
mod target;

pub use check::{CheckNeed, ProbeArea, ProbeCheck};
pub use judgement::{CheckJudgement, ProbeVerdict};
pub use options::{ProbeOptions, ProbePassword, ProbeSecurity, own_certificate};
pub use probe_error::ProbeError;
pub use report::ProbeReport;
pub use runner::{CheckProgress, checks, probe, select};
pub use station::VisitNews;
pub use station_runner::{ALL_VISITS, StationOptions, probe_station, select_station, station_checks};
pub use target::ProbeTarget;
