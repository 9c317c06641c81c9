//! What is known of an attempt to connect while it goes on, and the time of each step. The sides that connect and that listen use it alike;
//! what it becomes is a [`ConnectionAttempt`].

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::time::Instant;

use crate::clock::now;

use crate::trace::{
    ConnectionAttempt, ConnectionFailure, ConnectionStep, ConnectionSteps, FailureCause, FailureSide, HandshakeFinding,
    StationProof, TlsFacts, tls_findings,
};

/// An attempt to connect that goes on.
#[derive(Debug, Clone)]
pub(in crate::link) struct AttemptProgress {
    began: Instant,
    /// The step that goes on.
    step: ConnectionStep,
    steps: ConnectionSteps,
    /// The head of the request; empty until there is one. Shared, because over SOAP every request is an attempt, and few are recorded as one.
    pub request: Arc<str>,
    /// The head of the answer; empty until there is one.
    pub answer: Box<str>,
    /// What is known of TLS.
    pub tls: Option<Arc<TlsFacts>>,
    /// Whether the request has a password.
    pub password: bool,
    /// Whether a proxy that is trusted has secured the way to it with TLS.
    pub secured_before: bool,
    /// The other end, where what is odd about its certificates and its password is to be found when the attempt is over.
    pub checked_peer: Option<SocketAddr>,
    /// The other end of a TCP connection of ours, once there is one.
    pub connected_to: Option<SocketAddr>,
    /// Whether the attempt is ours.
    dialled: bool,
}

impl AttemptProgress {
    /// An attempt of ours, which begins now.
    pub fn dialling() -> AttemptProgress {
        AttemptProgress::begin(ConnectionStep::Resolve)
    }

    /// An attempt of a peer, whose TCP connection was just accepted.
    pub fn accepted() -> AttemptProgress {
        AttemptProgress::begin(ConnectionStep::Connect)
    }

    fn begin(step: ConnectionStep) -> AttemptProgress {
        let (request, answer) = (Arc::default(), Box::default());
        let dialled = step == ConnectionStep::Resolve;
        AttemptProgress {
            began: Instant::now(),
            step,
            steps: ConnectionSteps::default(),
            request,
            answer,
            tls: None,
            password: false,
            secured_before: false,
            checked_peer: None,
            connected_to: None,
            dialled,
        }
    }

    /// The step that goes on is done, and this one begins.
    pub fn enter(&mut self, next: ConnectionStep) {
        self.done();
        self.step = next;
    }

    /// The step that goes on is done.
    pub fn done(&mut self) {
        self.steps.set(self.step, self.began.elapsed());
    }

    /// The step that goes on.
    pub fn step(&self) -> ConnectionStep {
        self.step
    }

    /// What is odd about the certificates and the password of a request that was let in. On one machine a password needs no protection.
    pub fn security_findings(&self, peer: SocketAddr) -> Vec<HandshakeFinding> {
        match &self.tls {
            Some(tls) => tls_findings(tls, self.dialled, now().wall.as_microsecond()),
            None if self.password && !self.secured_before && !peer.ip().to_canonical().is_loopback() => {
                vec![HandshakeFinding::PasswordInClear]
            }
            None => Vec::new(),
        }
    }

    fn proof(&self) -> StationProof {
        let chain = |tls: &Arc<TlsFacts>| !if self.dialled { &tls.own_chain } else { &tls.peer_chain }.is_empty();
        match self.password {
            _ if self.tls.as_ref().is_some_and(chain) => StationProof::Certificate,
            true => StationProof::Password,
            false => StationProof::Nothing,
        }
    }

    /// The attempt, as it stands.
    pub fn attempt(self) -> ConnectionAttempt {
        let (proof, findings) = (self.proof(), self.checked_peer.map(|peer| self.security_findings(peer)).unwrap_or_default());
        let AttemptProgress { steps, request, answer, tls, connected_to, .. } = self;
        ConnectionAttempt {
            request: (&*request).into(),
            answer,
            proof,
            findings,
            tls,
            steps: Some(Box::new(steps)),
            peer: connected_to,
            ..ConnectionAttempt::default()
        }
    }

    /// The attempt, which failed in the step that goes on.
    pub fn failed(self, side: FailureSide, cause: FailureCause) -> ConnectionAttempt {
        let failure = ConnectionFailure { side, step: self.step, cause };
        ConnectionAttempt { failure: Some(Box::new(failure)), ..self.attempt() }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_password_without_tls_is_a_finding_but_on_this_machine() {
        let found = |password, peer: &str| {
            let progress = AttemptProgress { password, ..AttemptProgress::accepted() };
            (progress.security_findings(peer.parse().unwrap()), progress.attempt().proof)
        };
        assert_eq!(found(false, "192.0.2.1:5"), (vec![], StationProof::Nothing));
        assert_eq!(found(true, "192.0.2.1:5"), (vec![HandshakeFinding::PasswordInClear], StationProof::Password));
        assert_eq!(found(true, "127.0.0.1:5"), (vec![], StationProof::Password));
        assert_eq!(found(true, "[::ffff:127.0.0.1]:5"), (vec![], StationProof::Password));
        let behind = AttemptProgress { password: true, secured_before: true, ..AttemptProgress::accepted() };
        assert_eq!(behind.security_findings("192.0.2.1:5".parse().unwrap()), [], "a proxy ends TLS before us");
    }

    #[tokio::test(start_paused = true)]
    async fn each_step_has_the_time_at_which_it_was_done() {
        let pass = |millis| tokio::time::advance(Duration::from_millis(millis));
        let mut progress = AttemptProgress::dialling();
        pass(5).await;
        progress.enter(ConnectionStep::Connect);
        pass(20).await;
        progress.enter(ConnectionStep::Request);
        let failed = progress.clone().failed(FailureSide::CentralSystem, FailureCause::Silent);
        assert_eq!(failed.failure.unwrap().step, ConnectionStep::Request);
        progress.enter(ConnectionStep::Answer);
        pass(75).await;
        progress.done();
        let at = |millis| Some(Duration::from_millis(millis));
        let expected =
            ConnectionSteps { resolved: at(5), connected: at(25), secured: None, requested: at(25), answered: at(100) };
        assert_eq!(progress.attempt().steps.as_deref(), Some(&expected));
        assert_eq!(failed.steps.unwrap().answered, None);
    }
}
