//! Fleets in virtual time: stations of ours at a central system of ours, over a network in memory.

mod week;

use std::time::Duration;

use super::*;
use crate::clock::{follow_runtime, now};
use crate::hub::{CentralSystemOptions, ChargePointOptions, Hub, SoapOptions};
use crate::link::{LinkSettings, Network};
use crate::ocpp::{Catalog, Role, Version};
use crate::simulator::Profile;
use crate::trace::station_summary::StationSummaries;
use crate::trace::{self, Direction, FrameKind, RecordKind, StationKey};

/// A session with a central system in memory, and the options of a fleet of so many stations at it.
async fn bench(count: usize) -> (Hub, FleetOptions) {
    // without a thread, for which the clock would not wait
    let events = trace::direct(1 << 28, now());
    let hub = Hub::with_network(Catalog::embedded(), LinkSettings::default(), Profile::default(), events, Network::in_memory());
    let port = hub.start_central_system(CentralSystemOptions::default()).await.unwrap().port();
    let options = FleetOptions {
        name: "fleet".into(),
        pattern: "CP{:03}".parse().unwrap(),
        count,
        first: 1,
        template: ChargePointOptions::new(format!("ws://localhost:{port}"), "", Version::V1_6),
        callbacks: SoapOptions::default(),
        ramp: 50.0,
        jitter: 0.1,
        mix: None,
        seed: 7,
        clock: 1.0,
        day_second: 0.0,
        load: None,
        duration: None,
        until: None,
    };
    (hub, options)
}

#[tokio::test(start_paused = true)]
async fn a_fleet_charges_for_hours_and_its_figures_agree() {
    let _clock = follow_runtime("2026-03-04T00:00:00Z".parse().unwrap());
    let (hub, options) = bench(12).await;
    let mix = Some(FleetMix::load("highway").unwrap());
    // at the full hour stations report their registers: what is under way then has not come
    let options = FleetOptions { mix, duration: Some(Duration::from_secs(3 * 3600 + 10)), ..options };
    let end = FleetHandle::start(&hub, options).ended().await.unwrap();
    let report = &end.report;
    assert_eq!((end.missed, end.state.refused, report.stations, report.connected), (0, 0, 12, 12));
    assert!(report.seconds >= 3.0 * 3600.0, "{}", report.seconds);
    let all = &report.all;
    assert_eq!(all.calls, report.actions.values().map(|action| action.calls).sum::<u64>());
    assert_eq!(all.results + all.errors, all.latency.0.total());
    assert_eq!(report.intervals.iter().map(|interval| interval.answers).sum::<u64>(), all.results + all.errors);
    let calls = |action: &str| report.actions.get(action).map_or(0, |report| report.calls);
    assert!(
        calls("BootNotification") >= 12 && calls("TransactionEvent") > 20 && calls("StartTransaction") > 1,
        "{:?}",
        report.actions.keys()
    );
    assert!(calls("StopTransaction") <= calls("StartTransaction"));
    the_central_system_counted_the_same(&hub, report);
    hub.end().await;
}

/// The other side of the same links, counted by other code.
fn the_central_system_counted_the_same(hub: &Hub, report: &FleetReport) {
    let contents = hub.trace().read();
    let mut seen = StationSummaries::default();
    while seen.catch_up(&contents, u64::MAX) {}
    let is_there =
        |station: StationKey| contents.stations().get(station).is_some_and(|row| row.our_role == Role::CentralSystem);
    let mut calls = std::collections::BTreeMap::<String, u64>::new();
    for record in contents.records().iter(0..u64::MAX) {
        if record.kind == RecordKind::Frame(Direction::In, FrameKind::Call) && record.station.is_some_and(is_there) {
            *calls.entry(record.action.unwrap_or_default().to_owned()).or_default() += 1;
        }
    }
    let reported = report.actions.iter().filter(|(_, action)| action.calls > 0);
    assert_eq!(
        reported.map(|(name, action)| (name.clone(), action.calls)).collect::<std::collections::BTreeMap<_, _>>(),
        calls
    );
    let transactions: Vec<_> = seen.transactions().iter().filter(|transaction| is_there(transaction.station)).collect();
    let ended: Vec<_> = transactions.iter().filter(|transaction| !transaction.is_running()).collect();
    let energy: f64 = ended.iter().filter_map(|transaction| transaction.energy()).sum();
    let TransactionReport { started, ended: ended_there, energy_wh } = report.transactions;
    assert_eq!((started, ended_there), (transactions.len() as u64, ended.len() as u64));
    assert!(ended_there > 4 && (energy_wh - energy).abs() < 0.01, "{energy_wh} {energy}");
}

#[tokio::test(start_paused = true)]
async fn an_open_load_keeps_its_rate_and_ends_by_its_limit() {
    let _clock = follow_runtime("2026-03-04T00:00:00Z".parse().unwrap());
    let (hub, options) = bench(20).await;
    let load = Some(LoadPace::Rate { per_second: 200.0, step: 0.0, every: Duration::from_secs(10) });
    let options = FleetOptions { load, duration: Some(Duration::from_secs(20)), ..options };
    let end = FleetHandle::start(&hub, options).ended().await.unwrap();
    let planned = end.report.from_planned_time.as_ref().unwrap().0.total();
    assert!((3_900..=4_000).contains(&planned), "{planned}");
    assert_eq!((end.given_up, &end.passed), (0, &None));
    let (hub_2, options) = bench(20).await;
    let load = Some(LoadPace::Rate { per_second: 100.0, step: 100.0, every: Duration::from_secs(1) });
    let until = Some("rate>300/s".parse().unwrap());
    let end = FleetHandle::start(&hub_2, FleetOptions { load, until, ..options }).ended().await.unwrap();
    assert!(end.passed.as_ref().unwrap().0.contains("rate is 3"), "{:?}", end.passed);
    hub.end().await;
    hub_2.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_fleet_waits_goes_on_and_its_names_are_its_own() {
    let (hub, options) = bench(4).await;
    let table = FleetTable::default();
    assert_eq!(table.named(None).unwrap_err(), FleetTableError::Nothing);
    let load = Some(LoadPace::Closed);
    let fleet = table.start(&hub, FleetOptions { load, ..options.clone() }).unwrap();
    assert!(matches!(table.start(&hub, options.clone()), Err(FleetTableError::Runs { .. })));
    tokio::time::sleep(Duration::from_secs(5)).await;
    fleet.pause(true);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(fleet.state().paused);
    let before = fleet.report().all.calls;
    tokio::time::sleep(Duration::from_secs(5)).await;
    // what stations do by themselves goes on
    assert!(before > 100 && fleet.report().all.calls < before + 50, "{before} {}", fleet.report().all.calls);
    fleet.stop();
    let end = fleet.ended().await.unwrap();
    assert_eq!(end.state.connected, 4);
    let again = FleetOptions { first: 4, count: 2, ..options };
    let fleet = table.start(&hub, again).unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let state = fleet.state();
    assert_eq!((state.started, state.refused), (2, 1), "CP004 is still there");
    assert!(hub.trace().find_station(Role::ChargePoint, "CP005").is_some());
    hub.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_fleet_grows_shrinks_and_gets_another_load() {
    let _clock = follow_runtime("2026-03-04T00:00:00Z".parse().unwrap());
    let (hub, options) = bench(10).await;
    let fleet = FleetHandle::start(&hub, FleetOptions { mix: Some(FleetMix::load("depot").unwrap()), ..options });
    let wait = async |seconds| tokio::time::sleep(Duration::from_secs(seconds)).await;
    wait(3).await;
    assert_eq!((fleet.state().stations, fleet.state().connected), (10, 10));
    fleet.scale(4);
    wait(3).await;
    assert_eq!((fleet.state().stations, fleet.state().connected), (4, 4));
    fleet.scale(12);
    wait(5).await;
    assert_eq!((fleet.state().started, fleet.state().connected), (12, 12));
    let before = fleet.report().all.calls;
    fleet.set(FleetChange {
        load: Some(Some(LoadPace::Rate { per_second: 50.0, step: 0.0, every: Duration::from_secs(1) })),
        ramp: None,
    });
    wait(20).await;
    let loaded = fleet.report().all.calls - before;
    assert!((900..1_300).contains(&loaded), "{loaded}");
    fleet.set(FleetChange { load: Some(None), ramp: Some(1.0) });
    wait(2).await;
    let before = fleet.report().all.calls;
    wait(20).await;
    assert!(fleet.report().all.calls < before + 100, "{before} {}", fleet.report().all.calls);
    // the stations are groups: that of the fleet, and those of the mix
    {
        let contents = hub.trace().read();
        let table = contents.stations();
        assert_eq!((table.group("fleet").unwrap().members.len(), table.group("fleet").unwrap().first.connected), (12, 12));
        let parts = ["depot", "depot-new"].map(|name| table.group(name).unwrap().members.len());
        assert_eq!(parts.iter().sum::<usize>(), 12);
        assert!(table.has_mixed_versions(), "1.6 and 2.0.1 at one central system");
    }
    fleet.stop();
    hub.end().await;
}
