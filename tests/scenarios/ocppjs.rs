//! Test files of ocppjs run as they are: `Test.init`, `Test.commands`, `Test.test()`, and their `require('./framework.js')`.

use crate::stage::{Played, Stage, shipped};

fn play(init: &str, commands: &str) -> Played {
    let text = format!(
        "var Test = require('./framework.js');\n\nTest.init({init});\n\nTest.commands = [\n  {commands}\n];\n\nTest.test();\n"
    );
    Stage::with(&text).play_virtually(&["--verbose"])
}

#[test]
fn every_version_and_both_systems_over_both_transports() {
    for version in ["1.2", "1.5", "1.6"] {
        for (system, commands, action) in [
            ("cp", "'bootnotification', 'authorize idTag=ABC', 'heartbeat'", "Authorize"),
            ("cs", "'remote_unlockconnector connectorId=1', 'remote_clearcache', 'remote_reset type=Soft'", "UnlockConnector"),
        ] {
            let played = play(&format!("{{ system: '{system}', version: '{version}' }}"), commands);
            let over = |transport: &str| format!("passed   s.js › {system} {version} over {transport} (");
            played.ends(0, &[&over("websocket"), &over("soap"), "2 passed, 0 failed, 0 broken, 0 skipped", action]);
            let calls = played.out.lines().filter(|line| line.contains("▶ [2,") || line.contains("▶ <?xml")).count();
            assert!(calls >= 6, "each command is a call over each transport: {played}");
        }
    }
}

/// The notations that are found in the wild.
#[test]
fn systems_versions_and_commands_in_all_notations() {
    for system in ["cp", "CP", "chargepoint", "charge_point", "ChargePoint"] {
        play(&format!("{{ system: '{system}', version: 'ocpp1.5' }}"), "'heartbeat'").ends(0, &["cp 1.5 over websocket"]);
    }
    play("{ system: 'centralsystem', version: 1.6 }", "'remote_clearcache'").ends(0, &["cs 1.6 over soap"]);
    let commands = "['authorize', 'idTag=ABC'], { command: 'heartbeat' }, { name: 'authorize', arguments: 'idTag=DEF' }";
    let played = play("{ system: 'cp', version: '1.6' }", commands);
    played.ends(0, &[r#""Authorize",{"idTag":"ABC"}"#, r#""Heartbeat",{}"#, r#""Authorize",{"idTag":"DEF"}"#]);
}

#[test]
fn a_command_that_fails() {
    for (command, parts) in [
        (
            "hartbeat",
            &["message    Error: `hartbeat' unknown command.", "Did you mean heartbeat?", "step       hartbeat\n"][..],
        ),
        (
            "starttransaction connectorId=x",
            &["invalid value for argument `connectorId'", "step       starttransaction connectorId=x\n"],
        ),
        (
            "send -n Nonsense -p {}",
            &["Nonsense got no result\n", "expected   a result\n", "found      NotImplemented", "exchange ", "◀ [4,"],
        ),
    ] {
        let played = play("{ system: 'cp', version: '1.6' }", &format!("'bootnotification', '{command}', 'heartbeat'"));
        assert_eq!(played.code, Some(1), "{played}");
        let said = played.about("cp 1.6 over websocket failed");
        for part in parts {
            assert!(said.contains(part), "{part:?} is missing in\n{said}");
        }
        assert!(said.contains("\"BootNotification\"") && !said.contains("\"Heartbeat\""), "it ends with the command: {said}");
    }
}

#[test]
fn unknown_names_in_the_framework() {
    for (init, commands, message, place) in [
        (
            "{ system: 'xx', version: '1.6' }",
            "'heartbeat'",
            "TypeError: Test.init: the system is 'cp' or 'cs', not \"xx\"",
            "s.js:3:",
        ),
        (
            "{ system: 'cp', version: '2.0' }",
            "'heartbeat'",
            "TypeError: Test.init: the version is '1.2', '1.5', '1.6', '2.0.1' or '2.1', not \"2.0\"",
            "s.js:3:",
        ),
        ("{ system: 'cp' }", "'heartbeat'", "TypeError: Test.init: the version is", "s.js:3:"),
        ("", "'heartbeat'", "TypeError: Test.init wants an object with system and version", "s.js:3:"),
        ("{ system: 'cp', version: '1.6' }", "17", "TypeError: Test.commands: 17 is no command", "s.js:9:"),
    ] {
        play(init, commands).ends(2, &[&format!("ocpp-tui: {place}"), &format!(": {message}")]);
    }
    let stage = Stage::with("var Test = require('./framework.js');\nTest.test();");
    stage.play_virtually(&[]).ends(2, &["Test.test: call Test.init with system and version first", "ocpp-tui: s.js:2:"]);
}

/// The ones that are shipped, on real sockets.
#[test]
fn the_shipped_scenarios_in_real_time() {
    let (cp, cs) = (shipped("ocppjs/cp-1.5.js"), shipped("ocppjs/cs-1.5.js"));
    Stage::new().play(&[&cp, &cs]).is_silent();
}
