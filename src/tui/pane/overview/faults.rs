//! The lower part of the page of faults: the selected group in full.

use ratatui::buffer::Buffer;
use ratatui::style::Style;

use super::areas::{OverviewAreas, rule};
use crate::console::reports::ReportContext;
use crate::ocpp::ErrorCode;
use crate::trace::faults::FaultGroup;
use crate::tui::app::App;
use crate::tui::widget::{LineWriter, format, wrap};

/// The width of the names.
const NAMES: usize = 10;

/// Draws it.
pub(super) fn details(app: &App, from: &ReportContext<'_>, group: &FaultGroup, areas: OverviewAreas, buffer: &mut Buffer) {
    let styles = &app.theme.styles;
    let station = group.station.and_then(|key| from.contents.stations().get(key)).map_or("the session", |row| &row.identity);
    rule(app, &format!("{}, {station}", group.kind.word()), areas.rule, buffer);
    let time = |micros: i64| format::time_of_day(micros, &app.zone);
    let times = match group.count {
        1 => format!("once, at {}", time(group.last_micros)),
        count => {
            format!("{} times, from {} to {}", format::number(count), time(group.first_micros), time(group.last_micros))
        }
    };
    let style = if group.kind.is_tolerated() { styles.warning } else { styles.error };
    let facts: [(&str, &str, Style); 7] = [
        ("action", group.action.as_deref().unwrap_or_default(), styles.base),
        ("code", group.code.map_or("", ErrorCode::name), styles.base),
        ("cause", group.cause.as_deref().unwrap_or_default(), styles.base),
        ("where", &group.place, styles.base),
        ("seen", &times, styles.base),
        ("example", &group.example, style),
        ("filter", &group.filter(), styles.key),
    ];
    let area = areas.details;
    let mut line = 0;
    for (name, value, style) in facts.into_iter().filter(|(_, value, _)| !value.is_empty()) {
        for (index, text) in wrap(value, usize::from(area.width).saturating_sub(NAMES + 2).max(10)).iter().enumerate() {
            if line >= area.height {
                return;
            }
            let mut writer = LineWriter::new(buffer, area, line);
            writer
                .blanks(1, styles.base)
                .field(if index == 0 { name } else { "" }, NAMES, styles.muted)
                .text(text, styles.base.patch(style));
            line += 1;
        }
    }
}
