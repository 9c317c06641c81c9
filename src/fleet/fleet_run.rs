//! A fleet that runs: one task starts the stations one after the other, does at them what their plans say, makes the load, and counts. It
//! speaks to the stations by orders to the hub, and hears of them by the trace.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::call_load::{CallLoad, LoadPace};
use super::fleet_glance::FleetGlance;
use super::fleet_mix::{FleetMix, StationGroup};
use super::fleet_report::FleetReport;
use super::identity_pattern::IdentityPattern;
use super::report_limits::{LimitSentence, ReportLimits};
use super::station_plan::StationPlan;
use super::traffic_count::TrafficCount;
use crate::behaviour::PhysicalAction;
use crate::clock::now;
use crate::hub::{ChargePointOptions, Hub, LinkCommand};
use crate::link::LinkOrder;
use crate::ocpp::{Role, Version};
use crate::trace::StationKey;

/// How often what is new is counted.
const TICK: Duration = Duration::from_millis(50);
/// How often calls of a load are made.
const LOAD_TICK: Duration = Duration::from_millis(1);
/// The most stations that are started in one turn.
const BURST: usize = 100;
/// The most records that are counted under one lock.
const BATCH: u64 = 4096;
/// How often the end of a growing load is looked for.
const LOOK: Duration = Duration::from_secs(1);

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
    latest: Arc<Mutex<FleetReport>>,
    glance: Arc<Mutex<Arc<FleetGlance>>>,
}

impl FleetHandle {
    /// Starts a fleet in a session. It must be called within the runtime.
    pub fn start(hub: &Hub, options: FleetOptions) -> FleetHandle {
        // a user types slower than a fleet reads
        let (orders, inbox) = mpsc::unbounded_channel();
        let (ended, end) = watch::channel(None);
        let state = Arc::new(Mutex::new(FleetState { stations: options.count, ..FleetState::default() }));
        let latest = Arc::new(Mutex::new(FleetReport::default()));
        let glance = Arc::new(Mutex::new(Arc::default()));
        let handle = FleetHandle {
            name: options.name.as_str().into(),
            orders,
            state: state.clone(),
            end,
            latest: latest.clone(),
            glance: glance.clone(),
        };
        let run = FleetRun::new(hub.clone(), options, FleetView { state, latest, glance });
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
        self.glance.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The report so far, or at the end.
    pub fn report(&self) -> FleetReport {
        match self.end() {
            Some(end) => end.report.clone(),
            None => self.latest.lock().unwrap_or_else(PoisonError::into_inner).clone(),
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
    started: f64,
    plan: Option<StationPlan>,
    next: Option<PhysicalAction>,
}

/// What is seen of a fleet from outside.
struct FleetView {
    state: Arc<Mutex<FleetState>>,
    latest: Arc<Mutex<FleetReport>>,
    glance: Arc<Mutex<Arc<FleetGlance>>>,
}

impl FleetView {
    fn state(&self) -> std::sync::MutexGuard<'_, FleetState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn show(&self, report: FleetReport) {
        *self.glance.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(FleetGlance::of(&report));
        *self.latest.lock().unwrap_or_else(PoisonError::into_inner) = report;
    }
}

struct FleetRun {
    hub: Hub,
    options: FleetOptions,
    view: FleetView,
    groups: Vec<Arc<StationGroup>>,
    members: Vec<FleetMember>,
    /// The stations that were started, by their place among the members, with the version that they ask for.
    versions: Vec<(usize, Version)>,
    /// A buffer.
    resumed: Vec<usize>,
    /// What is planned next, by microsecond since the beginning.
    due: BinaryHeap<Reverse<(u64, usize)>>,
    count: TrafficCount,
    load: Option<CallLoad>,
    began: Instant,
    began_text: String,
    chance: fastrand::Rng,
    next_start: f64,
    paused: bool,
    /// Seconds that were paused.
    waited: f64,
}

impl FleetRun {
    fn new(hub: Hub, options: FleetOptions, view: FleetView) -> FleetRun {
        let next = hub.trace().read().records().range().end;
        let count = TrafficCount::new(next, hub.trace().micros_since_start(now().monotonic));
        let groups = options.mix.iter().flat_map(|mix| &mix.groups).cloned().map(Arc::new).collect();
        FleetRun {
            groups,
            members: Vec::new(),
            versions: Vec::new(),
            resumed: Vec::new(),
            due: BinaryHeap::new(),
            count,
            load: options.load.map(CallLoad::new),
            began: Instant::now(),
            began_text: now().wall.to_string(),
            chance: fastrand::Rng::with_seed(options.seed),
            next_start: 0.0,
            paused: false,
            waited: 0.0,
            hub,
            options,
            view,
        }
    }

    async fn run(mut self, mut orders: mpsc::UnboundedReceiver<FleetOrder>) -> FleetEnd {
        let shutdown = self.hub.shutdown().clone();
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
                    load.go_on(&self.hub);
                }
            }
            self.count_all();
            self.note_state();
            if Instant::now() >= look {
                look = Instant::now() + LOOK;
                let report = self.report(self.elapsed_micros());
                passed = self.options.until.as_ref().and_then(|until| until.passed(&report));
                self.view.show(report);
                if passed.is_some() {
                    break;
                }
            }
            let tick = if self.load.is_some() && !self.paused { LOAD_TICK } else { TICK };
            tokio::select! {
                () = shutdown.cancelled() => break,
                () = tokio::time::sleep(tick.min(self.until_next(second))) => {}
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
            }
        }
        let ended = self.elapsed_micros();
        self.hub.caught_up().await;
        self.count_all();
        self.note_state();
        let report = self.report(ended);
        self.view.show(report.clone());
        FleetEnd {
            report,
            missed: self.count.missed,
            given_up: self.load.as_ref().map_or(0, |load| load.given_up),
            passed,
            state: self.view.state().clone(),
        }
    }

    /// How long nothing is due, at most a tick.
    fn until_next(&self, second: f64) -> Duration {
        let start = (self.members.len() < self.options.count).then_some(self.next_start - second);
        let planned = self.due.peek().map(|Reverse((micros, _))| *micros as f64 / 1e6 - (second - self.waited));
        let next = start.into_iter().chain(planned).fold(f64::MAX, f64::min);
        Duration::try_from_secs_f64(next.max(0.0)).unwrap_or(TICK).min(TICK)
    }

    /// Starts the stations whose turn it is.
    fn start_stations(&mut self, second: f64) {
        for _ in 0..BURST {
            let index = self.members.len();
            if index >= self.options.count || self.next_start > second {
                return;
            }
            let interval = 1.0 / self.options.ramp;
            self.next_start += interval * (1.0 + self.options.jitter * (2.0 * self.chance.f64() - 1.0));
            self.start_station(index, second);
        }
    }

    fn start_station(&mut self, index: usize, second: f64) {
        let number = self.options.first + index as u64;
        let mut options =
            ChargePointOptions { identity: self.options.pattern.identity(number), ..self.options.template.clone() };
        options.machine.seed = Some(self.options.seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        options.machine.clock = self.options.clock;
        let group = self.options.mix.as_ref().map(|mix| mix.group_of(number as usize).name.clone());
        let group = group.and_then(|name| self.groups.iter().find(|group| group.name == name).cloned());
        if let Some(group) = &group {
            options.version = group.version.unwrap_or(options.version);
            options.machine.driver = false;
            let equipment = &mut options.machine.equipment;
            equipment.connectors = group.connectors;
            equipment.cable = group.cable.kind();
            equipment.phases = group.phases;
            equipment.max_current = group.max_current;
            equipment.serial_number = format!("SIM-{number:06}");
        }
        let (version, identity) = (options.version, options.identity.clone());
        let key = match self.hub.start_charge_point(options) {
            Ok(key) => key,
            Err(error) => {
                let mut state = self.view.state();
                state.refused += 1;
                state.refusal.get_or_insert_with(|| error.to_string());
                drop(state);
                // the number of the member is that of the identity
                self.members.push(FleetMember {
                    key: self.hub.station(Role::ChargePoint, &identity),
                    is_ours: false,
                    is_active: true,
                    is_planned: false,
                    started: second,
                    plan: None,
                    next: None,
                });
                return;
            }
        };
        self.count.add_station(key);
        self.hub.put_into_group(&[key], &self.options.name);
        if let Some(group) = group.as_ref().filter(|group| group.name != self.options.name) {
            self.hub.put_into_group(&[key], &group.name);
        }
        self.versions.push((index, version));
        if let Some(load) = &mut self.load {
            load.add_station(index, key, version, self.hub.catalog());
        }
        let offset = (second - self.waited) * self.options.clock;
        let plan = |group| StationPlan::new(group, self.options.seed, number, self.options.day_second, offset);
        let plan = group.map(plan);
        self.members.push(FleetMember {
            key,
            is_ours: true,
            is_active: true,
            is_planned: false,
            started: second - self.waited,
            plan,
            next: None,
        });
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
        self.view.state().stations = count;
    }

    /// Takes the first step of a station's plan that is not over.
    fn skip_to(&mut self, index: usize, second: f64) {
        let member = &mut self.members[index];
        while let Some((at, action)) = member.plan.as_mut().and_then(StationPlan::next) {
            let due = member.started + at / self.options.clock;
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
        let second = member.started + at / self.options.clock;
        self.due.push(Reverse(((second * 1e6) as u64, index))); // a plan is shorter
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
        let trace = self.hub.trace().clone();
        while self.count.take(&trace.read(), BATCH) {}
    }

    fn elapsed_micros(&self) -> u64 {
        self.hub.trace().micros_since_start(now().monotonic)
    }

    /// The report at a moment.
    fn report(&self, micros: u64) -> FleetReport {
        let planned = self.load.as_ref().filter(|load| load.is_planned()).map(|load| &load.from_planned);
        self.count.report(micros, &self.began_text, self.options.seed, planned)
    }

    fn note_state(&self) {
        let mut state = self.view.state();
        state.started = self.members.len();
        state.connected = self.count.connected();
        state.paused = self.paused;
    }
}
