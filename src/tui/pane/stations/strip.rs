//! The selected station in some lines below the list: who it is, each connector with its transaction, calls, faults, load.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::limit_text;
use super::cell::{connector, seen, short_id};
use crate::ocpp::units;
use crate::trace::station_summary::{StationSummary, TransactionSummary};
use crate::trace::transactions::SeenTransaction;
use crate::trace::{LinkState, StationRow};
use crate::tui::app::App;
use crate::tui::context::{ReadContext, RedrawClock};
use crate::tui::widget::{LineWriter, format};

/// How many powers the graph of a transaction shows.
const GRAPH: usize = 12;

/// A line: pieces of text with their styles.
type StripLine = Vec<(String, Style)>;

/// Draws the lines, the most important first, as many as fit.
pub(super) fn strip(
    app: &App,
    row: &StationRow,
    outside: &ReadContext<'_>,
    area: Rect,
    buffer: &mut Buffer,
    clock: &mut RedrawClock,
) {
    if area.height == 0 {
        return;
    }
    let styles = &app.theme.styles;
    let version = row.version.map_or_else(String::new, |version| format!(" OCPP {} ─", version.number()));
    let name = format::cut_middle(&row.identity, usize::from(area.width).saturating_sub(16));
    LineWriter::new(buffer, area, 0)
        .text("── ", styles.rule)
        .text(&name, styles.title)
        .text(" ─", styles.rule)
        .text(&version, styles.rule)
        .fill('─', styles.rule);
    for (line, pieces) in (1..area.height).zip(lines(app, row, outside, clock)) {
        let mut writer = LineWriter::new(buffer, area, line);
        writer.blanks(1, styles.base);
        for (text, style) in pieces {
            writer.text(&text, styles.base.patch(style));
        }
    }
}

fn lines(app: &App, row: &StationRow, outside: &ReadContext<'_>, clock: &mut RedrawClock) -> Vec<StripLine> {
    let unknown = StationSummary::default();
    let facts = app.facts.of(row.key).unwrap_or(&unknown);
    let mut lines = vec![link(app, row, outside, clock)];
    for (place, known) in facts.connectors.iter().filter(|(place, known)| !place.is_station() || &*known.status != "Available")
    {
        let running = facts.running_at(*place);
        let (number, state) = (facts.short_place(*place), facts.state_at(*place, known));
        let (sign, style) = connector(state, &app.theme.styles);
        let error = known.error.as_ref().map_or_else(String::new, |error| format!(" {error}"));
        lines.push(vec![
            (format!("{number} {sign} {state}{error}"), style),
            (format!("  since {}", time(app, known.wall_micros)), app.theme.styles.muted),
        ]);
        if let Some(transaction) = running {
            lines.push(running_line(app, transaction));
        }
        let metered = app.facts.transactions().running_on(row.key, place.number());
        if let Some(seen) = metered.filter(|_| place.evse == 0 || running.is_some()) {
            lines.extend(meter_lines(app, seen, outside));
        }
    }
    lines.push(calls(app, row));
    lines.push(faults(app, row, facts, outside, clock));
    lines.push(load(app, facts, outside, clock));
    if let Some(boot) = &facts.boot {
        let field = |name: &str| boot.fields.iter().find(|(field, _)| &**field == name).map(|(_, value)| value.to_string());
        let parts = ["chargePointVendor", "chargePointModel", "vendorName", "model", "firmwareVersion"].map(field);
        lines.push(vec![(parts.into_iter().flatten().collect::<Vec<_>>().join(" "), app.theme.styles.muted)]);
    }
    lines
}

fn time(app: &App, wall_micros: i64) -> String {
    format::time_of_day(wall_micros, &app.zone)[..8].to_owned()
}

fn link(app: &App, row: &StationRow, outside: &ReadContext<'_>, clock: &mut RedrawClock) -> StripLine {
    let styles = &app.theme.styles;
    let (glyph, word, style) = super::state(row, outside, styles);
    let beyond = row.upstream.as_ref().map(|upstream| {
        let url = upstream.url.as_deref().unwrap_or("its central system");
        format!(" ⇄ {url}, {}", upstream.state)
    });
    let what = match (&row.url, row.peer, row.is_simulated()) {
        (Some(url), _, true) => format!("  simulated, calls {url}"),
        (None, _, true) => "  simulated".to_owned(),
        (_, Some(peer), false) => format!("  {peer}"),
        (_, None, false) => String::new(),
    };
    let age = seen(row, outside, clock).map_or_else(|| "  never seen".to_owned(), |age| format!("  seen {age}"));
    clock.every_second |= matches!(row.state, LinkState::Waiting { .. });
    vec![(format!("{glyph} {word}"), style), (age, styles.muted), (what + beyond.as_deref().unwrap_or_default(), styles.muted)]
}

fn running_line(app: &App, transaction: &TransactionSummary) -> StripLine {
    let styles = &app.theme.styles;
    vec![
        (format!("    {}", short_id(&transaction.id, 12)), styles.title),
        (format!("  tag {}", transaction.id_tag), styles.base),
        (format!("  since {}", time(app, transaction.began_micros)), styles.muted),
    ]
}

/// What the meter says of a running transaction: the power with a graph of its last values, energy, and the limit in force.
fn meter_lines(app: &App, transaction: &SeenTransaction, outside: &ReadContext<'_>) -> Vec<StripLine> {
    let styles = &app.theme.styles;
    let mut lines = Vec::new();
    if let Some(watts) = transaction.power() {
        let powers: Vec<u32> = transaction.last_powers(GRAPH).into_iter().map(|watts| watts.clamp(0.0, 4e9) as u32).collect();
        let current = transaction.current().map_or_else(String::new, |amperes| format!("  {}", units::current(amperes)));
        lines.push(vec![
            ("    power   ".to_owned(), styles.muted),
            (format::graph(&powers), styles.base),
            (format!("  {}{current}", units::power(watts)), styles.base),
        ]);
    }
    let energy = transaction.energy().map(units::energy);
    let limit = transaction.limit_at(outside.now.wall_micros).map(limit_text);
    if energy.is_some() || limit.is_some() {
        let mut line = vec![("    energy  ".to_owned(), styles.muted)];
        line.push((energy.unwrap_or_else(|| "·".to_owned()), styles.base));
        if let Some(limit) = limit {
            line.push(("   limit ".to_owned(), styles.muted));
            line.push((limit, styles.base));
        }
        lines.push(line);
    }
    lines
}

fn calls(app: &App, row: &StationRow) -> StripLine {
    let styles = &app.theme.styles;
    let mut line = vec![("calls   ".to_owned(), styles.muted)];
    line.push((format!("{} in flight, {} waiting", row.in_flight, row.queued), styles.base));
    if let Some(latency) = row.latency {
        line.push((format!("  last answer {}", format::duration(latency)), styles.muted));
    }
    line
}

fn faults(
    app: &App,
    row: &StationRow,
    facts: &StationSummary,
    outside: &ReadContext<'_>,
    clock: &mut RedrawClock,
) -> StripLine {
    let styles = &app.theme.styles;
    let name = ("faults  ".to_owned(), styles.muted);
    match facts.fault_micros {
        Some(at) if row.errors > 0 => {
            let (age, changes_in) = format::age(outside.now.monotonic_micros.saturating_sub(at));
            clock.at(outside.now.monotonic_micros + changes_in);
            let ago = if age == "now" { ", just now".to_owned() } else { format!(", the last {age} ago") };
            vec![name, (format!("{}{ago}", format::number(row.errors)), styles.error)]
        }
        _ => vec![name, ("none".to_owned(), styles.base)],
    }
}

fn load(app: &App, facts: &StationSummary, outside: &ReadContext<'_>, clock: &mut RedrawClock) -> StripLine {
    let styles = &app.theme.styles;
    let now = outside.now.monotonic_micros;
    clock.every_second |= facts.rate.moves(now);
    vec![
        ("rate    ".to_owned(), styles.muted),
        (format::graph(&facts.rate.counts(now)), styles.base),
        (format!("  {:.1}/s", facts.rate.per_second(now)), styles.base),
    ]
}
