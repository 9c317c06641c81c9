//! The connection of the probe: bytes over TCP or TLS, every wait with a limit.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};

use super::connection_fault::ConnectionFault;
use super::http_answer::{BodyLength, HEAD_LIMIT, HttpAnswer, unchunked};

/// The longest body that is read, in bytes.
const BODY_LIMIT: usize = 4 << 20;

/// What bytes travel over.
pub trait ByteStream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> ByteStream for S {}

/// A connection, with what was received and not read yet.
pub struct ProbeWire {
    stream: Box<dyn ByteStream>,
    unread: Vec<u8>,
}

impl ProbeWire {
    pub fn new(stream: impl ByteStream + 'static) -> ProbeWire {
        ProbeWire { stream: Box::new(stream), unread: Vec::new() }
    }

    /// Opens a TCP connection to the first address of the host that takes it.
    ///
    /// # Errors
    /// When none does in time.
    pub async fn connect(host: &str, port: u16, limit: Duration) -> Result<TcpStream, ConnectionFault> {
        let unknown = || ConnectionFault::UnknownHost(host.to_owned());
        let looking = tokio::net::lookup_host((host, port));
        let addresses = timeout(limit, looking).await.map_err(|_| unknown())?.map_err(|_| unknown())?;
        let mut fault = unknown();
        for address in addresses {
            let no_connection = |reason: String| ConnectionFault::NoConnection { address: address.to_string(), reason };
            match timeout(limit, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    // Only the times suffer without it.
                    let _ = stream.set_nodelay(true);
                    return Ok(stream);
                }
                Ok(Err(error)) => fault = no_connection(error.to_string()),
                Err(_) => fault = no_connection(format!("no answer within {} s", limit.as_secs_f64())),
            }
        }
        Err(fault)
    }

    /// Writes all bytes. The peer may have ended the connection: what it sent before that is still read.
    pub async fn write(&mut self, bytes: &[u8], limit: Duration) -> io::Result<()> {
        let writing = async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        };
        timeout(limit, writing).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }

    /// Waits for more bytes; false at the end of the connection.
    pub async fn more(&mut self, until: Instant) -> Result<bool, ConnectionFault> {
        let began = Instant::now();
        match timeout_at(until, self.stream.read_buf(&mut self.unread)).await {
            Ok(Ok(read)) => Ok(read > 0),
            Ok(Err(error)) => Err(error.into()),
            Err(_) => Err(ConnectionFault::Silence(until.saturating_duration_since(began))),
        }
    }

    pub fn unread(&self) -> &[u8] {
        &self.unread
    }

    pub fn drop_read(&mut self, length: usize) {
        self.unread.drain(..length.min(self.unread.len()));
    }

    /// Ends our direction, so that the peer sees that nothing more comes.
    pub async fn shutdown(&mut self, limit: Duration) {
        // The connection is over in any case.
        let _ = timeout(limit, self.stream.shutdown()).await;
    }

    /// Reads the head of an answer. What stands behind it stays unread.
    pub async fn read_head(&mut self, limit: Duration) -> Result<HttpAnswer, ConnectionFault> {
        let until = Instant::now() + limit;
        loop {
            match HttpAnswer::read_head(&self.unread) {
                Some(Ok((answer, end))) => {
                    self.drop_read(end);
                    return Ok(answer);
                }
                Some(Err(error)) if !self.unread.is_empty() => return Err(ConnectionFault::NoHttp(error.line)),
                _ if self.unread.len() > HEAD_LIMIT => {
                    return Err(ConnectionFault::NoHttp(format!("a head of more than {HEAD_LIMIT} bytes")));
                }
                _ => {}
            }
            match self.more(until).await {
                Ok(true) => {}
                Ok(false) => return Err(ConnectionFault::Ended),
                Err(ConnectionFault::Silence(_)) => return Err(ConnectionFault::Silence(limit)),
                Err(fault) => return Err(fault),
            }
        }
    }

    /// Reads an answer with its body, as far as it comes.
    pub async fn read_answer(&mut self, limit: Duration) -> Result<HttpAnswer, ConnectionFault> {
        let mut answer = self.read_head(limit).await?;
        let until = Instant::now() + limit;
        let length = answer.body_length();
        loop {
            let whole = match length {
                BodyLength::Known(length) => {
                    (self.unread.len() >= length).then(|| (self.unread.get(..length).unwrap_or_default().to_vec(), length))
                }
                BodyLength::Chunked => unchunked(&self.unread),
                BodyLength::UntilEnd => None,
            };
            if let Some((body, used)) = whole {
                answer.body = body;
                self.drop_read(used);
                return Ok(answer);
            }
            if self.unread.len() > BODY_LIMIT || !matches!(self.more(until).await, Ok(true)) {
                answer.body = std::mem::take(&mut self.unread);
                return Ok(answer);
            }
        }
    }
}
