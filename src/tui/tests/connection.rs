//! The page about an attempt to connect.

use std::sync::Arc;
use std::time::Duration;

use insta::assert_snapshot;

use super::test_screen::Screen;
use crate::ocpp::{Transport, Version};
use crate::trace::{
    ChainVerdict, ClientOffer, CloseReason, ConnectionAttempt, ConnectionFailure, ConnectionStep, ConnectionSteps, EventKind,
    FailureCause, FailureSide, HandshakeFinding, Sequence, TlsFacts,
};
use crate::tui::state::{ConnectionPage, Palette};
use crate::tui::update::ScreenMessage;

fn steps(times: [Option<u64>; 5]) -> Box<ConnectionSteps> {
    let [resolved, connected, secured, requested, answered] = times.map(|time| time.map(Duration::from_micros));
    Box::new(ConnectionSteps { resolved, connected, secured, requested, answered })
}

fn tls() -> TlsFacts {
    TlsFacts {
        version: Some("TLS 1.2".into()),
        cipher_suite: Some("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256".into()),
        key_exchange: Some("X25519".into()),
        server_name: Some("csms.example".into()),
        offer: Some(Box::new(ClientOffer {
            versions: vec!["TLS 1.2".into(), "TLS 1.1".into()],
            cipher_suites: vec!["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256".into(), "TLS_RSA_WITH_AES_128_GCM_SHA256".into()],
            application_protocols: Vec::new(),
        })),
        verdict: ChainVerdict::Trusted,
        ..TlsFacts::default()
    }
}

/// A station ended the handshake of TLS, twice.
fn refuse_in_tls(screen: &mut Screen) {
    let cause = FailureCause::Tls {
        name: "alert".into(),
        sentence: "the station closed the TLS handshake with alert unknown_ca: it does not trust \"ocpp-tui test CA\"".into(),
        remedy: "install the certificate of that CA in the station".into(),
    };
    let failure = ConnectionFailure { side: FailureSide::Station, step: ConnectionStep::Tls, cause };
    for _ in 0..2 {
        let handshake = ConnectionAttempt {
            tls: Some(Arc::new(TlsFacts { verdict: ChainVerdict::NoChain, ..tls() })),
            steps: Some(steps([None, Some(40), None, None, None])),
            failure: Some(Box::new(failure.clone())),
            ..ConnectionAttempt::default()
        };
        let (peer, reason, detail) = (Some("192.0.2.55:40001".parse().unwrap()), failure.to_string().into(), "".into());
        screen.record(None, EventKind::Refused { peer, reason, detail, handshake });
    }
    screen.send(ScreenMessage::Refresh);
}

/// A wrong path and then a good link of a station, which ends.
fn connect_secured(screen: &mut Screen) {
    let fault = "/wrong/CP1 has several segments behind the endpoint /".into();
    let cause = FailureCause::WrongPath { fault };
    let failure = ConnectionFailure { side: FailureSide::CentralSystem, step: ConnectionStep::Request, cause };
    let peer = "192.168.1.20:50100".parse().unwrap();
    let refused = ConnectionAttempt {
        request: "GET /wrong/CP1 HTTP/1.1\nUpgrade: websocket\n".into(),
        answer: "HTTP/1.1 404 Not Found\nConnection: close\n".into(),
        steps: Some(steps([None, Some(30), None, Some(900), Some(1_000)])),
        failure: Some(Box::new(failure)),
        ..ConnectionAttempt::default()
    };
    let (reason, detail) = ("Attempt to url: /wrong/CP1. Rejected: not found.".into(), "".into());
    screen.record(None, EventKind::Refused { peer: Some(peer), reason, detail, handshake: refused });
    let handshake = ConnectionAttempt {
        request: "GET /CP1 HTTP/1.1\nHost: csms.example:9443\nUpgrade: websocket\nSec-WebSocket-Protocol: ocpp1.6\n\
                  Authorization: Basic (user CP1, password of 20 bytes, hexadecimal digits, not kept)\n"
            .into(),
        answer: "HTTP/1.1 101 Switching Protocols\nUpgrade: websocket\nSec-WebSocket-Protocol: ocpp1.6\n".into(),
        findings: vec![HandshakeFinding::CertificateExpires { certificate: "CN=csms.example".into(), days: 12 }],
        tls: Some(Arc::new(tls())),
        steps: Some(steps([None, Some(30), Some(24_000), Some(26_000), Some(26_400)])),
        ..ConnectionAttempt::default()
    };
    let key = screen.station("CP1");
    let (version, transport) = (Version::V1_6, Transport::WebSocket);
    screen.record(Some(key), EventKind::Connected { link: 7, version, transport, peer, handshake });
    let reason = CloseReason::ClosedByPeer { code: Some(1002), text: "no pong".into() };
    screen.record(Some(key), EventKind::Disconnected { link: 7, reason });
    screen.send(ScreenMessage::Refresh);
}

fn page(screen: &Screen) -> Option<ConnectionPage> {
    screen.app.overlays.get::<ConnectionPage>().copied()
}

/// The record that the page is about.
fn shown(screen: &Screen) -> Sequence {
    screen.read(|outside| page(screen).unwrap().shown(&screen.app.facts, outside))
}

/// The text of the toast.
fn toast(screen: &Screen) -> &str {
    screen.app.toasts.current().map_or("", |(toast, _)| &toast.text)
}

#[test]
fn a_failure_and_a_link_are_drawn_with_all_that_is_known() {
    for (width, height) in [(80, 24), (120, 40), (200, 60)] {
        let mut screen = Screen::busy(width, height);
        connect_secured(&mut screen);
        screen.press("1 g 9");
        assert_snapshot!(format!("connection_up_{width}x{height}"), screen.picture());
        screen.press("esc");
        refuse_in_tls(&mut screen);
        screen.press("2 G 9");
        assert_snapshot!(format!("connection_failed_{width}x{height}"), screen.picture());
    }
}

#[test]
fn the_reason_and_the_remedy_are_on_the_first_screen_of_a_small_terminal() {
    let mut screen = Screen::busy(80, 24);
    refuse_in_tls(&mut screen);
    screen.press("2 G 9");
    let picture = screen.picture();
    for part in ["failed in the step TLS, by the station", "unknown_ca", "what to do", "install the certificate of that CA"] {
        assert!(picture.contains(part), "{part}\n{picture}");
    }
}

#[test]
fn the_attempts_of_a_station_are_turned_and_the_newest_is_followed() {
    let mut screen = Screen::busy(120, 40);
    screen.press("1 g 9");
    let first = shown(&screen);
    assert!(page(&screen).unwrap().follows);
    connect_secured(&mut screen);
    let newest = shown(&screen);
    assert!(newest > first, "{newest} {first}");
    screen.press("[");
    let refused = shown(&screen);
    assert!(first < refused && refused < newest, "the refused one has the identity of the station");
    assert!(screen.picture().contains("attempt 2 of 3"));
    screen.press("[ [");
    assert_eq!(shown(&screen), first);
    assert!(toast(&screen).contains("no older attempt"), "{}", toast(&screen));
    screen.press("] ]");
    assert_eq!(shown(&screen), newest);
    screen.press("enter");
    assert_eq!((page(&screen), screen.app.trace.selected()), (None, Some(newest)));
    // The line about the end of a link leads to its attempt.
    screen.press("G 9");
    assert_eq!(shown(&screen), newest);
    screen.press("9");
    assert_eq!(page(&screen), None);
}

#[test]
fn refused_attempts_are_chosen_from_a_list_and_reached_from_the_faults() {
    let mut screen = Screen::busy(120, 40);
    refuse_in_tls(&mut screen);
    connect_secured(&mut screen);
    screen.press("1 g 9 a");
    let listed = screen.app.overlays.get::<Palette>().unwrap().input.text().to_owned();
    assert_eq!(listed, "");
    screen.press("unknown_ca enter");
    let chosen = shown(&screen);
    let address = screen.contents.records().get(chosen).unwrap().attempt().unwrap().failure.clone().unwrap();
    assert_eq!(address.step, ConnectionStep::Tls);
    screen.press("esc 6");
    assert!(screen.picture().contains("refused link"));
    screen.press("/");
    screen.press("refused enter 9");
    assert!(page(&screen).is_some(), "{}", screen.picture());
}

#[test]
fn a_station_without_an_attempt_says_so() {
    let mut screen = Screen::empty(100, 30);
    screen.press("9");
    assert_eq!(page(&screen), None);
    assert!(toast(&screen).contains("No attempt to connect"), "{}", toast(&screen));
}
