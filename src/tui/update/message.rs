//! The actions of the message pane.

use super::common::height_of;
use super::{compose, records, trace, views};
use crate::tui::action::MessageAction;
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::layout::Pane;
use crate::tui::state::{Prompt, PromptPurpose};
use crate::tui::widget::InputLine;

/// How many columns one key press scrolls sideways.
const COLUMNS: isize = 8;

/// Handles an action of the message pane.
pub fn act(app: &mut App, action: MessageAction, outside: &ReadContext<'_>) {
    let (height, now) = (height_of(app, Pane::Message), outside.now.monotonic_micros);
    match action {
        MessageAction::Resend => compose::resend(app, outside),
        MessageAction::Compose => trace::compose_from_line(app, outside),
        MessageAction::NextTab => app.message.turn(1),
        MessageAction::PreviousTab => app.message.turn(-1),
        MessageAction::Open => {
            app.message.open();
        }
        MessageAction::Left => sideways(app, -COLUMNS, now),
        MessageAction::Right => sideways(app, COLUMNS, now),
        MessageAction::NextPartner => trace::go_to_partner(app, outside, true),
        MessageAction::PreviousPartner => trace::go_to_partner(app, outside, false),
        MessageAction::NextRecord => records::step(app, 1, now),
        MessageAction::PreviousRecord => records::step(app, -1, now),
        MessageAction::Search => open_search(app),
        MessageAction::FindNext | MessageAction::FindPrevious if app.message.search().is_none() => open_search(app),
        MessageAction::FindNext => app.message.find_next(true, height),
        MessageAction::FindPrevious => app.message.find_next(false, height),
        MessageAction::Wrap => {
            app.message.toggle_wrap();
            let words =
                if app.message.wraps() { "Long lines are wrapped" } else { "Long lines end at the edge; h and l scroll" };
            app.toasts.info(words, now);
        }
        MessageAction::Compare => records::compare(app, true),
        MessageAction::OnlyThis => only_this(app, now),
    }
}

fn sideways(app: &mut App, columns: isize, now: u64) {
    if app.message.wraps() {
        app.toasts.info("Long lines are wrapped, so nothing is at the side; W lets them end at the edge", now);
    }
    app.message.scroll_sideways(columns);
}

/// Opens the line for what to search for.
fn open_search(app: &mut App) {
    let text = app.message.search().map_or("", |(text, ..)| text).to_owned();
    app.overlays.open(Prompt { asked: PromptPurpose::MessageSearch, input: InputLine::new(text) });
}

/// Searches for what is typed.
pub fn typed(app: &mut App) {
    let height = height_of(app, Pane::Message);
    if let Some(prompt) = app.overlays.get::<Prompt>().filter(|prompt| prompt.asked == PromptPurpose::MessageSearch) {
        app.message.set_search(prompt.input.text(), height);
    }
}

/// Shows only messages with the selected value in the trace, beside what the filter says already.
fn only_this(app: &mut App, now: u64) {
    let Some(condition) = app.message.value().and_then(|value| value.condition).map(str::to_owned) else {
        app.toasts.info("Select a value in the tree (v) to show only messages with it", now);
        return;
    };
    let filter = views::narrowed(app, condition);
    views::set_filter(app, &filter, now);
}
