//! A simulated charging station of OCPP 2.x: the state of one machine and its place in the link. Each subject has its own file; this
//! file connects them. Handlers decide about a call (`&self`); what follows from the answer is a closure (`effect`).

mod authorization;
mod availability;
mod battery_swap;
mod block_settings;
mod blocks;
mod call_results;
mod card_reader;
mod certificate_requests;
mod certificates;
mod charging;
mod charging_limits;
mod charging_profiles;
mod claims;
mod cost;
mod customer_information;
mod data_transfer;
mod der_control;
mod device_model;
mod display_messages;
mod dynamic_schedules;
mod effect;
mod energy_services;
mod ev_charging_needs;
mod event_streams;
mod events;
mod evse;
mod fault;
mod firmware;
mod hands;
mod id_token;
mod live_values;
mod local_list;
mod logs;
mod metering;
mod monitoring;
mod monitors;
mod network_profiles;
mod panel;
mod power;
mod profile_store;
mod publish_firmware;
mod registration;
mod remote_start;
mod report_parts;
mod reports;
mod reservation;
mod reset;
mod security_event;
mod services;
mod signed_values;
mod status;
mod tariff_conditions;
mod tariff_cost;
mod tariff_store;
mod tariffs;
#[cfg(test)]
mod tests;
mod timers;
mod transaction;
mod transaction_costs;
mod transaction_events;
mod transaction_limit;
mod transaction_points;
mod transaction_queue;
mod trigger;
mod unlock;
mod user_calls;
mod variables;

use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use self::authorization::TokenCache;
use self::blocks::BlockStates;
use self::device_model::DeviceModel;
use self::evse::StationEvse;
use self::local_list::LocalTokenList;
use self::monitoring::factory_monitors;
use self::monitors::MonitorSet;
use self::profile_store::ProfileStore;
use self::registration::{POWER_UP, RegistrationState};
use self::reservation::EvseReservation;
use self::timers::StationTask;
use self::transaction_queue::TransactionQueue;
use crate::behaviour::{
    Answer, Behaviour, CallOutcome, IncomingCall, Outbox, PhysicalAction, PhysicalActionError, Proposal, ProposedEffect,
};
use crate::clock::Moment;
use crate::ocpp::{OcppGeneration, Role, Version};
use crate::simulator::certificate_request::security_event;
use crate::simulator::failing_steps::FailingSteps;
use crate::simulator::part_fault::PartFault;
use crate::simulator::payload::not_supported;
use crate::simulator::power_supply::PowerSupply;
use crate::simulator::settings::ChargePointSettings;
use crate::simulator::timers::StationTimers;

/// One simulated charging station. It outlives its links: its state stays when the link is lost.
#[derive(Debug)]
pub struct ChargingStation {
    settings: ChargePointSettings,
    version: Version,
    online: bool,
    /// When the link was lost.
    offline_since: Option<Instant>,
    registration: RegistrationState,
    /// The reason of the next BootNotification.
    boot_reason: &'static str,
    power: PowerSupply,
    /// When its power failed.
    dark_since: Option<Instant>,
    /// The fault of the station as a whole.
    station_fault: Option<PartFault>,
    /// Whether it is operative as a whole.
    station_operative: bool,
    /// What fails on request.
    failing: FailingSteps,
    /// How often a reset has failed.
    reset_attempts: i64,
    /// The resets that wait for the ends of transactions, of an EVSE or of the station.
    pending_resets: Vec<Option<i32>>,
    /// Whether transactions go on after the next restart.
    resumes: bool,
    evses: Vec<StationEvse>,
    model: DeviceModel,
    monitors: MonitorSet,
    /// Events for which the link is awaited.
    waiting_events: Vec<Value>,
    profiles: ProfileStore,
    /// The EVSEs whose cars negotiate by ISO 15118.
    negotiating: Vec<i32>,
    cache: TokenCache,
    local_list: LocalTokenList,
    reservations: Vec<EvseReservation>,
    queue: TransactionQueue,
    /// The intervals of samples by which the timers were set.
    sample_intervals: [Option<Duration>; 4],
    last_event_id: i32,
    /// StatusNotifications of the station that have not ended yet, to distinguish them from those of the user.
    status_calls: Vec<Value>,
    timers: StationTimers<StationTask>,
    random: fastrand::Rng,
    /// The optional functional blocks.
    blocks: BlockStates,
}

/// Answers the actions of one subject, and no others.
type SubjectHandler = fn(&ChargingStation, IncomingCall<'_>, Moment) -> Option<Proposal>;

/// The subjects that answer calls, asked in this order.
const BLOCKS: &[SubjectHandler] = &[
    ChargingStation::propose_charging,
    ChargingStation::propose_monitoring,
    ChargingStation::propose_reports,
    ChargingStation::propose_variables,
    ChargingStation::propose_remote_start,
    ChargingStation::propose_transaction_status,
    ChargingStation::propose_authorization,
    ChargingStation::propose_local_list,
    ChargingStation::propose_reservation,
    ChargingStation::propose_availability,
    ChargingStation::propose_unlock,
    ChargingStation::propose_reset,
    ChargingStation::propose_trigger,
    ChargingStation::propose_firmware,
    ChargingStation::propose_publication,
    ChargingStation::propose_log,
    ChargingStation::propose_certificates,
    ChargingStation::propose_display,
    ChargingStation::propose_cost,
    ChargingStation::propose_customer_information,
    ChargingStation::propose_network_profile,
    ChargingStation::propose_data_transfer,
    ChargingStation::propose_tariffs,
    ChargingStation::propose_der_control,
    ChargingStation::propose_battery_swap,
    ChargingStation::propose_energy_services,
    ChargingStation::propose_event_streams,
    ChargingStation::propose_dynamic_schedules,
];

impl ChargingStation {
    /// A station after power-up, without a link.
    pub fn new(settings: ChargePointSettings) -> ChargingStation {
        let model = DeviceModel::new(&settings);
        let station = ChargingStation {
            version: Version::V2_0_1,
            online: false,
            offline_since: None,
            registration: RegistrationState::Unknown,
            boot_reason: POWER_UP,
            power: PowerSupply::connected(),
            dark_since: None,
            station_fault: None,
            station_operative: true,
            failing: FailingSteps::default(),
            reset_attempts: 0,
            pending_resets: Vec::new(),
            resumes: false,
            evses: (0..settings.equipment.connectors).map(|_| StationEvse::default()).collect(),
            monitors: factory_monitors(&model),
            waiting_events: Vec::new(),
            profiles: ProfileStore::default(),
            negotiating: Vec::new(),
            model,
            cache: TokenCache::default(),
            local_list: LocalTokenList::default(),
            reservations: Vec::new(),
            queue: TransactionQueue::default(),
            sample_intervals: [None; 4],
            last_event_id: 0,
            status_calls: Vec::new(),
            timers: StationTimers::default(),
            random: fastrand::Rng::with_seed(settings.seed),
            blocks: BlockStates::default(),
            settings,
        };
        station.show_panel();
        station
    }

    /// Resets the state, because another version means another firmware. Queued messages have the form of the old version and would be
    /// invalid.
    fn start_over(&mut self, version: Version) {
        let random = self.random.clone();
        *self = Self { version, random, ..Self::new(self.settings.clone()) };
    }

    fn last_evse(&self) -> i32 {
        i32::from(self.settings.equipment.connectors)
    }

    fn evse_numbers(&self) -> RangeInclusive<i32> {
        1..=self.last_evse()
    }

    fn evse(&self, number: i32) -> Option<&StationEvse> {
        self.evses.get(usize::try_from(number).ok()?.checked_sub(1)?)
    }

    fn evse_mut(&mut self, number: i32) -> Option<&mut StationEvse> {
        self.evses.get_mut(usize::try_from(number).ok()?.checked_sub(1)?)
    }

    /// The time in a variable in seconds; `None` for 0 and for none.
    fn seconds(&self, component: &str, variable: &str) -> Option<Duration> {
        let seconds = self.model.integer(component, variable)?;
        u64::try_from(seconds).ok().filter(|seconds| *seconds > 0).map(Duration::from_secs)
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
            StationTask::PowerLoss => self.lose_power(now, out),
            StationTask::RetryEvent => self.retry_event(out),
            StationTask::Sample(number) => self.sample(number, now, out),
            StationTask::KeepSample(number) => self.keep_periodic(number, now),
            StationTask::KeepAlignedSample(number) => self.keep_aligned(number, now),
            StationTask::SampleByClock => self.sample_by_clock(now, out),
            StationTask::PlugIn(number) => self.driver_plugs_in(number, now, out),
            StationTask::ConnectionTimeout(number) => self.connection_timed_out(number, now, out),
            StationTask::Limit(number) => self.check_limit(number, now, out),
            StationTask::Unplug(number) => self.driver_leaves(number, now, out),
            StationTask::ExpireReservation(id) => self.reservation_expired(id, now, out),
            StationTask::Restart => self.try_restart(now, out),
            StationTask::RestartEvse(number) => self.evse_restarted(number, now, out),
            StationTask::ChargingLimit => self.limits_changed(now, out),
            // each step looks at them
            StationTask::WatchVariables => {}
            StationTask::Firmware => self.step_firmware(now, out),
            StationTask::Publication => self.step_publication(now, out),
            StationTask::Log => self.step_log(now, out),
            StationTask::SigningRequest => self.signing_timed_out(now, out),
            StationTask::DisplayMessage => self.remove_old_messages(now),
            StationTask::DerControl => self.step_der_controls(now, out),
            StationTask::BatterySwap => _ = self.step_swap(now, out),
            StationTask::BatteryLeft => self.battery_left(out),
            StationTask::BatteryCharged => self.battery_charged(now),
            StationTask::ReportStatus(number) => self.status_lasted(number, now, out),
            StationTask::EventStream(id) => self.send_batch(id, now, out),
            StationTask::RunningCost(number) => self.report_running_cost(number, now, out),
            StationTask::PullSchedule(id) => self.pull_schedule(id, now, out),
        }
    }

    /// What follows each step: what has ended is cleared, monitors look at their variables, and the panel shows the machine.
    fn finish_step(&mut self, now: Moment, out: &mut Outbox) {
        self.end_transaction_profiles(now, out);
        self.watch_variables(now, out);
        self.show_panel();
    }

    /// The link is back and the CSMS has accepted the station before: it does not boot again. After a long time offline all states are
    /// reported (OCPP 2.0.1 part 2, B04.FR.01).
    fn resume_link(&mut self, now: Moment, out: &mut Outbox) {
        let threshold = self.seconds("OCPPCommCtrlr", "OfflineThreshold").unwrap_or_default();
        let lasted = self.offline_since.take().map(|since| now.monotonic.saturating_duration_since(since));
        if lasted.is_some_and(|lasted| lasted > threshold) {
            self.report_everything(now, out);
        } else {
            self.report_changes(now, out);
        }
        self.flush_security_events(out);
        self.touch(now);
        self.send_queue(out);
    }
}

impl Behaviour for ChargingStation {
    fn role(&self) -> Role {
        Role::ChargePoint
    }

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
        self.show_network_profile();
        for incident in self.settings.credentials.take_incidents() {
            self.send_security_event(security_event(incident, OcppGeneration::Second), now, out);
        }
        if self.registration == RegistrationState::Accepted {
            self.resume_link(now, out);
        } else if !self.timers.has(StationTask::Boot) {
            self.boot(out);
        }
        self.finish_step(now, out);
    }

    fn disconnected(&mut self, now: Moment) {
        self.online = false;
        self.offer_network_profiles();
        self.offline_since.get_or_insert(now.monotonic);
        self.blocks.keys.show_upcoming(&self.settings.credentials, now.wall);
        self.timers.cancel(StationTask::Heartbeat);
        self.queue.link_lost();
        self.waste_reserve(now);
        self.forget_status_calls();
        self.show_panel();
    }

    fn propose(&mut self, call: IncomingCall<'_>, now: Moment) -> Proposal {
        if let Some(refusal) = self.refusal_of_all() {
            return refusal.into();
        }
        if !self.settings.equipment.profiles.serves(call.action, OcppGeneration::Second) {
            return not_supported(call.action).into();
        }
        let proposal = BLOCKS.iter().find_map(|block| block(self, call, now));
        proposal.unwrap_or_else(|| not_supported(call.action).into()).or_effect(())
    }

    fn commit(&mut self, effect: ProposedEffect, sent: &Answer, now: Moment, out: &mut Outbox) {
        self.carry_out(effect, sent, now, out);
        self.follow_intervals(now);
        self.touch(now);
        self.finish_step(now, out);
    }

    fn answered(&mut self, action: &str, payload: &Value, outcome: CallOutcome<'_>, now: Moment, out: &mut Outbox) {
        // the loss of the link is reported only after its calls, but calls that follow from them can no longer be sent
        self.online &= !matches!(outcome, CallOutcome::LinkLost);
        self.call_ended(action, payload, outcome, now, out);
        self.touch(now);
        self.finish_step(now, out);
    }

    fn act(&mut self, action: &PhysicalAction, now: Moment, out: &mut Outbox) -> Result<(), PhysicalActionError> {
        self.carry_out_action(action, now, out)?;
        self.touch(now);
        self.finish_step(now, out);
        Ok(())
    }

    fn ping_interval(&self) -> Option<Duration> {
        self.seconds("OCPPCommCtrlr", "WebSocketPingInterval")
    }

    fn deadline(&self) -> Option<Instant> {
        self.timers.next()
    }

    fn deadline_reached(&mut self, now: Moment, out: &mut Outbox) {
        for task in self.timers.take_due(now.monotonic) {
            self.do_task(task, now, out);
        }
        self.finish_step(now, out);
    }
}
