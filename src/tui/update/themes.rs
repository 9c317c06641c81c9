//! Changing the theme: by its name, to its variant for the other background, and after its file was saved.

use super::effect::UpdateEffect;
use crate::config::SavedPart;
use crate::tui::app::App;
use crate::tui::theme::ThemeChanges;

/// Activates a theme and saves the choice.
pub fn put_on(app: &mut App, name: &str, now: u64) -> Option<UpdateEffect> {
    match app.themes.named(name) {
        Ok(theme) => {
            app.toasts.done(format!("Theme: {}", theme.name), now);
            app.kept.screen.theme = Some(theme.name.clone());
            app.set_theme(theme);
            Some(UpdateEffect::Keep(SavedPart::Screen))
        }
        Err(error) => {
            app.toasts.error(error.to_string(), now);
            None
        }
    }
}

/// Activates the variant of the theme for the other background.
pub fn other_background(app: &mut App, now: u64) -> Vec<UpdateEffect> {
    match app.theme.pair.clone() {
        Some(name) => put_on(app, &name, now).into_iter().collect(),
        None => {
            app.toasts.info("This theme has no counterpart for another background", now);
            Vec::new()
        }
    }
}

/// Takes over changed files of the user's own themes, and activates the theme anew.
pub fn changed(app: &mut App, changes: ThemeChanges, now: u64) {
    for error in app.themes.apply(changes) {
        app.toasts.error(error.to_string(), now);
    }
    match app.themes.named(&app.theme.name) {
        Ok(theme) => app.set_theme(theme),
        Err(error) => app.toasts.error(error.to_string(), now),
    }
}
