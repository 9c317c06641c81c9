//! Summaries of distributed energy resources (DER), which OCPP 2.1 added: what the grid asks of the station.

use serde_json::Value;

use super::super::action::{ActionSummary, no_result};
use super::super::text::SummaryTone;
use super::super::writer::SummaryWriter;
use super::parts::status;

pub(super) const AREA: &[ActionSummary] = &[
    ActionSummary { action: "SetDERControl", call: control, result: controlled },
    ActionSummary { action: "GetDERControl", call: control, result: status },
    ActionSummary { action: "ClearDERControl", call: control, result: status },
    ActionSummary { action: "ReportDERControl", call: report, result: no_result },
    ActionSummary { action: "NotifyDERAlarm", call: alarm, result: no_result },
    ActionSummary { action: "NotifyDERStartStop", call: start_stop, result: no_result },
    ActionSummary { action: "AFRRSignal", call: signal, result: status },
];

fn control(writer: &mut SummaryWriter, call: &Value) {
    writer.value(&call["controlType"]).labelled("control", &call["controlId"]);
    if call["isDefault"] == true {
        writer.word("default");
    }
    writer.labelled("report", &call["requestId"]);
}

fn controlled(writer: &mut SummaryWriter, result: &Value, call: &Value) {
    status(writer, result, call);
    superseded(writer, result);
}

fn superseded(writer: &mut SummaryWriter, message: &Value) {
    if let Some(ids) = message["supersededIds"].as_array() {
        writer.word("supersedes");
        for id in ids.iter().take(4) {
            writer.value(id);
        }
    }
}

fn report(writer: &mut SummaryWriter, call: &Value) {
    writer.labelled("report", &call["requestId"]);
    let lists = call.as_object().into_iter().flatten().filter_map(|(_, value)| value.as_array());
    writer.number_of(lists.map(Vec::len).sum(), "control", "controls");
    if call["tbc"] == true {
        writer.item("more", SummaryTone::Weak);
    }
}

fn alarm(writer: &mut SummaryWriter, call: &Value) {
    writer.value(&call["controlType"]).notable(&call["gridEventFault"]);
    if call["alarmEnded"] == true {
        writer.word("ended");
    }
    writer.value(&call["extraInfo"]);
}

fn start_stop(writer: &mut SummaryWriter, call: &Value) {
    writer.labelled("control", &call["controlId"]);
    match &call["started"] {
        Value::Bool(started) => writer.word(if *started { "started" } else { "stopped" }),
        other => writer.value(other),
    };
    superseded(writer, call);
}

fn signal(writer: &mut SummaryWriter, call: &Value) {
    writer.labelled("signal", &call["signal"]);
}

#[cfg(test)]
pub(super) const EXAMPLES: &[super::super::action::SummaryExample] = {
    use super::super::action::example;
    use crate::ocpp::Version::V2_1;
    &[
        example(
            V2_1,
            "SetDERControl",
            r#"{"isDefault":true,"controlId":"C1","controlType":"Gradients","gradient":{"priority":1,"gradient":5,"softGradient":2}}"#,
            r#"{"status":"Accepted","supersededIds":["C0"]}"#,
            "Gradients control C1 default ⇒ Accepted supersedes C0",
        ),
        example(
            V2_1,
            "GetDERControl",
            r#"{"requestId":4,"controlType":"FreqDroop"}"#,
            r#"{"status":"NotFound"}"#,
            "FreqDroop report 4 ⇒ NotFound",
        ),
        example(
            V2_1,
            "ClearDERControl",
            r#"{"isDefault":false,"controlId":"C1"}"#,
            r#"{"status":"Accepted"}"#,
            "control C1 ⇒ Accepted",
        ),
        example(
            V2_1,
            "ReportDERControl",
            r#"{"requestId":4,"gradient":[{"id":"C1","gradient":{"priority":1,"gradient":5,"softGradient":2}}],"tbc":true}"#,
            "{}",
            "report 4 1 control more",
        ),
        example(
            V2_1,
            "NotifyDERAlarm",
            r#"{"controlType":"HVMustTrip","gridEventFault":"OverVoltage","timestamp":"2030-01-31T12:00:00Z"}"#,
            "{}",
            "HVMustTrip OverVoltage",
        ),
        example(
            V2_1,
            "NotifyDERStartStop",
            r#"{"controlId":"C1","started":true,"timestamp":"2030-01-31T12:00:00Z","supersededIds":["C0"]}"#,
            "{}",
            "control C1 started supersedes C0",
        ),
        example(
            V2_1,
            "AFRRSignal",
            r#"{"timestamp":"2030-01-31T12:00:00Z","signal":15}"#,
            r#"{"status":"Accepted"}"#,
            "signal 15 ⇒ Accepted",
        ),
    ]
};
