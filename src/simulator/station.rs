//! A simulated station, whose machine is of the generation of its link: a charge point of 1.x or a charging station of 2.x. Another
//! generation at a new link means another machine. What a machine does is in `v1` and `v2`.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::settings::ChargePointSettings;
use super::v1::charge_point::ChargePoint;
use super::v2::charging_station::ChargingStation;
use crate::behaviour::{
    Answer, Behaviour, CallOutcome, IncomingCall, Outbox, PhysicalAction, PhysicalActionError, Proposal, ProposedEffect,
};
use crate::clock::Moment;
use crate::ocpp::{OcppGeneration, Role, Version};

/// One simulated station. It outlives its links.
#[derive(Debug)]
pub struct SimulatedStation {
    settings: ChargePointSettings,
    machine: StationMachine,
}

#[derive(Debug)]
enum StationMachine {
    First(Box<ChargePoint>),
    Second(Box<ChargingStation>),
}

impl StationMachine {
    fn new(settings: ChargePointSettings, generation: OcppGeneration) -> StationMachine {
        match generation {
            OcppGeneration::First => StationMachine::First(Box::new(ChargePoint::new(settings))),
            OcppGeneration::Second => StationMachine::Second(Box::new(ChargingStation::new(settings))),
        }
    }

    fn generation(&self) -> OcppGeneration {
        match self {
            StationMachine::First(_) => OcppGeneration::First,
            StationMachine::Second(_) => OcppGeneration::Second,
        }
    }

    fn behaviour(&self) -> &dyn Behaviour {
        match self {
            StationMachine::First(machine) => &**machine,
            StationMachine::Second(machine) => &**machine,
        }
    }

    fn behaviour_mut(&mut self) -> &mut dyn Behaviour {
        match self {
            StationMachine::First(machine) => &mut **machine,
            StationMachine::Second(machine) => &mut **machine,
        }
    }
}

impl SimulatedStation {
    /// A station after power-up, without a link, built for a version.
    pub fn new(settings: ChargePointSettings, version: Version) -> SimulatedStation {
        let machine = StationMachine::new(settings.clone(), version.dialect().generation);
        SimulatedStation { settings, machine }
    }
}

impl Behaviour for SimulatedStation {
    fn role(&self) -> Role {
        Role::ChargePoint
    }

    fn connected(&mut self, version: Version, now: Moment, out: &mut Outbox) {
        let generation = version.dialect().generation;
        if generation != self.machine.generation() {
            self.machine = StationMachine::new(self.settings.clone(), generation);
        }
        self.machine.behaviour_mut().connected(version, now, out);
    }

    fn disconnected(&mut self, now: Moment) {
        self.machine.behaviour_mut().disconnected(now);
    }

    fn propose(&mut self, call: IncomingCall<'_>, now: Moment) -> Proposal {
        self.machine.behaviour_mut().propose(call, now)
    }

    fn commit(&mut self, effect: ProposedEffect, sent: &Answer, now: Moment, out: &mut Outbox) {
        self.machine.behaviour_mut().commit(effect, sent, now, out);
    }

    fn answered(&mut self, action: &str, payload: &Value, outcome: CallOutcome<'_>, now: Moment, out: &mut Outbox) {
        self.machine.behaviour_mut().answered(action, payload, outcome, now, out);
    }

    fn act(&mut self, action: &PhysicalAction, now: Moment, out: &mut Outbox) -> Result<(), PhysicalActionError> {
        self.machine.behaviour_mut().act(action, now, out)
    }

    fn ping_interval(&self) -> Option<Duration> {
        self.machine.behaviour().ping_interval()
    }

    fn deadline(&self) -> Option<Instant> {
        self.machine.behaviour().deadline()
    }

    fn deadline_reached(&mut self, now: Moment, out: &mut Outbox) {
        self.machine.behaviour_mut().deadline_reached(now, out);
    }
}
