//! Patterns with `*` and `?` for the identities of stations, matched by `wildmatch`.

use wildmatch::WildMatch;

/// Whether the whole name matches the pattern. `*` stands for any text, `?` for one character; nothing is escaped.
pub fn matches(pattern: &str, name: &str) -> bool {
    WildMatch::new(pattern).matches(name)
}

/// Whether a text has a character that makes it a pattern.
pub fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?'])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn stars_and_question_marks() {
        for (pattern, name) in
            [("CP0*", "CP0"), ("CP0*", "CP01"), ("*", ""), ("?", "é"), ("*a*b", "xaxab"), ("a?c", "abc"), ("", "")]
        {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("CP0*", "CP1"), ("?", ""), ("*a*b", "xaxba"), ("a", "ab"), ("ab", "a"), ("", "a")] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }

    proptest! {
        #[test]
        fn a_name_matches_itself_and_any_star(name in "[a-c]{0,12}", cut in 0..12_usize) {
            let cut = cut.min(name.len());
            prop_assert!(matches(&name, &name));
            let pattern = format!("{}*{}", &name[..cut], &name[cut..]);
            prop_assert!(matches(&pattern, &name));
            let extended = format!("{}xy{}", &name[..cut], &name[cut..]);
            prop_assert!(matches(&pattern, &extended));
        }
    }
}
