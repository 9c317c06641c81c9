//! What the full screen begins with, put together from the arguments, the settings file and what was kept from the last session.

use anyhow::Context;
use ocpp_tui::config::{Paths, SavedState, Settings};
use ocpp_tui::tui::{Bindings, ColourDepth, ScreenOptions, Themes, is_light};

use super::arguments::GeneralOptions;

/// The theme when nobody wants another one.
const DEFAULT_THEME: &str = "terminal";

/// The options of the screen. They are put together for a line session too, so that a script does not hide a mistake.
///
/// # Errors
/// When the theme that is wanted cannot be had, or a key of the settings file cannot be.
pub fn options(general: &GeneralOptions, settings: &Settings, paths: Option<&Paths>) -> anyhow::Result<ScreenOptions> {
    let themes = themes(paths)?;
    let state = paths.map(Paths::state);
    let kept = state.as_deref().map(SavedState::load).unwrap_or_default();
    let theme = match general.theme.as_ref().or(settings.theme.as_ref()) {
        Some(wanted) => themes.named(wanted)?,
        // What was chosen on the screen counts as long as nobody wrote down something else; it may have gone meanwhile.
        None => match kept.screen.theme.as_ref().and_then(|name| themes.named(name).ok()) {
            Some(theme) => theme,
            None => themes.named(DEFAULT_THEME)?,
        },
    };
    let mut bindings = Bindings::default();
    for (action, keys) in &settings.keys {
        let changed = bindings.change(action, keys.names());
        changed.context("keys in the settings file; \"ocpp-tui config check\" tells the line")?;
    }
    Ok(ScreenOptions {
        theme,
        themes,
        depth: ColourDepth::detect(|name| std::env::var(name).ok()),
        mouse: !general.no_mouse && settings.mouse.or(kept.screen.mouse).unwrap_or(true),
        bindings,
        confirm: settings.confirm.unwrap_or(true),
        kept,
        state,
    })
}

/// The themes, with those of the person's folder. One that is broken matters only when it is asked for.
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
