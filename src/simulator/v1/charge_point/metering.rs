//! Meter values: the measurands, their form in each version, and when they are sent. The register itself is in `meter`.

use std::time::Duration;

use serde_json::{Value, json};

use super::ChargePoint;
use super::connector::Transaction;
use super::timers::TimerTask;
use super::transaction_messages::UNKNOWN_TRANSACTION;
use crate::behaviour::Outbox;
use crate::clock::Moment;
use crate::ocpp::{MeterMapping, Version};
use crate::simulator::measurand::{MeterSample, meter_samples};
use crate::simulator::meter::MeterReading;
use crate::simulator::payload::written_time;
use crate::simulator::v1::features::{MeterEntryForm, SimulatedFeatures, TransactionData};

/// What the form of meter values depends on.
#[derive(Debug, Clone, Copy)]
struct MeterForm {
    version: Version,
    mapping: MeterMapping,
    /// The volts of all phases together, by which watts become amperes.
    volts: f64,
    /// The phases of a connector.
    phases: u8,
}

/// The values of one moment in the form of a version: an element of `values` in 1.2 and 1.5, of `meterValue` in 1.6.
/// 1.2 has only the register; 1.5 has two mappings.
fn meter_value(form: MeterForm, now: Moment, context: &str, names: &str, reading: &MeterReading) -> Value {
    let timestamp = written_time(now.wall);
    match SimulatedFeatures::of(form.version).meter_form {
        MeterEntryForm::Register => json!({ "timestamp": timestamp, "value": reading.watt_hours }),
        MeterEntryForm::ValuesWithAttributes => {
            // 1.5 has no phases
            let form = MeterForm { phases: 0, ..form };
            form.mapping.entry(&timestamp, sampled_values(1, form, context, names, reading))
        }
        MeterEntryForm::SampledValues => {
            json!({ "timestamp": timestamp, "sampledValue": sampled_values(0, form, context, names, reading) })
        }
    }
}

/// The sampled values of these measurands, each with its unit of 1.6 or of 1.5.
fn sampled_values(unit: usize, form: MeterForm, context: &str, names: &str, reading: &MeterReading) -> Vec<Value> {
    let write = |sample: MeterSample| {
        let MeterSample { measurand, in_car, phase, value, units } = sample;
        let mut entry = json!({ "value": value.to_string(), "context": context, "measurand": measurand, "unit": units[unit] });
        if let Some(phase) = phase {
            entry["phase"] = phase.into();
        }
        if in_car {
            entry["location"] = "EV".into();
        }
        entry
    };
    meter_samples(names, reading, form.volts, form.phases).into_iter().map(write).collect()
}

impl ChargePoint {
    fn meter_form(&self) -> MeterForm {
        let volts = self.settings.equipment.volts();
        let phases = self.settings.equipment.phases;
        MeterForm { version: self.version, mapping: self.settings.meter_mapping, volts, phases }
    }

    /// The MeterValues of a connector at this moment; of connector 0, the main meter, the sum of all.
    fn meter_values(&mut self, connector: i32, context: &str, names_key: &str, now: Moment) -> Value {
        let reading = self.read_meter(connector, now);
        let entry = meter_value(self.meter_form(), now, context, self.configuration.value(names_key), &reading);
        let features = SimulatedFeatures::of(self.version);
        let mut payload = json!({ "connectorId": connector });
        if let Some(transaction) = self.connector(connector).and_then(|it| it.transaction.as_ref())
            && features.transaction_in_meter_values
        {
            payload["transactionId"] = transaction.id.unwrap_or(UNKNOWN_TRANSACTION).into();
        }
        payload[features.meter_values] = json!([entry]);
        payload
    }

    /// Reads the meter of a connector, or of all together for connector 0.
    pub(super) fn read_meter(&mut self, connector: i32, now: Moment) -> MeterReading {
        let all = connector == 0;
        let meters = self.connectors.iter_mut().zip(1..).filter(|(_, number)| all || *number == connector);
        meters.map(|(it, _)| it.meter.read(now.monotonic)).fold(MeterReading::default(), MeterReading::plus)
    }

    /// The readings for `transactionData` of StopTransaction, when the central system configured any with this key; 1.2
    /// has no field for them.
    pub(super) fn transaction_sample(&mut self, connector: i32, context: &str, key: &str, now: Moment) -> Option<Value> {
        let reading = self.read_meter(connector, now);
        let names = self.configuration.value(key);
        let has_place = SimulatedFeatures::of(self.version).transaction_data != TransactionData::None;
        let wanted = has_place && !names.is_empty();
        wanted.then(|| meter_value(self.meter_form(), now, context, names, &reading))
    }

    /// Sets the time of the next periodic meter values of a connector with a transaction (OCPP 1.6 §3.16). 0 means
    /// none.
    pub(super) fn schedule_sample(&mut self, connector: i32, now: Moment) {
        let interval = self.configuration.seconds("MeterValueSampleInterval");
        let charging = self.connector(connector).is_some_and(|it| it.transaction.is_some());
        if interval > 0 && charging {
            self.schedule(TimerTask::Sample(connector), Duration::from_secs(interval), now);
        }
    }

    /// Sends the periodic meter values of a transaction. They are queued with the messages about transactions, so a
    /// lost link does not drop them.
    pub(super) fn sample(&mut self, connector: i32, now: Moment, out: &mut Outbox) {
        let Some(key) = self.connector(connector).and_then(|it| it.transaction.as_ref()).map(|it: &Transaction| it.key) else {
            return;
        };
        if self.profiles.iter().next().is_some() {
            // a change of a limit at this very time is due as well
            self.share_power(now, out);
        } else {
            self.adjust_power(connector, now);
        }
        let payload = self.meter_values(connector, "Sample.Periodic", "MeterValuesSampledData", now);
        self.transaction_messages.push("MeterValues", payload, key);
        if let Some(sample) = self.transaction_sample(connector, "Sample.Periodic", "StopTxnSampledData", now) {
            self.keep_sample(connector, sample);
        }
        self.send_transaction_messages(out);
        self.schedule_sample(connector, now);
    }

    /// Sets the time of the next clock-aligned meter values: full intervals since midnight (OCPP 1.6 §3.16).
    pub(super) fn schedule_clock_sample(&mut self, now: Moment) {
        let interval = self.configuration.seconds("ClockAlignedDataInterval");
        if interval == 0 {
            self.agenda.cancel(TimerTask::SampleByClock);
            return;
        }
        let since_midnight = u64::try_from(now.wall.as_second().rem_euclid(86_400)).unwrap_or_default();
        self.schedule(TimerTask::SampleByClock, Duration::from_secs(interval - since_midnight % interval), now);
    }

    /// The clock-aligned meter values of all connectors.
    pub(super) fn sample_by_clock(&mut self, now: Moment, out: &mut Outbox) {
        for connector in 1..=self.last_connector() {
            let payload = self.meter_values(connector, "Sample.Clock", "MeterValuesAlignedData", now);
            self.send_if_allowed("MeterValues", payload, out);
            if self.connector(connector).is_some_and(|it| it.transaction.is_some())
                && let Some(sample) = self.transaction_sample(connector, "Sample.Clock", "StopTxnAlignedData", now)
            {
                self.keep_sample(connector, sample);
            }
        }
        self.schedule_clock_sample(now);
    }

    /// The meter values that a TriggerMessage asked for (OCPP 1.6 §5.17).
    pub(super) fn triggered_sample(&mut self, connector: i32, now: Moment, out: &mut Outbox) {
        let payload = self.meter_values(connector, "Trigger", "MeterValuesSampledData", now);
        out.call("MeterValues", payload);
    }
}
