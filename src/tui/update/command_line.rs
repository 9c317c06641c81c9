//! The actions of the command line.

use super::common::{open_command_line, open_help, open_list, run};
use super::effect::UpdateEffect;
use crate::console;
use crate::tui::action::CommandLineAction;
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::state::{ChoiceAction, ConfirmPurpose, ConfirmQuestion, Palette, PaletteChoice, ScreenOverlay};

/// Handles an action of the command line.
pub fn act(app: &mut App, action: CommandLineAction, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    match action {
        CommandLineAction::Accept => return accept(app, outside),
        CommandLineAction::Complete => {
            if app.command_line.proposes() {
                app.command_line.accept();
            }
            return complete(app, outside, true);
        }
        CommandLineAction::PreviousProposal => app.command_line.next(-1),
        CommandLineAction::Older if app.command_line.proposes() => app.command_line.next(-1),
        CommandLineAction::Older => app.command_line.older(),
        CommandLineAction::Newer if app.command_line.proposes() => app.command_line.next(1),
        CommandLineAction::Newer => app.command_line.newer(),
        CommandLineAction::Help => open_help(app),
        CommandLineAction::Close if app.command_line.proposes() => app.command_line.hide_proposals(),
        CommandLineAction::Close => {
            app.command_line.abandon();
            app.overlays.pop();
        }
        CommandLineAction::SearchHistory => search_history(app),
    }
    Vec::new()
}

/// Enter: accepts a proposal that was selected; the next Enter runs the command and closes the line.
fn accept(app: &mut App, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    if app.command_line.has_choice() {
        app.command_line.accept();
        return Vec::new();
    }
    let line = app.command_line.take();
    app.command_line.hide_proposals();
    app.overlays.pop();
    line.map_or_else(Vec::new, |line| run_asked(app, line, outside))
}

/// Runs a line, or asks first.
pub fn run_asked(app: &mut App, line: String, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let context = app.run_context(outside.contents);
    let question = console::question(&line, outside.grammar, outside.contents.stations(), &context);
    match question.filter(|_| app.confirm) {
        Some(text) => {
            app.overlays.open(ConfirmQuestion { text, purpose: ConfirmPurpose::Run { line } });
            Vec::new()
        }
        None => {
            app.command_line.run();
            vec![run(app, line, outside)]
        }
    }
}

/// Shows a failed line again, so that it can be corrected, when it was the last thing that was done.
pub fn failed(app: &mut App) {
    if app.overlays.top().is_none() && app.command_line.put_back() {
        app.overlays.open(ScreenOverlay::CommandLine);
    }
}

/// Lists the lines of the history; those that match what is typed first.
fn search_history(app: &mut App) {
    let choices = app.command_line.recent().into_iter().map(|line| PaletteChoice {
        kind: "line",
        name: line.clone(),
        detail: String::new(),
        keys: String::new(),
        obstacle: None,
        does: ChoiceAction::Line(line),
    });
    let mut list = Palette::new("earlier commands", choices.collect(), Vec::new());
    list.input = app.command_line.input.clone();
    list.narrow();
    open_list(app, list);
}

/// Puts a line from the history into the command line.
pub fn recall(app: &mut App, line: String) {
    open_command_line(app);
    app.command_line.input.set(line);
}

/// Looks for proposals at the cursor.
pub fn complete(app: &App, outside: &ReadContext<'_>, asked: bool) -> Vec<UpdateEffect> {
    let input = &app.command_line.input;
    let context = app.run_context(outside.contents);
    vec![UpdateEffect::Complete { line: input.text().to_owned(), cursor: input.cursor(), context, asked }]
}
