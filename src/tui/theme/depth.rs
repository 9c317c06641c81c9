//! How many colours the terminal has, and the nearest ones for a terminal with fewer colours than a theme. The number is read from the
//! environment; the terminal is not queried, because it may not answer.
//! Ours, because `supports-color` reads the variables of the process, which tests must not set, and `ansi_colours` is under the LGPL.

use ratatui::style::Color;

use super::contrast::{ColourValue, PerceivedColour, SIXTEEN, contrast, values};

/// How many colours a terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColourDepth {
    /// None.
    None,
    /// The terminal's sixteen.
    Sixteen,
    /// The 256 of xterm.
    Indexed,
    /// Any.
    #[default]
    True,
}

impl ColourDepth {
    /// The depth by the environment; `get` reads a variable.
    pub fn detect(get: impl Fn(&str) -> Option<String>) -> ColourDepth {
        let is_set = |name: &str| get(name).is_some_and(|value| !value.is_empty());
        let term = get("TERM").unwrap_or_default();
        let colours = get("COLORTERM").unwrap_or_default().to_ascii_lowercase();
        if is_set("NO_COLOR") || term == "dumb" {
            ColourDepth::None
        } else if colours == "truecolor" || colours == "24bit" || term.ends_with("-direct") {
            ColourDepth::True
        } else if term.contains("256")
            || ["kitty", "ghostty", "alacritty", "foot", "wezterm"].iter().any(|name| term.contains(name))
        {
            // These have all colours; without COLORTERM a program in between may not.
            ColourDepth::Indexed
        } else {
            ColourDepth::Sixteen
        }
    }

    /// The colour of this depth for a background.
    pub(super) fn background(self, colour: Color) -> Color {
        match (self, values(colour)) {
            (ColourDepth::Indexed, Some([value, _])) if !is_sixteen(colour) => nearest_indexed(value, |_| true),
            (ColourDepth::Sixteen, Some([value, _])) if !is_sixteen(colour) => sixteen_background(value),
            _ => colour,
        }
    }

    /// The colour of this depth that is nearest to a colour of a text and has this contrast to all of the backgrounds, which are of this
    /// depth. Where no colour has it, black or white is nearest to it.
    pub(super) fn text(self, colour: Color, backgrounds: &[Color], ratio: f64) -> Color {
        let is_readable =
            |colour| backgrounds.iter().all(|background| contrast(colour, *background).is_none_or(|found| found >= ratio));
        match (self, values(colour)) {
            (ColourDepth::Indexed, Some([value, _])) if !is_sixteen(colour) => nearest_indexed(value, is_readable),
            (ColourDepth::Sixteen, Some([value, _])) if !is_sixteen(colour) => sixteen_text(value, is_readable),
            _ => colour,
        }
    }
}

/// Whether a colour is one of the terminal's sixteen, whose values the user has chosen.
fn is_sixteen(colour: Color) -> bool {
    !matches!(colour, Color::Rgb(..) | Color::Indexed(16..))
}

fn nearest_indexed(value: ColourValue, is_usable: impl Fn(Color) -> bool) -> Color {
    let wanted = PerceivedColour::of(value);
    let usable = (16..=255).map(Color::Indexed).filter(|colour| is_usable(*colour));
    let distance =
        |colour: &Color| values(*colour).map_or(f64::MAX, |[value, _]| wanted.difference(PerceivedColour::of(value)));
    usable.min_by(|one, other| distance(one).total_cmp(&distance(other))).unwrap_or(nearer_end(wanted))
}

/// Black or white.
fn nearer_end(wanted: PerceivedColour) -> Color {
    if wanted.lightness < 0.5 { Color::Indexed(16) } else { Color::Indexed(231) }
}

/// A background in sixteen colours: one of the dark ones, on which white can be read, or black or white. The greys are left out: what can
/// be read on one of them in one terminal cannot in another.
fn sixteen_background(value: ColourValue) -> Color {
    let wanted = PerceivedColour::of(value);
    if !wanted.is_coloured() || !(0.2..0.6).contains(&wanted.lightness) {
        return if wanted.lightness < 0.6 { Color::Black } else { Color::White };
    }
    by_hue(wanted, [Color::Blue, Color::Magenta, Color::Red].into_iter()).unwrap_or(Color::Black)
}

/// A text in sixteen colours: a colour keeps its hue rather than its lightness, because the hue has the meaning.
fn sixteen_text(value: ColourValue, is_readable: impl Fn(Color) -> bool) -> Color {
    let wanted = PerceivedColour::of(value);
    let readable = || SIXTEEN.iter().filter(|(colour, _)| is_readable(*colour));
    let perceived = |values: &[ColourValue; 2]| PerceivedColour::of(values[0]);
    let hues =
        readable().filter(|(_, values)| wanted.is_coloured() && perceived(values).is_coloured()).map(|(colour, _)| *colour);
    let near = |colour: &Color| {
        values(*colour).is_some_and(|values| wanted.hue_distance(perceived(&values)) < std::f64::consts::FRAC_PI_4)
    };
    if let Some(colour) = by_hue(wanted, hues.filter(near)) {
        return colour;
    }
    let distance = |values: &[ColourValue; 2]| (wanted.lightness - perceived(values).lightness).abs();
    let greys = readable().filter(|(_, values)| !perceived(values).is_coloured());
    let nearest = greys.min_by(|one, other| distance(&one.1).total_cmp(&distance(&other.1)));
    nearest.map_or(if wanted.lightness < 0.5 { Color::Black } else { Color::White }, |(colour, _)| *colour)
}

/// The colour whose hue is nearest, of the light and the dark one the nearer.
fn by_hue(wanted: PerceivedColour, colours: impl Iterator<Item = Color>) -> Option<Color> {
    let distance = |colour: &Color| {
        values(*colour).map_or(f64::MAX, |[value, _]| {
            let colour = PerceivedColour::of(value);
            wanted.hue_distance(colour) + (wanted.lightness - colour.lightness).abs() / 4.0
        })
    };
    colours.min_by(|one, other| distance(one).total_cmp(&distance(other)))
}

/// Whether the terminal reports a light background. Some set `COLORFGBG` to `<foreground>;<background>`, in numbers of
/// the sixteen colours.
pub fn is_light(get: impl Fn(&str) -> Option<String>) -> bool {
    let background = get("COLORFGBG").and_then(|value| value.rsplit(';').next().and_then(|last| last.parse::<u8>().ok()));
    matches!(background, Some(7 | 15))
}

/// Whether the locale of the terminal has only ASCII characters; `get` reads a variable. Without a locale it is taken to be UTF-8, as in most
/// containers.
pub fn is_ascii_terminal(get: impl Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| get(name).filter(|value| !value.is_empty()));
    locale.is_some_and(|locale| {
        let name = locale.to_ascii_lowercase();
        !name.contains("utf-8") && !name.contains("utf8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect(variables: &[(&str, &str)]) -> ColourDepth {
        ColourDepth::detect(|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn the_environment_has_the_number_of_colours() {
        for (variables, depth) in [
            (&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")][..], ColourDepth::True),
            (&[("TERM", "xterm-256color"), ("NO_COLOR", "")], ColourDepth::Indexed),
            (&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("NO_COLOR", "1")], ColourDepth::None),
            (&[("TERM", "screen")], ColourDepth::Sixteen),
            (&[("TERM", "linux")], ColourDepth::Sixteen),
            (&[("TERM", "dumb")], ColourDepth::None),
            (&[("TERM", "xterm-direct")], ColourDepth::True),
            (&[], ColourDepth::Sixteen),
        ] {
            assert_eq!(detect(variables), depth, "{variables:?}");
        }
    }

    #[test]
    fn colours_become_the_nearest_available_ones() {
        for (name, index, named) in [
            ("#000000", 16, Color::Black),
            ("#ffffff", 231, Color::White),
            ("#14171f", 234, Color::Black),
            ("#ff8f88", 210, Color::LightRed),
            ("#8a8a8a", 245, Color::Gray),
        ] {
            let colour: Color = name.parse().unwrap();
            assert_eq!(ColourDepth::Indexed.text(colour, &[], 4.5), Color::Indexed(index), "{name}");
            assert_eq!(ColourDepth::Sixteen.text(colour, &[], 4.5), named, "{name}");
            assert_eq!(ColourDepth::True.text(colour, &[], 4.5), colour);
        }
        assert_eq!(ColourDepth::Sixteen.text(Color::Cyan, &[Color::White], 4.5), Color::Cyan, "the user's own colour");
    }

    #[test]
    fn a_text_that_would_be_hard_to_read_takes_another_colour_of_its_hue() {
        let amber: Color = "#c08000".parse().unwrap();
        for (depth, background) in [(ColourDepth::Indexed, Color::Indexed(231)), (ColourDepth::Sixteen, Color::White)] {
            let nearest = depth.text(amber, &[], 4.5);
            assert!(contrast(nearest, background).unwrap() < 4.5, "{nearest:?}");
            let readable = depth.text(amber, &[background], 4.5);
            assert!(contrast(readable, background).unwrap() >= 4.5, "{readable:?}");
        }
        let green: Color = "#8fd694".parse().unwrap();
        assert_eq!(ColourDepth::Sixteen.text(green, &[Color::Black], 4.5), Color::LightGreen, "and not grey");
    }

    #[test]
    fn a_yellowish_background_does_not_become_pink() {
        let cream: Color = "#f2e5bc".parse().unwrap();
        let Color::Indexed(index) = ColourDepth::Indexed.background(cream) else { panic!() };
        let (red, green, _) = super::super::contrast::indexed_value(index);
        assert_eq!(red, green, "{index}");
    }

    #[test]
    fn a_light_background_is_known_from_the_environment() {
        for (value, light) in
            [(Some("0;15"), true), (Some("15;default;0"), false), (Some("0;7"), true), (None, false), (Some(""), false)]
        {
            assert_eq!(is_light(|_| value.map(str::to_owned)), light);
        }
    }

    #[test]
    fn the_locale_says_whether_there_is_more_than_ascii() {
        let ascii = |variables: &[(&str, &str)]| {
            is_ascii_terminal(|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
        };
        assert!(!ascii(&[]) && !ascii(&[("LANG", "de_DE.UTF-8")]) && !ascii(&[("LANG", "C"), ("LC_ALL", "C.utf8")]));
        assert!(ascii(&[("LANG", "C")]) && ascii(&[("LC_ALL", "POSIX"), ("LANG", "de_DE.UTF-8")]));
    }
}
