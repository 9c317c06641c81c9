//! What a capture says of a station before its first event there: that it is known, its groups, and where it is called. What is spoken on its
//! link is said where that is known.

use crate::trace::{EventKind, RowKind, StationRow, StationTable};

/// The events that make the row of a station again. They make no records.
pub(super) fn known_station(stations: &StationTable, row: &StationRow) -> Vec<EventKind> {
    let (key, identity) = (row.key, (*row.identity).into());
    let added = match row.kind() {
        RowKind::Station(our_role) => EventKind::StationAdded { key, our_role, identity },
        RowKind::Pair => EventKind::PairAdded { key, identity },
    };
    let own = stations.groups().iter().filter(|group| group.members.binary_search(&key).is_ok());
    let groups = own.map(|group| EventKind::Grouped { group: group.name.clone() });
    let callback = row.callback.clone().map(|url| EventKind::Callback { url: Some(url) });
    std::iter::once(added).chain(groups).chain(callback).collect()
}

/// Whether an event says what was there before the record; its time is no time of the session.
pub(super) fn is_known_before(kind: &EventKind) -> bool {
    match kind {
        EventKind::Upstream(kind) => is_known_before(kind),
        EventKind::LinkKnown { .. } | EventKind::Grouped { .. } | EventKind::Callback { .. } => true,
        _ => false,
    }
}
