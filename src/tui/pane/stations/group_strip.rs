//! The selected group in some lines below the list: how many of its stations are connected, and of a fleet its rate, how its latencies are spread,
//! and its slowest actions.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::fleet::FleetGlance;
use crate::sanitize::escape_control;
use crate::trace::GroupRow;
use crate::tui::app::App;
use crate::tui::widget::{LineWriter, format};

/// Draws the lines, the most important first, as many as fit.
pub(super) fn group_strip(app: &App, group: &GroupRow, area: Rect, buffer: &mut Buffer) {
    if area.height == 0 {
        return;
    }
    let styles = &app.theme.styles;
    let name = format!("@{}", escape_control(&group.name));
    LineWriter::new(buffer, area, 0)
        .text("── ", styles.rule)
        .text(&format::cut_middle(&name, usize::from(area.width).saturating_sub(6)), styles.title)
        .text(" ", styles.rule)
        .fill('─', styles.rule);
    let counts = group.first;
    let mut lines = vec![vec![
        (
            format!("{} of {} connected", format::number(counts.connected as u64), format::number(counts.stations as u64)),
            styles.base,
        ),
        (format!("  {} errors", format::number(counts.errors)), if counts.errors > 0 { styles.error } else { styles.muted }),
    ]];
    if let Some((_, glance)) = app.fleets.iter().find(|(name, _)| *name == group.name) {
        lines.extend(fleet_lines(app, glance, usize::from(area.width)));
    }
    for (line, pieces) in (1..area.height).zip(lines) {
        let mut writer = LineWriter::new(buffer, area, line);
        writer.blanks(1, styles.base);
        for (text, style) in pieces {
            writer.text(&text, styles.base.patch(style));
        }
    }
}

fn fleet_lines(app: &App, glance: &FleetGlance, width: usize) -> Vec<Vec<(String, Style)>> {
    let styles = &app.theme.styles;
    let mut lines = Vec::new();
    if let Some(rate) = glance.rates.last() {
        let room = width.saturating_sub(20).min(glance.rates.len());
        let rates: Vec<u32> = glance.rates[glance.rates.len() - room..].iter().map(|rate| rate.round() as u32).collect();
        lines.push(vec![
            (format!("{} answers/s ", format::number(*rate as u64)), styles.title),
            (format::graph(&rates), styles.key),
        ]);
    }
    let mut calls = vec![(format::counted(glance.calls, "call"), styles.base)];
    if glance.failures > 0 {
        calls.push((format!("  {} failed", format::number(glance.failures)), styles.error));
    }
    if let Some((median, p99)) = glance.quantiles {
        calls.push((format!("  median {}  p99 {}", time(median), time(p99)), styles.muted));
    }
    lines.push(calls);
    if let (Some((first, _)), Some((last, _))) = (glance.ranges.first(), glance.ranges.iter().rev().nth(1)) {
        // two columns a range
        let counts = glance.ranges.iter().flat_map(|(_, count)| [u32::try_from(*count).unwrap_or(u32::MAX); 2]);
        lines.push(vec![
            (format!("latencies ≤ {first} "), styles.muted),
            (format::graph(&counts.collect::<Vec<u32>>()), styles.key),
            (format!(" > {last}"), styles.muted),
        ]);
    }
    let slowest = glance.slowest.iter().map(|(action, calls, p99)| {
        vec![
            (format!("{:>8} ", time(*p99)), styles.base),
            (escape_control(action).into_owned(), styles.base),
            (format!("  {}", format::counted(*calls, "call")), styles.muted),
        ]
    });
    if !glance.slowest.is_empty() {
        lines.push(vec![("slowest, 99 % within".to_owned(), styles.muted)]);
    }
    lines.extend(slowest);
    lines
}

fn time(seconds: f64) -> String {
    format::duration(Duration::try_from_secs_f64(seconds).unwrap_or_default())
}
