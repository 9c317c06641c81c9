//! A theme and its styles, one for each meaning, and the same theme in fewer colours.

use ratatui::style::{Color, Modifier, Style};

use super::contrast::{RULE_CONTRAST, TEXT_CONTRAST};
use super::depth::ColourDepth;

macro_rules! styles {
    ($($(#[$doc:meta])+ $name:ident,)+) => {
        /// One style for each meaning.
        #[derive(Debug, Clone, Copy, Default, PartialEq)]
        pub struct Styles {
            $($(#[$doc])+ pub $name: Style,)+
        }

        impl Styles {
            /// The names of all meanings.
            pub(super) const NAMES: &[&str] = &[$(stringify!($name),)+];

            /// Sets the style of a meaning; an unknown name changes nothing.
            pub(super) fn set(&mut self, name: &str, style: Style) {
                match name {
                    $(stringify!($name) => self.$name = style,)+
                    _ => {}
                }
            }

            fn each(&mut self) -> impl Iterator<Item = (&'static str, &mut Style)> {
                [$((stringify!($name), &mut self.$name),)+].into_iter()
            }

            #[cfg(test)]
            pub(super) fn named(&self) -> Vec<(&'static str, Style)> {
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
    /// What the user has marked: stations and bookmarks.
    marked,
    /// Healthy: connected, valid, done.
    good,
    /// A fault that can be lived with: tolerated, late, about to be tried again.
    warning,
    /// A fault.
    error,
    /// A state that must be seen: FOLLOW, PAUSED.
    state,
    /// In use: a connector that charges, a cable with power.
    active,
    /// Received frames. The themes of the program leave the direction to the arrow.
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
    /// A toast about a failure.
    toast_error,
}

/// The contrast that a style must have to its background.
pub(super) fn contrast_of(name: &str) -> f64 {
    if matches!(name, "rule" | "json_mark") { RULE_CONTRAST } else { TEXT_CONTRAST }
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
    /// The theme in the colours that a terminal has. Texts stay readable: a colour that is hard to read on the background that the
    /// terminal has gives way to a similar one.
    pub fn at_depth(mut self, depth: ColourDepth) -> Theme {
        if depth == ColourDepth::None {
            return self.without_colours();
        }
        if depth == ColourDepth::True {
            return self;
        }
        let wanted = self.styles;
        let of = |colour: Option<Color>| colour.map(|colour| depth.background(colour));
        let (base, over) = (of(wanted.base.bg), [wanted.base.bg, wanted.header.bg, wanted.popup.bg]);
        let over: Vec<Color> = over.into_iter().filter_map(of).collect();
        for (name, style) in self.styles.each() {
            let had_own = style.bg.is_some() && style.bg != wanted.base.bg;
            style.bg = of(style.bg);
            let own: Vec<Color> = style.bg.into_iter().collect();
            let backgrounds = if own.is_empty() { &over } else { &own };
            style.fg = style.fg.map(|colour| depth.text(colour, backgrounds, contrast_of(name)));
            if had_own && style.bg == base && !matches!(name, "header" | "popup") {
                // Its background became that of everything else.
                (style.fg, style.bg) = (None, None);
                style.add_modifier |= match name {
                    "selection_elsewhere" => Modifier::BOLD,
                    "partner" => Modifier::BOLD | Modifier::UNDERLINED,
                    _ => Modifier::REVERSED,
                };
            }
        }
        self
    }

    /// The theme for `NO_COLOR`: pairs of colours become reverse video, the rest keeps its modifiers.
    pub fn without_colours(mut self) -> Theme {
        let background = self.styles.base.bg;
        for (_, style) in self.styles.each() {
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
