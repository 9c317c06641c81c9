//! The page about an attempt to connect: what became of it and why, the time of each step as a bar, TCP, TLS with the certificates, HTTP,
//! the WebSocket, and the other attempts. The facts are `trace::attempt_report`'s; here is how they look.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::draw_page;
use crate::sanitize::escape_control;
use crate::text_width::columns_of;
use crate::trace::{AttemptLine, FactTone, StepTime, attempt_report};
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::state::{ConnectionPage, attempts};
use crate::tui::theme::Styles;
use crate::tui::widget::{LineWriter, format, width_of, wrap};

/// The width of the names.
const NAMES: usize = 22;
/// The width of the time of a step.
const TIME: usize = 10;
/// The widest bar.
const BAR: usize = 60;

/// The lines of the page in pieces with their styles.
type Lines = Vec<Vec<(String, Style)>>;

/// Draws the page.
pub fn connection_page(app: &App, page: &ConnectionPage, outside: &ReadContext<'_>, area: Rect, buffer: &mut Buffer) {
    let styles = &app.theme.styles;
    let lines = connection_lines(app, page, outside);
    let height = usize::from(area.height.saturating_sub(1));
    let top = page.top.min(lines.len().saturating_sub(height));
    let shown = (top + height).min(lines.len());
    let counts = if lines.len() > height { format!("{}–{shown}/{}", top + 1, lines.len()) } else { String::new() };
    let (title, remarks) = title(app, page, outside);
    let inside = draw_page(app, &title, &remarks, &counts, area, buffer);
    for (row, line) in lines.iter().skip(top).take(height).enumerate() {
        let mut writer = LineWriter::new(buffer, inside, row as u16); // less than the height
        writer.blanks(1, styles.base);
        for (text, style) in line {
            writer.text(text, styles.base.patch(*style));
        }
    }
}

/// The title, and beside it which attempt of how many it is.
fn title(app: &App, page: &ConnectionPage, outside: &ReadContext<'_>) -> (String, Vec<(String, Style)>) {
    let sequence = page.shown(&app.facts, outside);
    let record = outside.contents.records().get(sequence);
    let station = record.as_ref().and_then(|record| record.station).or(page.station);
    let identity = station.and_then(|key| outside.contents.stations().get(key)).map(|row| row.identity.to_string());
    let named = identity.or_else(|| app.facts.refused_identity(sequence));
    let title = match named {
        Some(name) => format!("Connection of {}", escape_control(&name)),
        None => "Connection of an unknown client".to_owned(),
    };
    let all = attempts(&app.facts, sequence, page.station, outside);
    let place = all.iter().position(|other| *other == sequence).map_or(0, |index| index + 1);
    let mut remarks = Vec::new();
    if let Some(record) = record {
        remarks.push((format::time_of_day(record.wall_micros, &app.zone)[..8].to_owned(), app.theme.styles.muted));
    }
    if all.len() > 1 && place > 0 {
        remarks.push((format!("attempt {place} of {}", all.len()), app.theme.styles.key));
    }
    (title, remarks)
}

/// The lines of the page at the width of the screen.
pub fn connection_lines(app: &App, page: &ConnectionPage, outside: &ReadContext<'_>) -> Lines {
    let styles = &app.theme.styles;
    let sequence = page.shown(&app.facts, outside);
    let gone = || vec![vec![("Its record was dropped to save memory.".to_owned(), styles.muted)]];
    let Some(record) = outside.contents.records().get(sequence) else { return gone() };
    let end = record.station.zip(record.link).and_then(|(key, link)| app.facts.of(key)?.end_of(link));
    let others = attempts(&app.facts, sequence, page.station, outside);
    let Some(report) = attempt_report(&record, outside.contents, end, &others, outside.now.wall_micros) else {
        return gone();
    };
    let width = usize::from(app.areas().body.width).saturating_sub(2).max(20);
    let mut lines = Lines::new();
    for section in report.sections {
        if !lines.is_empty() {
            lines.push(Vec::new());
        }
        lines.push(vec![(escape_control(&section.heading).into_owned(), styles.title)]);
        for line in section.lines {
            add(app, line, width, &mut lines);
        }
    }
    lines
}

fn add(app: &App, line: AttemptLine, width: usize, lines: &mut Lines) {
    let styles = &app.theme.styles;
    match line {
        AttemptLine::Fact { name, value, tone } => {
            let value = escape_control(&value);
            let mut name = name;
            for part in broken(&value, width.saturating_sub(NAMES)) {
                lines.push(vec![(padded(name, NAMES), styles.muted), (part, tone_style(tone, styles))]);
                name = "";
            }
        }
        AttemptLine::Step(step) => lines.push(step_line(step, width, styles)),
        AttemptLine::Head { by_us, first, text } => {
            let style = if by_us { styles.outgoing } else { styles.incoming };
            let sign = if first { if by_us { "→ " } else { "← " } } else { "  " };
            let text = escape_control(&text);
            let mut sign = sign;
            for part in broken(&text, width.saturating_sub(4)) {
                let part_style = if first { style } else { Style::new() };
                lines.push(vec![(format!("  {sign}"), style), (part, part_style)]);
                sign = "    ";
            }
        }
        AttemptLine::Other { wall_micros, outcome, tone, shown, .. } => {
            let time = format::time_of_day(wall_micros, &app.zone)[..8].to_owned();
            let sign = if shown { "▸ " } else { "  " };
            let outcome = escape_control(&outcome);
            let mut name = format!("{sign}{time}");
            for part in broken(&outcome, width.saturating_sub(NAMES)) {
                lines.push(vec![
                    (padded(&name, NAMES), if shown { styles.key } else { styles.muted }),
                    (part, tone_style(tone, styles)),
                ]);
                name.clear();
            }
        }
    }
}

/// A step: its name, how long it took, and where it lies in the whole.
fn step_line(step: StepTime, width: usize, styles: &Styles) -> Vec<(String, Style)> {
    let name = padded(step.step.words(), NAMES);
    let Some(to) = step.to else {
        let text = format!("{:>TIME$}  ✗ it ended here", "");
        return vec![(name, styles.error), (text.trim_start().to_owned(), styles.error)];
    };
    let took = format::duration(to.saturating_sub(step.from));
    let room = width.saturating_sub(NAMES + TIME + 2).min(BAR);
    let total = step.total.as_secs_f64();
    let column = |time: std::time::Duration| {
        let part = if total > 0.0 { time.as_secs_f64() / total } else { 0.0 };
        ((part * room as f64).round() as usize).min(room)
    };
    let (from, to) = (column(step.from), column(to));
    let bar = format!("{}{}", "·".repeat(from), if to > from { "━".repeat(to - from) } else { "╸".to_owned() });
    let (dots, bar) = bar.split_at("·".len() * from);
    vec![
        (name, styles.muted),
        (format!("{took:>TIME$}  "), styles.base),
        (dots.to_owned(), styles.muted),
        (bar.to_owned(), styles.good),
    ]
}

/// A text in lines, also where a word is longer than a line, as fingerprints are.
fn broken(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = Vec::new();
    for line in wrap(text, width) {
        let mut rest = line.as_str();
        while width_of(rest) > width {
            let part = columns_of(rest, width);
            if part.is_empty() {
                break;
            }
            lines.push(part.to_owned());
            rest = &rest[part.len()..];
        }
        lines.push(rest.to_owned());
    }
    lines
}

fn padded(name: &str, width: usize) -> String {
    format!("{name}{}", " ".repeat(width.saturating_sub(width_of(name)).max(1)))
}

fn tone_style(tone: FactTone, styles: &Styles) -> Style {
    match tone {
        FactTone::Plain => Style::new(),
        FactTone::Good => styles.good,
        FactTone::Warning => styles.warning,
        FactTone::Bad => styles.error,
        FactTone::Muted => styles.muted,
    }
}
