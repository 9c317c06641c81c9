//! The page with the device model of a station of OCPP 2.x, as far as it was seen: components, their variables with the values of each
//! attribute, whether they can be changed, type and limits, what became of the last change. Below are the monitors and the last events of
//! the selected variable. Beside the values are those of another station, when two are compared.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::draw_page;
use crate::ocpp::device_model::{AttributeKind, VariableMutability};
use crate::trace::device_model::{SeenModel, SeenVariable};
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::layout::below;
use crate::tui::state::{AttributeRow, DeviceModelPage, ModelRow, call_obstacle};
use crate::tui::theme::Styles;
use crate::tui::widget::{LineWriter, format, width_of, wrap};

/// The widths of the names and of what became of a change, in a narrow and in a wide screen.
const NAMES: (usize, usize) = (30, 40);
const CHANGE: (usize, usize) = (10, 14);
/// The room that a narrow screen keeps for the type of a variable.
const TYPE: usize = 12;
/// From this height on there is room for more about the selected row.
const HIGH: u16 = 28;
/// Title and headings.
const HEADER: u16 = 2;

/// The lines below the table: a rule, and what is known of the selected row.
fn footer_height(body: u16) -> u16 {
    if body < HIGH { 5 } else { 10 }
}

/// How many rows are on the screen.
pub fn device_model_lines(app: &App) -> usize {
    let body = app.areas().body.height;
    usize::from(body.saturating_sub(HEADER + footer_height(body))).max(1)
}

/// The widths of the columns that depend on the screen.
#[derive(Clone, Copy)]
struct ModelColumns {
    names: usize,
    values: usize,
    change: usize,
    compared: bool,
}

/// Draws the page.
pub fn device_model_page(app: &App, page: &DeviceModelPage, outside: &ReadContext<'_>, area: Rect, buffer: &mut Buffer) {
    let styles = &app.theme.styles;
    let stations = outside.contents.stations();
    let name = |station| stations.get(station).map_or("?", |row| &*row.identity);
    let rows = page.rows(&app.facts);
    let model = app.facts.of(page.station).and_then(|facts| facts.model.as_deref());
    let mut remarks = Vec::new();
    if let Some(other) = page.other {
        let different = rows.iter().filter(|row| matches!(row, ModelRow::Attribute(row) if row.differs())).count();
        let shown = if page.only_differences { format!("{different} differ") } else { "D shows what differs".to_owned() };
        remarks.push((format!("compared with {}: {shown}", name(other)), styles.key));
    }
    if !page.search.is_empty() {
        remarks.push((format!("/{}", page.search), styles.key));
    }
    remarks.extend(model.and_then(|model| report_remark(model, styles)));
    remarks.extend(model.and_then(|model| unread_remark(model, styles)));
    let count = model.map_or(0, SeenModel::len);
    let counts = if count == 0 { String::new() } else { format::counted(count as u64, "variable") };
    let body = draw_page(app, &format!("Device model of {}", name(page.station)), &remarks, &counts, area, buffer);
    if rows.is_empty() {
        return super::sentences(&nothing(app, page, model, outside), body, buffer);
    }
    let columns = columns(&rows, usize::from(area.width), page.other.is_some());
    let mut writer = LineWriter::new(buffer, body, 0);
    writer.blanks(2, styles.muted).field("component, variable", columns.names, styles.muted).blanks(1, styles.muted);
    writer.field(if columns.compared { name(page.station) } else { "value" }, columns.values, styles.muted);
    if let Some(other) = page.other {
        writer.blanks(1, styles.muted).field(name(other), columns.values, styles.muted);
    }
    writer
        .text("    ", styles.muted)
        .field(if columns.change < 11 { "change" } else { "last change" }, columns.change, styles.muted)
        .text(" type", styles.muted);
    let height = device_model_lines(app);
    let selected = page.selected(&rows);
    let top = page.top(selected, rows.len(), height);
    let list = below(body, 1);
    for (line, (index, row)) in rows.iter().enumerate().skip(top).take(height).enumerate() {
        let writer = LineWriter::new(buffer, list, line as u16); // less than the height
        draw_row(styles, row, index == selected, columns, writer);
    }
    if let Some(row) = rows.get(selected) {
        footer(app, row, area, buffer);
    }
}

/// The last report, unless it is complete and nothing is odd.
fn report_remark(model: &SeenModel, styles: &Styles) -> Option<(String, Style)> {
    if let Some((action, status)) = model.refusal() {
        return Some((format!("{action}: {status}"), styles.warning));
    }
    let report = model.reports().next_back()?;
    let (request, parts) = (report.request, report.parts);
    let missing: Vec<String> =
        report
            .missing()
            .map(|part| {
                if part.start() == part.end() { part.start().to_string() } else { format!("{}–{}", part.start(), part.end()) }
            })
            .collect();
    if !missing.is_empty() {
        return Some((format!("report {request}: part {} missing", missing.join(", ")), styles.warning));
    }
    (!report.is_complete()).then(|| (format!("report {request}: {parts} parts so far"), styles.key))
}

/// The messages that are not in the tree.
fn unread_remark(model: &SeenModel, styles: &Styles) -> Option<(String, Style)> {
    let counts = [(model.passed_over(), "message", "too long to read"), (model.left_out(), "variable", "left out")];
    let words = counts.into_iter().filter(|(count, ..)| *count > 0);
    let words: Vec<String> = words.map(|(count, thing, why)| format!("{} {why}", format::counted(count, thing))).collect();
    (!words.is_empty()).then(|| (words.join(", "), styles.warning))
}

/// The widths: the names as long as they are, as far as there is room; the values too.
fn columns(rows: &[ModelRow<'_>], width: usize, compared: bool) -> ModelColumns {
    let (narrow, wide) = (width < 100, !compared && width >= 100);
    let names = if wide { NAMES.1 } else { NAMES.0 };
    let change = if narrow { CHANGE.0 } else { CHANGE.1 };
    let kept = if narrow && !compared { TYPE } else { 0 };
    let room = width.saturating_sub(names + 8 + change + kept) / if compared { 2 } else { 1 };
    let values = rows.iter().filter_map(|row| match row {
        ModelRow::Attribute(row) => Some([row.attribute(), row.other_attribute()]),
        ModelRow::Component { .. } => None,
    });
    let longest = values.flatten().flatten().filter_map(|known| known.value.as_deref()).map(width_of).max();
    ModelColumns { names, values: longest.unwrap_or_default().clamp(12, 30.min(room.max(12))), change, compared }
}

fn draw_row(styles: &Styles, row: &ModelRow<'_>, selected: bool, columns: ModelColumns, mut writer: LineWriter<'_>) {
    let style = |style| if selected { styles.selection } else { styles.base.patch(style) };
    writer.text(if selected { "▸" } else { " " }, style(styles.base));
    match row {
        ModelRow::Component { key, variables, is_open } => {
            let fold = if *is_open { "▾" } else { "▹" };
            writer.text(fold, style(styles.muted)).blanks(1, style(styles.base));
            writer.text(&key.to_string(), style(styles.title));
            writer.text(&format!(" · {}", format::number(*variables as u64)), style(styles.muted));
        }
        ModelRow::Attribute(row) => attribute(styles, row, &style, columns, &mut writer),
    }
    writer.fill(' ', style(styles.base));
}

fn attribute(
    styles: &Styles,
    row: &AttributeRow<'_>,
    style: &impl Fn(Style) -> Style,
    columns: ModelColumns,
    writer: &mut LineWriter<'_>,
) {
    let sign = if columns.compared && row.differs() { "≠" } else { " " };
    writer.text(sign, style(styles.warning)).blanks(1, style(styles.base));
    let names = columns.names - 1;
    if row.is_first {
        let kind = if row.kind == AttributeKind::Actual { String::new() } else { format!(" ({})", row.kind.name()) };
        writer.field(&format!("  {}{kind}", row.variable), names, style(styles.base));
    } else {
        writer.field(&format!("    {}", row.kind.name()), names, style(styles.muted));
    }
    writer.blanks(1, style(styles.base));
    let known = row.attribute();
    let mutability = known.and_then(|known| known.mutability);
    let value = |known: Option<&crate::trace::device_model::SeenAttribute>| match known {
        Some(known) => known.value.as_deref().map_or_else(|| "(not shown)".to_owned(), str::to_owned),
        None => "·".to_owned(),
    };
    let is_fixed = mutability.is_some_and(|mutability| mutability == VariableMutability::ReadOnly);
    let value_style = if is_fixed || known.is_none_or(|known| known.value.is_none()) { styles.muted } else { styles.json_text };
    writer.field(&value(known), columns.values, style(value_style)).blanks(1, style(styles.base));
    if columns.compared {
        writer.field(&value(row.other_attribute()), columns.values, style(styles.base)).blanks(1, style(styles.base));
    }
    writer.field(mutability.map_or("", |mutability| letters(mutability)), 2, style(styles.muted)).blanks(1, style(styles.base));
    let change = known.and_then(|known| known.change.as_deref().or(known.refusal.as_deref()));
    match change {
        Some("Accepted") => writer.field("✓ Accepted", columns.change, style(styles.good)),
        Some(status) => writer.field(status, columns.change, style(styles.warning)),
        None => writer.field("", columns.change, style(styles.base)),
    };
    writer.blanks(1, style(styles.base));
    if row.is_first {
        let described = row.known.and_then(|known| known.characteristics.as_ref()).map(|known| known.describe());
        let watched = row.known.is_some_and(|known| !known.monitors.is_empty());
        writer
            .text(if watched { "◉ " } else { "" }, style(styles.key))
            .text(&described.unwrap_or_default(), style(styles.muted));
    }
}

/// Whether an attribute can be read and written, in two letters.
const fn letters(mutability: VariableMutability) -> &'static str {
    match mutability {
        VariableMutability::ReadOnly => "r-",
        VariableMutability::WriteOnly => "-w",
        VariableMutability::ReadWrite => "rw",
    }
}

/// The same in words.
const fn in_words(mutability: VariableMutability) -> &'static str {
    match mutability {
        VariableMutability::ReadOnly => "read-only",
        VariableMutability::WriteOnly => "write-only",
        VariableMutability::ReadWrite => "read and write",
    }
}

/// What is known of the selected row.
fn footer(app: &App, row: &ModelRow<'_>, area: Rect, buffer: &mut Buffer) {
    let styles = &app.theme.styles;
    let height = footer_height(area.height).min(area.height);
    let lines = Rect { y: area.bottom() - height, height, ..area };
    LineWriter::new(buffer, lines, 0).fill('─', styles.rule);
    let width = usize::from(area.width).saturating_sub(2);
    let known = match row {
        ModelRow::Component { key, variables, .. } => {
            let count = format::counted(*variables as u64, "variable");
            vec![(format!("{key}: {count}. Enter opens or shuts it, * all of them."), styles.base)]
        }
        ModelRow::Attribute(row) => about_attribute(app, row, width),
    };
    for (line, (text, style)) in (1..height).zip(known) {
        LineWriter::new(buffer, lines, line).blanks(1, styles.base).text(&text, style);
    }
}

fn about_attribute(app: &App, row: &AttributeRow<'_>, width: usize) -> Vec<(String, Style)> {
    let styles = &app.theme.styles;
    let known = row.attribute();
    let mut words = vec![row.kind.name().to_owned()];
    words.extend(known.and_then(|known| known.mutability).map(|mutability| in_words(mutability).to_owned()));
    let is = |flag: Option<bool>, yes: &str, no: &str| flag.map(|flag| if flag { yes } else { no }.to_owned());
    words.extend(known.and_then(|known| is(known.persistent, "survives a reboot", "does not survive a reboot")));
    words.extend(known.and_then(|known| known.constant).filter(|constant| *constant).map(|_| "constant".to_owned()));
    if let Some(characteristics) = row.known.and_then(|known| known.characteristics.as_ref()) {
        words.push(characteristics.describe());
        if !characteristics.values.is_empty() {
            words.push(format!("values {}", characteristics.values.join(", ")));
        }
        words.extend(characteristics.monitored.then(|| "can be monitored".to_owned()));
    }
    words.extend(known.and_then(|known| known.refusal.as_ref()).map(|status| format!("not read: {status}")));
    words.extend(known.and_then(|known| known.change.as_ref()).map(|status| format!("last change: {status}")));
    let value = known.and_then(|known| known.value.as_deref()).unwrap_or("(not shown)");
    let text = format!("{} › {} = {value}", row.component, row.variable);
    let mut lines: Vec<(String, Style)> = wrap(&text, width).into_iter().take(2).map(|line| (line, styles.base)).collect();
    lines.extend(wrap(&words.join(" · "), width).into_iter().take(2).map(|line| (line, styles.muted)));
    lines.extend(row.known.map(|known| watching(app, known)).unwrap_or_default());
    lines
}

/// The monitors and the last events of a variable, the newest first.
fn watching(app: &App, known: &SeenVariable) -> Vec<(String, Style)> {
    let styles = &app.theme.styles;
    let monitors = known.monitors.iter().map(|(id, monitor)| {
        let only = if monitor.transaction { ", in transactions only" } else { "" };
        let (kind, value) = (&monitor.kind, monitor.value);
        (format!("◉ monitor {id}: {kind} {value}, severity {}{only}", monitor.severity), styles.key)
    });
    let events = known.events.iter().rev().map(|event| {
        let by = event.monitor.map_or_else(String::new, |id| format!(", monitor {id}"));
        let over = if event.cleared { ", cleared" } else { "" };
        let detail = event.detail.as_ref().map_or_else(String::new, |detail| format!(": {detail}"));
        let time = &format::time_of_day(event.wall_micros, &app.zone)[..8];
        (format!("{time} {} {}{by}{over}{detail}", event.trigger, event.value), styles.base)
    });
    monitors.chain(events).collect()
}

/// Why there is nothing to see, and what to do.
fn nothing(app: &App, page: &DeviceModelPage, model: Option<&SeenModel>, outside: &ReadContext<'_>) -> Vec<(String, Style)> {
    let styles = &app.theme.styles;
    let text = if !page.search.is_empty() || page.only_differences {
        "No variable passes. Esc clears the search, D shows all variables."
    } else {
        "No variables were seen yet. r asks the station for a full report (GetBaseReport)."
    };
    let mut lines = vec![(text.to_owned(), styles.base)];
    if let Some((action, status)) = model.and_then(SeenModel::refusal) {
        lines.push((format!("{action} was answered {status}. GetVariables reads single variables."), styles.warning));
    }
    if let Some(reason) = call_obstacle(page.station, outside) {
        lines.push((format!("{reason}."), styles.muted));
    }
    lines
}
