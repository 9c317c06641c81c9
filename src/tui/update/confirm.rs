//! Questions before something is done, and what follows from `y`.

use super::common::run;
use super::effect::UpdateEffect;
use super::send;
use crate::tui::action::ConfirmAction;
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::state::{ConfirmPurpose, ConfirmQuestion};
use crate::tui::widget::format;

/// Handles an action of a question.
pub fn act(app: &mut App, action: ConfirmAction, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let question = app.overlays.close::<ConfirmQuestion>();
    match action {
        ConfirmAction::Confirm => match question.map(|question| question.purpose) {
            Some(ConfirmPurpose::Quit) => vec![UpdateEffect::Quit],
            Some(ConfirmPurpose::Send { pace, stays }) => send::submit(app, pace, stays, outside),
            Some(ConfirmPurpose::Run { line }) => {
                app.command_line.run();
                vec![run(app, line, outside)]
            }
            None => Vec::new(),
        },
        ConfirmAction::Decline => Vec::new(),
    }
}

/// From so many records on, a session is worth a question.
const WORTH: u64 = 50;

/// Quits, or asks first while calls wait for an answer or the trace, which is in memory only, would be lost.
pub fn quit(app: &mut App, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let waiting: u64 = outside.contents.stations().rows().iter().map(|row| u64::from(row.in_flight + row.queued)).sum();
    let records = outside.contents.records().range().end;
    if !app.confirm || (waiting == 0 && records <= WORTH) {
        return vec![UpdateEffect::Quit];
    }
    let calls = match waiting {
        0 => None,
        1 => Some("1 call waits for an answer".to_owned()),
        _ => Some(format!("{} calls wait for an answer", format::number(waiting))),
    };
    let trace = (records > WORTH).then(|| format!("{} events are saved nowhere", format::number(records)));
    let reasons: Vec<String> = calls.into_iter().chain(trace).collect();
    let text = format!("{}. Quit?", reasons.join(", and "));
    app.overlays.open(ConfirmQuestion { text, purpose: ConfirmPurpose::Quit });
    Vec::new()
}
