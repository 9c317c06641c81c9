//! The difference view: two messages line by line. Which two is decided here: the two bookmarked ones, the selected and a bookmarked one,
//! or the selected and the previous one of the same kind, action and station. `similar` compares the lines; how much it is given is limited
//! here, because the view is computed while the screen waits.

use std::ops::Range;
use std::time::Duration;

use jiff::tz::TimeZone;
use similar::{Algorithm, ChangeTag, capture_diff_slices};

use super::line::{LineTone, TextLine};
use crate::trace::decode::payload_text;
use crate::trace::{Direction, Record, RecordKind, Sequence, Store};
use crate::tui::context::ReadContext;
use crate::tui::widget::{format, lay_out};

/// How many records back the previous message is looked for.
const SEARCHED: u64 = 50_000;
/// Longer messages are not compared.
const LONGEST: usize = 64 * 1024;
/// More lines than this that differ at a stretch are shown as removed and added as a whole.
const STRETCH: usize = 600;

/// What a message is compared with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DiffBase {
    /// The previous one of its kind.
    #[default]
    Previous,
    /// What is bookmarked.
    Bookmarks,
}

/// The bookmarks, as far as they say what to compare.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BookmarkChoice {
    /// Both, when there are exactly two.
    pub pair: Option<(Sequence, Sequence)>,
    /// The one that was put last.
    pub last: Option<Sequence>,
}

/// An earlier message.
pub(super) enum EarlierMessage<'a> {
    Found(Record<'a>),
    /// There is none.
    Nothing,
    /// It may be among records that are on disk: this one is read next.
    OnDisk(Sequence),
}

/// The message before this one, with the same way, kind, action and station.
pub(super) fn previous<'a>(record: &Record<'_>, records: &'a Store) -> EarlierMessage<'a> {
    let RecordKind::Frame(..) = record.kind else { return EarlierMessage::Nothing };
    let range = searched(record.sequence);
    let gap = records.gap_end(&range);
    let found = records
        .held(gap.unwrap_or(range.start)..range.end)
        .rev()
        .find(|other| other.kind == record.kind && other.station == record.station && other.action == record.action);
    match (found, gap) {
        (Some(found), _) => EarlierMessage::Found(found),
        (None, Some(gap)) => EarlierMessage::OnDisk(gap.saturating_sub(1)),
        (None, None) => EarlierMessage::Nothing,
    }
}

/// The record on disk without which the comparison cannot be made yet.
pub(super) fn awaited(record: &Record<'_>, base: DiffBase, bookmarks: BookmarkChoice, records: &Store) -> Option<Sequence> {
    let marked = match (base, bookmarks) {
        (DiffBase::Previous, _) => [None, None],
        (DiffBase::Bookmarks, BookmarkChoice { pair: Some((first, second)), .. }) => [Some(first), Some(second)],
        (DiffBase::Bookmarks, BookmarkChoice { last, .. }) => [last, None],
    };
    let on_disk = marked.into_iter().flatten().find(|sequence| records.is_aside(*sequence));
    on_disk.or_else(|| match previous(record, records) {
        EarlierMessage::OnDisk(sequence) => Some(sequence),
        _ => None,
    })
}

/// The records in which the message before this one is looked for.
pub(super) fn searched(sequence: Sequence) -> Range<Sequence> {
    sequence.saturating_sub(SEARCHED)..sequence
}

/// The lines that compare two messages.
pub(super) fn lines(
    record: &Record<'_>,
    base: DiffBase,
    bookmarks: BookmarkChoice,
    outside: &ReadContext<'_>,
    zone: &TimeZone,
) -> Vec<TextLine> {
    let records = outside.contents.records();
    let mut lines = Vec::new();
    if matches!(base, DiffBase::Bookmarks) && awaited(record, base, bookmarks, records).is_some_and(|it| records.is_aside(it)) {
        lines.push(TextLine::new("What is bookmarked is being read from disk.", LineTone::Muted));
        return lines;
    }
    let marked = |sequence: Sequence| records.get(sequence);
    let bookmarked = match (base, bookmarks) {
        (DiffBase::Previous, _) => None,
        (DiffBase::Bookmarks, BookmarkChoice { pair: Some((first, second)), .. }) => marked(first).zip(marked(second)),
        (DiffBase::Bookmarks, BookmarkChoice { last: Some(last), .. }) if last != record.sequence => {
            marked(last).zip(Some(*record))
        }
        (DiffBase::Bookmarks, BookmarkChoice { last, .. }) => {
            let text = if last.is_some() { "Only this line is bookmarked" } else { "Nothing is bookmarked" };
            lines.push(TextLine::new(
                format!("{text}; b on another line of the trace chooses what to compare with."),
                LineTone::Muted,
            ));
            None
        }
    };
    let (before, after) = match bookmarked {
        Some((one, other)) if one.sequence > other.sequence => (other, one),
        Some(pair) => pair,
        None => match previous(record, records) {
            EarlierMessage::Found(before) => (before, *record),
            EarlierMessage::OnDisk(_) => {
                lines.push(TextLine::new("The message before it is being looked for in what is on disk.", LineTone::Muted));
                return lines;
            }
            EarlierMessage::Nothing => {
                let text = match record.kind {
                    RecordKind::Frame(..) => "There is no earlier message of this action and station to compare with.",
                    _ => "This line is no message.",
                };
                lines.push(TextLine::new(text, LineTone::Muted));
                return lines;
            }
        },
    };
    lines.push(heading("- ", &before, LineTone::Error, record, outside, zone));
    lines.push(heading("+ ", &after, LineTone::Good, record, outside, zone));
    let apart = Duration::from_micros(after.monotonic_micros.saturating_sub(before.monotonic_micros));
    lines.push(TextLine::new(format!("  {} apart", format::duration(apart)), LineTone::Muted));
    if before.text.len().max(after.text.len()) > LONGEST {
        lines.push(TextLine::new("These messages are too long to be compared (64 KiB).", LineTone::Muted));
        return lines;
    }
    let laid_out = |record: &Record<'_>| match record.kind {
        RecordKind::Frame(..) => lay_out(&payload_text(record), LONGEST),
        _ => record.full_text().into_owned(),
    };
    let (old, new) = (laid_out(&before), laid_out(&after));
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
        let own = text.len() - text.trim_start_matches(' ').len();
        TextLine::new(format!("{change} {text}"), tone).hanging(own + 4)
    }));
    lines
}

/// Which message one side is.
fn heading(
    sign: &str,
    record: &Record<'_>,
    tone: LineTone,
    selected: &Record<'_>,
    outside: &ReadContext<'_>,
    zone: &TimeZone,
) -> TextLine {
    let station = record.station.and_then(|key| outside.contents.stations().get(key)).map_or("", |row| &*row.identity);
    let what = match record.kind {
        RecordKind::Frame(direction, kind) => {
            let arrow = if direction == Direction::Out { "→" } else { "←" };
            format!("{arrow} {} {}", kind.word(), record.action.unwrap_or(""))
        }
        _ => "no message".to_owned(),
    };
    let time = format::time_of_day(record.wall_micros, zone);
    let own = record.sequence == selected.sequence;
    let line = TextLine::new(sign, tone)
        .and(what.trim_end().to_owned(), LineTone::Title)
        .and(format!("  {station}  {time}  record {}", format::number(record.sequence)), LineTone::Base)
        .and(if own { "  selected" } else { "" }, LineTone::Muted)
        .hanging(2);
    TextLine { selected: own, ..line }
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
