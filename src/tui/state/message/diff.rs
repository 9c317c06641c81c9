//! The difference view: a message beside the previous one of the same kind, action and station, line by line. `similar` compares the
//! lines; how much it is given is limited here, because the view is computed while the screen waits.

use similar::{Algorithm, ChangeTag, capture_diff_slices};

use super::line::{LineTone, TextLine};
use crate::trace::decode::payload_text;
use crate::trace::{Record, RecordKind, Store};
use crate::tui::widget::lay_out;

/// How many records back the previous message is looked for.
const SEARCHED: u64 = 50_000;
/// Longer messages are not compared.
const LONGEST: usize = 64 * 1024;
/// More lines than this that differ at a stretch are shown as removed and added as a whole.
const STRETCH: usize = 600;

/// The message before this one, with the same way, kind, action and station.
pub(super) fn previous<'a>(record: &Record<'_>, records: &'a Store) -> Option<Record<'a>> {
    let RecordKind::Frame(..) = record.kind else { return None };
    let from = record.sequence.saturating_sub(SEARCHED);
    records
        .iter(from..record.sequence)
        .rev()
        .find(|other| other.kind == record.kind && other.station == record.station && other.action == record.action)
}

/// The lines that compare two messages.
pub(super) fn lines(record: &Record<'_>, before: Option<Record<'_>>, ago: Option<String>) -> Vec<TextLine> {
    let Some(before) = before else {
        let text = match record.kind {
            RecordKind::Frame(..) => "There is no earlier message of this action and station to compare with.",
            _ => "This line is no message.",
        };
        return vec![TextLine::new(text, LineTone::Muted)];
    };
    if record.text.len().max(before.text.len()) > LONGEST {
        return vec![TextLine::new("These messages are too long to be compared (64 KiB).", LineTone::Muted)];
    }
    let laid_out = |record: &Record<'_>| lay_out(&payload_text(record), LONGEST);
    let (old, new) = (laid_out(&before), laid_out(record));
    let mut lines = vec![TextLine::new(format!("Against the one {} before:", ago.unwrap_or_default()), LineTone::Muted)];
    let changes = compare(&old.lines().collect::<Vec<_>>(), &new.lines().collect::<Vec<_>>());
    if changes.iter().all(|(change, _)| *change == ' ') {
        lines.push(TextLine::new("They are the same.", LineTone::Good));
    }
    lines.extend(changes.into_iter().map(|(change, text)| {
        let tone = match change {
            '+' => LineTone::Good,
            '-' => LineTone::Error,
            _ => LineTone::Muted,
        };
        TextLine::new(format!("{change} {text}"), tone)
    }));
    lines
}

/// The lines of both, each with `-`, `+` or a blank.
fn compare<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<(char, &'a str)> {
    let same = |pair: &(&&str, &&str)| pair.0 == pair.1;
    let head = old.iter().zip(new).take_while(same).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(same).count();
    let (before, after) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    let mut changes: Vec<(char, &str)> = old[..head].iter().map(|line| (' ', *line)).collect();
    if before.len() > STRETCH || after.len() > STRETCH {
        changes.extend(before.iter().map(|line| ('-', *line)).chain(after.iter().map(|line| ('+', *line))));
    } else {
        between(before, after, &mut changes);
    }
    changes.extend(old[old.len() - tail..].iter().map(|line| (' ', *line)));
    changes
}

/// Appends the shortest list of changes from one text to the other.
fn between<'a>(old: &[&'a str], new: &[&'a str], changes: &mut Vec<(char, &'a str)>) {
    let operations = capture_diff_slices(Algorithm::Myers, old, new);
    changes.extend(operations.iter().flat_map(|operation| operation.iter_changes(old, new)).map(|change| {
        let sign = match change.tag() {
            ChangeTag::Delete => '-',
            ChangeTag::Insert => '+',
            ChangeTag::Equal => ' ',
        };
        (sign, change.value())
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_lines_are_marked() {
        let text =
            |changes: Vec<(char, &str)>| changes.iter().map(|(change, line)| format!("{change}{line}")).collect::<Vec<_>>();
        let changes = compare(&["{", "a", "b", "c", "}"], &["{", "a", "x", "c", "d", "}"]);
        assert_eq!(text(changes), [" {", " a", "-b", "+x", " c", "+d", " }"]);
        assert_eq!(text(compare(&[], &["a"])), ["+a"]);
        assert_eq!(text(compare(&["a", "a"], &["a"])), [" a", "-a"]);
        let long = vec!["x"; 2 * STRETCH];
        assert_eq!(compare(&long, &["y"]).len(), 2 * STRETCH + 1);
    }
}
