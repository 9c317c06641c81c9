//! The tables of keys in `docs/screen.md` and of the names of actions in `docs/configuration.md` agree with the table of actions.

use std::fmt::Write as _;

use crate::tui::action::{KeyContext, TABLE, TEXT_KEYS, keys};
use crate::tui::key::KeyPress;

/// The keys of a context as a table for the page.
fn table(context: KeyContext) -> String {
    let mut table = format!("### {}\n\n| keys | |\n|---|---|\n", context.title());
    for row in TABLE.iter().filter(|row| row.context == context) {
        let keys: Vec<String> = keys(row).map(|key| format!("`{key}`")).collect();
        writeln!(table, "| {} | {} |", keys.join(" "), row.help.replace('|', "\\|")).unwrap();
    }
    if context == KeyContext::Editor {
        for (keys, help) in TEXT_KEYS {
            let keys: Vec<String> = keys.iter().map(|key| format!("`{}`", KeyPress::parse(key).unwrap())).collect();
            writeln!(table, "| {} | {help} |", keys.join(" ")).unwrap();
        }
    }
    table
}

/// The names of a context's actions as a table for the page: the name, then the name of earlier versions if it is another one.
fn names(context: KeyContext) -> String {
    let mut table = format!("### {} (`{}`)\n\n| name | keys | |\n|---|---|---|\n", context.title(), context.name());
    for row in TABLE.iter().filter(|row| row.context == context) {
        let keys: Vec<String> = row.keys.iter().map(|key| format!("`{key}`")).collect();
        let mut names = vec![row.name(), row.short_name()];
        names.dedup();
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        writeln!(table, "| {} | {} | {} |", names.join(" "), keys.join(" "), row.help.replace('|', "\\|")).unwrap();
    }
    table
}

/// Compares the marked parts of a page with what they should be.
fn check(page: &str, mark: &str, part: impl Fn(KeyContext) -> String) {
    let path = format!("{}/docs/{page}", env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(&path).unwrap();
    let mut expected = String::new();
    let mut rest = page.as_str();
    let begin = format!("<!-- {mark}: ");
    while let Some((before, after)) = rest.split_once(&begin) {
        let (name, behind) = after.split_once(" -->").unwrap();
        let context = KeyContext::ALL.into_iter().find(|context| format!("{context:?}") == name).unwrap();
        let (_, behind) = behind.split_once("<!-- end -->").unwrap();
        write!(expected, "{before}{begin}{name} -->\n{}<!-- end -->", part(context)).unwrap();
        rest = behind;
    }
    expected.push_str(rest);
    let update = std::env::var_os("UPDATE_DOCS").is_some();
    if update {
        std::fs::write(&path, &expected).unwrap();
    }
    assert!(page == expected || update, "UPDATE_DOCS=1 cargo test brings {path} up to date");
    for context in KeyContext::ALL {
        assert!(expected.contains(&format!("{begin}{context:?} -->")), "{path} has nothing about {context:?}");
    }
}

#[test]
fn the_page_about_the_screen_lists_the_keys_that_work() {
    check("screen.md", "keys", table);
}

#[test]
fn the_page_about_the_settings_names_every_action() {
    check("configuration.md", "names", names);
}
