//! Summaries of OCPP 2.x, which names an EVSE beside the connector, writes tokens as objects, and gives a reason with a status. One file for
//! each area, and `parts` for what they share. What OCPP 2.x has in common with 1.x is called there.

mod authorization;
mod certificates;
mod device_model;
mod energy_resources;
mod event_streams;
mod information;
mod maintenance;
mod metering;
mod monitoring;
mod parts;
mod remote_control;
mod reservations;
mod smart_charging;
mod station_state;
mod tariffs;
mod transactions;

use super::action::ActionSummary;
#[cfg(test)]
use super::action::SummaryExample;
use super::data_transfer;

/// All areas.
pub(super) const AREAS: &[&[ActionSummary]] = &[
    station_state::AREA,
    authorization::AREA,
    transactions::AREA,
    metering::AREA,
    remote_control::AREA,
    reservations::AREA,
    device_model::AREA,
    monitoring::AREA,
    smart_charging::AREA,
    maintenance::AREA,
    certificates::AREA,
    information::AREA,
    tariffs::AREA,
    energy_resources::AREA,
    event_streams::AREA,
    data_transfer::AREA,
];

#[cfg(test)]
pub(super) const EXAMPLES: &[&[SummaryExample]] = &[
    station_state::EXAMPLES,
    authorization::EXAMPLES,
    transactions::EXAMPLES,
    metering::EXAMPLES,
    remote_control::EXAMPLES,
    reservations::EXAMPLES,
    device_model::EXAMPLES,
    monitoring::EXAMPLES,
    smart_charging::EXAMPLES,
    maintenance::EXAMPLES,
    certificates::EXAMPLES,
    information::EXAMPLES,
    tariffs::EXAMPLES,
    energy_resources::EXAMPLES,
    event_streams::EXAMPLES,
    data_transfer::EXAMPLES_2,
];
