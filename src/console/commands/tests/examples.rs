//! Every command has an example, and the examples run in a session with a central system and a charge point.

use std::path::Path;
use std::time::Duration;

use crate::clock::now;
use crate::console::test_console::grammar;
use crate::console::{CommandOutput, Console, RunContext, parse};
use crate::hub::Hub;
use crate::link::{LinkSettings, Network};
use crate::ocpp::Catalog;
use crate::plugin::PluginOptions;
use crate::simulator::Profile;
use crate::trace::{self, LinkState};

/// Their examples run after all others, in this order: they end what the others need.
const LAST: [&str; 7] = ["unload", "disconnect", "connect", "offline", "online", "firmware", "quit"];
/// The first two write a file into the folder in which the tests run; `tests/scenarios/save.rs` and the tests of `export` run them. After
/// the third, lines without a target would mean several stations; `fleet/tests.rs` starts fleets. The last needs a test CA and a request of
/// a station; `tests/links/certificates.rs` runs it.
const NOT_RUN: [&str; 4] = ["export", "scenario", "start_fleet", "sign"];

fn examples() -> Vec<(&'static str, &'static str)> {
    let commands = grammar().commands().iter().filter(|command| command.action.is_none());
    commands.map(|command| (&*command.name, command.example)).collect()
}

#[test]
fn every_command_has_an_example_that_is_read_and_written_again() {
    for (name, example) in examples() {
        assert_eq!(example.split(' ').next(), Some(name), "the example of {name}");
        let command = parse(example, grammar()).unwrap_or_else(|error| panic!("{example}: {error}")).unwrap();
        assert_eq!(parse(&command.to_string(), grammar()).unwrap(), Some(command), "{example}");
    }
}

#[test]
fn the_examples_run() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let events = trace::direct(16 << 20, now());
        let (settings, network) = (LinkSettings::default(), Network::in_memory());
        let hub = Hub::with_network(Catalog::embedded(), settings, Profile::default(), events, network);
        let plugins = Path::new(env!("CARGO_MANIFEST_DIR")).join("plugins");
        hub.plugins().configure(PluginOptions { folders: vec![plugins], ..PluginOptions::default() });
        let console = Console::new(hub);
        let mut run = examples();
        run.retain(|(name, _)| !NOT_RUN.contains(name));
        run.sort_by_key(|(name, _)| LAST.iter().position(|last| last == name).map_or(0, |place| place + 1));
        for (name, example) in run {
            let context = RunContext { full_screen: true, ..RunContext::default() };
            let output = console.run(example, &context).await;
            let errors: Vec<_> = output.lines.iter().map(|line| line.text.as_str()).collect();
            assert!(!output.failed(), "{example}: {errors:?}");
            assert!(speaks(&output), "{example} is silent");
            assert_eq!(output.quit, name == "quit");
            if name == "start_cp" {
                until_connected(&console).await;
            }
        }
        console.hub().end().await;
    });
}

#[tokio::test]
async fn what_was_done_is_said_in_words() {
    let events = trace::direct(16 << 20, now());
    let console = Console::new(Hub::new(Catalog::embedded(), LinkSettings::default(), events));
    for (line, sentence) in [
        ("answer heartbeat none", "Heartbeat of every station is not answered from now on; answers lists the rules."),
        (
            "answer authorize error=SecurityError delay=2s --once",
            "Authorize of every station is answered with the error SecurityError after 2s the next time; answers lists the rules.",
        ),
        ("answer heartbeat default", "Heartbeat of every station gets the default answer again."),
        ("answer heartbeat default", "Heartbeat of every station gets the default answer already."),
        ("misbehave CP7 no-pong", "Our end of CP7 answers no ping, from now on; misbehave list shows what is on."),
        (
            "misbehave cs close code=4000 times=2",
            "Our central system closes the link with any code, also one that may not stand in a frame, 2 times; misbehave list shows what is on.",
        ),
        (
            "answer upgrade status=503 --once",
            "Our central system answers the handshake with an HTTP status; 401 has a challenge and 302 a location only where one is written, once; misbehave list shows what is on.",
        ),
        ("answer upgrade default", "1 misbehaviour is off again."),
        ("misbehave off CP7 no-pong", "1 misbehaviour is off again."),
        (
            "misbehave CP7 close as=cs",
            "Our end of CP7 closes the link with any code, also one that may not stand in a frame, from now on; misbehave list shows what is on.",
        ),
        ("misbehave off CP7 as=cp", "No such misbehaviour was on."),
        ("misbehave off CP7 as=cs", "1 misbehaviour is off again."),
        ("misbehave off as=cs", "1 misbehaviour is off again."),
        ("misbehave off", "No such misbehaviour was on."),
        ("hold dir:in", "Frames that pass dir:in are held from now on."),
        ("hold off", "No more frames are held."),
        ("release all", "No frame waits."),
        ("default authorize idTag=A", "Authorize is sent with idTag=A from now on."),
        ("default authorize reset", "Authorize is sent as its sample again."),
        ("answers remove 1", "Removed: answer authorize error=SecurityError delay=2s --once"),
    ] {
        let output = console.run(line, &RunContext::default()).await;
        assert_eq!(output.done.as_deref(), Some(sentence), "{line}: {:?}", output.lines);
    }
    let failed = console.run("answers remove 1", &RunContext::default()).await;
    assert!(failed.failed() && failed.done.is_none());
    let failed = console.run("clear", &RunContext::default()).await;
    assert!(failed.failed() && failed.screen.is_none(), "there is no screen");
}

/// Whether the output shows that something came of the command.
fn speaks(output: &CommandOutput) -> bool {
    let texts = output.lines.iter().map(|line| &line.text).chain(&output.done);
    texts.into_iter().any(|text| !text.trim().is_empty()) || output.calls.is_some() || output.screen.is_some() || output.quit
}

#[test]
fn no_command_of_an_action_is_silent() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let events = trace::direct(16 << 20, now());
        let (settings, network) = (LinkSettings::default(), Network::in_memory());
        let hub = Hub::with_network(Catalog::embedded(), settings, Profile::default(), events, network);
        let console = Console::new(hub);
        for line in ["start_cs 9000 -p ocpp1.6", "start_cp ws://localhost:9000 CP1 -p ocpp1.6"] {
            console.run(line, &RunContext::default()).await;
        }
        until_connected(&console).await;
        for command in grammar().commands().iter().filter(|command| command.action.is_some()) {
            let output = console.run(&command.name, &RunContext::default()).await;
            assert!(speaks(&output), "{} is silent", command.name);
            assert_eq!(output.failed(), output.calls.is_none(), "{}", command.name);
            if let Some(calls) = output.calls {
                assert_eq!((calls.order.targets.len(), calls.receipt.taken.len()), (1, 1), "{}", command.name);
            }
        }
        console.hub().end().await;
    });
}

/// Waits until both ends of the link are in the trace.
async fn until_connected(console: &Console) {
    for _ in 0..10_000 {
        tokio::time::sleep(Duration::from_millis(10)).await;
        let contents = console.hub().trace().read();
        if contents.stations().rows().iter().filter(|row| row.state == LinkState::Connected).count() == 2 {
            return;
        }
    }
    panic!("the charge point does not connect");
}
