//! The first bytes of a connection to our port. They are read before HTTP sees them: they begin TLS where the port has it, the wrong one of
//! the two is recognised and answered in its own terms, and what is no HTTP can be shown. What a request means is `handshake`'s and
//! `soap`'s.

use std::fmt;
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Bytes;

use super::attempt_progress::AttemptProgress;
use super::context::{LinkContext, ListenerPorts};
use super::misbehaviour::OddTls;
use super::misbehaviour::answer::AnswerPace;
use super::misbehaviour::odd_writer::MisbehaviourReporter;
use super::misbehaviour::paced_output::PacedOutput;
use super::network::Socket;
use super::proxy_header::begins_proxy_header;
use super::tls::{FailedTls, ReadHello, TlsAcceptor, TlsFault, TlsFaultCause};
use crate::clock::now;
use crate::ocpp::Role;
use crate::trace::{ConnectionStep, EventKind, FailureCause, FailureSide, StationKey, TlsFacts};

/// How much is read at first. HTTP has a larger buffer, so it takes all of it with its first read.
const FIRST_READ: usize = 256;
/// How much of a first line is shown.
const SHOWN: usize = 80;
/// A fatal alert of TLS: `handshake_failure` (RFC 8446 §6.2).
const TLS_ALERT: [u8; 7] = [0x15, 0x03, 0x01, 0, 2, 2, 40];
/// How long the client may take to read our answer and to go.
const ANSWER_GRACE: Duration = Duration::from_secs(1);

/// The first bytes that came over a connection.
#[derive(Debug, Clone)]
pub(super) struct FirstBytes(Bytes);

impl FirstBytes {
    /// Waits for them; there are none when the client goes without a word.
    ///
    /// # Errors
    /// When the connection breaks.
    pub async fn read(socket: &mut Socket) -> io::Result<FirstBytes> {
        let mut bytes = Vec::with_capacity(FIRST_READ);
        socket.read_buf(&mut bytes).await?;
        Ok(FirstBytes(bytes.into()))
    }

    /// Whether nothing came.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether they begin a handshake of TLS (RFC 8446 §5.1).
    pub fn is_tls(&self) -> bool {
        self.0.first() == Some(&0x16) && self.0.get(1).is_none_or(|version| *version == 3)
    }

    /// Whether they begin a request of HTTP: with a method in capitals.
    pub fn is_http(&self) -> bool {
        let method = self.0.split(|byte| *byte == b' ').next().unwrap_or_default();
        method.len() < self.0.len() && !method.is_empty() && method.iter().all(u8::is_ascii_uppercase)
    }

    /// What they look like, and what is wrong with them when that is known.
    pub fn description(&self) -> String {
        let first_line = self.first_line();
        let words = first_line.split(|byte| *byte == b' ').count();
        let blank = words > 3 && first_line.windows(6).any(|part| part == b" HTTP/");
        let hint = match self.is_proxy_header() {
            true => "; that is the PROXY protocol, which only a proxy may speak that --trusted-proxy names",
            false if blank => "; a blank in the path must be written %20",
            false => "",
        };
        format!("it begins with \"{self}\"{hint}")
    }

    /// Whether they are what a proxy says before its client speaks.
    fn is_proxy_header(&self) -> bool {
        begins_proxy_header(&self.0)
    }

    fn first_line(&self) -> &[u8] {
        self.0.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii_end()
    }
}

/// Only the first line: what follows may be a password.
impl fmt::Display for FirstBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.first_line();
        let shown = &line[..line.len().min(SHOWN)];
        write!(f, "{}{}", shown.escape_ascii(), if shown.len() < line.len() { "…" } else { "" })
    }
}

/// A connection of a client before there is a request on it.
pub(super) struct ConnectionOpening<'a> {
    pub peer: SocketAddr,
    /// The station whose port it is; `None` for the port of a central system.
    pub station: Option<StationKey>,
    /// Who connects.
    pub client: Role,
    /// What makes the handshakes of TLS; `None` for a port without.
    pub tls: Option<&'a Arc<TlsAcceptor>>,
    /// Where the client would be right that speaks the wrong one.
    pub ports: ListenerPorts,
    pub context: &'a LinkContext,
}

impl ConnectionOpening<'_> {
    /// Waits for the first bytes of HTTP, behind the handshake of TLS where the port has it. `None` when the connection is over: nothing
    /// came, or what this port does not speak.
    pub async fn open(&self, stream: Socket, progress: &mut AttemptProgress) -> Option<(FirstBytes, OpenedSocket)> {
        let Some(acceptor) = self.tls else {
            progress.enter(ConnectionStep::Request);
            let (first, stream) = self.first_bytes(stream, progress).await?;
            if first.is_tls() {
                self.refuse_tls(&first, stream, progress).await;
                return None;
            }
            let opened = OpenedSocket::new(&first, stream);
            return Some((first, opened));
        };
        progress.enter(ConnectionStep::Tls);
        let (first, stream) = self.first_bytes(stream, progress).await?;
        if first.is_proxy_header() {
            self.record_fault(TlsFaultCause::ProxyHeader, progress).await;
            return None;
        }
        if first.is_http() {
            self.refuse_http(stream, progress).await;
            return None;
        }
        let reporter = MisbehaviourReporter { events: self.context.events.clone(), station: self.station };
        let odd = OddTls::of(&self.context.misbehaviour, reporter, self.client.peer(), false);
        let limit = odd.limit(self.context.settings.current().handshake_timeout);
        match Box::pin(acceptor.secure(first.0.clone(), stream, limit, self.client, &odd)).await {
            Ok(secured) => {
                progress.tls = Some(secured.facts().clone());
                progress.enter(ConnectionStep::Request);
                let (first, stream) = self.first_bytes(Socket::Tls(Box::new(secured)), progress).await?;
                let opened = OpenedSocket::new(&first, stream);
                Some((first, opened))
            }
            Err(failed) => {
                let FailedTls { fault, facts } = *failed;
                progress.tls = Some(facts);
                let (side, cause) = fault.failure();
                self.record(fault.sentence(), fault.remedy(), side, cause, progress).await;
                None
            }
        }
    }

    /// Waits for bytes. `None` when none came.
    async fn first_bytes(&self, mut stream: Socket, progress: &AttemptProgress) -> Option<(FirstBytes, Socket)> {
        let limit = self.context.settings.current().handshake_timeout;
        let (fault, cause) = match timeout(limit, FirstBytes::read(&mut stream)).await {
            // Before TLS that is a look whether the port is open.
            Ok(Ok(first)) if first.is_empty() && progress.tls.is_none() => return None,
            Ok(Ok(first)) if first.is_empty() => ("the connection was closed without a byte".to_owned(), FailureCause::Silent),
            Ok(Ok(first)) => return Some((first, stream)),
            Ok(Err(error)) => {
                let fault = TlsFault::after_handshake(&error, progress.tls.as_deref(), self.client, true);
                if let Some(fault) = fault {
                    let (side, cause) = fault.failure();
                    self.record(fault.sentence(), fault.remedy(), side, cause, progress).await;
                    return None;
                }
                (error.to_string(), FailureCause::Broken { error: error.to_string().into() })
            }
            Err(_) => (format!("nothing was sent within {} s", limit.as_secs_f64()), FailureCause::TimedOut { limit }),
        };
        let wanted = if progress.step() == ConnectionStep::Tls { "no TLS handshake" } else { "no HTTP request" };
        self.record(format!("{wanted}: {fault}"), String::new(), self.client.into(), cause, progress).await;
        None
    }

    /// Records that no HTTP came, but these bytes.
    pub async fn record_no_http(&self, fault: &str, first: &FirstBytes, progress: &AttemptProgress) {
        let detail = first.description();
        let cause = FailureCause::NoHttp { fault: format!("{fault}; {detail}").into() };
        self.record(format!("no HTTP request: {fault}"), detail, self.client.into(), cause, progress).await;
    }

    /// Records a client that speaks TLS to the port without it, with its offer, and answers with an alert.
    async fn refuse_tls(&self, first: &FirstBytes, mut stream: Socket, progress: &mut AttemptProgress) {
        let mut hello = first.0.to_vec();
        let reading = async {
            while hello.len() < first_record(&hello) {
                if stream.read_buf(&mut hello).await? == 0 {
                    break;
                }
            }
            io::Result::Ok(())
        };
        let _ = timeout(ANSWER_GRACE, reading).await; // the offer is shown when it came
        progress.tls = ReadHello::read(&hello).map(|ReadHello { offer, server_name }| {
            Arc::new(TlsFacts { offer: Some(Box::new(offer)), server_name, ..TlsFacts::default() })
        });
        self.record_fault(TlsFaultCause::TlsOnPlainPort(self.ports.tls), progress).await;
        refuse(stream, &TLS_ALERT).await;
    }

    /// Records a client that speaks HTTP to the port with TLS, and answers in HTTP.
    async fn refuse_http(&self, stream: Socket, progress: &AttemptProgress) {
        self.record_fault(TlsFaultCause::PlainHttp(self.ports.plain), progress).await;
        let reason = "this port speaks TLS; the URL has to begin with wss:// or https://";
        let length = reason.len() + 1;
        let answer = format!(
            "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n\
             X-WebSocket-Reject-Reason: {reason}\r\n\r\n{reason}\n"
        );
        refuse(stream, answer.as_bytes()).await;
    }

    async fn record_fault(&self, cause: TlsFaultCause, progress: &AttemptProgress) {
        let fault = TlsFault { peer: self.client, connects: true, cause };
        let (side, cause) = fault.failure();
        self.record(fault.sentence(), fault.remedy(), side, cause, progress).await;
    }

    async fn record(&self, reason: String, detail: String, side: FailureSide, cause: FailureCause, progress: &AttemptProgress) {
        let handshake = progress.clone().failed(side, cause);
        let kind = EventKind::Refused { peer: Some(self.peer), reason: reason.into(), detail: detail.into(), handshake };
        self.context.events.send(self.station, now(), kind).await;
    }
}

/// The length of the record that the bytes begin (RFC 8446 §5.1), as far as it is known.
fn first_record(bytes: &[u8]) -> usize {
    const HEADER: usize = 5;
    let length = bytes.get(3..HEADER).map_or(0, |length| length.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)));
    HEADER + length
}

/// Answers a client that is wrong here, and waits a little until it goes.
async fn refuse(mut socket: Socket, answer: &[u8]) {
    let refusing = async {
        socket.write_all(answer).await?;
        socket.shutdown().await?;
        // An end with unread bytes would be a reset, which can overtake the answer.
        tokio::io::copy(&mut socket, &mut tokio::io::sink()).await
    };
    let _ = timeout(ANSWER_GRACE, refusing).await; // the connection ends in any case
}

/// The socket below the upgraded connection, with what was read from it already.
pub(super) async fn upgraded_socket(upgrade: OnUpgrade) -> Option<(Socket, Bytes)> {
    let parts = upgrade.await.ok()?.downcast::<TokioIo<OpenedSocket>>().ok()?; // the listener put just this type in
    Some((parts.io.into_inner().into_inner().await.ok()?, parts.read_buf))
}

/// A socket of which the first bytes are read once more, and whose answers may leave slowly on purpose.
#[derive(Debug)]
pub(super) struct OpenedSocket {
    first: Bytes,
    socket: Socket,
    /// How answers leave.
    pace: AnswerPace,
    /// What waits.
    output: PacedOutput,
}

impl OpenedSocket {
    /// The socket of which these bytes were read.
    pub fn new(first: &FirstBytes, socket: Socket) -> OpenedSocket {
        OpenedSocket { first: first.0.clone(), socket, pace: AnswerPace::default(), output: PacedOutput::default() }
    }

    /// The same with answers that leave as this says.
    #[must_use]
    pub fn with_pace(self, pace: AnswerPace) -> OpenedSocket {
        OpenedSocket { pace, ..self }
    }

    /// The socket, once what waits was written. HTTP has read the first bytes by the time it lets go of it.
    ///
    /// # Errors
    /// When the connection breaks meanwhile.
    pub async fn into_inner(mut self) -> io::Result<Socket> {
        poll_fn(|context| self.poll_slow(context)).await?;
        Ok(self.socket)
    }

    /// Writes what waits.
    fn poll_slow(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.output.poll_drain(Pin::new(&mut self.socket), context)
    }
}

impl AsyncRead for OpenedSocket {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        // Where HTTP waits for the next request, the rest of the answer leaves meanwhile.
        let _ = this.poll_slow(context)?;
        if this.first.is_empty() {
            return Pin::new(&mut this.socket).poll_read(context, buffer);
        }
        let length = this.first.len().min(buffer.remaining());
        buffer.put_slice(&this.first.split_to(length));
        if this.first.is_empty() {
            this.first = Bytes::new(); // the memory is not needed any more
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for OpenedSocket {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(this.poll_slow(context))?;
        if this.pace.is_odd() {
            this.pace.push(bytes, &mut this.output);
            return Poll::Ready(Ok(bytes.len()));
        }
        Pin::new(&mut this.socket).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_slow(context))?;
        Pin::new(&mut this.socket).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_slow(context))?;
        Pin::new(&mut this.socket).poll_shutdown(context)
    }

    fn poll_write_vectored(self: Pin<&mut Self>, context: &mut Context<'_>, pieces: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(this.poll_slow(context))?;
        if this.pace.is_odd() {
            let first = pieces.iter().find(|piece| !piece.is_empty()).map_or(&[][..], |piece| piece);
            return Pin::new(this).poll_write(context, first);
        }
        Pin::new(&mut this.socket).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8]) -> FirstBytes {
        FirstBytes(Bytes::copy_from_slice(bytes))
    }

    #[test]
    fn tls_is_distinguished_from_http() {
        for hello in [&[0x16][..], &[0x16, 3], &[0x16, 3, 1, 0, 0xA5, 1]] {
            assert!(of(hello).is_tls());
        }
        for other in [&b""[..], b"GET / HTTP/1.1\r\n", &[0x16, 9], &[0x15, 3, 1]] {
            assert!(!of(other).is_tls());
            assert_eq!(of(other).is_http(), other.starts_with(b"GET"));
        }
        assert!(!of(b"get / HTTP/1.1\r\n").is_http() && !of(b"SSH-2.0-x y").is_http() && !of(b"GET").is_http());
    }

    #[test]
    fn only_the_first_line_is_shown_and_nothing_in_it_acts() {
        let request = of(b"GET /CP 1 HTTP/1.1\r\nAuthorization: Basic secret\r\n\r\n");
        assert_eq!(request.description(), "it begins with \"GET /CP 1 HTTP/1.1\"; a blank in the path must be written %20");
        assert_eq!(of(b"\x1b[2J\x00\xff\"").description(), "it begins with \"\\x1b[2J\\x00\\xff\\\"\"");
        let proxy = of(b"PROXY TCP4 192.0.2.7 127.0.0.1 4711 80\r\n").description();
        assert!(
            proxy.ends_with("; that is the PROXY protocol, which only a proxy may speak that --trusted-proxy names"),
            "{proxy}"
        );
        assert_eq!(of(b"GET /CP1 HTTP/1.1\nx").description(), "it begins with \"GET /CP1 HTTP/1.1\"");
        let long = of(&[b'y'; 200]).to_string();
        assert_eq!(long.chars().count(), SHOWN + 1);
    }
}
