//! The table of commands in `docs/commands.md` is made of their entries, that of misbehaviours in `docs/misbehaviour.md` of their rows.

use std::fmt::Write as _;

use crate::console::test_console::grammar;
use crate::generated_page::assert_generated;
use crate::link::MISBEHAVIOURS;
use crate::ocpp::Role;

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

/// All misbehaviours, with what the command takes.
fn misbehaviours() -> String {
    let mut table = "| name | what we do | as | parameters | the clause it breaks |\n|---|---|---|---|---|\n".to_owned();
    for spec in MISBEHAVIOURS {
        let roles: Vec<&str> = spec.roles.iter().map(|role| role.short()).collect();
        let parameters = spec.parameters.iter().map(|offered| {
            let value = offered.1.value().map_or_else(String::new, |value| format!("={value}"));
            format!("`{}{value}`", offered.0.spec().name)
        });
        let (parameters, roles) = (parameters.collect::<Vec<_>>().join(", "), roles.join(", "));
        writeln!(table, "| `{}` | {} | {roles} | {parameters} | {} |", spec.name, spec.does, spec.clause).unwrap();
    }
    table
}

#[test]
fn the_page_about_the_commands_lists_all_of_them() {
    assert_generated("docs/commands.md", "<!-- commands -->\n", END, &table());
}

#[test]
fn the_page_about_misbehaviours_lists_all_of_them() {
    assert_generated("docs/misbehaviour.md", "<!-- misbehaviours -->\n", END, &misbehaviours());
}
