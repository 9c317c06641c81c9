//! What the tests share: a session, a peer that says just what it is told to, waiting for the trace, free ports, and the reference
//! material. Nothing here sleeps: every wait is for an event, with a limit that only a failing test reaches.

#![allow(dead_code, reason = "each test binary uses its own part")]

#[path = "../../src/link/tls/test_certificates.rs"]
pub mod certificates;
pub mod envelopes;
pub mod http;
pub mod reference;

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use ocpp_tui::clock::now;
use ocpp_tui::console::{Console, RunContext};
use ocpp_tui::hub::{CentralSystemOptions, ChargePointOptions, Hub, LinkCommand, Order};
use ocpp_tui::link::LinkSettings;
use ocpp_tui::ocpp::{Catalog, Role, Version};
use ocpp_tui::trace::{self, Contents, LinkState, Record, StationKey, Trace};
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::{ClientRequestBuilder, Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, accept_hdr_async, connect_async};

/// No correct test waits as long as this, however slow the machine.
pub const TIMEOUT: Duration = Duration::from_secs(60);

/// A session with the embedded definitions.
pub fn hub() -> Hub {
    hub_with(LinkSettings::default())
}

/// A session with these limits.
pub fn hub_with(settings: LinkSettings) -> Hub {
    let (events, _recorder) = trace::start(64 << 20, now()).expect("a thread for the recorder");
    Hub::new(Catalog::embedded(), settings, events)
}

/// A central system on a free port of the loopback, and its port.
pub async fn central_system(hub: &Hub, versions: &[Version]) -> u16 {
    central_system_at(hub, "/", versions).await
}

/// The same below an endpoint.
pub async fn central_system_at(hub: &Hub, endpoint: &str, versions: &[Version]) -> u16 {
    let options = CentralSystemOptions { endpoint: endpoint.into(), versions: versions.to_vec(), ..central_system_options() };
    hub.start_central_system(options).await.expect("a free port").port()
}

/// A central system on a free port of the loopback that speaks everything.
pub fn central_system_options() -> CentralSystemOptions {
    CentralSystemOptions { first_transaction: Some(1), host: Some("127.0.0.1".into()), ..CentralSystemOptions::default() }
}

/// How a simulated charge point of the tests is started.
pub fn charge_point(port: u16, identity: &str, version: Version, autonomous: bool) -> ChargePointOptions {
    let url = format!("ws://127.0.0.1:{port}");
    ChargePointOptions { autonomous, ..ChargePointOptions::new(url, identity, version) }
}

/// Waits until the trace shows what is looked for, and returns it.
pub async fn until<T>(trace: &Arc<Trace>, what: &str, mut look: impl FnMut(&Contents) -> Option<T>) -> T {
    let mut changes = trace.subscribe();
    let waiting = async {
        loop {
            if let Some(found) = look(&trace.read()) {
                return found;
            }
            changes.changed().await.expect("the trace outlives the test");
        }
    };
    match tokio::time::timeout(TIMEOUT, waiting).await {
        Ok(found) => found,
        Err(elapsed) => panic!("{what} did not happen ({elapsed}); the trace:\n{}", dump(trace)),
    }
}

/// The trace as text, for a failing test.
pub fn dump(trace: &Trace) -> String {
    let contents = trace.read();
    let records = contents.records();
    let lines = records
        .iter(records.range())
        .map(|record| format!("{:?} {:?} {} {}", record.station, record.kind, record.summary(), record.notes()));
    lines.collect::<Vec<_>>().join("\n")
}

/// The station towards which we have this role, when its link is up.
pub fn up(contents: &Contents, our_role: Role, identity: &str) -> Option<StationKey> {
    contents.stations().find(our_role, identity).filter(|row| row.state == LinkState::Connected).map(|row| row.key)
}

/// Waits until its link is up.
pub async fn station(hub: &Hub, our_role: Role, identity: &str) -> StationKey {
    until(hub.trace(), &format!("the link of {identity}"), |contents| up(contents, our_role, identity)).await
}

/// Waits for a record and gives its text and its remarks.
pub async fn record(hub: &Hub, what: &str, wanted: impl Fn(&Record<'_>) -> bool) -> (String, String) {
    until(hub.trace(), what, |contents| {
        let records = contents.records();
        let found = records.iter(records.range()).find(|record| wanted(record));
        found.map(|record| (record.summary().into_owned(), record.notes().into_owned()))
    })
    .await
}

/// A call of ours.
pub fn call(station: StationKey, action: &str, payload: Value) -> Order {
    Order { targets: vec![station], command: LinkCommand::Call { action: action.into(), payload: payload.into() } }
}

/// Types a line into a console; what it says.
pub async fn run_line(console: &Console, line: &str) -> String {
    let said = console.run(line, &RunContext::default()).await;
    said.lines.into_iter().map(|line| line.text).collect::<Vec<_>>().join("\n")
}

/// A port on which no program listens, outside the range from which the system takes ports for connections.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    loop {
        let offset = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = 20_000 + ((std::process::id() % 97) as u16 * 100 + offset) % 10_000;
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// A peer that says what it is told to, in either role.
pub struct RawPeer {
    socket: PeerSocket,
}

type PeerSocket = WebSocketStream<MaybeTlsStream<TcpStream>>;

impl RawPeer {
    /// A station that connects, with these subprotocols in the handshake.
    pub async fn connect(port: u16, path: &str, subprotocols: &[&str]) -> Result<RawPeer, Box<Error>> {
        let mut request = ClientRequestBuilder::new(format!("ws://127.0.0.1:{port}{path}").parse().expect("a URL"));
        for name in subprotocols {
            request = request.with_sub_protocol(*name);
        }
        let (socket, _) = connect_async(request).await.map_err(Box::new)?;
        Ok(RawPeer { socket })
    }

    /// A central system to which the next station connects; it agrees to the subprotocol that is offered.
    pub async fn accept(listener: &TcpListener) -> RawPeer {
        let (stream, _) = listener.accept().await.expect("a connection");
        #[expect(clippy::result_large_err, reason = "the library's callback has this type")]
        let agree = |request: &Request, mut response: Response| {
            let name = request.headers()["sec-websocket-protocol"].clone();
            response.headers_mut().insert("sec-websocket-protocol", name);
            Ok(response)
        };
        let socket = accept_hdr_async(MaybeTlsStream::Plain(stream), agree).await.expect("a handshake");
        RawPeer { socket }
    }

    pub async fn say(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.expect("the link is up");
    }

    pub async fn send(&mut self, message: Message) {
        self.socket.send(message).await.expect("the link is up");
    }

    /// Sends one text in several frames.
    pub async fn fragments(&mut self, parts: &[&str]) {
        for (index, part) in parts.iter().enumerate() {
            let code = if index == 0 { Data::Text } else { Data::Continue };
            let last = index + 1 == parts.len();
            let frame = Frame::message(part.as_bytes().to_vec(), OpCode::Data(code), last);
            self.send(Message::Frame(frame)).await;
        }
    }

    /// Both directions by themselves.
    pub fn split(self) -> (SplitSink<PeerSocket, Message>, SplitStream<PeerSocket>) {
        self.socket.split()
    }

    /// The next message of any kind; `None` when the connection is over.
    pub async fn next(&mut self) -> Option<Message> {
        let next = tokio::time::timeout(TIMEOUT, self.socket.next()).await.expect("a message in time");
        next.and_then(Result::ok)
    }

    /// The next text.
    pub async fn hear(&mut self) -> Value {
        loop {
            match self.next().await {
                Some(Message::Text(text)) => return serde_json::from_str(&text).expect("JSON"),
                Some(Message::Ping(_) | Message::Pong(_)) => {}
                other => panic!("{other:?} instead of a text"),
            }
        }
    }

    /// Says something and returns the next text.
    pub async fn ask(&mut self, text: &str) -> Value {
        self.say(text).await;
        self.hear().await
    }
}
