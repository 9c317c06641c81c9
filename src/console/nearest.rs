//! The name that was probably meant.

/// Longer names are not compared; no name of ours is as long, and a line may be 10 MB.
const LONGEST: usize = 64;

/// The name nearest to what was typed, if it is near enough that it can be a slip: one wrong letter in three.
pub fn nearest<'a>(typed: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let letters: Vec<char> = typed.chars().take(LONGEST + 1).map(|c| c.to_ascii_lowercase()).collect();
    if letters.len() > LONGEST {
        return None;
    }
    let most = (letters.len() / 3).max(1);
    names
        .into_iter()
        .filter(|name| name.len() <= LONGEST)
        .map(|name| (distance(&letters, name), name))
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// How many letters must be written, removed or changed (Levenshtein). Case does not count.
fn distance(typed: &[char], name: &str) -> usize {
    let mut row: Vec<usize> = (0..=typed.len()).collect();
    for (above, letter) in name.chars().map(|c| c.to_ascii_lowercase()).enumerate() {
        let mut diagonal = above;
        row[0] = above + 1;
        for (at, &here) in typed.iter().enumerate() {
            let changed = diagonal + usize::from(here != letter);
            diagonal = row[at + 1];
            row[at + 1] = changed.min(row[at] + 1).min(diagonal + 1);
        }
    }
    row[typed.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_understood_and_other_names_are_not() {
        let names = ["start_cs", "start_cp", "heartbeat", "quit"];
        assert_eq!(nearest("start_c", names), Some("start_cs"));
        assert_eq!(nearest("heatbeat", names), Some("heartbeat"));
        assert_eq!(nearest("Heartbeat", names), Some("heartbeat"));
        assert_eq!(nearest("qit", names), Some("quit"));
        assert_eq!(nearest("foo", names), None);
        assert_eq!(nearest("", names), None);
        assert_eq!(nearest(&"x".repeat(10_000_000), names), None);
    }

    #[test]
    fn the_distance_counts_letters() {
        let letters = |text: &str| text.chars().collect::<Vec<_>>();
        assert_eq!(distance(&letters("kitten"), "sitting"), 3);
        assert_eq!(distance(&letters(""), "abc"), 3);
        assert_eq!(distance(&letters("abc"), ""), 3);
    }
}
