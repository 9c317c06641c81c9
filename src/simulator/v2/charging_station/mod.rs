//! A simulated charging station of OCPP 2.x: the state of one machine and its place in the link. Each subject has its own file; this
//! file connects them. Handlers decide about a call (`&self`); what follows from the answer is a closure (`effect`).

mod effect;
mod registration;
mod timers;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use self::registration::RegistrationState;
use self::timers::StationTask;
use crate::behaviour::{Answer, Behaviour, CallOutcome, IncomingCall, Outbox, Proposal, ProposedEffect};
use crate::clock::Moment;
use crate::ocpp::{Role, Version};
use crate::simulator::payload::not_supported;
use crate::simulator::settings::ChargePointSettings;
use crate::simulator::timers::StationTimers;

/// One simulated charging station. It outlives its links: its state stays when the link is lost.
#[derive(Debug)]
pub struct ChargingStation {
    settings: ChargePointSettings,
    version: Version,
    online: bool,
    registration: RegistrationState,
    /// The time without messages after which a Heartbeat is sent; zero for none.
    heartbeat: Duration,
    timers: StationTimers<StationTask>,
}

/// Answers the actions of one subject, and no others.
type SubjectHandler = fn(&ChargingStation, IncomingCall<'_>, Moment) -> Option<Proposal>;

/// The subjects that answer calls, asked in this order.
const BLOCKS: &[SubjectHandler] = &[];

impl ChargingStation {
    /// A station after power-up, without a link.
    pub fn new(settings: ChargePointSettings) -> ChargingStation {
        ChargingStation {
            version: Version::V2_0_1,
            online: false,
            registration: RegistrationState::Unknown,
            heartbeat: Duration::from_secs(settings.heartbeat_interval.into()),
            timers: StationTimers::default(),
            settings,
        }
    }

    /// Schedules a task. A station that is not autonomous does nothing by itself.
    fn schedule(&mut self, task: StationTask, delay: Duration, now: Moment) {
        if self.settings.autonomous {
            self.timers.set(task, delay, now.monotonic);
        }
    }

    fn do_task(&mut self, task: StationTask, now: Moment, out: &mut Outbox) {
        match task {
            StationTask::Boot => self.boot(out),
            StationTask::Heartbeat => {
                self.send_if_allowed("Heartbeat", json!({}), out);
                self.touch(now);
            }
        }
    }
}

impl Behaviour for ChargingStation {
    fn role(&self) -> Role {
        Role::ChargePoint
    }

    fn connected(&mut self, version: Version, now: Moment, out: &mut Outbox) {
        self.version = version;
        self.online = true;
        if self.registration == RegistrationState::Accepted {
            self.touch(now);
        } else if !self.timers.has(StationTask::Boot) {
            self.boot(out);
        }
    }

    fn disconnected(&mut self, _now: Moment) {
        self.online = false;
        self.timers.cancel(StationTask::Heartbeat);
    }

    fn propose(&mut self, call: IncomingCall<'_>, now: Moment) -> Proposal {
        let proposal = BLOCKS.iter().find_map(|block| block(self, call, now));
        proposal.unwrap_or_else(|| not_supported(call.action).into())
    }

    fn commit(&mut self, effect: ProposedEffect, sent: &Answer, now: Moment, out: &mut Outbox) {
        self.carry_out(effect, sent, now, out);
        self.touch(now);
    }

    fn answered(&mut self, action: &str, _payload: &Value, outcome: CallOutcome<'_>, now: Moment, out: &mut Outbox) {
        self.online &= !matches!(outcome, CallOutcome::LinkLost);
        if action == "BootNotification" {
            self.boot_answered(outcome, now, out);
        }
        self.touch(now);
    }

    fn deadline(&self) -> Option<Instant> {
        self.timers.next()
    }

    fn deadline_reached(&mut self, now: Moment, out: &mut Outbox) {
        for task in self.timers.take_due(now.monotonic) {
            self.do_task(task, now, out);
        }
    }
}
