//! How a scenario ended: by the result of the script, a fault of the engine, or a timeout; with its place and the trace around it.

use super::excerpt::Excerpt;
use super::files;
use super::outcome::{CaseFailure, CaseOutcome};
use super::player::{FILE, MEMORY, Player, TURN};
use super::request::{HostRequest, ScenarioResult, ScenarioStep};
use crate::javascript::{ScriptFault, ScriptLimit, millis};

impl Player<'_> {
    /// The outcome of a scenario that the script has ended.
    pub(super) fn apply_verdict(&mut self, settled: ScenarioResult) -> CaseOutcome {
        let sequences: Vec<u64> = settled.facts.as_ref().map(|facts| facts.records.clone()).unwrap_or_default();
        self.faults.extend(self.script.take_unhandled_rejections());
        // A failure before a scenario is skipped is a failure.
        if let ("passed" | "skipped", Some(fault)) = (settled.outcome.as_str(), self.faults.first()) {
            let message = format!("something failed that was not awaited: {}", fault.message);
            return CaseOutcome::Failed(self.with_trace(*CaseFailure::plain(message, fault.place.clone()), &[]));
        }
        match settled.outcome.as_str() {
            "passed" => match self.steps.iter().find(|step| !step.idle) {
                Some(step) => {
                    let place = place(step);
                    let message = format!("the scenario ended before this step was over: {}; put `await` before it", step.text);
                    CaseOutcome::Failed(self.with_trace(*CaseFailure::plain(message, place), &[]))
                }
                None if settled.index == FILE && self.declared.is_empty() && !settled.judged && self.last_step.is_none() => {
                    CaseOutcome::Broken(CaseFailure::plain("there is no scenario in it, and nothing that could fail", None))
                }
                None => CaseOutcome::Passed,
            },
            "skipped" => CaseOutcome::Skipped(settled.message),
            "broken" => CaseOutcome::Broken(self.with_trace(settled.failure(), &sequences)),
            _ => CaseOutcome::Failed(self.with_trace(settled.failure(), &sequences)),
        }
    }

    /// The outcome when the engine has stopped the script or cannot run its text.
    pub(super) fn stopped(&mut self, fault: ScriptFault) -> CaseOutcome {
        let message = match fault.bound {
            Some(ScriptLimit::Time) => {
                format!("it computed for {} s without a pause; is that an endless loop?", TURN.as_secs())
            }
            Some(ScriptLimit::Memory) => format!("it wanted more than {} MiB of memory", MEMORY >> 20),
            None => fault.message,
        };
        // The requests of the unfinished turn are not executed, but they show how far it came.
        let unfinished = std::mem::take(&mut *self.requests.borrow_mut());
        for request in unfinished {
            match request {
                HostRequest::Step(step) => self.steps.push(step),
                HostRequest::Done(number) => self.done(number),
                HostRequest::Cleanup(within) => self.cleanups.push(millis(Some(within))),
                _ => {}
            }
        }
        let failure = *CaseFailure::plain(message, fault.place);
        match fault.bound {
            Some(ScriptLimit::Time | ScriptLimit::Memory) => {
                self.exhausted = true;
                let open = self.steps.last();
                let (step, place) = (open.map(|step| step.text.clone()), failure.place.or(open.and_then(place)));
                CaseOutcome::Failed(self.with_trace(CaseFailure { place, step, ..failure }, &[]))
            }
            None => CaseOutcome::Broken(Box::new(self.with_line(failure))),
        }
    }

    /// The outcome of a scenario that has timed out: it names the step that hangs.
    pub(super) fn timed_out(&mut self) -> CaseOutcome {
        let taken = (self.began.elapsed().as_secs_f64() * 10.0).round() / 10.0;
        let message = format!("it was still not over after {taken} s");
        // A failure that was not awaited is often why the rest waits for ever.
        self.faults.extend(self.script.take_unhandled_rejections());
        let unseen = self.faults.first().map(|fault| format!("; before, something failed that was not awaited: {fault}"));
        let failure = match (self.steps.last(), &self.last_step) {
            (Some(open), _) => {
                let message = format!("{message} and hangs in this step");
                CaseFailure { message, place: place(open), step: Some(open.text.clone()), ..CaseFailure::default() }
            }
            (None, Some(last)) => {
                let message = format!("{message} and hangs behind this step, which is over");
                CaseFailure { message, place: place(last), step: Some(last.text.clone()), ..CaseFailure::default() }
            }
            (None, None) => CaseFailure { message: format!("{message} and has begun no step"), ..CaseFailure::default() },
        };
        let message = failure.message + &unseen.unwrap_or_default();
        CaseOutcome::Failed(self.with_trace(CaseFailure { message, ..failure }, &[]))
    }

    /// The failure with the trace around it.
    pub(super) fn with_trace(&self, failure: CaseFailure, sequences: &[u64]) -> Box<CaseFailure> {
        let contents = self.session.hub().trace().read();
        let excerpt = Excerpt::new(&contents, self.session.began, &self.session.hidden);
        let (exchange, trace) = (excerpt.lines(sequences), excerpt.around(sequences));
        Box::new(CaseFailure { exchange, trace, ..self.with_line(failure) })
    }

    /// The failure with the line of the script at its place.
    fn with_line(&self, failure: CaseFailure) -> CaseFailure {
        let line = failure.place.as_deref().and_then(|place| files::line_at(place, self.options.shipped));
        CaseFailure { line, ..failure }
    }
}

/// The place where a step started.
fn place(step: &ScenarioStep) -> Option<String> {
    ScriptFault::new(&step.text, &step.stack).place
}
