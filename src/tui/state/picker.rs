//! The list of actions that we may send to a station, narrowed while a person types.

use std::sync::Arc;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use crate::ocpp::{ActionDefinition, Catalog, Role, Version};
use crate::trace::StationKey;
use crate::tui::widget::{InputLine, Viewport};

/// The state.
#[derive(Debug)]
pub struct Picker {
    /// Where the call will go.
    pub targets: Vec<StationKey>,
    /// What is typed.
    pub input: InputLine,
    entries: Vec<Arc<ActionDefinition>>,
    shown: Vec<usize>,
    selected: usize,
    viewport: Viewport,
}

impl Picker {
    /// All actions that `initiator` may send in a version.
    pub fn new(targets: Vec<StationKey>, catalog: &Catalog, version: Version, initiator: Role) -> Picker {
        let entries: Vec<_> = catalog.actions_of(version, initiator).cloned().collect();
        let mut picker = Picker {
            targets,
            input: InputLine::default(),
            entries,
            shown: Vec::new(),
            selected: 0,
            viewport: Viewport::default(),
        };
        picker.narrow();
        picker
    }

    /// The actions that fit what is typed, best first.
    pub fn shown(&self) -> impl ExactSizeIterator<Item = &Arc<ActionDefinition>> {
        self.shown.iter().map(|index| &self.entries[*index])
    }

    /// The index of the selected one.
    pub fn selected(&self) -> usize {
        self.selected
    }

    /// The selected action.
    pub fn choice(&self) -> Option<&Arc<ActionDefinition>> {
        self.shown.get(self.selected).map(|index| &self.entries[*index])
    }

    /// The first one on the screen.
    pub fn top(&self, height: usize) -> usize {
        self.viewport.top(self.selected, self.shown.len(), height)
    }

    /// Moves the selection.
    pub fn move_by(&mut self, lines: isize, height: usize) {
        let to = self.selected.saturating_add_signed(lines).min(self.shown.len().saturating_sub(1));
        self.viewport.moved(self.selected, to, self.shown.len(), height);
        self.selected = to;
    }

    /// Looks anew at what is typed.
    pub fn narrow(&mut self) {
        let pattern = Pattern::parse(self.input.text(), CaseMatching::Smart, Normalization::Smart);
        let everything = self.input.text().is_empty();
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut letters = Vec::new();
        let scores = self.entries.iter().enumerate().filter_map(|(index, entry)| {
            let score = pattern.score(Utf32Str::new(&entry.name, &mut letters), &mut matcher)?;
            // Of names that fit equally well the shorter one is meant: `res` is Reset before ReserveNow.
            let length = if everything { 0 } else { entry.name.len() };
            Some((std::cmp::Reverse(score), length, index))
        });
        let mut ranked: Vec<_> = scores.collect();
        ranked.sort();
        self.shown = ranked.into_iter().map(|(_, _, index)| index).collect();
        self.selected = 0;
        self.viewport = Viewport::default();
    }
}
