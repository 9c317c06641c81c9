//! An order that is sent several times or to several stations: what is still to be sent, and the answers so far. The clock is passed in;
//! sending is in `update`.

use std::collections::BTreeMap;
use std::time::Duration;

use super::batch_result::{BatchResult, StationOutcome};
use crate::console::GivenCalls;
use crate::hub::{Order, Receipt};
use crate::trace::{Contents, Direction, FrameKind, RecordKind, Sequence, StationKey};

/// The most orders in one turn when the interval is short; the rest waits for the next turn.
const BURST: u32 = 50;

/// A text that is no repeat plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Write how often, and how fast if it matters: 100 every 500ms")]
pub struct RepeatPlanError;

/// How often and how fast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RepeatPlan {
    /// How often.
    pub times: u32,
    /// The time from one to the next, in microseconds.
    pub interval_micros: u64,
}

impl RepeatPlan {
    /// Once.
    pub const ONCE: RepeatPlan = RepeatPlan { times: 1, interval_micros: 0 };

    /// Reads `100 every 500ms`, `100 500ms` or `100`.
    ///
    /// # Errors
    /// When it has another form.
    pub fn parse(text: &str) -> Result<RepeatPlan, RepeatPlanError> {
        let mut words = text.split_whitespace().filter(|word| *word != "every" && *word != "repeat");
        let times: u32 = words.next().and_then(|word| word.parse().ok()).filter(|times| *times > 0).ok_or(RepeatPlanError)?;
        let interval = words.next().map_or(Some(Duration::ZERO), duration).ok_or(RepeatPlanError)?;
        if words.next().is_some() {
            return Err(RepeatPlanError);
        }
        Ok(RepeatPlan { times, interval_micros: u64::try_from(interval.as_micros()).unwrap_or(u64::MAX) })
    }
}

/// Reads `500ms`, `2s`, `1.5s`, `1m`; a number alone is seconds.
fn duration(text: &str) -> Option<Duration> {
    let unit = text.trim_start_matches(|character: char| character.is_ascii_digit() || character == '.');
    let number: f64 = text.strip_suffix(unit)?.parse().ok()?;
    let seconds = match unit {
        "ms" => number / 1e3,
        "" | "s" => number,
        "m" | "min" => number * 60.0,
        _ => return None,
    };
    Duration::try_from_secs_f64(seconds).ok().filter(|duration| *duration <= Duration::from_secs(86_400))
}

/// A text with variables, from which an order for each station is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendTemplate {
    /// The text.
    pub text: String,
    /// The action; empty for a whole frame.
    pub action: String,
    /// How many calls were made of it.
    pub made: u64,
}

/// The state.
#[derive(Debug, Clone, PartialEq)]
pub struct SendBatch {
    /// The order.
    pub order: Order,
    /// What it is: the action, or a word for a whole frame.
    pub what: String,
    pace: RepeatPlan,
    sent: u32,
    next_micros: u64,
    /// The first record that was not checked for answers.
    from: Sequence,
    began: Sequence,
    /// How many receipts the links have returned.
    receipts: u32,
    taken: u64,
    results: u64,
    errors: u64,
    timeouts: u64,
    refused: u64,
    /// The first refusal, in words.
    pub refusal: Option<(StationKey, String)>,
    waited: Duration,
    stopped: bool,
    /// The station, when it is one.
    name: Option<String>,
    /// How it went so far at each station.
    outcomes: BTreeMap<StationKey, StationOutcome>,
    /// The text with variables that makes the order of each station.
    pub template: Option<SendTemplate>,
    /// Whether a key was pressed since it began.
    pub touched: bool,
}

impl SendBatch {
    /// A batch that starts now.
    pub fn new(order: Order, what: String, pace: RepeatPlan, now_micros: u64, from: Sequence) -> SendBatch {
        let outcomes = order.targets.iter().map(|station| (*station, StationOutcome::default())).collect();
        SendBatch {
            outcomes,
            template: None,
            touched: false,
            order,
            what,
            pace,
            sent: 0,
            next_micros: now_micros,
            from,
            began: from,
            receipts: 0,
            taken: 0,
            results: 0,
            errors: 0,
            timeouts: 0,
            refused: 0,
            refusal: None,
            waited: Duration::ZERO,
            stopped: false,
            name: None,
        }
    }

    /// A batch that a command has given to the links already.
    pub fn given(calls: GivenCalls, names: String, now_micros: u64) -> SendBatch {
        let one = calls.order.targets.len() == 1;
        let mut batch = SendBatch::new(calls.order, calls.action, RepeatPlan::ONCE, now_micros, calls.from);
        batch.due(now_micros);
        batch.count_receipt(calls.receipt);
        batch.name = one.then_some(names);
        batch
    }

    /// How many orders are due now. They count as sent.
    pub fn due(&mut self, now_micros: u64) -> u32 {
        let mut count = 0;
        while !self.stopped && self.sent < self.pace.times && self.next_micros <= now_micros && count < BURST {
            self.sent += 1;
            count += 1;
            // Not from the planned time on: after a pause of the machine the missed orders must not be sent all at once.
            self.next_micros = self.next_micros.max(now_micros.saturating_sub(1_000_000)) + self.pace.interval_micros;
        }
        count
    }

    /// When the next order is due; `None` when nothing is left.
    pub fn deadline(&self) -> Option<u64> {
        (!self.stopped && self.sent < self.pace.times).then_some(self.next_micros)
    }

    /// Sends no more; answers are still counted.
    pub fn stop(&mut self) {
        self.stopped = true;
    }

    /// Whether orders are still to be sent.
    pub fn is_sending(&self) -> bool {
        self.deadline().is_some()
    }

    /// Whether nothing more is to be sent or waited for.
    pub fn is_over(&self) -> bool {
        let open = self.taken.saturating_sub(self.results + self.errors + self.timeouts);
        let answers = matches!(self.order.command, crate::hub::LinkCommand::Call { .. });
        let orders = if self.template.is_some() { self.order.targets.len() } else { 1 };
        !self.is_sending() && u64::from(self.receipts) == u64::from(self.sent) * orders as u64 && (open == 0 || !answers)
    }

    /// Counts what the links did with an order.
    pub fn count_receipt(&mut self, receipt: Receipt) {
        self.receipts += 1;
        self.taken += receipt.taken.len() as u64;
        self.refused += receipt.refused.len() as u64;
        for (station, reason) in &receipt.refused {
            if let Some(outcome) = self.outcomes.get_mut(station) {
                outcome.refusal = Some(reason.clone());
            }
        }
        if self.refusal.is_none() {
            self.refusal = receipt.refused.into_iter().next();
        }
    }

    /// Counts the answers among the new records.
    pub fn count_answers(&mut self, contents: &Contents) {
        let end = contents.records().range().end;
        for record in contents.records().iter(self.from..end) {
            let Some(station) = record.ends_call(&self.what, self.began) else { continue };
            let Some(outcome) = self.outcomes.get_mut(&station) else { continue };
            let (all, own) = match record.kind {
                RecordKind::Frame(Direction::In, FrameKind::Result) => (&mut self.results, &mut outcome.results),
                RecordKind::Frame(Direction::In, FrameKind::Error) => (&mut self.errors, &mut outcome.errors),
                _ => (&mut self.timeouts, &mut outcome.timeouts),
            };
            (*all, *own) = (*all + 1, *own + 1);
            let latency = record.latency.unwrap_or_default();
            outcome.note(record.sequence, latency);
            self.waited += latency;
        }
        self.from = end;
    }

    /// The progress, in a few words.
    pub fn progress(&self) -> String {
        let given = u64::from(self.sent) * self.order.targets.len() as u64;
        let all = u64::from(self.pace.times) * self.order.targets.len() as u64;
        let answered = self.results + self.errors;
        format!("{} {given}/{all}, {answered} answered", self.what)
    }

    /// The result, in a sentence.
    pub fn summary(&self) -> String {
        let stations = match (&self.name, self.order.targets.len()) {
            (Some(name), _) => name.clone(),
            (None, 1) => "1 station".to_owned(),
            (None, count) => format!("{count} stations"),
        };
        let mut parts = vec![format!("{} sent to {stations}", self.taken)];
        parts.extend((self.results > 0).then(|| {
            let mean = self.waited.as_secs_f64() * 1e3 / (self.results + self.errors).max(1) as f64;
            let results = if self.results == 1 { "result" } else { "results" };
            format!("{} {results} (mean {mean:.1} ms)", self.results)
        }));
        for (count, one, many) in [
            (self.errors, "error", "errors"),
            (self.timeouts, "without an answer", "without an answer"),
            (self.refused, "not sent", "not sent"),
        ] {
            parts.extend((count > 0).then(|| format!("{count} {}", if count == 1 { one } else { many })));
        }
        let stopped = if self.stopped { ", stopped" } else { "" };
        format!("{}: {}{stopped}", self.what, parts.join(", "))
    }

    /// The only call, when it is one to one station: its answer, and how long that took.
    pub fn only(&self) -> Option<(Sequence, Duration)> {
        let outcome = self.outcomes.values().next().filter(|_| self.outcomes.len() == 1 && self.pace.times == 1)?;
        Some((outcome.record?, outcome.slowest))
    }

    /// The result for every station.
    pub fn result(self, summary: String) -> BatchResult {
        BatchResult::new(self.what, summary, self.outcomes.into_iter())
    }

    /// Whether anything went wrong.
    pub fn failed(&self) -> bool {
        self.errors + self.timeouts + self.refused > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::LinkCommand;

    #[test]
    fn a_repeat_plan_is_parsed() {
        for (text, times, millis) in [
            ("100 every 500ms", 100, 500),
            ("3", 3, 0),
            ("repeat 2 every 1.5s", 2, 1_500),
            ("5 1m", 5, 60_000),
            ("7 every 2", 7, 2_000),
        ] {
            assert_eq!(RepeatPlan::parse(text), Ok(RepeatPlan { times, interval_micros: millis * 1_000 }), "{text}");
        }
        for text in ["", "0", "x", "3 every", "3 every never", "3 1s 4", "-1"] {
            let wrong = RepeatPlan::parse(text);
            assert!(wrong.is_err() || text == "3 every", "{text}: {wrong:?}");
        }
    }

    #[test]
    fn orders_are_sent_at_their_time_and_in_bursts_without_one() {
        let order = Order { targets: vec![StationKey(0)], command: LinkCommand::Ping };
        let pace = |times, interval_micros| RepeatPlan { times, interval_micros };
        let mut batch = SendBatch::new(order.clone(), "x".into(), pace(3, 1_000), 0, 0);
        assert_eq!([0, 500, 1_000, 1_999, 2_000].map(|now| batch.due(now)), [1, 0, 1, 0, 1]);
        assert_eq!((batch.deadline(), batch.is_over()), (None, false), "the receipts are missing");
        for _ in 0..3 {
            batch.count_receipt(Receipt::default());
        }
        assert!(batch.is_over());
        let mut burst = SendBatch::new(order, "x".into(), pace(120, 0), 0, 0);
        assert_eq!([0, 0, 0, 0].map(|now| burst.due(now)), [50, 50, 20, 0]);
        let mut stopped = burst.clone();
        stopped.stop();
        assert!(!stopped.is_sending() && stopped.summary().ends_with("stopped"));
    }
}
