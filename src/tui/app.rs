//! All state of the screen. It holds no terminal, no clock and no handle to the session: `update` changes it, `draw` reads it, and both
//! get what they need from below as a [`ReadContext`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::layout::Size;

use super::action::KeyContext;
use super::bindings::Bindings;
use super::context::ReadContext;
use super::layout::{self, Areas, Border, Pane, Proportions, Situation};
use super::state::{
    ActionPicker, AlertState, BatchResult, CommandLine, Editor, MessageTab, MessageView, OverlayStack, OverviewPages,
    PaneFilter, SendBatch, Stations, TimeDisplay, Toasts, TraceLine, TraceView, UndoHistory,
};
use super::theme::{ColourDepth, Theme, Themes};
use super::widget::format;
use crate::compose::UsedValues;
use crate::config::SavedState;
use crate::console::RunContext;
use crate::fleet::FleetGlance;
use crate::hub::Order;
use crate::trace::filter::FilterContext;
use crate::trace::station_summary::StationSummaries;
use crate::trace::{Contents, Sequence, StationKey};

/// The state.
#[derive(Debug)]
pub struct App {
    /// The size of the terminal.
    pub size: Size,
    /// The pane that has the keyboard when no overlay is open.
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
    /// The station that was marked last, where a range of marks begins.
    pub last_mark: Option<StationKey>,
    /// What was filtered, marked, cleared and forgotten before, to be undone.
    pub undo: UndoHistory,
    /// The facts in the records about each station.
    pub facts: StationSummaries,
    /// The pages that sum up the session.
    pub overview: OverviewPages,
    /// The filters and searches of this session, oldest first.
    pub filter_history: Vec<String>,
    /// What lies over the panes.
    pub overlays: OverlayStack,
    /// The command line; it remembers its text and its history while it is closed.
    pub command_line: CommandLine,
    /// An order that is sent several times or to several stations.
    pub batch: Option<SendBatch>,
    /// The last call to a single station, until a link has accepted it.
    pub single: Option<(Order, Sequence)>,
    /// How the last batch ended.
    pub result: Option<BatchResult>,
    /// What was sent last in the fields of each action.
    pub used: BTreeMap<String, UsedValues>,
    /// What is saved for the next session.
    pub kept: SavedState,
    /// The keys that are in force.
    pub bindings: Bindings,
    /// The commands of the command language, each with a sentence about it.
    pub commands: Vec<(String, String)>,
    /// Whether the mouse is used.
    pub mouse: bool,
    /// The border that the mouse is dragging.
    pub dragging: Option<Border>,
    /// Whether actions with a physical effect ask first.
    pub confirm: bool,
    /// Whether the title of the terminal shows the state of the session.
    pub title: bool,
    /// Toasts.
    pub toasts: Toasts,
    /// Notifications about records that pass a filter.
    pub alerts: AlertState,
    /// The theme.
    pub theme: Theme,
    /// All themes.
    pub themes: Themes,
    /// Whether the characters of the terminal are ASCII, so that drawings need other signs.
    pub ascii: bool,
    /// How many colours the terminal has.
    pub depth: ColourDepth,
    /// The addresses at which stations reach us.
    pub listening: Vec<String>,
    /// The fleets that run or have run, at a glance.
    pub fleets: Vec<(Arc<str>, Arc<FleetGlance>)>,
    /// The time zone of the times on the screen.
    pub zone: TimeZone,
    /// The first record that was not yet checked for failures that get a toast.
    pub next_unchecked: Sequence,
    /// Whether Ctrl-C was pressed; pressed again it quits.
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
            last_mark: None,
            undo: UndoHistory::default(),
            facts: StationSummaries::default(),
            overview: OverviewPages::default(),
            filter_history: Vec::new(),
            overlays: OverlayStack::default(),
            command_line: CommandLine::default(),
            batch: None,
            single: None,
            result: None,
            used: BTreeMap::new(),
            kept: SavedState::default(),
            bindings: Bindings::default(),
            commands: Vec::new(),
            mouse: true,
            dragging: None,
            confirm: true,
            title: true,
            toasts: Toasts::default(),
            alerts: AlertState::default(),
            theme: theme.at_depth(depth),
            themes: Themes::embedded().unwrap_or_default(),
            ascii: false,
            depth,
            listening: Vec::new(),
            fleets: Vec::new(),
            zone,
            next_unchecked: 0,
            interrupted: false,
        }
    }

    /// Shows one end of each link whose two ends are in this console, that of the central system, or both.
    pub fn show_one_end(&mut self, one: bool) {
        let base = if one { PaneFilter::parse("!role:cp").unwrap_or_default() } else { PaneFilter::default() };
        self.stations.set_base(base.clone());
        self.trace.set_base(base);
    }

    /// Activates a theme, in the colours that the terminal has.
    pub fn set_theme(&mut self, theme: Theme) {
        self.theme = theme.at_depth(self.depth);
    }

    /// Where keys go: to the top of the overlays, or to the pane with the focus.
    pub fn context(&self) -> KeyContext {
        match (self.overlays.top(), self.focus) {
            (Some(overlay), _) => overlay.context(),
            (None, Pane::Stations) => KeyContext::Stations,
            (None, Pane::Trace) => KeyContext::Trace,
            (None, Pane::Message) => KeyContext::Message,
        }
    }

    /// Where everything is.
    pub fn areas(&self) -> Areas {
        let situation = Situation {
            focus: self.focus,
            companion: self.companion,
            zoomed: self.zoomed,
            editing: self.overlays.get::<Editor>().is_some() || self.overlays.get::<ActionPicker>().is_some(),
            proportions: Proportions {
                left: self.kept.screen.left,
                lower: self.kept.screen.lower,
                upper: self.kept.screen.upper,
            },
            // Without a station the pane explains how to connect one.
            stations: match self.stations.total() {
                0 if self.listening.is_empty() => 13,
                0 => 9 + u16::try_from(self.listening.len()).unwrap_or(u16::MAX).min(4),
                total => u16::try_from(total + 2).unwrap_or(u16::MAX),
            },
            stations_width: match self.stations.total() {
                0 => (self.size.width / 3).max(36),
                _ => u16::try_from(self.stations.comfortable_width()).unwrap_or(u16::MAX),
            },
            trace_heading: self.trace.count() > 0,
            message_heading: self.message.tab() != MessageTab::Exchange,
            message_footer: self.message.value().is_some(),
        };
        layout::areas(self.size, situation)
    }

    /// Focuses a pane.
    pub fn focus(&mut self, pane: Pane) {
        self.focus = pane;
        if pane != Pane::Trace {
            self.companion = pane;
        }
    }

    /// The stations that a new call goes to: the marked ones in the order of their identities, or else the given one.
    pub fn targets(&self, selected: Option<StationKey>) -> Vec<StationKey> {
        if self.marked.is_empty() { selected.into_iter().collect() } else { self.stations.in_order(&self.marked) }
    }

    /// What a command may refer to.
    pub fn run_context(&self, contents: &Contents) -> RunContext {
        let selected = match self.focus {
            Pane::Stations => self.stations.selected(),
            Pane::Trace | Pane::Message => self.station_of_line(contents).or(self.stations.selected()),
        };
        let filtered = if self.stations.filter().is_empty() { Vec::new() } else { self.stations.shown().to_vec() };
        RunContext {
            selected,
            marked: self.stations.in_order(&self.marked),
            filtered,
            full_screen: true,
            trace: self.trace.choice(),
            ..RunContext::default()
        }
    }

    /// What a filter needs besides the records, with times in the time zone of the screen.
    pub fn filter_context<'a>(&self, outside: &ReadContext<'a>) -> FilterContext<'a> {
        let now = Timestamp::from_microsecond(outside.now.wall_micros).unwrap_or(Timestamp::UNIX_EPOCH);
        FilterContext::new(outside.contents, &now.to_zoned(self.zone.clone()))
    }

    /// The lines of the trace that are on a screen of this height.
    pub fn trace_lines(&self, outside: &ReadContext<'_>, height: usize) -> Vec<TraceLine> {
        let zone = self.trace_zone();
        self.trace.lines(height, |sequence| {
            let record = outside.contents.records().get(sequence)?;
            Some(format::day(record.wall_micros, &zone))
        })
    }

    /// The time zone of the times in the trace.
    pub fn trace_zone(&self) -> TimeZone {
        if self.trace.look.time == TimeDisplay::Utc { TimeZone::UTC } else { self.zone.clone() }
    }

    /// The station of the selected line of the trace.
    pub fn station_of_line(&self, contents: &Contents) -> Option<StationKey> {
        contents.records().get(self.trace.selected()?)?.station
    }
}
