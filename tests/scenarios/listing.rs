//! Which scenarios a run has: left out by name, listed without a run, and told as they begin and end.

use crate::stage::{Stage, shipped};

fn stage() -> Stage {
    let stage = Stage::new();
    stage.file(
        "boot.js",
        "scenario('boots twice', { checks: 'That it boots.', by: ['OCPP 1.6 §4.2'], grade: 'should' }, () => {});
         scenario('reset', () => fail('it was played'));",
    );
    stage.file("alone.js", "fail('it was played'); await (await centralSystemUnderTest()).call('Heartbeat');");
    stage.file("meter.js", "await null; scenario('values', { skip: 'no meter' }, () => {});");
    stage
}

#[test]
fn scenarios_are_left_out_by_name() {
    let stage = stage();
    stage.play(&["boot.js", "--virtual-time", "--without", "RESET"]).is_silent();
    let none = stage.play(&["boot.js", "--virtual-time", "--filter", "reset", "--without", "boot.js"]);
    none.ends(2, &["--without boot.js leaves none of the scenarios with reset in their name or path"]);
    stage.play(&["boot.js", "--without", "boot"]).ends(2, &["ocpp-tui: --without boot leaves no scenario"]);
}

#[test]
fn a_list_runs_nothing() {
    let stage = stage();
    let files = ["boot.js", "alone.js", "meter.js", "--list"];
    let listed = stage.play(&files);
    assert_eq!(listed.out, "boot.js › boots twice\nboot.js › reset\nmeter.js › values\n", "{listed}");
    // A file that fails in its first turn is no scenario that would run.
    listed.ends(2, &["alone.js:1:1: it was played"]);
    let listed = stage.play(&["boot.js", "meter.js", "--list", "-v", "--without", "reset"]);
    assert_eq!(listed.code, Some(0), "{listed}");
    assert!(
        listed.out.contains(
            "boots twice\n         checks  That it boots.\n         by      OCPP 1.6 §4.2\n         grade   should\n"
        )
    );
    stage.file("alone.js", "await (await centralSystemUnderTest()).call('Heartbeat');");
    assert_eq!(stage.play(&["alone.js", "--list"]).out, "alone.js › alone\n");
    stage.play(&["boot.js", "--list", "--filter", "nothing"]).ends(2, &["no scenario has nothing in its number, its name"]);
}

/// The list of what is shipped is that of a run.
#[test]
fn the_shipped_scenarios_are_listed() {
    let (folder, stage) = (shipped(""), Stage::new());
    let listed = stage.play(&[&folder, "--list"]);
    assert!(listed.code == Some(0) && listed.out.lines().count() > 150, "{listed}");
    assert!(listed.out.contains("ocppjs/cp-1.5.js › cp 1.5 over soap\n"), "{listed}");
}

/// Nobody at a charge point has to wait for the end of a file to learn what runs, and what has failed.
#[test]
fn each_scenario_is_told_when_it_begins_and_when_it_ends() {
    use std::io::{BufRead, BufReader, Write};
    let stage = Stage::new();
    let port = crate::support::free_port();
    stage.file(
        "s.js",
        "scenario('first', () => fail('no')); scenario('second', async () => { await sleep(parameter('time', 0)); });",
    );
    let mut child =
        stage.start(&["s.js", "-v", "--set", "time=600000", "--timeout", "600", "--listen", &format!("127.0.0.1:{port}")]);
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let told: Vec<String> = lines.take_while(|line| line != "begins   s.js › second").collect();
    // It still runs: what was told so far came before its end.
    assert!(child.try_wait().unwrap().is_none());
    child.kill().unwrap();
    child.wait().unwrap();
    std::io::stdout().flush().unwrap();
    assert_eq!(told[0], "begins   s.js › first", "{told:?}");
    assert!(told.iter().any(|line| line.starts_with("failed   s.js › first")), "{told:?}");
    assert!(told.iter().any(|line| line == "  message    no"), "{told:?}");
    let virtually = stage.play_virtually(&["-v"]);
    let heads: Vec<&str> = virtually.out.lines().filter(|line| line.contains(" › ") && !line.starts_with(' ')).collect();
    assert_eq!(heads.len(), 5, "{virtually}");
    assert!(heads[3] == "begins   s.js › second" && heads[4].starts_with("passed   s.js › second ("), "{virtually}");
}
