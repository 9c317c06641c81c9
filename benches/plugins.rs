//! What a plugin costs: the round trip of a call through a handler, from the link to the thread of the plugins and back, and the way of
//! a call that no plugin handles. Run it with `cargo bench --bench plugins`; what the figures mean is in `docs/performance.md`.

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

use ocpp_tui::behaviour::{Answer, Behaviour, CallOutcome, IncomingCall, Outbox};
use ocpp_tui::clock::{Moment, now};
use ocpp_tui::link::LinkOrder;
use ocpp_tui::ocpp::{Role, Transport, Version};
use ocpp_tui::plugin::{PluginFilter, PluginHost, PluginOptions, Plugins, StationInfo};
use ocpp_tui::trace::StationKey;
use serde_json::{Value, json};

/// Calls through a handler.
const ROUND_TRIPS: usize = 20_000;
/// Calls that no plugin handles.
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
            version,
            transport: Some(Transport::WebSocket),
            connected: true,
        })
    }

    fn order(&self, _: StationKey, order: LinkOrder) -> Result<(), Option<Box<LinkOrder>>> {
        if let LinkOrder::Answer { ticket, answer: Some(_) } = order {
            self.0.send(ticket).expect("the receiver exists");
        }
        Ok(())
    }

    fn tell(&self, _: Option<StationKey>, failure: bool, text: String) {
        assert!(!failure, "{text}");
    }

    fn toast(&self, _: String) {}

    fn role(&self) -> Option<Role> {
        Some(Role::CentralSystem)
    }
}

/// The simulator behind the link: it answers at once.
struct AtOnce;

impl Behaviour for AtOnce {
    fn role(&self) -> Role {
        Role::CentralSystem
    }

    fn connected(&mut self, _: Version, _: Moment, _: &mut Outbox) {}

    fn disconnected(&mut self, _: Moment) {}

    fn answer(&mut self, _: IncomingCall<'_>, _: Moment, _: &mut Outbox) -> Answer {
        Answer::Silence
    }

    fn answered(&mut self, _: &str, _: &Value, _: CallOutcome<'_>, _: Moment, _: &mut Outbox) {}

    fn deadline(&self) -> Option<Instant> {
        None
    }

    fn deadline_reached(&mut self, _: Moment, _: &mut Outbox) {}
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
    let mut plugged = PluginFilter::new(Box::new(AtOnce), STATION, plugins.seam().clone());

    let bare = per_call(&mut AtOnce, &payload);
    let none = per_call(&mut plugged, &payload);
    assert_eq!(runtime.block_on(plugins.load("bench")).failure, None);
    let other = per_call(&mut plugged, &payload);
    println!("a call that no plugin handles: {none:?} without plugins, {other:?} beside a handler of another action");
    println!("the same without the hook:  {bare:?}");

    let mut times: Vec<Duration> = (0..ROUND_TRIPS)
        .map(|_| {
            let began = Instant::now();
            let Answer::Later(later) = ask(&mut plugged, "Authorize", &payload) else { panic!("the plugin was not asked") };
            assert_eq!(answers.recv().expect("an answer"), later.ticket);
            began.elapsed()
        })
        .collect();
    times.sort();
    let at = |share: usize| times[times.len() * share / 100];
    println!("a call through a handler:   median {:?}, 90 % {:?}, 99 % {:?}", at(50), at(90), at(99));
    plugins.end();
}

fn ask(behaviour: &mut dyn Behaviour, action: &str, payload: &Value) -> Answer {
    behaviour.answer(IncomingCall { action, payload, version: Version::V1_6 }, now(), &mut Outbox::default())
}

/// The time of a call of an action that no plugin handles.
fn per_call(behaviour: &mut dyn Behaviour, payload: &Value) -> Duration {
    let moment = now();
    let began = Instant::now();
    for _ in 0..UNHANDLED {
        let call = IncomingCall { action: black_box("Heartbeat"), payload, version: Version::V1_6 };
        black_box(behaviour.answer(call, moment, &mut Outbox::default()));
    }
    began.elapsed() / UNHANDLED
}
