//! HTTP by hand, for tests of what stands on the wire: requests are bytes, responses are taken apart, and a server says what it is told
//! to.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::TIMEOUT;

/// A response.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    /// The lines of the head behind the first, in lower case.
    pub head: String,
    /// As text, however it is packed.
    pub body: String,
    /// As it came.
    pub bytes: Vec<u8>,
}

/// A connection on which requests are written by hand.
pub struct Wire {
    stream: TcpStream,
    unread: Vec<u8>,
}

impl Wire {
    pub async fn connect(port: u16) -> Wire {
        Wire { stream: TcpStream::connect(("127.0.0.1", port)).await.unwrap(), unread: Vec::new() }
    }

    pub async fn write(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).await.unwrap();
    }

    /// Reads one response, with its body when it has a length.
    pub async fn reply(&mut self) -> Reply {
        tokio::time::timeout(TIMEOUT, self.read()).await.expect("a response in time")
    }

    async fn read(&mut self) -> Reply {
        let end = loop {
            if let Some(end) = self.unread.windows(4).position(|end| end == b"\r\n\r\n") {
                break end + 4;
            }
            assert!(self.more().await, "the connection ended: {}", String::from_utf8_lossy(&self.unread));
        };
        let head = String::from_utf8_lossy(&self.unread[..end]).to_ascii_lowercase();
        self.unread.drain(..end);
        let status = head[9..12].parse().expect("a status");
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.map_or(0, |length| length.trim().parse().unwrap());
        while self.unread.len() < length {
            assert!(self.more().await, "the body broke off");
        }
        let bytes: Vec<u8> = self.unread.drain(..length).collect();
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Reply { status, head, body, bytes }
    }

    async fn more(&mut self) -> bool {
        let mut buffer = [0; 4096];
        let read = self.stream.read(&mut buffer).await.unwrap_or(0);
        self.unread.extend_from_slice(&buffer[..read]);
        read > 0
    }
}

/// The bytes of a POST with these further head lines.
pub fn post(path: &str, lines: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("POST {path} HTTP/1.1\r\nHost: test\r\nContent-Length: {length}\r\n{lines}\r\n");
    [head.as_bytes(), body].concat()
}

/// Sends one request on a connection of its own.
pub async fn ask(port: u16, request: impl AsRef<[u8]>) -> Reply {
    let mut wire = Wire::connect(port).await;
    wire.write(request).await;
    wire.reply().await
}

/// Sends one POST on a connection of its own.
pub async fn send(port: u16, lines: &str, body: impl AsRef<[u8]>) -> Reply {
    ask(port, post("/", lines, body.as_ref())).await
}

/// A server that reads one request a connection and answers every one with these bytes. Returns its port.
pub async fn server(answer: Vec<u8>) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut buffer = vec![0; 65536];
                while matches!(stream.read(&mut buffer).await, Ok(1..)) {
                    if !answer.is_empty() {
                        let _ = stream.write_all(&answer).await;
                    }
                }
            });
        }
    });
    port
}
