//! The list of the tables.

use super::ReportTable;
use super::actions::ActionsReport;
use super::faults::FaultsReport;
use super::station_traffic::StationTrafficReport;
use super::transactions::TransactionsReport;

/// Which table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReportKind {
    /// All transactions.
    Transactions,
    /// The traffic by action.
    Actions,
    /// The traffic by station.
    Stations,
    /// Everything that went wrong.
    Faults,
}

impl ReportKind {
    /// All tables, in the order of their keys.
    pub const ALL: [ReportKind; 4] = [ReportKind::Transactions, ReportKind::Actions, ReportKind::Stations, ReportKind::Faults];

    /// The command that shows it.
    pub const fn command(self) -> &'static str {
        match self {
            ReportKind::Transactions => "transactions",
            ReportKind::Actions | ReportKind::Stations => "stats",
            ReportKind::Faults => "faults",
        }
    }

    /// The table.
    pub fn report(self) -> &'static dyn ReportTable {
        match self {
            ReportKind::Transactions => &TransactionsReport,
            ReportKind::Actions => &ActionsReport,
            ReportKind::Stations => &StationTrafficReport,
            ReportKind::Faults => &FaultsReport,
        }
    }
}
