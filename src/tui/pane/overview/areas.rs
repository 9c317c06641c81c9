//! Where the parts of a page are, and the rule between them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::app::App;
use crate::tui::layout::below;
use crate::tui::widget::LineWriter;

/// Where the parts of a page are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OverviewAreas {
    /// The rule with the names of the pages.
    pub title: Rect,
    /// The headings of the columns.
    pub headings: Rect,
    /// The rows.
    pub list: Rect,
    /// The rule above the lower part.
    pub rule: Rect,
    /// The lower part.
    pub details: Rect,
}

/// The parts of a page in the area of all panes.
pub fn overview_areas(body: Rect) -> OverviewAreas {
    let line = |line: u16| Rect { y: body.y + line.min(body.height), height: body.height.saturating_sub(line).min(1), ..body };
    let lower = if body.height < 12 { 0 } else { body.height / 2 };
    let list = below(Rect { height: body.height - lower, ..body }, 2);
    let rest = below(body, body.height - lower);
    let rule = Rect { height: lower.min(1), ..rest };
    OverviewAreas { title: line(0), headings: line(1), list, rule, details: below(rest, 1) }
}

/// Draws the rule above the lower part.
pub(super) fn rule(app: &App, text: &str, area: Rect, buffer: &mut Buffer) {
    let styles = &app.theme.styles;
    let mut writer = LineWriter::new(buffer, area, 0);
    writer.text("── ", styles.rule).text(text, styles.title).text(" ", styles.rule).fill('─', styles.rule);
}
