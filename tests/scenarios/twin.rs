//! Central systems that behave as software of others was seen to behave: ours, behind a go-between on a socket that refuses links, keeps
//! silent, or changes answers. Each is served on a free port, until it is dropped.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use ocpp_tui::hub::Hub;
use ocpp_tui::ocpp::Version;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{ClientRequestBuilder, Message};
use tokio_tungstenite::{accept_hdr_async, client_async};

use crate::support::{central_system, hub};

/// How a link is refused.
#[derive(Debug, Clone, Copy)]
pub enum LinkRefusal {
    /// The handshake succeeds, and a close frame follows.
    Close(u16, &'static str),
    /// The handshake is answered with this status of HTTP.
    Status(u16),
}

/// A tag and a vendor that every twin refuses, as the scenarios expect by default.
const UNKNOWN_TAG: &str = "NOBODYS-TAG";
const UNKNOWN_VENDOR: &str = "com.example.nobody";

/// What becomes of a frame of the charge point.
pub enum TwinReply {
    /// Our central system answers.
    Usual,
    /// This is the answer.
    Frame(Value),
    /// Nothing is answered.
    Silence,
    /// The link is closed.
    Close,
}

impl TwinReply {
    /// An error for this call.
    pub fn error(call: &Value, code: &str) -> TwinReply {
        TwinReply::Frame(json!([4, call[1], code, "", {}]))
    }

    /// A result for this call.
    pub fn result(call: &Value, payload: &Value) -> TwinReply {
        TwinReply::Frame(json!([3, call[1], payload]))
    }
}

/// The manners of a central system.
#[derive(Debug, Clone, Copy)]
pub struct TwinManners {
    /// For how long after the end of a link its identity is refused.
    pub held: Duration,
    /// Whether a second link of an identity is refused while there is a first one; otherwise the newer one stays.
    pub alone: bool,
    /// How links are refused.
    pub refusal: LinkRefusal,
    /// What becomes of a frame of the charge point; it is `null` when its text is no JSON.
    pub call: fn(&Value) -> TwinReply,
    /// Changes an answer of our central system to a call of this action.
    pub answer: fn(&str, &mut Value),
}

impl Default for TwinManners {
    /// Those of our central system.
    fn default() -> TwinManners {
        let refusal = LinkRefusal::Close(1000, "already connected");
        TwinManners { held: Duration::ZERO, alone: false, refusal, call: |_| TwinReply::Usual, answer: |_, _| {} }
    }
}

/// A central system under test.
pub struct CentralTwin {
    pub url: String,
    hub: Hub,
    task: JoinHandle<()>,
}

/// What the links of a twin share.
struct TwinState {
    manners: TwinManners,
    /// Of our central system.
    port: u16,
    /// Path → the number of links, and when the last one ended.
    links: Mutex<HashMap<String, (usize, Option<Instant>)>>,
}

impl CentralTwin {
    pub async fn start(manners: TwinManners) -> CentralTwin {
        let hub = hub();
        let port = central_system(&hub, &[Version::V1_6]).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ws://{}", listener.local_addr().unwrap());
        let state = Arc::new(TwinState { manners, port, links: Mutex::default() });
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(state.clone(), stream));
            }
        });
        CentralTwin { url, hub, task }
    }

    pub async fn end(self) {
        self.task.abort();
        self.hub.end().await;
    }
}

impl TwinState {
    fn refuses(&self, path: &str) -> bool {
        let links = self.links.lock().unwrap();
        let Some((links, ended)) = links.get(path) else { return false };
        (self.manners.alone && *links > 0) || ended.is_some_and(|ended| ended.elapsed() < self.manners.held)
    }

    fn count(&self, path: &str, began: bool) {
        let mut links = self.links.lock().unwrap();
        let (links, ended) = links.entry(path.to_owned()).or_default();
        if began {
            *links += 1;
        } else {
            *links -= 1;
            *ended = Some(Instant::now());
        }
    }
}

/// Our central system takes everybody's tags and data; those of the others have lists.
fn registration(call: &Value) -> TwinReply {
    let (Some(action), payload) = (call[2].as_str(), &call[3]) else { return TwinReply::Usual };
    let invalid = json!({ "status": "Invalid" });
    match action {
        "Authorize" if payload["idTag"] == UNKNOWN_TAG => TwinReply::result(call, &json!({ "idTagInfo": invalid })),
        "StartTransaction" if payload["idTag"] == UNKNOWN_TAG => {
            TwinReply::result(call, &json!({ "transactionId": 900_001, "idTagInfo": invalid }))
        }
        "DataTransfer" if payload["vendorId"] == UNKNOWN_VENDOR => {
            TwinReply::result(call, &json!({ "status": "UnknownVendorId" }))
        }
        _ => TwinReply::Usual,
    }
}

/// Serves one link of a charge point.
async fn serve(twin: Arc<TwinState>, stream: TcpStream) {
    let mut path = String::new();
    #[expect(clippy::result_large_err, reason = "the library's callback has this type")]
    let agree = |request: &Request, mut response: Response| {
        request.uri().path().clone_into(&mut path);
        if let (true, LinkRefusal::Status(status)) = (twin.refuses(&path), twin.manners.refusal) {
            let mut refused = ErrorResponse::new(None);
            *refused.status_mut() = status.try_into().unwrap();
            return Err(refused);
        }
        let name = request.headers()["sec-websocket-protocol"].clone();
        response.headers_mut().insert("sec-websocket-protocol", name);
        Ok(response)
    };
    // Frames are small and each is waited for.
    stream.set_nodelay(true).unwrap();
    let Ok(mut down) = accept_hdr_async(stream, agree).await else { return };
    if let (true, LinkRefusal::Close(code, reason)) = (twin.refuses(&path), twin.manners.refusal) {
        // A peer that is gone needs no close frame.
        drop(down.close(Some(CloseFrame { code: code.into(), reason: reason.into() })).await);
        while let Some(Ok(_)) = down.next().await {}
        return;
    }
    twin.count(&path, true);
    let request = ClientRequestBuilder::new(format!("ws://127.0.0.1:{}{path}", twin.port).parse().unwrap());
    let stream = TcpStream::connect(("127.0.0.1", twin.port)).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (mut up, _) = client_async(request.with_sub_protocol("ocpp1.6"), stream).await.unwrap();
    let mut actions: HashMap<String, String> = HashMap::new();
    loop {
        let sent = tokio::select! {
            heard = down.next() => {
                let Some(Ok(message)) = heard else { break };
                let Message::Text(text) = &message else {
                    if message.is_close() { break }
                    continue; // a ping is answered by the library
                };
                let frame: Value = serde_json::from_str(text).unwrap_or_default();
                let reply = match (twin.manners.call)(&frame) {
                    TwinReply::Usual => registration(&frame),
                    reply => reply,
                };
                match reply {
                    TwinReply::Usual => {
                        if let (Some(id), Some(action)) = (frame[1].as_str(), frame[2].as_str()) {
                            actions.insert(id.to_owned(), action.to_owned());
                        }
                        up.send(message).await
                    }
                    TwinReply::Frame(answer) => down.send(Message::text(answer.to_string())).await,
                    TwinReply::Silence => Ok(()),
                    TwinReply::Close => break,
                }
            }
            heard = up.next() => {
                let Some(Ok(message)) = heard else { break };
                let Message::Text(text) = &message else { continue };
                let mut frame: Value = serde_json::from_str(text).unwrap();
                let action = frame[1].as_str().and_then(|id| actions.get(id)).filter(|_| frame[0] != 2);
                if let Some(action) = action {
                    (twin.manners.answer)(action, &mut frame);
                }
                down.send(Message::text(frame.to_string())).await
            }
        };
        if sent.is_err() {
            break;
        }
    }
    twin.count(&path, false);
    // Whoever is still there learns that the link is over.
    drop((down.close(None).await, up.close(None).await));
}
