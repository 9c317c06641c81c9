//! A fleet that runs: one task starts the stations one after the other, does at them what their plans say, makes the load, and counts. It
//! speaks to the stations by orders to the hub, and hears of them by the trace.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::call_load::{CallLoad, LoadPace};
use super::fleet_figures::FleetFigures;
use super::fleet_glance::FleetGlance;
use super::fleet_mix::{FleetMix, StationGroup, TransportWord};
use super::fleet_report::FleetReport;
use super::identity_pattern::IdentityPattern;
use super::report_limits::{LimitSentence, ReportLimits};
use super::station_plan::StationPlan;
use crate::behaviour::PhysicalAction;
use crate::hub::{ChargePointOptions, Hub, LinkCommand, SoapOptions};
use crate::link::LinkOrder;
use crate::ocpp::{Role, Transport, Version};
use crate::trace::StationKey;

/// How long after something new it is counted.
const TICK: Duration = Duration::from_millis(50);
/// How often calls of a load are made.
const LOAD_TICK: Duration = Duration::from_millis(1);
/// The most stations that are started in one turn.
const BURST: usize = 100;
/// The most records that are counted under one lock.
const BATCH: u64 = 4096;
/// How often the end of a growing load is looked for, and a glance is made at the most.
const LOOK: Duration = Duration::from_secs(1);
/// How long a fleet sleeps in which nothing is planned.
const IDLE: Duration = Duration::from_secs(3600);

/// What a fleet is.
#[derive(Debug, Clone)]
pub struct FleetOptions {
    /// Its name.
    pub name: String,
    /// The identities: the pattern with the number of the station.
    pub pattern: IdentityPattern,
    /// How many stations there are.
    pub count: usize,
    /// The number of the first station, which its plan follows from, too: parts of a fleet in several processes number on.
    pub first: u64,
    /// What every station is like; identity, machine and version may be those of its group.
    pub template: ChargePointOptions,
    /// Where those that speak SOAP are called: all at one port, each at the path of its identity.
    pub callbacks: SoapOptions,
    /// Stations that start in a second.
    pub ramp: f64,
    /// By which part the time between two starts varies, from 0 to 1.
    pub jitter: f64,
    /// What happens at them; without it they have the driver of the simulator.
    pub mix: Option<FleetMix>,
    /// What chance follows from.
    pub seed: u64,
    /// How many times faster than the clock plans are carried out, and time passes at the stations.
    pub clock: f64,
    /// The second of the day at which the plans begin.
    pub day_second: f64,
    /// The calls on top.
    pub load: Option<LoadPace>,
    /// How long it runs; without it until it is stopped.
    pub duration: Option<Duration>,
    /// It ends when the report has passed one of these.
    pub until: Option<ReportLimits>,
}

impl FleetOptions {
    /// The second of the local day, now.
    pub fn second_of_day() -> f64 {
        let now = jiff::Zoned::now();
        f64::from(i32::from(now.hour()) * 3600 + i32::from(now.minute()) * 60 + i32::from(now.second()))
    }
}

/// How a fleet is doing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FleetState {
    /// Stations that were started.
    pub started: usize,
    /// All of them.
    pub stations: usize,
    /// Stations that are connected.
    pub connected: usize,
    /// Whether plans and load wait.
    pub paused: bool,
    /// Stations that could not be started, and why the first one could not.
    pub refused: usize,
    /// The reason of the first refusal.
    pub refusal: Option<String>,
}

/// The end of a fleet.
#[derive(Debug, Clone, PartialEq)]
pub struct FleetEnd {
    /// What came of it.
    pub report: FleetReport,
    /// Records that had left the memory before they were counted.
    pub missed: u64,
    /// Planned calls that were given up.
    pub given_up: u64,
    /// The limit that ended it.
    pub passed: Option<LimitSentence>,
    /// How it was doing.
    pub state: FleetState,
}

#[derive(Debug, Clone, Copy)]
enum FleetOrder {
    Pause(bool),
    Scale(usize),
    Set(FleetChange),
    Stop,
}

/// What is changed of a fleet that runs; what is `None` stays.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct FleetChange {
    /// The load on top; `Some(None)` ends it.
    pub load: Option<Option<LoadPace>>,
    /// Stations that start in a second.
    pub ramp: Option<f64>,
}

/// A fleet that runs or has run.
#[derive(Debug, Clone)]
pub struct FleetHandle {
    /// Its name.
    pub name: Arc<str>,
    orders: mpsc::UnboundedSender<FleetOrder>,
    state: Arc<Mutex<FleetState>>,
    end: watch::Receiver<Option<Arc<FleetEnd>>>,
    figures: FleetFigures,
    glance: Arc<Mutex<LastGlance>>,
}

/// The last glance that was made, and when.
type LastGlance = Option<(Instant, Arc<FleetGlance>)>;

impl FleetHandle {
    /// Starts a fleet in a session. It must be called within the runtime.
    pub fn start(hub: &Hub, options: FleetOptions) -> FleetHandle {
        // a user types slower than a fleet reads
        let (orders, inbox) = mpsc::unbounded_channel();
        let (ended, end) = watch::channel(None);
        let state = Arc::new(Mutex::new(FleetState { stations: options.count, ..FleetState::default() }));
        let figures = FleetFigures::new(hub.trace().clone(), options.seed);
        let handle = FleetHandle {
            name: options.name.as_str().into(),
            orders,
            state: state.clone(),
            end,
            figures: figures.clone(),
            glance: Arc::default(),
        };
        let run = FleetRun::new(hub.clone(), options, state, figures);
        tokio::spawn(async move {
            let end = run.run(inbox).await;
            ended.send_replace(Some(Arc::new(end)));
        });
        handle
    }

    /// Lets plans and load wait, or go on. Stations stay connected and do what they do by themselves.
    pub fn pause(&self, paused: bool) {
        let _ = self.orders.send(FleetOrder::Pause(paused)); // one that has ended waits already
    }

    /// Makes it larger or smaller. Stations that are too many disconnect; they come back when it grows again.
    pub fn scale(&self, count: usize) {
        let _ = self.orders.send(FleetOrder::Scale(count)); // one that has ended has no size any more
    }

    /// Changes its load or its ramp.
    pub fn set(&self, change: FleetChange) {
        let _ = self.orders.send(FleetOrder::Set(change)); // one that has ended has none
    }

    /// Ends it: no more starts, plans or load. The stations stay.
    pub fn stop(&self) {
        let _ = self.orders.send(FleetOrder::Stop);
    }

    /// How it is doing.
    pub fn state(&self) -> FleetState {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How it does, as of the last second.
    pub fn glance(&self) -> Arc<FleetGlance> {
        let mut last = self.glance.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some((made, glance)) if made.elapsed() < LOOK => glance.clone(),
            _ => {
                let glance = Arc::new(FleetGlance::of(&self.report()));
                *last = Some((Instant::now(), glance.clone()));
                glance
            }
        }
    }

    /// The report so far, or at the end.
    pub fn report(&self) -> FleetReport {
        match self.end() {
            Some(end) => end.report.clone(),
            None => self.figures.report(self.figures.micros()),
        }
    }

    /// The end, when it has come.
    pub fn end(&self) -> Option<Arc<FleetEnd>> {
        self.end.borrow().clone()
    }

    /// Waits for the end. `None` when the session ended first.
    pub async fn ended(&self) -> Option<Arc<FleetEnd>> {
        let mut end = self.end.clone();
        end.wait_for(Option::is_some).await.ok().and_then(|end| end.clone())
    }
}

/// A station that was started.
struct FleetMember {
    key: StationKey,
    /// Whether it is one of ours: its start was not refused.
    is_ours: bool,
    /// Whether the fleet is large enough for it.
    is_active: bool,
    /// Whether its next step is among those that are due.
    is_planned: bool,
    plan: Option<StationPlan>,
    next: Option<PhysicalAction>,
}

struct FleetRun {
    hub: Hub,
    options: FleetOptions,
    state: Arc<Mutex<FleetState>>,
    figures: FleetFigures,
    groups: Vec<Arc<StationGroup>>,
    members: Vec<FleetMember>,
    /// The stations that were started, by their place among the members, with the version that they ask for.
    versions: Vec<(usize, Version)>,
    /// A buffer.
    resumed: Vec<usize>,
    /// What is planned next, by microsecond since the beginning.
    due: BinaryHeap<Reverse<(u64, usize)>>,
    load: Option<CallLoad>,
    began: Instant,
    next_start: f64,
    paused: bool,
    /// Seconds that were paused.
    waited: f64,
}

impl FleetRun {
    fn new(hub: Hub, options: FleetOptions, state: Arc<Mutex<FleetState>>, figures: FleetFigures) -> FleetRun {
        let groups = options.mix.iter().flat_map(|mix| &mix.groups).cloned().map(Arc::new).collect();
        FleetRun {
            groups,
            members: Vec::new(),
            versions: Vec::new(),
            resumed: Vec::new(),
            due: BinaryHeap::new(),
            load: options.load.map(CallLoad::new),
            began: Instant::now(),
            next_start: 0.0,
            paused: false,
            waited: 0.0,
            hub,
            options,
            state,
            figures,
        }
    }

    async fn run(mut self, mut orders: mpsc::UnboundedReceiver<FleetOrder>) -> FleetEnd {
        let shutdown = self.hub.shutdown().clone();
        let mut news = self.hub.trace().subscribe();
        let mut has_news = true;
        let mut look = Instant::now() + LOOK;
        let mut passed = None;
        let mut paused_at = Instant::now();
        loop {
            let elapsed = self.began.elapsed();
            if self.options.duration.is_some_and(|duration| elapsed >= duration) || shutdown.is_cancelled() {
                break;
            }
            let second = elapsed.as_secs_f64();
            self.start_stations(second);
            if !self.paused {
                self.carry_out(second - self.waited);
                if let Some(load) = &mut self.load {
                    load.go_on(&self.hub, &mut self.figures.lock().planned);
                }
            }
            news.borrow_and_update();
            self.count_all();
            self.note_state();
            if self.options.until.is_some() && Instant::now() >= look {
                look = Instant::now() + LOOK;
                let report = self.figures.report(self.figures.micros());
                passed = self.options.until.as_ref().and_then(|until| until.passed(&report));
                if passed.is_some() {
                    break;
                }
            }
            let wait = self.until_next(second, has_news);
            has_news = false;
            tokio::select! {
                biased;
                () = shutdown.cancelled() => break,
                order = orders.recv() => match order {
                    None | Some(FleetOrder::Stop) => break,
                    Some(FleetOrder::Scale(count)) => self.scale(count),
                    Some(FleetOrder::Set(change)) => self.set(change),
                    Some(FleetOrder::Pause(paused)) => {
                        if paused && !self.paused {
                            paused_at = Instant::now();
                        } else if !paused && self.paused {
                            self.waited += paused_at.elapsed().as_secs_f64();
                        }
                        self.paused = paused;
                    }
                },
                () = tokio::time::sleep(wait) => {}
                // more of it may follow: it is counted together
                Ok(()) = news.changed(), if wait > TICK => has_news = true,
            }
        }
        let ended = self.figures.micros();
        self.hub.caught_up().await;
        self.count_all();
        self.note_state();
        let report = self.figures.report(ended);
        let missed = self.figures.lock().traffic.missed;
        let state = self.state().clone();
        FleetEnd { report, missed, given_up: self.load.as_ref().map_or(0, |load| load.given_up), passed, state }
    }

    fn state(&self) -> MutexGuard<'_, FleetState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long nothing is due.
    fn until_next(&self, second: f64, has_news: bool) -> Duration {
        let at = |at: f64| Duration::try_from_secs_f64((at - second).max(0.0)).unwrap_or(IDLE);
        let start = (self.members.len() < self.options.count).then(|| at(self.next_start));
        let planned = self.due.peek().filter(|_| !self.paused);
        let planned = planned.map(|Reverse((micros, _))| at(*micros as f64 / 1e6 + self.waited));
        let load = (self.load.is_some() && !self.paused).then_some(LOAD_TICK);
        let count = has_news.then_some(TICK);
        let look = self.options.until.is_some().then_some(LOOK);
        let end = self.options.duration.map(|duration| duration.saturating_sub(self.began.elapsed()));
        [start, planned, load, count, look, end].into_iter().flatten().fold(IDLE, Duration::min)
    }

    /// Starts the stations whose turn it is.
    fn start_stations(&mut self, second: f64) {
        for _ in 0..BURST {
            let index = self.members.len();
            if index >= self.options.count || self.next_start > second {
                return;
            }
            let interval = 1.0 / self.options.ramp;
            let number = self.options.first + index as u64;
            let chance = fastrand::Rng::with_seed(self.station_seed(number)).f64();
            self.next_start += interval * (1.0 + self.options.jitter * (2.0 * chance - 1.0));
            self.start_station(index, second);
        }
    }

    /// What chance at a station follows from: neighbours do not have related numbers.
    fn station_seed(&self, number: u64) -> u64 {
        self.options.seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    fn start_station(&mut self, index: usize, second: f64) {
        let number = self.options.first + index as u64;
        let mut options =
            ChargePointOptions { identity: self.options.pattern.identity(number), ..self.options.template.clone() };
        options.machine.seed = Some(self.station_seed(number));
        options.machine.clock = self.options.clock;
        let group = self.options.mix.as_ref().map(|mix| mix.group_of(number as usize).name.clone());
        let group = group.and_then(|name| self.groups.iter().find(|group| group.name == name).cloned());
        if let Some(group) = &group {
            options.version = group.version.unwrap_or(options.version);
            speak(&mut options, group);
            options.machine.driver = false;
            let equipment = &mut options.machine.equipment;
            equipment.connectors = group.connectors;
            equipment.cable = group.cable.kind();
            equipment.phases = group.phases;
            equipment.max_current = group.max_current;
            equipment.serial_number = format!("SIM-{number:06}");
        }
        if let Some(soap) = &mut options.soap {
            *soap = SoapOptions { shared: true, ..self.options.callbacks.clone() };
        }
        let (version, identity) = (options.version, options.identity.clone());
        let key = match self.hub.start_charge_point(options) {
            Ok(key) => key,
            Err(error) => {
                let mut state = self.state();
                state.refused += 1;
                state.refusal.get_or_insert_with(|| error.to_string());
                drop(state);
                // the number of the member is that of the identity
                self.members.push(FleetMember {
                    key: self.hub.station(Role::ChargePoint, &identity),
                    is_ours: false,
                    is_active: true,
                    is_planned: false,
                    plan: None,
                    next: None,
                });
                return;
            }
        };
        self.figures.lock().traffic.add_station(key);
        self.hub.put_into_group(&[key], &self.options.name);
        if let Some(group) = group.as_ref().filter(|group| group.name != self.options.name) {
            self.hub.put_into_group(&[key], &group.name);
        }
        self.versions.push((index, version));
        if let Some(load) = &mut self.load {
            load.add_station(index, key, version, self.hub.catalog());
        }
        let from = (second - self.waited) * self.options.clock;
        let plan = |group| StationPlan::new(group, self.options.seed, number, self.options.day_second, from);
        let plan = group.map(plan);
        self.members.push(FleetMember { key, is_ours: true, is_active: true, is_planned: false, plan, next: None });
        self.plan_next(index);
    }

    /// Makes the fleet larger or smaller.
    fn scale(&mut self, count: usize) {
        self.options.count = count;
        let second = self.began.elapsed().as_secs_f64();
        if count > self.members.len() {
            self.next_start = self.next_start.max(second);
        }
        for (index, member) in self.members.iter_mut().enumerate() {
            let is_active = index < count;
            if member.is_ours && member.is_active != is_active {
                member.is_active = is_active;
                let command = if is_active { LinkCommand::Connect } else { LinkCommand::Disconnect };
                // one that is down already, or up, has nothing to do
                let _ = self.hub.order(member.key, LinkOrder::User(command));
                if is_active && !member.is_planned {
                    // what it has missed is over
                    self.resumed.push(index);
                }
            }
        }
        for index in std::mem::take(&mut self.resumed) {
            self.skip_to(index, second - self.waited);
        }
        if let Some(load) = &mut self.load {
            load.limit(count);
        }
        self.state().stations = count;
    }

    /// Takes the first step of a station's plan that is not over.
    fn skip_to(&mut self, index: usize, second: f64) {
        let member = &mut self.members[index];
        while let Some((at, action)) = member.plan.as_mut().and_then(StationPlan::next) {
            let due = at / self.options.clock;
            if due >= second {
                (member.next, member.is_planned) = (Some(action), true);
                self.due.push(Reverse(((due * 1e6) as u64, index)));
                return;
            }
        }
    }

    /// Changes load and ramp.
    fn set(&mut self, change: FleetChange) {
        if let Some(ramp) = change.ramp {
            self.options.ramp = ramp;
            self.next_start = self.next_start.min(self.began.elapsed().as_secs_f64());
        }
        match (change.load, &mut self.load) {
            (None, _) => {}
            (Some(None), load) => *load = None,
            (Some(Some(pace)), Some(load)) => load.set_pace(pace),
            (Some(Some(pace)), load) => {
                let mut new = CallLoad::new(pace);
                for (index, version) in &self.versions {
                    new.add_station(*index, self.members[*index].key, *version, self.hub.catalog());
                }
                new.limit(self.options.count);
                *load = Some(new);
            }
        }
    }

    /// Takes the next step of a station's plan.
    fn plan_next(&mut self, index: usize) {
        let member = &mut self.members[index];
        let Some((at, action)) = member.plan.as_mut().and_then(StationPlan::next) else { return };
        (member.next, member.is_planned) = (Some(action), true);
        let due = at / self.options.clock;
        self.due.push(Reverse(((due * 1e6) as u64, index))); // a plan is shorter
    }

    /// Does what is due at the stations.
    fn carry_out(&mut self, second: f64) {
        let until = (second.max(0.0) * 1e6) as u64;
        while let Some(Reverse((micros, index))) = self.due.peek().copied() {
            if micros > until {
                return;
            }
            self.due.pop();
            let member = &mut self.members[index];
            member.is_planned = false;
            if !member.is_active {
                continue; // its plan goes on when the fleet grows again
            }
            if let Some(action) = member.next.take() {
                // What makes no sense any more, as a card at a station that is faulted, the machine refuses.
                let order = LinkOrder::User(LinkCommand::Act(action));
                let _ = self.hub.order(member.key, order);
            }
            self.plan_next(index);
        }
    }

    fn count_all(&mut self) {
        let trace = self.hub.trace();
        while self.figures.lock().traffic.take(&trace.read(), BATCH) {}
    }

    fn note_state(&self) {
        let connected = self.figures.lock().traffic.connected();
        let mut state = self.state();
        state.started = self.members.len();
        state.connected = connected;
        state.paused = self.paused;
    }
}

/// How a station of a group speaks, and where its central system is.
fn speak(options: &mut ChargePointOptions, group: &StationGroup) {
    let transport = group.transport.map(TransportWord::kind);
    match transport {
        None => {}
        Some(Transport::Soap) => drop(options.soap.get_or_insert_default()),
        Some(Transport::WebSocket) => options.soap = None,
    }
    let schemes = [("ws://", "http://"), ("wss://", "https://")];
    match &group.url {
        Some(url) => options.url.clone_from(url),
        None if transport.is_some() => {
            let is_soap = options.soap.is_some();
            let schemes = schemes.map(|(websocket, soap)| if is_soap { (websocket, soap) } else { (soap, websocket) });
            let other = schemes.iter().find_map(|(other, own)| {
                let is_other = options.url.get(..other.len()).is_some_and(|scheme| scheme.eq_ignore_ascii_case(other));
                is_other.then(|| format!("{own}{}", &options.url[other.len()..]))
            });
            options.url = other.unwrap_or_else(|| options.url.clone());
        }
        None => {}
    }
}
