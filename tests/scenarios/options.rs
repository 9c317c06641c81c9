//! Options of a run: shipped scenarios by name and role, optional features, repeated runs, runs that stop early, commands around scenarios,
//! credentials for the handshake; and the same for central systems that a scenario starts.

use std::io::{Read, Write};
use std::net::TcpListener;

use serde_json::Value;
use tokio_tungstenite::tungstenite::{ClientRequestBuilder, Error};

use crate::stage::{Stage, shipped};
use crate::support::free_port;

#[test]
fn shipped_scenarios_are_found_by_name_where_no_file_has_it() {
    let stage = Stage::new();
    stage.play(&["charge-point/trigger.js", "--virtual-time"]).is_silent();
    let listed = |arguments: &[&str]| {
        let played = stage.play(arguments);
        assert_eq!(played.code, Some(0), "{played}");
        played.out
    };
    let all = listed(&["shipped:", "--list"]);
    let root = shipped("");
    assert_eq!(all.replace("shipped:/", &root), listed(&[&root, "--list"]), "the same scenarios as in the folder");
    let both = ["charge-point", "central-system", "--list"];
    let charge_point = listed(&[&both[..], &["--role", "charge-point"]].concat());
    assert!(charge_point.lines().count() > 20, "{charge_point}");
    assert!(charge_point.lines().all(|line| line.starts_with("shipped:/charge-point/")), "{charge_point}");
    let none = stage.play(&["central-system", "--role", "charge-point"]);
    none.ends(2, &["--role charge-point leaves none of these"]);
    stage.file("charge-point/own.js", "scenario('own', () => {});");
    assert_eq!(listed(&["charge-point", "--list"]), "charge-point/own.js › own\n");
    stage.play(&["nothing-like-it"]).ends(2, &["there is no file or folder nothing-like-it; "]);
}

#[test]
fn shipped_scenarios_are_unpacked_into_a_new_folder() {
    let stage = Stage::new();
    stage.play(&["--unpack", "there"]).is_silent();
    assert_eq!(stage.read("there/charge-point/core.js"), std::fs::read_to_string(shipped("charge-point/core.js")).unwrap());
    assert!(stage.path("there/ocpp-tui-scenario.d.ts").exists());
    stage.play(&["there/charge-point/trigger.js", "--virtual-time"]).is_silent();
    stage.play(&["--unpack", "there"]).ends(2, &["there is not empty; --unpack wants a new folder"]);
}

/// What does not apply is skipped, and never passed.
#[test]
fn scenarios_have_numbers_and_apply_by_features() {
    let stage = Stage::with(
        "scenario('a remote start', { id: 'TC_010', area: 'remote actions', profiles: ['RemoteTrigger'] }, () => {});
         scenario('a reservation', { id: 'TC_046', profiles: 'Reservation' }, () => {});
         scenario('TC_001 a boot', { id: 'TC_001' }, () => {});",
    );
    let listed = stage.play(&["s.js", "--list"]);
    assert_eq!(listed.out, "s.js › TC_010 a remote start\ns.js › TC_046 a reservation\ns.js › TC_001 a boot\n");
    let told = stage.play(&["s.js", "--list", "-v", "--filter", "tc_010"]);
    told.ends(0, &["s.js › TC_010 a remote start\n         area    remote actions\n         needs   RemoteTrigger\n"]);
    assert!(!told.out.contains("TC_046"), "{told}");
    let played = stage.play_virtually(&["--set", "profiles=Core, reservation", "--report", "json", "r.json"]);
    played.ends(0, &["2 passed, 0 failed, 0 broken, 1 skipped"]);
    let report: Value = serde_json::from_str(&stage.read("r.json")).unwrap();
    let case = &report["files"][0]["scenarios"][0];
    let reason = "it does not apply: it needs RemoteTrigger, which --set profiles=Core, reservation does not list";
    assert_eq!((&case["outcome"], &case["reason"], &case["id"]), (&"skipped".into(), &reason.into(), &"TC_010".into()));
    stage.play_virtually(&["--filter", "TC_010"]).is_silent();
}

#[test]
fn a_run_stops_at_the_first_failure_on_demand() {
    let stage = Stage::new();
    stage.file("a.js", "scenario('good', () => {}); scenario('bad', () => fail('no')); scenario('unseen', () => {});");
    stage.file("b.js", "scenario('unseen too', () => {});");
    let played = stage.play(&["a.js", "b.js", "--virtual-time", "--jobs", "1", "--fail-fast", "--report", "tap", "r.tap"]);
    played.ends(1, &["1 passed, 1 failed, 0 broken, 0 skipped; no more were begun after a failure (--fail-fast); seed "]);
    assert!(stage.read("r.tap").contains("1..2\n"));
    stage.file("c.js", "this is no script");
    stage.play(&["c.js", "b.js", "--jobs", "1", "--fail-fast"]).ends(2, &["0 passed, 0 failed, 1 broken, 0 skipped; no more"]);
    stage.play(&["a.js", "b.js", "--virtual-time"]).ends(1, &["3 passed, 1 failed, 0 broken, 0 skipped; seed "]);
}

/// Each time has a seed of its own, by which it can be played alone.
#[test]
fn a_run_is_repeated_with_other_seeds() {
    let stage = Stage::with("scenario('dice', () => { console.log(Math.random()); });");
    let played = stage.play(&[
        "s.js",
        "--virtual-time",
        "--seed",
        "7",
        "--repeat",
        "3",
        "--jobs",
        "1",
        "-v",
        "--report",
        "json",
        "r.json",
    ]);
    played.ends(0, &["passed   s.js (2 of 3) › dice", "3 passed, 0 failed"]);
    let report: Value = serde_json::from_str(&stage.read("r.json")).unwrap();
    let files: Vec<&str> = report["files"].as_array().unwrap().iter().map(|file| file["file"].as_str().unwrap()).collect();
    assert_eq!(files, ["s.js (1 of 3)", "s.js (2 of 3)", "s.js (3 of 3)"]);
    let dice: Vec<&str> = played.err.lines().collect();
    assert!(dice.len() == 3 && dice[0] != dice[1] && dice[1] != dice[2], "{played}");
    let alone = stage.play(&["s.js", "--virtual-time", "--seed", "9"]);
    assert_eq!(alone.err.trim_end(), dice[2]);
}

#[cfg(unix)]
#[test]
fn commands_run_around_scenarios_and_around_the_run() {
    let stage = Stage::new();
    stage.file(
        "a.js",
        "scenario('good', { id: 'TC_1' }, async () => { await sleep(5000); }); scenario('bad', () => fail('no'));",
    );
    stage.file("alone.js", "await sleep(1000);");
    let put = |name: &str, what: &str| format!("echo \"{name} {what}\" >> log");
    let about = "$OCPP_TUI_FILE $OCPP_TUI_SCENARIO_ID $OCPP_TUI_SCENARIO";
    let [first, before, after, last] = [
        put("first", ""),
        put("before", about),
        put("after", &format!("{about} $OCPP_TUI_VERDICT $OCPP_TUI_REASON")),
        put("last", "$OCPP_TUI_VERDICT $OCPP_TUI_PASSED $OCPP_TUI_FAILED"),
    ];
    let hooks = ["--before-run", &first, "--before", &before, "--after", &after, "--after-run", &last];
    let fixed = ["a.js", "alone.js", "--virtual-time", "--jobs", "1"];
    let played = stage.play(&[&fixed[..], &hooks].concat());
    assert_eq!(played.code, Some(1), "{played}");
    let log = stage.read("log");
    let lines: Vec<String> = log.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    let wanted = [
        "first",
        "before a.js TC_1 good",
        "after a.js TC_1 good passed",
        "before a.js bad",
        "after a.js bad failed no",
        "before alone.js alone",
        "after alone.js alone passed",
        "last failed 2 1",
    ];
    assert_eq!(lines, wanted);
    // A command that fails keeps a scenario from running, or says that something is wrong behind it.
    let played = stage.play(&["alone.js", "--virtual-time", "--before", "exit 3"]);
    played.ends(2, &["before the scenario: the command \"exit 3\" ended with exit status: 3"]);
    let played = stage.play(&["a.js", "--virtual-time", "--after", "exit 3"]);
    played.ends(2, &["after the scenario: the command \"exit 3\"", "0 passed, 1 failed, 1 broken", "a.js › bad failed"]);
    stage.play(&["a.js", "--before-run", "exit 3"]).ends(2, &["before the run: the command \"exit 3\""]);
}

/// A peer that refuses one handshake, and returns its head in small letters.
fn refusing() -> (String, std::thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ws://{}/ocpp", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        stream.write_all(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n").unwrap();
        String::from_utf8(head).unwrap().to_lowercase()
    });
    (url, server)
}

/// The password and the headers reach the peer, and nobody else.
#[test]
fn credentials_are_sent_in_the_handshake_and_told_nowhere() {
    let stage = Stage::with(
        "parameter('apiKey', ''); const cs = await centralSystemUnderTest({ patience: 0 }); await cs.call('Heartbeat');",
    );
    let (url, server) = refusing();
    let url = format!("{url}?token=s3cret");
    let reports = ["--report", "json", "r.json", "--report", "html", "r.html", "--set", "apiKey=s3cret"];
    let secrets = ["--url", &url, "--password", "s3cret", "--header", "X-Api: s3cret", "-v"];
    let played = stage.play(&[&["s.js"][..], &secrets, &reports].concat());
    played.ends(2, &["401"]);
    let head = server.join().unwrap();
    assert!(head.contains("\r\nauthorization: basic q1axonmzy3jlda==\r\n"), "{head}");
    assert!(head.contains("\r\nx-api: s3cret\r\n"), "{head}");
    // The URL itself is told where the link is made, as it was typed.
    let told = played.to_string() + &stage.read("r.json") + &stage.read("r.html");
    let told = told.replace("?token=s3cret", "");
    assert!(!told.contains("s3cret") && !told.contains("Q1AxOnMzY3JldA"), "{told}");
    let script =
        "await centralSystemUnderTest({ patience: 0, password: parameter('key'), headers: { 'X-Api': parameter('key') } });";
    let stage = Stage::with(script);
    let (url, server) = refusing();
    let secrets = ["--url", &url, "--password", "other", "--header", "X-Api: other", "--set", "key=s3cret", "-v"];
    let played = stage.play(&[&["s.js"][..], &secrets, &reports[..6]].concat());
    played.ends(2, &["401"]);
    let head = server.join().unwrap();
    assert!(head.contains("\r\nauthorization: basic q1axonmzy3jlda==\r\n") && head.contains("\r\nx-api: s3cret\r\n"), "{head}");
    assert!(!head.contains("other"), "{head}");
    let told = played.to_string() + &stage.read("r.json") + &stage.read("r.html");
    assert!(!told.contains("s3cret") && !told.contains("Q1AxOnMzY3JldA"), "{told}");
    for (arguments, part) in [
        (&["--header", "X: y"][..], "--url"),
        (&["--url", "ws://h", "--header", "s3cret"], "like 'X-Token: abc'"),
        (&["--url", "ws://h", "--basic-auth", "s3cret"], "a user and a password, like CP1:secret"),
        (&["--url", "http://h", "--password", "s3cret"], "are for the handshake of a WebSocket"),
    ] {
        let played = stage.play(&[&["s.js"][..], arguments].concat());
        played.ends(2, &[part]);
        assert!(!played.err.contains("s3cret"), "{played}");
    }
}

/// A central system of a scenario has the options about subprotocols that the command line has.
#[tokio::test(flavor = "multi_thread")]
async fn a_central_system_of_a_scenario_decides_about_subprotocols() {
    let port = free_port();
    let script =
        "const cs = await centralSystem({ port: parameter('port', 0), tolerateSubprotocol: true, unknownProtocol: 'refuse' });
                  const link = await cs.station('TOLERATED', { within: 60000 });
                  await link.expectDisconnect({ within: 60000 });";
    let play = move || Stage::with(script).play(&["s.js", "--timeout", "120", "--set", &format!("port={port}")]);
    let playing = tokio::task::spawn_blocking(play);
    let connect = async |identity: &str, protocol: &str| {
        let url = format!("ws://127.0.0.1:{port}/{identity}");
        tokio_tungstenite::connect_async(ClientRequestBuilder::new(url.parse().unwrap()).with_sub_protocol(protocol)).await
    };
    let refused = loop {
        match connect("OTHER", "ocpp9.9").await {
            // It does not listen yet.
            Err(Error::Io(_)) if !playing.is_finished() => tokio::task::yield_now().await,
            other => break other,
        }
    };
    assert!(matches!(&refused, Err(Error::Http(answer)) if answer.status() == 400), "{refused:?}");
    let (mut socket, _) = connect("TOLERATED", "ocpp1.6j").await.unwrap();
    socket.close(None).await.unwrap();
    drop(socket);
    playing.await.unwrap().is_silent();
    Stage::with("await centralSystem({ unknownProtocol: 'ignore' });")
        .play_virtually(&[])
        .ends(2, &["unknownProtocol is 'close' or 'refuse', not \"ignore\""]);
}

/// What a scenario installs is gone afterwards, whether or not it is deleted by the scenario itself.
#[test]
fn the_sample_certificate_is_removed() {
    let file = shipped("cs-1.6.js");
    let cleanup = |set: &str| {
        let stage = Stage::new();
        let chosen = ["--filter", "security", "--set", set, "--report", "json", "r.json"];
        stage.play(&[&[file.as_str(), "--virtual-time"][..], &chosen].concat()).is_silent();
        let report: Value = serde_json::from_str(&stage.read("r.json")).unwrap();
        let scenarios = report["files"][0]["scenarios"].as_array().unwrap();
        let steps = scenarios.iter().flat_map(|scenario| scenario["steps"].as_array().unwrap());
        let lines =
            steps.filter(|step| step["name"] == "after the scenario").flat_map(|step| step["exchange"].as_array().unwrap());
        lines.map(|line| line.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let lines = cleanup("without=[]");
    assert!(lines[1].contains("\"NotFound\""), "{lines:#?}");
    let lines = cleanup("without=[\"DeleteCertificate\"]");
    assert!(lines[2].contains("\"DeleteCertificate\"") && lines[3].contains("\"Accepted\""), "{lines:#?}");
}

/// A report that a person hands in has the steps and the messages of the run.
#[test]
fn the_page_tells_steps_messages_and_reasons() {
    let stage = Stage::with(
        "scenario('boots', { id: 'TC_001', by: 'OCPP 1.6 §4.2' }, async () => {
           const cs = await centralSystemUnderTest();
           step('the boot');
           await cs.call('BootNotification', { chargePointVendor: '<b>Acme</b>', chargePointModel: 'M2' });
           remark('it took a moment');
           await step('the heart', async () => { await cs.call('Heartbeat', {}, { currentTime: 'never' }); });
         });",
    );
    let reports = ["--report", "html", "r.html", "--report", "markdown", "r.md", "--set", "profiles=Core"];
    assert_eq!(stage.play_virtually(&reports).code, Some(1));
    let page = stage.read("r.html");
    for part in [
        "<h4>the boot</h4>",
        "<h4>the boot › the heart</h4>",
        "&lt;b&gt;Acme&lt;/b&gt;",
        "<th>reason</th><td>currentTime of the result of Heartbeat is not as expected</td>",
        "<th>expected</th><td>&quot;never&quot;</td>",
        "<th>remark</th><td>it took a moment</td>",
        "<th>under test</th><td>both sides simulated</td>",
        "<th>--set profiles</th><td>Core</td>",
    ] {
        assert!(page.contains(part), "{part} is missing in {page}");
    }
    let text = stage.read("r.md");
    assert!(
        text.contains("### failed: TC\\_001 boots\n") && text.contains("\n**the boot**\n\n```text\n00:00:00.000 CP1 ▶ [2,"),
        "{text}"
    );
}
