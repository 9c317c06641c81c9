//! The misbehaviours with answers over SOAP.

use super::super::kind::{MisbehaviourKind as K, MisbehaviourStage as S};
use super::super::parameter::MisbehaviourParameter as P;
use super::super::spec::{BOTH, DefaultValue, MisbehaviourSpec, OfferedParameter, SOAP};

pub(super) const SOAP_ANSWER: &[MisbehaviourSpec] = &[
    MisbehaviourSpec {
        kind: K::SoapContentType,
        name: "soap-content-type",
        does: "answers SOAP requests with another content type",
        done: "sent an envelope with another content type",
        clause: "RFC 3902: application/soap+xml",
        roles: BOTH,
        transports: SOAP,
        stage: S::Answer,
        parameters: &[OfferedParameter(P::Name, DefaultValue::Text("text/html"))],
    },
    MisbehaviourSpec {
        kind: K::SoapNoEnvelope,
        name: "soap-no-envelope",
        does: "answers SOAP requests with a status and without an envelope",
        done: "answered without an envelope",
        clause: "SOAP 1.2 part 2 §7.5.2: a request is answered with an envelope",
        roles: BOTH,
        transports: SOAP,
        stage: S::Answer,
        parameters: &[OfferedParameter(P::Status, DefaultValue::Number(503))],
    },
    MisbehaviourSpec {
        kind: K::SoapTruncated,
        name: "soap-truncated",
        does: "ends its answers to SOAP requests in the middle of the body",
        done: "ended an answer in the middle of its body",
        clause: "RFC 9112 §6.3: a body is as long as Content-Length",
        roles: BOTH,
        transports: SOAP,
        stage: S::Answer,
        parameters: &[],
    },
    MisbehaviourSpec {
        kind: K::SoapRelatesTo,
        name: "soap-relates-to",
        does: "answers SOAP requests with a RelatesTo that is not their MessageID",
        done: "sent an answer that relates to another message",
        clause: "WS-Addressing 1.0 core §3.4",
        roles: BOTH,
        transports: SOAP,
        stage: S::Answer,
        parameters: &[OfferedParameter(P::Name, DefaultValue::Text("urn:uuid:00000000-0000-0000-0000-000000000000"))],
    },
];
