//! All state of the screen. It holds no terminal, no clock and no handle to the session: `update` changes it, `draw` reads it, and
//! both are given what they need from outside.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::layout::Size;

use super::action::KeyContext;
use super::bindings::Bindings;
use super::context::ReadContext;
use super::layout::{self, Areas, Border, Pane, Proportions, Situation};
use super::state::{
    ActionPicker, CommandLine, Editor, FilterLine, MessageView, Pager, Palette, Prompt, RepeatPlan, SendBatch, StationDetails,
    Stations, Toasts, TraceMode, TraceView,
};
use super::theme::{ColourDepth, Theme, Themes};
use crate::config::SavedState;
use crate::console::RunContext;
use crate::trace::filter::FilterContext;
use crate::trace::station_summary::StationSummaries;
use crate::trace::{Contents, Sequence, StationKey};

/// A question that waits for `y` or `n`.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfirmQuestion {
    /// The question, a sentence.
    pub text: String,
    /// What happens on yes.
    pub on_yes: ConfirmAction,
}

/// What a question is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfirmAction {
    /// Send what is in the editor.
    Send {
        /// How often and how fast.
        pace: RepeatPlan,
        /// Whether the editor stays open.
        stays: bool,
    },
    /// Run a command.
    Run {
        /// The command.
        line: String,
    },
    /// Quit.
    Quit,
}

/// The state.
#[derive(Debug)]
pub struct App {
    /// The size of the terminal.
    pub size: Size,
    /// The pane that has the keyboard when nothing lies over the panes.
    pub focus: Pane,
    /// The pane that is shown with the trace where there is room for two.
    pub companion: Pane,
    /// Whether the focused pane has the whole screen.
    pub zoomed: bool,
    /// The stations pane.
    pub stations: Stations,
    /// The trace pane.
    pub trace: TraceView,
    /// The message pane.
    pub message: MessageView,
    /// The marked stations.
    pub marked: BTreeSet<StationKey>,
    /// What the records say about each station.
    pub facts: StationSummaries,
    /// The page about one station.
    pub page: Option<StationDetails>,
    /// The filters and searches that were kept, oldest first.
    pub filter_history: Vec<String>,
    /// The command line; it remembers its text and its history while it is closed.
    pub command_line: CommandLine,
    /// A filter that is being typed.
    pub filter_line: Option<FilterLine>,
    /// The list of actions to send.
    pub picker: Option<ActionPicker>,
    /// The payload editor.
    pub editor: Option<Editor>,
    /// A list to choose from: the palette, the themes.
    pub chooser: Option<Palette>,
    /// A name or a number that is asked for.
    pub prompt: Option<Prompt>,
    /// An order that is given several times or to several stations.
    pub batch: Option<SendBatch>,
    /// What outlives the session.
    pub kept: SavedState,
    /// The keys that are in force.
    pub bindings: Bindings,
    /// The commands of the command language with a sentence about each.
    pub commands: Vec<(String, String)>,
    /// Whether the mouse is used.
    pub mouse: bool,
    /// The border that the mouse is dragging.
    pub dragging: Option<Border>,
    /// Whether what moves something in the real world asks first.
    pub confirm: bool,
    /// The help, or a text that a command gave.
    pub reading: Option<Pager>,
    /// A question.
    pub question: Option<ConfirmQuestion>,
    /// Toasts.
    pub toasts: Toasts,
    /// The theme.
    pub theme: Theme,
    /// All themes that there are.
    pub themes: Themes,
    /// How many colours the terminal shows.
    pub depth: ColourDepth,
    /// The addresses at which stations reach us.
    pub listening: Vec<String>,
    /// Where the clock on the screen is.
    pub zone: TimeZone,
    /// The first record that was not yet looked at for failures worth a toast.
    pub heard: Sequence,
    /// Whether Ctrl-C was pressed and counts when it comes again.
    pub interrupted: bool,
}

impl App {
    /// The state at the start.
    pub fn new(theme: Theme, depth: ColourDepth, zone: TimeZone) -> App {
        App {
            size: Size::default(),
            focus: Pane::Stations,
            companion: Pane::Stations,
            zoomed: false,
            stations: Stations::default(),
            trace: TraceView::default(),
            message: MessageView::default(),
            marked: BTreeSet::new(),
            facts: StationSummaries::default(),
            page: None,
            filter_history: Vec::new(),
            command_line: CommandLine::default(),
            filter_line: None,
            picker: None,
            editor: None,
            chooser: None,
            prompt: None,
            batch: None,
            kept: SavedState::default(),
            bindings: Bindings::default(),
            commands: Vec::new(),
            mouse: true,
            dragging: None,
            confirm: true,
            reading: None,
            question: None,
            toasts: Toasts::default(),
            theme: theme.at_depth(depth),
            themes: Themes::embedded().unwrap_or_default(),
            depth,
            listening: Vec::new(),
            zone,
            heard: 0,
            interrupted: false,
        }
    }

    /// Puts a theme on, with as many colours as there are.
    pub fn set_theme(&mut self, theme: Theme) {
        self.theme = theme.at_depth(self.depth);
    }

    /// What has the keyboard.
    pub fn context(&self) -> KeyContext {
        if self.question.is_some() {
            KeyContext::Question
        } else if let Some(reading) = &self.reading {
            if reading.searching { KeyContext::Search } else { KeyContext::Reading }
        } else if self.chooser.is_some() {
            KeyContext::Chooser
        } else if self.prompt.is_some() {
            KeyContext::Prompt
        } else if self.command_line.open {
            KeyContext::CommandLine
        } else if self.filter_line.is_some() {
            KeyContext::FilterLine
        } else if self.picker.is_some() {
            KeyContext::Picker
        } else if self.editor.is_some() {
            KeyContext::Editor
        } else if self.page.is_some() {
            KeyContext::Page
        } else {
            match self.focus {
                Pane::Stations => KeyContext::Stations,
                Pane::Trace => KeyContext::Trace,
                Pane::Message => KeyContext::Message,
            }
        }
    }

    /// Where everything is.
    pub fn areas(&self) -> Areas {
        let situation = Situation {
            focus: self.focus,
            companion: self.companion,
            zoomed: self.zoomed,
            editing: self.editor.is_some() || self.picker.is_some(),
            proportions: Proportions {
                left: self.kept.screen.left,
                lower: self.kept.screen.lower,
                upper: self.kept.screen.upper,
            },
            // With nobody there yet, the pane explains how to change that.
            stations: match self.stations.total() {
                0 if self.listening.is_empty() => 13,
                0 => 9 + u16::try_from(self.listening.len()).unwrap_or(u16::MAX).min(4),
                total => u16::try_from(total + 2).unwrap_or(u16::MAX),
            },
            trace_heading: self.trace.view() == TraceMode::Ladder,
            message_footer: self.message.meaning().is_some(),
        };
        layout::areas(self.size, situation)
    }

    /// Gives a pane the keyboard.
    pub fn focus(&mut self, pane: Pane) {
        self.focus = pane;
        if pane != Pane::Trace {
            self.companion = pane;
        }
    }

    /// The stations that a new call goes to: the marked ones, or this one.
    pub fn targets(&self, selected: Option<StationKey>) -> Vec<StationKey> {
        if self.marked.is_empty() { selected.into_iter().collect() } else { self.marked.iter().copied().collect() }
    }

    /// What a command may refer to.
    pub fn run_context(&self, contents: &Contents) -> RunContext {
        let selected = match self.focus {
            Pane::Stations => self.stations.selected(),
            Pane::Trace | Pane::Message => self.station_of_line(contents).or(self.stations.selected()),
        };
        let filtered = if self.stations.filter().is_empty() { Vec::new() } else { self.stations.shown().to_vec() };
        RunContext { selected, marked: self.marked.iter().copied().collect(), filtered, trace: self.trace.choice() }
    }

    /// What a filter needs to know, at the clock that is on the screen.
    pub fn filter_context<'a>(&self, outside: &ReadContext<'a>) -> FilterContext<'a> {
        let now = Timestamp::from_microsecond(outside.now.wall_micros).unwrap_or(Timestamp::UNIX_EPOCH);
        FilterContext::new(outside.contents, &now.to_zoned(self.zone.clone()))
    }

    /// The station of the selected line of the trace.
    pub fn station_of_line(&self, contents: &Contents) -> Option<StationKey> {
        contents.records().get(self.trace.selected()?)?.station
    }
}
