//! The command line, and text that is typed or pasted wherever it goes. The line for filters is in `search`.

use crossterm::event::KeyEvent;

use super::{UpdateEffect, palette, search, send};
use crate::tui::action::{Action, KeyContext};
use crate::tui::app::{App, ConfirmAction, ConfirmQuestion};
use crate::tui::context::ReadContext;

/// A key that is no action.
pub fn typed(app: &mut App, context: KeyContext, event: KeyEvent, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    match context {
        KeyContext::CommandLine => {
            let edited = app.command_line.input.key(&event);
            if edited {
                app.command_line.hide_proposals();
                if !app.command_line.input.text().is_empty() {
                    return complete(app, outside, false);
                }
            }
        }
        KeyContext::FilterLine => {
            let edited = app.filter_line.as_mut().is_some_and(|line| line.input.key(&event));
            if edited {
                search::typed(app);
            }
        }
        KeyContext::Picker => {
            if let Some(picker) = &mut app.picker {
                let before = picker.input.text().to_owned();
                picker.input.key(&event);
                if picker.input.text() != before {
                    picker.narrow();
                }
            }
        }
        KeyContext::Chooser => {
            if let Some(chooser) = &mut app.chooser {
                let before = chooser.input.text().to_owned();
                chooser.input.key(&event);
                if chooser.input.text() != before {
                    chooser.narrow();
                }
            }
            palette::preview(app);
        }
        KeyContext::Prompt => {
            if let Some(prompt) = &mut app.prompt {
                prompt.input.key(&event);
            }
        }
        KeyContext::Search => {
            if let Some(reading) = &mut app.reading {
                reading.search.key(&event);
                reading.narrow();
            }
        }
        KeyContext::Editor => {
            if let Some(editor) = &mut app.editor {
                editor.key(event);
            }
        }
        _ => {}
    }
    Vec::new()
}

/// Pasted text goes where typed text would go; in a pane it does nothing, so that it cannot press keys.
pub fn paste(app: &mut App, text: &str, outside: &ReadContext<'_>) {
    match app.context() {
        KeyContext::CommandLine => app.command_line.input.paste(text),
        KeyContext::FilterLine => {
            if let Some(line) = &mut app.filter_line {
                line.input.paste(text);
            }
            search::typed(app);
        }
        KeyContext::Picker => {
            if let Some(picker) = &mut app.picker {
                picker.input.paste(text);
                picker.narrow();
            }
        }
        KeyContext::Chooser => {
            if let Some(chooser) = &mut app.chooser {
                chooser.input.paste(text);
                chooser.narrow();
            }
            palette::preview(app);
        }
        KeyContext::Prompt => {
            if let Some(prompt) = &mut app.prompt {
                prompt.input.paste(text);
            }
        }
        KeyContext::Search => {
            if let Some(reading) = &mut app.reading {
                reading.search.paste(text);
                reading.narrow();
            }
        }
        KeyContext::Editor => {
            if let Some(editor) = &mut app.editor {
                editor.paste(text);
            }
        }
        _ => app.toasts.info("Pasted text goes into the command line (:) or the editor (e)", outside.now.monotonic_micros),
    }
}

/// The actions of the command line.
pub fn act(app: &mut App, action: Action, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    match action {
        Action::LeaveCommandLine if app.command_line.proposes() => app.command_line.hide_proposals(),
        Action::LeaveCommandLine => app.command_line.close(),
        Action::OlderCommand if app.command_line.proposes() => app.command_line.next(-1),
        Action::NewerCommand if app.command_line.proposes() => app.command_line.next(1),
        Action::OlderCommand => app.command_line.older(),
        Action::NewerCommand => app.command_line.newer(),
        Action::PreviousCandidate => app.command_line.next(-1),
        Action::NextCandidate => {
            if app.command_line.proposes() {
                app.command_line.accept();
            }
            return complete(app, outside, true);
        }
        Action::RunCommand => {
            // Enter on a proposal that was chosen takes it over; the next Enter runs the command.
            if app.command_line.has_choice() {
                app.command_line.accept();
            } else if let Some(line) = app.command_line.take() {
                app.command_line.close();
                if app.confirm && send::is_dangerous(&line) {
                    let text = format!("\"{line}\" moves something at many stations. Run it?");
                    app.question = Some(ConfirmQuestion { text, on_yes: ConfirmAction::Run { line } });
                    return Vec::new();
                }
                return vec![UpdateEffect::Run { line, context: app.run_context(outside.contents) }];
            } else {
                app.command_line.close();
            }
        }
        _ => {}
    }
    Vec::new()
}

fn complete(app: &App, outside: &ReadContext<'_>, asked: bool) -> Vec<UpdateEffect> {
    let input = &app.command_line.input;
    let context = app.run_context(outside.contents);
    vec![UpdateEffect::Complete { line: input.text().to_owned(), cursor: input.cursor(), context, asked }]
}
