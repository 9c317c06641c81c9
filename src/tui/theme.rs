//! Themes: one style for each meaning, read from the TOML files in `themes/`. Nothing else names a colour.

use ratatui::style::{Modifier, Style};
use serde::Deserialize;

/// The embedded themes: name and text. The first is the default.
const EMBEDDED: [(&str, &str); 3] = [
    ("terminal", include_str!("../../themes/terminal.toml")),
    ("dark", include_str!("../../themes/dark.toml")),
    ("light", include_str!("../../themes/light.toml")),
];

/// Why a theme cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ThemeError {
    /// No theme has this name.
    #[error("there is no theme \"{name}\"; the themes are {known}")]
    Unknown {
        /// The name that was asked for.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// The file cannot be understood.
    #[error("the theme \"{name}\" cannot be read: {reason}")]
    Unreadable {
        /// The theme.
        name: String,
        /// What is wrong, with line and column.
        reason: String,
    },
}

macro_rules! styles {
    ($($(#[$doc:meta])+ $name:ident,)+) => {
        /// One style for each meaning.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct Styles {
            $($(#[$doc])+ pub $name: Style,)+
        }

        impl Styles {
            fn each(&mut self) -> impl Iterator<Item = &mut Style> {
                [$(&mut self.$name,)+].into_iter()
            }

            #[cfg(test)]
            fn named(&self) -> Vec<(&'static str, Style)> {
                vec![$((stringify!($name), self.$name),)+]
            }
        }
    };
}

styles! {
    /// Everything that has no other meaning; its background is that of the screen.
    base,
    /// What matters less.
    muted,
    /// Rules between panes.
    rule,
    /// The rule of the focused pane.
    rule_focused,
    /// Titles.
    title,
    /// The selected line of the focused pane.
    selection,
    /// The selected line of another pane.
    selection_elsewhere,
    /// The other half of the selected exchange.
    partner,
    /// The header and the status line.
    header,
    /// Keys in hints.
    key,
    /// Marks of stations.
    marked,
    /// Connected, valid.
    good,
    /// Tolerated, waiting.
    warning,
    /// Errors.
    error,
    /// A state that must be seen: FOLLOW, PAUSED.
    state,
    /// Received frames.
    incoming,
    /// Sent frames.
    outgoing,
    /// Names of JSON properties.
    json_key,
    /// JSON texts.
    json_text,
    /// JSON numbers.
    json_number,
    /// `true`, `false`, `null`.
    json_word,
    /// Braces, brackets, colons and commas.
    json_mark,
    /// Lists that lie over a pane.
    popup,
    /// The selected line of such a list.
    popup_selected,
    /// A toast that informs.
    toast_info,
    /// A toast about a failure.
    toast_error,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "description")]
    _description: String,
    styles: Styles,
}

/// A theme.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    /// Its name.
    pub name: String,
    /// Its styles.
    pub styles: Styles,
}

impl Theme {
    /// The names of all themes.
    pub fn names() -> impl Iterator<Item = &'static str> {
        EMBEDDED.iter().map(|(name, _)| *name)
    }

    /// Finds a theme by name.
    ///
    /// # Errors
    /// When there is none, or its file cannot be read; the message names the themes that there are.
    pub fn named(name: &str) -> Result<Theme, ThemeError> {
        let Some((_, text)) = EMBEDDED.iter().find(|(known, _)| *known == name) else {
            let known = Theme::names().collect::<Vec<_>>().join(", ");
            return Err(ThemeError::Unknown { name: name.to_owned(), known });
        };
        Theme::parse(name, text)
    }

    /// Reads a theme from the text of its file.
    ///
    /// # Errors
    /// When the text is not a theme.
    pub fn parse(name: &str, text: &str) -> Result<Theme, ThemeError> {
        let file: File = toml::from_str(text)
            .map_err(|error| ThemeError::Unreadable { name: name.to_owned(), reason: error.to_string() })?;
        Ok(Theme { name: name.to_owned(), styles: file.styles })
    }

    /// The theme after this one.
    pub fn next(&self) -> Theme {
        let names: Vec<_> = Theme::names().collect();
        let index = names.iter().position(|name| *name == self.name).map_or(0, |index| (index + 1) % names.len());
        // The embedded themes are read by a test; should one be broken all the same, the screen stays as it is.
        Theme::named(names[index]).unwrap_or_else(|_| self.clone())
    }

    /// The theme for those who set `NO_COLOR`: what was a pair of colours becomes reverse video, the rest keeps its weight.
    pub fn without_colours(mut self) -> Theme {
        let background = self.styles.base.bg;
        for style in self.styles.each() {
            if style.bg.is_some() && style.bg != background {
                style.add_modifier |= Modifier::REVERSED;
            }
            (style.fg, style.bg) = (None, None);
        }
        self.styles.header.add_modifier = Modifier::empty();
        self.styles.selection_elsewhere.add_modifier = Modifier::BOLD;
        self.styles.partner.add_modifier = Modifier::BOLD | Modifier::UNDERLINED;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::Color;

    fn luminance(colour: Color) -> Option<f64> {
        let Color::Rgb(red, green, blue) = colour else { return None };
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        Some(0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue))
    }

    #[test]
    fn every_theme_loads_and_is_readable() {
        for name in Theme::names() {
            let styles = Theme::named(name).unwrap().styles;
            for (meaning, style) in styles.named() {
                let foreground = style.fg.or(styles.base.fg).and_then(luminance);
                let background = style.bg.or(styles.base.bg).and_then(luminance);
                let (Some(foreground), Some(background)) = (foreground, background) else {
                    assert_eq!(name, "terminal", "{name}.{meaning} leaves a colour open");
                    continue;
                };
                let contrast = (foreground.max(background) + 0.05) / (foreground.min(background) + 0.05);
                assert!(contrast >= 4.5, "{name}.{meaning} has a contrast of {contrast:.2}");
            }
        }
    }

    #[test]
    fn the_default_paints_no_background_and_names_no_exact_colour() {
        let styles = Theme::named("terminal").unwrap().styles;
        assert_eq!(styles.base, Style::default());
        assert!(styles.named().iter().all(|(_, style)| !matches!(style.fg, Some(Color::Rgb(..) | Color::Indexed(_)))));
    }

    #[test]
    fn an_unknown_theme_is_told_with_the_known_ones() {
        let message = Theme::named("neon").unwrap_err().to_string();
        assert_eq!(message, "there is no theme \"neon\"; the themes are terminal, dark, light");
    }

    #[test]
    fn a_mistake_in_a_theme_is_told_with_its_line() {
        let message =
            Theme::parse("mine", "description = \"x\"\n[styles]\nbase = { fg = \"grun\" }\n").unwrap_err().to_string();
        assert!(message.contains("line 3"), "{message}");
    }

    #[test]
    fn without_colours_the_selection_still_shows() {
        for name in Theme::names() {
            let styles = Theme::named(name).unwrap().without_colours().styles;
            assert!(styles.selection.add_modifier.contains(Modifier::REVERSED), "{name}");
            assert!(styles.named().iter().all(|(_, style)| style.fg.is_none() && style.bg.is_none()));
        }
    }

    #[test]
    fn themes_follow_each_other_in_a_circle() {
        let mut theme = Theme::named("terminal").unwrap();
        for expected in ["dark", "light", "terminal"] {
            theme = theme.next();
            assert_eq!(theme.name, expected);
        }
    }
}
