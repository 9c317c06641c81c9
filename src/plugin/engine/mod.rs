//! The thread of the plugins: it receives requests, gives each plugin its turn, and executes the requests of the
//! plugins. It never waits for a link, and a link waits for it no longer than its own timeout.

mod calls;
mod effects;
mod loading;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::filter::PluginChannel;
use super::folder;
use super::host::PluginHost;
use super::loaded::RunningPlugin;
use super::pending_answers::OpenCall;
use super::report::{ConsoleLine, PluginCommand, PluginDetail, PluginReply, PluginState};
use super::request::{EngineRequest, PluginCommandRequest, PluginOptions};
use super::subscriptions::{EventName, handles};
use crate::javascript::{ScriptFault, Timers};
use crate::link::LinkOrder;
use crate::ocpp::Role;
use crate::trace::StationKey;

/// Time without an event after which plugins get an idle event.
const IDLE: Duration = Duration::from_secs(1);
/// How often watched files are checked.
const WATCH: Duration = Duration::from_millis(300);
/// Time after which an order is tried again for which a link had no room.
const RETRY: Duration = Duration::from_millis(1);

/// The engine.
pub(super) struct Engine {
    host: Arc<dyn PluginHost>,
    channel: Arc<PluginChannel>,
    commands: Arc<Mutex<Vec<PluginCommand>>>,
    /// The names that a command of a plugin cannot have.
    reserved: Arc<OnceLock<BTreeSet<String>>>,
    options: PluginOptions,
    /// In the order of their loading.
    plugins: Vec<RunningPlugin>,
    disabled: BTreeMap<String, String>,
    serials: u64,
    timers: Timers,
    open: Vec<OpenCall>,
    /// Orders for links that had no room for them.
    undelivered: VecDeque<(StationKey, LinkOrder)>,
    /// Events that arose during a turn, with their plugin.
    next: VecDeque<(u64, &'static str, String)>,
    /// The output of plugins while a command runs.
    output: Option<Vec<ConsoleLine>>,
    /// The time of the last event; `None` after an idle event.
    active: Option<Instant>,
    last_watch: Instant,
}

impl Engine {
    /// An engine without plugins.
    pub fn new(
        host: Arc<dyn PluginHost>,
        channel: Arc<PluginChannel>,
        commands: Arc<Mutex<Vec<PluginCommand>>>,
        reserved: Arc<OnceLock<BTreeSet<String>>>,
        options: PluginOptions,
    ) -> Engine {
        Engine {
            host,
            channel,
            commands,
            reserved,
            options,
            plugins: Vec::new(),
            disabled: BTreeMap::new(),
            serials: 0,
            timers: Timers::default(),
            open: Vec::new(),
            undelivered: VecDeque::new(),
            next: VecDeque::new(),
            output: None,
            active: None,
            last_watch: Instant::now(),
        }
    }

    /// Runs until the session ends. Without plugins it sleeps.
    pub fn run(mut self, requests: &Receiver<EngineRequest>) {
        loop {
            let request = match self.deadline() {
                None => requests.recv().ok(),
                Some(deadline) => match requests.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                    Ok(request) => Some(request),
                    Err(RecvTimeoutError::Timeout) => None,
                    Err(RecvTimeoutError::Disconnected) => return,
                },
            };
            if let Some(request) = request {
                self.channel.waiting.fetch_sub(1, Ordering::Relaxed);
                self.active = Some(Instant::now());
                if matches!(request, EngineRequest::End) {
                    return;
                }
                self.handle_request(request);
            }
            self.run_due();
            self.remove_leaving();
        }
    }

    fn deadline(&self) -> Option<Instant> {
        let idle = self.active.filter(|_| self.channel.handled.any(EventName::Idle)).map(|active| active + IDLE);
        let watch =
            (self.options.watch && self.plugins.iter().any(|plugin| plugin.file.is_some())).then_some(self.last_watch + WATCH);
        let again = (!self.undelivered.is_empty()).then(|| Instant::now() + RETRY);
        let open = self.open.iter().map(|open| open.deadline).min();
        let next = (!self.next.is_empty()).then(Instant::now);
        [self.timers.deadline(), idle, watch, again, open, next].into_iter().flatten().min()
    }

    fn handle_request(&mut self, request: EngineRequest) {
        match request {
            EngineRequest::Command(command, reply) => {
                // The receiver is gone when the front end has ended.
                let _ = reply.send(self.command(command));
            }
            EngineRequest::List(reply) => {
                let _ = reply.send(self.list());
            }
            EngineRequest::Called { ticket, station, action, payload, proposed } => {
                self.called(ticket, station, action, &payload, proposed);
            }
            EngineRequest::Answered { station, action, payload } => {
                let event = json!({"station": self.station(station), "action": action, "payload": payload});
                self.broadcast(EventName::Result, &action, "result", &event.to_string());
            }
            EngineRequest::Connection { station, our_role, up } => {
                let (kind, name) = match our_role {
                    Role::ChargePoint => (EventName::Connection, "connection"),
                    Role::CentralSystem => (EventName::Client, "client"),
                };
                let kind_of_event = if up { "connected" } else { "disconnected" };
                let event = json!({"station": self.station(station), "kind": name, "type": kind_of_event});
                self.broadcast(kind, "", "connection", &event.to_string());
            }
            EngineRequest::Frame { ticket, station, direction, text } => self.frame(ticket, station, direction, text),
            EngineRequest::Ended { plugin, number, end } => self.ended(plugin, number, end),
            EngineRequest::Acted { plugin, number, done } => self.acted(plugin, number, done),
            EngineRequest::Options(options) => self.options = *options,
            EngineRequest::End => {}
        }
    }

    /// Runs everything that is due: timers, late answers, orders, files, idle events.
    fn run_due(&mut self) {
        let now = Instant::now();
        while let Some((plugin, number)) = self.timers.next(now) {
            self.active = Some(now);
            self.turn(plugin, "timer", &number.to_string());
        }
        self.follow();
        self.expire(now);
        for _ in 0..self.undelivered.len() {
            if let Some((station, order)) = self.undelivered.pop_front() {
                self.deliver(station, order);
            }
        }
        if self.options.watch && now >= self.last_watch + WATCH {
            self.last_watch = now;
            self.reload_changed();
        }
        if self.active.is_some_and(|active| now >= active + IDLE) {
            self.active = None;
            if self.channel.handled.any(EventName::Idle) {
                self.broadcast(EventName::Idle, "", "idle", "null");
                self.active = None;
            }
        }
    }

    fn command(&mut self, command: PluginCommandRequest) -> PluginReply {
        self.output = Some(Vec::new());
        let mut reply = PluginReply::default();
        let done = match command {
            PluginCommandRequest::Load(name) => self.load(&name),
            PluginCommandRequest::Unload(name) => self.unload(&name),
            PluginCommandRequest::Reload(name) => match self.plugins.iter().any(|plugin| plugin.name == name) {
                true => self.load(&name),
                false => Err((format!("Error: the plugin `{name}' is not loaded."), None)),
            },
            PluginCommandRequest::Line { line, command } => {
                reply.consumed = self.line(&line, command);
                Ok(())
            }
        };
        self.follow();
        self.remove_leaving();
        reply.failure = done.err();
        reply.output = self.output.take().unwrap_or_default();
        reply
    }

    fn line(&mut self, line: &str, command: bool) -> bool {
        let event = json!({ "line": line }).to_string();
        let mut consumed = false;
        for plugin in self.subscribers(EventName::Line, "") {
            consumed |= self.turn(plugin, "line", &event).as_deref() == Some("true");
        }
        let first = line.split_whitespace().next().unwrap_or_default();
        let has = |plugin: &&RunningPlugin| plugin.commands.iter().any(|command| command.name == first);
        if let Some(plugin) = self.plugins.iter().rev().find(has).map(|plugin| plugin.serial)
            && command
            && !consumed
        {
            self.turn(plugin, "command", &event);
            consumed = true;
        }
        consumed
    }

    fn list(&self) -> Vec<PluginDetail> {
        let mut all: BTreeMap<String, PluginDetail> = folder::available(&self.options.folders)
            .into_iter()
            .map(|name| (name.clone(), PluginDetail::available(name)))
            .collect();
        for (name, reason) in &self.disabled {
            let detail = all.entry(name.clone()).or_insert_with(|| PluginDetail::available(name.clone()));
            detail.state = PluginState::Disabled(reason.clone());
        }
        for plugin in &self.plugins {
            all.insert(plugin.name.clone(), plugin.detail(self.timers.count(plugin.serial)));
        }
        all.into_values().collect()
    }

    /// The plugins that handle an event, in the order of their loading.
    fn subscribers(&self, kind: EventName, action: &str) -> Vec<u64> {
        let subscribers = self.plugins.iter().filter(|plugin| handles(&plugin.handlers, kind, action));
        subscribers.map(|plugin| plugin.serial).collect()
    }

    /// Gives an event to every plugin that handles it.
    fn broadcast(&mut self, kind: EventName, action: &str, name: &str, event: &str) {
        for plugin in self.subscribers(kind, action) {
            self.turn(plugin, name, event);
        }
        self.follow();
    }

    /// Lets a plugin handle an event, and executes its requests after it.
    fn turn(&mut self, serial: u64, kind: &str, event: &str) -> Option<String> {
        self.turn_for(serial, kind, kind, event)
    }

    /// The same, with the name of the handler for the message of a fault.
    fn turn_for(&mut self, serial: u64, kind: &str, what: &str, event: &str) -> Option<String> {
        let plugin = self.plugins.iter_mut().find(|plugin| plugin.serial == serial)?;
        plugin.events += 1;
        let ended = plugin.instance.event(kind, event);
        self.after(serial, what, ended).flatten()
    }

    /// Executes the requests of a turn and reports its faults.
    fn after<T>(&mut self, serial: u64, what: &str, ended: Result<T, ScriptFault>) -> Option<T> {
        let plugin = self.plugins.iter().find(|plugin| plugin.serial == serial)?;
        let (requests, rejections) = (plugin.instance.take_requests(), plugin.instance.take_unhandled_rejections());
        for request in requests {
            self.execute(serial, request);
        }
        for fault in rejections {
            self.fault(serial, "a promise", &fault);
        }
        ended.map_err(|fault| self.fault(serial, what, &fault)).ok()
    }

    /// Unloads the plugins that have asked for it, outside their turns.
    fn remove_leaving(&mut self) {
        while let Some(serial) = self.plugins.iter().find(|plugin| plugin.leaving).map(|plugin| plugin.serial) {
            self.remove(serial, true);
        }
    }

    /// Delivers the events that arose during turns. Those that they cause wait for the next round, so that no plugin
    /// blocks the thread.
    fn follow(&mut self) {
        for _ in 0..self.next.len() {
            if let Some((plugin, kind, event)) = self.next.pop_front() {
                self.turn(plugin, kind, &event);
            }
        }
    }

    /// Reports a fault of a plugin, and stops the plugin after too many.
    fn fault(&mut self, serial: u64, place: &str, fault: &ScriptFault) {
        let Some(plugin) = self.plugins.iter_mut().find(|plugin| plugin.serial == serial) else { return };
        let text = format!("[{}] {place}: {fault}", plugin.name);
        let stop = plugin.count(fault, &text);
        let name = plugin.name.clone();
        self.host.note(None, true, text);
        if let Some(reason) = stop {
            self.host.note(None, true, format!("[{name}] was disabled: {reason}"));
            self.disabled.insert(name, reason);
            self.remove(serial, false);
        }
    }

    fn station(&self, station: StationKey) -> Value {
        self.host.station(station).map_or(Value::Null, |facts| facts.to_json())
    }

    fn deliver(&mut self, station: StationKey, order: LinkOrder) {
        if let Err(Some(order)) = self.host.order(station, order) {
            self.undelivered.push_back((station, *order));
        }
    }
}
