//! A table as a text to read, as Markdown, as CSV and as JSON.

use serde_json::Value;

use super::{ReportContext, ReportTable};
use crate::sanitize::escape_control;
use crate::text_width::width_of;

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFormat {
    /// In columns, for a terminal.
    Columns,
    /// A table in Markdown.
    Markdown,
    /// Values with commas between.
    Csv,
    /// An array of objects.
    Json,
}

impl TableFormat {
    /// The format that the end of a file name stands for.
    pub fn of_file(file: &str) -> Option<TableFormat> {
        let extension = std::path::Path::new(file).extension()?.to_str()?;
        [("md", TableFormat::Markdown), ("csv", TableFormat::Csv), ("json", TableFormat::Json)]
            .into_iter()
            .find(|(known, _)| extension.eq_ignore_ascii_case(known))
            .map(|(_, format)| format)
    }
}

/// The rows of a table as a text. Control characters are escaped.
pub fn report_text(report: &dyn ReportTable, from: &ReportContext<'_>, rows: &[u64], format: TableFormat) -> String {
    if format == TableFormat::Json {
        let rows: Vec<Value> = rows.iter().map(|row| report.json(from, *row)).collect();
        // Values can always be written: their keys are texts.
        return serde_json::to_string_pretty(&rows).unwrap_or_default();
    }
    let headings = report.columns().iter().map(|column| column.heading.to_owned()).collect();
    let cells = |row: &u64| {
        let columns = 0..report.columns().len();
        columns.map(|column| escape_control(&report.cell(from, *row, column).text).into_owned()).collect()
    };
    let lines: Vec<Vec<String>> = std::iter::once(headings).chain(rows.iter().map(cells)).collect();
    match format {
        TableFormat::Markdown => markdown(report, &report.sentence(from, rows), &lines),
        TableFormat::Csv => {
            lines.iter().map(|line| line.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",") + "\n").collect()
        }
        TableFormat::Columns | TableFormat::Json => columns(report, &lines),
    }
}

fn columns(report: &dyn ReportTable, lines: &[Vec<String>]) -> String {
    let width = |column: usize| lines.iter().map(|line| width_of(&line[column])).max().unwrap_or(0);
    let widths: Vec<usize> = (0..report.columns().len()).map(width).collect();
    let mut text = String::new();
    for line in lines {
        let mut written = String::new();
        for ((cell, column), width) in line.iter().zip(report.columns()).zip(&widths) {
            let blanks = " ".repeat(width - width_of(cell));
            let (before, after) = if column.right { (blanks.as_str(), "") } else { ("", blanks.as_str()) };
            written.extend([before, cell, after, "  "]);
        }
        text.push_str(written.trim_end());
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text
}

fn markdown(report: &dyn ReportTable, sentence: &str, lines: &[Vec<String>]) -> String {
    let row = |line: &[String]| {
        let cells: Vec<String> = line.iter().map(|cell| cell.replace('|', "\\|")).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let rule: Vec<&str> = report.columns().iter().map(|column| if column.right { "---:" } else { "---" }).collect();
    let mut text = format!("# {}\n\n{}\n\n", report.title(), escape_control(sentence));
    for (index, line) in lines.iter().enumerate() {
        text.push_str(&row(line));
        if index == 0 {
            text.push_str(&format!("| {} |\n", rule.join(" | ")));
        }
    }
    text
}

fn quoted(cell: &str) -> String {
    // A cell that begins like a formula would be one in a spreadsheet.
    let cell = if cell.starts_with(['=', '+', '-', '@']) && cell.parse::<f64>().is_err() {
        format!("'{cell}")
    } else {
        cell.to_owned()
    };
    if cell.contains([',', '"']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}
