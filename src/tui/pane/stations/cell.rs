//! What a line of the stations pane says: the health of a station, its connectors, the cells of the columns.

use ratatui::style::Style;

use crate::ocpp::{Transport, units};
use crate::trace::station_summary::{ConnectorPlace, StationSummary};
use crate::trace::{LinkState, StationRow};
use crate::tui::app::App;
use crate::tui::context::{ReadContext, RedrawClock};
use crate::tui::state::Column;
use crate::tui::theme::Styles;
use crate::tui::widget::{LineWriter, format, width_of};

/// How long a fault marks its station, in microseconds.
pub(super) const FAULT_SHOWN: u64 = 300_000_000;

/// The state as glyph and word, and its style. A station that we simulate is a diamond, so that the two ends of a link in one console
/// differ also where there is no room for a column.
pub fn state(row: &StationRow, outside: &ReadContext<'_>, styles: &Styles) -> (&'static str, String, Style) {
    if let Some(upstream) = &row.upstream {
        return pair_state(row.state, upstream.state, outside, styles);
    }
    match row.state {
        LinkState::New => ("·", "new".to_owned(), styles.muted),
        LinkState::Connecting => ("◌", "connecting".to_owned(), styles.warning),
        LinkState::Connected => (if row.is_simulated() { "◆" } else { "●" }, "connected".to_owned(), styles.good),
        LinkState::Waiting { until_micros } => {
            ("↻", format!("retry {}", format::countdown(until_micros, outside.now.monotonic_micros)), styles.warning)
        }
        LinkState::Gone => (if row.is_simulated() { "◇" } else { "○" }, "gone".to_owned(), styles.muted),
    }
}

/// The same of a pair: both links count, and what is wrong with the one to the central system is said.
fn pair_state(
    station: LinkState,
    upstream: LinkState,
    outside: &ReadContext<'_>,
    styles: &Styles,
) -> (&'static str, String, Style) {
    match (station, upstream) {
        (LinkState::Connected, LinkState::Connected) => ("⇄", "passed on".to_owned(), styles.good),
        (LinkState::Connected, LinkState::Waiting { until_micros }) => {
            ("⇄", format!("upstream in {}", format::countdown(until_micros, outside.now.monotonic_micros)), styles.warning)
        }
        (LinkState::Connected, _) => ("⇄", "no upstream".to_owned(), styles.error),
        (_, LinkState::Connecting) => ("◌", "connecting".to_owned(), styles.warning),
        (LinkState::New, LinkState::New) => ("·", "new".to_owned(), styles.muted),
        (LinkState::New, _) => ("⇹", "refused".to_owned(), styles.error),
        _ => ("⇹", "gone".to_owned(), styles.muted),
    }
}

/// The sign and the style of a connector's status.
pub fn connector(status: &str, styles: &Styles) -> (char, Style) {
    match status {
        "Available" => ('·', styles.muted),
        "Occupied" => ('■', styles.base),
        "Preparing" | "EVConnected" => ('▷', styles.base),
        "Charging" => ('▶', styles.active),
        "SuspendedEV" | "SuspendedEVSE" => ('‖', styles.base),
        "Finishing" => ('■', styles.base),
        "Reserved" => ('◷', styles.base),
        "Unavailable" => ('⊘', styles.muted),
        "Faulted" => ('✗', styles.error),
        _ => ('?', styles.muted),
    }
}

/// How a station is: broken lately or now, else the state of its link.
pub(super) fn health(app: &App, row: &StationRow, outside: &ReadContext<'_>, clock: &mut RedrawClock) -> (&'static str, Style) {
    let styles = &app.theme.styles;
    if row.state == LinkState::Connected
        && let Some(facts) = app.facts.of(row.key)
    {
        let fault_ends = facts.fault_micros.map(|at| at + FAULT_SHOWN).filter(|ends| *ends > outside.now.monotonic_micros);
        if let Some(ends) = fault_ends {
            clock.at(ends);
        }
        if fault_ends.is_some() || facts.connectors.values().any(|connector| &*connector.status == "Faulted") {
            return ("✗", styles.error);
        }
    }
    let upstream = row.upstream.as_ref().map(|upstream| upstream.state);
    clock.every_second |= [Some(row.state), upstream].iter().any(|state| matches!(state, Some(LinkState::Waiting { .. })));
    let (glyph, _, style) = state(row, outside, styles);
    (glyph, style)
}

/// The text of a cell and its style.
pub(super) fn cell(
    app: &App,
    row: &StationRow,
    outside: &ReadContext<'_>,
    column: Column,
    clock: &mut RedrawClock,
) -> (String, Style) {
    let styles = &app.theme.styles;
    let nothing = || ("·".to_owned(), styles.muted);
    let facts = app.facts.of(row.key);
    match column {
        Column::Identity => (row.identity.to_string(), styles.base),
        Column::State => {
            let (_, word, style) = state(row, outside, styles);
            (word, style)
        }
        Column::Version => match row.version {
            Some(version) => (version.number().to_owned(), styles.base),
            None => nothing(),
        },
        Column::Transport => match row.transport {
            Some(Transport::Soap) => ("soap".to_owned(), styles.muted),
            Some(Transport::WebSocket) => ("ws".to_owned(), styles.muted),
            None => nothing(),
        },
        Column::Connectors => nothing(),
        Column::Transaction => match facts.and_then(|facts| facts.running().last()) {
            Some(transaction) => (short_id(&transaction.id, column.width()), styles.base),
            None => nothing(),
        },
        Column::Waiting if row.in_flight + row.queued == 0 => nothing(),
        Column::Waiting => (format!("{}+{}", row.in_flight, row.queued), styles.base),
        Column::In => (format::short_number(row.frames_in), styles.base),
        Column::Out => (format::short_number(row.frames_out), styles.base),
        Column::Rate => {
            let now = outside.now.monotonic_micros;
            clock.every_second |= facts.is_some_and(|facts| facts.rate.moves(now));
            let counts = facts.map(|facts| facts.rate.counts(now)).unwrap_or_default();
            (format::graph(&counts), styles.muted)
        }
        Column::Errors if row.errors == 0 => nothing(),
        Column::Errors => (format::short_number(row.errors), styles.error),
        Column::Ping => match row.round_trip {
            Some(round_trip) => (format::duration(round_trip), styles.muted),
            None => nothing(),
        },
        Column::Seen => (seen(row, outside, clock).unwrap_or_else(|| "·".to_owned()), styles.muted),
        Column::Side if row.is_pair() => ("proxy".to_owned(), styles.muted),
        Column::Side => (if row.is_simulated() { "sim" } else { "real" }.to_owned(), styles.muted),
        Column::Security => match row.security {
            Some(security) => (security.words().to_owned(), if security.tls { styles.good } else { styles.muted }),
            None => nothing(),
        },
        Column::Address => match row.peer {
            Some(peer) => (peer.to_string(), styles.muted),
            None => nothing(),
        },
    }
}

/// The id of a transaction, a number with its sign. Of a long one the end is shown: it is what differs.
pub fn short_id(id: &str, width: usize) -> String {
    let is_number = id.parse::<i64>().is_ok();
    let text = if is_number { format!("#{id}") } else { id.to_owned() };
    match text.chars().count().checked_sub(width) {
        None | Some(0) => text,
        Some(over) => format!("…{}", text.chars().skip(over + 1).collect::<String>()),
    }
}

/// How long ago the station last sent something; `None` when it never did.
pub(super) fn seen(row: &StationRow, outside: &ReadContext<'_>, clock: &mut RedrawClock) -> Option<String> {
    if row.last_seen_micros == 0 {
        return None;
    }
    let past = u64::try_from(outside.now.wall_micros - row.last_seen_micros).unwrap_or(0);
    let (text, changes_in) = format::age(past);
    clock.at(outside.now.monotonic_micros + changes_in);
    Some(text)
}

/// The connectors with number, sign and power; connector 0, the station as a whole, only when it is not available. Where that does not
/// fit, only the signs.
pub(super) fn connectors(
    app: &App,
    row: &StationRow,
    style: &impl Fn(Style) -> Style,
    width: usize,
    writer: &mut LineWriter<'_>,
) {
    let styles = &app.theme.styles;
    let unknown = StationSummary::default();
    let facts = app.facts.of(row.key).unwrap_or(&unknown);
    let known = facts.connectors.iter().filter(|(place, known)| !place.is_station() || &*known.status != "Available");
    // Each takes two columns at least.
    let known = known.take(width / 2 + 1);
    let all: Vec<(ConnectorPlace, &str)> = known.map(|(place, known)| (*place, facts.state_at(*place, known))).collect();
    let full = |(place, status): &(ConnectorPlace, &str)| {
        let (sign, style) = connector(status, styles);
        let power = power(app, row, *place).unwrap_or_default();
        (format!("{}{sign}{power}", facts.short_place(*place)), style)
    };
    let short = |(_, status): &(ConnectorPlace, &str)| {
        let (sign, style) = connector(status, styles);
        (sign.to_string(), style)
    };
    let width_with = |pieces: &[(String, Style)], gap: usize| {
        pieces.iter().map(|(text, _)| width_of(text)).sum::<usize>() + pieces.len().saturating_sub(1) * gap
    };
    let (mut pieces, mut gap) = (all.iter().map(full).collect::<Vec<_>>(), 1);
    if width_with(&pieces, gap) > width {
        (pieces, gap) = (all.iter().map(short).collect(), 0);
    }
    if width_with(&pieces, gap) > width {
        pieces.truncate(width - 1);
        pieces.push(("…".to_owned(), styles.muted));
    }
    if pieces.is_empty() {
        pieces.push(("·".to_owned(), styles.muted));
    }
    let used = width_with(&pieces, gap);
    for (index, (text, its_style)) in pieces.iter().enumerate() {
        writer.blanks(if index > 0 { gap } else { 0 }, style(styles.base)).text(text, style(*its_style));
    }
    writer.blanks(width.saturating_sub(used), style(styles.base));
}

/// The power at a connector, when its running transaction reports it: `7.2kW`.
fn power(app: &App, row: &StationRow, place: ConnectorPlace) -> Option<String> {
    let facts = app.facts.of(row.key)?;
    let is_elsewhere = place.evse > 0 && facts.running_at(place).is_none();
    let running = app.facts.transactions().running_on(row.key, place.number()).filter(|_| !is_elsewhere);
    let watts = running?.power()?;
    Some(units::power(watts).replace(' ', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_transaction_id_the_end_is_shown() {
        assert_eq!([short_id("33", 6), short_id("196012", 6)], ["#33", "…96012"]);
        assert_eq!([short_id("t-1", 6), short_id("3f2c-99ä1", 6)], ["t-1", "…-99ä1"]);
    }
}
