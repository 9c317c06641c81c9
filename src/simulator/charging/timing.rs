//! The schedule of one profile in time: when it begins, comes back and ends, and which of its periods counts at a time.

use jiff::{SignedDuration, Timestamp};

use super::profile::ChargingProfile;
use super::schedule::{OperationMode, ProfileKind, RateUnit};
use crate::simulator::payload::seconds_later;

/// What one profile says at a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ProfileRate {
    pub limit: f64,
    pub unit: RateUnit,
    pub phases: u8,
    pub least: f64,
    pub mode: OperationMode,
}

impl ChargingProfile {
    /// The first start of the schedule. One that names none is relative to the start of charging (OCPP 1.6 §7.13), also
    /// an absolute and a recurring one, from which many central systems leave it out.
    fn first_begin(&self, charging: Timestamp) -> Timestamp {
        let without = if self.purpose.is_of_transactions() { charging } else { self.received };
        self.schedule.start.unwrap_or(without)
    }

    /// The start of the schedule that applies at a time: the first, or the last recurrence by then.
    fn begin(&self, at: Timestamp, charging: Timestamp) -> Timestamp {
        let first = self.first_begin(charging);
        match self.schedule.kind {
            ProfileKind::Recurring(seconds) if at > first => {
                let rounds = at.duration_since(first).as_secs() / seconds;
                seconds_later(first, rounds * seconds)
            }
            _ => first,
        }
    }

    /// What the profile says at a time; `None` when it does not cover that time. `charging` is the start of charging.
    pub(super) fn rate_at(&self, at: Timestamp, charging: Timestamp) -> Option<ProfileRate> {
        let valid = self.valid_from.is_none_or(|from| from <= at) && !self.has_ended(at);
        let elapsed = at.duration_since(self.begin(at, charging));
        let reached = |seconds: i64| elapsed >= SignedDuration::from_secs(seconds);
        let schedule = &self.schedule;
        if !valid || !reached(0) || schedule.duration.is_some_and(reached) {
            return None;
        }
        let period = schedule.periods.iter().rev().find(|period| reached(period.start))?;
        Some(ProfileRate {
            limit: period.limit,
            unit: schedule.unit,
            phases: period.phases,
            least: schedule.least,
            mode: period.mode,
        })
    }

    /// The times between two others at which what it says may change.
    pub(super) fn changes(&self, from: Timestamp, to: Timestamp, charging: Timestamp) -> Vec<Timestamp> {
        let schedule = &self.schedule;
        let offsets = || schedule.periods.iter().map(|period| period.start).chain(schedule.duration);
        let mut changes: Vec<_> = self.valid_from.into_iter().chain(self.valid_to).collect();
        let mut at = from;
        loop {
            let begin = self.begin(at, charging);
            changes.extend(offsets().map(|offset| seconds_later(begin, offset)));
            let ProfileKind::Recurring(seconds) = schedule.kind else { break };
            // each round is over when the next begins
            at = seconds_later(begin, seconds);
            if at >= to {
                break;
            }
        }
        changes.retain(|change| *change > from && *change < to);
        changes
    }
}
