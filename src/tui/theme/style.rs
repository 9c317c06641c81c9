//! A theme and its styles, one for each meaning, and the same theme in fewer colours.

use ratatui::style::{Modifier, Style};

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

            fn each(&mut self) -> impl Iterator<Item = &mut Style> {
                [$(&mut self.$name,)+].into_iter()
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
    /// The theme in the colours that a terminal has.
    pub fn at_depth(mut self, depth: ColourDepth) -> Theme {
        if depth == ColourDepth::None {
            return self.without_colours();
        }
        for style in self.styles.each() {
            *style = depth.of(*style);
        }
        self
    }

    /// The theme for `NO_COLOR`: pairs of colours become reverse video, the rest keeps its modifiers.
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
