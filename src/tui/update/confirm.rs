//! Questions before something is done, and what follows from `y`.

use super::common::run;
use super::effect::UpdateEffect;
use super::send;
use crate::tui::action::ConfirmAction;
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::state::{ConfirmPurpose, ConfirmQuestion};

/// Handles an action of a question.
pub fn act(app: &mut App, action: ConfirmAction, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let question = app.overlays.close::<ConfirmQuestion>();
    match action {
        ConfirmAction::Confirm => match question.map(|question| question.purpose) {
            Some(ConfirmPurpose::Quit) => vec![UpdateEffect::Quit],
            Some(ConfirmPurpose::Send { pace, stays }) => send::submit(app, pace, stays, outside),
            Some(ConfirmPurpose::Run { line }) => vec![run(app, line, outside)],
            None => Vec::new(),
        },
        ConfirmAction::Decline => Vec::new(),
    }
}

/// Quits, or asks first while calls are in flight.
pub fn quit(app: &mut App, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let waiting: u64 = outside.contents.stations().rows().iter().map(|row| u64::from(row.in_flight + row.queued)).sum();
    if waiting == 0 {
        return vec![UpdateEffect::Quit];
    }
    let calls = if waiting == 1 { "1 call waits".to_owned() } else { format!("{waiting} calls wait") };
    let text = format!("{calls} for an answer. Quit all the same?");
    app.overlays.open(ConfirmQuestion { text, purpose: ConfirmPurpose::Quit });
    Vec::new()
}
