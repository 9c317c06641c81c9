//! The list of actions that we may send to a station, narrowed while the user types.

use std::collections::BTreeSet;
use std::sync::Arc;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use crate::ocpp::{ActionDefinition, Catalog, Role, Version};
use crate::trace::StationKey;
use crate::tui::widget::{InputLine, NarrowedList};

/// The state.
#[derive(Debug)]
pub struct ActionPicker {
    /// The stations that get the call.
    pub targets: Vec<StationKey>,
    /// What is typed.
    pub input: InputLine,
    /// The actions; those that match what is typed are shown, best first.
    pub list: NarrowedList<Arc<ActionDefinition>>,
    /// The actions that were sent before, the newest first; they are on top while nothing is typed.
    recent: Vec<String>,
    /// The actions that the station has refused as unknown to it; they are last while nothing is typed.
    unsupported: BTreeSet<String>,
}

impl ActionPicker {
    /// All actions that `initiator` may send in a version.
    pub fn new(
        targets: Vec<StationKey>,
        catalog: &Catalog,
        version: Version,
        initiator: Role,
        recent: Vec<String>,
        unsupported: BTreeSet<String>,
    ) -> ActionPicker {
        let actions = catalog.actions_of(version, initiator).cloned().collect();
        let list = NarrowedList::new(actions);
        let mut picker = ActionPicker { targets, input: InputLine::default(), list, recent, unsupported };
        picker.narrow();
        picker
    }

    /// Whether the action was sent before.
    pub fn is_recent(&self, action: &str) -> bool {
        self.recent.iter().any(|recent| recent == action)
    }

    /// Whether the station has refused the action as unknown.
    pub fn is_unsupported(&self, action: &str) -> bool {
        self.unsupported.contains(action)
    }

    /// Filters and ranks the actions by what is typed.
    pub fn narrow(&mut self) {
        let pattern = Pattern::parse(self.input.text(), CaseMatching::Smart, Normalization::Smart);
        let everything = self.input.text().is_empty();
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut letters = Vec::new();
        let scores = self.list.items().iter().enumerate().filter_map(|(index, entry)| {
            let score = pattern.score(Utf32Str::new(&entry.name, &mut letters), &mut matcher)?;
            // Of names that match equally well the shorter one comes first: `res` is Reset before ReserveNow.
            let length = if everything { self.place(&entry.name) } else { entry.name.len() };
            Some((std::cmp::Reverse(score), length, index))
        });
        let mut ranked: Vec<_> = scores.collect();
        ranked.sort();
        self.list.show(ranked.into_iter().map(|(_, _, index)| index));
    }

    /// Where an action stands while nothing is typed: what was sent before, then the others, then what the station does not know.
    fn place(&self, action: &str) -> usize {
        if self.is_unsupported(action) {
            return usize::MAX;
        }
        self.recent.iter().position(|recent| recent == action).unwrap_or(usize::MAX - 1)
    }
}
