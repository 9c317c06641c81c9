//! The simulated session: it records the output and orders of plugins, and lets a test wait for them.

use std::cell::RefCell;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::behaviour::{
    ActionObserver, Answer, AnswerFilter, CallObserver, CallResult, FilterDecision, IncomingCall, LinkObserver, PhysicalAction,
};
use crate::clock::Moment;
use crate::link::{InspectionVerdict, LinkOrder};
use crate::ocpp::{Catalog, Role, SampleContext, Transport, Version};
use crate::plugin::{PluginDetail, PluginFilter, PluginHost, PluginOptions, PluginReply, Plugins, StationInfo};
use crate::trace::{Direction, StationKey};

/// The timeout of a wait; a test that waits longer has failed.
const TIMEOUT: Duration = Duration::from_secs(20);

/// An output or order of a plugin that reached the session.
#[derive(Debug)]
pub enum HostCall {
    Line { station: Option<StationKey>, failure: bool, text: String },
    Called { station: StationKey, action: String, payload: Value, then: CallObserver },
    Answered { ticket: u64, answer: Option<Answer> },
    Inspected { ticket: u64, verdict: InspectionVerdict },
    Acted { station: StationKey, action: PhysicalAction, then: ActionObserver },
}

pub struct Played {
    stations: Mutex<Vec<StationInfo>>,
    received: Mutex<Sender<HostCall>>,
}

impl PluginHost for Played {
    fn default_payload(&self, role: Role, version: Version, action: &str) -> Option<Value> {
        let catalog = Catalog::embedded();
        catalog.action(version, role, action).map(|action| action.request.sample(&SampleContext::at(now().wall)))
    }

    fn stations(&self) -> Vec<StationInfo> {
        self.stations.lock().unwrap().clone()
    }

    fn station(&self, key: StationKey) -> Option<StationInfo> {
        self.stations().into_iter().find(|facts| facts.key == key)
    }

    fn order(&self, station: StationKey, order: LinkOrder) -> Result<(), Option<Box<LinkOrder>>> {
        let received = match order {
            LinkOrder::Ask { action, payload, then } => HostCall::Called { station, action, payload, then },
            LinkOrder::Answer { ticket, answer } => HostCall::Answered { ticket, answer },
            LinkOrder::Inspected { ticket, verdict } => HostCall::Inspected { ticket, verdict },
            LinkOrder::Act { action, then } => HostCall::Acted { station, action, then },
            other => panic!("{other:?}"),
        };
        self.received.lock().unwrap().send(received).unwrap();
        Ok(())
    }

    fn note(&self, station: Option<StationKey>, failure: bool, text: String) {
        self.received.lock().unwrap().send(HostCall::Line { station, failure, text }).unwrap();
    }

    fn toast(&self, text: String) {
        self.note(None, false, text);
    }

    fn role(&self) -> Option<Role> {
        self.stations().first().map(|facts| facts.our_role)
    }
}

/// The answer that the simulator of the links proposes for every call.
fn proposed() -> Answer {
    Answer::result(json!({"status": "Accepted"}))
}

/// Plugins in a simulated session.
pub struct World {
    pub plugins: Plugins,
    pub host: Arc<Played>,
    pub folder: TempDir,
    received: Receiver<HostCall>,
    passed: RefCell<Vec<HostCall>>,
    runtime: tokio::runtime::Runtime,
}

pub fn now() -> Moment {
    Moment { wall: jiff::Timestamp::UNIX_EPOCH, monotonic: Instant::now() }
}

impl World {
    /// A session with one OCPP 1.6 station towards which we play this role.
    pub fn new(role: Role) -> World {
        let (sender, received) = channel();
        let facts = StationInfo {
            key: StationKey(7),
            identity: "CP1".into(),
            our_role: role,
            is_pair: false,
            version: Some(Version::V1_6),
            transport: Some(Transport::WebSocket),
            connected: true,
        };
        let host = Arc::new(Played { stations: Mutex::new(vec![facts]), received: Mutex::new(sender) });
        let plugins = Plugins::default();
        plugins.connect(host.clone());
        let folder = tempfile::tempdir().unwrap();
        let world = World {
            plugins,
            host,
            received,
            passed: RefCell::default(),
            runtime: tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap(),
            folder,
        };
        world.configure(|_| {});
        world
    }

    /// Changes the options.
    pub fn configure(&self, change: impl FnOnce(&mut PluginOptions)) {
        let folder = self.folder.path();
        let mut options =
            PluginOptions { folders: vec![folder.to_owned()], state: Some(folder.join("state")), ..Default::default() };
        change(&mut options);
        self.plugins.configure(options);
    }

    /// Other stations.
    pub fn stations(&self, change: impl FnOnce(&mut Vec<StationInfo>)) {
        change(&mut self.host.stations.lock().unwrap());
    }

    /// Writes a plugin.
    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(format!("{name}.js")), text).unwrap();
    }

    /// Copies a plugin from the test data.
    pub fn sample(&self, name: &str) {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/plugins/{name}.js"));
        std::fs::copy(file, self.folder.path().join(format!("{name}.js"))).unwrap();
    }

    /// Writes and loads a plugin whose `onLoad` has this body.
    pub fn load(&self, name: &str, body: &str) -> PluginReply {
        self.write(name, &format!("exports.onLoad = function () {{ const plugin = this;\n{body}\n}};"));
        self.load_file(name)
    }

    /// The same, and it must work.
    pub fn runs(&self, name: &str, body: &str) {
        assert_eq!(self.load(name, body).failure, None);
    }

    pub fn load_file(&self, name: &str) -> PluginReply {
        self.runtime.block_on(self.plugins.load(name))
    }

    pub fn unload(&self, name: &str) -> PluginReply {
        self.runtime.block_on(self.plugins.unload(name))
    }

    pub fn line(&self, line: &str) -> PluginReply {
        self.runtime.block_on(self.plugins.line(line, false))
    }

    pub fn list(&self) -> Vec<PluginDetail> {
        self.runtime.block_on(self.plugins.list())
    }

    pub fn detail(&self, name: &str) -> PluginDetail {
        self.list().into_iter().find(|detail| detail.name == name).unwrap()
    }

    fn link(&self) -> (PluginFilter, Version) {
        let facts = self.host.stations()[0].clone();
        (PluginFilter::new(facts.key, facts.our_role, self.plugins.channel().clone()), facts.version.unwrap())
    }

    /// The peer calls; returns the immediate decision of the filter.
    pub fn peer_calls(&self, action: &str, payload: &Value) -> FilterDecision {
        let (mut link, version) = self.link();
        link.filter(IncomingCall { action, payload: &payload.clone().into(), version }, &proposed())
    }

    /// The peer calls and gets its answer.
    pub fn answer(&self, action: &str, payload: &Value) -> Answer {
        match self.peer_calls(action, payload) {
            FilterDecision::Wait { ticket: wanted, .. } => self.wait(|received| match received {
                HostCall::Answered { ticket, answer } if ticket == wanted => Ok(answer.unwrap_or_else(proposed)),
                other => Err(other),
            }),
            _ => proposed(),
        }
    }

    /// A frame is about to pass; returns the verdict of the plugins.
    pub fn frame(&self, direction: Direction, text: &str) -> InspectionVerdict {
        let (mut link, _) = self.link();
        let Some(wanted) = link.inspect(direction, text) else { return InspectionVerdict::Pass };
        self.wait(|received| match received {
            HostCall::Inspected { ticket, verdict } if ticket == wanted => Ok(verdict),
            other => Err(other),
        })
    }

    /// One of our calls got its result.
    pub fn result(&self, action: &str, payload: &Value) {
        let (mut link, _) = self.link();
        link.result(action, payload);
    }

    /// The link is opened or closed.
    pub fn connection(&self, up: bool) {
        let (mut link, _) = self.link();
        link.connection(up);
    }

    /// Waits for an event; keeps the events before it for later waits.
    pub fn wait<T>(&self, mut wanted: impl FnMut(HostCall) -> Result<T, HostCall>) -> T {
        let before: Vec<HostCall> = self.passed.borrow_mut().drain(..).collect();
        let mut before = before.into_iter();
        let until = Instant::now() + TIMEOUT;
        loop {
            let next = match before.next() {
                Some(received) => received,
                None => match self.received.recv_timeout(until.saturating_duration_since(Instant::now())) {
                    Ok(received) => received,
                    Err(error) => panic!("it never came ({error}); what came is {:?}", self.passed.borrow()),
                },
            };
            match wanted(next) {
                Ok(found) => {
                    self.passed.borrow_mut().extend(before);
                    return found;
                }
                Err(other) => self.passed.borrow_mut().push(other),
            }
        }
    }

    /// Waits for a line of the trace that contains this text, and returns it.
    pub fn wait_for_line(&self, part: &str) -> String {
        self.wait(|received| match received {
            HostCall::Line { text, .. } if text.contains(part) => Ok(text),
            other => Err(other),
        })
    }

    /// Waits for a call of a plugin.
    pub fn called(&self) -> (String, Value, CallObserver) {
        self.wait(|received| match received {
            HostCall::Called { action, payload, then, .. } => Ok((action, payload, then)),
            other => Err(other),
        })
    }

    /// Waits for what hands do; returns it with its station.
    pub fn acted(&self) -> (StationKey, PhysicalAction, ActionObserver) {
        self.wait(|received| match received {
            HostCall::Acted { station, action, then } => Ok((station, action, then)),
            other => Err(other),
        })
    }

    /// Waits for a call and answers it.
    pub fn serve(&self, wanted: &str, end: CallResult) -> Value {
        let (action, payload, then) = self.called();
        assert_eq!(action, wanted);
        then.notify(end);
        payload
    }

    /// Checks that the thread still works: a plugin is loaded and answers.
    pub fn lives(&self) {
        self.runs("alive", "plugin.onCall('Reset', () => ({ status: 'Alive' }));");
        assert_eq!(self.answer("Reset", &json!({"type": "Soft"})), Answer::result(json!({"status": "Alive"})));
        self.unload("alive");
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.plugins.end();
    }
}

/// The lines that were printed on the console.
pub fn printed(reply: &PluginReply) -> Vec<&str> {
    reply.output.iter().map(|output| output.text.as_str()).collect()
}

/// Checks that a reply failed with this text in its reason.
pub fn failed(reply: &PluginReply, part: &str) {
    let (text, reason) = reply.failure.clone().unwrap_or_else(|| panic!("{reply:?}"));
    let whole = format!("{text} {}", reason.unwrap_or_default());
    assert!(whole.contains(part), "{whole}");
}
