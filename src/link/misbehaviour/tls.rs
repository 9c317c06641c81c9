//! What is done wrong on purpose in a handshake of TLS: which of it concerns one handshake, and which certificate is shown. How bytes leave
//! is in `odd_socket`; the handshakes are in `link::tls`.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::PATIENCE;
use super::kind::{MisbehaviourKind, MisbehaviourStage};
use super::odd_socket::{OddOutput, OddSocket};
use super::odd_writer::MisbehaviourReporter;
use super::paced_output::PacedOutput;
use super::parameter::MisbehaviourParameter as P;
use super::plan::{ActiveMisbehaviour, MisbehaviourPlan};
use crate::behaviour::StationCertificate;
use crate::clock::now;
use crate::link::network::Socket;
use crate::link::tls::{TlsVersion, TlsVersions};
use crate::ocpp::Role;
use crate::pki::{CertificateDefect, CertificateFacts, CertificateTerms, CertificateUse, ChainForm};
use crate::trace::EventKind;

/// What is sent instead of a ClientHello.
const GARBAGE: &[u8] = b"this is no ClientHello\r\n";
/// The operator in the certificate of a station that has no right one.
const OPERATOR: &str = "ocpp-tui";

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
        if self.has(MisbehaviourKind::OnlyTls11) {
            TlsVersions::only(TlsVersion::V1_1)
        } else if self.has(MisbehaviourKind::OnlyTls12) {
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
        let terms = terms(&parts.active, right, purpose, identity)?;
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

/// What the certificate of a handshake is to be; `None` when no fault is on. The right one is in DER; `identity` is asked where there is
/// none.
pub(super) fn terms(
    active: &[Arc<ActiveMisbehaviour>],
    right: Option<&[u8]>,
    purpose: CertificateUse,
    identity: impl FnOnce() -> String,
) -> Option<CertificateTerms> {
    if !active.iter().any(|one| one.kind().is_about_certificate()) {
        return None;
    }
    let mut terms = match right.and_then(CertificateFacts::read) {
        Some(facts) => CertificateTerms::like(&facts, purpose),
        None => CertificateTerms::station(identity(), OPERATOR),
    };
    for one in active {
        match one.kind() {
            MisbehaviourKind::ExpiredCertificate => terms.defects.push(CertificateDefect::Expired),
            MisbehaviourKind::ForeignCertificate => terms.defects.push(CertificateDefect::ForeignAuthority),
            MisbehaviourKind::SelfSignedCertificate => terms.defects.push(CertificateDefect::SelfSigned),
            MisbehaviourKind::NoIntermediate => terms.chain = ChainForm::MissingIntermediate,
            MisbehaviourKind::WrongNameCertificate => {
                let name = one.text(P::Name).unwrap_or_default().into_string();
                terms.names = terms.names.first().map(|_| name.clone()).into_iter().collect();
                terms.common_name = name;
            }
            _ => {}
        }
    }
    Some(terms)
}
