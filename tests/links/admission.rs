//! A directory decides which stations may connect: a refusal answers the request before there is a link, and is recorded.

use std::sync::{Arc, Mutex};

use hyper::StatusCode;
use ocpp_tui::behaviour::Responder;
use ocpp_tui::clock::now;
use ocpp_tui::link::{
    Admission, Authentication, Directory, Endpoint, Gate, Handshake, LinkContext, LinkHandle, ListenerContext, Network,
    Refusal, SharedSettings, accept,
};
use ocpp_tui::ocpp::{Catalog, Role, Transport, Version};
use ocpp_tui::simulator::{CentralSystem, CentralSystemSettings};
use ocpp_tui::trace::{self, EventSender, RecordKind, StationKey};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::support::envelopes::{SOAP, heartbeat, is_result};
use crate::support::http::{ask, send};
use crate::support::{dump, until};

/// Admits CP1 with a password; keeps what it was asked.
struct Guard {
    events: EventSender,
    asked: Mutex<Vec<String>>,
    /// A link whose handles are gone ends.
    links: Mutex<Vec<LinkHandle>>,
}

impl Directory for Guard {
    fn authenticate<'a>(&'a self, _handshake: &'a Handshake<'a>) -> Authentication<'a> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    fn admit(&self, handshake: &Handshake<'_>) -> Result<Admission, Refusal> {
        let Handshake { identity, version, transport, path, headers, .. } = *handshake;
        self.asked.lock().unwrap().push(format!("{identity} {version} {transport:?} {path}"));
        assert!(!format!("{handshake:?}").contains("secret"), "credentials are not shown");
        if identity != "CP1" {
            return Err(Refusal::new(StatusCode::FORBIDDEN, format!("{identity} is not known here")));
        }
        if headers.get("authorization").is_none_or(|value| value != "Basic secret") {
            return Err(Refusal::new(StatusCode::UNAUTHORIZED, "the password is wrong"));
        }
        let behaviour = CentralSystem::new(CentralSystemSettings::default()).behaviour(identity);
        let station = self.events.station(Role::CentralSystem, identity);
        Ok(Admission { station, responder: Responder::new(Box::new(behaviour)) })
    }

    fn callback(&self, _: StationKey) -> Option<String> {
        None
    }

    fn attach(&self, _: StationKey, handle: LinkHandle) -> Option<LinkHandle> {
        self.links.lock().unwrap().push(handle);
        None
    }

    fn detach(&self, _: StationKey, _: u64) {}
}

/// A listening central system with that directory.
async fn guarded() -> (Arc<Guard>, EventSender, u16, CancellationToken) {
    let (events, _recorder) = trace::start(8 << 20, now()).unwrap();
    let (network, shutdown) = (Network::default(), CancellationToken::new());
    let gate = Arc::new(Gate::new(events.trace().clone()));
    let settings = SharedSettings::default();
    let context = LinkContext {
        catalog: Catalog::embedded(),
        settings,
        gate,
        tls: Arc::default(),
        misbehaviour: Arc::default(),
        network_faults: Arc::default(),
        network: network.clone(),
        events: events.clone(),
        shutdown: shutdown.clone(),
    };
    let guard = Arc::new(Guard { events: events.clone(), asked: Mutex::default(), links: Mutex::default() });
    let listener = network.bind(Some("127.0.0.1"), 0).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (versions, transports, tasks) = (Version::ALL.to_vec(), Transport::ALL.to_vec(), TaskTracker::new());
    let reception = ListenerContext::new(Endpoint::new("/"), versions, transports, guard.clone(), context, tasks);
    tokio::spawn(accept(listener, None, Arc::new(reception)));
    (guard, events, port, shutdown)
}

/// Waits for the record of a refusal.
async fn refused(events: &EventSender, part: &str) {
    until(events.trace(), part, |contents| {
        let records = contents.records();
        records
            .iter(records.range())
            .any(|record| record.kind == RecordKind::Refused && (record.text.contains(part) || record.remarks.contains(part)))
            .then_some(())
    })
    .await;
    assert!(!dump(events.trace()).contains("secret"), "credentials are not recorded");
}

/// The handshake of a WebSocket, with a password.
fn upgrade(path: &str, password: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: ocpp1.6\r\nAuthorization: Basic {password}\r\n\r\n"
    )
}

#[tokio::test]
async fn a_web_socket_is_refused_before_it_is_one() {
    let (guard, events, port, shutdown) = guarded().await;
    let reply = ask(port, upgrade("/CP2", "secret")).await;
    assert_eq!((reply.status, reply.body.trim()), (403, "CP2 is not known here"), "{reply:?}");
    assert!(reply.head.contains("x-websocket-reject-reason: cp2 is not known here"), "{}", reply.head);
    refused(&events, "CP2 is not known here").await;
    let reply = ask(port, upgrade("/CP1", "secretive")).await;
    assert_eq!(reply.status, 401, "{reply:?}");
    refused(&events, "the password is wrong").await;
    assert!(events.trace().read().stations().rows().is_empty(), "there is no station before one is admitted");
    let reply = ask(port, upgrade("/CP1", "secret")).await;
    assert_eq!(reply.status, 101, "{reply:?}");
    // The connection is closed behind the answer, so the link need not be up any more.
    until(events.trace(), "the link", |contents| {
        let records = contents.records();
        records.iter(records.range()).any(|record| record.kind == RecordKind::Connected).then_some(())
    })
    .await;
    let asked = guard.asked.lock().unwrap().clone();
    assert_eq!(asked, ["CP2 1.6 WebSocket /CP2", "CP1 1.6 WebSocket /CP1", "CP1 1.6 WebSocket /CP1"]);
    shutdown.cancel();
}

#[tokio::test]
async fn a_soap_station_is_refused_with_its_first_request() {
    let (guard, events, port, shutdown) = guarded().await;
    let password = format!("{SOAP}Authorization: Basic secret\r\n");
    let reply = send(port, &password, heartbeat("CP2")).await;
    assert_eq!((reply.status, reply.body.trim()), (403, "CP2 is not known here"), "{reply:?}");
    refused(&events, "CP2 is not known here").await;
    let reply = send(port, SOAP, heartbeat("CP1")).await;
    assert_eq!(reply.status, 401, "{reply:?}");
    refused(&events, "the password is wrong").await;
    let reply = send(port, &password, heartbeat("CP1")).await;
    assert!(is_result(&reply, "Heartbeat"), "{reply:?}");
    let reply = send(port, SOAP, heartbeat("CP1")).await;
    assert!(is_result(&reply, "Heartbeat"), "a station that has its link is not asked again: {reply:?}");
    let asked = guard.asked.lock().unwrap().clone();
    assert_eq!(asked, ["CP2 1.5 Soap /", "CP1 1.5 Soap /", "CP1 1.5 Soap /"]);
    shutdown.cancel();
}
