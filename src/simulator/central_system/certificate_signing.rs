//! What the central system makes of SignCertificate: with a test CA it signs the request and sends the certificate, also a faulty one on
//! purpose (Improved security for OCPP 1.6-J, A02; OCPP 2.0.1 part 2, A02). Without a CA it accepts the request, and nothing follows.

use std::fmt;
use std::sync::Arc;

use serde_json::{Value, json};

use super::asked_certificate::AskedCertificate;
use crate::behaviour::{Answer, Outbox, Proposal};
use crate::clock::Moment;
use crate::ocpp::OcppGeneration;
use crate::pki::{
    CertificateDefect, CertificateRequest, CertificateTerms, CertificateUse, ChainForm, KeyAlgorithm, TestAuthority, chain_pem,
};
use crate::simulator::payload::text;

/// The call in which a station asks for a certificate.
pub(super) const ASKS: &str = "SignCertificate";
/// The call in which it gets one.
pub(super) const SIGNED: &str = "CertificateSigned";
/// The use of the certificate for the link; it is what is meant where nothing is said.
const FOR_LINK: &str = "ChargingStationCertificate";
/// The most characters of `statusInfo.additionalInfo` in 2.0.1.
const LONGEST_INFO: usize = 512;

/// What the central system does with requests for certificates.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SigningRule {
    /// Accepts them, and sends no certificate.
    Off,
    /// Sends a good certificate.
    #[default]
    Good,
    /// Sends one of an intermediate CA, and that CA's.
    Intermediate,
    /// Sends one of an intermediate CA alone.
    MissingIntermediate,
    /// Sends one with this fault.
    Faulty(CertificateDefect),
}

impl SigningRule {
    /// All of them with their names.
    pub const ALL: [(&'static str, SigningRule); 8] = [
        ("off", SigningRule::Off),
        ("good", SigningRule::Good),
        ("intermediate", SigningRule::Intermediate),
        ("missing-intermediate", SigningRule::MissingIntermediate),
        ("expired", SigningRule::Faulty(CertificateDefect::Expired)),
        ("not-yet-valid", SigningRule::Faulty(CertificateDefect::NotYetValid)),
        ("wrong-name", SigningRule::Faulty(CertificateDefect::WrongName)),
        ("foreign", SigningRule::Faulty(CertificateDefect::ForeignAuthority)),
    ];

    /// The rule of this name.
    pub fn parse(name: &str) -> Option<SigningRule> {
        SigningRule::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, rule)| rule)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        SigningRule::ALL.into_iter().find(|(_, rule)| *rule == self).map_or("off", |(name, _)| name)
    }

    fn terms(self, usage: CertificateUse) -> CertificateTerms {
        // the names are those of the request
        let terms = CertificateTerms { purpose: usage, ..CertificateTerms::station("", "") };
        match self {
            SigningRule::Off | SigningRule::Good => terms,
            SigningRule::Intermediate => CertificateTerms { chain: ChainForm::Intermediate, ..terms },
            SigningRule::MissingIntermediate => CertificateTerms { chain: ChainForm::MissingIntermediate, ..terms },
            SigningRule::Faulty(defect) => CertificateTerms { defects: vec![defect], ..terms },
        }
    }
}

/// Gets the certificates that were issued.
type IssuedObserver = Box<dyn Fn(Vec<Vec<u8>>) + Send + Sync>;

/// The CA behind a central system.
pub struct StationSigner {
    authorities: Vec<TestAuthority>,
    issued: IssuedObserver,
}

impl fmt::Debug for StationSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StationSigner").field("authorities", &self.authorities).finish_non_exhaustive()
    }
}

impl StationSigner {
    /// Signs with the CA whose key is of the kind of the request, or else with the first one. `issued` hears of each certificate; it must
    /// not wait for anything.
    pub fn new(authorities: Vec<TestAuthority>, issued: impl Fn(Vec<Vec<u8>>) + Send + Sync + 'static) -> StationSigner {
        StationSigner { authorities, issued: Box::new(issued) }
    }

    fn sign(&self, request: &CertificateRequest, terms: &CertificateTerms, now: Moment) -> Option<String> {
        let kind = if &*request.key.kind == "RSA" { KeyAlgorithm::Rsa } else { KeyAlgorithm::Ecdsa };
        let fitting = self.authorities.iter().find(|authority| authority.key().kind() == kind);
        let chain = fitting.or(self.authorities.first())?.sign(request, terms, now.wall).ok()?;
        let pem = chain_pem(&chain);
        (self.issued)(chain);
        Some(pem)
    }
}

/// A request that was accepted.
#[derive(Debug, Clone)]
pub(super) struct AcceptedRequest {
    signer: Arc<StationSigner>,
    rule: SigningRule,
    request: CertificateRequest,
    /// What the certificate is for and the number of the request, as the station wrote them.
    members: Vec<(&'static str, Value)>,
}

/// The answer to SignCertificate in place of the accepting one of the version.
pub(super) fn decide(
    signer: Option<&Arc<StationSigner>>,
    rule: SigningRule,
    generation: OcppGeneration,
    payload: &Value,
    proposal: Proposal,
) -> Proposal {
    let Some(signer) = signer.filter(|_| proposal.answer.status() == Some("Accepted")).cloned() else { return proposal };
    match CertificateRequest::from_pem(text(payload, "csr").unwrap_or_default()) {
        Ok(request) => {
            let written = |name: &'static str| payload.get(name).map(|value| (name, value.clone()));
            let members = ["certificateType", "requestId"].into_iter().filter_map(written).collect();
            Proposal::with(proposal.answer, AcceptedRequest { signer, rule, request, members })
        }
        Err(fault) => {
            let mut answer = json!({ "status": "Rejected" });
            if generation == OcppGeneration::Second {
                let info: String = fault.to_string().chars().take(LONGEST_INFO).collect();
                answer["statusInfo"] = json!({ "reasonCode": "InvalidCSR", "additionalInfo": info });
            }
            Answer::result(answer).into()
        }
    }
}

impl AcceptedRequest {
    /// What was asked for.
    pub fn asked(&self) -> AskedCertificate {
        let member = |wanted| self.members.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value);
        AskedCertificate {
            certificate_type: member("certificateType").and_then(Value::as_str).unwrap_or(FOR_LINK).into(),
            number: member("requestId").and_then(Value::as_i64),
            subject: self.request.subject.clone(),
            key: self.request.key.to_string().into(),
        }
    }

    /// The answer has left: signs, and sends CertificateSigned. Returns the request, where it was accepted.
    pub fn carry_out(self, sent: &Answer, now: Moment, out: &mut Outbox) -> Option<AcceptedRequest> {
        if sent.status() != Some("Accepted") {
            return None;
        }
        if let Some(payload) = self.signed(self.rule, now) {
            out.call(SIGNED, payload);
        }
        Some(self)
    }

    /// The payload of CertificateSigned by a rule; `None` where it asks for none, or the request cannot be signed.
    pub fn signed(&self, rule: SigningRule, now: Moment) -> Option<Value> {
        if rule == SigningRule::Off {
            return None;
        }
        let usage = if &*self.asked().certificate_type == FOR_LINK { CertificateUse::Client } else { CertificateUse::Any };
        let chain = self.signer.sign(&self.request, &rule.terms(usage), now)?;
        let mut payload = json!({ "certificateChain": chain });
        for (name, value) in &self.members {
            payload[*name] = value.clone();
        }
        Some(payload)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::behaviour::{Behaviour, IncomingCall};
    use crate::clock;
    use crate::ocpp::Version;
    use crate::pki::{CertificateFacts, PrivateKey, read_certificates};
    use crate::simulator::{CentralSystem, CentralSystemSettings, RequestChoice};

    /// The status of the answer, and the payload of the CertificateSigned that follows.
    fn asked(rule: SigningRule, version: Version, payload: &Value) -> (String, Option<Value>) {
        let now = clock::now();
        let authority = TestAuthority::create("Lab CA", KeyAlgorithm::Ecdsa, now.wall).unwrap();
        let heard = Arc::new(Mutex::new(0));
        let counter = heard.clone();
        let signer = StationSigner::new(vec![authority], move |_| *counter.lock().unwrap() += 1);
        let settings =
            CentralSystemSettings { signer: Some(Arc::new(signer)), signing: rule, ..CentralSystemSettings::default() };
        let mut link = CentralSystem::new(settings).behaviour("CP1");
        let proposal = link.propose(IncomingCall { version, action: ASKS, payload: &payload.clone().into() }, now);
        let mut out = Outbox::default();
        link.commit(proposal.effect, &proposal.answer, now, &mut out);
        let calls: Vec<_> = out.take();
        let sent = calls.into_iter().next().map(|call| {
            assert_eq!(call.action, "CertificateSigned");
            call.payload
        });
        assert_eq!(*heard.lock().unwrap(), usize::from(sent.is_some()));
        (proposal.answer.status().unwrap().to_owned(), sent)
    }

    fn request() -> String {
        let key = PrivateKey::generate(KeyAlgorithm::Ecdsa).unwrap();
        CertificateRequest::create(&key, "SN-1", Some("Operator")).unwrap().to_pem()
    }

    fn certificate(payload: &Value) -> CertificateFacts {
        let chain = read_certificates(payload["certificateChain"].as_str().unwrap()).unwrap();
        CertificateFacts::read(&chain[0]).unwrap()
    }

    #[test]
    fn a_request_is_signed_and_the_certificate_sent() {
        let (status, sent) = asked(SigningRule::Good, Version::V1_6, &json!({ "csr": request() }));
        let sent = sent.unwrap();
        assert_eq!((status.as_str(), sent.as_object().unwrap().len()), ("Accepted", 1));
        let facts = certificate(&sent);
        assert_eq!((&*facts.subject, facts.usages.contains(&"clientAuth")), ("O=Operator, CN=SN-1", true));
        let asks = json!({ "csr": request(), "certificateType": "V2GCertificate", "requestId": 7 });
        let sent = asked(SigningRule::Good, Version::V2_1, &asks).1.unwrap();
        assert_eq!((&sent["certificateType"], &sent["requestId"]), (&asks["certificateType"], &asks["requestId"]));
        assert!(!certificate(&sent).usages.contains(&"clientAuth"));
    }

    #[test]
    fn a_request_can_be_signed_again_and_none_is_lost_for_a_later_one() {
        let now = clock::now();
        let authority = TestAuthority::create("Lab CA", KeyAlgorithm::Ecdsa, now.wall).unwrap();
        let signer = Some(Arc::new(StationSigner::new(vec![authority], |_| {})));
        let off = CentralSystemSettings { signer, signing: SigningRule::Off, ..CentralSystemSettings::default() };
        let system = CentralSystem::new(off);
        let last = RequestChoice::default();
        assert_eq!(system.sign("CP1", &last, SigningRule::Good, now), None, "it has asked for nothing");
        let mut link = system.behaviour("CP1");
        let mut ask = |name: &str, usage: &str, number: i64| {
            let key = PrivateKey::generate(KeyAlgorithm::Ecdsa).unwrap();
            let csr = CertificateRequest::create(&key, name, None).unwrap().to_pem();
            let payload = json!({ "csr": csr, "certificateType": usage, "requestId": number }).into();
            let proposal = link.propose(IncomingCall { version: Version::V2_1, action: ASKS, payload: &payload }, now);
            let mut out = Outbox::default();
            link.commit(proposal.effect, &proposal.answer, now, &mut out);
            assert!(out.take().is_empty());
        };
        for (name, usage, number) in [("SN-1", FOR_LINK, 1), ("CAR", "V2GCertificate", 2), ("SN-2", FOR_LINK, 3)] {
            ask(name, usage, number);
        }
        let signed = |certificate_type: Option<&str>, number, rule| {
            let choice = RequestChoice { certificate_type: certificate_type.map(str::to_owned), number };
            let (action, payload) = system.sign("CP1", &choice, rule, now)?;
            assert_eq!(action, SIGNED);
            Some((certificate(&payload).short_name().to_owned(), payload["requestId"].as_i64().unwrap()))
        };
        let good = SigningRule::Good;
        let named = |name: &str, number| Some((name.to_owned(), number));
        assert_eq!(signed(None, None, good), named("SN-2", 3), "the last one");
        assert_eq!(signed(Some("v2gcertificate"), None, good), named("CAR", 2));
        assert_eq!(signed(None, Some(1), good), named("SN-1", 1));
        assert_eq!(signed(Some(FOR_LINK), Some(2), good), None);
        let wrong = SigningRule::Faulty(CertificateDefect::WrongName);
        assert_eq!(signed(None, Some(1), wrong), named("wrong-name.invalid", 1), "again, with a fault");
        ask("SN-4", FOR_LINK, 3);
        let asked: Vec<String> =
            system.signing_requests("CP1").iter().map(|asked| format!("{asked}: {}", asked.subject)).collect();
        let expected = [
            "ChargingStationCertificate, request 1: CN=SN-1",
            "V2GCertificate, request 2: CN=CAR",
            "ChargingStationCertificate, request 3: CN=SN-4",
        ];
        assert_eq!(asked, expected);
        (10..40).for_each(|number| ask("MANY", FOR_LINK, number));
        assert_eq!(system.signing_requests("CP1").len(), 16, "an old one is given up");
        assert_eq!(system.sign("CP2", &last, good, now), None);
    }

    #[test]
    fn the_rule_may_ask_for_faults_or_for_nothing() {
        assert_eq!(asked(SigningRule::Off, Version::V1_6, &json!({ "csr": request() })), ("Accepted".to_owned(), None));
        for (name, rule) in SigningRule::ALL {
            assert_eq!((SigningRule::parse(name), rule.name()), (Some(rule), name));
        }
        let wrong = asked(SigningRule::Faulty(CertificateDefect::WrongName), Version::V1_6, &json!({ "csr": request() }));
        assert_eq!(certificate(&wrong.1.unwrap()).short_name(), "wrong-name.invalid");
    }

    #[test]
    fn a_request_that_is_none_is_rejected() {
        for (version, text) in [(Version::V1_6, "text".to_owned()), (Version::V2_0_1, request().replacen('M', "N", 1))] {
            let (status, sent) = asked(SigningRule::Good, version, &json!({ "csr": text }));
            assert_eq!((status.as_str(), sent), ("Rejected", None));
        }
    }
}
