//! Summaries of reservations.

use serde_json::Value;

use super::action::ActionSummary;
use super::text::SummaryTone;
use super::writer::{SummaryWriter, shown};

pub(super) const AREA: &[ActionSummary] = &[
    ActionSummary { action: "ReserveNow", call: reserve, result: reserved },
    ActionSummary { action: "CancelReservation", call: cancel, result: super::action::status },
];

fn reserve(writer: &mut SummaryWriter, call: &Value) {
    writer.connector(&call["connectorId"]).tag(&call["idTag"]).labelled("reservation", &call["reservationId"]);
    writer.date("until", &call["expiryDate"]);
}

/// Every status but one is a refusal here, also those that are a connector's state elsewhere.
fn reserved(writer: &mut SummaryWriter, result: &Value, _: &Value) {
    if let Some(status) = shown(&result["status"]) {
        let tone = if status == "Accepted" { SummaryTone::Plain } else { SummaryTone::Notable };
        writer.item(&status, tone);
    }
}

fn cancel(writer: &mut SummaryWriter, call: &Value) {
    writer.labelled("reservation", &call["reservationId"]);
}

#[cfg(test)]
pub(super) const EXAMPLES: &[super::action::SummaryExample] = {
    use super::action::example;
    use crate::ocpp::Version::V1_6;
    &[
        example(
            V1_6,
            "ReserveNow",
            r#"{"connectorId":1,"expiryDate":"2030-01-31T13:00:00Z","idTag":"77FF","reservationId":5}"#,
            r#"{"status":"Occupied"}"#,
            "#1 77FF reservation 5 until 2030-01-31 13:00Z ⇒ Occupied",
        ),
        example(V1_6, "CancelReservation", r#"{"reservationId":5}"#, r#"{"status":"Accepted"}"#, "reservation 5 ⇒ Accepted"),
    ]
};
