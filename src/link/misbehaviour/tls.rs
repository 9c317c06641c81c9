//! What is done wrong on purpose in a handshake of TLS: which of it concerns one handshake, and how its bytes leave. Certificates with faults
//! are made in `faulty_certificates`, the handshakes in `link::tls`.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};

use super::kind::{MisbehaviourKind, MisbehaviourStage};
use super::odd_writer::MisbehaviourReporter;
use super::paced_output::PacedOutput;
use super::parameter::MisbehaviourParameter as P;
use super::plan::{ActiveMisbehaviour, MisbehaviourPlan};
use super::{PATIENCE, faulty_certificates};
use crate::behaviour::StationCertificate;
use crate::clock::now;
use crate::link::network::{AbortiveClose, Socket};
use crate::link::tls::{TlsVersion, TlsVersions};
use crate::ocpp::Role;
use crate::pki::CertificateUse;
use crate::trace::EventKind;

/// What is sent instead of a ClientHello.
const GARBAGE: &[u8] = b"this is no ClientHello\r\n";

/// What is done wrong on purpose in one handshake; by default nothing.
#[derive(Debug, Default)]
pub(in crate::link) struct OddTls(Option<Box<OddHandshakeParts>>);

#[derive(Debug)]
struct OddHandshakeParts {
    active: Vec<Arc<ActiveMisbehaviour>>,
    plan: Arc<MisbehaviourPlan>,
    reporter: MisbehaviourReporter,
    is_over: Arc<AtomicBool>,
}

impl OddTls {
    /// What is on for a handshake that begins now, which takes one of the times of each and reports it. `connects` says whether we do.
    pub fn of(plan: &Arc<MisbehaviourPlan>, reporter: MisbehaviourReporter, our_role: Role, connects: bool) -> OddTls {
        let mut active = plan.of_stage(&[MisbehaviourStage::Tls], our_role, reporter.station);
        let of_clients = [MisbehaviourKind::NoCertificate, MisbehaviourKind::NoHello];
        active.retain(|one| (connects || !of_clients.contains(&one.kind())) && one.spend());
        if active.is_empty() {
            return OddTls::default();
        }
        active.iter().for_each(|one| reporter.report(one));
        OddTls(Some(Box::new(OddHandshakeParts { active, plan: plan.clone(), reporter, is_over: Arc::default() })))
    }

    fn find(&self, kind: MisbehaviourKind) -> Option<&ActiveMisbehaviour> {
        self.0.as_ref()?.active.iter().find(|one| one.kind() == kind).map(|one| &**one)
    }

    fn has(&self, kind: MisbehaviourKind) -> bool {
        self.find(kind).is_some()
    }

    /// The versions that are spoken instead of these.
    pub fn versions(&self, right: TlsVersions) -> TlsVersions {
        if self.has(MisbehaviourKind::OnlyTls12) {
            TlsVersions::only(TlsVersion::V1_2)
        } else if self.has(MisbehaviourKind::OnlyTls13) {
            TlsVersions::only(TlsVersion::V1_3)
        } else {
            right
        }
    }

    /// How long the handshake may take instead of this: one that is slow is for the peer to end.
    pub fn limit(&self, right: Duration) -> Duration {
        if self.has(MisbehaviourKind::SlowTls) || self.has(MisbehaviourKind::SilentTls) { PATIENCE } else { right }
    }

    /// What was done where the handshake cannot succeed because of it.
    pub fn end(&self) -> Option<String> {
        let ends = [MisbehaviourKind::SilentTls, MisbehaviourKind::ResetTls, MisbehaviourKind::NoHello];
        ends.into_iter().find_map(|kind| self.find(kind)).map(ToString::to_string)
    }

    /// Whether no certificate is shown.
    pub fn shows_no_certificate(&self) -> bool {
        self.has(MisbehaviourKind::NoCertificate)
    }

    /// Whether something else is sent instead of a ClientHello.
    pub fn sends_garbage(&self) -> bool {
        self.has(MisbehaviourKind::NoHello)
    }

    /// Sends it, and waits until the peer ends the connection. Returns the end.
    pub async fn garbage<S: AsyncRead + AsyncWrite + Unpin>(&self, socket: &mut S) -> io::Error {
        let sending = async {
            socket.write_all(GARBAGE).await?;
            socket.flush().await?;
            let mut answer = [0; 256];
            while socket.read(&mut answer).await? > 0 {}
            io::Result::Ok(())
        };
        sending.await.err().unwrap_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    /// The socket below the handshake, with bytes that leave as they are to. `has_read` says whether something of the peer was read before.
    pub fn on(&self, socket: Socket, has_read: bool) -> Socket {
        let Some(parts) = &self.0 else { return socket };
        let output = if self.has(MisbehaviourKind::SilentTls) {
            OddOutput::Silent
        } else if self.has(MisbehaviourKind::ResetTls) {
            OddOutput::Reset { has_read }
        } else if let Some(slow) = self.find(MisbehaviourKind::SlowTls) {
            OddOutput::Slow { delay: slow.time(P::Delay), pause: slow.time(P::Pause), output: PacedOutput::default() }
        } else {
            return socket;
        };
        Socket::Odd(Box::new(OddSocket { socket, output, is_over: parts.is_over.clone() }))
    }

    /// The handshake has succeeded: from now on bytes leave at once.
    pub fn is_over(&self) {
        if let Some(parts) = &self.0 {
            parts.is_over.store(true, Ordering::Relaxed);
        }
    }

    /// The certificate that is shown instead of the right one, which is in DER and may be missing for a client. `None` when the right one is
    /// shown, also where no faulty one can be issued, which is recorded.
    pub async fn certificate(&self, right: Option<&[u8]>, purpose: CertificateUse) -> Option<StationCertificate> {
        let parts = self.0.as_ref()?;
        let identity = || {
            let contents = parts.reporter.events.trace().read();
            let row = parts.reporter.station.and_then(|station| contents.stations().get(station));
            row.map_or_else(String::new, |row| row.identity.to_string())
        };
        let terms = faulty_certificates::terms(&parts.active, right, purpose, identity)?;
        let plan = parts.plan.clone();
        // A key of RSA takes a while.
        let issuing = tokio::task::spawn_blocking(move || plan.faulty_certificates().issue(&terms, now().wall));
        match issuing.await.ok()? {
            Ok(issued) => Some(issued),
            Err(fault) => {
                let text = format!("no certificate with a fault could be issued, so the right one is shown: {fault}").into();
                parts.reporter.events.try_send(parts.reporter.station, now(), EventKind::Note { failure: true, text });
                None
            }
        }
    }
}

/// A socket below a handshake that is done wrong on purpose.
#[derive(Debug)]
pub(in crate::link) struct OddSocket<S> {
    socket: S,
    output: OddOutput,
    is_over: Arc<AtomicBool>,
}

/// How the bytes of a handshake leave that is done wrong on purpose.
#[derive(Debug)]
enum OddOutput {
    /// Byte by byte, after a delay.
    Slow {
        /// The time before the first byte, until it has begun.
        delay: Duration,
        /// The time between two bytes.
        pause: Duration,
        /// What waits.
        output: PacedOutput,
    },
    /// Not at all.
    Silent,
    /// The answer to what the peer sent is cut in half, and the connection is reset.
    Reset {
        /// Whether the peer has sent something.
        has_read: bool,
    },
}

impl<S> OddSocket<S> {
    /// The socket below.
    pub fn below(&self) -> &S {
        &self.socket
    }
}

impl<S: AsyncWrite + Unpin> OddSocket<S> {
    /// Writes what waits.
    fn poll_drain(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.output {
            OddOutput::Slow { output, .. } => output.poll_drain(Pin::new(&mut self.socket), context),
            OddOutput::Silent | OddOutput::Reset { .. } => Poll::Ready(Ok(())),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for OddSocket<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        // The library does not flush again while it waits for an answer.
        let _ = this.poll_drain(context)?;
        ready!(Pin::new(&mut this.socket).poll_read(context, buffer))?;
        if let OddOutput::Reset { has_read } = &mut this.output {
            *has_read = true;
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + AbortiveClose + Unpin> AsyncWrite for OddSocket<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(this.poll_drain(context))?;
        if this.is_over.load(Ordering::Relaxed) {
            return Pin::new(&mut this.socket).poll_write(context, bytes);
        }
        match &mut this.output {
            OddOutput::Slow { delay, pause, output } => {
                output.hold(std::mem::take(delay));
                output.pace(*pause);
                output.push(bytes);
                Poll::Ready(Ok(bytes.len()))
            }
            OddOutput::Silent => Poll::Ready(Ok(bytes.len())),
            OddOutput::Reset { has_read: false } => Pin::new(&mut this.socket).poll_write(context, bytes),
            OddOutput::Reset { has_read: true } => {
                ready!(Pin::new(&mut this.socket).poll_write(context, &bytes[..bytes.len().div_ceil(2)]))?;
                this.socket.abort_when_dropped();
                Poll::Ready(Err(io::Error::new(io::ErrorKind::ConnectionReset, "reset on purpose")))
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_drain(context))?;
        Pin::new(&mut this.socket).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_drain(context))?;
        Pin::new(&mut this.socket).poll_shutdown(context)
    }
}
