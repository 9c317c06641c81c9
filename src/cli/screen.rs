//! The options of the full screen, from the arguments, the settings file and the saved state of the last session.

use anyhow::Context;
use ocpp_tui::config::{Paths, SavedState, Settings};
use ocpp_tui::tui::{Bindings, ColourDepth, ScreenOptions, Themes, is_light};

use super::arguments::GeneralOptions;

/// The theme when no other one is selected.
const DEFAULT_THEME: &str = "terminal";

/// The options of the screen. They are computed for a line session too, so that an error in the settings is reported there as well.
///
/// # Errors
/// When the selected theme does not exist or is broken, or a key of the settings file is invalid.
pub fn options(general: &GeneralOptions, settings: &Settings, paths: Option<&Paths>) -> anyhow::Result<ScreenOptions> {
    let themes = themes(paths)?;
    let state = paths.map(Paths::state);
    let saved = state.as_deref().map(SavedState::load).unwrap_or_default();
    let theme = match general.theme.as_ref().or(settings.theme.as_ref()) {
        Some(wanted) => themes.named(wanted)?,
        // The theme that was selected on the screen applies when the settings name none. Its file may be gone.
        None => match saved.screen.theme.as_ref().and_then(|name| themes.named(name).ok()) {
            Some(theme) => theme,
            None => themes.named(DEFAULT_THEME)?,
        },
    };
    let mut bindings = Bindings::default();
    for (action, keys) in &settings.keys {
        let changed = bindings.change(action, keys.names());
        changed.context("keys in the settings file; \"ocpp-tui config check\" shows the line")?;
    }
    Ok(ScreenOptions {
        theme,
        themes,
        depth: ColourDepth::detect(|name| std::env::var(name).ok()),
        mouse: !general.no_mouse && settings.mouse.or(saved.screen.mouse).unwrap_or(true),
        bindings,
        confirm: settings.confirm.unwrap_or(true),
        title: settings.title.unwrap_or(true),
        kept: saved,
        one_end: false,
        at_first: false,
        state,
        replay: None,
    })
}

/// The themes, with those of the user's folder. A broken one matters only when it is selected.
///
/// # Errors
/// When an embedded theme is broken, which a test rules out.
pub fn themes(paths: Option<&Paths>) -> anyhow::Result<Themes> {
    let mut themes = Themes::embedded()?;
    themes.set_light(is_light(|name| std::env::var(name).ok()));
    if let Some(paths) = paths {
        themes.add_folder(paths.themes());
    }
    Ok(themes)
}
