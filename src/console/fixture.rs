//! A small catalog and a few stations, for the tests of the command language.

use std::sync::Arc;

use super::Grammar;
use crate::compose::fixture::{authorize_response, list, meter_values, optional, required, reset, start_transaction, text};
use crate::ocpp::{ActionDefinition, Catalog, Kind, Message, Role, Version};
use crate::trace::{LinkState, StationKey, StationRow, StationTable};

fn action(version: Version, initiator: Role, name: &str, request: Message, response: Message) -> ActionDefinition {
    ActionDefinition { name: Arc::from(name), version, initiator, request, response }
}

fn nothing() -> Message {
    Message::new(Vec::new())
}

fn data_transfer() -> Message {
    Message::new(vec![
        required("vendorId", "CiString255", text(255)),
        optional("messageId", "CiString50", text(50)),
        optional("data", "xs:string", Kind::Text { max_length: None }),
    ])
}

/// A few actions of 1.5 and 1.6.
pub(super) fn catalog() -> Catalog {
    let mut actions = Vec::new();
    for version in [Version::V1_5, Version::V1_6] {
        actions.extend([
            action(version, Role::ChargePoint, "Heartbeat", nothing(), nothing()),
            action(version, Role::ChargePoint, "StartTransaction", start_transaction(), authorize_response()),
            action(
                version,
                Role::ChargePoint,
                "Authorize",
                Message::new(vec![required("idTag", "IdToken", text(20))]),
                authorize_response(),
            ),
            action(version, Role::ChargePoint, "MeterValues", meter_values(), nothing()),
            action(version, Role::ChargePoint, "DataTransfer", data_transfer(), nothing()),
            action(version, Role::CentralSystem, "DataTransfer", data_transfer(), nothing()),
            action(version, Role::CentralSystem, "Reset", reset(), nothing()),
            action(
                version,
                Role::CentralSystem,
                "RemoteStartTransaction",
                Message::new(vec![required("idTag", "IdToken", text(20)), optional("connectorId", "xs:int", Kind::Integer)]),
                nothing(),
            ),
            action(
                version,
                Role::CentralSystem,
                "GetConfiguration",
                Message::new(vec![list(0, optional("key", "CiString50", text(50)))]),
                nothing(),
            ),
        ]);
    }
    Catalog::new(actions)
}

/// The grammar of that catalog.
pub(super) fn grammar() -> Grammar {
    Grammar::new(&catalog())
}

/// CP1, CP2 and `a,b` are connected to our central system, CP9 is gone; SIM is simulated and connected.
pub(super) fn stations() -> StationTable {
    let rows = [
        ("CP1", Role::CentralSystem, LinkState::Connected),
        ("CP2", Role::CentralSystem, LinkState::Connected),
        ("a,b", Role::CentralSystem, LinkState::Connected),
        ("CP9", Role::CentralSystem, LinkState::Gone),
        ("SIM", Role::ChargePoint, LinkState::Connected),
    ];
    StationTable::of(rows.into_iter().zip(0..).map(|((identity, our_role, state), key)| StationRow {
        key: StationKey(key),
        identity: identity.into(),
        our_role,
        state,
        version: Some(Version::V1_5),
        peer: None,
        url: None,
        last_seen_micros: 0,
        frames_in: 0,
        frames_out: 0,
        errors: 0,
        in_flight: 0,
        queued: 0,
        latency: None,
        round_trip: None,
    }))
}
