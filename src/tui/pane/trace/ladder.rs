//! The ladder: the lines of one station as arrows between it and us, with the time at the left and the latency at the right. A call is a
//! solid line, its answer a broken one.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::outcome::ExchangeOutcome;
use super::row::TraceRow;
use super::sign::{letter, verdict_sign, word};
use crate::ocpp::{Role, Version};
use crate::trace::{Direction, FrameKind, FrameVerdict, LinkState, PairLegs, RecordKind};
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::widget::{LineWriter, format, head, width_of};

/// The room for latencies at the right.
const LATENCY: usize = 9;
/// The longest rung.
const WIDEST: usize = 100;

/// The names above the two sides.
pub(super) fn names(app: &App, outside: &ReadContext<'_>, time: usize, area: Rect, buffer: &mut Buffer) {
    let styles = &app.theme.styles;
    let Some(row) = app.trace.only().and_then(|key| outside.contents.stations().get(key)) else { return };
    let identity = crate::sanitize::escape_control(&row.identity);
    let central = row.version.unwrap_or(Version::V1_6).role_name(Role::CentralSystem);
    let (ours, theirs) = if row.is_simulated() {
        (format!("{identity} (ours)"), central.to_owned())
    } else {
        (format!("{central} (ours)"), identity.into_owned())
    };
    let mut writer = LineWriter::new(buffer, area, 0);
    writer.blanks(time + 2, styles.muted);
    let inner = inner(writer.room());
    if let Some(upstream) = &row.upstream {
        let style = |state| if state == LinkState::Connected { styles.title } else { styles.muted };
        let (left, right) = halves(inner);
        let proxy = "proxy";
        let before = (left + 2).saturating_sub(width_of(&theirs) + width_of(proxy) / 2);
        let behind = (right + 1).saturating_sub(width_of(proxy) - width_of(proxy) / 2 + width_of(central));
        writer.text(&theirs, style(row.state)).blanks(before.max(1), styles.muted).text(proxy, styles.title);
        writer.blanks(behind.max(1), styles.muted).text(central, style(upstream.state));
        return;
    }
    let style = if row.state == LinkState::Connected { styles.title } else { styles.muted };
    let gap = (inner + 2).saturating_sub(width_of(&ours) + width_of(&theirs));
    writer.text(&ours, style).blanks(gap.max(1), styles.muted).text(&theirs, style);
}

/// How long the two parts of a rung of a pair are, with the line of the proxy between them.
fn halves(inner: usize) -> (usize, usize) {
    let left = inner.saturating_sub(1) / 2;
    (left, inner.saturating_sub(1 + left))
}

/// How long the rungs are in this room.
fn inner(room: usize) -> usize {
    room.saturating_sub(LATENCY + 2).min(WIDEST)
}

/// One rung. True when it counts seconds.
pub(super) fn rung(row: &TraceRow<'_>, time: usize, mut writer: LineWriter<'_>) -> bool {
    let styles = &row.app.theme.styles;
    row.begin(time, &mut writer);
    let inner = inner(writer.room());
    let (letter, letter_style) = letter(row.record.kind, styles);
    let (word, _) = word(&row.record, styles);
    let (sign, _) = verdict_sign(row.record.verdict, styles);
    let (line, arrow) = match row.record.kind {
        RecordKind::Frame(direction, FrameKind::Call | FrameKind::Send | FrameKind::Malformed) => ('─', Some(direction)),
        RecordKind::Frame(direction, _) => ('╌', Some(direction)),
        RecordKind::Ping(direction) | RecordKind::Pong(direction) => ('┈', Some(direction)),
        _ => (' ', None),
    };
    let meaning = || row.meaning();
    let label = match row.record.kind {
        RecordKind::Frame(_, FrameKind::Call | FrameKind::Send) => format!("{} {word} {}", sign.trim(), meaning()),
        // Which call it answers is seen: the answer to `ClearCache` is `Accepted`, and one that says nothing has the name of the call.
        RecordKind::Frame(_, FrameKind::Result) if !meaning().is_empty() => format!("{} {}", sign.trim(), meaning()),
        RecordKind::Frame(_, FrameKind::Result) => format!("{} {word}", sign.trim()),
        RecordKind::Frame(..) => format!("{word} {}", meaning()),
        RecordKind::Ping(_) | RecordKind::Pong(_) => word.to_owned(),
        _ => format!("{letter} {word}: {}", row.record.summary()),
    };
    let is_fault =
        row.record.verdict == FrameVerdict::Invalid || matches!(row.record.kind, RecordKind::Frame(_, kind) if kind.is_error());
    let line_style = match row.record.kind {
        RecordKind::Frame(..) if is_fault => styles.error,
        RecordKind::Frame(_, FrameKind::Result) => styles.muted,
        RecordKind::Frame(..) => styles.base,
        _ => letter_style,
    };
    let open = match row.record.kind {
        RecordKind::Frame(_, FrameKind::Call) if row.record.partner.is_none() => {
            ExchangeOutcome::of(&row.record, None, row.outside).seconds()
        }
        _ => None,
    };
    let counts = open.as_ref().is_some_and(|(_, goes_on)| *goes_on);
    let latency = match (open, row.record.latency) {
        (Some((text, _)), _) => text,
        (None, latency) => latency.map_or_else(String::new, format::duration),
    };
    let rule = row.style(styles.rule);
    writer.text("│", rule);
    let label = head(label.trim(), 4 * inner);
    match row.record.legs {
        None => draw_arrow(label, line, arrow, inner, row.style(line_style), &mut writer),
        Some(legs) => draw_passage(row, (label, line, arrow), legs, inner, row.style(line_style), &mut writer),
    }
    writer.text("│", rule);
    let style = row.style(if counts { styles.warning } else { styles.base });
    writer.right(&latency, LATENCY - 1, style).fill(' ', row.style(styles.base));
    counts
}

/// A rung of a pair: the station at the left, its central system at the right, the proxy between them. A frame that passes has its label on
/// the link on which it came; what was done with it stands on the other one.
fn draw_passage(
    row: &TraceRow<'_>,
    (label, line, arrow): (&str, char, Option<Direction>),
    legs: PairLegs,
    inner: usize,
    style: Style,
    writer: &mut LineWriter<'_>,
) {
    let (left, right) = halves(inner);
    // The station is at the left here, so its arrows point the other way.
    let arrow = arrow.map(|direction| if direction == Direction::In { Direction::Out } else { Direction::In });
    let done = row.record.passage().and_then(|passage| passage.intervention.as_ref());
    let note = done.map_or("", |done| done.kind.words());
    let blank = |length: usize, text: &str, writer: &mut LineWriter<'_>| {
        draw_arrow(text, ' ', None, length, row.style(row.app.theme.styles.warning), writer);
    };
    let is_from_station = arrow == Some(Direction::Out);
    match legs {
        PairLegs::Station => draw_arrow(label, line, arrow, left, style, writer),
        PairLegs::Upstream => blank(left, note, writer),
        PairLegs::Both if is_from_station => draw_arrow(label, line, arrow, left, style, writer),
        PairLegs::Both => draw_arrow(note, line, arrow, left, style, writer),
    }
    writer.text("┃", row.style(row.app.theme.styles.rule));
    match legs {
        PairLegs::Upstream => draw_arrow(label, line, arrow, right, style, writer),
        PairLegs::Station => blank(right, note, writer),
        PairLegs::Both if is_from_station => draw_arrow(note, line, arrow, right, style, writer),
        PairLegs::Both => draw_arrow(label, line, arrow, right, style, writer),
    }
}

/// A line of this length with its label in the middle and its head at the receiver.
fn draw_arrow(label: &str, line: char, direction: Option<Direction>, length: usize, style: Style, writer: &mut LineWriter<'_>) {
    let shown = width_of(&crate::sanitize::escape_control(label)).min(length.saturating_sub(6));
    let blank = " ".repeat(usize::from(shown > 0));
    let rest = length.saturating_sub(shown + 2 * blank.len());
    let (left, right) = (rest / 2, rest - rest / 2);
    let stroke = |count: usize| line.to_string().repeat(count);
    let left = match direction {
        Some(Direction::In) => format!("◀{}", stroke(left.saturating_sub(1))),
        _ => stroke(left),
    };
    let right = match direction {
        Some(Direction::Out) => format!("{}▶", stroke(right.saturating_sub(1))),
        _ => stroke(right),
    };
    writer.text(&left, style).text(&blank, style).field(label, shown, style).text(&blank, style).text(&right, style);
}
