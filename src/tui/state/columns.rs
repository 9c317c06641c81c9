//! The columns of the stations pane: their names and widths, which of them are shown, and how stations are sorted by them. How a
//! cell looks is in `pane`.

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
    /// How its link is protected.
    Security,
}

/// The identity gets at least this much.
pub const IDENTITY: usize = 8;
/// The identity gets at most this much before the other columns do; longer ones are cut in the middle.
const WIDEST_IDENTITY: usize = 24;
/// Selection, mark, health and a blank.
pub const MARGIN: usize = 5;
/// The connectors get this much when there is room: `1▶7.2kW 2·`.
const WIDEST_CONNECTORS: usize = 16;

/// All columns after the identity, in the order of the list of columns.
pub const COLUMNS: [Column; 15] = [
    Column::Connectors,
    Column::Errors,
    Column::Seen,
    Column::Transaction,
    Column::Rate,
    Column::Version,
    Column::Transport,
    Column::Waiting,
    Column::In,
    Column::Out,
    Column::Ping,
    Column::State,
    Column::Side,
    Column::Security,
    Column::Address,
];

/// The columns that are shown without a choice of the user, the most important first. Version and transport say something only when
/// stations differ in them, and the state only when a station is not connected, which the connectors column says then.
const DEFAULT: [Column; 11] = [
    Column::Connectors,
    Column::Errors,
    Column::Seen,
    Column::Version,
    Column::Transaction,
    Column::Transport,
    Column::Rate,
    Column::In,
    Column::Out,
    Column::Waiting,
    Column::Address,
];

/// The columns that are shown, as far as there is room, and where they come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColumnChoice {
    columns: Vec<Column>,
}

impl ColumnChoice {
    /// The columns that the user chose, in that order, by their headings; without a choice the default ones. What is no heading of a
    /// column is left out.
    pub fn new(chosen: Option<&[String]>, mixed_versions: bool, mixed_transports: bool) -> ColumnChoice {
        let columns = match chosen {
            Some(names) => names.iter().filter_map(|name| Column::named(name)).collect(),
            None => DEFAULT
                .into_iter()
                .filter(|column| match column {
                    Column::Version => mixed_versions,
                    Column::Transport => mixed_transports,
                    _ => true,
                })
                .collect(),
        };
        ColumnChoice { columns }
    }

    /// The columns, the most important first.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Which columns fit into a pane, with their widths. `widest` is the width of the widest identity.
    pub fn fit(&self, width: usize, widest: usize) -> ColumnLayout {
        let wanted = widest.clamp(IDENTITY, WIDEST_IDENTITY);
        let mut room = width.saturating_sub(MARGIN + IDENTITY + 1);
        let mut fitting = Vec::new();
        for column in &self.columns {
            // After the two most important columns a long identity gets its room.
            let reserved = if fitting.len() >= 2 { wanted - IDENTITY } else { 0 };
            if room >= column.width() + 1 + reserved {
                room -= column.width() + 1;
                fitting.push((*column, column.width()));
            }
        }
        let identity = (IDENTITY + room).min(wanted);
        room -= identity - IDENTITY;
        for (column, width) in &mut fitting {
            if *column == Column::Connectors {
                let more = room.min(WIDEST_CONNECTORS - *width);
                *width += more;
                room -= more;
            }
        }
        ColumnLayout { columns: fitting, identity: (identity + room).min(widest.max(IDENTITY)) }
    }

    /// The width at which the most important columns and the identities are shown in full.
    pub fn comfortable_width(&self, widest: usize) -> usize {
        let important = self.columns.iter().take(3);
        let widths = important.map(|column| column.width());
        MARGIN + widest.clamp(IDENTITY, WIDEST_IDENTITY) + widths.map(|width| width + 1).sum::<usize>() + 1
    }
}

/// The columns of a pane from left to right with their widths, and the width of the identity before them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnLayout {
    /// Columns and widths.
    pub columns: Vec<(Column, usize)>,
    /// The width of the identity.
    pub identity: usize,
}

impl ColumnLayout {
    /// Whether a column is shown.
    pub fn has(&self, column: Column) -> bool {
        self.columns.iter().any(|(shown, _)| *shown == column)
    }

    /// The column whose heading is at a distance from the left edge of the pane.
    pub fn column_at(&self, distance: usize) -> Option<Column> {
        let mut end = MARGIN + self.identity;
        if (MARGIN..end).contains(&distance) {
            return Some(Column::Identity);
        }
        for (column, width) in &self.columns {
            end += width + 1;
            if distance < end {
                return (distance >= MARGIN).then_some(*column);
            }
        }
        None
    }
}

impl Column {
    /// The column with this heading.
    pub fn named(heading: &str) -> Option<Column> {
        COLUMNS.into_iter().find(|column| column.heading() == heading)
    }

    /// What it shows, in a line.
    pub const fn meaning(self) -> &'static str {
        match self {
            Column::Identity => "identity of the station",
            Column::State => "state of the link",
            Column::Version => "version of OCPP",
            Column::Transport => "ws (WebSocket) or soap",
            Column::Connectors => "status and power of each connector, or the lost link",
            Column::Transaction => "newest running transaction",
            Column::Waiting => "our calls: in flight + waiting to be sent",
            Column::In => "messages received",
            Column::Out => "messages sent",
            Column::Rate => "messages of the last forty seconds",
            Column::Errors => "error frames, invalid frames, timeouts",
            Column::Ping => "round trip of the last ping",
            Column::Seen => "time since the last message",
            Column::Side => "real, or simulated by us",
            Column::Address => "other end of the link",
            Column::Security => "TLS, and how the station proves who it is",
        }
    }

    /// The heading.
    pub const fn heading(self) -> &'static str {
        match self {
            Column::Identity => "station",
            Column::State => "state",
            Column::Version => "ver",
            Column::Transport => "via",
            Column::Connectors => "connectors",
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
            Column::Security => "security",
        }
    }

    /// The width, without the blank before it.
    pub const fn width(self) -> usize {
        match self {
            Column::Identity => IDENTITY,
            Column::State => 11,
            Column::Version => 5,
            Column::Transport => 4,
            Column::Side => 5,
            Column::Connectors => 11,
            Column::Transaction => 6,
            Column::Waiting => 6,
            Column::In | Column::Out => 5,
            Column::Errors => 4,
            Column::Rate => 8,
            Column::Seen => 4,
            Column::Ping => 7,
            Column::Security => 8,
            Column::Address => 21,
        }
    }

    /// Whether its cells are aligned to the right.
    pub const fn right(self) -> bool {
        matches!(
            self,
            Column::Errors | Column::In | Column::Out | Column::Waiting | Column::Transaction | Column::Ping | Column::Seen
        )
    }

    /// Whether its order changes with traffic.
    pub const fn moves(self) -> bool {
        !matches!(
            self,
            Column::Identity | Column::Version | Column::Transport | Column::Side | Column::Address | Column::Security
        )
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
            Column::Side => u128::from(row.is_simulated()) + 2 * u128::from(row.is_pair()),
            // The weakest first.
            Column::Security => {
                row.security.map_or(u128::MAX, |security| 3 * u128::from(security.tls) + security.proof as u128)
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn headings(choice: &ColumnChoice, width: usize) -> String {
        let layout = choice.fit(width, 12);
        layout.columns.into_iter().map(|(column, _)| column.heading()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn columns_come_as_there_is_room() {
        let alike = ColumnChoice::new(None, false, false);
        assert_eq!(headings(&alike, 20), "err");
        assert_eq!(headings(&alike, 40), "connectors err seen");
        let mixed = ColumnChoice::new(None, true, true);
        assert_eq!(headings(&mixed, 50), "connectors err seen ver");
        assert_eq!(headings(&mixed, 200), "connectors err seen ver tx via rate in out calls address");
        for choice in [alike, mixed] {
            for width in 0..250 {
                for widest in [0, 12, 90] {
                    let ColumnLayout { columns, identity } = choice.fit(width, widest);
                    let used: usize = MARGIN + identity + columns.iter().map(|(_, width)| width + 1).sum::<usize>();
                    assert!(used <= width.max(MARGIN + IDENTITY), "{width} {widest}: {used}");
                }
            }
        }
    }

    #[test]
    fn the_user_chooses_columns_and_their_order() {
        let names = ["ping", "nonsense", "err", "state"].map(str::to_owned);
        let choice = ColumnChoice::new(Some(&names), true, true);
        assert_eq!(headings(&choice, 60), "ping err state");
        assert_eq!(headings(&choice, 25), "ping", "in the order of importance");
        assert_eq!(headings(&ColumnChoice::new(Some(&[]), true, true), 60), "");
    }

    #[test]
    fn a_heading_is_found_by_its_place() {
        let layout = ColumnChoice::new(None, false, false).fit(40, 8);
        let at = |distance| layout.column_at(distance).map(Column::heading);
        assert_eq!(at(0), None);
        assert_eq!(at(MARGIN), Some("station"));
        assert_eq!(at(MARGIN + layout.identity), Some("connectors"));
        let end = MARGIN + layout.identity + layout.columns.iter().map(|(_, width)| width + 1).sum::<usize>();
        assert_eq!((at(end - 1), at(end)), (Some("seen"), None));
    }
}
