//! How the lines of the trace look: which time they show, whether they show JSON, how far they are scrolled sideways; and the meanings of
//! the lines that were drawn, so that a line that stays on the screen is read once.

use std::cell::RefCell;
use std::sync::Arc;

use foldhash::HashMap;

use crate::ocpp::summary::MessageSummary;
use crate::trace::Sequence;

/// How many meanings are kept; some screens full.
const MEANINGS: usize = 512;
/// How far lines can be scrolled sideways, in columns.
const FARTHEST: usize = 10_000;

/// Which time a line of the trace shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TimeDisplay {
    /// The time of day in the time zone of the screen.
    #[default]
    Local,
    /// The time of day in UTC.
    Utc,
    /// The time since the session began.
    Start,
    /// The time since the line above.
    Line,
    /// The time since the last bookmark above.
    Bookmark,
}

impl TimeDisplay {
    const ALL: [TimeDisplay; 5] =
        [TimeDisplay::Local, TimeDisplay::Utc, TimeDisplay::Start, TimeDisplay::Line, TimeDisplay::Bookmark];

    /// The one after this, and after the last the first.
    pub fn next(self) -> TimeDisplay {
        TimeDisplay::ALL[(self as usize + 1) % TimeDisplay::ALL.len()]
    }

    /// The name under which it is saved.
    pub fn name(self) -> &'static str {
        match self {
            TimeDisplay::Local => "local",
            TimeDisplay::Utc => "utc",
            TimeDisplay::Start => "start",
            TimeDisplay::Line => "line",
            TimeDisplay::Bookmark => "bookmark",
        }
    }

    /// Finds one by its name.
    pub fn named(name: &str) -> Option<TimeDisplay> {
        TimeDisplay::ALL.into_iter().find(|form| form.name() == name)
    }

    /// The heading of its column.
    pub fn heading(self) -> &'static str {
        match self {
            TimeDisplay::Local => "time",
            TimeDisplay::Utc => "UTC",
            TimeDisplay::Start => "start+",
            TimeDisplay::Line => "line+",
            TimeDisplay::Bookmark => "◆+",
        }
    }

    /// What it is, for a toast.
    pub fn words(self) -> &'static str {
        match self {
            TimeDisplay::Local => "Times are local",
            TimeDisplay::Utc => "Times are UTC",
            TimeDisplay::Start => "Times count from the start of the session",
            TimeDisplay::Line => "Times count from the line above",
            TimeDisplay::Bookmark => "Times count from the last bookmark above; b puts one",
        }
    }
}

/// How the lines look.
#[derive(Debug, Default)]
pub struct TraceLook {
    /// Which time they show.
    pub time: TimeDisplay,
    /// Whether they show JSON instead of what it means.
    pub json: bool,
    /// How many columns of their text are scrolled out at the left.
    pub shift: usize,
    meanings: RefCell<HashMap<(Sequence, Sequence), Arc<MessageSummary>>>,
}

impl TraceLook {
    /// Scrolls sideways.
    pub fn scroll_sideways(&mut self, columns: isize) {
        self.shift = self.shift.saturating_add_signed(columns).min(FARTHEST);
    }

    /// The meaning of a record, together with its answer when that has a number: as it was when it was last drawn, or made now. Neither
    /// record may change what it means, which holds for frames.
    pub fn meaning(
        &self,
        record: Sequence,
        answer: Option<Sequence>,
        make: impl FnOnce() -> MessageSummary,
    ) -> Arc<MessageSummary> {
        // No answer has the number of its call.
        let key = (record, answer.unwrap_or(record));
        let mut meanings = self.meanings.borrow_mut();
        if meanings.len() >= MEANINGS && !meanings.contains_key(&key) {
            meanings.clear();
        }
        meanings.entry(key).or_insert_with(|| Arc::new(make())).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_time_comes_back_from_its_name() {
        let mut form = TimeDisplay::Local;
        for _ in 0..TimeDisplay::ALL.len() {
            assert_eq!(TimeDisplay::named(form.name()), Some(form));
            form = form.next();
        }
        assert_eq!((form, TimeDisplay::named("sundial")), (TimeDisplay::Local, None));
    }

    #[test]
    fn a_meaning_is_made_once_while_it_is_on_the_screen() {
        let look = TraceLook::default();
        let mut made = 0;
        for _ in 0..3 {
            for sequence in 0..60 {
                look.meaning(sequence, None, || {
                    made += 1;
                    MessageSummary::default()
                });
            }
        }
        assert_eq!(made, 60);
        look.meaning(0, Some(1), || {
            made += 1;
            MessageSummary::default()
        });
        assert_eq!(made, 61, "the answer changes the meaning");
        for sequence in 0..10_000 {
            look.meaning(sequence, None, MessageSummary::default);
        }
        assert!(look.meanings.borrow().len() <= MEANINGS);
    }
}
