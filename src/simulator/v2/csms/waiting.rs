//! The stations whose boot was not accepted, and what they may send until it is.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::behaviour::{Answer, CallOutcome};
use crate::ocpp::ErrorCode;
use crate::simulator::payload::text;

/// The stations that wait for their registration.
#[derive(Debug, Default)]
pub(super) struct WaitingStations(Mutex<HashMap<Arc<str>, RegistrationWait>>);

/// What is known of a station that waits.
#[derive(Debug, Default)]
struct RegistrationWait {
    /// Rejected, not Pending: then it may not send what it is asked for either.
    rejected: bool,
    /// The messages that it was asked for.
    asked: HashSet<Box<str>>,
}

impl WaitingStations {
    /// Takes the answer to a boot in.
    pub fn boot_answered(&self, station: &Arc<str>, sent: &Answer) {
        let Answer::Result(result) = sent else { return };
        let mut waiting = self.lock();
        match text(result.value(), "status") {
            Some(status @ ("Pending" | "Rejected")) => {
                waiting.entry(Arc::clone(station)).or_default().rejected = status == "Rejected";
            }
            _ => {
                waiting.remove(station);
            }
        }
    }

    /// Takes in that a station has accepted a call that asks for messages.
    pub fn call_answered(&self, station: &Arc<str>, action: &str, payload: &Value, outcome: CallOutcome<'_>) {
        let wanted = match action {
            "TriggerMessage" => text(payload, "requestedMessage").map(triggered_action),
            "GetBaseReport" | "GetReport" => Some("NotifyReport"),
            _ => None,
        };
        let CallOutcome::Result { payload: result, .. } = outcome else { return };
        if let (Some(wanted), Some("Accepted")) = (wanted, text(result, "status"))
            && let Some(wait) = self.lock().get_mut(station)
        {
            wait.asked.insert(wanted.into());
        }
    }

    /// The error for a call that a station may not make yet (OCPP 2.0.1 part 2, B02.FR.09 and B03.FR.07).
    pub fn refusal(&self, station: &Arc<str>, action: &str) -> Option<Answer> {
        if action == "BootNotification" {
            return None;
        }
        let waiting = self.lock();
        let wait = waiting.get(station)?;
        let refused = wait.rejected || !wait.asked.contains(action);
        let status = if wait.rejected { "Rejected" } else { "Pending" };
        let description = format!("The last boot of this station was answered with {status}.");
        refused.then_some(Answer::Error { code: ErrorCode::SecurityError, description })
    }

    /// Locks the stations. A poisoned lock stays usable, because every change is complete in itself.
    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<str>, RegistrationWait>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The action by which a station sends a message that it was asked for.
fn triggered_action(message: &str) -> &str {
    if message.starts_with("Sign") { "SignCertificate" } else { message }
}
