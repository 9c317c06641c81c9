//! The actions of the command line.

use super::common::{open_help, run};
use super::effect::UpdateEffect;
use super::send;
use crate::tui::action::CommandLineAction;
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::state::{ConfirmPurpose, ConfirmQuestion};

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
            app.overlays.pop();
        }
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
    match line {
        Some(line) if app.confirm && send::is_dangerous(&line) => {
            let text = format!("\"{line}\" moves something at many stations. Run it?");
            app.overlays.open(ConfirmQuestion { text, purpose: ConfirmPurpose::Run { line } });
            Vec::new()
        }
        Some(line) => vec![run(app, line, outside)],
        None => Vec::new(),
    }
}

/// Looks for proposals at the cursor.
pub fn complete(app: &App, outside: &ReadContext<'_>, asked: bool) -> Vec<UpdateEffect> {
    let input = &app.command_line.input;
    let context = app.run_context(outside.contents);
    vec![UpdateEffect::Complete { line: input.text().to_owned(), cursor: input.cursor(), context, asked }]
}
