//! The actions of the payload editor. Opening it is in `compose`, sending in `send`.

use super::common::{open_help, open_list};
use super::effect::UpdateEffect;
use super::{drafts, palette, send, sources};
use crate::compose::ProposalScope;
use crate::config::SavedPart;
use crate::tui::action::EditorAction;
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::external::EditError;
use crate::tui::state::{Editor, Prompt, PromptPurpose, RepeatPlan};
use crate::tui::widget::InputLine;

/// Handles an action of the editor.
pub fn act(app: &mut App, action: EditorAction, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    match action {
        EditorAction::Send => return send::send(app, RepeatPlan::ONCE, false, outside),
        EditorAction::SendKeep => return send::send(app, RepeatPlan::ONCE, true, outside),
        EditorAction::Repeat => {
            app.overlays.open(Prompt { asked: PromptPurpose::Repeat, input: InputLine::new("10 every 1s") });
        }
        EditorAction::Favourite => {
            app.overlays.open(Prompt { asked: PromptPurpose::Favourite, input: InputLine::default() });
        }
        EditorAction::Source => {
            if let Some(list) = sources::list(app, outside) {
                open_list(app, list);
            }
        }
        EditorAction::Raw => sources::toggle_raw(app, outside),
        EditorAction::External => return edit_outside(app),
        EditorAction::Palette => palette::open(app, outside),
        EditorAction::Help => open_help(app),
        EditorAction::Close => return close(app, outside),
        EditorAction::Complete => edit(app, Editor::accept_or_propose),
        EditorAction::PreviousProposal => edit(app, |editor| editor.move_proposal(-1)),
        EditorAction::CompleteAll => edit(app, |editor| editor.propose(ProposalScope::Everything)),
        EditorAction::PreviousValue => edit(app, |editor| editor.step_value(true)),
        EditorAction::NextValue => edit(app, |editor| editor.step_value(false)),
        EditorAction::Format => edit(app, Editor::format),
        EditorAction::NextFinding => edit(app, |editor| editor.go_to_finding(false)),
        EditorAction::PreviousFinding => edit(app, |editor| editor.go_to_finding(true)),
        EditorAction::Undo => edit(app, |editor| editor.undo(false)),
        EditorAction::Redo => edit(app, |editor| editor.undo(true)),
        EditorAction::SelectAll => edit(app, Editor::select_all),
        EditorAction::Clear => edit(app, Editor::clear),
        EditorAction::CopySelection => return take(app, false, outside),
        EditorAction::Cut => return take(app, true, outside),
        EditorAction::Insert => {
            if app.overlays.get_mut::<Editor>().is_some_and(|editor| !editor.put()) {
                app.toasts.info("Nothing was cut or copied here yet", outside.now.monotonic_micros);
            }
        }
    }
    Vec::new()
}

fn edit(app: &mut App, change: impl FnOnce(&mut Editor)) {
    if let Some(editor) = app.overlays.get_mut::<Editor>() {
        change(editor);
    }
}

/// Copies or cuts the selected text, to the clipboard too.
fn take(app: &mut App, remove: bool, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    match app.overlays.get_mut::<Editor>().and_then(|editor| editor.take(remove)) {
        Some(text) => vec![UpdateEffect::Copy(text)],
        None => {
            app.toasts.info("Nothing is selected; Shift and an arrow key select", outside.now.monotonic_micros);
            Vec::new()
        }
    }
}

/// Hands the text to the external editor.
fn edit_outside(app: &mut App) -> Vec<UpdateEffect> {
    let Some(editor) = app.overlays.get_mut::<Editor>() else { return Vec::new() };
    editor.hide_proposals();
    vec![UpdateEffect::EditOutside { text: editor.text(), extension: "json" }]
}

/// Takes over the text from the external editor.
pub fn edited_outside(app: &mut App, edited: Result<String, EditError>, outside: &ReadContext<'_>) {
    let now = outside.now.monotonic_micros;
    match (edited, app.overlays.get_mut::<Editor>()) {
        (Ok(text), Some(editor)) => editor.replace_text(text.trim_end_matches('\n')),
        (Err(error), _) => app.toasts.error(error.to_string(), now),
        (Ok(_), None) => {}
    }
}

/// Closes the proposals, or else the editor; a changed text becomes a draft.
fn close(app: &mut App, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    if let Some(editor) = app.overlays.get_mut::<Editor>().filter(|editor| editor.proposes()) {
        editor.hide_proposals();
        return Vec::new();
    }
    let Some(editor) = app.overlays.close::<Editor>() else { return Vec::new() };
    if !drafts::keep(app, &editor) {
        return Vec::new();
    }
    app.toasts.info(format!("The draft of {} is kept", editor.subject.what()), outside.now.monotonic_micros);
    vec![UpdateEffect::Keep(SavedPart::Drafts)]
}
