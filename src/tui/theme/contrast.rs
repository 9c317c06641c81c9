//! How colours look: their values, their contrast by WCAG 2, and their difference by OKLab. Which colours a terminal has is in `depth`.

use ratatui::style::Color;

/// Red, green and blue.
pub(super) type ColourValue = (u8, u8, u8);

/// The contrast that a text must have to its background (WCAG 2, AA).
pub const TEXT_CONTRAST: f64 = 4.5;
/// The contrast that rules, marks and dim text must have (WCAG 2, 1.4.11).
pub const RULE_CONTRAST: f64 = 3.0;

/// The sixteen colours in the order of their numbers, with their values on the Linux console and in xterm. Terminals with only sixteen
/// colours have these or something between them.
pub(super) const SIXTEEN: [(Color, [ColourValue; 2]); 16] = [
    (Color::Black, [(0, 0, 0), (0, 0, 0)]),
    (Color::Red, [(170, 0, 0), (205, 0, 0)]),
    (Color::Green, [(0, 170, 0), (0, 205, 0)]),
    (Color::Yellow, [(170, 85, 0), (205, 205, 0)]),
    (Color::Blue, [(0, 0, 170), (0, 0, 238)]),
    (Color::Magenta, [(170, 0, 170), (205, 0, 205)]),
    (Color::Cyan, [(0, 170, 170), (0, 205, 205)]),
    (Color::Gray, [(170, 170, 170), (229, 229, 229)]),
    (Color::DarkGray, [(85, 85, 85), (127, 127, 127)]),
    (Color::LightRed, [(255, 85, 85), (255, 0, 0)]),
    (Color::LightGreen, [(85, 255, 85), (0, 255, 0)]),
    (Color::LightYellow, [(255, 255, 85), (255, 255, 0)]),
    (Color::LightBlue, [(85, 85, 255), (92, 92, 255)]),
    (Color::LightMagenta, [(255, 85, 255), (255, 0, 255)]),
    (Color::LightCyan, [(85, 255, 255), (0, 255, 255)]),
    (Color::White, [(255, 255, 255), (255, 255, 255)]),
];

/// The six steps of each channel in the colour cube of the 256.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// The value of one of the 256 colours from number 16.
pub(super) fn indexed_value(index: u8) -> ColourValue {
    if index >= 232 {
        let level = 8 + 10 * (index - 232);
        return (level, level, level);
    }
    let index = usize::from(index.saturating_sub(16));
    (STEPS[index / 36], STEPS[index / 6 % 6], STEPS[index % 6])
}

/// The values that a colour has in different terminals; `None` for the colour that the terminal chooses.
pub(super) fn values(colour: Color) -> Option<[ColourValue; 2]> {
    match colour {
        Color::Reset => None,
        Color::Rgb(red, green, blue) => Some([(red, green, blue); 2]),
        Color::Indexed(index @ 16..) => Some([indexed_value(index); 2]),
        Color::Indexed(index) => Some(SIXTEEN[usize::from(index)].1),
        named => SIXTEEN.iter().find(|(known, _)| *known == named).map(|(_, values)| *values),
    }
}

/// The contrast of two colours, from 1 to 21; of those of the sixteen the lowest that a terminal shows.
pub(super) fn contrast(one: Color, other: Color) -> Option<f64> {
    let (one, other) = (values(one)?, values(other)?);
    one.into_iter().zip(other).map(|(one, other)| value_contrast(one, other)).reduce(f64::min)
}

/// The contrast of two values.
pub(super) fn value_contrast(one: ColourValue, other: ColourValue) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance(value: ColourValue) -> f64 {
    0.2126 * linear(value.0) + 0.7152 * linear(value.1) + 0.0722 * linear(value.2)
}

fn linear(channel: u8) -> f64 {
    let value = f64::from(channel) / 255.0;
    if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

/// A colour by what the eye sees: lightness from 0 to 1, and the two axes of its hue.
#[derive(Debug, Clone, Copy)]
pub(super) struct PerceivedColour {
    pub lightness: f64,
    green_red: f64,
    blue_yellow: f64,
}

impl PerceivedColour {
    /// By the matrices of OKLab.
    pub fn of((red, green, blue): ColourValue) -> PerceivedColour {
        let (red, green, blue) = (linear(red), linear(green), linear(blue));
        let long = (0.412_221_5 * red + 0.536_332_5 * green + 0.051_446_0 * blue).cbrt();
        let medium = (0.211_903_5 * red + 0.680_699_5 * green + 0.107_397_0 * blue).cbrt();
        let short = (0.088_302_5 * red + 0.281_718_8 * green + 0.629_978_7 * blue).cbrt();
        PerceivedColour {
            lightness: 0.210_454_3 * long + 0.793_617_8 * medium - 0.004_072_0 * short,
            green_red: 1.977_998_5 * long - 2.428_592_2 * medium + 0.450_593_7 * short,
            blue_yellow: 0.025_904_0 * long + 0.782_771_8 * medium - 0.808_675_8 * short,
        }
    }

    /// How different two colours look. Hue counts more than lightness: a cream that becomes a little darker is still cream, and one that
    /// becomes pink is not.
    pub fn difference(self, other: PerceivedColour) -> f64 {
        let square = |one: f64, other: f64| (one - other).powi(2);
        let hue = square(self.green_red, other.green_red) + square(self.blue_yellow, other.blue_yellow);
        (square(self.lightness, other.lightness) + 4.0 * hue).sqrt()
    }

    /// Whether it is a colour and no grey.
    pub fn is_coloured(self) -> bool {
        self.green_red.hypot(self.blue_yellow) > 0.04
    }

    /// How far its hue is from that of another colour, from 0 to half a turn.
    pub fn hue_distance(self, other: PerceivedColour) -> f64 {
        let angle = |colour: PerceivedColour| colour.blue_yellow.atan2(colour.green_red);
        let distance = (angle(self) - angle(other)).abs();
        distance.min(std::f64::consts::TAU - distance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_that_of_wcag() {
        for (one, other, expected) in [
            (Color::Rgb(0, 0, 0), Color::Rgb(255, 255, 255), 21.0),
            (Color::Rgb(119, 119, 119), Color::Rgb(255, 255, 255), 4.48),
            (Color::Indexed(196), Color::Indexed(16), 5.25),
            // The lower one, that of the Linux console.
            (Color::DarkGray, Color::Black, 2.82),
        ] {
            let found = contrast(one, other).unwrap();
            assert!((found - expected).abs() < 0.01, "{one:?} on {other:?}: {found}");
        }
        assert_eq!(contrast(Color::Reset, Color::Black), None);
    }

    #[test]
    fn greys_have_no_hue_and_hues_are_near_their_neighbours() {
        let colour = |name: &str| {
            let Color::Rgb(red, green, blue) = name.parse().unwrap() else { panic!("{name}") };
            PerceivedColour::of((red, green, blue))
        };
        assert!(!colour("#808080").is_coloured() && colour("#8fd694").is_coloured());
        assert!(colour("#ff0000").hue_distance(colour("#ff8800")) < colour("#ff0000").hue_distance(colour("#00ff00")));
        assert!(colour("#ff0000").difference(colour("#fe0000")) < 0.01);
    }
}
