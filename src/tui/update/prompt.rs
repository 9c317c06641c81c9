//! The actions of the line in which a name or a number is entered.

use super::common::run;
use super::effect::UpdateEffect;
use super::{configuration_page, device_model_page, drafts, send, variable_value};
use crate::tui::action::PromptAction;
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::state::{Prompt, PromptPurpose, RepeatPlan};

/// Handles an action of the prompt.
pub fn act(app: &mut App, action: PromptAction, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let Some(prompt) = app.overlays.close::<Prompt>() else { return Vec::new() };
    match action {
        PromptAction::Accept => accept(app, prompt, outside),
        PromptAction::Close => {
            if prompt.asked == PromptPurpose::MessageSearch {
                app.message.end_search();
            }
            Vec::new()
        }
    }
}

/// Uses what was entered. A repeat plan that cannot be read leaves the prompt open.
fn accept(app: &mut App, prompt: Prompt, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let text = prompt.input.text().trim().to_owned();
    match &prompt.asked {
        PromptPurpose::ConfigurationValue(name) => configuration_page::change(app, name.clone(), prompt.input.text()),
        PromptPurpose::ConfigurationSearch => {
            configuration_page::search(app, text);
            Vec::new()
        }
        PromptPurpose::VariableValue(place) => variable_value::change(app, place, prompt.input.text()),
        PromptPurpose::VariableSearch => {
            device_model_page::search(app, text);
            Vec::new()
        }
        PromptPurpose::Late(_) if text.is_empty() => Vec::new(),
        // The command says what is wrong with a length of time.
        PromptPurpose::Late(number) => vec![run(app, format!("release {number} delay={text}"), outside)],
        PromptPurpose::Favourite => drafts::save_favourite(app, &text, outside),
        PromptPurpose::MessageSearch => {
            match app.message.search() {
                None => {}
                Some((_, _, 0)) if text.is_empty() => app.message.end_search(),
                Some((_, _, 0)) => app.toasts.info(format!("Nothing in this view has {text}"), outside.now.monotonic_micros),
                Some(_) => app.toasts.info("n and N go on, Esc ends the search", outside.now.monotonic_micros),
            }
            Vec::new()
        }
        PromptPurpose::Repeat => match RepeatPlan::parse(&text) {
            Ok(pace) => send::send(app, pace, true, outside),
            Err(error) => {
                app.toasts.error(error.to_string(), outside.now.monotonic_micros);
                app.overlays.open(prompt);
                Vec::new()
            }
        },
    }
}
