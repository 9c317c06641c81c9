//! What is offered where.

use super::super::{KnownNames, complete};

fn offered(text: &str, cursor: usize) -> (std::ops::Range<usize>, Vec<String>) {
    let known = KnownNames { actions: &["Heartbeat", "MeterValues"], stations: &["CP01", "sim 7"] };
    let completion = complete(text, cursor, known);
    (completion.span, completion.candidates.into_iter().map(|candidate| candidate.text).collect())
}

#[test]
fn keys_and_values_are_offered() {
    for (text, span, candidates) in [
        ("c", 0..1, vec!["cp:", "code:", "cause:"]),
        ("si", 0..2, vec!["size>", "since:"]),
        ("kind:call !(ro", 12..14, vec!["role:"]),
        ("a o", 2..3, vec!["or"]),
        ("kind:re", 5..7, vec!["result", "retry", "refused", "resulterror"]),
        ("kind:call,t", 10..11, vec!["timeout"]),
        ("action:m", 7..8, vec!["MeterValues"]),
        ("cp:", 3..3, vec!["CP01", "\"sim 7\""]),
        ("latency>=1", 9..10, vec!["100ms", "1s"]),
        ("$.a", 0..3, vec![]),
        ("\"c", 2..2, vec![]),
        ("cp:'c", 5..5, vec![]),
        ("don't c", 6..7, vec!["cp:", "code:", "cause:"]),
        ("x:c", 0..3, vec![]),
    ] {
        let expected: Vec<String> = candidates.into_iter().map(str::to_owned).collect();
        assert_eq!(offered(text, text.len()), (span, expected), "{text}");
    }
    assert_eq!(offered("", 0).1.len(), super::super::KEYS.len());
    assert_eq!(offered("ro:cs", 2), (0..2, vec!["role:".to_owned()]), "only what stands before the cursor counts");
}
