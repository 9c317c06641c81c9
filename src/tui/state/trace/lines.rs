//! The lines that are on the screen: records, the line about evicted records, and a line with the date where a day begins. Lines with
//! dates belong to the view: they are no records, and nothing can select them.

use super::view::TraceView;
use crate::trace::Sequence;

/// A line on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TraceLine {
    /// Older records were evicted, or are before the clear mark.
    Evicted,
    /// A day begins with the record of this number.
    Date(Sequence),
    /// A record.
    Record {
        /// Its index among the shown records.
        index: usize,
        /// Its number.
        sequence: Sequence,
    },
}

impl TraceView {
    /// The lines of a screen of this height. `day` is the day of a record. Where lines with dates take room, those at the end make place,
    /// or those at the start when the selected one would be lost.
    pub fn lines(&self, height: usize, day: impl Fn(Sequence) -> Option<i64>) -> Vec<TraceLine> {
        let top = self.top(height);
        let mut lines = Vec::with_capacity(height + 2);
        let mut before = top.checked_sub(1).and_then(|line| self.on_line(line)).and_then(&day);
        let mut selected = 0;
        for line in top..top + height {
            let Some(sequence) = self.on_line(line) else {
                if line == 0 && self.gap() > 0 {
                    lines.push(TraceLine::Evicted);
                }
                continue;
            };
            let today = day(sequence);
            if before.is_some() && today.is_some() && before != today {
                lines.push(TraceLine::Date(sequence));
            }
            before = today.or(before);
            let index = self.index_from(sequence);
            if index == self.position() {
                selected = lines.len();
            }
            lines.push(TraceLine::Record { index, sequence });
        }
        let surplus = (selected + 1).saturating_sub(height);
        lines.drain(..surplus);
        lines.truncate(height);
        lines
    }
}
