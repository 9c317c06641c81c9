//! What a plugin costs: the round trip of a call through a handler, from the link to the thread of the plugins and back, and the way of a
//! call that no plugin handles. Run it with `cargo bench --bench plugins`; what the figures mean is in `docs/performance.md`.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    clippy::allow_attributes,
    reason = "a benchmark prints and gives up"
)]

use std::hint::black_box;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use ocpp_tui::behaviour::{Answer, AnswerFilter, FilterDecision, IncomingCall};
use ocpp_tui::link::LinkOrder;
use ocpp_tui::ocpp::{Role, Transport, Version};
use ocpp_tui::plugin::{PluginFilter, PluginHost, PluginOptions, Plugins, StationInfo};
use ocpp_tui::trace::StationKey;
use serde_json::{Value, json};

/// Calls through a handler.
const ROUND_TRIPS: usize = 20_000;
/// Calls that nobody handles.
const UNHANDLED: u32 = 2_000_000;
const STATION: StationKey = StationKey(1);
const PLUGIN: &str = "exports.onLoad = function () {
    this.onCall('Authorize', function (call, context) {
        return { idTagInfo: { status: call.idTag === 'TAG' ? 'Accepted' : 'Invalid' } };
    });
};";

/// The program: it takes the answers in.
struct Program(Sender<u64>);

impl PluginHost for Program {
    fn default_payload(&self, _: Role, _: Version, _: &str) -> Option<Value> {
        None
    }

    fn stations(&self) -> Vec<StationInfo> {
        self.station(STATION).into_iter().collect()
    }

    fn station(&self, key: StationKey) -> Option<StationInfo> {
        let (identity, version) = ("CP1".into(), Some(Version::V1_6));
        Some(StationInfo {
            key,
            identity,
            our_role: Role::CentralSystem,
            is_pair: false,
            version,
            transport: Some(Transport::WebSocket),
            connected: true,
        })
    }

    fn order(&self, _: StationKey, order: LinkOrder) -> Result<(), Option<Box<LinkOrder>>> {
        if let LinkOrder::Answer { ticket, answer: Some(_) } = order {
            self.0.send(ticket).expect("somebody waits");
        }
        Ok(())
    }

    fn note(&self, _: Option<StationKey>, failure: bool, text: String) {
        assert!(!failure, "{text}");
    }

    fn toast(&self, _: String) {}

    fn role(&self) -> Option<Role> {
        Some(Role::CentralSystem)
    }
}

/// No filter: the proposed answer leaves.
struct KeepAll;

impl AnswerFilter for KeepAll {
    fn filter(&mut self, _: IncomingCall<'_>, _: &Answer) -> FilterDecision {
        FilterDecision::Keep
    }
}

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("bench.js"), PLUGIN).expect("a file");
    let (sender, answers) = channel();
    let plugins = Plugins::default();
    plugins.connect(Arc::new(Program(sender)));
    plugins.configure(PluginOptions { folders: vec![folder.path().to_owned()], ..PluginOptions::default() });
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let payload = json!({"idTag": "TAG"});
    let mut plugged = PluginFilter::new(STATION, Role::CentralSystem, plugins.channel().clone());

    let bare = per_call(&mut KeepAll, &payload);
    let none = per_call(&mut plugged, &payload);
    assert_eq!(runtime.block_on(plugins.load("bench")).failure, None);
    let other = per_call(&mut plugged, &payload);
    println!("a call that nobody handles: {none:?} without plugins, {other:?} beside a handler of another action");
    println!("the same without the hook:  {bare:?}");

    let mut times: Vec<Duration> = (0..ROUND_TRIPS)
        .map(|_| {
            let began = Instant::now();
            let decision = ask(&mut plugged, "Authorize", &payload);
            let FilterDecision::Wait { ticket, .. } = decision else { panic!("the plugin was not asked") };
            assert_eq!(answers.recv().expect("an answer"), ticket);
            began.elapsed()
        })
        .collect();
    times.sort();
    let at = |share: usize| times[times.len() * share / 100];
    println!("a call through a handler:   median {:?}, 90 % {:?}, 99 % {:?}", at(50), at(90), at(99));
    plugins.end();
}

fn ask(filter: &mut dyn AnswerFilter, action: &str, payload: &Value) -> FilterDecision {
    filter.filter(IncomingCall { action, payload: &payload.clone().into(), version: Version::V1_6 }, &Answer::Silence)
}

/// The time of a call of an action that nobody handles.
fn per_call(filter: &mut dyn AnswerFilter, payload: &Value) -> Duration {
    let began = Instant::now();
    for _ in 0..UNHANDLED {
        black_box(ask(filter, black_box("Heartbeat"), payload));
    }
    began.elapsed() / UNHANDLED
}
