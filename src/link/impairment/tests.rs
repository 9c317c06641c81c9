//! Lanes without a clock: what goes in at which time comes out when.

use std::sync::Arc;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::{ActiveNetworkFault, FaultSchedule, ImpairedLane, NetworkFault, NetworkFaultPlan};
use crate::link::misbehaviour::MisbehaviourScope;
use crate::ocpp::Role;
use crate::trace::{Direction, StationKey};

const SECOND: Duration = Duration::from_secs(1);

fn active(fault: NetworkFault, since: Instant) -> Arc<ActiveNetworkFault> {
    Arc::new(ActiveNetworkFault { scope: MisbehaviourScope::All, fault, since, text: String::new() })
}

/// Puts frames of ten bytes in, one a second, and says when each comes out, in milliseconds. What was lost is left out.
fn arrivals(fault: NetworkFault, count: u64) -> Vec<(u64, u128)> {
    let began = Instant::now();
    let mut lane = ImpairedLane::new(Some(active(fault, began)), 7, began);
    let mut out = Vec::new();
    let mut collect = |lane: &mut ImpairedLane<u64>, until: Instant| {
        while let Some(due) = lane.next_arrival().filter(|due| *due <= until) {
            while let Some(frame) = lane.arrived(due) {
                out.push((frame, due.duration_since(began).as_millis()));
            }
        }
    };
    for number in 0..count {
        let now = began + SECOND * number as u32;
        collect(&mut lane, now);
        let chances = lane.chances(now);
        if !chances.lost {
            lane.put(number, 10, chances, now);
        }
    }
    collect(&mut lane, began + 10_000 * SECOND);
    assert!(lane.is_empty() && lane.has_room());
    out
}

#[test]
fn frames_are_late_by_the_latency_and_keep_their_order() {
    let late = NetworkFault { latency: Duration::from_millis(200), ..NetworkFault::default() };
    assert_eq!(arrivals(late.clone(), 3), [(0, 200), (1, 1200), (2, 2200)]);
    let far = NetworkFault { latency: 3 * SECOND, jitter: 2 * SECOND, ..late };
    let arrived = arrivals(far.clone(), 40);
    assert!(arrived.iter().map(|(number, _)| *number).eq(0..40), "{arrived:?}");
    assert!(arrived.iter().all(|(number, at)| *at <= u128::from(*number) * 1000 + 5000), "{arrived:?}");
    assert_eq!(arrivals(far, 40), arrived, "the same seed, the same times");
}

#[test]
fn a_narrow_link_takes_the_time_of_every_bit() {
    let narrow = NetworkFault { bandwidth: Some(40), ..NetworkFault::default() };
    assert_eq!(arrivals(narrow, 3), [(0, 2000), (1, 4000), (2, 6000)]);
}

#[test]
fn a_stall_lets_nothing_through_until_it_is_over() {
    let stalled = NetworkFault { stall: Some(2500 * SECOND / 1000), ..NetworkFault::default() };
    assert_eq!(arrivals(stalled.clone(), 4), [(0, 2500), (1, 2500), (2, 2500), (3, 3000)]);
    let schedule = Some(FaultSchedule { every: 4 * SECOND, lasting: 2 * SECOND });
    let again = NetworkFault { stall: Some(1500 * SECOND / 1000), schedule, ..NetworkFault::default() };
    assert_eq!(arrivals(again, 6), [(0, 1500), (1, 1500), (2, 2000), (3, 3000), (4, 5500), (5, 5500)]);
}

#[test]
fn chance_takes_its_share_and_the_same_of_the_same_seed() {
    let count = |fault: NetworkFault| arrivals(fault, 1000).len();
    let lossy = NetworkFault { loss: 0.2, seed: 3, ..NetworkFault::default() };
    let left = count(lossy.clone());
    assert!((700..900).contains(&left), "{left}");
    assert_eq!(arrivals(lossy.clone(), 1000), arrivals(lossy.clone(), 1000));
    assert_ne!(arrivals(NetworkFault { seed: 4, ..lossy.clone() }, 1000), arrivals(lossy, 1000));
    assert_eq!(count(NetworkFault { loss: 1.0, ..NetworkFault::default() }), 0);
}

#[test]
fn a_frame_is_overtaken_by_the_next_one_or_comes_after_a_while() {
    let odd = NetworkFault { reorder: 1.0, ..NetworkFault::default() };
    let arrived: Vec<u64> = arrivals(odd.clone(), 4).into_iter().map(|(number, _)| number).collect();
    assert_eq!(arrived, [1, 0, 3, 2]);
    assert_eq!(arrivals(odd, 1), [(0, 2000)]);
}

#[test]
fn what_is_on_its_way_arrives_when_the_network_is_good_again() {
    let now = Instant::now();
    let mut lane =
        ImpairedLane::new(Some(active(NetworkFault { latency: 60 * SECOND, ..NetworkFault::default() }, now)), 0, now);
    for number in 0..3 {
        let chances = lane.chances(now);
        lane.put(number, 1, chances, now);
    }
    assert_eq!(lane.arrived(now + SECOND), None);
    assert!(lane.switch(None, 0, now + SECOND));
    assert_eq!(std::iter::from_fn(|| lane.arrived(now + SECOND)).collect::<Vec<_>>(), [0, 1, 2]);
}

#[test]
fn the_faults_of_a_station_count_before_those_of_all() {
    let plan = NetworkFaultPlan::default();
    let on = |scope, direction, millis| {
        let fault = NetworkFault { direction, latency: Duration::from_millis(millis), ..NetworkFault::default() };
        plan.switch_on(ActiveNetworkFault { scope, fault, since: Instant::now(), text: String::new() });
    };
    let of = |key, direction| plan.of(Role::CentralSystem, StationKey(key), direction).map(|one| one.fault.latency.as_millis());
    assert_eq!(of(1, Direction::In), None);
    on(MisbehaviourScope::All, None, 1);
    on(MisbehaviourScope::Station(Role::CentralSystem, StationKey(1)), Some(Direction::In), 2);
    on(MisbehaviourScope::Station(Role::ChargePoint, StationKey(1)), None, 3);
    on(MisbehaviourScope::Role(Role::CentralSystem), None, 4);
    assert_eq!((of(1, Direction::In), of(1, Direction::Out), of(2, Direction::In)), (Some(2), Some(4), Some(4)));
    on(MisbehaviourScope::Role(Role::CentralSystem), None, 5);
    assert_eq!((of(2, Direction::In), plan.active().len()), (Some(5), 4));
    assert_eq!((plan.switch_off(Some(MisbehaviourScope::All)), plan.switch_off(None), of(1, Direction::In)), (1, 3, None));
}

proptest! {
    /// Without loss, copies and overtaking everything arrives once and in order, whatever else the network does.
    #[test]
    fn everything_arrives_in_order(
        latency in 0..5000_u64, jitter in 0..5000_u64, bandwidth in prop::option::of(1..10_000_u32), stall in prop::option::of(0..20_000_u64),
        scheduled in any::<bool>(), seed in any::<u64>(), count in 0..50_u64
    ) {
        let fault = NetworkFault {
            latency: Duration::from_millis(latency),
            jitter: Duration::from_millis(jitter),
            bandwidth,
            stall: stall.map(Duration::from_millis),
            schedule: scheduled.then_some(FaultSchedule { every: 7 * SECOND, lasting: 3 * SECOND }),
            seed,
            ..NetworkFault::default()
        };
        let arrived: Vec<u64> = arrivals(fault, count).into_iter().map(|(number, _)| number).collect();
        prop_assert_eq!(arrived, (0..count).collect::<Vec<_>>());
    }
}
