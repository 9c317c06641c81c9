//! The page with the charging profiles of a station: a line and a small chart for each profile, below them the limits that they make
//! together as we compute them, and those that the station reported. Columns in which the two differ are marked.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{draw_page, sentences};
use crate::trace::station_summary::StationSummary;
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::layout::below;
use crate::tui::state::{LimitCurve, ProfilesPage, place_name};
use crate::tui::widget::LineWriter;
use crate::tui::widget::format::{self, BARS};

/// The width of the scale at the left of a chart.
const SCALE: usize = 9;
/// A chart has at most so many lines, with its heading.
const HIGHEST: u16 = 15;
/// The width of the texts of the profiles.
const TEXTS: usize = 52;

/// Draws the page.
pub fn profiles_page(app: &App, page: &ProfilesPage, outside: &ReadContext<'_>, area: Rect, buffer: &mut Buffer) {
    let styles = &app.theme.styles;
    let name = outside.contents.stations().get(page.station).map_or("?", |row| &*row.identity);
    let place = place_name(page.generation, page.connector);
    let mut remarks = vec![
        (place, styles.key),
        (format!("next {}", page.window_name()), styles.muted),
        (format!("assumed {}, 230 V", page.supply_name()), styles.muted),
    ];
    if page.what_if {
        remarks.push(("with the draft".to_owned(), styles.warning));
    }
    let title = format!("Charging profiles of {name}");
    let body = draw_page(app, &title, &remarks, &page.known().len().to_string(), area, buffer);
    let unknown = StationSummary::default();
    let facts = app.facts.of(page.station).unwrap_or(&unknown);
    let now = Timestamp::from_microsecond(outside.now.wall_micros).unwrap_or_default();
    let reported = facts.charging.reported.get(&page.connector);
    let listed = list(app, page, facts, now, Rect { height: body.height / 3, ..body }, buffer);
    if page.known().is_empty() && reported.is_none() && !page.what_if {
        return nothing(app, page, below(body, listed), buffer);
    }
    let columns = usize::from(area.width).saturating_sub(SCALE + 1);
    let computed = page.computed(facts, now, columns, page.what_if);
    let from_station = reported.map(|schedule| page.reported(schedule, now, columns));
    let before = page.what_if.then(|| page.computed(facts, now, columns, false));
    let highest = [Some(&computed), from_station.as_ref(), before.as_ref()].into_iter().flatten().map(LimitCurve::highest);
    let highest = highest.fold(1.0, f64::max);
    let charts = below(body, listed);
    let second = from_station.as_ref().or(before.as_ref());
    let height = (charts.height.saturating_sub(2) / if second.is_some() { 2 } else { 1 }).min(HIGHEST);
    let chart = |curve: &LimitCurve, other: Option<&LimitCurve>, heading: &str, top: u16, buffer: &mut Buffer| {
        let area = Rect { y: charts.y + top, height: height.min(charts.height.saturating_sub(top)), ..charts };
        draw_chart(app, page, curve, other, highest, heading, area, buffer);
    };
    let heading = if page.what_if { "limit with the draft" } else { "limit as computed from the profiles" };
    chart(&computed, second, heading, 0, buffer);
    if let Some(second) = second {
        let heading = match (reported, &from_station) {
            (Some(reported), Some(_)) => {
                format!("limit as the station reported it at {}", &format::time_of_day(reported.wall_micros, &app.zone)[..8])
            }
            _ => "limit without the draft".to_owned(),
        };
        chart(second, Some(&computed), &heading, height, buffer);
    }
    let drawn = height * if second.is_some() { 2 } else { 1 };
    axis(app, page, outside, columns, Rect { y: charts.y + drawn, height: 1, ..charts }, buffer);
}

/// The profiles, a line each; returns how many lines were used.
fn list(app: &App, page: &ProfilesPage, facts: &StationSummary, now: Timestamp, area: Rect, buffer: &mut Buffer) -> u16 {
    let styles = &app.theme.styles;
    let height = usize::from(area.height).max(1);
    let top = page.selected().saturating_sub(height.saturating_sub(1));
    let mut line = 0;
    for (index, known) in page.known().iter().enumerate().skip(top).take(height) {
        let style = if index == page.selected() { styles.selection } else { styles.base };
        let mut writer = LineWriter::new(buffer, area, line);
        writer.text(if index == page.selected() { "▸" } else { " " }, style);
        writer.field(&format!("#{} {}", known.id(), known.describe(page.generation)), TEXTS, style).text(" ", style);
        let columns = writer.room().saturating_sub(1);
        let curve = page.of_profile(known, facts, now, columns);
        writer.text(&graph(&curve), style).fill(' ', style);
        line += 1;
    }
    for sentence in page.unread().iter().take(height.saturating_sub(usize::from(line))) {
        let text = format!(" ✗ a profile that the station took: {sentence}");
        LineWriter::new(buffer, area, line).text(&text, styles.error);
        line += 1;
    }
    line
}

/// A curve in one line; a blank is no limit.
fn graph(curve: &LimitCurve) -> String {
    let highest = curve.highest().max(1.0);
    let bar = |limit: &Option<f64>| limit.map_or(' ', |limit| BARS[((limit / highest * 7.0).round() as usize + 1).min(8)]);
    curve.limits.iter().map(bar).collect()
}

/// A chart of some lines with its heading above it.
#[expect(clippy::too_many_arguments, reason = "the parts of one drawing")]
fn draw_chart(
    app: &App,
    page: &ProfilesPage,
    curve: &LimitCurve,
    other: Option<&LimitCurve>,
    highest: f64,
    heading: &str,
    area: Rect,
    buffer: &mut Buffer,
) {
    let styles = &app.theme.styles;
    let different = other.map_or(0, |other| (0..curve.limits.len()).filter(|column| curve.differs(other, *column)).count());
    let remark = if different > 0 { "   ≠ they differ where it is shaded ▒" } else { "" };
    LineWriter::new(buffer, area, 0).text(" ", styles.base).text(heading, styles.title).text(remark, styles.warning);
    let rows = area.height.saturating_sub(1);
    for row in 0..rows {
        let mut writer = LineWriter::new(buffer, area, row + 1);
        let scale = match row {
            0 => page.limit_text(highest),
            _ if row + 1 == rows => "0".to_owned(),
            _ => String::new(),
        };
        writer.right(&scale, SCALE - 1, styles.muted).text("│", styles.rule);
        // Eighths of this row, counted from the bottom of the chart.
        let floor = f64::from((rows - 1 - row) * 8);
        for (column, limit) in curve.limits.iter().enumerate() {
            let differs = other.is_some_and(|other| curve.differs(other, column));
            let (symbol, style) = match limit {
                None => ('·', styles.muted),
                Some(limit) => {
                    let level = (limit / highest * f64::from(rows) * 8.0 - floor).clamp(0.0, 8.0);
                    // Only the edge is drawn in full, so that two charts can be compared by their lines.
                    let edge = limit / highest * f64::from(rows) * 8.0 - floor <= 8.0;
                    let fill = if differs { '▒' } else { '░' };
                    let symbol = if edge { BARS[level.round() as usize] } else { fill };
                    let style = if edge { Style::new() } else { styles.muted };
                    (symbol, if differs { styles.warning } else { style })
                }
            };
            let symbol = if differs && row + 1 == rows && symbol == ' ' { '≠' } else { symbol };
            writer.text(symbol.encode_utf8(&mut [0; 4]), styles.base.patch(style));
        }
    }
}

/// Times below the charts.
fn axis(app: &App, page: &ProfilesPage, outside: &ReadContext<'_>, columns: usize, area: Rect, buffer: &mut Buffer) {
    let styles = &app.theme.styles;
    let mut writer = LineWriter::new(buffer, area, 0);
    writer.blanks(SCALE, styles.muted);
    let step = 12;
    for label in 0..columns / step {
        let after = page.seconds() * 1_000_000 * (label * step) as i64 / columns.max(1) as i64;
        let time = format::time_of_day(outside.now.wall_micros + after, &app.zone);
        writer.field(&format!("┴{}", &time[..5]), step, styles.muted);
    }
}

fn nothing(app: &App, page: &ProfilesPage, area: Rect, buffer: &mut Buffer) {
    let styles = &app.theme.styles;
    let draft = if page.has_draft() { " i shows what the draft of a SetChargingProfile would do." } else { "" };
    let text = format!(
        "No accepted profile was seen. n edits a SetChargingProfile, r asks the station for its composite schedule.{draft}"
    );
    sentences(&[(text, styles.base)], area, buffer);
}
