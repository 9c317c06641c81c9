//! DataTransfer of the CSMS (OCPP 2.0.1 part 2, P01). The station knows the messages of its own vendor only, and of these one.

use serde_json::json;

use super::ChargingStation;
use super::effect::only_status;
use crate::behaviour::{Answer, IncomingCall, Proposal};
use crate::clock::Moment;
use crate::simulator::payload::text;

/// The message of the own vendor that returns its data.
const ECHO: &str = "Echo";

impl ChargingStation {
    /// DataTransfer: an unknown vendor, and an unknown message of a known one, have statuses of their own (P01.FR.05 and 06).
    pub(super) fn propose_data_transfer(&self, call: IncomingCall<'_>, _now: Moment) -> Option<Proposal> {
        (call.action == "DataTransfer").then(|| {
            if text(call.payload, "vendorId") != Some(self.settings.equipment.vendor.as_str()) {
                return only_status("UnknownVendorId");
            }
            match text(call.payload, "messageId") {
                Some(ECHO) => {
                    let mut result = json!({ "status": "Accepted" });
                    if let Some(data) = call.payload.get("data") {
                        result["data"] = data.clone();
                    }
                    Answer::result(result).into()
                }
                Some(_) => only_status("UnknownMessageId"),
                None => only_status("Accepted"),
            }
        })
    }
}
