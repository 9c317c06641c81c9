//! A central system by hand for tests of the probe: right in everything but one thing. It works on bytes, because libraries refuse to do
//! what is wrong.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// What the server does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breach {
    None,
    // The handshake.
    WrongAccept,
    NoAccept,
    NoUpgradeHeader,
    OtherSubprotocol,
    OpenWithoutSubprotocol,
    FailsOnUnknownFirst,
    UnaskedExtension,
    AnyExtension,
    ServesWithout(&'static str),
    Version8Served,
    Version8WithoutHeader,
    Http10Served,
    PostServed,
    TwoHostsServed,
    CaseSensitive,
    WholeConnection,
    NoIdentityServed,
    // Frames.
    MaskedFrames,
    NoPong,
    OtherPong,
    EndsOnPong,
    NoFragments,
    UnmaskedServed,
    BadUtf8Served,
    ReservedBitServed,
    ReservedOpcodeIgnored,
    NoCloseEcho,
    WrongCloseServed,
    // Messages.
    OtherId,
    IdAsText,
    UnknownActionSilent,
    UnknownActionServed,
    MissingFieldServed,
    BrokenCallEnds,
    UnknownTypeEnds,
    AnswersAnswers,
    ServesNoJson,
    BadResult,
    NoResult,
    // Authentication.
    NoAuthentication,
    NoChallenge,
    AnyPassword,
    AnyUser,
}

const SUBPROTOCOLS: [&str; 5] = ["ocpp1.2", "ocpp1.5", "ocpp1.6", "ocpp2.0.1", "ocpp2.1"];
/// The password of every station, where authentication is asked for.
pub const PASSWORD: &str = "0123456789abcdef";

/// Starts it; returns its port.
pub async fn start(breach: Breach, authentication: bool) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // A client that goes is no failure.
            tokio::spawn(async move { serve(stream, breach, authentication).await });
        }
    });
    port
}

/// The head of a request.
struct Head {
    first: String,
    lines: Vec<(String, String)>,
}

impl Head {
    async fn read(stream: &mut TcpStream) -> Option<Head> {
        let mut bytes = Vec::new();
        while !bytes.ends_with(b"\r\n\r\n") {
            bytes.push(stream.read_u8().await.ok()?);
        }
        let text = String::from_utf8_lossy(&bytes);
        let mut lines = text.lines();
        let first = lines.next()?.to_owned();
        let lines = lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_owned(), value.to_owned()));
        Some(Head { first, lines: lines.collect() })
    }

    fn all(&self, name: &str) -> Vec<&str> {
        self.lines.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect()
    }

    fn list(&self, name: &str) -> Vec<&str> {
        self.all(name).iter().flat_map(|value| value.split(',')).map(str::trim).collect()
    }
}

async fn serve(mut stream: TcpStream, breach: Breach, authentication: bool) -> Option<()> {
    let head = Head::read(&mut stream).await?;
    let Some(answer) = answer(&head, breach, authentication) else {
        // A right handshake.
        let mut offered = head.list("Sec-WebSocket-Protocol");
        if breach == Breach::FailsOnUnknownFirst && offered.len() > 1 && !SUBPROTOCOLS.contains(&offered[0]) {
            stream.write_all(b"HTTP/1.1 500 Internal Server Error\r\n\r\n").await.ok()?;
            return None;
        }
        offered.retain(|name| SUBPROTOCOLS.contains(name));
        let chosen = offered.first().copied();
        stream.write_all(upgrade(&head, chosen, breach).as_bytes()).await.ok()?;
        let mut peer = Peer { stream, breach };
        if chosen.is_none() && breach != Breach::OpenWithoutSubprotocol {
            return peer.close(1002).await;
        }
        return peer.talk().await;
    };
    stream.write_all(answer.as_bytes()).await.ok()?;
    stream.shutdown().await.ok()
}

/// The refusal of a request; nothing when it is a right handshake.
fn answer(head: &Head, breach: Breach, authentication: bool) -> Option<String> {
    let refusal = |status: &str| Some(format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
    let mut words = head.first.split(' ');
    let (method, path, http) = (words.next()?, words.next()?, words.next()?);
    for name in ["Host", "Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version"] {
        if head.all(name).is_empty() && breach != Breach::ServesWithout(name) {
            return refusal("400 Bad Request");
        }
    }
    let same = |value: &str, wanted: &str| match breach {
        Breach::CaseSensitive => value == wanted,
        _ => value.eq_ignore_ascii_case(wanted),
    };
    if !head.all("Upgrade").iter().all(|value| same(value, "websocket")) {
        return refusal("400 Bad Request");
    }
    let tokens = if breach == Breach::WholeConnection { head.all("Connection") } else { head.list("Connection") };
    if !tokens.is_empty() && !tokens.iter().any(|token| token.eq_ignore_ascii_case("Upgrade")) {
        return refusal("400 Bad Request");
    }
    if (head.all("Host").len() > 1 && breach != Breach::TwoHostsServed)
        || (method != "GET" && breach != Breach::PostServed)
        || (http != "HTTP/1.1" && breach != Breach::Http10Served)
    {
        return refusal("400 Bad Request");
    }
    if head.all("Sec-WebSocket-Version") == ["8"] && breach != Breach::Version8Served {
        let names = if breach == Breach::Version8WithoutHeader { "X-No-Version" } else { "Sec-WebSocket-Version" };
        return refusal(&format!("426 Upgrade Required\r\n{names}: 13"));
    }
    let identity = path.split('?').next()?.trim_matches('/');
    if identity != "CP1" && identity != "%43P1" && !(identity.is_empty() && breach == Breach::NoIdentityServed) {
        return refusal("404 Not Found");
    }
    if authentication && breach != Breach::NoAuthentication {
        let given = head.all("Authorization").first().and_then(|value| value.strip_prefix("Basic "));
        let given = given.and_then(|value| String::from_utf8(STANDARD.decode(value).ok()?).ok());
        let is_right = given.as_deref().and_then(|given| given.split_once(':')).is_some_and(|(user, password)| {
            (user == "CP1" || breach == Breach::AnyUser) && (password == PASSWORD || breach == Breach::AnyPassword)
        });
        let challenge = if breach == Breach::NoChallenge { "" } else { "\r\nWWW-Authenticate: Basic realm=\"x\"" };
        if !is_right {
            return refusal(&format!("401 Unauthorized{challenge}"));
        }
    }
    None
}

fn upgrade(head: &Head, chosen: Option<&str>, breach: Breach) -> String {
    let accept = match (breach, head.all("Sec-WebSocket-Key").first()) {
        (Breach::WrongAccept, _) => "Sec-WebSocket-Accept: AAAA\r\n".to_owned(),
        (Breach::NoAccept, _) | (_, None) => String::new(),
        (_, Some(key)) => format!("Sec-WebSocket-Accept: {}\r\n", derive_accept_key(key.as_bytes())),
    };
    let upgrade = if breach == Breach::NoUpgradeHeader { "" } else { "Upgrade: websocket\r\n" };
    let chosen = if breach == Breach::OtherSubprotocol { Some("mqtt") } else { chosen };
    let protocol = chosen.map_or_else(String::new, |name| format!("Sec-WebSocket-Protocol: {name}\r\n"));
    let extension = match (breach, head.all("Sec-WebSocket-Extensions").first()) {
        (Breach::UnaskedExtension, _) => "Sec-WebSocket-Extensions: permessage-deflate\r\n".to_owned(),
        (Breach::AnyExtension, Some(name)) => format!("Sec-WebSocket-Extensions: {name}\r\n"),
        _ => String::new(),
    };
    format!("HTTP/1.1 101 Switching Protocols\r\n{upgrade}Connection: Upgrade\r\n{accept}{protocol}{extension}\r\n")
}

/// A frame of the probe.
struct Frame {
    is_final: bool,
    reserved: u8,
    opcode: u8,
    is_masked: bool,
    payload: Vec<u8>,
}

/// A client behind its handshake.
struct Peer {
    stream: TcpStream,
    breach: Breach,
}

impl Peer {
    async fn read(&mut self) -> Option<Frame> {
        let (first, second) = (self.stream.read_u8().await.ok()?, self.stream.read_u8().await.ok()?);
        let length = match second & 0x7F {
            126 => u64::from(self.stream.read_u16().await.ok()?),
            127 => self.stream.read_u64().await.ok()?,
            short => u64::from(short),
        };
        let mut mask = [0; 4];
        if second & 0x80 != 0 {
            self.stream.read_exact(&mut mask).await.ok()?;
        }
        let mut payload = vec![0; usize::try_from(length).ok()?];
        self.stream.read_exact(&mut payload).await.ok()?;
        payload.iter_mut().zip(mask.iter().cycle()).for_each(|(byte, mask)| *byte ^= mask);
        let (is_final, reserved) = (first & 0x80 != 0, first >> 4 & 7);
        Some(Frame { is_final, reserved, opcode: first & 0xF, is_masked: second & 0x80 != 0, payload })
    }

    async fn write(&mut self, opcode: u8, payload: &[u8]) -> Option<()> {
        let masked = if self.breach == Breach::MaskedFrames { 0x80 } else { 0 };
        let mut bytes = vec![0x80 | opcode];
        match u8::try_from(payload.len()) {
            Ok(length @ ..126) => bytes.push(masked | length),
            _ => {
                bytes.push(masked | 0x7E);
                bytes.extend(u16::try_from(payload.len()).ok()?.to_be_bytes());
            }
        }
        if masked != 0 {
            bytes.extend([0; 4]); // a mask that leaves all bytes as they are
        }
        bytes.extend(payload);
        self.stream.write_all(&bytes).await.ok()
    }

    /// Sends a close frame and waits for the end.
    async fn close(&mut self, code: u16) -> Option<()> {
        self.write(8, &code.to_be_bytes()).await?;
        self.stream.shutdown().await.ok()?;
        while self.read().await.is_some() {}
        None
    }

    async fn talk(&mut self) -> Option<()> {
        let breach = self.breach;
        let (mut begun, mut text) = (false, Vec::new());
        loop {
            let frame = self.read().await?;
            let is_control = frame.opcode & 8 != 0;
            let faulty = (!frame.is_masked && breach != Breach::UnmaskedServed)
                || (frame.reserved != 0 && breach != Breach::ReservedBitServed)
                || (is_control && (!frame.is_final || frame.payload.len() > 125))
                || (frame.opcode == 0 && !begun);
            if faulty {
                return self.close(1002).await;
            }
            match frame.opcode {
                0 | 1 => {
                    if !frame.is_final && breach == Breach::NoFragments {
                        return self.close(1003).await;
                    }
                    text.extend(frame.payload);
                    begun = !frame.is_final;
                    if !begun {
                        let bytes = std::mem::take(&mut text);
                        let message = match (String::from_utf8(bytes), breach) {
                            (Ok(message), _) => message,
                            (Err(error), Breach::BadUtf8Served) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
                            (Err(_), _) => return self.close(1007).await,
                        };
                        self.message(&message).await?;
                    }
                }
                2 => return self.close(1003).await,
                8 => {
                    let code = frame.payload.first_chunk().map(|code| u16::from_be_bytes(*code));
                    return match (code, frame.payload.len()) {
                        _ if breach == Breach::NoCloseEcho => None,
                        (Some(1005), _) | (None, 1) if breach == Breach::WrongCloseServed => {
                            while self.read().await.is_some() {}
                            None
                        }
                        (Some(1005), _) | (None, 1) => self.close(1002).await,
                        (code, _) => self.close(code.unwrap_or(1000)).await,
                    };
                }
                9 => match breach {
                    Breach::NoPong => {}
                    Breach::OtherPong => self.write(10, b"other").await?,
                    _ => self.write(10, &frame.payload).await?,
                },
                10 if breach == Breach::EndsOnPong => return self.close(1002).await,
                10 => {}
                _ if breach == Breach::ReservedOpcodeIgnored => {}
                _ => return self.close(1002).await,
            }
        }
    }

    async fn message(&mut self, text: &str) -> Option<()> {
        let breach = self.breach;
        let message: Value = serde_json::from_str(text).unwrap_or_default();
        let id = match breach {
            Breach::OtherId => json!("-1"),
            _ => message[1].clone(),
        };
        // What a server does that puts ids into a text without escapes.
        let id = if breach == Breach::IdAsText {
            id.as_str().map_or(id.clone(), |id| id.escape_debug().to_string().into())
        } else {
            id
        };
        let error = |code: &str| json!([4, id, code, "", {}]);
        let reply = match (message[0].as_u64(), message[2].as_str()) {
            (Some(2), Some("OcppTuiProbe" | "ClearCache")) => match breach {
                Breach::UnknownActionSilent => return Some(()),
                Breach::UnknownActionServed => json!([3, id, {}]),
                _ => error("NotImplemented"),
            },
            (Some(2), Some("Authorize")) if message[3].get("idTag").is_some_and(Value::is_string) => {
                json!([3, id, { "idTagInfo": { "status": "Invalid" } }])
            }
            (Some(2), Some("Authorize")) if message[3].is_object() && breach == Breach::MissingFieldServed => {
                json!([3, id, { "idTagInfo": { "status": "Invalid" } }])
            }
            (Some(2), Some("Authorize")) => error("FormationViolation"),
            (Some(2), Some(_)) if breach == Breach::NoResult => return Some(()),
            (Some(2), Some("Heartbeat")) if breach == Breach::BadResult => json!([3, id, { "currentTime": 5 }]),
            (Some(2), Some("Heartbeat")) => json!([3, id, { "currentTime": jiff::Timestamp::now().to_string() }]),
            (Some(2), _) if breach == Breach::BrokenCallEnds => return self.close(1008).await,
            (Some(2), _) => error("FormationViolation"),
            (Some(3 | 4), _) if breach == Breach::AnswersAnswers => error("GenericError"),
            (Some(7), _) if breach == Breach::UnknownTypeEnds => return self.close(1008).await,
            (None, _) if breach == Breach::ServesNoJson => json!([3, "-1", {}]),
            _ => return Some(()),
        };
        self.write(1, reply.to_string().as_bytes()).await
    }
}
