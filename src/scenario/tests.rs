//! The declarations for editors and the objects that a script finds are the same.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::player::PRELUDES;
use super::{CaseOutcome, ScenarioOptions, run};
use crate::scenario_writer::TYPES;

/// Globals that need no declaration: those of the language, the errors of the engine, the classes of failures.
const UNDECLARED: [&str; 9] = [
    "CallError",
    "Date",
    "ExpectationError",
    "PeerError",
    "clearInterval",
    "clearTimeout",
    "console",
    "setInterval",
    "setTimeout",
];

/// The names that are declared to be in the global object.
fn globals() -> BTreeSet<&'static str> {
    let declared = TYPES.lines().filter_map(|line| line.strip_prefix("declare "));
    let names = declared.filter_map(|line| line.split([' ', ':', '(', '<']).nth(1));
    names.collect()
}

/// The names of an interface, or of a constant that is declared with its members.
fn members(head: &str) -> BTreeSet<&'static str> {
    let (_, rest) = TYPES.split_once(head).unwrap_or_else(|| panic!("{head} is not declared"));
    let (body, _) = rest.split_once("\n}").unwrap();
    let lines = body.lines().filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with([' ', '/', '*']));
    lines.filter_map(|line| line.trim_start_matches("readonly ").split(['(', ':', '?']).next()).collect()
}

/// The findings of a script that ends by throwing them.
fn found(script: &str) -> BTreeSet<String> {
    let folder = tempfile::tempdir().unwrap();
    let file: PathBuf = folder.path().join("found.js");
    std::fs::write(&file, format!("fail(JSON.stringify(await (async () => {{ {script} }})()));")).unwrap();
    let options = ScenarioOptions { virtual_time: true, ..ScenarioOptions::default() };
    let mut reports = Vec::new();
    run(&[file], &options, &|_| {}, |_, report| reports.push(report));
    let CaseOutcome::Failed(failure) = reports.remove(0).cases.remove(0).outcome else {
        panic!("the script did not end as it should")
    };
    serde_json::from_str(&failure.message).unwrap_or_else(|error| panic!("{error}: {failure:?}"))
}

#[test]
fn every_declared_global_exists_and_everything_that_is_defined_is_declared() {
    let declared = globals();
    assert!(declared.len() > 20, "{declared:?}");
    let names = serde_json::to_string(&declared).unwrap();
    let missing = found(&format!("return {names}.filter((name) => name !== 'require' && !(name in globalThis));"));
    assert_eq!(missing, BTreeSet::new(), "declared, but not there");
    // `require` belongs to the file and not to the global object.
    assert_eq!(found("return [typeof require];"), BTreeSet::from(["function".to_owned()]));
    // Only the preludes define what the bare engine has not; all of it with `define`.
    let text: String = PRELUDES.iter().map(|(_, text)| *text).collect();
    let single = text.split("define('").skip(1).filter_map(|rest| rest.split('\'').next());
    let many = text.split("of Object.entries({ ").skip(1).filter(|rest| rest.contains("define(name, value)"));
    let many = many.filter_map(|rest| rest.split(" })").next()).flat_map(|list| list.split(", "));
    let defined: BTreeSet<&str> = single.chain(many).collect();
    assert!(defined.contains("any") && defined.contains("scenario") && defined.contains("foreign"), "{defined:?}");
    let undeclared: Vec<&&str> =
        defined.iter().filter(|name| !declared.contains(*name) && !UNDECLARED.contains(*name)).collect();
    assert!(undeclared.is_empty(), "there, but not declared: {undeclared:?}");
}

#[test]
fn links_and_the_rest_have_what_is_declared_of_them() {
    // What only the program's own scripts use.
    let inner = [
        "constructor",
        "asked",
        "again",
        "attempt",
        "judged",
        "whyLost",
        "exchange",
        "rule",
        "cut",
        "up",
        "await",
        "take",
        "add",
        "whatCame",
        "mayCall",
        "mayHave",
        "taken",
        "role",
    ];
    let own =
        "const names = (o) => [...Object.getOwnPropertyNames(o), ...Object.getOwnPropertyNames(Object.getPrototypeOf(o))];";
    let visible =
        "const link = await centralSystemUnderTest(); const hidden = Object.keys(Object.getOwnPropertyDescriptors(link));";
    let link = found(&format!("{own} {visible} return names(link).filter((name) => !hidden.includes(name));"));
    let link: BTreeSet<&str> = link.iter().map(String::as_str).filter(|name| !inner.contains(name)).collect();
    assert_eq!(link, members("interface Link {"));
    for (head, script) in [
        ("declare const ocpp: {", "return Object.keys(ocpp);"),
        ("interface CentralSystem {", "return Object.keys(await centralSystem());"),
        ("interface Proxy {", "return Object.keys(await proxy({ to: 'ws://127.0.0.1:1' }));"),
        (
            "interface Call {",
            "const cp = await chargePointUnderTest(); return Object.keys(await cp.expectCall('BootNotification'));",
        ),
    ] {
        let found = found(script);
        assert_eq!(found.iter().map(String::as_str).collect::<BTreeSet<_>>(), members(head), "{head}");
    }
}
