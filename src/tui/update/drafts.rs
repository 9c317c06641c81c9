//! Texts that outlive the editor: drafts, which are saved automatically, and favourites, which have a name.

use super::effect::UpdateEffect;
use crate::config::{SavedPart, SavedState, SavedText};
use crate::ocpp::mentions_secret;
use crate::tui::app::App;
use crate::tui::context::ReadContext;
use crate::tui::state::{EditTarget, Editor};

/// How many drafts are kept.
const MOST: usize = 50;

fn kept_text(editor: &Editor, name: &str) -> SavedText {
    SavedText {
        name: name.to_owned(),
        version: editor.subject.version.number().to_owned(),
        action: editor.subject.action.clone(),
        text: editor.text(),
    }
}

fn is_about(kept: &SavedText, subject: &EditTarget) -> bool {
    kept.action == subject.action && kept.version == subject.version.number()
}

/// Adds a draft; it replaces an older one of the same action.
fn add(drafts: &mut Vec<SavedText>, draft: SavedText) {
    drafts.retain(|known| known.action != draft.action || known.version != draft.version);
    drafts.push(draft);
    if drafts.len() > MOST {
        drafts.remove(0);
    }
}

/// Makes the text of a closed editor a draft. True when there is something to save.
pub fn keep(app: &mut App, editor: &Editor) -> bool {
    // A draft is a file, and so not for secrets.
    let keeps = editor.is_changed() && !editor.text().trim().is_empty() && !mentions_secret(&editor.text());
    if keeps {
        add(&mut app.kept.drafts, kept_text(editor, ""));
    }
    keeps
}

/// Removes the draft of what was sent. True when there was one.
pub fn forget(app: &mut App, subject: &EditTarget) -> bool {
    let before = app.kept.drafts.len();
    app.kept.drafts.retain(|draft| !is_about(draft, subject));
    app.kept.drafts.len() < before
}

/// The draft of an action.
pub fn of<'a>(kept: &'a SavedState, subject: &EditTarget) -> Option<&'a SavedText> {
    kept.drafts.iter().find(|draft| !subject.is_raw() && is_about(draft, subject))
}

/// The text of a file. The drafts include the text of the open editor, so that it survives a crash.
pub fn text_to_keep(app: &App, part: SavedPart) -> String {
    match app.overlays.get::<Editor>() {
        Some(editor) if part == SavedPart::Drafts && editor.is_changed() && !mentions_secret(&editor.text()) => {
            let mut kept = SavedState { drafts: app.kept.drafts.clone(), ..SavedState::default() };
            add(&mut kept.drafts, kept_text(editor, ""));
            kept.text(part)
        }
        _ => app.kept.text(part),
    }
}

/// Saves the text of the open editor when it has changed since the last time, and finds the field at its cursor.
pub fn keep_open_one(app: &mut App) -> Option<UpdateEffect> {
    let editor = app.overlays.get_mut::<Editor>()?;
    editor.look_at_cursor();
    let changed = editor.kept != editor.revision;
    editor.kept = editor.revision;
    changed.then_some(UpdateEffect::Keep(SavedPart::Drafts))
}

/// Saves the editor's text under a name; a favourite of this name and action is replaced.
pub fn save_favourite(app: &mut App, name: &str, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let now = outside.now.monotonic_micros;
    let Some(editor) = app.overlays.get::<Editor>().filter(|_| !name.is_empty()) else {
        app.toasts.info("A favourite needs a name; nothing was saved", now);
        return Vec::new();
    };
    if mentions_secret(&editor.text()) {
        app.toasts.info("A favourite is a file, and this text is about a password or a key; nothing was saved", now);
        return Vec::new();
    }
    let favourite = kept_text(editor, name);
    app.kept.favourites.retain(|known| known.name != favourite.name || known.action != favourite.action);
    app.kept.favourites.push(favourite);
    app.toasts.done(format!("Saved as \"{name}\"; Ctrl-O in the editor and Ctrl-P bring it back"), now);
    vec![UpdateEffect::Keep(SavedPart::Favourites)]
}

/// Removes a favourite.
pub fn forget_favourite(app: &mut App, index: usize, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    if index >= app.kept.favourites.len() {
        return Vec::new();
    }
    let gone = app.kept.favourites.remove(index);
    app.toasts.done(format!("The favourite \"{}\" is forgotten", gone.name), outside.now.monotonic_micros);
    vec![UpdateEffect::Keep(SavedPart::Favourites)]
}
