//! A station takes a new password from our central system: the session remembers it, so that the station gets in again. The behaviour of the
//! central system is wrapped, because it knows neither the passwords nor who asks for them.

use std::sync::Arc;

use serde_json::Value;

use super::PasswordBook;
use crate::behaviour::{Behaviour, BehaviourLayer, CallOutcome};
use crate::clock::Moment;
use crate::ocpp::StationPassword;
use crate::trace::{EventKind, EventSender, StationKey};

/// What a station answers when it takes a value.
const TAKEN: [&str; 2] = ["Accepted", "RebootRequired"];

/// The behaviour of a central system towards one station, which remembers the passwords that it sets.
pub(in crate::hub) struct RememberingBehaviour {
    pub inner: Box<dyn Behaviour>,
    pub identity: String,
    pub station: StationKey,
    pub book: Arc<PasswordBook>,
    pub events: EventSender,
}

impl RememberingBehaviour {
    /// Remembers a password when the station must show one; otherwise it would be asked for one that it need not show.
    fn remember(&self, password: TakenPassword, now: Moment) {
        if !self.book.has(&self.identity) {
            return;
        }
        let (failure, text) = match password {
            TakenPassword::Known(password) => {
                self.book.set(&self.identity, password);
                (false, "its new password is remembered for this session; auth save writes it to the file")
            }
            TakenPassword::NoDigits => (
                true,
                "it took a password that is not remembered, because it is no hexadecimal digits: auth set gives it a new one",
            ),
        };
        self.events.try_send(Some(self.station), now, EventKind::Note { failure, text: text.into() });
    }
}

/// The password that a station took.
#[derive(Debug, PartialEq, Eq)]
enum TakenPassword {
    Known(StationPassword),
    /// A key that is no hexadecimal digits, so that what the station will show is not known.
    NoDigits,
}

/// The password that a call sets and its result takes, if there is one.
fn taken_password(action: &str, call: &Value, result: &Value) -> Option<TakenPassword> {
    let is_taken = |status: &Value| status.as_str().is_some_and(|status| TAKEN.contains(&status));
    let is_named = |name: &Value, wanted: &str| name.as_str().is_some_and(|name| name.eq_ignore_ascii_case(wanted));
    match action {
        "ChangeConfiguration" if is_named(&call["key"], "AuthorizationKey") && is_taken(&result["status"]) => {
            let password = StationPassword::of_hex(call["value"].as_str().unwrap_or_default().trim());
            Some(password.map_or(TakenPassword::NoDigits, TakenPassword::Known))
        }
        "SetVariables" => {
            let elements = call["setVariableData"].as_array()?.iter().zip(result["setVariableResult"].as_array()?);
            let is_password = |element: &Value| {
                is_named(&element["component"]["name"], "SecurityCtrlr")
                    && is_named(&element["variable"]["name"], "BasicAuthPassword")
            };
            let mut taken = elements.filter(|(element, result)| is_password(element) && is_taken(&result["attributeStatus"]));
            let value = taken.next_back()?.0["attributeValue"].as_str()?;
            Some(TakenPassword::Known(StationPassword::of_text(value)))
        }
        _ => None,
    }
}

impl BehaviourLayer for RememberingBehaviour {
    fn inner(&self) -> &dyn Behaviour {
        &*self.inner
    }

    fn inner_mut(&mut self) -> &mut dyn Behaviour {
        &mut *self.inner
    }

    fn before_answered(&mut self, action: &str, payload: &Value, outcome: CallOutcome<'_>, now: Moment) {
        if let CallOutcome::Result { payload: result, .. } = outcome
            && let Some(password) = taken_password(action, payload, result)
        {
            self.remember(password, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_the_station_took_is_a_password() {
        let key = |value: &str| json!({"key": "authorizationKey", "value": value});
        let status = |status: &str| json!({ "status": status });
        let taken = |call: &Value, result: &Value| taken_password("ChangeConfiguration", call, result);
        let bytes = StationPassword::of_hex("00ff").unwrap();
        assert_eq!(taken(&key("00ff"), &status("Accepted")), Some(TakenPassword::Known(bytes)));
        assert_eq!(taken(&key("text"), &status("Accepted")), Some(TakenPassword::NoDigits));
        assert_eq!(taken(&key("00ff"), &status("Rejected")), None);
        assert_eq!(taken(&json!({"key": "CpoName", "value": "00ff"}), &status("Accepted")), None);
        let element = |name: &str, value: &str| json!({"component": {"name": "SecurityCtrlr"}, "variable": {"name": name}, "attributeValue": value});
        let call = json!({ "setVariableData": [element("OrganizationName", "x"), element("BasicAuthPassword", "new")] });
        let result =
            |status: &str| json!({"setVariableResult": [{"attributeStatus": "Accepted"}, {"attributeStatus": status}]});
        let new = TakenPassword::Known(StationPassword::of_text("new"));
        assert_eq!(taken_password("SetVariables", &call, &result("Accepted")), Some(new));
        assert_eq!(taken_password("SetVariables", &call, &result("Rejected")), None);
        assert_eq!(taken_password("Reset", &json!({}), &json!({})), None);
    }
}
