//! The scripted peers: sockets that put exactly what a recording says on the wire, well-formed or not, and hear what comes back. A
//! charge point connects, a central system is connected to.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::timeline::{Frame, head, header, is_server};
use crate::stage::Stage;

/// A scripted peer.
#[derive(Debug)]
pub struct Peer {
    socket: Arc<Mutex<Option<TcpStream>>>,
    /// The key of the last handshake that a program sent to us.
    key: Arc<Mutex<String>>,
    server: bool,
}

impl Peer {
    /// A charge point that connects to this port.
    pub fn connect(who: &str, port: u16, stage: &Stage) -> Peer {
        let socket = TcpStream::connect(("127.0.0.1", port)).expect("the central system listens");
        let peer = Peer::new(who);
        begin(who, socket, stage, &peer.socket, &peer.key);
        peer
    }

    /// A central system that programs connect to on this port.
    pub fn serve(who: &str, listener: TcpListener, stage: &Stage) -> Peer {
        let peer = Peer::new(who);
        let (socket, key, who, stage) = (peer.socket.clone(), peer.key.clone(), who.to_owned(), stage.clone());
        std::thread::spawn(move || {
            for accepted in listener.incoming().map_while(Result::ok) {
                begin(&who, accepted, &stage, &socket, &key);
            }
        });
        peer
    }

    fn new(who: &str) -> Peer {
        Peer { socket: Arc::default(), key: Arc::default(), server: is_server(who) }
    }

    /// Puts bytes on the wire. A finished handshake gets the key that belongs to the program's.
    pub fn send(&self, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        let sent = match header(&text, "sec-websocket-accept") {
            Some(recorded) if self.server => {
                let key = self.key.lock().unwrap_or_else(PoisonError::into_inner);
                text.replace(&recorded, &derive_accept_key(key.as_bytes())).into_bytes()
            }
            _ => bytes.to_vec(),
        };
        self.write(&sent);
        let refused = self.server && !text.starts_with("HTTP/1.1 101");
        if refused {
            self.close();
        }
    }

    /// Sends a frame.
    pub fn frame(&self, frame: &Frame) {
        let mut bytes = vec![frame.opcode | if frame.last { 0x80 } else { 0 }];
        let masked = frame.masked && !self.server;
        let mask = if masked { 0x80 } else { 0 };
        let length = frame.payload.len();
        match length {
            0..=125 => bytes.push(mask | length as u8),
            126..=0xffff => {
                bytes.push(mask | 0x7e);
                bytes.extend((length as u16).to_be_bytes());
            }
            _ => {
                bytes.push(mask | 0x7f);
                bytes.extend((length as u64).to_be_bytes());
            }
        }
        if masked {
            bytes.extend([0; 4]); // a mask of zeros changes nothing
        }
        bytes.extend(&frame.payload);
        self.write(&bytes);
    }

    /// Closes the socket.
    pub fn close(&self) {
        if let Some(socket) = self.socket.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = socket.shutdown(Shutdown::Both);
        }
    }

    fn write(&self, bytes: &[u8]) {
        if let Some(socket) = self.socket.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            // Who has closed the connection meanwhile does not want to hear it.
            let _ = socket.write_all(bytes);
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.close();
    }
}

/// Takes a connection as the peer's newest and begins to listen to it.
fn begin(who: &str, socket: TcpStream, stage: &Stage, newest: &Mutex<Option<TcpStream>>, key: &Arc<Mutex<String>>) {
    let reading = socket.try_clone().expect("a second handle");
    *newest.lock().unwrap_or_else(PoisonError::into_inner) = Some(socket);
    let (who, stage, key) = (who.to_owned(), stage.clone(), key.clone());
    std::thread::spawn(move || {
        // The end of the connection ends the listening; whether there was one is told by the lines.
        let _ = listen(&who, reading, &stage, &key);
    });
}

/// Hears the head of the handshake, then frames, until the connection ends.
fn listen(who: &str, mut socket: TcpStream, stage: &Stage, key: &Mutex<String>) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        bytes.push(byte(&mut socket)?);
    }
    if let Some(found) = header(&String::from_utf8_lossy(&bytes), "sec-websocket-key") {
        *key.lock().unwrap_or_else(PoisonError::into_inner) = found;
    }
    stage.hear(who, head(&bytes));
    if bytes.starts_with(b"HTTP/1.1") && !bytes.starts_with(b"HTTP/1.1 101") {
        return Ok(());
    }
    loop {
        let (first, second) = (byte(&mut socket)?, byte(&mut socket)?);
        let mut length = u64::from(second & 0x7f);
        let long = match length {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        if long > 0 {
            length = 0;
            for _ in 0..long {
                length = length << 8 | u64::from(byte(&mut socket)?);
            }
        }
        let mut mask = [0; 4];
        if second & 0x80 != 0 {
            socket.read_exact(&mut mask)?;
        }
        let mut payload = vec![0; usize::try_from(length).map_err(|_| ErrorKind::InvalidData)?];
        socket.read_exact(&mut payload)?;
        payload.iter_mut().zip(mask.iter().cycle()).for_each(|(byte, mask)| *byte ^= mask);
        let text = String::from_utf8_lossy(&payload);
        match first & 0x0f {
            1 => stage.hear(who, format!("[text] {text}")),
            9 => stage.hear(who, format!("[ping] {text}")),
            10 => stage.hear(who, format!("[pong] {text}")),
            8 => return socket.shutdown(Shutdown::Both),
            _ => {}
        }
    }
}

fn byte(socket: &mut TcpStream) -> std::io::Result<u8> {
    let mut byte = [0];
    socket.read_exact(&mut byte)?;
    Ok(byte[0])
}
