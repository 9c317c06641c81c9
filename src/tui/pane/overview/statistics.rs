//! The lower part of the pages of statistics: everything in a sentence, and how long the answers of the selected row took, as a histogram.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::areas::{OverviewAreas, rule};
use crate::console::reports::{ReportContext, ReportTable};
use crate::ocpp::{ErrorCode, units};
use crate::trace::statistics::CallStatistics;
use crate::tui::app::App;
use crate::tui::layout::below;
use crate::tui::widget::{LineWriter, format, wrap};

/// The longest bar.
const LONGEST: usize = 60;

/// Draws it.
pub(super) fn details(
    app: &App,
    report: &dyn ReportTable,
    from: &ReportContext<'_>,
    (name, calls): (&str, &CallStatistics),
    areas: OverviewAreas,
    buffer: &mut Buffer,
) {
    let styles = &app.theme.styles;
    rule(app, name, areas.rule, buffer);
    let area = areas.details;
    let total = format!("In all: {}", report.sentence(from, &[]));
    let lines = wrap(&total, usize::from(area.width).saturating_sub(2));
    for (line, text) in lines.iter().enumerate().take(usize::from(area.height)) {
        LineWriter::new(buffer, area, line as u16).blanks(1, styles.base).text(text, styles.base); // a few lines
    }
    let area = below(area, lines.len() as u16 + 1); // a few lines
    if area.height == 0 {
        return;
    }
    let mut writer = LineWriter::new(buffer, area, 0);
    writer.blanks(1, styles.base).text("answers ", styles.title);
    let codes = calls.codes.iter().map(|(code, count)| format!("{} {count}", code.map_or("(not in OCPP)", ErrorCode::name)));
    let codes: Vec<String> = codes.collect();
    writer.text(&format!("{}   ", format::number(calls.latency.total())), styles.base);
    if !codes.is_empty() {
        writer.text("errors ", styles.muted).text(&codes.join(", "), styles.error);
    }
    histogram(app, calls, below(area, 1), buffer);
}

/// A bar for every power of two between the shortest and the longest time.
fn histogram(app: &App, calls: &CallStatistics, area: Rect, buffer: &mut Buffer) {
    let styles = &app.theme.styles;
    let mut octaves = calls.latency.octaves();
    if octaves.is_empty() {
        LineWriter::new(buffer, area, 0).blanks(1, styles.base).text("No answer yet.", styles.muted);
        return;
    }
    let quantiles = [(0.5, "p50"), (0.9, "p90"), (0.99, "p99")];
    if area.height == 0 {
        return;
    }
    // Where there is no room for all, the shortest times share a line: the long ones are what one looks for.
    let skipped = octaves.len().saturating_sub(usize::from(area.height));
    let shorter: u64 = octaves[..skipped].iter().map(|(_, count)| *count).sum();
    octaves[skipped].1 += shorter;
    let most = octaves[skipped..].iter().map(|(_, count)| *count).max().unwrap_or(1).max(1);
    for (line, (from, count)) in octaves.iter().enumerate().skip(skipped) {
        let mut writer = LineWriter::new(buffer, area, (line - skipped) as u16); // less than the height
        let until = if *from == 0 { 1 } else { from * 2 };
        writer.blanks(1, styles.base).right(&format!("< {}", units::micros(until)), 9, styles.muted).blanks(1, styles.base);
        let room = writer.room().saturating_sub(26).min(LONGEST);
        let bar = (*count as usize * room).div_ceil(most as usize);
        let sign = if app.ascii { "#" } else { "█" };
        writer.text(&sign.repeat(bar), styles.good).text(&format!(" {}", format::number(*count)), styles.base);
        for (part, name) in quantiles {
            if calls.latency.quantile(part).is_some_and(|micros| micros < until && (line == skipped || micros >= *from)) {
                writer.text(&format!("  {name}"), styles.key);
            }
        }
    }
}
