//! Rules that every theme keeps: contrast, counterparts, visibility with fewer colours.

use ratatui::style::{Color, Modifier, Style};

use super::contrast::{ColourValue, RULE_CONTRAST, value_contrast, values};
use super::style::contrast_of;
use super::{ColourDepth, Theme, Themes};

fn all() -> Vec<Theme> {
    let themes = Themes::embedded().unwrap();
    themes.names().iter().map(|name| themes.named(name).unwrap()).collect()
}

/// What a terminal shows for a text of a style on a background: a dim text is a third of the way to the background, as in xterm.
fn shown(style: Style, text: ColourValue, background: ColourValue) -> ColourValue {
    let nearer = |one: u8, other: u8| ((2 * u16::from(one) + u16::from(other)) / 3) as u8;
    if style.add_modifier.contains(Modifier::DIM) {
        return (nearer(text.0, background.0), nearer(text.1, background.1), nearer(text.2, background.2));
    }
    text
}

/// The least contrast of a text in this style, on a terminal that has these colours of its own for text and background.
fn least_contrast(style: Style, background: Option<Color>, own: (Color, Color)) -> f64 {
    let or_own = |colour: Option<Color>, own| colour.filter(|colour| *colour != Color::Reset).unwrap_or(own);
    let (mut text, mut background) = (or_own(style.fg, own.0), or_own(style.bg.or(background), own.1));
    if style.add_modifier.contains(Modifier::REVERSED) {
        (text, background) = (background, text);
    }
    // The Linux console shows bold yellow as light yellow; the terminals that leave it as it is have a lighter yellow.
    let is_bold_yellow = text == Color::Yellow && style.add_modifier.contains(Modifier::BOLD);
    let texts = if is_bold_yellow { values(Color::LightYellow) } else { values(text) }.unwrap();
    let backgrounds = values(background).unwrap();
    texts
        .into_iter()
        .zip(backgrounds)
        .map(|(text, background)| value_contrast(shown(style, text, background), background))
        .fold(f64::MAX, f64::min)
}

/// Rules and dim text may have less than texts.
fn needed(name: &str, style: Style) -> f64 {
    if style.add_modifier.contains(Modifier::DIM) { RULE_CONTRAST } else { contrast_of(name) }
}

#[test]
fn every_text_of_every_theme_is_readable_at_every_depth() {
    let mut dull = Vec::new();
    for depth in [ColourDepth::True, ColourDepth::Indexed, ColourDepth::Sixteen] {
        for theme in all() {
            let theme = theme.at_depth(depth);
            let styles = theme.styles;
            // The colours of the terminal itself, where a theme leaves them.
            let own = if theme.name == "terminal-light" { (Color::Black, Color::White) } else { (Color::Gray, Color::Black) };
            assert!(
                styles.base.bg.is_some() || theme.name.starts_with("terminal"),
                "{} leaves the background open",
                theme.name
            );
            for (name, style) in styles.named() {
                let own_or_over = [("base", styles.base), ("header", styles.header), ("popup", styles.popup)];
                for (over, below) in own_or_over {
                    let style = Style { fg: style.fg.or(below.fg).or(styles.base.fg), ..style };
                    let found = least_contrast(style, below.bg.or(styles.base.bg), own);
                    let ratio = needed(name, style);
                    if found < ratio {
                        dull.push(format!("{}.{name} on {over}, {depth:?}: {found:.2} of {ratio}", theme.name));
                    }
                }
            }
        }
    }
    assert!(dull.is_empty(), "too little contrast:\n{}", dull.join("\n"));
}

#[test]
fn the_default_paints_no_background_and_names_no_exact_colour() {
    for name in ["terminal-dark", "terminal-light"] {
        let styles = Theme::named(name).unwrap().styles;
        assert_eq!(styles.base, Style::default());
        assert!(styles.named().iter().all(|(_, style)| !matches!(style.fg, Some(Color::Rgb(..) | Color::Indexed(_)))));
        let painted: Vec<&str> = styles.named().iter().filter(|(_, style)| style.bg.is_some()).map(|(name, _)| *name).collect();
        assert_eq!(painted, ["toast_error"], "only a failure is painted");
    }
}

#[test]
fn red_and_amber_are_for_faults_only() {
    for theme in all() {
        let styles = theme.styles;
        for (name, style) in styles.named() {
            for (meaning, colour) in [("error", styles.error.fg), ("warning", styles.warning.fg)] {
                let is_fault = ["error", "warning", "toast_error"].contains(&name);
                assert!(is_fault || style.fg != colour, "{}.{name} has the colour of {meaning}", theme.name);
            }
            let is_direction = ["incoming", "outgoing"].contains(&name);
            assert!(!is_direction || style == Style::default(), "{}.{name}: the arrow shows the direction", theme.name);
        }
    }
}

#[test]
fn what_is_selected_differs_from_its_surroundings_at_every_depth() {
    for depth in [ColourDepth::True, ColourDepth::Indexed, ColourDepth::Sixteen, ColourDepth::None] {
        for theme in all() {
            let styles = theme.at_depth(depth).styles;
            for (name, style) in styles.named() {
                if ["selection", "selection_elsewhere", "partner", "popup_selected", "state", "toast_error"].contains(&name) {
                    let is_seen = style.bg.is_some_and(|bg| Some(bg) != styles.base.bg) || !style.add_modifier.is_empty();
                    assert!(is_seen, "{name} at {depth:?}");
                }
            }
        }
    }
}

#[test]
fn an_unknown_theme_is_reported_with_the_known_ones() {
    let message = Theme::named("neon").unwrap_err().to_string();
    let known = "terminal, dark, light, high-contrast, colour-blind, catppuccin, gruvbox";
    assert_eq!(message, format!("there is no theme \"neon\"; the themes are {known}"));
}

#[test]
fn every_theme_has_its_counterpart() {
    let themes = Themes::embedded().unwrap();
    for theme in all() {
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
