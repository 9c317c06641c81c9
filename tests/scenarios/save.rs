//! `scenario save` over real sockets: a session is recorded, and what it left in the trace becomes a file.

use std::fs;

use ocpp_tui::console::{Console, OutputKind, RunContext, TraceChoice};
use ocpp_tui::ocpp::{Role, Version};
use ocpp_tui::scenario_writer::TYPES;
use ocpp_tui::trace::{Contents, FrameKind, Record, RecordKind};

use crate::support::{central_system, charge_point, hub, until};

/// The record of a frame of this kind, about an action of the station towards which we have this role.
fn frame(contents: &Contents, our_role: Role, kind: FrameKind, action: &str) -> Option<u64> {
    let of_role = |record: &Record<'_>| record.station.and_then(|key| contents.stations().get(key)).map(|row| row.our_role);
    let mut records = contents.records().iter(contents.records().range());
    let is_it = |record: &Record<'_>| {
        matches!(record.kind, RecordKind::Frame(_, found) if found == kind)
            && record.action == Some(action)
            && of_role(record) == Some(our_role)
    };
    records.find(is_it).map(|record| record.sequence)
}

async fn run(console: &Console, line: &str, context: &RunContext) -> Vec<(OutputKind, String)> {
    console.run(line, context).await.lines.into_iter().map(|line| (line.kind, line.text)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_saved_as_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let hub = hub();
    let (trace, console) = (hub.trace().clone(), Console::new(hub.clone()));
    let port = central_system(&hub, &[Version::V1_6]).await;
    let file = folder.path().join("charging.js").to_str().unwrap().to_owned();
    let everything = RunContext::default();

    let said = run(&console, &format!("scenario save {file}"), &everything).await;
    assert!(matches!(&said[..], [(OutputKind::Error, text)] if text.contains("nothing to save")), "{said:?}");
    assert!(!fs::exists(&file).unwrap());

    hub.start_charge_point(charge_point(port, "CP1", Version::V1_6, true)).unwrap();
    until(&trace, "the boot", |contents| frame(contents, Role::ChargePoint, FrameKind::Result, "BootNotification")).await;
    console.run("remote_clearcache --remote-id CP1", &everything).await;
    until(&trace, "the result", |contents| frame(contents, Role::CentralSystem, FrameKind::Result, "ClearCache")).await;

    let filter = "(action:BootNotification or action:ClearCache)";
    let said = run(&console, &format!("scenario save {file} --force {filter}"), &everything).await;
    let told = format!(
        "Saved 2 exchanges of CP1. To play it: ocpp-tui test {file} --virtual-time. Beside it lies ocpp-tui-scenario.d.ts for \
         editors."
    );
    assert_eq!(said, [(OutputKind::Info, told)]);
    assert_eq!(fs::read_to_string(folder.path().join("ocpp-tui-scenario.d.ts")).unwrap(), TYPES);
    let text = fs::read_to_string(&file).unwrap();
    let statements: Vec<&str> = text.lines().filter(|line| line.starts_with("  ")).map(str::trim).collect();
    assert!(text.starts_with("/// <reference path=\"./ocpp-tui-scenario.d.ts\" />\n// Recorded with ocpp-tui "), "{text}");
    assert!(text.contains("\nscenario('charging at CP1', async () => {\n"), "{text}");
    assert_eq!(statements[0], "const cp = await chargePointUnderTest({ id: 'CP1', version: '1.6' });", "one end: {text}");
    assert!(statements[1].starts_with("await cp.expectCall('BootNotification', {"), "{text}");
    assert_eq!(statements.last(), Some(&"await cp.call('ClearCache', {}, { status: 'Accepted' });"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn selections_are_saved_and_files_are_not_lost() {
    let folder = tempfile::tempdir().unwrap();
    let hub = hub();
    let (trace, console) = (hub.trace().clone(), Console::new(hub.clone()));
    let port = central_system(&hub, &[Version::V1_6]).await;
    hub.start_charge_point(charge_point(port, "CP1", Version::V1_6, false)).unwrap();
    until(&trace, "the link", |contents| (contents.stations().connected() == 2).then_some(())).await;
    for (line, action) in [("authorize idTag=A", "Authorize"), ("heartbeat", "Heartbeat")] {
        console.run(line, &RunContext::default()).await;
        until(&trace, action, |contents| frame(contents, Role::ChargePoint, FrameKind::Result, action)).await;
    }
    let answer = frame(&trace.read(), Role::ChargePoint, FrameKind::Result, "Authorize").unwrap();
    let bookmarked =
        RunContext { trace: TraceChoice { bookmarks: vec![answer], ..TraceChoice::default() }, ..RunContext::default() };
    let file = folder.path().join("a b.js").to_str().unwrap().to_owned();
    let types = folder.path().join("ocpp-tui-scenario.d.ts");
    fs::write(&types, "// mine").unwrap();

    let said = run(&console, &format!("scenario save \"{file}\""), &bookmarked).await;
    let told = format!("Saved 1 exchange of CP1. To play it: ocpp-tui test \"{file}\" --virtual-time");
    assert_eq!(said, [(OutputKind::Info, told)]);
    assert_eq!(fs::read_to_string(&types).unwrap(), "// mine", "what is there stays");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("await cs.call('Authorize', { idTag: 'A' }, { idTagInfo: { status: 'Accepted' } });"), "{text}");

    let said = run(&console, &format!("scenario save \"{file}\""), &RunContext::default()).await;
    assert!(
        matches!(&said[..], [(OutputKind::Error, text)] if text.contains("exists already") && text.contains("--force")),
        "{said:?}"
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), text, "the file is as it was");
    let said = run(&console, &format!("scenario save \"{file}\" --force action:Heartbeat"), &bookmarked).await;
    assert_eq!(said[0].0, OutputKind::Info, "a filter comes before what is selected: {said:?}");
    assert!(fs::read_to_string(&file).unwrap().contains("Heartbeat"));

    let nowhere = folder.path().join("no folder/x.js").to_str().unwrap().to_owned();
    let said = run(&console, &format!("scenario save \"{nowhere}\""), &RunContext::default()).await;
    assert!(
        matches!(&said[..], [(OutputKind::Error, text)] if text.contains("cannot write") && text.contains(&nowhere)),
        "{said:?}"
    );
}
