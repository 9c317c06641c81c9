//! "Did you mean …": the known name that is closest to a name that was typed or sent. The distance of two names is that of `strsim`.

use strsim::osa_distance;

/// Longer names are not compared: they are not slips of a known name, and the comparison takes time by length.
const MAX_LENGTH: usize = 64;

/// The candidate closest to `given`, when it is close enough to be meant: a different case, or at most a third of the letters
/// inserted, removed, replaced or swapped with their neighbour. The first of equally close candidates is returned.
pub fn suggest<'names>(given: &str, candidates: impl IntoIterator<Item = &'names str>) -> Option<&'names str> {
    let given = lowercase(given, MAX_LENGTH + 1);
    let given_length = given.chars().count();
    if given_length > MAX_LENGTH {
        return None;
    }
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let letters = lowercase(candidate, MAX_LENGTH);
        let length = letters.chars().count();
        let allowed = length.max(given_length) / 3;
        if length.abs_diff(given_length) > allowed {
            continue;
        }
        let distance = osa_distance(&given, &letters);
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The first characters of a name, in lower case.
fn lowercase(name: &str, limit: usize) -> String {
    name.chars().take(limit).flat_map(char::to_lowercase).collect()
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
