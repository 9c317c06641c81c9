//! The columns of the stations pane: their names and widths, which of them fit, and how stations are sorted by them. How a cell
//! looks is in `pane`.

use std::net::IpAddr;

use crate::trace::station_summary::StationSummary;
use crate::trace::{LinkState, StationRow};

/// A column.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Column {
    /// The identity.
    #[default]
    Identity,
    /// The state of its link.
    State,
    /// Its version.
    Version,
    /// The transport.
    Transport,
    /// The states of its connectors, a letter each.
    Connectors,
    /// The running transaction.
    Transaction,
    /// Our calls in flight and waiting.
    Waiting,
    /// Frames received.
    In,
    /// Frames sent.
    Out,
    /// The frames of the last forty seconds, as a graph.
    Rate,
    /// Errors.
    Errors,
    /// The round trip of the last ping.
    Ping,
    /// When the last frame was received.
    Seen,
    /// Real or simulated.
    Side,
    /// The other end of its link.
    Address,
}

/// The identity gets at least this much.
pub const IDENTITY: usize = 10;
/// Selection, mark, state and a blank.
pub const MARGIN: usize = 5;

/// All columns after the identity, from left to right.
const ORDER: [Column; 14] = [
    Column::State,
    Column::Version,
    Column::Transport,
    Column::Connectors,
    Column::Transaction,
    Column::Waiting,
    Column::In,
    Column::Out,
    Column::Rate,
    Column::Errors,
    Column::Ping,
    Column::Seen,
    Column::Side,
    Column::Address,
];

/// The same, most important first: the order in which they get room.
const IMPORTANCE: [Column; 14] = [
    Column::State,
    Column::Version,
    Column::Connectors,
    Column::Errors,
    Column::Transaction,
    Column::Rate,
    Column::In,
    Column::Seen,
    Column::Out,
    Column::Waiting,
    Column::Transport,
    Column::Ping,
    Column::Side,
    Column::Address,
];

impl Column {
    /// The heading.
    pub const fn heading(self) -> &'static str {
        match self {
            Column::Identity => "identity",
            Column::State => "state",
            Column::Version => "ver",
            Column::Transport => "via",
            Column::Connectors => "conn",
            Column::Transaction => "tx",
            Column::Waiting => "calls",
            Column::In => "in",
            Column::Out => "out",
            Column::Rate => "rate",
            Column::Errors => "err",
            Column::Ping => "ping",
            Column::Seen => "seen",
            Column::Side => "side",
            Column::Address => "address",
        }
    }

    /// The width, without the blank before it.
    pub const fn width(self) -> usize {
        match self {
            Column::Identity => IDENTITY,
            Column::State => 11,
            Column::Version => 3,
            Column::Transport => 4,
            Column::Connectors | Column::Side => 5,
            Column::Transaction => 6,
            Column::Waiting => 6,
            Column::In | Column::Out => 5,
            Column::Errors => 4,
            Column::Rate | Column::Seen => 8,
            Column::Ping => 7,
            Column::Address => 21,
        }
    }

    /// Whether its cells are aligned to the right.
    pub const fn right(self) -> bool {
        matches!(self, Column::Errors | Column::In | Column::Out | Column::Waiting | Column::Transaction | Column::Ping)
    }

    /// Whether its order changes with traffic.
    pub const fn moves(self) -> bool {
        !matches!(self, Column::Identity | Column::Version | Column::Transport | Column::Side | Column::Address)
    }

    /// The rank of a station in the order of this column, most interesting first. Equal places are ordered by identity.
    pub fn place(self, row: &StationRow, facts: Option<&StationSummary>, now_micros: u64) -> u128 {
        let most_first = |count: u64| u128::from(u64::MAX - count);
        let shortest = |time: Option<std::time::Duration>| time.map_or(0, |time| time.as_micros() as u64);
        match self {
            Column::Identity => 0,
            Column::State => match row.state {
                LinkState::Connected => 0,
                LinkState::Connecting => 1,
                LinkState::Waiting { .. } => 2,
                LinkState::New => 3,
                LinkState::Gone => 4,
            },
            Column::Version => row.version.map_or(u128::MAX, |version| version as u128),
            Column::Transport => row.transport.map_or(u128::MAX, |transport| transport as u128),
            Column::Connectors => {
                let worst =
                    facts.into_iter().flat_map(|facts| facts.connectors.values()).map(|connector| severity(&connector.status));
                worst.min().unwrap_or(u128::MAX)
            }
            Column::Transaction => {
                let newest = facts.and_then(|facts| facts.running().last()).map(|transaction| transaction.began_micros);
                newest.map_or(u128::MAX, |began| most_first(began.unsigned_abs()))
            }
            Column::Waiting => most_first(u64::from(row.in_flight) + u64::from(row.queued)),
            Column::In => most_first(row.frames_in),
            Column::Out => most_first(row.frames_out),
            Column::Rate => {
                let counts = facts.map(|facts| facts.rate.counts(now_micros)).unwrap_or_default();
                most_first(counts.iter().map(|count| u64::from(*count)).sum())
            }
            Column::Errors => most_first(row.errors),
            Column::Ping => most_first(shortest(row.round_trip)),
            Column::Seen => most_first(row.last_seen_micros.unsigned_abs()),
            Column::Side => u128::from(row.is_simulated()),
            Column::Address => match row.peer.map(|peer| peer.ip()) {
                Some(IpAddr::V4(address)) => u128::from(address.to_bits()),
                Some(IpAddr::V6(address)) => address.to_bits().max(1 << 32),
                None => u128::MAX,
            },
        }
    }
}

/// What deserves attention comes first.
fn severity(status: &str) -> u128 {
    match status {
        "Faulted" => 0,
        "Unavailable" => 1,
        "Charging" | "Occupied" => 2,
        "Available" => 9,
        _ => 3,
    }
}

/// The columns that fit after the identity, from left to right, and the width of the identity.
pub fn fit(width: usize, widest: usize) -> (Vec<Column>, usize) {
    let mut room = width.saturating_sub(MARGIN + IDENTITY + 1);
    let mut chosen = Vec::new();
    // Long identities get some more room before the less important columns do.
    let wanted = widest.clamp(IDENTITY, 24) - IDENTITY;
    for (index, column) in IMPORTANCE.into_iter().enumerate() {
        let reserved = if index >= 2 { wanted } else { 0 };
        if room >= column.width() + 1 + reserved {
            room -= column.width() + 1;
            chosen.push(column);
        }
    }
    let columns = ORDER.into_iter().filter(|column| chosen.contains(column)).collect();
    (columns, (IDENTITY + room).min(widest.max(IDENTITY)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_come_as_there_is_room() {
        let names = |width| fit(width, 12).0.into_iter().map(Column::heading).collect::<Vec<_>>().join(" ");
        assert_eq!(names(20), "ver");
        assert_eq!(names(40), "state ver conn");
        assert_eq!(names(56), "state ver conn tx err");
        assert_eq!(names(200), "state ver via conn tx calls in out rate err ping seen side address");
        for width in 0..250 {
            for widest in [0, 12, 90] {
                let (columns, identity) = fit(width, widest);
                let used: usize = MARGIN + identity + columns.iter().map(|column| column.width() + 1).sum::<usize>();
                assert!(used <= width.max(MARGIN + IDENTITY), "{width} {widest}: {used}");
            }
        }
    }
}
