//! Many simulated stations as one: who they are and what happens at them by chance and seed, the load that they put on a central system,
//! and the report about it. A station is one of the hub; what it answers is in `simulator`.

mod call_load;
mod fleet_figures;
mod fleet_glance;
mod fleet_mix;
mod fleet_report;
mod fleet_run;
mod fleet_table;
mod identity_pattern;
mod report_limits;
mod report_page;
mod station_plan;
mod traffic_count;
mod transaction_count;

pub use call_load::LoadPace;
pub use fleet_glance::FleetGlance;
pub use fleet_mix::{FleetMix, FleetMixError, NumberSpread, StationGroup, TransportWord};
pub use fleet_report::{ActionReport, FleetReport, IntervalReport, ReportMergeError};
pub use fleet_run::{FleetChange, FleetEnd, FleetHandle, FleetOptions, FleetState};
pub use fleet_table::{FleetTable, FleetTableError};
pub use identity_pattern::{IdentityPattern, IdentityPatternError};
pub use report_limits::{LimitSentence, ReportLimits, ReportLimitsError};
pub use report_page::report_text;
pub use station_plan::StationPlan;
pub use transaction_count::TransactionReport;

#[cfg(test)]
mod tests;
