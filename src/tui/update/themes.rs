//! Changing the theme: by its name, from the list of themes, to its variant for the other background, and after its file was saved.

use super::common::{list_height, open_list};
use super::effect::UpdateEffect;
use crate::config::SavedPart;
use crate::tui::app::App;
use crate::tui::state::{ChoiceAction, Palette, PaletteChoice};
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

/// The themes as choices of a list.
pub fn choices(app: &App) -> Vec<PaletteChoice> {
    let choice = |name: String| {
        let theme = app.themes.named(&name);
        PaletteChoice {
            kind: "theme",
            detail: theme.as_ref().map(|theme| theme.description.clone()).unwrap_or_default(),
            keys: String::new(),
            obstacle: theme.err().map(|error| error.to_string()),
            does: ChoiceAction::Theme(name.clone()),
            name,
        }
    };
    app.themes.names().into_iter().map(choice).collect()
}

/// Opens the list of themes, with the active one selected.
pub fn open(app: &mut App) {
    let (entries, name) = (choices(app), app.theme.name.clone());
    // Most of the screen stays visible, because it shows the theme that is selected.
    let mut list = Palette::new("theme", entries, Vec::new());
    list.aside = true;
    open_list(app, list);
    let height = list_height(app);
    if let Some(list) = app.overlays.get_mut::<Palette>() {
        list.select(&name, height);
    }
}
