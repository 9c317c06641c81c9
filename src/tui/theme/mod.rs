//! Themes: one style for each meaning. Nothing else names a colour. The files are read in `file`, the set of themes is in `themes`,
//! terminals with fewer colours are served by `depth`.

mod depth;
mod file;
mod themes;

pub use depth::{ColourDepth, is_light};
pub use file::Background;
pub use themes::Themes;

use ratatui::style::{Modifier, Style};

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
    #[error("the theme \"{name}\", line {line}: {reason}")]
    Unreadable {
        /// The theme.
        name: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
}

impl ThemeError {
    fn unreadable(name: &str, line: usize, reason: impl Into<String>) -> ThemeError {
        ThemeError::Unreadable { name: name.to_owned(), line, reason: reason.into() }
    }
}

macro_rules! styles {
    ($($(#[$doc:meta])+ $name:ident,)+) => {
        /// One style for each meaning.
        #[derive(Debug, Clone, Copy, Default, PartialEq)]
        pub struct Styles {
            $($(#[$doc])+ pub $name: Style,)+
        }

        impl Styles {
            /// The names of all meanings.
            const NAMES: &[&str] = &[$(stringify!($name),)+];

            /// Sets the style of a meaning; a name that there is not changes nothing.
            fn set(&mut self, name: &str, style: Style) {
                match name {
                    $(stringify!($name) => self.$name = style,)+
                    _ => {}
                }
            }

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

/// A theme.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    /// Its name.
    pub name: String,
    /// One line about it.
    pub description: String,
    /// The theme that goes with it on the other background.
    pub pair: Option<String>,
    /// Its styles.
    pub styles: Styles,
}

impl Theme {
    /// Finds one of the embedded themes by name.
    ///
    /// # Errors
    /// When there is none; the message names the themes that there are.
    pub fn named(name: &str) -> Result<Theme, ThemeError> {
        Themes::embedded()?.named(name)
    }

    /// The theme for a terminal with so many colours.
    pub fn at_depth(mut self, depth: ColourDepth) -> Theme {
        if depth == ColourDepth::None {
            return self.without_colours();
        }
        for style in self.styles.each() {
            *style = depth.of(*style);
        }
        self
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

    fn contrast(one: Option<Color>, other: Option<Color>) -> Option<f64> {
        let (one, other) = (luminance(one?)?, luminance(other?)?);
        Some((one.max(other) + 0.05) / (one.min(other) + 0.05))
    }

    fn all() -> Vec<Theme> {
        let themes = Themes::embedded().unwrap();
        themes.names().iter().map(|name| themes.named(name).unwrap()).collect()
    }

    #[test]
    fn every_theme_loads_and_is_readable() {
        let mut dull = Vec::new();
        for theme in all() {
            let (name, styles) = (&theme.name, theme.styles);
            let mut check = |meaning: String, fg: Option<Color>, bg: Option<Color>| match contrast(fg, bg) {
                Some(contrast) if contrast < 4.5 => dull.push(format!("{name}.{meaning}: {contrast:.2}")),
                Some(_) => {}
                None => assert_eq!(name, "terminal", "{name}.{meaning} leaves a colour open"),
            };
            for (meaning, style) in styles.named() {
                check(meaning.to_owned(), style.fg.or(styles.base.fg), style.bg.or(styles.base.bg));
            }
            // What is written on the header, the status line and in lists.
            for (over, what) in [("header", styles.header), ("popup", styles.popup)] {
                for (meaning, style) in
                    styles.named().into_iter().filter(|(meaning, _)| ["muted", "key", "title", "warning"].contains(meaning))
                {
                    check(format!("{meaning} on {over}"), style.fg, what.bg);
                }
            }
        }
        assert!(dull.is_empty(), "too little contrast:\n{}", dull.join("\n"));
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
        let known = "terminal, dark, light, high-contrast, colour-blind, catppuccin, gruvbox";
        assert_eq!(message, format!("there is no theme \"neon\"; the themes are {known}"));
    }

    #[test]
    fn every_theme_has_its_counterpart() {
        let themes = Themes::embedded().unwrap();
        for theme in all().into_iter().filter(|theme| theme.name != "terminal") {
            let pair = themes.named(theme.pair.as_deref().unwrap()).unwrap();
            assert_eq!(pair.pair.as_ref(), Some(&theme.name));
        }
    }

    #[test]
    fn with_fewer_colours_nothing_becomes_invisible() {
        for depth in [ColourDepth::Sixteen, ColourDepth::Indexed] {
            for theme in all() {
                let theme = theme.at_depth(depth);
                for (meaning, style) in theme.styles.named() {
                    let (fg, bg) = (style.fg.or(theme.styles.base.fg), style.bg.or(theme.styles.base.bg));
                    assert!(fg.is_none() || fg != bg, "{}.{meaning} at {depth:?}", theme.name);
                    assert!(!matches!(fg, Some(Color::Rgb(..))), "{}.{meaning}", theme.name);
                }
            }
        }
    }

    #[test]
    fn without_colours_the_selection_still_shows() {
        for theme in all() {
            let styles = theme.at_depth(ColourDepth::None).styles;
            assert!(styles.selection.add_modifier.contains(Modifier::REVERSED));
            assert!(styles.named().iter().all(|(_, style)| style.fg.is_none() && style.bg.is_none()));
        }
    }
}
