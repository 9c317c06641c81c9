//! The page with the configuration keys of a station, as far as they were seen in answers and changes: name, value, whether it can be
//! changed, what became of the last change, what the standard says of it. Beside them the values of another station, when two are compared.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::draw_page;
use crate::ocpp::field_docs;
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::layout::below;
use crate::tui::state::{ConfigurationPage, ConfigurationRow, configuration_obstacle};
use crate::tui::widget::{LineWriter, width_of, wrap};

/// The width of the names.
const NAMES: std::ops::RangeInclusive<usize> = 30..=48;
/// The lines below the table: a rule and the meaning of the selected key.
const FOOTER: u16 = 3;
/// Title and headings.
const HEADER: u16 = 2;

/// How many keys are on the screen.
pub fn configuration_lines(app: &App) -> usize {
    usize::from(app.areas().body.height.saturating_sub(HEADER + FOOTER)).max(1)
}

/// Draws the page.
pub fn configuration_page(app: &App, page: &ConfigurationPage, outside: &ReadContext<'_>, area: Rect, buffer: &mut Buffer) {
    let styles = &app.theme.styles;
    let stations = outside.contents.stations();
    let name = |station| stations.get(station).map_or("?", |row| &*row.identity);
    let rows = page.rows(&app.facts);
    let mut remarks = Vec::new();
    if let Some(other) = page.other {
        let different = rows.iter().filter(|row| row.differs()).count();
        remarks.push((format!("compared with {}: {different} differ", name(other)), styles.key));
    }
    if !page.search.is_empty() {
        remarks.push((format!("/{}", page.search), styles.key));
    }
    let title = format!("Configuration of {}", name(page.station));
    let body = draw_page(app, &title, &remarks, &rows.len().to_string(), area, buffer);
    if rows.is_empty() {
        return super::sentences(&nothing(app, page, outside), body, buffer);
    }
    let names = name_width(&rows, usize::from(area.width));
    let values = value_width(&rows, usize::from(area.width).saturating_sub(names), page.other.is_some());
    let mut writer = LineWriter::new(buffer, body, 0);
    writer.blanks(2, styles.muted).field("key", names, styles.muted).blanks(1, styles.muted);
    writer.field(if page.other.is_some() { name(page.station) } else { "value" }, values, styles.muted).blanks(1, styles.muted);
    if let Some(other) = page.other {
        writer.field(name(other), values, styles.muted).blanks(1, styles.muted);
    }
    writer.field("last change", 14, styles.muted).text(" meaning", styles.muted);
    let height = configuration_lines(app);
    let selected = page.selected(rows.len());
    let top = page.top(rows.len(), height);
    let list = below(body, 1);
    for (line, (index, row)) in rows.iter().enumerate().skip(top).take(height).enumerate() {
        let writer = LineWriter::new(buffer, list, line as u16); // less than the height
        draw_row(app, row, index == selected, page.other.is_some(), (names, values), writer);
    }
    if let Some(row) = rows.get(selected) {
        footer(app, row, area, buffer);
    }
}

/// The width of a name: that of the longest one, as far as a quarter of the page has room.
fn name_width(rows: &[ConfigurationRow<'_>], width: usize) -> usize {
    let longest = rows.iter().map(|row| width_of(row.name)).max().unwrap_or_default();
    longest.clamp(*NAMES.start(), (*NAMES.end()).min((width / 4).max(*NAMES.start())))
}

/// The width of a value: that of the longest one, as far as there is room beside the names.
fn value_width(rows: &[ConfigurationRow<'_>], rest: usize, compared: bool) -> usize {
    let room = rest.saturating_sub(3) / if compared { 3 } else { 2 };
    let values = rows.iter().flat_map(|row| [row.key, row.other]).flatten().filter_map(|key| key.value.as_deref());
    values.map(width_of).max().unwrap_or_default().max(10).min(room)
}

fn draw_row(
    app: &App,
    row: &ConfigurationRow<'_>,
    selected: bool,
    compared: bool,
    (names, values): (usize, usize),
    mut writer: LineWriter<'_>,
) {
    let styles = &app.theme.styles;
    let style = |style| if selected { styles.selection } else { styles.base.patch(style) };
    let differs = compared && row.differs();
    let sign = if differs { "≠" } else { " " };
    writer.text(if selected { "▸" } else { " " }, style(styles.base)).text(sign, style(styles.warning));
    writer.field(row.name, names, style(styles.base)).blanks(1, style(styles.base));
    let text = |key: Option<&crate::trace::station_summary::ConfigurationKey>| match key {
        Some(key) => key.value.as_deref().unwrap_or("(no value)").to_owned(),
        None => "·".to_owned(),
    };
    let value_style = if row.key.is_some_and(|key| key.read_only) { styles.muted } else { styles.json_text };
    writer.field(&text(row.key), values, style(value_style)).blanks(1, style(styles.base));
    if compared {
        writer.field(&text(row.other), values, style(styles.base)).blanks(1, style(styles.base));
    }
    let (change, change_style) = match row.key {
        Some(key) => match &key.change {
            Some(status) if &**status == "Accepted" => ("✓ Accepted".to_owned(), styles.good),
            Some(status) => (status.to_string(), styles.warning),
            None if key.read_only => ("read-only".to_owned(), styles.muted),
            None => (String::new(), styles.base),
        },
        None => (String::new(), styles.base),
    };
    writer.field(&change, 14, style(change_style)).blanks(1, style(styles.base));
    writer.text(field_docs::configuration_key(row.name).unwrap_or_default(), style(styles.muted));
    writer.fill(' ', style(styles.base));
}

/// The meaning of the selected key in full.
fn footer(app: &App, row: &ConfigurationRow<'_>, area: Rect, buffer: &mut Buffer) {
    let styles = &app.theme.styles;
    let top = area.bottom().saturating_sub(FOOTER);
    let lines = Rect { y: top, height: FOOTER.min(area.height), ..area };
    LineWriter::new(buffer, lines, 0).fill('─', styles.rule);
    let meaning = field_docs::configuration_key(row.name).unwrap_or("Not a key of the standard");
    let value = row.key.and_then(|key| key.value.as_deref()).unwrap_or("(no value)");
    let text = format!("{} = {value}. {meaning}.", row.name);
    for (line, part) in (1..FOOTER).zip(wrap(&text, usize::from(area.width).saturating_sub(2))) {
        LineWriter::new(buffer, lines, line).blanks(1, styles.base).text(&part, styles.base);
    }
}

/// Why there is nothing to see, and what to do.
fn nothing(app: &App, page: &ConfigurationPage, outside: &ReadContext<'_>) -> Vec<(String, ratatui::style::Style)> {
    let styles = &app.theme.styles;
    let text = if !page.search.is_empty() || page.only_differences {
        "No key passes. Esc clears the search, D shows all keys."
    } else {
        "No keys were seen yet. r asks the station for all of them (GetConfiguration)."
    };
    let mut lines = vec![(text.to_owned(), styles.base)];
    if let Some(reason) = configuration_obstacle(page.station, outside) {
        lines.push((format!("{reason}."), styles.muted));
    }
    lines
}
