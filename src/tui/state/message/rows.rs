//! From lines to rows of the screen. A line that is too wide continues on the rows below it, indented; with wrapping off each line is one
//! row, and the view scrolls sideways. What is on a row is a range of bytes of its line, so nothing is copied until it is drawn.

use std::ops::Range;

use super::line::{LineTone, TextLine};
use crate::sanitize;
use crate::text_width::{clusters, width_of};

/// The columns of a continued line beyond those before its text.
const HANG: usize = 2;

/// A row of the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ScreenRow {
    /// The line that it shows a part of.
    pub line: usize,
    /// The bytes of the line's text.
    pub part: Range<usize>,
    /// Blank columns before them.
    pub indent: usize,
}

/// A piece of text on a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowPiece {
    /// The text.
    pub text: String,
    /// What it is.
    pub tone: LineTone,
    /// Whether the search finds it, and whether it is the one to which the search went.
    pub found: Option<bool>,
}

/// Appends the rows of a line.
pub(super) fn push_rows(index: usize, line: &TextLine, width: Option<usize>, rows: &mut Vec<ScreenRow>) {
    let text = line.text();
    let Some(width) = width.map(|width| width.max(4)) else {
        rows.push(ScreenRow { line: index, part: 0..text.len(), indent: 0 });
        return;
    };
    if text.len() <= width && text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        rows.push(ScreenRow { line: index, part: 0..text.len(), indent: 0 });
        return;
    }
    let own = text.len() - text.trim_start_matches(' ').len();
    let hang = line.hang.unwrap_or(own + HANG).min(width / 2);
    let mut start = 0;
    loop {
        let indent = if start == 0 { 0 } else { hang };
        let (end, next) = fitting(&text[start..], width - indent, line.exact, if start == 0 { own } else { 0 });
        rows.push(ScreenRow { line: index, part: start..start + end, indent });
        start += next;
        if start >= text.len() {
            return;
        }
    }
}

/// The rows of a line of at most so many columns, as pieces of text.
pub(in crate::tui::state) fn wrapped(line: &TextLine, width: usize) -> Vec<Vec<(String, LineTone)>> {
    let mut rows = Vec::new();
    push_rows(0, line, Some(width), &mut rows);
    let row = |row: &ScreenRow| {
        let blanks = (row.indent > 0).then(|| (" ".repeat(row.indent), LineTone::Base));
        let pieces = pieces_of(line, &row.part, &[]).into_iter().map(|piece| (piece.text, piece.tone));
        blanks.into_iter().chain(pieces).collect()
    };
    rows.iter().map(row).collect()
}

/// How many bytes of a text fit into so many columns, and where the rest begins. The blanks at a break belong to neither row, unless the
/// text is kept exactly. The first `own` bytes are indentation, behind which there is no break.
fn fitting(text: &str, width: usize, exact: bool, own: usize) -> (usize, usize) {
    let mut used = 0;
    let mut blank = None;
    for (at, cluster, columns) in clusters(text) {
        if cluster == " " && at > own {
            blank = Some(at);
        }
        let columns = columns_of(cluster, columns);
        if used + columns > width && at > 0 {
            let end = blank.filter(|blank| !exact && *blank >= text[..at].len() / 3).unwrap_or(at);
            let next = if exact { end } else { end + blanks(&text[end..]) };
            return (end, next);
        }
        used += columns;
    }
    (text.len(), text.len())
}

fn blanks(text: &str) -> usize {
    text.len() - text.trim_start_matches(' ').len()
}

/// The columns of a cluster as it is shown: unsafe characters take the room of their escapes.
fn columns_of(cluster: &str, columns: usize) -> usize {
    if cluster.chars().any(sanitize::is_unsafe) { width_of(&sanitize::escape_control(cluster)) } else { columns }
}

/// The pieces of a row. `found` are the places of the search in the line, and whether it is the current one.
pub(super) fn pieces_of(line: &TextLine, part: &Range<usize>, found: &[(Range<usize>, bool)]) -> Vec<RowPiece> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for (text, tone) in &line.pieces {
        let range = start.max(part.start)..(start + text.len()).min(part.end);
        let mut at = range.start;
        while at < range.end {
            let inside = found.iter().find(|(place, _)| place.contains(&at));
            let (end, found) = match inside {
                Some((place, current)) => (place.end, Some(*current)),
                None => {
                    (found.iter().map(|(place, _)| place.start).filter(|start| *start > at).min().unwrap_or(range.end), None)
                }
            };
            let end = end.min(range.end);
            // Both are borders of characters: a place that was found begins and ends at one, and so do rows and pieces.
            let text = text.get(at - start..end - start).unwrap_or_default().to_owned();
            pieces.push(RowPiece { text, tone: *tone, found });
            at = end;
        }
        start += text.len();
    }
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows_of(line: &TextLine, width: Option<usize>) -> Vec<String> {
        let mut rows = Vec::new();
        push_rows(0, line, width, &mut rows);
        let text = line.text();
        rows.into_iter().map(|row| format!("{}{}", " ".repeat(row.indent), &text[row.part])).collect()
    }

    #[test]
    fn a_long_line_continues_below_its_own_text() {
        let line = TextLine::new("  a description that is long", LineTone::Base);
        assert_eq!(rows_of(&line, Some(18)), ["  a description", "    that is long"]);
        assert_eq!(rows_of(&line, Some(12)), ["  a descript", "    ion that", "    is long"]);
        assert_eq!(rows_of(&line, None), ["  a description that is long"]);
        assert_eq!(rows_of(&line.hanging(6), Some(40)), ["  a description that is long"]);
        let together = TextLine::new("valid  id\u{a0}12345", LineTone::Base).hanging(2);
        assert_eq!(
            rows_of(&together, Some(12)),
            ["valid ", "  id\u{a0}12345"],
            "a blank that does not break keeps its words together"
        );
    }

    #[test]
    fn exact_lines_lose_nothing_and_wide_characters_are_not_cut() {
        let exact = TextLine { exact: true, hang: Some(0), ..TextLine::new("ab cd ef", LineTone::Base) };
        assert_eq!(rows_of(&exact, Some(5)), ["ab cd", " ef"]);
        let wide = TextLine { exact: true, hang: Some(0), ..TextLine::new("日本語", LineTone::Base) };
        assert_eq!(rows_of(&wide, Some(5)), ["日本", "語"]);
        let hostile = TextLine { hang: Some(0), ..TextLine::new("ab\u{1b}[2J", LineTone::Base) };
        assert_eq!(rows_of(&hostile, Some(8)), ["ab\u{1b}", "[2J"]);
        assert_eq!(rows_of(&TextLine::default(), Some(5)), [""]);
    }

    #[test]
    fn what_is_found_is_a_piece_of_its_own() {
        let line = TextLine::new("key ", LineTone::Key).and("value", LineTone::Text);
        let found = [(2..6, true)];
        let pieces = pieces_of(&line, &(0..9), &found);
        let shown: Vec<_> = pieces.iter().map(|piece| (piece.text.as_str(), piece.tone, piece.found)).collect();
        assert_eq!(
            shown,
            [
                ("ke", LineTone::Key, None),
                ("y ", LineTone::Key, Some(true)),
                ("va", LineTone::Text, Some(true)),
                ("lue", LineTone::Text, None)
            ]
        );
        assert_eq!(pieces_of(&line, &(5..7), &found).iter().map(|piece| piece.text.as_str()).collect::<String>(), "al");
    }

    proptest! {
        #[test]
        fn rows_fit_and_nothing_but_blanks_is_lost(text in "[ a-zé日\u{1b}]{0,80}", width in 4_usize..30, exact: bool) {
            let line = TextLine { exact, ..TextLine::new(text.clone(), LineTone::Base) };
            let mut rows = Vec::new();
            push_rows(0, &line, Some(width), &mut rows);
            let kept: String = rows.iter().map(|row| &text[row.part.clone()]).collect();
            let plain = |text: &str| text.chars().filter(|character| exact || *character != ' ').collect::<String>();
            prop_assert_eq!(plain(&kept), plain(&text));
            for row in &rows {
                let part = &text[row.part.clone()];
                let columns: usize = clusters(part).map(|(_, cluster, columns)| columns_of(cluster, columns)).sum();
                // A single character may be wider than what is left.
                prop_assert!(row.indent + columns <= width || part.chars().count() == 1);
            }
        }
    }
}
