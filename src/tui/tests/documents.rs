//! The tables of keys in `docs/screen.md` say what the table of actions says.

use std::fmt::Write as _;

use crate::tui::action::{Context, TABLE, keys};

/// The keys of a context as a table for the page.
fn table(context: Context) -> String {
    let mut table = format!("### {}\n\n| keys | |\n|---|---|\n", context.title());
    for entry in TABLE.iter().filter(|entry| entry.context == context) {
        let keys: Vec<String> = keys(entry).map(|key| format!("`{key}`")).collect();
        writeln!(table, "| {} | {} |", keys.join(" "), entry.help.replace('|', "\\|")).unwrap();
    }
    table
}

#[test]
fn the_page_lists_the_keys_that_work() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/screen.md");
    let page = std::fs::read_to_string(path).unwrap();
    let mut expected = String::new();
    let mut rest = page.as_str();
    while let Some((before, after)) = rest.split_once("<!-- keys: ") {
        let (name, behind) = after.split_once(" -->").unwrap();
        let context = Context::ALL.into_iter().find(|context| format!("{context:?}") == name).unwrap();
        let (_, behind) = behind.split_once("<!-- end -->").unwrap();
        write!(expected, "{before}<!-- keys: {name} -->\n{}<!-- end -->", table(context)).unwrap();
        rest = behind;
    }
    expected.push_str(rest);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, &expected).unwrap();
    }
    assert!(
        page == expected || std::env::var_os("UPDATE_DOCS").is_some(),
        "UPDATE_DOCS=1 cargo test brings the page up to date"
    );
}
