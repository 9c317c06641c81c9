//! A station whose certificate is not for its identity: the common name must be its serial number (OCPP 2.0.1 part 2, A00.FR.405), which shows
//! when it boots. The behaviour of the central system is wrapped for these stations alone.

use serde_json::json;

use crate::behaviour::{Answer, Behaviour, BehaviourLayer, IncomingCall, Outbox, Proposal, ProposedEffect};
use crate::clock::Moment;
use crate::ocpp::{OcppGeneration, Version};
use crate::simulator::reported_serial_number;
use crate::trace::{EventKind, EventSender, StationKey};

/// The call in which a station reports its serial number.
const BOOT: &str = "BootNotification";

/// The behaviour of a central system towards a station that has shown a certificate for another name than its identity. A boot with another
/// serial number is rejected, and the link is closed behind the answer.
pub(in crate::hub) struct CertifiedBehaviour {
    pub inner: Box<dyn Behaviour>,
    pub station: StationKey,
    pub events: EventSender,
    /// The common name of the certificate.
    pub common_name: Box<str>,
}

/// What follows from the answer to a boot that does not fit the certificate.
struct OtherSerialNumber {
    /// What follows from it where it is accepted all the same.
    inner: ProposedEffect,
    reported: Option<Box<str>>,
}

impl CertifiedBehaviour {
    fn note(&self, text: String, now: Moment) {
        self.events.try_send(Some(self.station), now, EventKind::Note { failure: true, text: text.into() });
    }
}

/// The answer with the status `Rejected`, and in 2.x the reason. Silence and errors stay what they are.
fn rejected(answer: Answer, version: Version) -> Answer {
    let Answer::Result(payload) = answer else { return answer };
    let mut payload = payload.value().clone();
    payload["status"] = json!("Rejected");
    if version.dialect().generation == OcppGeneration::Second {
        payload["statusInfo"] = json!({ "reasonCode": "InvalidCertificate" });
    }
    Answer::result(payload)
}

impl BehaviourLayer for CertifiedBehaviour {
    fn inner(&self) -> &dyn Behaviour {
        &*self.inner
    }

    fn inner_mut(&mut self) -> &mut dyn Behaviour {
        &mut *self.inner
    }

    fn propose_over(&mut self, call: IncomingCall<'_>, now: Moment) -> Proposal {
        let Proposal { answer, effect } = self.inner.propose(call, now);
        if call.action != BOOT {
            return Proposal { answer, effect };
        }
        match reported_serial_number(call.payload) {
            Some(reported) if *reported == *self.common_name => Proposal { answer, effect },
            Some(reported) => {
                let effect = OtherSerialNumber { inner: effect, reported: Some(reported.into()) };
                Proposal::with(rejected(answer, call.version), effect)
            }
            None => Proposal::with(answer, OtherSerialNumber { inner: effect, reported: None }),
        }
    }

    fn commit_over(&mut self, effect: ProposedEffect, sent: &Answer, now: Moment, out: &mut Outbox) {
        if !effect.is::<OtherSerialNumber>() {
            return self.inner.commit(effect, sent, now, out);
        }
        let Some(OtherSerialNumber { inner, reported }) = effect.into_inner::<OtherSerialNumber>() else { return };
        let name = &self.common_name;
        match reported {
            None => self.note(
                format!(
                    "it reports no serial number, so its certificate for `{name}` cannot be compared with it, and its identity is another \
                     (A00.FR.405)"
                ),
                now,
            ),
            Some(reported) if sent.status() == Some("Rejected") => {
                self.note(
                    format!("it reports the serial number `{reported}` and has the certificate of `{name}`: it is rejected (A00.FR.405)"),
                    now,
                );
                out.refuse();
            }
            Some(reported) => self.note(
                format!("it reports the serial number `{reported}` and has the certificate of `{name}` (A00.FR.405)"),
                now,
            ),
        }
        self.inner.commit(inner, sent, now, out);
    }
}
