//! The actions of the message pane.

use super::{compose, trace};
use crate::tui::action::MessageAction;
use crate::tui::app::App;
use crate::tui::context::ReadContext;

/// How many columns one key press scrolls sideways.
const COLUMNS: isize = 8;

/// Handles an action of the message pane.
pub fn act(app: &mut App, action: MessageAction, outside: &ReadContext<'_>) {
    match action {
        MessageAction::Resend => compose::resend(app, outside),
        MessageAction::Compose => trace::compose_from_line(app, outside),
        MessageAction::NextTab => app.message.turn(1),
        MessageAction::PreviousTab => app.message.turn(-1),
        MessageAction::Open => {
            app.message.open();
        }
        MessageAction::Left => app.message.scroll_sideways(-COLUMNS),
        MessageAction::Right => app.message.scroll_sideways(COLUMNS),
        MessageAction::NextPartner => trace::go_to_partner(app, outside, true),
        MessageAction::PreviousPartner => trace::go_to_partner(app, outside, false),
    }
}
