//! Data about a customer: CustomerInformation, and NotifyCustomerInformation with its parts (OCPP 2.0.1 part 2, N09 and N10).

use serde_json::{Value, json};

use super::ChargingStation;
use super::effect::{status_because, status_then};
use crate::behaviour::{IncomingCall, Outbox, Proposal};
use crate::clock::Moment;
use crate::simulator::payload::written_time;

/// The longest text in one message (`data`).
const LONGEST_PART: usize = 512;

/// The texts of a report, each with whether another one follows.
fn text_parts(text: &str) -> Vec<(String, bool)> {
    let characters: Vec<char> = text.chars().collect();
    let count = characters.len().div_ceil(LONGEST_PART).max(1);
    let part = |index: usize| characters.iter().skip(index * LONGEST_PART).take(LONGEST_PART).collect::<String>();
    (0..count).map(|index| (part(index), index + 1 < count)).collect()
}

impl ChargingStation {
    /// CustomerInformation: exactly one customer must be named (N09.FR.09), and something must be wanted.
    #[expect(clippy::unused_self, reason = "all subjects have this form")]
    pub(super) fn propose_customer_information(&self, call: IncomingCall<'_>, _now: Moment) -> Option<Proposal> {
        (call.action == "CustomerInformation").then(|| {
            let names = ["customerCertificate", "idToken", "customerIdentifier"];
            if names.iter().filter(|name| call.payload.get(**name).is_some()).count() != 1 {
                return status_because("Invalid", "InvalidValue");
            }
            let wants = |field| call.payload.get(field) == Some(&Value::Bool(true));
            if !wants("report") && !wants("clear") {
                return status_because("Rejected", "UnsupportedRequest");
            }
            let (report, request) = (wants("report"), call.payload["requestId"].clone());
            status_then("Accepted", move |station, now, out| {
                if report {
                    station.report_customer(&request, "", now, out);
                }
            })
        })
    }

    /// Sends what is known. A report about nothing says so by an empty text (N09.FR.05).
    fn report_customer(&mut self, request: &Value, data: &str, now: Moment, out: &mut Outbox) {
        for (number, (part, more)) in text_parts(data).into_iter().enumerate() {
            let payload = json!({
                "requestId": request,
                "data": part,
                "seqNo": number,
                "generatedAt": written_time(now.wall),
                "tbc": more,
            });
            self.send_if_allowed("NotifyCustomerInformation", payload, out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(text_parts(""), [(String::new(), false)]);
        let parts = text_parts(&"ü".repeat(1025));
        let lengths: Vec<_> = parts.iter().map(|(part, more)| (part.chars().count(), *more)).collect();
        assert_eq!(lengths, [(512, true), (512, true), (1, false)]);
    }
}
