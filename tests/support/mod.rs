//! What the tests over real sockets share: a session, a station that says just what it is told to, and waiting for the trace. Nothing
//! here sleeps: every wait is for an event, with a limit that only a failing test reaches.

#![allow(dead_code, reason = "each test binary uses its own part")]

pub mod envelopes;
pub mod http;

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use ocpp_tui::clock::now;
use ocpp_tui::hub::{CentralSystemOptions, ChargePointOptions, Hub};
use ocpp_tui::link::LinkSettings;
use ocpp_tui::ocpp::{Catalog, Transport, Version};
use ocpp_tui::trace::{self, Contents, Trace};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{ClientRequestBuilder, Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

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
    let options = CentralSystemOptions {
        host: Some("127.0.0.1".into()),
        port: 0,
        endpoint: endpoint.into(),
        versions: versions.to_vec(),
        ping_interval: 0,
        transports: Transport::ALL.to_vec(),
    };
    hub.start_central_system(options).await.expect("a free port").port()
}

/// How a simulated charge point of the tests is started.
pub fn charge_point(port: u16, identity: &str, version: Version, autonomous: bool) -> ChargePointOptions {
    let url = format!("ws://127.0.0.1:{port}");
    ChargePointOptions { url, identity: identity.into(), version, ping_interval: 0, autonomous, soap: None }
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
        Err(_) => panic!("{what} did not happen; the trace:\n{}", dump(trace)),
    }
}

/// The trace as text, for a failing test.
pub fn dump(trace: &Trace) -> String {
    let contents = trace.read();
    let records = contents.records();
    let lines = records
        .iter(records.range())
        .map(|record| format!("{:?} {:?} {} {}", record.station, record.kind, record.text, record.remarks));
    lines.collect::<Vec<_>>().join("\n")
}

/// A station that says what it is told to.
pub struct RawStation {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl RawStation {
    /// Connects, with these subprotocols in the handshake.
    pub async fn connect(port: u16, path: &str, subprotocols: &[&str]) -> Result<RawStation, Box<Error>> {
        let mut request = ClientRequestBuilder::new(format!("ws://127.0.0.1:{port}{path}").parse().expect("a URL"));
        for name in subprotocols {
            request = request.with_sub_protocol(*name);
        }
        let (socket, _) = connect_async(request).await.map_err(Box::new)?;
        Ok(RawStation { socket })
    }

    pub async fn say(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.expect("the link is up");
    }

    pub async fn send(&mut self, message: Message) {
        self.socket.send(message).await.expect("the link is up");
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
