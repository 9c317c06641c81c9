//! Data about a customer: CustomerInformation, and NotifyCustomerInformation with its parts (OCPP 2.0.1 part 2, N09 and N10).

use serde_json::{Value, json};

use super::ChargingStation;
use super::effect::{status_because, status_then};
use super::id_token::{IdToken, IdTokenInfo};
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
            let (report, clear, request) = (wants("report"), wants("clear"), call.payload["requestId"].clone());
            let token = call.payload.get("idToken").and_then(IdToken::read);
            status_then("Accepted", move |station, now, out| {
                let data = token.as_ref().map(|token| station.customer_data(token)).unwrap_or_default();
                if report {
                    station.report_customer(&request, &data, now, out);
                }
                if let Some(token) = token.filter(|_| clear) {
                    // the local list belongs to the CSMS, and a transaction that runs must end first
                    station.forget_token(&token);
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

impl ChargingStation {
    /// What the station knows about a token, one line for each fact.
    fn customer_data(&self, token: &IdToken) -> String {
        let judged = |place: &str, info: &IdTokenInfo| {
            format!("{place}: {} {}", token.text, if info.accepted { "accepted" } else { "not accepted" })
        };
        let listed = self.local_list.find(token).map(|info| judged("local list", info));
        let cached = self.cached_token(token).map(|info| judged("authorization cache", info));
        let transactions = self.evse_numbers().filter_map(|number| {
            let transaction = self.evse(number)?.transaction.as_ref()?;
            let is_customer = transaction.token.as_ref().is_some_and(|own| own.is(token));
            is_customer.then(|| {
                let cost = self.blocks.costs.of(&transaction.id).map(|cost| format!(", cost {cost}")).unwrap_or_default();
                format!("transaction: {} at EVSE {number} since {}{cost}", transaction.id, written_time(transaction.started))
            })
        });
        listed.into_iter().chain(cached).chain(transactions).collect::<Vec<_>>().join("\n")
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
