//! What cannot be played: scripts that are wrong, files that are not there, peers that cannot be reached. One message, with the place,
//! and the exit code 2.

use std::net::TcpListener;

use crate::stage::{Played, Stage};
use crate::support::free_port;

/// It cannot be played, for this reason, at this place, and this is all that is said on the error stream.
#[track_caller]
fn cannot(played: &Played, message: &str, place: &str) {
    played.ends(2, &[&format!("ocpp-tui: {place}"), &format!(": {message}")]);
    assert_eq!(played.err.matches("ocpp-tui: ").count(), 1, "{played}");
    assert!(played.out.contains(" 0 failed, 1 broken") && !played.out.contains("message"), "{played}");
}

#[test]
fn scripts_that_are_wrong() {
    for (text, message, place) in [
        ("const a = 1;\nconst b = ;\n", "SyntaxError: unexpected token", "s.js:2:11"),
        ("scenario('x', () => {\n", "SyntaxError: ", "s.js:"),
        ("export default 1;", "SyntaxError: ", "s.js:1:1"),
        ("fail('played');\n}); (function () {", "SyntaxError: its braces do not match", "s.js"),
        (
            "\nscenario('x', async () => {\n  await centralSystemUnderTes();\n});",
            "ReferenceError: centralSystemUnderTes is not defined",
            "s.js:3:9",
        ),
        ("const cs = await centralSystemUnderTest();\nawait cs.cal('Heartbeat');", "TypeError: not a function", "s.js:2:"),
        (
            "const cs = await centralSystemUnderTest();\nawait cs.call(17);",
            "TypeError: the action of a call must be a string, not number",
            "s.js:2:",
        ),
        (
            "const cs = await centralSystemUnderTest();\nawait cs.expectNoCall('Reset');",
            "TypeError: the time of expectNoCall",
            "s.js:2:",
        ),
        (
            "\nawait centralSystemUnderTest({ version: '2.0' });",
            "\"2.0\" is no version of OCPP; it is '1.2', '1.5', '1.6', '2.0.1' or '2.1'",
            "s.js:2:7",
        ),
        ("\nawait chargePointUnderTest({ transport: 'pigeon' });", "\"pigeon\" is no transport", "s.js:2:7"),
        ("\nawait chargePoint({ url: 'ftp://h' });", "\"ftp://h\" begins with ftp://", "s.js:2:7"),
        ("scenario('x');", "TypeError: what the scenario x does must be a function", "s.js:1:"),
        (
            "scenario('x', async () => {\n  scenario('y', () => {});\n});",
            "TypeError: the scenario y is declared too late",
            "s.js:2:",
        ),
        (
            "const cp = await chargePointUnderTest();\ncp.answer('Authorise', {});",
            "TypeError: Authorise is no action that the peer of CP1 may call in OCPP 1.6; did you mean Authorize?",
            "s.js:2:",
        ),
        ("expect({}, { id: undefined });", "TypeError: id of the expectation is undefined; write absent", "s.js:1:"),
        ("expect([], containing());", "TypeError: containing wants what the array must contain", "s.js:1:"),
        ("expect({}, new Map());", "TypeError: an expectation is an object with fields, no Map or Set", "s.js:1:"),
        ("await sleep('long');", "TypeError: the time to sleep must be a number, not string", "s.js:1:"),
        ("bound.nothing;", "ReferenceError: nothing was bound to nothing yet", "s.js:1:"),
    ] {
        cannot(&Stage::with(text).play_virtually(&[]), message, place);
    }
}

/// What would be as good as true, whatever the value is, is no judgement.
#[test]
fn checks_that_can_never_fail() {
    for (script, message) in [
        ("assert(Promise.resolve(false));", "assert got a promise; put `await` before it"),
        ("expect((async () => 1)(), {});", "expect got a promise; put `await` before it"),
        ("expect(undefined);", "expect wants a value and what it must be"),
        ("expect({ a: 1 }, { a: 1, b: Promise.resolve(2) });", "a promise says nothing about a value"),
        ("expect(1, async (it) => it > 2);", "it must return true or false, not a promise"),
        ("expect({ a: 1 }, { a: String });", "String judges a value: it must return true or false, not \"1\""),
        ("expect({}, { a: any.strnig });", "any.strnig is no matcher; it is any.string, any.number, any.integer"),
        ("await sleep(undefined * 1000);", "the time to sleep must be a number, not NaN"),
        (
            "const cs = await centralSystemUnderTest(); await cs.expectNoCall('Reset', { for: NaN });",
            "the time of expectNoCall, { for: milliseconds }, must be a number, not NaN",
        ),
        (
            "const cs = await centralSystemUnderTest(); await cs.expectNoCall('Reset', { for: 5 - 7 });",
            "RangeError: the time of expectNoCall is -2",
        ),
        (
            "const cp = await chargePointUnderTest(); await cp.expectCall('BootNotification', { chargePointVendor: String });",
            "String judges a value",
        ),
    ] {
        cannot(&Stage::with(script).play_virtually(&[]), message, "s.js:1:");
    }
}

#[test]
fn files_that_a_script_requires() {
    let stage = Stage::new();
    stage.file("t/none.js", "\nrequire('./lib/none.js');");
    stage.file("t/node.js", "const fs = require('fs');");
    stage.file("t/absolute.js", "require('/etc/passwd');");
    stage.file("t/syntax.js", "\n\nrequire('./lib/syntax.js');");
    stage.file("t/lib/syntax.js", "\n\n\nlet y = {{;\n");
    stage.file("t/thrown.js", "const { run } = require('./lib/thrown.js');\nscenario('x', () => run());");
    stage.file("t/lib/thrown.js", "\nexports.run = () => { nope(); };");
    stage.file("t/json.js", "require('./lib/data.json');");
    stage.file("t/lib/data.json", "{\"a\":\n 1,,}");
    for (name, message, place) in [
        (
            "none",
            "require('./lib/none.js'): there is no file t/lib/none.js (scenario \"none\")\n  require('./lib/none.js');\n",
            "t/none.js:2:1",
        ),
        ("node", "require('fs'): only files beside the scenario can be loaded", "t/node.js:1:"),
        ("absolute", "require('/etc/passwd'): only files beside the scenario can be loaded", "t/absolute.js:1:"),
        ("syntax", "SyntaxError: ", "t/lib/syntax.js:4:"),
        ("thrown", "ReferenceError: nope is not defined", "t/lib/thrown.js:2:"),
        ("json", "SyntaxError: ", "t/lib/data.json:2:4"),
    ] {
        cannot(&stage.play(&[&format!("t/{name}.js"), "--virtual-time"]), message, place);
    }
}

#[test]
fn a_peer_that_cannot_be_reached() {
    let stage = Stage::with("scenario('boots', async () => {\n  const cs = await centralSystemUnderTest();\n});");
    let url = format!("ws://127.0.0.1:{}/ocpp", free_port());
    let played = stage.play(&["s.js", "--url", &url]);
    cannot(&played, "CP1 could not connect to the central system: connect ECONNREFUSED 127.0.0.1:", "s.js:2:20");
    played.ends(
        2,
        &["; start it, or wait for it with --wait 30 (scenario \"boots\")\n  const cs = await centralSystemUnderTest();\n"],
    );
    for (url, message) in [
        ("nonsense", "\"nonsense\" is not a URL; write it like ws://localhost:9000"),
        ("ftp://h", "\"ftp://h\" begins with ftp://; a charge point connects with ws://"),
        ("ws://", "\"ws://\" is not a URL"),
        ("", "\"\" is not a URL"),
    ] {
        stage.play(&["s.js", "--url", url]).ends(2, &["ocpp-tui: --url: ", message]);
    }
}

#[test]
fn a_charge_point_that_does_not_connect() {
    let stage = Stage::with("\nawait chargePointUnderTest({ within: 200 });");
    let played = stage.play(&["s.js", "--listen", "127.0.0.1:0/ocpp", "--identity", "CP7"]);
    cannot(&played, "no charge point CP7 connected to ws://127.0.0.1:", "s.js:2:7");
    played.ends(2, &["/ocpp within 0.2 s (scenario \"s\")\n"]);
}

/// The wait for a charge point is long: who has come with another identity is told at once, and again at its end.
#[test]
fn a_charge_point_with_another_identity() {
    let port = free_port();
    let stage = Stage::with(&format!(
        "const waits = chargePointUnderTest({{ within: 3000 }});
         await chargePoint({{ id: 'CP1', url: 'ws://127.0.0.1:{port}' }});
         await waits;"
    ));
    let played = stage.play(&["s.js", "--listen", &format!("127.0.0.1:{port}"), "--identity", "CP7"]);
    let late = "within 3 s; CP1 is connected: name it with --identity CP1";
    cannot(&played, &format!("no charge point CP7 connected to ws://127.0.0.1:{port} {late}"), "s.js:1:");
    assert!(played.err.contains("PLEASE: Let the charge point connect as CP7; CP1 is connected: name it with"), "{played}");
}

#[test]
fn a_port_in_use() {
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let stage = Stage::with("\nawait chargePointUnderTest();");
    let listen = format!("127.0.0.1:{port}");
    stage.play(&["s.js", "--listen", &listen]).ends(2, &[&format!("ocpp-tui: port {port} is in use by another program; ")]);
    let stage = Stage::with(&format!("const cs = await centralSystem({{ port: {port} }});"));
    cannot(&stage.play(&["s.js"]), &format!("port {port} is in use by another program"), "s.js:1:");
}

#[test]
fn files_that_do_not_exist() {
    let stage = Stage::new();
    stage.file("folder/readme.md", "");
    stage.file("latin.js", b"\xff\xfe");
    stage.file("large.js", " ".repeat((4 << 20) + 1));
    for (arguments, message) in [
        (&[][..], "<FILE>"),
        (
            &["none.js"],
            "ocpp-tui: there is no file or folder none.js; what comes with the program is written into a folder by --unpack\n",
        ),
        (&["certificaton"], "no file or folder certificaton; did you mean certification, which comes with the program?\n"),
        (&["folder"], "ocpp-tui: folder has no scenarios: no file in it ends in .js\n"),
        (&["latin.js"], "latin.js is no scenario: its text is not UTF-8\n"),
        (&["large.js"], "large.js is no scenario: it is larger than 4 MiB\n"),
        (&["folder", "latin.js"], "folder has no scenarios"),
    ] {
        let played = stage.play(arguments);
        played.ends(2, &[message]);
        assert!(!played.err.contains("panicked") && !played.out.contains("message"), "{played}");
    }
}

#[test]
fn arguments_that_do_not_go_together() {
    let stage = Stage::with("fail('it was played');");
    for (arguments, message) in [
        (&["--virtual-time", "--url", "ws://h"][..], "'--virtual-time'"),
        (&["--virtual-time", "--listen", "9000"], "'--virtual-time'"),
        (&["--timeout", "0"], "it is more than 0 and at most 86400 seconds"),
        (&["--timeout", "soon"], "write a number of seconds"),
        (&["--listen", "here"], "write a port, like 9000, or an address and a port"),
        (&["--jobs", "0"], "--jobs"),
        (&["--listen", "0", "--jobs", "2"], "--jobs is 1 with --listen"),
        (&["--seed", "-1"], "-1"),
        (&["--role", "charge-point", "--url", "ws://h"], "but --role charge-point tests a charge point; say where it connects"),
        (&["--role", "central-system", "--listen", "0"], "but --role central-system tests a central system; name it"),
    ] {
        let played = stage.play(&[&["s.js"], arguments].concat());
        played.ends(2, &[message]);
        assert!(!played.out.contains("it was played"), "{played}");
    }
}
