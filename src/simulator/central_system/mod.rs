//! The simulated central system, a CSMS in the words of OCPP 2.x: its settings and the state that all its links share, so that ten
//! thousand stations use little memory. What is answered in a version is in `v1` and `v2`. It never sends calls by itself; the user or a
//! script sends them; the one exception is the certificate that a station has asked for.

pub(super) mod asked_certificate;
pub(super) mod certificate_signing;
pub(super) mod running;
pub(super) mod serial_numbers;
pub(super) mod settings;
mod signing_requests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use serde_json::Value;

use self::asked_certificate::{AskedCertificate, RequestChoice};
use self::certificate_signing::{AcceptedRequest, SigningRule};
use self::running::RunningTransaction;
use self::serial_numbers::{SerialNumbers, reported_serial_number};
use self::settings::CentralSystemSettings;
use self::signing_requests::SigningRequests;
use super::profile::Samples;
use super::v1::central_system::ChargePointAnswers;
use super::v2::csms::ChargingStationAnswers;
use crate::behaviour::{Answer, Behaviour, CallOutcome, IncomingCall, Outbox, Proposal, ProposedEffect};
use crate::clock::Moment;
use crate::ocpp::{OcppGeneration, Role, Version};

/// The central system, shared by all its links.
#[derive(Debug)]
pub struct CentralSystem {
    settings: Mutex<CentralSystemSettings>,
    first: ChargePointAnswers,
    second: ChargingStationAnswers,
    /// The serial numbers that stations have reported.
    serial_numbers: Mutex<SerialNumbers>,
    /// The requests for certificates of the stations.
    requests: Mutex<SigningRequests>,
}

impl CentralSystem {
    /// A central system without transactions.
    pub fn new(settings: CentralSystemSettings) -> Arc<Self> {
        let first = ChargePointAnswers::starting_at(settings.first_transaction);
        let second = ChargingStationAnswers::default();
        Arc::new(Self {
            settings: Mutex::new(settings),
            first,
            second,
            serial_numbers: Mutex::default(),
            requests: Mutex::default(),
        })
    }

    /// The behaviour of a link to the station with this identity.
    pub fn behaviour(self: &Arc<Self>, identity: &str) -> CentralSystemBehaviour {
        self.behaviour_with(identity, Samples::default())
    }

    /// Like [`Self::behaviour`], with answers from this source.
    pub fn behaviour_with(self: &Arc<Self>, identity: &str, samples: Samples) -> CentralSystemBehaviour {
        let system = Arc::clone(self);
        CentralSystemBehaviour { system, station: Arc::from(identity), samples, generation: OcppGeneration::First }
    }

    /// A copy of the current settings.
    pub fn settings(&self) -> CentralSystemSettings {
        self.lock().clone()
    }

    /// Changes the settings. All later answers use them.
    pub fn change_settings(&self, change: impl FnOnce(&mut CentralSystemSettings)) {
        change(&mut self.lock());
    }

    /// The running transactions of a station, oldest first.
    pub fn running_transactions(&self, identity: &str) -> Vec<RunningTransaction> {
        let mut running = self.first.running(identity);
        running.extend(self.second.running(identity));
        running
    }

    /// The serial number that a station has reported when it booted last; `None` when it has reported none.
    pub fn serial_number(&self, identity: &str) -> Option<Box<str>> {
        self.serial_numbers().of(identity).map(Box::from)
    }

    /// The first station that has reported this serial number.
    pub fn holder_of(&self, serial_number: &str) -> Option<Arc<str>> {
        self.serial_numbers().holder(serial_number).cloned()
    }

    fn serial_numbers(&self) -> MutexGuard<'_, SerialNumbers> {
        self.serial_numbers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The call that sends a station the certificate for a request of its own, signed by this rule. `None` when it has made none that fits, or
    /// it cannot be signed.
    pub fn sign(
        &self,
        identity: &str,
        choice: &RequestChoice,
        rule: SigningRule,
        now: Moment,
    ) -> Option<(&'static str, Value)> {
        let request = self.requests().choose(identity, choice)?;
        Some((certificate_signing::SIGNED, request.signed(rule, now)?))
    }

    /// What a station has asked for, the oldest first.
    pub fn signing_requests(&self, identity: &str) -> Vec<AskedCertificate> {
        self.requests().of(identity).iter().map(AcceptedRequest::asked).collect()
    }

    fn requests(&self) -> MutexGuard<'_, SigningRequests> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Locks the settings. A poisoned lock stays usable, because every change is complete in itself.
    fn lock(&self) -> MutexGuard<'_, CentralSystemSettings> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The state of the central system for one link.
#[derive(Debug)]
pub struct CentralSystemBehaviour {
    system: Arc<CentralSystem>,
    station: Arc<str>,
    samples: Samples,
    /// That of the last call. A link keeps its generation.
    generation: OcppGeneration,
}

impl Behaviour for CentralSystemBehaviour {
    fn role(&self) -> Role {
        Role::CentralSystem
    }

    fn connected(&mut self, _: Version, _: Moment, _: &mut Outbox) {}

    fn disconnected(&mut self, _: Moment) {}

    fn propose(&mut self, call: IncomingCall<'_>, now: Moment) -> Proposal {
        // what a station says of itself does not depend on the answer
        if call.action == "BootNotification"
            && let Some(number) = reported_serial_number(call.payload)
        {
            self.system.serial_numbers().note(&self.station, number);
        }
        if let Some(payload) = self.samples.result(call.version, call.action, now) {
            return Answer::result(payload).into();
        }
        self.generation = call.version.dialect().generation;
        let settings = self.system.lock();
        let proposal = match self.generation {
            OcppGeneration::First => self.system.first.propose(&settings, &self.station, call, now),
            OcppGeneration::Second => self.system.second.propose(&settings, &self.station, call, now),
        };
        match call.action {
            certificate_signing::ASKS => {
                let (signer, rule) = (settings.signer.as_ref(), settings.signing);
                certificate_signing::decide(signer, rule, self.generation, call.payload, proposal)
            }
            _ => proposal,
        }
    }

    fn commit(&mut self, effect: ProposedEffect, sent: &Answer, now: Moment, out: &mut Outbox) {
        if effect.is::<AcceptedRequest>() {
            if let Some(request) = effect.into_inner::<AcceptedRequest>() {
                let accepted = request.carry_out(sent, now, out);
                if let Some(accepted) = accepted {
                    self.system.requests().add(&self.station, accepted);
                }
            }
            return;
        }
        match self.generation {
            OcppGeneration::First => self.system.first.commit(&self.station, effect, sent),
            OcppGeneration::Second => self.system.second.commit(&self.station, effect, sent),
        }
    }

    fn answered(&mut self, action: &str, payload: &Value, outcome: CallOutcome<'_>, _: Moment, _: &mut Outbox) {
        match self.generation {
            OcppGeneration::First => {}
            OcppGeneration::Second => self.system.second.call_answered(&self.station, action, payload, outcome),
        }
    }

    fn deadline(&self) -> Option<Instant> {
        None
    }

    fn deadline_reached(&mut self, _: Moment, _: &mut Outbox) {}
}

#[cfg(test)]
mod tests;
