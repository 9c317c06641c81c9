//! Patterns with `*` and `?` for the identities of stations.

/// Whether a name has a place for every part of the pattern. `*` stands for any text, `?` for one character.
pub fn matches(pattern: &str, name: &str) -> bool {
    let (mut rest, mut here) = (pattern.chars(), name.chars());
    // Where to go on when a part does not fit: behind the last `*`, one character of the name later.
    let mut again: Option<(std::str::Chars<'_>, std::str::Chars<'_>)> = None;
    loop {
        let mut after = rest.clone();
        match (after.next(), here.clone().next()) {
            (Some('*'), _) => {
                again = Some((after.clone(), here.clone()));
                rest = after;
            }
            (Some(wanted), Some(found)) if wanted == '?' || wanted == found => {
                here.next();
                rest = after;
            }
            (None, None) => return true,
            _ => {
                let Some((pattern, name)) = &mut again else { return false };
                if name.next().is_none() {
                    return false;
                }
                rest = pattern.clone();
                here = name.clone();
            }
        }
    }
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
