//! The table of summaries: which describer an action has in a version. It is a list of the areas, each of which is a file.

use super::action::ActionSummary;
use super::{
    configuration, data_transfer, local_list, maintenance, metering, remote_control, reservations, security, smart_charging,
    station_state, transactions, v2,
};
use crate::ocpp::Version;

/// OCPP 1.2 to 1.6, whose actions differ by few members.
const V1: &[&[ActionSummary]] = &[
    station_state::AREA,
    metering::AREA,
    transactions::AREA,
    configuration::AREA,
    remote_control::AREA,
    reservations::AREA,
    smart_charging::AREA,
    maintenance::AREA,
    security::AREA,
    data_transfer::AREA,
    local_list::AREA,
];

/// The row of an action, spelt exactly.
pub(super) fn row(version: Version, action: &str) -> Option<&'static ActionSummary> {
    let areas = match version {
        Version::V1_2 | Version::V1_5 | Version::V1_6 => V1,
        Version::V2_0_1 | Version::V2_1 => v2::AREAS,
    };
    areas.iter().flat_map(|area| area.iter()).find(|row| row.action == action)
}
