//! The catalog and a few stations, for the tests of the command language.

use std::sync::{Arc, LazyLock};

use super::Grammar;
use crate::ocpp::{Catalog, Role, Transport, Version};
use crate::trace::{LinkState, StationKey, StationRow, StationTable};

/// The embedded definitions.
pub(super) fn catalog() -> Arc<Catalog> {
    Catalog::embedded()
}

/// The grammar of that catalog.
pub(super) fn grammar() -> &'static Grammar {
    static GRAMMAR: LazyLock<Grammar> = LazyLock::new(|| Grammar::new(&catalog()));
    &GRAMMAR
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
        state,
        version: Some(Version::V1_5),
        transport: Some(Transport::WebSocket),
        ..StationRow::new(StationKey(key), identity, our_role)
    }))
}
