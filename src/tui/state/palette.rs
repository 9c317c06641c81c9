//! A list of choices that is narrowed while the user types: the palette, the themes, the texts that the editor can start with. The
//! choices and what follows from them are in `update`.

use std::sync::Arc;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::columns::Column;
use crate::ocpp::ActionDefinition;
use crate::trace::StationKey;
use crate::tui::action::ContextAction;
use crate::tui::theme::Theme;
use crate::tui::widget::{InputLine, NarrowedList};

/// What follows from a choice.
#[derive(Debug, Clone)]
pub enum ChoiceAction {
    /// An action of the table.
    Act(ContextAction),
    /// A command is put into the command line, without its arguments.
    Command(String),
    /// A call is edited.
    Call(Arc<ActionDefinition>),
    /// A station is selected.
    Station(StationKey),
    /// The configuration of a station is compared with that of another one.
    CompareWith(StationKey),
    /// The stations are sorted by a column.
    SortBy(Column),
    /// A theme is activated.
    Theme(String),
    /// A command is run.
    Run(String),
    /// A line is put into the command line.
    Line(String),
    /// A held frame is edited.
    Held(u64),
    /// A text replaces that of the editor.
    Text(String),
    /// A draft is edited again, or a favourite: the place in its list.
    Kept(KeptKind, usize),
    /// A favourite is removed.
    Forget(usize),
    /// A text is copied.
    Copy(String),
}

/// Which list of saved texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptKind {
    /// Drafts.
    Draft,
    /// Favourites.
    Favourite,
}

/// One line of the list.
#[derive(Debug, Clone)]
pub struct PaletteChoice {
    /// Its kind, in a word.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// One line about it.
    pub detail: String,
    /// The key that does the same.
    pub keys: String,
    /// Why it is not available now.
    pub obstacle: Option<String>,
    /// What follows.
    pub does: ChoiceAction,
}

/// The state.
#[derive(Debug)]
pub struct Palette {
    /// The title.
    pub title: String,
    /// What is typed.
    pub input: InputLine,
    /// The theme to restore when none is chosen.
    pub before: Option<Theme>,
    /// The choices; those that match what is typed are shown, best first.
    pub list: NarrowedList<PaletteChoice>,
    /// The names that were chosen before, the newest first; they are on top while nothing is typed.
    recent: Vec<String>,
}

impl Palette {
    /// A list of choices.
    pub fn new(title: impl Into<String>, choices: Vec<PaletteChoice>, recent: Vec<String>) -> Palette {
        let mut list = Palette {
            title: title.into(),
            input: InputLine::default(),
            before: None,
            list: NarrowedList::new(choices),
            recent,
        };
        list.narrow();
        list
    }

    /// Selects the choice of this name.
    pub fn select(&mut self, name: &str, height: usize) {
        let place = self.list.shown().position(|choice| choice.name == name);
        if let Some(place) = place {
            self.list.move_to(place, height);
        }
    }

    /// Filters and ranks the choices by what is typed.
    pub fn narrow(&mut self) {
        let typed = self.input.text().trim();
        let choices = self.list.items();
        let mut ranked: Vec<(std::cmp::Reverse<u32>, usize, usize)> = if typed.is_empty() {
            let newest =
                |choice: &PaletteChoice| self.recent.iter().position(|name| *name == choice.name).unwrap_or(usize::MAX);
            choices.iter().enumerate().map(|(index, choice)| (std::cmp::Reverse(0), newest(choice), index)).collect()
        } else {
            let pattern = Pattern::parse(typed, CaseMatching::Smart, Normalization::Smart);
            let mut matcher = Matcher::new(Config::DEFAULT);
            let mut letters = Vec::new();
            let words: Vec<String> = typed.split_whitespace().map(str::to_lowercase).collect();
            let scores = choices.iter().enumerate().filter_map(|(index, choice)| {
                let name = pattern.score(Utf32Str::new(&choice.name, &mut letters), &mut matcher);
                // In a description only whole pieces count: scattered letters are found in every sentence.
                let all = || format!("{} {} {}", choice.kind, choice.name, choice.detail).to_lowercase();
                let described = || {
                    Some(1).filter(|_| {
                        let all = all();
                        words.iter().all(|word| all.contains(word))
                    })
                };
                Some((name.or_else(described)?, choice.name.len(), index))
            });
            let scores: Vec<_> = scores.collect();
            // Letters that are scattered over a name fit badly; beside names that fit well they are only noise.
            let best = scores.iter().map(|(score, ..)| *score).max().unwrap_or(0);
            let fits = |score: u32, index: usize| {
                let name = choices[index].name.to_lowercase();
                score == 1 || score * 3 >= best * 2 || words.iter().all(|word| name.contains(word))
            };
            let kept = scores.into_iter().filter(|(score, _, index)| fits(*score, *index));
            kept.map(|(score, length, index)| (std::cmp::Reverse(score), length, index)).collect()
        };
        ranked.sort_unstable();
        self.list.show(ranked.into_iter().map(|(_, _, index)| index));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(name: &str, detail: &str) -> PaletteChoice {
        let does = ChoiceAction::Command(name.to_owned());
        PaletteChoice { kind: "command", name: name.into(), detail: detail.into(), keys: String::new(), obstacle: None, does }
    }

    fn names(palette: &Palette) -> Vec<&str> {
        palette.list.shown().map(|choice| choice.name.as_str()).collect()
    }

    #[test]
    fn recent_choices_come_first_and_names_count_more_than_descriptions() {
        let choices = vec![choice("heartbeat", "reset the timer"), choice("remote_reset", "send"), choice("stations", "list")];
        let mut palette = Palette::new("", choices, vec!["stations".into(), "gone".into()]);
        assert_eq!(names(&palette), ["stations", "heartbeat", "remote_reset"]);
        palette.input.set("reset");
        palette.narrow();
        assert_eq!(names(&palette), ["remote_reset", "heartbeat"]);
        palette.input.set("zzz");
        palette.narrow();
        assert!(palette.list.choice().is_none());
    }
}
