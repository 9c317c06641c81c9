//! How many colours the terminal has, and the nearest ones for a terminal with fewer colours than a theme. The number is read from the
//! environment; the terminal is not queried, because it may not answer.
//! Ours, because `supports-color` reads the variables of the process, which tests must not set, and `ansi_colours` is under the LGPL.

use ratatui::style::{Color, Style};

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

    /// A style with colours that this depth has.
    pub fn of(self, mut style: Style) -> Style {
        style.fg = style.fg.map(|colour| self.colour(colour));
        style.bg = style.bg.map(|colour| self.colour(colour));
        if self == ColourDepth::Sixteen && style.fg.is_some() && style.fg == style.bg {
            // Two colours that became the same are separated: light on dark or dark on light.
            style.fg = Some(if matches!(style.bg, Some(Color::Black | Color::DarkGray | Color::Blue)) {
                Color::White
            } else {
                Color::Black
            });
        }
        style
    }

    fn colour(self, colour: Color) -> Color {
        match (self, colour) {
            (ColourDepth::Indexed, Color::Rgb(red, green, blue)) => Color::Indexed(indexed(red, green, blue)),
            (ColourDepth::Sixteen, Color::Rgb(red, green, blue)) => sixteen(red, green, blue),
            (ColourDepth::Sixteen, Color::Indexed(index @ 16..)) => {
                let (red, green, blue) = rgb_of(index);
                sixteen(red, green, blue)
            }
            _ => colour,
        }
    }
}

/// Whether the terminal reports a light background. Some set `COLORFGBG` to `<foreground>;<background>`, in numbers of
/// the sixteen colours.
pub fn is_light(get: impl Fn(&str) -> Option<String>) -> bool {
    let background = get("COLORFGBG").and_then(|value| value.rsplit(';').next().and_then(|last| last.parse::<u8>().ok()));
    matches!(background, Some(7 | 15))
}

/// The six steps of each channel in the colour cube.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

fn indexed(red: u8, green: u8, blue: u8) -> u8 {
    let step = |channel: u8| (0..6).min_by_key(|index| STEPS[*index as usize].abs_diff(channel)).unwrap_or(0);
    let cube = 16 + 36 * step(red) + 6 * step(green) + step(blue);
    let average = (u16::from(red) + u16::from(green) + u16::from(blue)) / 3;
    let grey = 232 + ((average.saturating_sub(3)) / 10).min(23) as u8; // at most 23
    let distance = |index: u8| difference(rgb_of(index), (red, green, blue));
    if distance(grey) < distance(cube) { grey } else { cube }
}

fn rgb_of(index: u8) -> (u8, u8, u8) {
    if index >= 232 {
        let level = 8 + 10 * (index - 232);
        return (level, level, level);
    }
    let index = usize::from(index.saturating_sub(16));
    (STEPS[index / 36], STEPS[index / 6 % 6], STEPS[index % 6])
}

/// The sixteen with the values that most terminals give them.
const SIXTEEN: [(Color, (u8, u8, u8)); 16] = [
    (Color::Black, (0, 0, 0)),
    (Color::Red, (170, 0, 0)),
    (Color::Green, (0, 150, 0)),
    (Color::Yellow, (170, 110, 0)),
    (Color::Blue, (30, 60, 190)),
    (Color::Magenta, (160, 30, 160)),
    (Color::Cyan, (0, 150, 160)),
    (Color::Gray, (192, 192, 192)),
    (Color::DarkGray, (96, 96, 96)),
    (Color::LightRed, (255, 110, 100)),
    (Color::LightGreen, (120, 230, 120)),
    (Color::LightYellow, (250, 220, 100)),
    (Color::LightBlue, (120, 170, 255)),
    (Color::LightMagenta, (235, 140, 245)),
    (Color::LightCyan, (120, 220, 240)),
    (Color::White, (255, 255, 255)),
];

fn sixteen(red: u8, green: u8, blue: u8) -> Color {
    let nearest = SIXTEEN.iter().min_by_key(|(_, value)| difference(*value, (red, green, blue)));
    nearest.map_or(Color::Reset, |(colour, _)| *colour)
}

/// How different two colours look, by a rule of thumb that weighs the channels as the eye does.
fn difference(one: (u8, u8, u8), other: (u8, u8, u8)) -> u32 {
    let square = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
    2 * square(one.0, other.0) + 4 * square(one.1, other.1) + 3 * square(one.2, other.2)
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
            ("#8a8a8a", 245, Color::DarkGray),
        ] {
            let colour: Color = name.parse().unwrap();
            assert_eq!(ColourDepth::Indexed.colour(colour), Color::Indexed(index), "{name}");
            assert_eq!(ColourDepth::Sixteen.colour(colour), named, "{name}");
            assert_eq!(ColourDepth::True.colour(colour), colour);
        }
        assert_eq!(ColourDepth::Sixteen.colour(Color::Cyan), Color::Cyan);
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
