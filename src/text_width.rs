//! How wide a text is on a terminal, and where it is cut. The unit is the grapheme cluster, as on the terminal: a letter with its combining
//! marks, a flag, a keycap and a family of emoji are each one. Every column of the screen and of line mode is measured here, so that what
//! is measured is what is drawn.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// How many columns a text takes.
pub fn width_of(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { clusters(text).map(|(_, _, width)| width).sum() }
}

/// The grapheme clusters of a text: the offset of each in bytes, its text, and how many columns it takes.
pub fn clusters(text: &str) -> impl DoubleEndedIterator<Item = (usize, &str, usize)> {
    text.grapheme_indices(true).map(|(at, cluster)| (at, cluster, UnicodeWidthStr::width(cluster)))
}

/// At most so many columns of a text, without what does not fit completely.
pub fn columns_of(text: &str, width: usize) -> &str {
    let mut used = 0;
    for (at, _, columns) in clusters(text) {
        if used + columns > width {
            return &text[..at];
        }
        used += columns;
    }
    text
}

/// At most so many columns of the end of a text, without what does not fit completely.
pub fn tail_columns_of(text: &str, width: usize) -> &str {
    let (mut used, mut from) = (0, text.len());
    for (at, _, columns) in clusters(text).rev() {
        if used + columns > width {
            break;
        }
        used += columns;
        from = at;
    }
    &text[from..]
}

/// A text without its first columns; of a wide character that is only half behind them nothing remains.
pub fn behind_columns(text: &str, width: usize) -> &str {
    let mut used = 0;
    for (at, _, columns) in clusters(text) {
        if used >= width {
            return &text[at..];
        }
        used += columns;
    }
    ""
}

/// A text in at most so many columns, with `…` for the end that does not fit.
pub fn cut_to_width(text: &str, width: usize) -> Cow<'_, str> {
    if text.len() <= width && text.is_ascii() || width_of(text) <= width {
        return Cow::Borrowed(text);
    }
    match width {
        0 => Cow::Borrowed(""),
        _ => Cow::Owned(format!("{}…", columns_of(text, width - 1))),
    }
}

/// A text in exactly so many columns: cut, or with blanks behind it.
pub fn padded_to_width(text: &str, width: usize) -> String {
    let mut padded = cut_to_width(text, width).into_owned();
    padded.extend(std::iter::repeat_n(' ', width.saturating_sub(width_of(&padded))));
    padded
}

/// Texts whose width by characters is not that on the terminal, for tests.
#[cfg(test)]
pub(crate) const ODD_TEXTS: [&str; 10] = [
    "🅿\u{fe0f} Deck3",
    "1\u{fe0f}\u{20e3} Halle",
    "🇩🇪🇫🇷 Kehl",
    "👨\u{200d}👩\u{200d}👧\u{200d}👦 Hof",
    "Gro\u{308}ße e\u{301}",
    "日本語ガレージ",
    "ガレーシ\u{3099}",
    "مرآب ٧",
    "กำแพง",
    "🏳\u{fe0f}\u{200d}🌈 x",
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_cluster_has_one_width() {
        for (text, width) in [
            ("abc", 3),
            ("", 0),
            ("日本", 4),
            ("e\u{301}", 1),
            ("🅿\u{fe0f}", 2),
            ("1\u{fe0f}\u{20e3}", 2),
            ("🇩🇪", 2),
            ("👨\u{200d}👩\u{200d}👧", 2),
            ("🅿\u{fe0f} Deck3", 8),
        ] {
            assert_eq!(width_of(text), width, "{text:?}");
        }
    }

    #[test]
    fn texts_are_cut_between_clusters() {
        for (text, width, expected) in [
            ("🅿\u{fe0f} Deck3", 8, "🅿\u{fe0f} Deck3"),
            ("🅿\u{fe0f} Deck3", 7, "🅿\u{fe0f} Dec…"),
            ("🇩🇪🇫🇷", 4, "🇩🇪🇫🇷"),
            ("🇩🇪🇫🇷", 3, "🇩🇪…"),
            ("🇩🇪🇫🇷", 2, "…"),
            ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"),
            ("abc", 0, ""),
        ] {
            assert_eq!(cut_to_width(text, width), expected, "{text:?} in {width}");
        }
        assert_eq!(behind_columns("🇩🇪x", 1), "x");
        assert_eq!(behind_columns("abc", 0), "abc");
        assert_eq!(padded_to_width("🇩🇪", 4), "🇩🇪  ");
    }

    proptest! {
        #[test]
        fn what_is_cut_and_padded_has_its_width(parts in prop::collection::vec((0..ODD_TEXTS.len(), "\\PC{0,4}"), 0..5), width in 0usize..30) {
            let text: String = parts.iter().map(|(odd, other)| format!("{}{other}", ODD_TEXTS[*odd])).collect();
            prop_assert!(width_of(&cut_to_width(&text, width)) <= width);
            prop_assert_eq!(width_of(&padded_to_width(&text, width)), width);
            let cut = columns_of(&text, width);
            prop_assert!(text.starts_with(cut) && width_of(cut) <= width);
            // Nothing is cut that fits.
            if width_of(&text) <= width {
                prop_assert_eq!(cut, text.as_str());
            }
            prop_assert_eq!(clusters(&text).map(|(_, cluster, _)| cluster).collect::<String>(), text);
        }
    }
}
