//! "Did you mean …": the known name that is closest to what somebody typed or sent.

/// Names longer than this are not compared; nobody mistypes them and the table would be large.
const MAX_LENGTH: usize = 64;

/// The candidate closest to `given`, when it is close enough to be meant: a different case, or a third of the letters mistyped.
pub fn suggest<'names>(given: &str, candidates: impl IntoIterator<Item = &'names str>) -> Option<&'names str> {
    let given: Vec<char> = given.chars().take(MAX_LENGTH + 1).flat_map(char::to_lowercase).collect();
    if given.len() > MAX_LENGTH {
        return None;
    }
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let letters: Vec<char> = candidate.chars().take(MAX_LENGTH).flat_map(char::to_lowercase).collect();
        let allowed = letters.len().max(given.len()) / 3;
        if letters.len().abs_diff(given.len()) > allowed {
            continue;
        }
        let distance = distance(&given, &letters);
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// How many letters must be put in, taken out, replaced or swapped with their neighbour.
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before: Vec<usize> = vec![0; right.len() + 1];
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, a) in left.iter().enumerate() {
        let mut next = vec![row + 1];
        for (column, b) in right.iter().enumerate() {
            let replaced = last[column] + usize::from(a != b);
            let mut least = replaced.min(last[column + 1] + 1).min(next[column] + 1);
            if row > 0 && column > 0 && *a == right[column - 1] && left[row - 1] == *b {
                least = least.min(before[column - 1] + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut last, next);
    }
    last[right.len()]
}

#[cfg(test)]
mod tests {
    use super::suggest;

    #[test]
    fn slips_are_recognised_and_other_words_are_not() {
        let states = ["Available", "Charging", "Faulted", "Unavailable"];
        assert_eq!(suggest("Faultd", states), Some("Faulted"));
        assert_eq!(suggest("CHARGING", states), Some("Charging"));
        assert_eq!(suggest("Avialable", states), Some("Available"));
        assert_eq!(suggest("Preparing", states), None);
        assert_eq!(suggest("", states), None);
        assert_eq!(suggest(&"x".repeat(1_000_000), states), None);
        assert_eq!(suggest("W", ["Wh", "w"]), Some("w"));
    }
}
