//! Text that is typed or pasted: it goes to the overlay on top, if that has a place for text.

use crossterm::event::KeyEvent;

use super::effect::UpdateEffect;
use super::{command_line, message, palette, search};
use crate::tui::action::KeyContext;
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::state::{ActionPicker, Editor, FilterLine, Pager, Palette, Prompt};
use crate::tui::widget::InputLine;

/// Handles a key that has no action.
pub fn typed(app: &mut App, context: KeyContext, event: KeyEvent, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    match context {
        KeyContext::CommandLine => {
            let edited = app.command_line.input.key(&event);
            if edited {
                app.command_line.hide_proposals();
                if !app.command_line.input.text().is_empty() {
                    return command_line::complete(app, outside, false);
                }
            }
        }
        KeyContext::FilterLine => {
            let edited = app.overlays.get_mut::<FilterLine>().is_some_and(|line| line.input.key(&event));
            if edited {
                search::typed(app, outside);
            }
        }
        KeyContext::Editor => {
            if let Some(editor) = app.overlays.get_mut::<Editor>() {
                editor.key(event);
            }
        }
        KeyContext::ActionPicker
        | KeyContext::Palette
        | KeyContext::Prompt
        | KeyContext::PagerSearch
        | KeyContext::Pager
        | KeyContext::StationDetails
        | KeyContext::ColumnChooser
        | KeyContext::Configuration
        | KeyContext::DeviceModel
        | KeyContext::Profiles
        | KeyContext::ConnectionPage
        | KeyContext::ReplayPage
        | KeyContext::HeldPane
        | KeyContext::Overview
        | KeyContext::Confirm
        | KeyContext::Stations
        | KeyContext::Trace
        | KeyContext::Message
        | KeyContext::Panes
        | KeyContext::Everywhere => {
            edit_line(app, context, |input| {
                input.key(&event);
            });
        }
    }
    Vec::new()
}

/// Handles pasted text. It goes where typed text would go; in a pane it does nothing, so that it cannot press keys.
pub fn paste(app: &mut App, text: &str, outside: &ReadContext<'_>) {
    let context = app.context();
    match context {
        KeyContext::CommandLine => app.command_line.input.paste(text),
        KeyContext::FilterLine => {
            if let Some(line) = app.overlays.get_mut::<FilterLine>() {
                line.input.paste(text);
            }
            search::typed(app, outside);
        }
        KeyContext::Editor => {
            if let Some(editor) = app.overlays.get_mut::<Editor>() {
                editor.paste(text);
            }
        }
        KeyContext::ActionPicker | KeyContext::Palette | KeyContext::Prompt | KeyContext::PagerSearch => {
            edit_line(app, context, |input| input.paste(text));
        }
        KeyContext::Pager
        | KeyContext::StationDetails
        | KeyContext::Configuration
        | KeyContext::DeviceModel
        | KeyContext::Profiles
        | KeyContext::ConnectionPage
        | KeyContext::ReplayPage
        | KeyContext::ColumnChooser
        | KeyContext::HeldPane
        | KeyContext::Overview
        | KeyContext::Confirm
        | KeyContext::Stations
        | KeyContext::Trace
        | KeyContext::Message
        | KeyContext::Panes
        | KeyContext::Everywhere => {
            app.toasts.info("Pasted text goes into the command line (:) or the editor (e)", outside.now.monotonic_micros);
        }
    }
}

/// Edits the text of a list or a one-line overlay, and narrows what it shows. A context without such a text ignores it.
fn edit_line(app: &mut App, context: KeyContext, edit: impl FnOnce(&mut InputLine)) {
    match context {
        KeyContext::ActionPicker => {
            if let Some(picker) = app.overlays.get_mut::<ActionPicker>()
                && changes(&mut picker.input, edit)
            {
                picker.narrow();
            }
        }
        KeyContext::Palette => {
            if let Some(list) = app.overlays.get_mut::<Palette>()
                && changes(&mut list.input, edit)
            {
                list.narrow();
            }
            palette::preview(app);
        }
        KeyContext::Prompt => {
            if let Some(prompt) = app.overlays.get_mut::<Prompt>() {
                edit(&mut prompt.input);
            }
            message::typed(app);
        }
        KeyContext::PagerSearch => {
            if let Some(pager) = app.overlays.get_mut::<Pager>() {
                edit(&mut pager.search);
                pager.narrow();
            }
        }
        _ => {}
    }
}

/// Edits a text. True when it is another one afterwards.
fn changes(input: &mut InputLine, edit: impl FnOnce(&mut InputLine)) -> bool {
    let before = input.text().to_owned();
    edit(input);
    input.text() != before
}
