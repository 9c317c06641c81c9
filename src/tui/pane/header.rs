//! The first line: role, address, health of all stations, load, what is switched on, whether the trace follows. And the names of the panes
//! where only one fits.

use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use ratatui::style::Style;

use crate::ocpp::Role;
use crate::trace::{LinkState, StationTable};
use crate::tui::app::App;
use crate::tui::context::{CaptureMode, ReadContext};
use crate::tui::layout::Pane;
use crate::tui::widget::format;
use crate::tui::widget::{LineWriter, width_of};

/// A piece of the header. What does not fit is left out, the least important first.
struct HeaderPiece {
    text: String,
    style: Style,
    /// 0 is the most important.
    rank: u8,
}

/// Draws the header. True when something in it changes with the time.
pub fn header(app: &App, outside: &ReadContext<'_>, area: Rect, buffer: &mut Buffer) -> bool {
    let styles = &app.theme.styles;
    let trace = &app.trace;
    let (state, style) = if trace.paused() {
        (format!(" PAUSED +{} ", format::number(trace.held_back())), styles.state)
    } else if trace.following() {
        (" FOLLOW ".to_owned(), styles.state)
    } else if trace.unseen() > 0 {
        (format!(" ▼ {} new ", format::number(trace.unseen() as u64)), styles.header)
    } else {
        (" not following ".to_owned(), styles.header.patch(styles.muted))
    };
    let pieces = pieces(app, outside);
    let mut writer = LineWriter::new(buffer, area, 0);
    writer.text(" ocpp-tui", styles.header.patch(styles.title));
    let kept = fitting(&pieces, writer.room().saturating_sub(width_of(&state) + 2));
    for (piece, _) in pieces.iter().zip(kept).filter(|(_, kept)| *kept) {
        writer.text("  ", styles.header).text(&piece.text, styles.header.patch(piece.style));
    }
    writer.up_to_right(width_of(&state) + 1, ' ', styles.header).text(&state, style).fill(' ', styles.header);
    app.facts.rate().moves(outside.now.monotonic_micros)
}

/// Which pieces fit into so many columns.
fn fitting(pieces: &[HeaderPiece], mut room: usize) -> Vec<bool> {
    let mut order: Vec<usize> = (0..pieces.len()).collect();
    order.sort_by_key(|index| pieces[*index].rank);
    let mut kept = vec![false; pieces.len()];
    for index in order {
        let width = width_of(&pieces[index].text) + 2;
        if width <= room {
            room -= width;
            kept[index] = true;
        }
    }
    kept
}

/// The pieces from left to right: who we are, how the stations are, what is switched on.
fn pieces(app: &App, outside: &ReadContext<'_>) -> Vec<HeaderPiece> {
    let styles = &app.theme.styles;
    let (records, stations) = (outside.contents.records(), outside.contents.stations());
    let mut pieces = Vec::new();
    let mut add = |rank: u8, text: String, style: Style| pieces.push(HeaderPiece { text, style, rank });
    let role = role_name(app, stations);
    if !role.is_empty() {
        add(6, role.to_owned(), styles.muted);
    }
    if let Some(address) = address(&app.listening) {
        add(7, address, Style::new());
    }
    let base = app.stations.base();
    let (connected, total, errors) = if base.is_empty() {
        (stations.connected(), stations.rows().len(), stations.errors())
    } else {
        // Only where both ends of a few links are in this console, as in the demonstration.
        let ours = stations.rows().iter().filter(|row| base.parsed().matches_station(row));
        ours.fold((0, 0, 0), |(up, all, errors), row| {
            (up + usize::from(row.state == LinkState::Connected), all + 1, errors + row.errors)
        })
    };
    if total > 0 {
        let style = if connected == 0 { styles.error } else { styles.good };
        let glyph = if connected == 0 { '○' } else { '●' };
        add(2, format!("{glyph} {}/{} connected", format::number(connected as u64), format::number(total as u64)), style);
    }
    if errors > 0 {
        let faults = format::number(errors);
        add(3, format!("✗ {faults} fault{}", if errors == 1 { "" } else { "s" }), styles.error);
    }
    let rate = app.facts.rate();
    if rate.moves(outside.now.monotonic_micros) {
        let counts = rate.counts(outside.now.monotonic_micros);
        let per_second = rate.per_second(outside.now.monotonic_micros);
        let number = if per_second < 0.1 {
            "<0.1".to_owned()
        } else if per_second < 10.0 {
            format!("{per_second:.1}")
        } else {
            format::short_number(per_second as u64)
        };
        add(5, format!("{number} msg/s {}", format::graph(&counts)), Style::new());
    }
    // Held frames and rules come first: they are the reason why a peer gets no answer, or another one.
    match (outside.gate.count(), outside.gate.is_shut()) {
        (0, false) => {}
        (0, true) => add(0, "‖ holding".to_owned(), styles.warning),
        (waiting, _) => add(0, format!("‖ {} held", format::number(waiting as u64)), styles.warning),
    }
    let plural = |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
    if let Some(name) = outside.modes.misbehaviour {
        let more = match outside.modes.misbehaviours {
            0 | 1 => String::new(),
            all => format!(" +{}", all - 1),
        };
        add(0, format!("≠ {name}{more}"), styles.warning);
    }
    if outside.modes.networks > 0 {
        add(0, format!("≋ {}", plural(outside.modes.networks, "bad network")), styles.warning);
    }
    if outside.modes.rules > 0 {
        add(1, format!("⚑ {}", plural(outside.modes.rules, "rule")), styles.warning);
    }
    if outside.modes.plugins > 0 {
        add(1, format!("⚙ {}", plural(outside.modes.plugins, "plugin")), styles.warning);
    }
    if outside.modes.key_log {
        add(1, "⚿ TLS keys to file".to_owned(), styles.warning);
    }
    match outside.modes.capture {
        CaptureMode::Off => {}
        CaptureMode::On => add(1, "● capture".to_owned(), styles.warning),
        CaptureMode::Refused => add(0, "✗ capture".to_owned(), styles.error),
    }
    if app.areas().pane(Pane::Trace).area() == 0 && !app.trace.filter().is_empty() {
        add(1, "/ filtered".to_owned(), styles.key);
    }
    if records.evicted() > 0 {
        add(4, format!("{} dropped", format::number(records.evicted())), styles.muted);
    }
    if records.bytes() * 2 > records.limit() {
        let (used, limit) = (format::mebibytes(records.bytes()), format::mebibytes(records.limit()));
        add(8, format!("{used} of {limit} MiB"), styles.muted);
    }
    pieces
}

/// Which side we are.
fn role_name(app: &App, stations: &StationTable) -> &'static str {
    if stations.has_pairs() {
        let others = [stations.has_role(Role::CentralSystem), stations.has_role(Role::ChargePoint)];
        return match others {
            [true, true] => "proxy+cs+cp",
            [true, false] => "proxy+cs",
            [false, true] => "proxy+cp",
            [false, false] => "proxy",
        };
    }
    let is_central_system = !app.listening.is_empty() || stations.has_role(Role::CentralSystem);
    match (is_central_system, stations.has_role(Role::ChargePoint)) {
        (true, true) => "cs+cp",
        (true, false) => "cs",
        (false, true) => "cp",
        (false, false) => "",
    }
}

/// The title of the terminal's window: the state of the session for someone who looks at another window: `ocpp-tui cs 5/6 ✗3 ‖1`.
pub fn window_title(app: &App, outside: &ReadContext<'_>) -> String {
    let stations = outside.contents.stations();
    let mut words = vec!["ocpp-tui".to_owned(), role_name(app, stations).to_owned()];
    let total = stations.rows().len();
    words.push(if total > 0 { format!("{}/{total}", stations.connected()) } else { String::new() });
    for (count, sign) in [(stations.errors(), '✗'), (outside.gate.count() as u64, '‖')] {
        words.push(if count > 0 { format!("{sign}{count}") } else { String::new() });
    }
    words.retain(|word| !word.is_empty());
    words.join(" ")
}

/// The first address at which stations reach us, and what else there is.
fn address(listening: &[String]) -> Option<String> {
    let (first, rest) = listening.split_first()?;
    let others = rest.iter().filter(|address| !address.ends_with("(SOAP)")).count();
    let soap = if others < rest.len() { " +soap" } else { "" };
    let more = if others > 0 { format!(" +{others} more") } else { String::new() };
    Some(format!("{first}{soap}{more}"))
}

/// Draws the names of the panes.
pub fn tabs(app: &App, area: Rect, buffer: &mut Buffer) {
    if area.height == 0 {
        return;
    }
    let styles = &app.theme.styles;
    let mut writer = LineWriter::new(buffer, area, 0);
    for pane in Pane::ALL {
        let style = if pane == app.focus { styles.selection } else { styles.base };
        writer.text(&tab_name(pane), style).text(" ", styles.base);
    }
}

fn tab_name(pane: Pane) -> String {
    format!(" {} {} ", pane as usize + 1, pane.title())
}

/// The pane whose name is so many columns from the left of the line with the names.
pub fn tab_at(column: usize) -> Option<Pane> {
    let mut start = 0;
    Pane::ALL.into_iter().find(|pane| {
        let width = width_of(&tab_name(*pane));
        let found = (start..start + width).contains(&column);
        start += width + 1;
        found
    })
}

/// Asks for more room.
pub fn too_small(size: Size, area: Rect, buffer: &mut Buffer) {
    let size = format!("now {}×{}", size.width, size.height);
    let middle = (area.height.saturating_sub(1) / 2).saturating_sub(u16::from(area.height > 2));
    let style = Style::new();
    for (line, text) in ["enlarge me", &size].into_iter().enumerate() {
        let left = usize::from(area.width).saturating_sub(width_of(text)) / 2;
        LineWriter::new(buffer, area, middle + line as u16).blanks(left, style).text(text, style); // two lines
    }
}
