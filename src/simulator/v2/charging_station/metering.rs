//! Meter values: what is sampled when, in transactions and outside of them (OCPP 2.0.1 part 2, J01 and J02). How values are signed is in
//! `signed_values`. The register itself is in `meter`.

use std::time::Duration;

use serde_json::{Value, json};

use super::ChargingStation;
use super::availability::NamedPart;
use super::signed_values::SIGNED_MEASURAND;
use super::timers::StationTask;
use super::transaction_events::EventCause;
use crate::behaviour::Outbox;
use crate::clock::Moment;
use crate::simulator::measurand::{MeterSample, meter_samples};
use crate::simulator::meter::MeterReading;
use crate::simulator::payload::written_time;

/// The most readings that the last event of a transaction includes.
const MOST_SAMPLES: usize = 100;

impl ChargingStation {
    /// Reads the meter of an EVSE.
    pub(super) fn read_meter(&mut self, number: i32, now: Moment) -> MeterReading {
        self.evse_mut(number).map(|evse| evse.meter.read(now.monotonic)).unwrap_or_default()
    }

    /// The values of an EVSE at this moment, for the measurands in a variable; `None` when there are none, or the controller is off.
    fn meter_value(&mut self, number: i32, context: &str, controller: &str, variable: &str, now: Moment) -> Option<Value> {
        let reading = self.read_meter(number, now);
        let enabled = self.model.text(controller, "Enabled") != Some("false");
        let names = self.model.text(controller, variable).filter(|names| enabled && !names.is_empty())?.to_owned();
        let signs = self.model.flag(controller, "SignReadings") && names.split(',').any(|it| it.trim() == SIGNED_MEASURAND);
        let mut signature = if signs { Some(self.signature(number, &reading, context, now)) } else { None };
        let equipment = &self.settings.equipment;
        let write = |sample: MeterSample| {
            let MeterSample { measurand, in_car, phase, value, units: [unit, _] } = sample;
            let mut entry = json!({
                "value": value,
                "context": context,
                "measurand": measurand,
                "unitOfMeasure": { "unit": unit },
            });
            if let Some(phase) = phase {
                entry["phase"] = phase.into();
            }
            if in_car {
                entry["location"] = "EV".into();
            }
            if let Some(signature) = signature.take_if(|_| measurand == SIGNED_MEASURAND) {
                entry["signedMeterValue"] = signature;
            }
            entry
        };
        let samples = meter_samples(&names, &reading, equipment.volts(), equipment.phases);
        let values: Vec<Value> = samples.into_iter().map(write).collect();
        Some(json!({ "timestamp": written_time(now.wall), "sampledValue": values }))
    }

    /// The values that the meter signs when a transaction ends.
    pub(super) fn signed_value(&mut self, number: i32, context: &str, now: Moment) -> Option<Value> {
        self.meter_value(number, context, "SampledDataCtrlr", "TxEndedMeasurands", now)
    }

    /// The values of the first event of a transaction. Those that the last one repeats are kept (J02.FR.02).
    pub(super) fn first_samples(&mut self, number: i32, now: Moment) -> Vec<Value> {
        let context = "Transaction.Begin";
        let first = self.meter_value(number, context, "SampledDataCtrlr", "TxStartedMeasurands", now);
        let kept = self.meter_value(number, context, "SampledDataCtrlr", "TxEndedMeasurands", now);
        self.keep_sample(number, kept);
        first.into_iter().collect()
    }

    /// The values of the last event of a transaction.
    pub(super) fn last_samples(&mut self, number: i32, now: Moment) -> Vec<Value> {
        let last = self.meter_value(number, "Transaction.End", "SampledDataCtrlr", "TxEndedMeasurands", now);
        self.keep_sample(number, last);
        let transaction = self.evse_mut(number).and_then(|evse| evse.transaction.as_mut());
        transaction.map(|transaction| std::mem::take(&mut transaction.samples)).unwrap_or_default()
    }

    /// The readings at the begin and at the end of an interruption are among those of the last event (`ReadingContextEnumType`).
    pub(super) fn keep_interruption(&mut self, context: &str, now: Moment) {
        for number in self.evse_numbers() {
            if self.is_in_use(number) {
                let value = self.meter_value(number, context, "SampledDataCtrlr", "TxEndedMeasurands", now);
                self.keep_sample(number, value);
            }
        }
    }

    /// A transaction goes on after an interruption, and says where the meter is.
    pub(super) fn resume_transaction(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        let value = self.meter_value(number, "Interruption.End", "SampledDataCtrlr", "TxUpdatedMeasurands", now);
        self.send_event(number, "Updated", EventCause::of("TxResumed"), value.into_iter().collect(), now, out);
    }

    /// Adds a reading to those of the last event. When there are too many, an early one goes, but the first one stays.
    fn keep_sample(&mut self, number: i32, sample: Option<Value>) {
        let Some(transaction) = self.evse_mut(number).and_then(|evse| evse.transaction.as_mut()) else { return };
        if transaction.samples.len() >= MOST_SAMPLES {
            transaction.samples.remove(1);
        }
        transaction.samples.extend(sample);
    }

    /// Sets the times of the samples of a transaction that runs.
    pub(super) fn schedule_samples(&mut self, number: i32, now: Moment) {
        self.schedule_sample(StationTask::Sample(number), "TxUpdatedInterval", now);
        self.schedule_sample(StationTask::KeepSample(number), "TxEndedInterval", now);
        if let Some(interval) = self.seconds("AlignedDataCtrlr", "TxEndedInterval") {
            self.schedule(StationTask::KeepAlignedSample(number), until_full(interval, now), now);
        }
    }

    fn schedule_sample(&mut self, task: StationTask, variable: &str, now: Moment) {
        if let Some(interval) = self.seconds("SampledDataCtrlr", variable) {
            self.schedule(task, interval, now);
        }
    }

    /// The periodic values of a transaction (J02.FR.11).
    pub(super) fn sample(&mut self, number: i32, now: Moment, out: &mut Outbox) {
        if !self.is_in_use(number) {
            return;
        }
        self.share_power(now, out);
        let value = self.meter_value(number, "Sample.Periodic", "SampledDataCtrlr", "TxUpdatedMeasurands", now);
        if let Some(value) = value {
            self.send_event(number, "Updated", EventCause::of("MeterValuePeriodic"), vec![value], now, out);
        }
        self.schedule_sample(StationTask::Sample(number), "TxUpdatedInterval", now);
    }

    /// A periodic reading for the last event of a transaction.
    pub(super) fn keep_periodic(&mut self, number: i32, now: Moment) {
        if self.is_in_use(number) {
            let value = self.meter_value(number, "Sample.Periodic", "SampledDataCtrlr", "TxEndedMeasurands", now);
            self.keep_sample(number, value);
            self.schedule_sample(StationTask::KeepSample(number), "TxEndedInterval", now);
        }
    }

    /// A reading by the clock for the last event of a transaction.
    pub(super) fn keep_aligned(&mut self, number: i32, now: Moment) {
        if self.is_in_use(number) {
            let value = self.meter_value(number, "Sample.Clock", "AlignedDataCtrlr", "TxEndedMeasurands", now);
            self.keep_sample(number, value);
            if let Some(interval) = self.seconds("AlignedDataCtrlr", "TxEndedInterval") {
                self.schedule(StationTask::KeepAlignedSample(number), until_full(interval, now), now);
            }
        }
    }

    /// Sets the time of the next values by the clock: full intervals since midnight (J01.FR.06).
    pub(super) fn schedule_aligned(&mut self, now: Moment) {
        match self.seconds("AlignedDataCtrlr", "Interval") {
            Some(interval) => self.schedule(StationTask::SampleByClock, until_full(interval, now), now),
            None => self.timers.cancel(StationTask::SampleByClock),
        }
    }

    /// The values of all EVSEs by the clock: in a transaction as one of its events, else as MeterValues (J01.FR.14).
    pub(super) fn sample_by_clock(&mut self, now: Moment, out: &mut Outbox) {
        let only_idle = self.model.flag("AlignedDataCtrlr", "SendDuringIdle");
        let busy = self.evse_numbers().any(|number| self.is_in_use(number));
        for number in self.evse_numbers().filter(|_| !(only_idle && busy)) {
            let Some(value) = self.meter_value(number, "Sample.Clock", "AlignedDataCtrlr", "Measurands", now) else { continue };
            if self.is_in_use(number) {
                self.send_event(number, "Updated", EventCause::of("MeterValueClock"), vec![value], now, out);
            } else {
                self.send_if_allowed("MeterValues", json!({ "evseId": number, "meterValue": [value] }), out);
            }
        }
        self.schedule_aligned(now);
    }

    /// The meter values that a TriggerMessage asked for (F06.FR.06).
    pub(super) fn meter_values_triggered(&mut self, part: NamedPart, now: Moment, out: &mut Outbox) {
        for number in self.evse_numbers().filter(|number| part.has(*number)) {
            if let Some(value) = self.meter_value(number, "Trigger", "AlignedDataCtrlr", "Measurands", now) {
                out.call("MeterValues", json!({ "evseId": number, "meterValue": [value] }));
            }
        }
    }

    /// The events that a TriggerMessage asked for, of the transactions that run (F06.FR.07).
    pub(super) fn events_triggered(&mut self, part: NamedPart, now: Moment, out: &mut Outbox) {
        for number in self.evse_numbers().filter(|number| part.has(*number)) {
            if self.is_in_use(number) {
                let value = self.meter_value(number, "Trigger", "SampledDataCtrlr", "TxUpdatedMeasurands", now);
                self.send_event(number, "Updated", EventCause::of("Trigger"), value.into_iter().collect(), now, out);
            }
        }
    }

    /// Where intervals have changed, the next samples come by the new ones.
    pub(super) fn follow_intervals(&mut self, now: Moment) {
        let intervals = [
            self.seconds("AlignedDataCtrlr", "Interval"),
            self.seconds("AlignedDataCtrlr", "TxEndedInterval"),
            self.seconds("SampledDataCtrlr", "TxEndedInterval"),
            self.seconds("SampledDataCtrlr", "TxUpdatedInterval"),
        ];
        if std::mem::replace(&mut self.sample_intervals, intervals) == intervals {
            return;
        }
        self.schedule_aligned(now);
        for number in self.evse_numbers() {
            if self.is_in_use(number) {
                let running =
                    [StationTask::Sample(number), StationTask::KeepSample(number), StationTask::KeepAlignedSample(number)];
                running.into_iter().for_each(|task| self.timers.cancel(task));
                self.schedule_samples(number, now);
            }
        }
    }
}

/// The time until the next full interval since midnight.
fn until_full(interval: Duration, now: Moment) -> Duration {
    let since_midnight = u64::try_from(now.wall.as_second().rem_euclid(86_400)).unwrap_or_default();
    let seconds = interval.as_secs().max(1);
    Duration::from_secs(seconds - since_midnight % seconds)
}
