//! Rules that every theme keeps: contrast, counterparts, visibility with fewer colours.

use ratatui::style::{Color, Modifier, Style};

use super::{ColourDepth, Theme, Themes};

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
        // Text on the header, on the status line and in lists.
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
fn an_unknown_theme_is_reported_with_the_known_ones() {
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
