//! docs/command-line.md, made of the definition of the arguments: a test holds the page, and `UPDATE_DOCS=1` lets the test write it.

use std::fmt::Write as _;
use std::path::Path;

use clap::builder::StyledStr;
use clap::{Arg, Command, CommandFactory};

use super::arguments::Cli;

const PAGE: &str = "docs/command-line.md";

const HEAD: &str = "# The command line

All commands and options of the shell; `ocpp-tui COMMAND --help` prints the same. This page is generated: `UPDATE_DOCS=1 cargo test --bin ocpp-tui
command_line_page` writes it. What can be typed in a session is in [Commands](commands.md).

A command of the prompt may stand in the place of a command, as with ocppjs: `ocpp-tui start_cs 9000 -u /simulator`.

Exit codes: 0 for a normal end; 1 when a command given on the shell, a scenario or a threshold failed; 2 when the arguments are wrong, or the program
cannot start.
";

/// The text of a cell: one line, no bars.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

fn help(long: Option<&StyledStr>, short: Option<&StyledStr>) -> String {
    long.or(short).map(|text| cell(&text.to_string())).unwrap_or_default()
}

/// `--port <PORT>`, or the name of a value.
fn spelling(argument: &Arg) -> String {
    let takes_value = argument.get_action().takes_values();
    let names = argument.get_value_names().unwrap_or_default();
    let values: Vec<String> = names.iter().map(|name| name.to_string()).collect();
    let repeats = argument.get_num_args().is_some_and(|count| count.max_values() > 1);
    let Some(long) = argument.get_long() else {
        return format!("`{}{}`", values.join(" "), if repeats { "…" } else { "" });
    };
    let mut text = argument.get_short().map(|short| format!("`-{short}`, ")).unwrap_or_default();
    let value = if takes_value { format!(" {}", values.join(" ")) } else { String::new() };
    let _ = write!(text, "`--{long}{}`", value.replace('|', "\\|"));
    for alias in argument.get_visible_aliases().unwrap_or_default() {
        let _ = write!(text, ", `--{alias}`");
    }
    text
}

/// What an argument means, with its values and its default.
fn meaning(argument: &Arg) -> String {
    let mut text = help(argument.get_long_help(), argument.get_help());
    if !argument.get_action().takes_values() {
        return text;
    }
    let values = argument.get_possible_values();
    let shown: Vec<String> =
        values.iter().filter(|value| !value.is_hide_set()).map(|value| format!("`{}`", value.get_name())).collect();
    if !shown.is_empty() {
        let _ = write!(text, ": {}", shown.join(", "));
    }
    let defaults: Vec<String> =
        argument.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
    if !defaults.is_empty() && !argument.is_hide_default_value_set() {
        let _ = write!(text, " [default: {}]", cell(&defaults.join(",")));
    }
    if let Some(variable) = argument.get_env() {
        let _ = write!(text, " [environment: `{}`]", variable.to_string_lossy());
    }
    text
}

/// The tables of some arguments, one below each heading of the help.
fn tables(page: &mut String, arguments: &[&Arg]) {
    let mut headings: Vec<Option<&str>> = Vec::new();
    for argument in arguments {
        if !headings.contains(&argument.get_help_heading()) {
            headings.push(argument.get_help_heading());
        }
    }
    for heading in headings {
        let _ = write!(page, "\n| {} | |\n|---|---|\n", heading.unwrap_or("option"));
        for argument in arguments.iter().filter(|argument| argument.get_help_heading() == heading) {
            let _ = writeln!(page, "| {} | {} |", spelling(argument), meaning(argument));
        }
    }
}

fn is_shown(argument: &Arg) -> bool {
    !argument.is_hide_set() && !matches!(argument.get_id().as_str(), "help" | "version")
}

/// A command and those below it.
fn section(page: &mut String, command: &Command, path: &str) {
    let name = format!("{path} {}", command.get_name());
    let own: Vec<&Arg> = command.get_arguments().filter(|argument| is_shown(argument) && !argument.is_global_set()).collect();
    let below: Vec<&Command> = command.get_subcommands().filter(|command| !command.is_hide_set()).collect();
    let operands = own.iter().filter(|argument| argument.is_positional()).map(|argument| {
        let text = spelling(argument).replace('`', "");
        if argument.is_required_set() { format!(" {text}") } else { format!(" [{text}]") }
    });
    let usage = operands.collect::<String>();
    let what_follows = if below.is_empty() { usage } else { format!("{usage} COMMAND") };
    let _ = write!(page, "\n## {}\n\n    {name}{what_follows} [OPTIONS]\n\n", name.trim_start_matches("ocpp-tui "));
    let _ = writeln!(page, "{}.", help(command.get_long_about(), command.get_about()).trim_end_matches('.'));
    tables(page, &own);
    for command in below {
        section(page, command, &name);
    }
}

/// The page.
fn page() -> String {
    let mut program = Cli::command();
    program.build();
    let mut page = HEAD.to_owned();
    for command in program.get_subcommands().filter(|command| !command.is_hide_set()) {
        section(&mut page, command, "ocpp-tui");
    }
    page.push_str("\n## Options of every command\n");
    let general: Vec<&Arg> =
        program.get_arguments().filter(|argument| is_shown(argument) && argument.is_global_set()).collect();
    tables(&mut page, &general);
    page
}

#[test]
fn the_page_has_every_command_and_option() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let page = page();
    let update = std::env::var_os("UPDATE_DOCS").is_some();
    if update {
        std::fs::write(&path, &page).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == page, "UPDATE_DOCS=1 cargo test --bin ocpp-tui brings {PAGE} up to date");
    for (line, count) in [("## cs\n", 1), ("| `-p`, `--port PORT` |", 1), ("## ca issue\n", 1), ("`--plain`", 1)] {
        assert_eq!(page.matches(line).count(), count, "{line}");
    }
}
