//! The parts of pages in `docs/` that are made of tables in the code: tests hold them, and `UPDATE_DOCS=1` lets the tests write them.

use std::path::Path;

/// Asserts that a page has this part between two marks.
#[track_caller]
pub fn assert_generated(page: &str, begin: &str, end: &str, part: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(begin).expect("the page marks where the part begins");
    let (_, after) = rest.split_once(end).expect("the page marks where the part ends");
    let expected = format!("{before}{begin}{part}{end}{after}");
    let update = std::env::var_os("UPDATE_DOCS").is_some();
    if update {
        std::fs::write(&path, &expected).unwrap();
    }
    assert!(text == expected || update, "UPDATE_DOCS=1 cargo test brings {page} up to date");
}
