//! The table of commands in `docs/commands.md` is made of their entries.

use std::fmt::Write as _;
use std::path::Path;

use crate::console::test_console::grammar;
use crate::ocpp::Role;

const BEGIN: &str = "<!-- commands -->\n";
const END: &str = "<!-- end -->";

/// All commands in the order of the help, those of the actions of a role in one row.
fn table() -> String {
    let mut table = "| command | | example |\n|---|---|---|\n".to_owned();
    let cell = |text: &str| text.replace('|', "\\|");
    let mut commands = grammar().commands().iter().peekable();
    while let Some(command) = commands.next() {
        let Some((role, _)) = &command.action else {
            let (name, summary, example) = (&command.name, cell(&command.summary), cell(command.example));
            writeln!(table, "| `{name}` | {summary} | `{example}` |").unwrap();
            continue;
        };
        let mut names = vec![format!("`{}`", command.name)];
        while let Some(next) = commands.next_if(|next| next.action.as_ref().is_some_and(|(other, _)| other == role)) {
            names.push(format!("`{}`", next.name));
        }
        let summary = match role {
            Role::ChargePoint => "send the action, from our charge point",
            Role::CentralSystem => "send the action, from our central system",
        };
        writeln!(table, "| {} | {summary} | `{}` |", names.join(", "), command.name).unwrap();
    }
    table
}

#[test]
fn the_page_about_the_commands_lists_all_of_them() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/commands.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).expect("the page marks where the table begins");
    let (_, after) = rest.split_once(END).expect("the page marks where the table ends");
    let expected = format!("{before}{BEGIN}{}{END}{after}", table());
    let update = std::env::var_os("UPDATE_DOCS").is_some();
    if update {
        std::fs::write(&path, &expected).unwrap();
    }
    assert!(page == expected || update, "UPDATE_DOCS=1 cargo test brings {} up to date", path.display());
}
