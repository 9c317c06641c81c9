//! The file of a theme: a palette of named colours, styles that use them, and the theme whose styles it takes over. Which files there
//! are is in `themes`; what the styles are for is in the module above.

use std::collections::BTreeMap;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;
use toml::Spanned;

use super::error::ThemeError;
use crate::ocpp::suggest;

/// A longer chain of parents is a cycle.
const DEEPEST: usize = 8;

type ThemePalette = BTreeMap<String, Spanned<String>>;

/// The content of a file, without what it inherits.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ThemeFile {
    /// One line about it.
    pub description: String,
    /// The theme whose palette and styles are the defaults.
    #[serde(default)]
    inherits: Option<String>,
    /// The theme that goes with it on the other background.
    #[serde(default)]
    pub pair: Option<String>,
    #[serde(default)]
    palette: ThemePalette,
    /// The palette of the variant for dark backgrounds.
    #[serde(default)]
    dark: Option<ThemePalette>,
    /// The palette of the variant for light backgrounds.
    #[serde(default)]
    light: Option<ThemePalette>,
    #[serde(default)]
    styles: BTreeMap<String, Spanned<StyleEntry>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct StyleEntry {
    #[serde(default)]
    fg: Option<Spanned<String>>,
    #[serde(default)]
    bg: Option<Spanned<String>>,
    #[serde(default)]
    add_modifier: Option<Modifier>,
}

/// The background that a palette is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Background {
    /// A dark one.
    Dark,
    /// A light one.
    Light,
}

impl Background {
    /// The end of the names of themes for it.
    pub const fn suffix(self) -> &'static str {
        match self {
            Background::Dark => "-dark",
            Background::Light => "-light",
        }
    }

    /// The other one.
    pub const fn other(self) -> Background {
        match self {
            Background::Dark => Background::Light,
            Background::Light => Background::Dark,
        }
    }
}

impl ThemeFile {
    /// Reads a file's text.
    pub fn parse(name: &str, text: &str) -> Result<ThemeFile, ThemeError> {
        toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_of(text, span.start));
            let reason = error.message().lines().next().unwrap_or_default().to_owned();
            ThemeError::unreadable(name, line, reason)
        })
    }

    /// Whether it has a palette for each background instead of one for all.
    pub fn is_pair(&self) -> bool {
        self.dark.is_some() && self.light.is_some()
    }
}

/// A file with its name and its text, for the lines of mistakes.
#[derive(Debug, Clone)]
pub(super) struct ColourSource {
    pub name: String,
    pub text: String,
    pub file: ThemeFile,
}

/// Merges a theme with what it inherits; its own file comes last and has precedence. `find` returns the inherited files.
pub(super) fn resolve<'a>(
    source: &'a ColourSource,
    background: Option<Background>,
    find: impl Fn(&str) -> Option<&'a ColourSource>,
    known: &[&str],
    mut set: impl FnMut(&str, Style),
) -> Result<(), ThemeError> {
    let mut chain = vec![source];
    while let Some(parent) = chain.last().and_then(|last| last.file.inherits.as_deref()) {
        let child = chain.last().map_or("", |last| &last.name);
        let found = find(parent).filter(|_| chain.len() < DEEPEST);
        let missing =
            || ThemeError::unreadable(child, 1, format!("it inherits from \"{parent}\", which is no theme that it can"));
        chain.push(found.ok_or_else(missing)?);
    }
    let mut palette: BTreeMap<&str, Color> = BTreeMap::new();
    for source in chain.iter().rev() {
        let of_background = match background {
            Some(Background::Dark) => source.file.dark.as_ref(),
            Some(Background::Light) => source.file.light.as_ref(),
            None => None,
        };
        for (name, value) in source.file.palette.iter().chain(of_background.into_iter().flatten()) {
            palette.insert(name, colour(value, source, &BTreeMap::new())?);
        }
    }
    for source in chain.iter().rev() {
        for (name, entry) in &source.file.styles {
            if !known.contains(&name.as_str()) {
                let line = line_of(&source.text, entry.span().start);
                let hint = suggest(name, known.iter().copied()).map(|near| format!("; did you mean \"{near}\"?"));
                let reason = format!("there is no style \"{name}\"{}", hint.unwrap_or_default());
                return Err(ThemeError::unreadable(&source.name, line, reason));
            }
            let entry = entry.as_ref();
            let mut style = Style::new();
            style.fg = entry.fg.as_ref().map(|value| colour(value, source, &palette)).transpose()?;
            style.bg = entry.bg.as_ref().map(|value| colour(value, source, &palette)).transpose()?;
            style.add_modifier = entry.add_modifier.unwrap_or_default();
            set(name, style);
        }
    }
    Ok(())
}

fn colour(value: &Spanned<String>, source: &ColourSource, palette: &BTreeMap<&str, Color>) -> Result<Color, ThemeError> {
    let name = value.as_ref().as_str();
    if let Some(colour) = palette.get(name) {
        return Ok(*colour);
    }
    name.parse().map_err(|_| {
        let near = suggest(name, palette.keys().copied()).map(|near| format!("; did you mean \"{near}\"?"));
        let hint = near.unwrap_or_else(|| {
            "; write \"#rrggbb\", a number up to 255, a name like \"lightblue\", or a name of the palette".into()
        });
        let line = line_of(&source.text, value.span().start);
        ThemeError::unreadable(&source.name, line, format!("\"{name}\" is no colour{hint}"))
    })
}

/// The line of a place in a text, from 1.
fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}
