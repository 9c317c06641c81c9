//! Replays recordings of GIR ocppjs against the real program and compares what comes out. The recordings are not part of this project:
//! they are looked for beside it, or where OCPP_TUI_REFERENCE says, and the tests say so and pass when there are none. Recordings of
//! our own in the same form, in tests/data/ocppjs/own, cover the same ground without them.

mod difference_table;
mod differences;
mod literal;
mod peer;
mod ports;
mod replay;
mod rules;
mod timeline;

use std::path::{Path, PathBuf};

use difference_table::DIFFERENCES;
use differences::{Difference, as_markdown};

use crate::support::reference::reference_text;

fn recording(name: &str, arguments: &[&str]) {
    if let Some(text) = reference_text(&format!("ocppjs-recordings/{name}.txt")) {
        check(name, &text, arguments);
    }
}

/// Plugins, up to the point where ocppjs' automatic charge point begins to act (difference `plugins`): ours is another one.
#[test]
fn plugins() {
    let Some(text) = reference_text("ocppjs-recordings/11-plugins.txt") else { return };
    let (before, behind) = text.split_once("  14.31 step# cbxs").expect("the step is in the recording");
    let (_, end) = behind.split_once("  41.16 cp< quit").expect("the recording ends with quit");
    check("11-plugins", &format!("{before}  41.16 cp< quit{end}"), &[]);
}

fn check(name: &str, text: &str, more: &[&str]) {
    let arguments: Vec<&str> = ["--plain", "--samples", "ocppjs"].iter().chain(more).copied().collect();
    let problems = replay::replay(name, timeline::read(text), &arguments);
    assert!(problems.is_empty(), "{name} differs from its recording:\n{problems}");
}

macro_rules! recordings {
    ($($test:ident: $name:literal $(with $argument:literal)*;)*) => { $(
        #[test]
        fn $test() {
            recording($name, &[$($argument),*]);
        }
    )* };
}

recordings! {
    banner_help_quit: "01-no-args-banner-help-quit";
    end_of_input: "01b-eof-on-stdin";
    usage_errors_in_the_console: "02-usage-errors-in-console";
    usage_errors_on_the_shell: "03-usage-errors-on-shell";
    all_commands_of_1_5: "04-ws-1.5-all-commands";
    genuine_meter_values: "04o-ws-1.5-genuine-1.0.2-metervalues";
    all_commands_of_1_2: "05-ws-1.2-all-commands";
    a_1_2_station_at_a_default_central_system: "05b-ws-1.2-cp-on-default-cs";
    changed_arguments: "06-ws-argument-customization";
    send_and_send_raw: "07-ws-send-and-send_raw";
    error_codes: "08-ws-error-codes-from-central-system";
    error_codes_of_1_2: "08b-ws-1.2-error-codes";
    meter_mappings: "08c-ws-1.5-metervalues-mappings";
    attributes_beside: "08d-ws-1.5-with-attr-at";
    // ocppjs does not wait for the answer to one call before it sends the next (difference `one-at-a-time`).
    error_paths_of_a_charge_point: "09-ws-charge-point-error-paths" with "--call-timeout=5" with "--calls-in-flight=100";
    pings: "10-ws-pings";
    no_pings_by_default: "10b-ws-pings-default-off";
    handshake_rejections: "12-handshake-rejections";
    rejections_as_a_charge_point_sees_them: "12b-cp-sees-handshake-rejections";
    scripted_handshake_answers: "12c-cp-scripted-handshake-answers";
    two_charge_points: "13-two-charge-points";
    disconnect_and_reconnect: "14-disconnect-and-reconnect";
    started_from_the_console: "17-start-from-console-and-large-and-fragmented";
}

/// Recordings of our own, which need nothing beside the project.
#[test]
fn own_recordings() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/ocppjs/own");
    let mut names: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
    names.sort();
    assert!(!names.is_empty(), "there are recordings in {}", folder.display());
    for path in names {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        check(&name, &std::fs::read_to_string(&path).unwrap(), &[]);
    }
}

#[test]
fn the_documentation_lists_the_differences() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ocppjs-compatibility.md");
    let text = std::fs::read_to_string(path).unwrap();
    let table = as_markdown();
    assert!(text.contains(&table), "docs/ocppjs-compatibility.md should hold this table:\n{table}");
}

#[test]
fn every_difference_is_declared_and_used() {
    let uses = differences::uses();
    let rules =
        [include_str!("rules.rs"), include_str!("replay.rs"), include_str!("mod.rs"), include_str!("timeline.rs")].concat();
    for id in uses.keys() {
        assert!(DIFFERENCES.iter().any(|difference| difference.id == id), "{id} is not in the table");
    }
    for Difference { id, .. } in DIFFERENCES {
        let by_rule = rules.contains(&format!("`{id}`")) || rules.contains(&format!("\"{id}\""));
        assert!(by_rule || uses.contains_key(*id), "{id} changes no recording");
    }
}
