//! What follows a scenario, however it ended: its open calls are given up, its cleanups run, and its grade and its notes decide whether it
//! is a failure, a warning or a remark.

use std::time::Duration;

use serde::Deserialize;
use tokio::time::Instant;

use super::outcome::{CaseFailure, CaseNote, CaseOutcome, NoteLevel, ScenarioGrade};
use super::player::{CLEANUP, Player};
use super::request::ScriptNote;
use crate::javascript::{ScriptFault, Timers};
use crate::link::LinkOrder;
use crate::trace::{LinkState, StationKey};

/// How long one cleanup may take after the user has cancelled the run.
const CANCELLED: Duration = Duration::from_secs(10);

/// A timer of the script that has not run.
#[derive(Deserialize)]
struct PendingTimer {
    /// In milliseconds.
    delay: f64,
    repeats: bool,
    stack: String,
}

impl Player<'_> {
    /// Keeps a warning or a remark of the script, with its exchange.
    pub(super) fn remark(&mut self, note: &ScriptNote) {
        self.note(None, note.level != NoteLevel::Remark, format!("{}: {}", note.level.name(), note.message));
        let sequences = note.facts.as_ref().map_or(&[][..], |facts| &facts.records);
        let detail = CaseFailure { trace: Vec::new(), ..*self.with_trace(note.detail(), sequences) };
        self.notes.push(CaseNote { level: note.level, detail });
    }

    /// Does everything that follows a scenario, and returns how it ended in the end.
    pub(super) async fn conclude(&mut self, outcome: CaseOutcome, grade: ScenarioGrade) -> CaseOutcome {
        self.session.hub().misbehave(|plan| plan.switch_off(None, None));
        let outcome = self.clean_up(outcome).await;
        let outcome = self.without_timers(outcome);
        self.graded(outcome, grade)
    }

    /// A timer of the script that is still pending never runs. What it would have checked is not checked, so nothing has passed. A
    /// cleanup may clear it.
    fn without_timers(&mut self, outcome: CaseOutcome) -> CaseOutcome {
        if outcome != CaseOutcome::Passed || self.exhausted {
            return outcome;
        }
        let asked = self.script.event("pending", "null");
        let timer: Option<PendingTimer> = asked.ok().flatten().and_then(|json| serde_json::from_str(&json).ok());
        let Some(PendingTimer { delay, repeats, stack }) = timer else { return outcome };
        let what = if repeats { "an interval" } else { "a timer" };
        let seconds = delay / 1000.0;
        let message = format!("{what} of {seconds} s was still set when the scenario ended; wait for it, or clear it");
        let place = ScriptFault::new(&message, &stack).place;
        CaseOutcome::Failed(self.with_trace(*CaseFailure::plain(message, place), &[]))
    }

    /// Runs the cleanups, the last one first. One that fails does not keep the others from running.
    async fn clean_up(&mut self, outcome: CaseOutcome) -> CaseOutcome {
        if !self.cleanups.is_empty() || self.options.listen.is_some() {
            self.give_up_calls();
        }
        if self.cleanups.is_empty() || self.exhausted {
            return outcome;
        }
        let mut outcome = outcome;
        self.cleaning = true;
        self.section("after the scenario".to_owned(), false);
        self.timers = Timers::default(); // those of the scenario, which may hang
        while let Some(within) = self.cleanups.pop() {
            let cancelled = self.options.stop.is_cancelled();
            self.deadline = Instant::now() + if cancelled { within.min(CANCELLED) } else { within };
            self.steps.clear();
            self.faults.clear();
            drop(self.script.take_unhandled_rejections());
            let started = self.script.event("cleanup", "null").map(drop);
            let ended = self.outcome(CLEANUP, started).await;
            outcome = self.cleaned(outcome, ended);
            self.give_up_calls();
            if self.exhausted {
                break;
            }
        }
        self.cleaning = false;
        outcome
    }

    /// A cleanup has ended: its failure is reported, and hides nothing that the scenario has found.
    fn cleaned(&mut self, outcome: CaseOutcome, ended: CaseOutcome) -> CaseOutcome {
        match ended {
            CaseOutcome::Broken(failure) if !matches!(outcome, CaseOutcome::Failed(_) | CaseOutcome::Broken(_)) => {
                CaseOutcome::Broken(failure)
            }
            CaseOutcome::Failed(failure) | CaseOutcome::Broken(failure) => {
                self.notes.push(CaseNote { level: NoteLevel::Cleanup, detail: *failure });
                outcome
            }
            CaseOutcome::Passed | CaseOutcome::Warned | CaseOutcome::Skipped(_) => outcome,
        }
    }

    /// Nothing on the links of the script waits for an answer any longer: the next call is sent at once, and a late answer is no answer to
    /// it. The other end of a simulated link goes on.
    fn give_up_calls(&self) {
        let ours: Vec<StationKey> = {
            let contents = self.hub().trace().read();
            let up = contents.stations().rows().iter().filter(|row| row.state == LinkState::Connected);
            up.map(|row| row.key).filter(|key| !self.session.hidden.contains(key)).collect()
        };
        for station in ours {
            // A link that has gone has no open calls.
            let _ = self.hub().order(station, LinkOrder::GiveUpCalls);
        }
    }

    /// What the grade and the notes make of the outcome.
    fn graded(&mut self, outcome: CaseOutcome, grade: ScenarioGrade) -> CaseOutcome {
        let note = |level, detail| CaseNote { level, detail };
        let mut outcome = match (outcome, grade) {
            // A script that exceeded a limit is a fault of the script, whatever it checks.
            (CaseOutcome::Failed(failure), ScenarioGrade::Should) if !self.exhausted => {
                self.notes.insert(0, note(NoteLevel::Warning, *failure));
                CaseOutcome::Passed
            }
            (CaseOutcome::Failed(failure), ScenarioGrade::May) if !self.exhausted => {
                self.notes.insert(0, note(NoteLevel::Remark, *failure));
                CaseOutcome::Passed
            }
            (outcome, _) => outcome,
        };
        let warning = self.notes.iter().position(|note| note.level != NoteLevel::Remark);
        if let (Some(first), CaseOutcome::Passed | CaseOutcome::Skipped(_)) = (warning, &outcome) {
            if let CaseOutcome::Skipped(reason) = outcome {
                self.notes.push(note(NoteLevel::Remark, *CaseFailure::plain(format!("it was skipped: {reason}"), None)));
            }
            outcome = CaseOutcome::Warned;
            if self.options.warnings_as_errors {
                outcome = CaseOutcome::Failed(Box::new(self.notes.remove(first).detail));
            }
        }
        outcome
    }
}
