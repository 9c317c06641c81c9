//! Cells of a table for a spreadsheet. A spreadsheet takes a cell that begins like a formula for one, so a quotation mark is put before it.

use std::io::{self, Write};

use crate::sanitize::is_unsafe;

/// A table that is written.
pub(super) struct CsvCells<W: Write> {
    writer: csv::Writer<W>,
}

impl<W: Write> CsvCells<W> {
    /// A table with these names of columns.
    pub fn new(out: W, names: &[&str]) -> io::Result<CsvCells<W>> {
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
        writer.write_record(names).map_err(io::Error::other)?;
        Ok(CsvCells { writer })
    }

    /// A row.
    pub fn row(&mut self, cells: &[&str]) -> io::Result<()> {
        let cells = cells.iter().map(|cell| safe(cell));
        self.writer.write_record(cells).map_err(io::Error::other)
    }

    /// The end.
    pub fn finish(mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// A cell that no spreadsheet and no terminal acts on. Numbers stay numbers.
fn safe(cell: &str) -> String {
    let shown: String = cell.chars().map(|c| if is_unsafe(c) { '\u{fffd}' } else { c }).collect();
    let is_formula = shown.trim_start().starts_with(['=', '+', '-', '@', '|', '%']) && shown.parse::<f64>().is_err();
    if is_formula || cell.starts_with(['\t', '\r', '\n']) { format!("'{shown}") } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (cell, wanted) in [
            ("=1+1", "'=1+1"),
            (" @SUM(A1)", "' @SUM(A1)"),
            ("-12.5", "-12.5"),
            ("-cmd", "'-cmd"),
            ("\tx", "'\u{fffd}x"),
            ("a\u{1b}[2J", "a\u{fffd}[2J"),
            ("plain, \"text\"", "plain, \"text\""),
        ] {
            assert_eq!(safe(cell), wanted, "{cell:?}");
        }
    }
}
