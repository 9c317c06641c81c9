//! The bare server: tokio-tungstenite, serde_json, the catalog's compiled schemas, and nothing else. It keeps no trace, no time limits,
//! no pending calls and no registry. Its work per call is the least of a server that validates what stations send.

use futures_util::{SinkExt, StreamExt};
use ocpp_tui::ocpp::{Catalog, Role, Version};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::accept_hdr_async_with_config;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::header::SEC_WEBSOCKET_PROTOCOL;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

/// Large enough for every message in one read. The library's 128 KiB make it slower, because every read clears the buffer first.
const READ_BUFFER: usize = 8 * 1024;

/// Listens on a port of the loopback (0 for a free one), which is returned, and serves in the background.
pub async fn listen(port: u16) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("a free port");
    let port = listener.local_addr().expect("a bound socket").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    port
}

async fn serve(stream: TcpStream) {
    stream.set_nodelay(true).expect("an option of TCP");
    let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER);
    let mut version = Version::V1_6;
    #[expect(clippy::result_large_err, reason = "the library's type")]
    let agree = |request: &Request, mut response: Response| -> Result<Response, ErrorResponse> {
        let offered = &request.headers()[SEC_WEBSOCKET_PROTOCOL];
        version = offered.to_str().ok().and_then(Version::parse).expect("a version");
        response.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, offered.clone());
        Ok(response)
    };
    let Ok(mut socket) = accept_hdr_async_with_config(stream, agree, Some(config)).await else { return };
    let catalog = Catalog::embedded();
    while let Some(Ok(message)) = socket.next().await {
        let Message::Text(text) = message else { continue };
        let answer = answer(&catalog, version, &text);
        if socket.send(Message::text(answer)).await.is_err() {
            return; // the station has gone
        }
    }
}

fn answer(catalog: &Catalog, version: Version, text: &str) -> String {
    let call: Value = serde_json::from_str(text).expect("JSON");
    let action = call[2].as_str().expect("a call");
    let definition = catalog.action(version, Role::ChargePoint, action).expect("an action of the version");
    assert!(definition.request.check(&call[3], version).is_empty());
    let payload = match action {
        "Heartbeat" => json!({ "currentTime": format!("{:.3}", jiff::Timestamp::now()) }),
        "BootNotification" => {
            json!({ "currentTime": format!("{:.3}", jiff::Timestamp::now()), "interval": 300, "status": "Accepted" })
        }
        _ => json!({}),
    };
    json!([3, call[1], payload]).to_string()
}
