//! Steps that several parts of `update` share: heights, catching up with the trace, opening overlays, moving in a pane.

use jiff::Timestamp;

use super::effect::UpdateEffect;
use crate::ocpp::OcppGeneration;
use crate::trace::StationKey;
use crate::trace::station_summary::StationSummary;
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::layout::Pane;
use crate::tui::pane::report_context;
use crate::tui::state::{
    ColumnChoice, ConfigurationPage, DeviceModelPage, Pager, Palette, ProfilesPage, ScreenOverlay, WIDEST,
};

/// How many records are read in one turn for the facts about stations.
const FOLDED: u64 = 5_000;

/// How many of them are read between two frames, so that a frame has only the newest ones left to read.
const FOLDED_AHEAD: u64 = 500;

/// Takes in what new records say about stations. What a frame needs besides is left to it.
pub fn take_facts(app: &mut App, outside: &ReadContext<'_>) {
    app.facts.catch_up(outside.contents, FOLDED_AHEAD);
}

/// How many lines the list of a pane has.
pub fn height_of(app: &App, pane: Pane) -> usize {
    app.areas().list_lines(pane)
}

/// Takes in what is new in the trace. True when there is more than fits into one turn.
pub fn refresh_view(app: &mut App, outside: &ReadContext<'_>) -> bool {
    let more_facts = app.facts.catch_up(outside.contents, FOLDED);
    let table = outside.contents.stations();
    let chosen = app.kept.screen.columns.as_deref();
    app.stations.set_columns(ColumnChoice::new(chosen, table.has_mixed_versions(), table.has_mixed_transports()));
    app.stations.refresh(outside.contents, &app.facts, outside.now);
    refresh_profiles(app, outside);
    refresh_overview(app, outside);
    let (context, height) = (app.filter_context(outside), height_of(app, Pane::Trace));
    app.trace.refresh(outside.contents, &context, height) || more_facts
}

/// Brings the page with charging profiles, when it is open, up to date with the facts and with the draft of a profile.
pub fn refresh_profiles(app: &mut App, outside: &ReadContext<'_>) {
    let now = Timestamp::from_microsecond(outside.now.wall_micros).unwrap_or_default();
    let draft = app.kept.drafts.iter().rev().find(|draft| draft.action == "SetChargingProfile");
    if let Some(page) = app.overlays.get_mut::<ProfilesPage>() {
        let unknown = StationSummary::default();
        let version = outside.contents.stations().get(page.station).and_then(|row| row.version);
        page.generation = version.map_or(OcppGeneration::First, |version| version.dialect().generation);
        page.refresh(app.facts.of(page.station).unwrap_or(&unknown), draft.map(|draft| draft.text.as_str()), now);
    }
}

/// Brings the rows of the page that sums up the session up to date, when one is open.
pub fn refresh_overview(app: &mut App, outside: &ReadContext<'_>) {
    if !app.overlays.has_overview() {
        return;
    }
    let mut overview = std::mem::take(&mut app.overview);
    overview.refresh(&report_context(app, outside), app.stations.base(), &app.filter_context(outside));
    app.overview = overview;
}

/// Shows the selected record in the message pane, when that is on the screen.
pub fn show_selected(app: &mut App, outside: &ReadContext<'_>) {
    let area = app.areas().list(Pane::Message);
    if area.is_empty() {
        return;
    }
    let width = usize::from(area.width);
    let bookmarks = app.trace.bookmark_choice();
    app.message.refresh(app.trace.selected(), width, bookmarks, outside, &app.zone);
    let height = height_of(app, Pane::Message);
    app.message.arrive(height);
}

/// The effect that runs a command with what is selected.
pub fn run(app: &App, line: String, outside: &ReadContext<'_>) -> UpdateEffect {
    UpdateEffect::Run { line, context: app.run_context(outside.contents) }
}

/// Opens the command line, empty.
pub fn open_command_line(app: &mut App) {
    app.command_line.abandon();
    app.overlays.open(ScreenOverlay::CommandLine);
}

/// Opens a list of choices. Closing it restores the theme of now, unless a theme is chosen.
pub fn open_list(app: &mut App, mut palette: Palette) {
    palette.before = Some(app.theme.clone());
    app.overlays.open(palette);
}

/// Opens the help, with the keys of the present context first.
pub fn open_help(app: &mut App) {
    let help = Pager::help(app.context(), &app.bindings, pager_width(app));
    app.overlays.open(help);
}

/// Opens the page about the signs of the screen and filters.
pub fn open_legend(app: &mut App) {
    let legend = Pager::legend(pager_width(app));
    app.overlays.open(legend);
}

/// Opens the page about filters.
pub fn open_filter_help(app: &mut App) {
    let filters = Pager::filters(&app.bindings, pager_width(app));
    app.overlays.open(filters);
}

/// The width inside the box of a text.
pub fn pager_width(app: &App) -> usize {
    usize::from(app.size.width.min(WIDEST).saturating_sub(4))
}

/// How many lines of a text are visible.
pub fn pager_height(app: &App) -> usize {
    usize::from(app.areas().body.height.saturating_sub(2)).max(1)
}

/// Scrolls the text that is shown.
pub fn scroll_pager(app: &mut App, lines: isize) {
    let height = pager_height(app);
    if let Some(pager) = app.overlays.get_mut::<Pager>() {
        pager.scroll(lines, height);
    }
}

/// Moves in a pane by some lines.
pub fn move_in(app: &mut App, pane: Pane, lines: isize) {
    let height = height_of(app, pane);
    match pane {
        Pane::Stations => {
            app.stations.move_by(lines, height);
            keep_narrow(app);
        }
        Pane::Trace => app.trace.move_by(lines, height),
        Pane::Message => app.message.scroll(lines, height),
    }
}

/// Where the trace shows one station only, makes it the selected one.
pub fn keep_narrow(app: &mut App) {
    if app.trace.only().is_some() {
        app.trace.show_only(app.stations.selected());
    }
}

/// Puts the values of another station beside those of the first.
pub fn compare_with(app: &mut App, other: StationKey) {
    if let Some(page) = app.overlays.get_mut::<ConfigurationPage>() {
        page.other = Some(other);
    }
    if let Some(page) = app.overlays.get_mut::<DeviceModelPage>() {
        page.other = Some(other);
    }
}

/// Selects the station that is so many lines from another one in the table, and returns it.
pub fn neighbour(app: &mut App, station: StationKey, by: isize) -> Option<StationKey> {
    let height = height_of(app, Pane::Stations);
    app.stations.select(station, height);
    app.stations.move_by(by, height);
    app.stations.selected()
}

/// How many lines the list has on the screen.
pub fn list_height(app: &App) -> usize {
    let Some(list) = app.overlays.get::<Palette>() else { return 1 };
    usize::from(list.area(app.areas().body).height.saturating_sub(4)).max(1)
}
