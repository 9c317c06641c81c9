//! A list of choices that is narrowed while the user types: the palette, the themes, the texts that the editor can start with. The
//! choices and what follows from them are in `update`.

use std::cmp::Reverse;
use std::sync::Arc;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use ratatui::layout::Rect;

use super::columns::Column;
use super::device_model_page::AttributePlace;
use crate::ocpp::{ActionDefinition, COUNTERPARTS};
use crate::trace::{Sequence, StationKey};
use crate::tui::action::ContextAction;
use crate::tui::layout::list_box;
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
    /// An attribute of a variable of a station gets this value.
    SetVariable(AttributePlace, String),
    /// The value of an attribute is typed.
    TypeVariable(AttributePlace),
    /// The stations are sorted by a column.
    SortBy(Column),
    /// A theme is activated.
    Theme(String),
    /// A command is run.
    Run(String),
    /// A line is put into the command line.
    Line(String),
    /// A filter of the trace is applied.
    Filter(String),
    /// A text replaces that of the editor.
    Text(String),
    /// A draft is edited again, or a favourite: the place in its list.
    Kept(KeptKind, usize),
    /// A favourite is removed.
    Forget(usize),
    /// A text is copied.
    Copy(String),
    /// The page of an attempt to connect is shown.
    Attempt(Sequence),
    /// A record is selected in the trace.
    Record(Sequence),
    /// The table of the last batch is shown.
    Results,
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
    /// Whether it leaves most of what is below visible, because the selection changes that.
    pub aside: bool,
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
            aside: false,
            before: None,
            list: NarrowedList::new(choices),
            recent,
        };
        list.narrow();
        list
    }

    /// Where it is on a screen with this body.
    pub fn area(&self, body: Rect) -> Rect {
        list_box(body, self.list.items().len(), self.aside)
    }

    /// Selects the choice of this name.
    pub fn select(&mut self, name: &str, height: usize) {
        let place = self.list.shown().position(|choice| choice.name == name);
        if let Some(place) = place {
            self.list.move_to(place, height);
        }
    }

    /// Filters and ranks the choices by what is typed: the very name first, then names that begin so, then what is known by such a word,
    /// then names that contain the words, then letters in that order, then descriptions. Of equals the recent ones come first.
    pub fn narrow(&mut self) {
        let typed = plain(self.input.text());
        let newest = |choice: &PaletteChoice| self.recent.iter().position(|name| *name == choice.name).unwrap_or(usize::MAX);
        let choices = self.list.items();
        if typed.is_empty() {
            let mut order: Vec<usize> = (0..choices.len()).collect();
            order.sort_by_key(|index| newest(&choices[*index]));
            self.list.show(order.into_iter());
            return;
        }
        let pattern = Pattern::parse(&typed, CaseMatching::Ignore, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut letters = Vec::new();
        let mut ranked: Vec<(MatchRank, Reverse<u32>, usize, usize, usize)> = Vec::new();
        for (index, choice) in choices.iter().enumerate() {
            let name = plain(&choice.name);
            let score = pattern.score(Utf32Str::new(&name, &mut letters), &mut matcher);
            if let Some(rank) = rank_of(&typed, &name, choice, score.is_some()) {
                let score = if rank == MatchRank::Letters { score.unwrap_or_default() } else { 0 };
                ranked.push((rank, Reverse(score), newest(choice), name.len(), index));
            }
        }
        // Letters that are scattered over a name fit badly; beside names and descriptions that have the word they are only noise.
        let best = ranked.iter().map(|(_, Reverse(score), ..)| *score).max().unwrap_or(0);
        let well = ranked.iter().any(|(rank, ..)| *rank != MatchRank::Letters);
        ranked.retain(|(rank, Reverse(score), ..)| *rank != MatchRank::Letters || (!well && score * 3 >= best * 2));
        ranked.sort_unstable();
        self.list.show(ranked.into_iter().map(|(.., index)| index));
    }
}

/// How a choice fits what is typed, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum MatchRank {
    Name,
    Beginning,
    Known,
    Words,
    Letters,
    Description,
}

/// Other words by which actions are looked for.
const ALSO: &[(&str, &str)] = &[
    ("copy as", "export markdown command"),
    ("event log", "history messages errors past"),
    ("find", "search"),
    ("follow", "tail newest"),
    ("held", "hold breakpoint intercept waiting"),
    ("legend", "letters signs glyphs symbols filters language examples meaning"),
    ("mouse", "select text"),
    ("page", "details info about"),
    ("pause", "freeze still stop"),
    ("save scenario", "export test record"),
    ("sort", "order column"),
    ("view", "exchanges ladder events"),
    ("zoom", "maximize fullscreen"),
];

fn rank_of(typed: &str, name: &str, choice: &PaletteChoice, has_letters: bool) -> Option<MatchRank> {
    let words = || typed.split(' ');
    let also = ALSO
        .iter()
        .find(|(known, _)| *known == name)
        .map_or_else(|| other_names(&choice.name), |(_, words)| (*words).to_owned());
    Some(if name == typed {
        MatchRank::Name
    } else if name.starts_with(typed) {
        MatchRank::Beginning
    } else if choice.kind == typed
        || (!also.is_empty() && also.starts_with(typed))
        || also.split(' ').any(|word| word.starts_with(typed))
    {
        MatchRank::Known
    } else if words().all(|word| name.contains(word)) {
        MatchRank::Words
    } else if has_letters {
        MatchRank::Letters
    } else {
        // In a description only whole pieces count: scattered letters are found in every sentence.
        let all = format!("{} {name} {also} {}", choice.kind, choice.detail.to_lowercase());
        return words().all(|word| all.contains(word)).then_some(MatchRank::Description);
    })
}

/// The words of the actions of the other generation of OCPP that do what this one does.
fn other_names(action: &str) -> String {
    let others = COUNTERPARTS.iter().filter_map(|(first, second)| match action {
        name if name == *first => Some(second),
        name if name == *second => Some(first),
        _ => None,
    });
    let mut words = String::new();
    for other in others {
        for letter in other.chars() {
            if letter.is_uppercase() && !words.is_empty() {
                words.push(' ');
            }
            words.extend(letter.to_lowercase());
        }
    }
    words
}

/// In lower case, with blanks between words.
fn plain(text: &str) -> String {
    text.trim().to_lowercase().replace(['_', '-'], " ")
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

    #[test]
    fn actions_are_found_by_their_names_in_other_versions() {
        let calls = ["RequestStartTransaction", "SetVariables", "Reset", "RemoteStartTransaction"];
        let mut palette = Palette::new("", calls.map(|name| choice(name, "")).into(), Vec::new());
        for (typed, expected) in [
            ("remote start", "RequestStartTransaction"),
            ("request start", "RemoteStartTransaction"),
            ("change conf", "SetVariables"),
        ] {
            palette.input.set(typed);
            palette.narrow();
            assert_eq!(names(&palette)[0], expected, "{typed}");
        }
    }

    #[test]
    fn the_very_name_comes_first_then_beginnings_then_what_is_known_so() {
        let mut draft = choice("Reset", "Reset, OCPP 1.6");
        draft.kind = "draft";
        let choices = vec![
            choice("signedfirmwarestatusnotification", ""),
            draft,
            choice("status", "one of them"),
            choice("statusnotification", ""),
            choice("remote_triggermessage", "ask for a status"),
            choice("save scenario", ""),
        ];
        let mut palette = Palette::new("", choices, vec!["statusnotification".into()]);
        for (typed, expected) in [
            ("status", &["status", "statusnotification", "signedfirmwarestatusnotification", "remote_triggermessage"][..]),
            ("stat", &["statusnotification", "status", "signedfirmwarestatusnotification", "remote_triggermessage"]),
            ("draft", &["Reset"]),
            ("export", &["save scenario"]),
            ("remote trig", &["remote_triggermessage"]),
            ("ask", &["remote_triggermessage"]),
            ("rmtrg", &["remote_triggermessage"]),
        ] {
            palette.input.set(typed);
            palette.narrow();
            assert_eq!(names(&palette), expected, "{typed}");
        }
    }
}
