//! A simulated station whose own time passes faster than that of the session: its timers, its meters and the times in its messages. The link below
//! keeps the session's time, so what waits for the central system waits as long as ever.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::behaviour::{
    Answer, Behaviour, CallOutcome, IncomingCall, LinkWish, Outbox, PhysicalAction, PhysicalActionError, Proposal,
    ProposedEffect,
};
use crate::clock::Moment;
use crate::ocpp::{Role, Version};

/// What is added to a time that is handed to the link, against rounding: a timer must not end before it is due.
const ROUNDING: Duration = Duration::from_micros(1);

/// A station with a faster clock.
pub struct AcceleratedStation {
    station: Box<dyn Behaviour>,
    /// How many seconds pass at it in one of the session; above 0.
    factor: f64,
    /// When both clocks showed the same.
    began: Moment,
}

impl AcceleratedStation {
    /// A station whose clock leaves that of the session from `began` on.
    pub fn new(station: Box<dyn Behaviour>, factor: f64, began: Moment) -> AcceleratedStation {
        AcceleratedStation { station, factor, began }
    }

    /// The time at the station. A time beyond the range of the clocks stays at the beginning.
    fn at_station(&self, now: Moment) -> Moment {
        let passed = now.monotonic.saturating_duration_since(self.began.monotonic);
        let passed = Duration::try_from_secs_f64(passed.as_secs_f64() * self.factor).unwrap_or_default();
        self.began.monotonic.checked_add(passed).map_or(self.began, |monotonic| self.began.at(monotonic))
    }

    /// When a time of the station comes in the session.
    fn in_session(&self, at: Instant) -> Option<Instant> {
        let passed = at.saturating_duration_since(self.began.monotonic).as_secs_f64() / self.factor;
        self.began.monotonic.checked_add(Duration::try_from_secs_f64(passed).ok()?)?.checked_add(ROUNDING)
    }

    /// Lets the station do something at its own time; a restart takes its own time, too.
    fn with_time<T>(
        &mut self,
        now: Moment,
        out: &mut Outbox,
        act: impl FnOnce(&mut dyn Behaviour, Moment, &mut Outbox) -> T,
    ) -> T {
        let now = self.at_station(now);
        let done = act(&mut *self.station, now, out);
        match out.take_wish() {
            Some(LinkWish::Restart(after)) => {
                out.restart(Duration::try_from_secs_f64(after.as_secs_f64() / self.factor).unwrap_or(after));
            }
            Some(LinkWish::Cut) => out.cut(),
            Some(LinkWish::Refuse) => out.refuse(),
            Some(LinkWish::Connect) => out.connect(),
            None => {}
        }
        done
    }
}

impl Behaviour for AcceleratedStation {
    fn role(&self) -> Role {
        self.station.role()
    }

    fn connected(&mut self, version: Version, now: Moment, out: &mut Outbox) {
        self.with_time(now, out, |station, now, out| station.connected(version, now, out));
    }

    fn disconnected(&mut self, now: Moment) {
        let now = self.at_station(now);
        self.station.disconnected(now);
    }

    fn propose(&mut self, call: IncomingCall<'_>, now: Moment) -> Proposal {
        let now = self.at_station(now);
        self.station.propose(call, now)
    }

    fn commit(&mut self, effect: ProposedEffect, sent: &Answer, now: Moment, out: &mut Outbox) {
        self.with_time(now, out, |station, now, out| station.commit(effect, sent, now, out));
    }

    fn answered(&mut self, action: &str, payload: &Value, outcome: CallOutcome<'_>, now: Moment, out: &mut Outbox) {
        self.with_time(now, out, |station, now, out| station.answered(action, payload, outcome, now, out));
    }

    fn act(&mut self, action: &PhysicalAction, now: Moment, out: &mut Outbox) -> Result<(), PhysicalActionError> {
        self.with_time(now, out, |station, now, out| station.act(action, now, out))
    }

    fn ping_interval(&self) -> Option<Duration> {
        self.station.ping_interval()
    }

    fn deadline(&self) -> Option<Instant> {
        self.station.deadline().and_then(|at| self.in_session(at))
    }

    fn deadline_reached(&mut self, now: Moment, out: &mut Outbox) {
        self.with_time(now, out, |station, now, out| station.deadline_reached(now, out));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::simulator::{ChargePointSettings, SimulatedStation};

    fn moment(began: Instant, seconds: f64) -> Moment {
        let wall: jiff::Timestamp = "2026-03-04T00:00:00Z".parse().unwrap();
        Moment { wall, monotonic: began }.at(began + Duration::from_secs_f64(seconds))
    }

    /// An accepted station that is sixty times as fast, its calls of `seconds` of the session: the second and the action.
    fn calls(seconds: f64) -> Vec<(f64, String, Value)> {
        let settings = ChargePointSettings { driver: false, ..ChargePointSettings::default() };
        let station = Box::new(SimulatedStation::new(settings, Version::V1_6));
        let start = Instant::now();
        let mut station = AcceleratedStation::new(station, 60.0, moment(start, 0.0));
        let (mut out, mut found, mut at) = (Outbox::default(), Vec::new(), 0.0);
        station.connected(Version::V1_6, moment(start, 0.0), &mut out);
        loop {
            for call in out.take() {
                let answer = match call.action.as_str() {
                    "BootNotification" => {
                        json!({ "status": "Accepted", "interval": 600, "currentTime": "2026-03-04T00:00:00Z" })
                    }
                    "Heartbeat" => json!({ "currentTime": "2026-03-04T00:00:00Z" }),
                    _ => json!({}),
                };
                let now = moment(start, at);
                station.answered(
                    &call.action,
                    &call.payload,
                    CallOutcome::Result { payload: &answer, valid: true },
                    now,
                    &mut out,
                );
                found.push((at, call.action, call.payload));
            }
            if !out.is_empty() {
                continue;
            }
            let Some(due) = station.deadline() else { return found };
            at = due.saturating_duration_since(start).as_secs_f64();
            if at > seconds {
                return found;
            }
            station.deadline_reached(moment(start, at), &mut out);
        }
    }

    #[test]
    fn its_timers_and_times_are_sixty_times_as_fast() {
        let found = calls(35.0);
        let beats: Vec<f64> = found.iter().filter(|call| call.1 == "Heartbeat").map(|call| call.0).collect();
        assert_eq!(beats.len(), 3, "{found:?}");
        assert!((beats[1] - beats[0] - 10.0).abs() < 0.01, "600 s of the station are 10 of the session: {beats:?}");
    }

    #[test]
    fn a_timer_is_due_when_it_ends() {
        let began = moment(Instant::now(), 0.0);
        for factor in [0.3, 1.0, 7.0, 60.0, 3600.0] {
            let station = AcceleratedStation::new(
                Box::new(SimulatedStation::new(ChargePointSettings::default(), Version::V1_6)),
                factor,
                began,
            );
            for seconds in [0.001, 1.0, 299.999, 86_400.0] {
                let at = began.monotonic + Duration::from_secs_f64(seconds);
                let due = station.in_session(at).unwrap();
                assert!(station.at_station(began.at(due)).monotonic >= at, "{factor} {seconds}");
            }
        }
    }
}
