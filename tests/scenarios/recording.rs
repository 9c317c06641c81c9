//! Recording sessions of both roles, saving them as scenarios, and playing those: against simulated peers, and changed, so that they
//! must fail.

use std::path::{Path, PathBuf};
use std::time::Duration;

use ocpp_tui::console::{Console, RunContext};
use ocpp_tui::hub::{Hub, LinkCommand, Order};
use ocpp_tui::link::LinkSettings;
use ocpp_tui::ocpp::{Role, Version};
use ocpp_tui::scenario::{self, CaseOutcome, ScenarioOptions};
use ocpp_tui::trace::{Contents, Direction, FrameKind, Record, RecordKind, StationKey};
use serde_json::Value;

use crate::support::{central_system, charge_point, station, until};
use crate::virtual_time::session;

pub const SECOND: Duration = Duration::from_secs(1);

/// A session that is being recorded.
pub struct Recording {
    pub hub: Hub,
    pub console: Console,
    pub port: u16,
}

impl Recording {
    pub async fn new(hub: Hub) -> Recording {
        let port = central_system(&hub, &Version::ALL).await;
        Recording { console: Console::new(hub.clone()), hub, port }
    }

    pub fn end(&self, our_role: Role, identity: &str) -> StationKey {
        self.hub.trace().read().stations().find(our_role, identity).unwrap().key
    }

    pub async fn start(&self, identity: &str, version: Version, autonomous: bool) {
        self.hub.start_charge_point(charge_point(self.port, identity, version, autonomous)).unwrap();
        self.up(identity).await;
    }

    pub async fn up(&self, identity: &str) {
        for our_role in [Role::CentralSystem, Role::ChargePoint] {
            station(&self.hub, our_role, identity).await;
        }
    }

    /// Lets one end call the other, and waits until that has come to its end.
    pub async fn call(&self, our_role: Role, identity: &str, action: &str, payload: Value) {
        let key = self.end(our_role, identity);
        let from = self.hub.trace().read().records().range().end;
        self.order(our_role, identity, LinkCommand::Call { action: action.into(), payload: payload.into() });
        let is_end = |record: &Record<'_>| {
            let is_answer = match record.kind {
                RecordKind::Frame(Direction::In, kind) => kind != FrameKind::Call,
                RecordKind::Timeout => true,
                _ => false,
            };
            is_answer && record.station == Some(key) && record.action == Some(action)
        };
        let ended = |contents: &Contents| contents.records().iter(from..contents.records().range().end).find(is_end).map(drop);
        until(self.hub.trace(), action, ended).await;
    }

    pub fn order(&self, our_role: Role, identity: &str, deed: LinkCommand) {
        let receipt = self.hub.submit(&Order { targets: vec![self.end(our_role, identity)], command: deed });
        assert!(receipt.refused.is_empty(), "{receipt:?}");
    }

    pub async fn line(&self, line: &str) -> String {
        let said = self.console.run(line, &RunContext::default()).await;
        assert!(!said.failed(), "{line}: {:?}", said.lines);
        said.lines.into_iter().map(|line| line.text).collect()
    }

    /// The scenario of what passes the filter.
    pub async fn saved(&self, folder: &Path, name: &str, filter: &str) -> PathBuf {
        let file = folder.join(format!("{name}.js"));
        self.line(&format!("scenario save \"{}\" {filter}", file.display())).await;
        file
    }
}

/// Records in virtual time, over the network in memory.
pub fn recorded<T>(record: impl AsyncFnOnce(&Recording) -> T) -> T {
    recorded_with(LinkSettings::default(), record)
}

pub fn recorded_with<T>(settings: LinkSettings, record: impl AsyncFnOnce(&Recording) -> T) -> T {
    session(settings, async |hub| record(&Recording::new(hub.clone()).await).await)
}

pub fn virtually() -> ScenarioOptions {
    ScenarioOptions { virtual_time: true, whole_trace: true, ..ScenarioOptions::default() }
}

pub fn really() -> ScenarioOptions {
    ScenarioOptions { virtual_time: false, ..virtually() }
}

/// How a file that is one scenario ended, with its trace.
pub fn played(file: &Path, options: &ScenarioOptions) -> (CaseOutcome, String) {
    let mut reports = Vec::new();
    scenario::run(&[file.to_owned()], options, &|_| {}, |_, report| reports.push(report));
    let case = reports.remove(0).cases.remove(0);
    (case.outcome, case.trace.join("\n"))
}

#[track_caller]
pub fn passes(file: &Path, options: &ScenarioOptions) {
    let (outcome, trace) = played(file, options);
    let text = std::fs::read_to_string(file).unwrap();
    assert_eq!(outcome, CaseOutcome::Passed, "\n{text}\n{trace}");
}

/// The scenario with this in place of that fails, and says so in words.
#[track_caller]
pub fn fails_with(file: &Path, options: &ScenarioOptions, changes: &[(&str, &str)]) {
    let text = std::fs::read_to_string(file).unwrap();
    let mut changed = text.clone();
    for (this, that) in changes {
        assert!(changed.contains(this), "{this} is not in\n{text}");
        changed = changed.replacen(this, that, 1);
    }
    let other = file.with_file_name("changed.js");
    std::fs::write(&other, &changed).unwrap();
    let (outcome, trace) = played(&other, options);
    assert!(matches!(outcome, CaseOutcome::Failed(_)), "{outcome:?}\n{changed}\n{trace}");
}

/// The statement that begins like this, or whose first argument does, with the line break behind it.
pub fn statement<'a>(text: &'a str, begins: &str) -> &'a str {
    let at = text.find(begins).unwrap_or_else(|| panic!("{begins} is not in\n{text}"));
    let from = text[..at + begins.len()].rfind("  await ").unwrap_or(at);
    let length = text[from..].find(";\n").unwrap() + 2;
    &text[from..from + length]
}

/// The id of the last transaction.
pub fn transaction(hub: &Hub) -> Value {
    let contents = hub.trace().read();
    let records = contents.records();
    let mut results = records.iter(records.range()).filter(|record| {
        record.action == Some("StartTransaction") && matches!(record.kind, RecordKind::Frame(_, FrameKind::Result))
    });
    let text = results.next_back().expect("a transaction").text;
    let frame: Value = serde_json::from_str(text).unwrap();
    frame[2]["transactionId"].clone()
}
