//! What is known of an attempt to connect while it goes on, and the time of each step. The sides that connect and that listen use it alike;
//! what it becomes is a [`ConnectionAttempt`].

use std::sync::Arc;

use tokio::time::Instant;

use crate::trace::{
    ConnectionAttempt, ConnectionFailure, ConnectionStep, ConnectionSteps, FailureCause, FailureSide, TlsFacts,
};

/// An attempt to connect that goes on.
#[derive(Debug, Clone)]
pub(in crate::link) struct AttemptProgress {
    began: Instant,
    /// The step that goes on.
    step: ConnectionStep,
    steps: ConnectionSteps,
    /// The head of the request; empty until there is one.
    pub request: Box<str>,
    /// The head of the answer; empty until there is one.
    pub answer: Box<str>,
    /// What is known of TLS.
    pub tls: Option<Arc<TlsFacts>>,
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
        let (request, answer) = (Box::default(), Box::default());
        AttemptProgress { began: Instant::now(), step, steps: ConnectionSteps::default(), request, answer, tls: None }
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

    /// The attempt, as it stands.
    pub fn attempt(self) -> ConnectionAttempt {
        let AttemptProgress { steps, request, answer, tls, .. } = self;
        ConnectionAttempt { request, answer, tls, steps: Some(Box::new(steps)), ..ConnectionAttempt::default() }
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
