//! The difference view: a message beside the previous one of the same kind, action and station, line by line.

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
pub(super) fn lines(
    record: &Record<'_>,
    before: Option<Record<'_>>,
    ago: Option<String>,
) -> Vec<TextLine> {
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

/// The shortest way from one text to the other, by the length of the longest common rest at each pair of places.
fn between<'a>(old: &[&'a str], new: &[&'a str], changes: &mut Vec<(char, &'a str)>) {
    let width = new.len() + 1;
    let mut common = vec![0_u16; (old.len() + 1) * width]; // STRETCH fits
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i * width + j] = if old[i] == new[j] {
                common[(i + 1) * width + j + 1] + 1
            } else {
                common[(i + 1) * width + j].max(common[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            changes.push((' ', old[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || (i < old.len() && common[(i + 1) * width + j] >= common[i * width + j + 1]) {
            changes.push(('-', old[i]));
            i += 1;
        } else {
            changes.push(('+', new[j]));
            j += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_same_stays_and_the_rest_is_told() {
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
