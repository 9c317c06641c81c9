//! The list of actions that we may send to a station, narrowed while the user types.

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
}

impl ActionPicker {
    /// All actions that `initiator` may send in a version.
    pub fn new(targets: Vec<StationKey>, catalog: &Catalog, version: Version, initiator: Role) -> ActionPicker {
        let actions = catalog.actions_of(version, initiator).cloned().collect();
        let mut picker = ActionPicker { targets, input: InputLine::default(), list: NarrowedList::new(actions) };
        picker.narrow();
        picker
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
            let length = if everything { 0 } else { entry.name.len() };
            Some((std::cmp::Reverse(score), length, index))
        });
        let mut ranked: Vec<_> = scores.collect();
        ranked.sort();
        self.list.show(ranked.into_iter().map(|(_, _, index)| index));
    }
}
