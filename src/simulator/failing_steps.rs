//! Steps of the machine that fail on request: downloads, installations, uploads, restarts.

use crate::behaviour::{FailingStep, FailureTimes};

/// Which steps fail, and how often.
#[derive(Debug, Default)]
pub(super) struct FailingSteps {
    times: [Option<FailureTimes>; FailingStep::ALL.len()],
}

impl FailingSteps {
    /// A step fails from now on, or the next time, or not any more.
    pub(super) fn set(&mut self, step: FailingStep, times: FailureTimes) {
        self.times[step as usize] = Some(times).filter(|times| *times != FailureTimes::Never);
    }

    /// Whether a step that is done now fails.
    pub(super) fn take(&mut self, step: FailingStep) -> bool {
        let times = &mut self.times[step as usize];
        let fails = times.is_some();
        *times = times.filter(|times| *times == FailureTimes::Always);
        fails
    }
}
