//! What happens at one station over time: cars come, charge and leave, things break, the network is lost. Everything follows from the seed and
//! the number of the station; no clock is read.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use super::fleet_mix::StationGroup;
use crate::behaviour::{CarState, PhysicalAction};

/// Seconds of an hour and a day.
const HOUR: f64 = 3600.0;
const DAY: f64 = 24.0 * HOUR;
/// The voltage of the simulated mains.
const VOLTS: f64 = 230.0;

/// The plan of a station: an endless iterator over what happens, in order, with the second of the fleet. It does not depend on when the station
/// is started, so it is the same in every part of a fleet; what began before the start is left out. It ends when nothing ever happens.
#[derive(Debug, Clone)]
pub struct StationPlan {
    group: Arc<StationGroup>,
    chance: fastrand::Rng,
    /// The second of the day at which it began.
    began: f64,
    /// The second of the fleet from which on something happens.
    from: f64,
    /// The chance that all stations of the group share: for storms, and for waves of updates.
    storms: fastrand::Rng,
    updates: fastrand::Rng,
    due: BinaryHeap<Reverse<PlannedStep>>,
    /// Orders steps of one time.
    counted: u64,
}

#[derive(Debug, Clone, PartialEq)]
struct PlannedStep {
    micros: u64,
    count: u64,
    kind: StepKind,
}

impl Eq for PlannedStep {}

impl PartialOrd for PlannedStep {
    fn partial_cmp(&self, other: &PlannedStep) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PlannedStep {
    fn cmp(&self, other: &PlannedStep) -> std::cmp::Ordering {
        (self.micros, self.count).cmp(&(other.micros, other.count))
    }
}

#[derive(Debug, Clone, PartialEq)]
enum StepKind {
    /// A car comes to a connector.
    Arrival(u16),
    /// The station breaks, or its network is lost.
    Breakdown,
    Outage,
    /// The network of all stations is lost, or their firmware is updated.
    Storm,
    Update,
    /// Something for the machine.
    Act(PhysicalAction),
}

impl StationPlan {
    /// The plan of the station with this number in a fleet. `began` is the second of the day at which the fleet starts, `from` the second of
    /// the fleet at which the station does.
    pub fn new(group: Arc<StationGroup>, seed: u64, index: u64, began: f64, from: f64) -> StationPlan {
        // Neighbours must not have related numbers.
        let mut mixed = fastrand::Rng::with_seed(seed ^ index.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let chance = mixed.fork();
        let mut shared = fastrand::Rng::with_seed(group.name.bytes().fold(seed, |seed, byte| {
            (seed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3) // FNV-1a: the same in every process
        }));
        let (storms, updates) = (shared.fork(), shared.fork());
        let mut plan = StationPlan { group, chance, began, from, storms, updates, due: BinaryHeap::new(), counted: 0 };
        for connector in 1..=plan.group.connectors {
            plan.arrive(connector, 0.0);
        }
        plan.happen(plan.group.faults_per_day, 0.0, StepKind::Breakdown);
        plan.happen(plan.group.outages_per_day, 0.0, StepKind::Outage);
        plan.next_storm(0.0);
        plan.next_update(0.0);
        plan
    }

    /// Plans the next storm after this second of the fleet.
    fn next_storm(&mut self, after: f64) {
        if let Some(at) = next_shared(&mut self.storms, self.group.storms_per_day, after) {
            self.add(at, StepKind::Storm);
        }
    }

    /// Plans the next wave of updates after this second of the fleet.
    fn next_update(&mut self, after: f64) {
        if let Some(at) = next_shared(&mut self.updates, self.group.updates_per_day, after) {
            self.add(at, StepKind::Update);
        }
    }

    fn act(&mut self, second: f64, action: PhysicalAction) {
        self.add(second, StepKind::Act(action));
    }

    fn add(&mut self, second: f64, kind: StepKind) {
        self.counted += 1;
        let micros = (second * 1e6) as u64; // a plan is not looked at for 500,000 years
        self.due.push(Reverse(PlannedStep { micros, count: self.counted, kind }));
    }

    /// The time to the next of events that come so often a second.
    fn wait(&mut self, rate: f64) -> f64 {
        -(1.0 - self.chance.f64()).ln() / rate
    }

    fn happen(&mut self, per_day: f64, after: f64, kind: StepKind) {
        if per_day > 0.0 {
            let at = after + self.wait(per_day / DAY);
            self.add(at, kind);
        }
    }

    /// Plans the next car at a connector that is free from then on: by thinning, so that the hours have their shares.
    fn arrive(&mut self, connector: u16, free: f64) {
        if self.group.sessions_per_day <= 0.0 {
            return;
        }
        let group = self.group.clone();
        let sum: f64 = group.arrivals.iter().sum();
        let highest = group.arrivals.iter().copied().fold(0.0, f64::max);
        let (rate, is_even) = match group.arrivals.len() {
            0 => (group.sessions_per_day / DAY, true),
            hours => (group.sessions_per_day / DAY * highest * hours as f64 / sum, false),
        };
        let mut at = free;
        loop {
            at += self.wait(rate);
            let hour = ((self.began + at) % DAY / HOUR) as usize;
            if is_even || self.chance.f64() * highest < group.arrivals.get(hour).copied().unwrap_or(highest) {
                return self.add(at, StepKind::Arrival(connector));
            }
        }
    }

    /// What a car does that comes now.
    fn session(&mut self, at: f64, connector: u16) {
        let group = self.group.clone();
        let stay = (group.stay_minutes.at(self.chance.f64()) * 60.0).max(20.0);
        let energy = group.energy_kwh.at(self.chance.f64());
        let watts = VOLTS * f64::from(group.phases) * group.max_current;
        let id_tag = format!("TAG{:06}", self.chance.u32(1..=group.tags));
        let number = Some(i32::from(connector));
        let presents = at + 3.0 + self.chance.f64() * 12.0;
        let full = presents + energy * 3_600_000.0 / watts;
        let leaves = at + stay;
        if at >= self.from {
            let present = PhysicalAction::Present { id_tag, connector: number };
            self.act(at, PhysicalAction::Plug { connector: number });
            self.act(presents, present.clone());
            if full < leaves {
                self.act(full, PhysicalAction::Ev { state: CarState::Full, connector: number });
            }
            self.act(leaves, present);
            self.act(leaves + 2.0, PhysicalAction::Unplug { connector: number });
        }
        self.arrive(connector, leaves + 30.0);
    }
}

/// When the next of events comes that happen so often in a day to all stations.
fn next_shared(chance: &mut fastrand::Rng, per_day: f64, after: f64) -> Option<f64> {
    (per_day > 0.0).then(|| after - (1.0 - chance.f64()).ln() * DAY / per_day)
}

impl Iterator for StationPlan {
    type Item = (f64, PhysicalAction);

    fn next(&mut self) -> Option<(f64, PhysicalAction)> {
        loop {
            let Reverse(step) = self.due.pop()?;
            let at = step.micros as f64 / 1e6;
            match step.kind {
                StepKind::Act(action) => return Some((at, action)),
                StepKind::Arrival(connector) => self.session(at, connector),
                StepKind::Breakdown => {
                    let minutes = self.group.fault_minutes.at(self.chance.f64());
                    let over = at + minutes * 60.0;
                    let fault = PhysicalAction::Fault { error_code: None, info: None, connector: Some(0) };
                    if at >= self.from {
                        self.act(at, fault);
                        self.act(over, PhysicalAction::Recover { connector: None });
                    }
                    self.happen(self.group.faults_per_day, over, StepKind::Breakdown);
                }
                StepKind::Storm => {
                    let group = self.group.clone();
                    let over = at + group.storm_minutes.at(self.storms.f64()) * 60.0;
                    // one that does not hit the station takes as many numbers
                    let (hits, back) = (self.chance.f64() < group.storm_share, self.chance.f64() * group.storm_spread_seconds);
                    if hits && over > self.from {
                        self.act(at.max(self.from), PhysicalAction::Offline);
                        self.act(over + back, PhysicalAction::Online);
                    }
                    self.next_storm(over);
                }
                StepKind::Update => {
                    let group = self.group.clone();
                    let (hits, wait) =
                        (self.chance.f64() < group.update_share, self.chance.f64() * group.update_spread_minutes);
                    if hits && at >= self.from {
                        self.act(at + wait * 60.0, PhysicalAction::Firmware);
                    }
                    self.next_update(at);
                }
                StepKind::Outage => {
                    let minutes = self.group.outage_minutes.at(self.chance.f64());
                    let over = at + minutes * 60.0;
                    if at >= self.from {
                        self.act(at, PhysicalAction::Offline);
                        self.act(over, PhysicalAction::Online);
                    }
                    self.happen(self.group.outages_per_day, over, StepKind::Outage);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::FleetMix;

    fn plan(mix: &str, seed: u64, index: u64) -> StationPlan {
        let group = Arc::new(FleetMix::load(mix).unwrap().group_of(index as usize).clone());
        StationPlan::new(group, seed, index, 0.0, 0.0)
    }

    fn until(plan: StationPlan, second: f64) -> Vec<(f64, PhysicalAction)> {
        plan.take_while(|(at, _)| *at < second).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_week() {
        let week = |seed, index| until(plan("depot", seed, index), 7.0 * DAY);
        for index in 0..50 {
            assert_eq!(week(7, index), week(7, index));
        }
        assert_ne!(week(7, 1), week(8, 1));
        assert_ne!(week(7, 1), week(7, 5));
    }

    #[test]
    fn a_week_of_a_thousand_stations_has_the_numbers_of_the_mix() {
        let mut sessions = [0_u32; 24];
        let mut stations = 0.0;
        for index in 0..1000 {
            stations += 1.0;
            for (at, action) in until(plan("home", 1, index), 7.0 * DAY) {
                if matches!(action, PhysicalAction::Plug { .. }) {
                    sessions[(at % DAY / HOUR) as usize] += 1;
                }
            }
        }
        let per_day = f64::from(sessions.iter().sum::<u32>()) / stations / 7.0;
        // a car that stays keeps the next one away, so it is a little less than planned
        assert!((0.5..=0.8).contains(&per_day), "{per_day}");
        assert!(sessions[17] > 8 * sessions[4], "{sessions:?}");
    }

    #[test]
    fn every_car_that_comes_leaves_before_the_next_one() {
        for index in 0..200 {
            let mut plugged = [false; 3];
            let mut before = 0.0;
            for (at, action) in until(plan("highway", 3, index), 2.0 * DAY) {
                assert!(at >= before, "in order");
                before = at;
                match action {
                    PhysicalAction::Plug { connector: Some(number) } => {
                        assert!(!std::mem::replace(&mut plugged[number as usize], true), "station {index} at {at}");
                    }
                    PhysicalAction::Unplug { connector: Some(number) } => {
                        assert!(std::mem::take(&mut plugged[number as usize]));
                    }
                    _ => {}
                }
            }
        }
    }

    #[test]
    fn storms_and_updates_come_to_all_stations_of_a_group_at_once() {
        let text = "[[group]]\nname = 'all'\nstorms_per_day = 4\nstorm_share = 0.5\nstorm_minutes = { low = 2, typical = 3, high = 4 }\n\
                    updates_per_day = 1\nupdate_spread_minutes = 60";
        let group = Arc::new(FleetMix::read("m", text).unwrap().groups[0].clone());
        let (mut lost, mut back, mut updated) = (Vec::new(), Vec::new(), Vec::new());
        for index in 0..200_u32 {
            // a station that starts later has the same storms at the same second of the fleet
            let offset = f64::from(index);
            for (at, action) in until(StationPlan::new(group.clone(), 3, index.into(), 0.0, offset), 2.0 * DAY) {
                match action {
                    PhysicalAction::Offline => lost.push(at.round() as u64),
                    PhysicalAction::Online => back.push(at),
                    PhysicalAction::Firmware => updated.push(at),
                    _ => {}
                }
            }
        }
        let storms: std::collections::BTreeSet<u64> = lost.iter().copied().collect();
        assert!((3..20).contains(&storms.len()), "{storms:?}");
        let hit = lost.len() as f64 / storms.len() as f64;
        assert!((80.0..120.0).contains(&hit), "half of 200 stations, not {hit}");
        for at in &back {
            assert!(storms.iter().any(|storm| (100.0..260.0).contains(&(at - *storm as f64))), "{at} {storms:?}");
        }
        assert!(updated.len() >= 100, "{}", updated.len());
        let (first, last) = updated.iter().fold((f64::MAX, 0.0_f64), |(low, high), at| (low.min(*at), high.max(*at)));
        assert!(last > first + 600.0, "a wave takes its time: {first} {last}");
    }

    #[test]
    fn a_station_that_starts_later_has_the_same_plan_from_then_on() {
        let mix = FleetMix::load("highway").unwrap();
        for index in 0..20 {
            let group = Arc::new(mix.group_of(index).clone());
            let plan = |from| until(StationPlan::new(group.clone(), 3, index as u64, 0.0, from), DAY);
            let (whole, late) = (plan(0.0), plan(6.0 * HOUR));
            assert!(late.iter().all(|(at, _)| *at >= 6.0 * HOUR) && !late.is_empty());
            let tail: Vec<_> = whole.iter().filter(|(at, _)| *at >= 7.0 * HOUR).collect();
            // what began before the start is left out, and nothing else
            let missing = tail.iter().filter(|step| !late.contains(step)).count();
            assert!(missing <= 8, "{missing} of {}", tail.len());
        }
    }

    #[test]
    fn without_rates_nothing_happens() {
        let mix = FleetMix::read("m", "[[group]]\nname = 'idle'").unwrap();
        assert_eq!(StationPlan::new(Arc::new(mix.groups[0].clone()), 1, 1, 0.0, 0.0).next(), None);
    }
}
