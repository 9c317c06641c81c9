//! Summaries of reservations.

use serde_json::Value;

use super::super::action::{ActionSummary, no_result};
use super::super::writer::SummaryWriter;
use super::parts::status;

pub(super) const AREA: &[ActionSummary] = &[
    ActionSummary { action: "ReserveNow", call: reserve, result: status },
    ActionSummary { action: "CancelReservation", call: cancel, result: status },
    ActionSummary { action: "ReservationStatusUpdate", call: update, result: no_result },
];

fn reserve(writer: &mut SummaryWriter, call: &Value) {
    writer.labelled("EVSE", &call["evseId"]).value(&call["connectorType"]);
    super::parts::token(writer, &call["idToken"]).labelled("reservation", &call["id"]).date("until", &call["expiryDateTime"]);
}

fn cancel(writer: &mut SummaryWriter, call: &Value) {
    writer.labelled("reservation", &call["reservationId"]);
}

fn update(writer: &mut SummaryWriter, call: &Value) {
    cancel(writer, call);
    writer.value(&call["reservationUpdateStatus"]);
}

#[cfg(test)]
pub(super) const EXAMPLES: &[super::super::action::SummaryExample] = {
    use super::super::action::example;
    use crate::ocpp::Version::V2_0_1;
    &[
        example(
            V2_0_1,
            "ReserveNow",
            r#"{"id":5,"expiryDateTime":"2030-01-31T13:00:00Z","evseId":1,"idToken":{"idToken":"77FF","type":"ISO14443"}}"#,
            r#"{"status":"Occupied"}"#,
            "EVSE 1 77FF reservation 5 until 2030-01-31 13:00Z ⇒ Occupied",
        ),
        example(
            V2_0_1,
            "ReserveNow",
            r#"{"id":6,"expiryDateTime":"2030-01-31T13:00:00Z","connectorType":"cCCS2","idToken":{"idToken":"77FF","type":"ISO14443"}}"#,
            r#"{"status":"Accepted"}"#,
            "cCCS2 77FF reservation 6 until 2030-01-31 13:00Z ⇒ Accepted",
        ),
        example(V2_0_1, "CancelReservation", r#"{"reservationId":5}"#, r#"{"status":"Accepted"}"#, "reservation 5 ⇒ Accepted"),
        example(
            V2_0_1,
            "ReservationStatusUpdate",
            r#"{"reservationId":5,"reservationUpdateStatus":"Expired"}"#,
            "{}",
            "reservation 5 Expired",
        ),
    ]
};
