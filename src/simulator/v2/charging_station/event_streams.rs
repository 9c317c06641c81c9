//! Streams of monitored values: a periodic monitor with a stream sends its values in batches as NotifyPeriodicEventStream, which is a SEND,
//! in place of NotifyEvent (OCPP 2.1 part 2, N11 to N15). The station opens and closes streams, the CSMS lists and adjusts them.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::ChargingStation;
use super::effect::{status_because, status_then};
use super::timers::StationTask;
use crate::behaviour::{Answer, CallOutcome, IncomingCall, Outbox, Proposal};
use crate::clock::Moment;
use crate::simulator::payload::{empty, integer, text, written_time};

/// The most values that wait in a stream; the oldest are lost.
const MOST_VALUES: usize = 1000;

/// The time between batches when the CSMS wants none.
const OWN_INTERVAL: Duration = Duration::from_secs(60);

/// The streams, in the order in which they were opened.
#[derive(Debug, Default)]
pub(super) struct EventStreams(Vec<EventStream>);

/// One stream.
#[derive(Debug)]
struct EventStream {
    /// Its id, which is that of its monitor: a monitor has one stream.
    id: i64,
    /// `interval` and `values`, as the CSMS wants them.
    params: Value,
    /// Whether the CSMS has accepted it.
    open: bool,
    /// The values that wait, each with its time.
    values: Vec<(Timestamp, String)>,
}

impl EventStream {
    /// The time between two batches.
    fn interval(&self) -> Duration {
        let wanted = integer(&self.params, "interval").and_then(|seconds| u64::try_from(seconds).ok());
        wanted.filter(|seconds| *seconds > 0).map_or(OWN_INTERVAL, Duration::from_secs)
    }

    /// Whether a batch is full.
    fn is_full(&self) -> bool {
        let most = integer(&self.params, "values").and_then(|count| usize::try_from(count).ok()).filter(|count| *count > 0);
        most.is_some_and(|most| self.values.len() >= most)
    }

    /// `constantStreamData` in messages.
    fn written(&self) -> Value {
        json!({ "id": self.id, "variableMonitoringId": self.id, "params": self.params })
    }

    /// The payload of a batch: times count from the first value.
    fn batch(&mut self) -> Option<Value> {
        let base = self.values.first()?.0;
        let element = |(time, value): (Timestamp, String)| json!({ "t": time.duration_since(base).as_secs_f64(), "v": value });
        let data: Vec<Value> = self.values.drain(..).map(element).collect();
        Some(json!({ "id": self.id, "pending": 0, "basetime": written_time(base), "data": data }))
    }
}

impl EventStreams {
    fn of(&mut self, id: i64) -> Option<&mut EventStream> {
        self.0.iter_mut().find(|stream| stream.id == id)
    }
}

impl ChargingStation {
    /// The calls that this file answers.
    pub(super) fn propose_event_streams(&self, call: IncomingCall<'_>, _now: Moment) -> Option<Proposal> {
        match call.action {
            "GetPeriodicEventStream" => Some(self.list_streams().into()),
            "AdjustPeriodicEventStream" => Some(self.adjust_stream(call.payload)),
            _ => None,
        }
    }

    fn list_streams(&self) -> Answer {
        let open: Vec<Value> = self.blocks.streams.0.iter().filter(|it| it.open).map(EventStream::written).collect();
        if open.is_empty() { empty() } else { Answer::result(json!({ "constantStreamData": open })) }
    }

    fn adjust_stream(&self, payload: &Value) -> Proposal {
        let id = payload.get("id").and_then(Value::as_i64).unwrap_or(-1);
        if !self.blocks.streams.0.iter().any(|stream| stream.open && stream.id == id) {
            return status_because("Rejected", "NotFound");
        }
        let params = payload.get("params").cloned().unwrap_or_default();
        status_then("Accepted", move |station, now, _out| {
            if let Some(stream) = station.blocks.streams.of(id) {
                stream.params = params;
                let interval = stream.interval();
                station.schedule(StationTask::EventStream(id), interval, now);
            }
        })
    }

    /// A monitor was set with a stream: the station opens it.
    pub(super) fn open_stream(&mut self, monitor: i64, params: Value, out: &mut Outbox) {
        self.blocks.streams.0.retain(|stream| stream.id != monitor);
        let stream = EventStream { id: monitor, params, open: false, values: Vec::new() };
        let payload = json!({ "constantStreamData": stream.written() });
        self.blocks.streams.0.push(stream);
        self.send_if_allowed("OpenPeriodicEventStream", payload, out);
    }

    /// The CSMS has answered OpenPeriodicEventStream. Without a stream the values of the monitor are events.
    pub(super) fn stream_answered(&mut self, call: &Value, outcome: CallOutcome<'_>, now: Moment) {
        let id = call.pointer("/constantStreamData/id").and_then(Value::as_i64).unwrap_or(-1);
        let accepted = matches!(outcome, CallOutcome::Result { payload, .. } if text(payload, "status") == Some("Accepted"));
        let Some(stream) = self.blocks.streams.of(id) else { return };
        if accepted {
            stream.open = true;
            let interval = stream.interval();
            self.schedule(StationTask::EventStream(id), interval, now);
        } else {
            self.blocks.streams.0.retain(|stream| stream.id != id);
        }
    }

    /// A stream is closed when its monitor is gone.
    pub(super) fn close_lost_streams(&mut self, out: &mut Outbox) {
        let monitors = &self.monitors;
        let is_lost = |stream: &EventStream| !monitors.iter().any(|monitor| monitor.id == stream.id);
        let lost: Vec<i64> = self.blocks.streams.0.extract_if(.., |stream| is_lost(stream)).map(|stream| stream.id).collect();
        for id in lost {
            self.timers.cancel(StationTask::EventStream(id));
            self.send_if_allowed("ClosePeriodicEventStream", json!({ "id": id }), out);
        }
    }

    /// A monitor has a value. Returns whether a stream takes it.
    pub(super) fn stream_value(&mut self, monitor: i64, value: &str, now: Moment, out: &mut Outbox) -> bool {
        let Some(stream) = self.blocks.streams.of(monitor).filter(|stream| stream.open) else { return false };
        if stream.values.len() == MOST_VALUES {
            stream.values.remove(0);
        }
        stream.values.push((now.wall, value.to_owned()));
        if stream.is_full() {
            self.send_batch(monitor, now, out);
        }
        true
    }

    /// Sends what waits in a stream, and what comes after its interval.
    pub(super) fn send_batch(&mut self, id: i64, now: Moment, out: &mut Outbox) {
        let may_send = self.may_send();
        let Some(stream) = self.blocks.streams.of(id) else { return };
        let batch = if may_send { stream.batch() } else { None };
        let interval = stream.interval();
        if let Some(batch) = batch {
            out.call("NotifyPeriodicEventStream", batch);
        }
        self.schedule(StationTask::EventStream(id), interval, now);
    }
}
