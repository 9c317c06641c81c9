//! A simulated charge point: the state of one machine and its place in the link. Each subject has its own file. This
//! file connects them and maps actions and tasks to files. Handlers decide about a call (`&self`); what follows from the
//! answer is an `effect`.

mod authorization;
mod availability;
mod call_results;
mod card_reader;
mod certificates;
mod charging;
mod charging_profile;
mod composite_schedule;
mod configuration;
mod configuration_keys;
mod connector;
mod effect;
mod energy_limit;
mod fault;
mod file_transfer;
mod hands;
mod local_list;
mod metering;
mod outgoing;
mod panel;
mod power;
mod registration;
mod reservation;
mod security_profile;
mod status;
#[cfg(test)]
mod tests;
mod timers;
mod transaction_messages;
mod trigger;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use self::authorization::AuthorizationCache;
use self::configuration::Configuration;
use self::connector::Connector;
use self::effect::{CallEffect, MessageExchanged, only_status, status_then};
use self::file_transfer::{DIAGNOSTICS, FIRMWARE, LOG};
use self::local_list::LocalList;
use self::registration::Registration;
use self::reservation::Reservations;
use self::status::ConnectorStatus;
use self::timers::TimerTask;
use self::transaction_messages::TransactionMessages;
use crate::behaviour::{
    Answer, Behaviour, CallOutcome, IncomingCall, Outbox, PhysicalAction, PhysicalActionError, Proposal, ProposedEffect,
};
use crate::clock::Moment;
use crate::ocpp::{OcppGeneration, Role, Version};
use crate::simulator::certificate_request::CertificateKeys;
use crate::simulator::certificate_store::CertificateStore;
use crate::simulator::charging::ProfileSet;
use crate::simulator::failing_steps::FailingSteps;
use crate::simulator::file_transfer::FileTransfer;
use crate::simulator::part_fault::PartFault;
use crate::simulator::payload::not_supported;
use crate::simulator::power_supply::PowerSupply;
use crate::simulator::settings::ChargePointSettings;
use crate::simulator::timers::StationTimers;
use crate::simulator::v1::features::SimulatedFeatures;

/// One simulated charge point. It outlives its links: its state stays when the link is lost.
#[derive(Debug)]
pub struct ChargePoint {
    settings: ChargePointSettings,
    version: Version,
    online: bool,
    registration: Registration,
    power: PowerSupply,
    /// The fault of the charge point as a whole.
    station_fault: Option<PartFault>,
    /// Whether it is operative as a whole.
    station_operative: bool,
    /// What fails on request.
    failing: FailingSteps,
    /// How often a reset has failed.
    reset_attempts: usize,
    /// The status of connector 0.
    station_status: ConnectorStatus,
    station_reported: Option<&'static str>,
    connectors: Vec<Connector>,
    configuration: Configuration,
    cache: AuthorizationCache,
    local_list: LocalList,
    reservations: Reservations,
    profiles: ProfileSet,
    certificates: CertificateStore,
    keys: CertificateKeys,
    diagnostics: FileTransfer,
    log: FileTransfer,
    firmware: FileTransfer,
    transaction_messages: TransactionMessages,
    last_transaction_key: u64,
    /// StatusNotifications of the charge point that have not ended yet, to distinguish them from those of the user.
    status_calls: Vec<Value>,
    agenda: StationTimers<TimerTask>,
    random: fastrand::Rng,
}

impl ChargePoint {
    /// A charge point after power-up, without a link.
    pub fn new(settings: ChargePointSettings) -> Self {
        let mut configuration = Configuration::of(&settings.equipment);
        configuration.set("HeartbeatInterval", settings.heartbeat_interval.to_string());
        configuration.set("MeterValueSampleInterval", settings.meter_value_interval.to_string());
        configuration.set("SupportedFeatureProfiles", settings.equipment.profiles.of_first_generation());
        configuration.set("NumberOfConnectors", settings.equipment.connectors.to_string());
        if let Some(operator) = &settings.operator {
            configuration.set("CpoName", operator.clone());
        }
        let mut charge_point = Self {
            version: Version::V1_6,
            online: false,
            registration: Registration::Unknown,
            power: PowerSupply::connected(),
            station_fault: None,
            station_operative: true,
            failing: FailingSteps::default(),
            reset_attempts: 0,
            station_status: ConnectorStatus::Available,
            station_reported: None,
            connectors: (0..settings.equipment.connectors).map(|_| Connector::default()).collect(),
            configuration,
            cache: AuthorizationCache::default(),
            local_list: LocalList::default(),
            reservations: Reservations::default(),
            profiles: ProfileSet::default(),
            certificates: CertificateStore::default(),
            keys: CertificateKeys::default(),
            diagnostics: FileTransfer::none(DIAGNOSTICS),
            log: FileTransfer::none(LOG),
            firmware: FileTransfer::none(FIRMWARE),
            transaction_messages: TransactionMessages::default(),
            last_transaction_key: 0,
            status_calls: Vec::new(),
            agenda: StationTimers::default(),
            random: fastrand::Rng::with_seed(settings.seed),
            settings,
        };
        charge_point.show_security_profile();
        charge_point.show_panel();
        charge_point
    }

    /// The settings of its creation.
    pub fn settings(&self) -> &ChargePointSettings {
        &self.settings
    }

    /// Resets the state, because another version means another firmware. Queued messages have the form of the old
    /// version and would be invalid.
    fn start_over(&mut self, version: Version) {
        let random = self.random.clone();
        *self = Self { version, random, ..Self::new(self.settings.clone()) };
    }

    fn last_connector(&self) -> i32 {
        i32::from(self.settings.equipment.connectors)
    }

    fn connector(&self, number: i32) -> Option<&Connector> {
        self.connectors.get(usize::try_from(number).ok()?.checked_sub(1)?)
    }

    fn connector_mut(&mut self, number: i32) -> Option<&mut Connector> {
        self.connectors.get_mut(usize::try_from(number).ok()?.checked_sub(1)?)
    }

    /// An answer whose effect applies only to an autonomous charge point.
    fn autonomously(&self, status: &'static str, effect: CallEffect) -> Proposal {
        if self.settings.autonomous { status_then(status, effect) } else { only_status(status) }
    }

    fn propose_in_version(&self, call: IncomingCall<'_>, now: Moment) -> Proposal {
        let (payload, version) = (call.payload, call.version);
        match call.action {
            "ChangeAvailability" => self.change_availability(payload),
            "ChangeConfiguration" => self.change_configuration(payload, version),
            "ClearCache" => self.clear_cache(),
            "GetDiagnostics" => self.get_diagnostics(payload, now),
            "RemoteStartTransaction" => self.remote_start(payload, now),
            "RemoteStopTransaction" => self.remote_stop(payload),
            "Reset" => self.reset(payload),
            "UnlockConnector" => self.unlock(payload, version),
            "UpdateFirmware" => self.update_firmware(payload),
            _ if SimulatedFeatures::of(version).actions_of_1_5 => self.propose_since_1_5(call, now),
            action => not_supported(action).into(),
        }
    }

    fn propose_since_1_5(&self, call: IncomingCall<'_>, now: Moment) -> Proposal {
        let (payload, version) = (call.payload, call.version);
        match call.action {
            "CancelReservation" => self.cancel_reservation(payload),
            // accepted from every vendor, so that a central system can test its extensions
            "DataTransfer" => only_status("Accepted"),
            "GetConfiguration" => self.get_configuration(payload, version).into(),
            "GetLocalListVersion" => self.local_list_version().into(),
            "ReserveNow" => self.reserve_now(payload, now),
            "SendLocalList" => self.send_local_list(payload, version),
            _ if SimulatedFeatures::of(version).actions_of_1_6 => self.propose_since_1_6(call, now),
            action => not_supported(action).into(),
        }
    }

    fn propose_since_1_6(&self, call: IncomingCall<'_>, now: Moment) -> Proposal {
        match call.action {
            "ClearChargingProfile" => self.clear_charging_profile(call.payload),
            "GetCompositeSchedule" => self.composite_schedule(call.payload, now).into(),
            "SetChargingProfile" => self.set_charging_profile(call.payload, now),
            "TriggerMessage" => self.trigger_message(call.payload),
            _ => self.propose_for_security_extension(call, now),
        }
    }

    /// The security extension of OCPP 1.6 (Improved security for OCPP 1.6-J, §5).
    fn propose_for_security_extension(&self, call: IncomingCall<'_>, now: Moment) -> Proposal {
        match call.action {
            "CertificateSigned" => self.certificate_signed(call.payload, now),
            "DeleteCertificate" => self.delete_certificate(call.payload),
            "ExtendedTriggerMessage" => self.extended_trigger_message(call.payload),
            "GetInstalledCertificateIds" => self.installed_certificate_ids(call.payload).into(),
            "GetLog" => self.get_log(call.payload, now),
            "InstallCertificate" => self.install_certificate(call.payload, now),
            "SignedUpdateFirmware" => self.signed_update_firmware(call.payload),
            action => not_supported(action).into(),
        }
    }

    fn do_task(&mut self, task: TimerTask, now: Moment, out: &mut Outbox) {
        match task {
            TimerTask::Boot => self.boot(out),
            TimerTask::Heartbeat => {
                self.send_if_allowed("Heartbeat", json!({}), out);
                self.touch(now);
            }
            TimerTask::Sample(connector) => self.sample(connector, now, out),
            TimerTask::SampleByClock => self.sample_by_clock(now, out),
            TimerTask::ChargingLimit => self.share_power(now, out),
            TimerTask::PlugIn(connector) => self.driver_plugs_in(connector, now, out),
            TimerTask::ConnectionTimeout(connector) => self.connection_timed_out(connector, now, out),
            TimerTask::Limit(connector) => self.check_limit(connector, now, out),
            TimerTask::ReportStatus(connector) => self.report_status(connector, now, out),
            TimerTask::PowerLoss => self.lose_power(now, out),
            TimerTask::Unplug(connector) => self.driver_leaves(connector, now, out),
            TimerTask::ExpireReservation(id) => drop(self.end_reservation(id, now, out)),
            TimerTask::Diagnostics => self.step_diagnostics(now, out),
            TimerTask::Log => self.step_log(now, out),
            TimerTask::Firmware => self.step_firmware(now, out),
            TimerTask::Restart => self.try_restart(now, out),
            TimerTask::RetryTransactionMessage => self.send_transaction_messages(out),
        }
    }
}

impl Behaviour for ChargePoint {
    fn role(&self) -> Role {
        Role::ChargePoint
    }

    /// Boots when it was never accepted; a wait that the central system asked for continues. An accepted charge point
    /// does not boot at a reconnect (OCPP-J 1.6 §5.4) but reports changed statuses.
    fn connected(&mut self, version: Version, now: Moment, out: &mut Outbox) {
        if version != self.version {
            self.start_over(version);
        }
        if !self.power.is_on() {
            // connecting it means that it was switched on
            self.wake(now, out);
        }
        self.power.link_is_up();
        self.online = true;
        self.show_security_profile();
        if self.registration == Registration::Accepted {
            self.report_incidents(now, out);
            self.report_changes(now, out);
            self.touch(now);
            self.send_transaction_messages(out);
        } else if !self.agenda.has(TimerTask::Boot) {
            self.boot(out);
        }
        self.show_panel();
    }

    fn disconnected(&mut self, now: Moment) {
        self.online = false;
        self.keys.show_upcoming(&self.settings.credentials, now.wall);
        self.agenda.cancel(TimerTask::Heartbeat);
        self.transaction_messages.link_lost();
        self.waste_reserve(now);
        self.forget_status_calls();
        self.show_panel();
    }

    fn propose(&mut self, call: IncomingCall<'_>, now: Moment) -> Proposal {
        if self.ignores_calls(call.version) {
            return Answer::Silence.into();
        }
        let proposal = match self.settings.samples.result(call.version, call.action, now) {
            Some(payload) => Answer::result(payload).into(),
            None if !self.settings.equipment.profiles.serves(call.action, OcppGeneration::First) => {
                not_supported(call.action).into()
            }
            None => self.propose_in_version(call, now),
        };
        proposal.or_effect(MessageExchanged)
    }

    fn commit(&mut self, effect: ProposedEffect, sent: &Answer, now: Moment, out: &mut Outbox) {
        self.carry_out(effect, sent, now, out);
        self.touch(now);
        self.show_panel();
    }

    fn answered(&mut self, action: &str, payload: &Value, outcome: CallOutcome<'_>, now: Moment, out: &mut Outbox) {
        // the loss of the link is reported only after its calls, but calls that follow from them can no longer be sent
        self.online &= !matches!(outcome, CallOutcome::LinkLost);
        self.call_ended(action, payload, outcome, now, out);
        self.touch(now);
        self.show_panel();
    }

    fn act(&mut self, action: &PhysicalAction, now: Moment, out: &mut Outbox) -> Result<(), PhysicalActionError> {
        self.carry_out_action(action, now, out)?;
        self.touch(now);
        self.show_panel();
        Ok(())
    }

    fn ping_interval(&self) -> Option<Duration> {
        self.configuration.ping_interval()
    }

    fn deadline(&self) -> Option<Instant> {
        self.agenda.next()
    }

    fn deadline_reached(&mut self, now: Moment, out: &mut Outbox) {
        for task in self.agenda.take_due(now.monotonic) {
            self.do_task(task, now, out);
        }
        self.show_panel();
    }
}
