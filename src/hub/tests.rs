//! The events of a session contain everything that readers see: a file of them is enough to show the session again.

use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use super::*;
use crate::clock::follow_runtime;
use crate::link::{Network, ReleaseAction};
use crate::ocpp::{Transport, Version};
use crate::trace::{Contents, RecordDetail, RecordKind, Store, direct_with_events};

const MEMORY: usize = 64 << 20;

fn charge_point(url: String, identity: &str, version: Version, soap: bool) -> ChargePointOptions {
    let soap = soap.then(SoapOptions::default);
    ChargePointOptions { ping_interval: 60, soap, ..ChargePointOptions::new(url, identity, version) }
}

/// A session with both transports, calls both ways, a raw frame, a refused handshake, pings, a held frame and links that end.
async fn session(hub: &Hub) {
    let central_system = CentralSystemOptions {
        first_transaction: Some(1),
        access: AccessOptions::default(),
        host: Some("127.0.0.1".into()),
        versions: vec![Version::V1_5, Version::V1_6],
        ..CentralSystemOptions::default()
    };
    let port = hub.start_central_system(central_system).await.unwrap().port();
    let websocket = format!("ws://127.0.0.1:{port}");
    let first = hub.start_charge_point(charge_point(websocket.clone(), "CP1", Version::V1_6, false)).unwrap();
    let soap = format!("http://localhost:{port}/");
    let second = hub.start_charge_point(charge_point(soap, "CP2", Version::V1_5, true)).unwrap();
    hub.start_charge_point(charge_point(websocket, "OLD", Version::V1_2, false)).unwrap();
    hub.start_charge_point(charge_point("ws://127.0.0.1:9".into(), "LOST", Version::V1_6, false)).unwrap();
    sleep(Duration::from_secs(90)).await;
    let order = |station, command| assert_eq!(hub.submit(&Order { targets: vec![station], command }).taken.len(), 1);
    order(first, LinkCommand::Raw("this is no message".into()));
    order(second, LinkCommand::RawShowingHeaders("<nonsense/>".into()));
    let served = hub.trace().find_station(Role::CentralSystem, "CP1").unwrap();
    hub.gate().set(Some(crate::trace::filter::parse("action:Reset").unwrap()));
    order(served, LinkCommand::Call { action: "Reset".into(), payload: json!({ "type": "Hard" }).into() });
    sleep(Duration::from_secs(1)).await;
    let held = hub.gate().held()[0].number;
    order(served, LinkCommand::Release { number: held, action: ReleaseAction::Go(None) });
    hub.gate().set(None);
    sleep(Duration::from_secs(60)).await;
    order(first, LinkCommand::Disconnect);
    sleep(Duration::from_secs(5)).await;
    hub.end().await;
}

#[test]
fn the_events_of_a_session_make_its_stations_and_records_again() {
    fastrand::seed(1);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let (hub, sent) = runtime.block_on(async {
        let _clock = follow_runtime("2026-01-01T00:00:00Z".parse().unwrap());
        let (events, sent) = direct_with_events(MEMORY, now());
        let (settings, network) = (LinkSettings::default(), Network::in_memory());
        let hub = Hub::with_network(Catalog::embedded(), settings, Profile::default(), events, network);
        session(&hub).await;
        (hub, sent)
    });

    let mut again = Contents::new(MEMORY);
    let mut scratch = String::new();
    for event in sent.lock().unwrap().iter() {
        again.apply(event, &mut scratch);
    }
    let contents = hub.trace().read();
    assert_eq!(again.stations().rows(), contents.stations().rows());
    assert_eq!(again.stations().connected(), contents.stations().connected());
    let all = |records: &Store| records.range();
    assert_eq!(all(again.records()), all(contents.records()));
    let (mut copied, original) = (again.records().iter(0..u64::MAX), contents.records());
    assert!(original.iter(0..u64::MAX).all(|record| copied.next() == Some(record)), "a record differs");

    // The session had events of many kinds.
    let has = |wanted: fn(&crate::trace::Record<'_>) -> bool| original.iter(0..u64::MAX).any(|record| wanted(&record));
    assert!(has(|record| record.handshake().is_some() && record.kind == RecordKind::Connected));
    assert!(has(|record| record.handshake().is_some() && record.kind == RecordKind::Retry));
    assert!(has(|record| record.kind == RecordKind::Refused) && has(|record| record.kind == RecordKind::Lost));
    assert!(has(|record| record.close_reason().is_some()) && has(|record| record.held().is_some()));
    assert!(has(|record| record.origin().is_some_and(|origin| origin.http_headers.is_some())));
    assert!(has(|record| matches!(record.detail, Some(RecordDetail::Note(_)))));
    assert!(has(|record| matches!(record.detail, Some(RecordDetail::Listening(_)))));
    assert!(has(|record| matches!(record.kind, RecordKind::Frame(..)) && record.version == Some(Version::V1_5)));
}

#[tokio::test]
async fn soap_is_refused_for_versions_that_it_does_not_carry() {
    let (events, _recorder) = crate::trace::start(MEMORY, now()).unwrap();
    let hub = Hub::new(Catalog::embedded(), LinkSettings::default(), events);
    let refused = hub.start_charge_point(charge_point("http://localhost:9/".into(), "CP1", Version::V2_0_1, true));
    assert!(matches!(refused, Err(HubError::NotOverSoap { version: Version::V2_0_1 })), "{refused:?}");
    let central_system = |versions: &[Version], transports: &[Transport]| CentralSystemOptions {
        first_transaction: Some(1),
        access: AccessOptions::default(),
        host: Some("127.0.0.1".into()),
        versions: versions.to_vec(),
        transports: transports.to_vec(),
        ..CentralSystemOptions::default()
    };
    let soap = [Transport::Soap];
    let refused = hub.start_central_system(central_system(&[Version::V2_1], &soap)).await;
    assert!(matches!(refused, Err(HubError::NotOverSoap { version: Version::V2_1 })), "{refused:?}");
    for (versions, transports) in [(vec![Version::V1_6, Version::V2_1], &soap[..]), (vec![Version::V2_1], &Transport::ALL)] {
        hub.start_central_system(central_system(&versions, transports)).await.unwrap();
    }
}
