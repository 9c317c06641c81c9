//! The page for users agrees with the table of keys.

use super::super::KEYS;
use super::parse;

#[test]
fn the_page_names_every_key_and_value_and_the_examples_are_filters() {
    let page = include_str!("../../../../docs/filter.md");
    for key in KEYS {
        assert!(page.contains(&format!("`{}:`", key.name)) || page.contains(&format!("`{}`", key.name)), "{}", key.name);
        assert!(parse(key.example).is_ok(), "{}", key.example);
        // The error codes are those of the specification; the page does not repeat them.
        for value in key.values().into_iter().filter(|_| key.name != "code") {
            assert!(page.contains(&format!("`{value}`")), "{}:{value}", key.name);
        }
    }
    let examples = page.lines().filter_map(|line| line.strip_prefix("    "));
    assert!(examples.clone().count() >= 3);
    for example in examples {
        assert!(parse(example).is_ok(), "{example}");
    }
}
