//! What can be undone of what is shown: filters, marks, the clear mark, forgotten stations. After each step the present state is compared
//! with the one before; nothing has to announce a change.

use std::collections::BTreeSet;

use super::filter::PaneFilter;
use crate::trace::{Sequence, StationKey};

/// How many steps can be undone.
const STEPS: usize = 50;

/// What is shown, as far as it can be undone.
#[derive(Debug, Clone, PartialEq)]
pub struct ShownState {
    /// The filter of the trace.
    pub trace: PaneFilter,
    /// The filter of the stations.
    pub stations: PaneFilter,
    /// The marked stations.
    pub marked: BTreeSet<StationKey>,
    /// The first record that is not hidden by the clear mark.
    pub cleared: Sequence,
    /// The stations that were taken out of the list.
    pub forgotten: BTreeSet<StationKey>,
}

impl ShownState {
    /// What another state changed, in a few words.
    pub fn difference(&self, other: &ShownState) -> &'static str {
        if self.trace != other.trace {
            "the filter of the trace"
        } else if self.stations != other.stations {
            "the filter of the stations"
        } else if self.cleared != other.cleared {
            "the clear mark"
        } else if self.forgotten != other.forgotten {
            "the stations that were forgotten"
        } else {
            "the marks"
        }
    }
}

/// The states before, oldest first.
#[derive(Debug, Default)]
pub struct UndoHistory {
    present: Option<ShownState>,
    past: Vec<ShownState>,
}

impl UndoHistory {
    /// The state of now, when it was noted before.
    pub fn present(&self) -> Option<&ShownState> {
        self.present.as_ref()
    }

    /// Notes the state of now, which differs from the one that was noted last.
    pub fn note(&mut self, now: ShownState) {
        if let Some(before) = self.present.replace(now) {
            self.past.push(before);
            if self.past.len() > STEPS {
                self.past.remove(0);
            }
        }
    }

    /// Goes back to the state before; returns it with what changed. `None` when there is none.
    pub fn undo(&mut self) -> Option<(ShownState, &'static str)> {
        let before = self.past.pop()?;
        let words = self.present.as_ref().map_or("", |now| now.difference(&before));
        self.present = Some(before.clone());
        Some((before, words))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_taken_back_one_by_one() {
        let state = |filter: &str, cleared| ShownState {
            trace: PaneFilter::parse(filter).unwrap(),
            stations: PaneFilter::default(),
            marked: BTreeSet::new(),
            cleared,
            forgotten: BTreeSet::new(),
        };
        let mut undo = UndoHistory::default();
        assert!(undo.undo().is_none());
        for step in [state("", 0), state("a", 0), state("", 0), state("", 5)] {
            undo.note(step);
        }
        assert_eq!(undo.undo(), Some((state("", 0), "the clear mark")));
        assert_eq!(undo.undo(), Some((state("a", 0), "the filter of the trace")));
        assert_eq!(undo.undo(), Some((state("", 0), "the filter of the trace")));
        assert!(undo.undo().is_none());
        assert_eq!(undo.present(), Some(&state("", 0)));
    }
}
