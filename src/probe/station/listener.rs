//! One visit of the station after the other: the sockets, and how each is answered.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::request_head::{HEAD_LIMIT, RequestHead};
use super::visit::{StationSeen, StationTls, StationVisit, VisitPlan};
use crate::link::ReadHello;
use crate::ocpp::{Catalog, Role, SampleContext, Version};
use crate::probe::client::{ConnectionFault, Heard, ProbeLink, ProbeWire, WireFrame, opcode};
use crate::probe::link_script::unknown_call;

/// The id of our call of an unknown action.
pub const PROBE_CALL: &str = "ocpp-tui-probe";
/// The longest ClientHello that is read, in bytes.
const HELLO_LIMIT: usize = 16 << 10;
/// The first byte of a handshake of TLS.
const HANDSHAKE_RECORD: u8 = 0x16;
/// How often is looked for the rest of a ClientHello.
const LOOK_AGAIN: Duration = Duration::from_millis(10);
/// How long a station may talk before its link is closed.
const TALK: Duration = Duration::from_secs(3);
/// How long a station is listened to that has nothing to say any more.
const SETTLED: Duration = Duration::from_millis(300);
/// The interval of heartbeats that a boot is answered with, in seconds.
const HEARTBEAT: u32 = 300;

/// What happens while a station is probed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VisitNews {
    /// It may connect to this port.
    Listens(u16),
    /// It is waited for, with the number of visits so far and how it will be answered.
    Waits(usize, String),
    /// It has not come for a while: the user may restart it.
    Restart,
    /// It has come.
    Came(usize),
}

/// The port of the probe.
pub struct StationListener {
    pub listener: TcpListener,
    pub catalog: Arc<Catalog>,
    /// How long an answer is waited for.
    pub timeout: Duration,
    /// How long the station is waited for.
    pub patience: Duration,
    /// How long a link stays that the station is to take for a success.
    pub stay: Duration,
    /// The certificate for stations that speak TLS.
    pub certificate: Option<Arc<CertifiedKey>>,
}

impl StationListener {
    /// Carries out the plan, as far as the station comes.
    pub async fn visits(&self, plan: &[VisitPlan], news: &(dyn Fn(VisitNews) + Sync)) -> StationSeen {
        let mut seen = StationSeen::default();
        let mut ended: Option<Instant> = None;
        for (place, step) in plan.iter().enumerate() {
            news(VisitNews::Waits(place, step.words()));
            let Some((stream, came)) = self.wait(news).await else {
                let after = place.checked_sub(1).and_then(|before| plan.get(before));
                let after = after.map_or_else(String::new, |before| format!(" after {}", before.words()));
                seen.stopped = Some(format!("no connection within {:.0} s{after}", self.patience.as_secs_f64()));
                return seen;
            };
            news(VisitNews::Came(place));
            let after = ended.map(|ended| came.saturating_duration_since(ended));
            let visit = self.visit(stream, *step, after).await;
            ended = Some(Instant::now());
            seen.visits.push(visit);
            if let Some(reason) = seen.fails_in_tls() {
                seen.stopped = Some(reason);
                return seen;
            }
        }
        seen
    }

    /// Waits for the next connection. A third of the patience passes before the user is asked to restart the station.
    async fn wait(&self, news: &(dyn Fn(VisitNews) + Sync)) -> Option<(TcpStream, Instant)> {
        let third = self.patience / 3;
        for part in [third, self.patience.saturating_sub(third)] {
            if let Ok(Ok((stream, _))) = timeout(part, self.listener.accept()).await {
                // Only the times suffer without it.
                let _ = stream.set_nodelay(true);
                return Some((stream, Instant::now()));
            }
            if part == third {
                news(VisitNews::Restart);
            }
        }
        None
    }

    async fn visit(&self, stream: TcpStream, plan: VisitPlan, after: Option<Duration>) -> StationVisit {
        let mut visit = StationVisit {
            plan,
            after,
            tls: None,
            request: None,
            heard: Heard::default(),
            pong: None,
            faults: Vec::new(),
            frames: 0,
        };
        if plan == VisitPlan::Last {
            return visit;
        }
        let mut wire = if let Some(hello) = self.read_hello(&stream).await {
            let mut tls = StationTls { offer: hello.offer, server_name: hello.server_name, fault: None };
            let secured = self.secure(stream).await;
            tls.fault = secured.as_ref().err().map(ToString::to_string);
            visit.tls = Some(tls);
            let Ok(stream) = secured else { return visit };
            ProbeWire::new(stream)
        } else {
            ProbeWire::new(stream)
        };
        let Some(head) = self.read_request(&mut wire).await else { return visit };
        let answer = answer(&head, plan);
        let version = version(&head);
        visit.request = Some(head);
        // A station that has gone is seen by what does not come.
        let _ = wire.write(answer.as_bytes(), self.timeout).await;
        if matches!(plan, VisitPlan::Status(..)) {
            wire.shutdown(self.timeout).await;
            return visit;
        }
        let mut link = ProbeLink::to_client(wire, self.timeout);
        self.talk(&mut link, &mut visit, version).await;
        visit.faults = std::mem::take(&mut link.faults);
        visit.frames = link.frames;
        visit
    }

    /// Looks at the first bytes of a connection without taking them. Nothing when they are no ClientHello.
    async fn read_hello(&self, stream: &TcpStream) -> Option<ReadHello> {
        let until = Instant::now() + self.timeout;
        let mut bytes = vec![0; HELLO_LIMIT];
        while Instant::now() < until {
            let read = timeout_at(until, stream.peek(&mut bytes)).await.ok()?.ok()?;
            if bytes.first() != Some(&HANDSHAKE_RECORD) || read == 0 {
                return None;
            }
            if let Some(hello) = ReadHello::read(&bytes[..read]) {
                return Some(hello);
            }
            // What is there is seen again at once, until more comes.
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        None
    }

    /// Agrees on TLS with a station.
    async fn secure(&self, stream: TcpStream) -> Result<TlsStream<TcpStream>, ConnectionFault> {
        let no_tls = |error: &dyn std::fmt::Display| ConnectionFault::NoTls(error.to_string());
        let Some(own) = &self.certificate else {
            return Err(no_tls(&"the probe has no certificate: give --cert, or make a test CA with ocpp-tui ca init"));
        };
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().map_err(|error| no_tls(&error))?.with_no_client_auth();
        let config = builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(own.clone())));
        match timeout(self.timeout, TlsAcceptor::from(Arc::new(config)).accept(stream)).await {
            Ok(Ok(stream)) => Ok(stream),
            Ok(Err(error)) => Err(no_tls(&error)),
            Err(_) => Err(ConnectionFault::Silence(self.timeout)),
        }
    }

    async fn read_request(&self, wire: &mut ProbeWire) -> Option<RequestHead> {
        let until = Instant::now() + self.timeout;
        loop {
            if let Some((head, end)) = RequestHead::read(wire.unread()) {
                wire.drop_read(end);
                return Some(head);
            }
            if wire.unread().len() > HEAD_LIMIT || !matches!(wire.more(until).await, Ok(true)) {
                return None;
            }
        }
    }

    async fn talk(&self, link: &mut ProbeLink, visit: &mut StationVisit, version: Version) {
        match visit.plan {
            VisitPlan::Talk(code) => {
                let ping = b"ping";
                link.send(&[WireFrame::new(opcode::PING, ping.as_slice())]).await;
                self.listen(link, &mut visit.heard, self.timeout, version, |heard| heard.pong(ping).is_some()).await;
                visit.pong = visit.heard.pong(ping);
                // Its first message is waited for: a station boots when it likes.
                self.listen(link, &mut visit.heard, TALK, version, |heard| heard.texts().next().is_some()).await;
                link.send(&[WireFrame::text(&unknown_call(&Value::from(PROBE_CALL).to_string()))]).await;
                let is_answered = |heard: &Heard| heard.answer(&Value::from(PROBE_CALL)).is_some();
                self.listen(link, &mut visit.heard, self.timeout, version, is_answered).await;
                self.listen(link, &mut visit.heard, SETTLED, version, |_| false).await;
                link.send(&[WireFrame::close(Some(code), "")]).await;
                link.hear(&mut visit.heard, self.timeout, |heard| heard.is_over()).await;
            }
            VisitPlan::Stay => {
                self.listen(link, &mut visit.heard, self.stay, version, |_| false).await;
                link.finish().await;
            }
            VisitPlan::Cut => self.listen(link, &mut visit.heard, SETTLED, version, |_| false).await,
            // Does it answer on a link that must not be?
            _ => {
                let call = WireFrame::text(&unknown_call(&Value::from(PROBE_CALL).to_string()));
                if visit.plan == VisitPlan::MaskedFrame {
                    link.send_masked(&call).await;
                } else {
                    link.send(&[call]).await;
                }
                let is_answered = |heard: &Heard| heard.is_over() || heard.answer(&Value::from(PROBE_CALL)).is_some();
                link.hear(&mut visit.heard, self.timeout, is_answered).await;
            }
        }
    }

    /// Listens, and answers the calls of the station.
    async fn listen(
        &self,
        link: &mut ProbeLink,
        heard: &mut Heard,
        limit: Duration,
        version: Version,
        enough: impl Fn(&Heard) -> bool,
    ) {
        let until = Instant::now() + limit;
        let mut answered = heard.texts().count();
        while !enough(heard) && !heard.is_over() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            let before = heard.events.len();
            link.hear(heard, left, |heard| heard.events.len() > before || enough(heard)).await;
            let replies: Vec<WireFrame> = heard
                .texts()
                .skip(answered)
                .filter_map(|text| self.reply(text, version))
                .map(|reply| WireFrame::text(&reply))
                .collect();
            answered = heard.texts().count();
            if !replies.is_empty() {
                link.reply(&replies).await;
            }
        }
    }

    /// The answer to a call. What carries transactions is refused, so that the station keeps it for its own central system.
    fn reply(&self, text: &str, version: Version) -> Option<String> {
        let message: Value = serde_json::from_str(text).ok()?;
        if message[0] != 2 {
            return None;
        }
        let (id, action) = (&message[1], message[2].as_str()?);
        let answer = match action {
            "StartTransaction" | "StopTransaction" | "TransactionEvent" | "MeterValues" => {
                json!([4, id, "InternalError", "this is a probe; keep the message and send it again later", {}])
            }
            _ => {
                let definition = self.catalog.action(version, Role::ChargePoint, action)?;
                let mut payload = definition.response.sample(&SampleContext::at(Timestamp::now()));
                if action == "BootNotification" {
                    for name in ["interval", "heartbeatInterval"] {
                        if payload.get(name).is_some() {
                            payload[name] = HEARTBEAT.into();
                        }
                    }
                }
                json!([3, id, payload])
            }
        };
        Some(answer.to_string())
    }
}

/// The version that a station is answered in.
fn version(head: &RequestHead) -> Version {
    head.list("Sec-WebSocket-Protocol").find_map(Version::parse).unwrap_or(Version::V1_6)
}

/// The answer to the handshake.
fn answer(head: &RequestHead, plan: VisitPlan) -> String {
    if let VisitPlan::Status(status, retry_after) = plan {
        let retry = if retry_after > 0 { format!("Retry-After: {retry_after}\r\n") } else { String::new() };
        let challenge = if status == 401 { "WWW-Authenticate: Basic realm=\"ocpp-tui probe\"\r\n" } else { "" };
        return format!(
            "HTTP/1.1 {status} {}\r\n{retry}{challenge}Content-Length: 0\r\nConnection: close\r\n\r\n",
            reason(status)
        );
    }
    let key = head.value("Sec-WebSocket-Key").unwrap_or_default();
    let accept =
        if plan == VisitPlan::WrongAccept { "d3Jvbmcgd3Jvbmcgd3Jvbmc=".to_owned() } else { derive_accept_key(key.as_bytes()) };
    let offered = head.list("Sec-WebSocket-Protocol").find(|name| Version::parse(name).is_some());
    let protocol = match plan {
        VisitPlan::NoSubprotocol => String::new(),
        VisitPlan::OtherSubprotocol => "Sec-WebSocket-Protocol: ocpp9.9\r\n".to_owned(),
        _ => offered.map_or_else(String::new, |name| format!("Sec-WebSocket-Protocol: {name}\r\n")),
    };
    format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n{protocol}\r\n"
    )
}

fn reason(status: u16) -> &'static str {
    match status {
        401 => "Unauthorized",
        404 => "Not Found",
        429 => "Too Many Requests",
        503 => "Service Unavailable",
        _ => "",
    }
}

/// Listens on a port.
///
/// # Errors
/// When that is not possible.
pub async fn listen(host: &str, port: u16) -> Result<TcpListener, ConnectionFault> {
    TcpListener::bind((host, port)).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => ConnectionFault::PortInUse(port),
        _ => ConnectionFault::Broken(error.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the probe answers is valid: a station would refuse it otherwise.
    #[test]
    fn calls_are_answered_with_valid_payloads_and_transactions_are_kept() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let listener = runtime.block_on(listen("127.0.0.1", 0)).unwrap();
        let catalog = Catalog::embedded();
        let listener = StationListener {
            listener,
            catalog: catalog.clone(),
            timeout: TALK,
            patience: TALK,
            stay: TALK,
            certificate: None,
        };
        for version in Version::ALL {
            for action in catalog.actions_of(version, Role::ChargePoint).filter(|action| !action.is_send) {
                let reply = listener.reply(&json!([2, "1", &*action.name, {}]).to_string(), version).unwrap();
                let reply: Value = serde_json::from_str(&reply).unwrap();
                if reply[0] == 3 {
                    let findings = action.response.check(&reply[2], version);
                    assert!(findings.is_empty(), "{version} {}: {findings:?}", action.name);
                } else {
                    assert!(reply[2] == "InternalError" && reply[1] == "1", "{reply}");
                }
            }
        }
        assert_eq!(listener.reply("[3,\"1\",{}]", Version::V1_6), None);
        assert_eq!(listener.reply("[2,\"1\",\"Nonsense\",{}]", Version::V1_6), None);
    }

    #[test]
    fn each_plan_has_its_answer() {
        let (head, _) = RequestHead::read(
            b"GET /CP1 HTTP/1.1\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: x, ocpp2.0.1\r\n\r\n",
        )
        .unwrap();
        let right = answer(&head, VisitPlan::Cut);
        assert!(
            right.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") && right.contains("Sec-WebSocket-Protocol: ocpp2.0.1"),
            "{right}"
        );
        assert!(!answer(&head, VisitPlan::NoSubprotocol).contains("Sec-WebSocket-Protocol"));
        assert!(!answer(&head, VisitPlan::WrongAccept).contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
        assert!(answer(&head, VisitPlan::Status(429, 5)).contains("\r\nRetry-After: 5\r\n"));
        assert!(answer(&head, VisitPlan::Status(401, 0)).contains("WWW-Authenticate"));
    }
}
