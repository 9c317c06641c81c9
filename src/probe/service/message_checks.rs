//! Checks of envelopes: versions, headers, faults, encodings.

use crate::ocpp::Version;
use crate::probe::check::{CheckNeed, CheckRun, ProbeArea, ProbeCheck};
use crate::probe::judgement::CheckJudgement;
use crate::probe::session::ProbeSession;

use super::envelope::{MESSAGE_ID, ProbeEnvelope, SOAP_1_1};
use super::exchange::{ServiceAnswer, ServiceEnd, ServiceRequest};

const NAMESPACES: &str = "OCPP-S 1.6 §3.1, table 2";
const FAULTS: &str = "OCPP-S 1.6 §4";

pub(super) const CHECKS: &[ProbeCheck] = &[
    version("soap.1.2", "Authorize in the namespace of OCPP 1.2", Version::V1_2),
    version("soap.1.5", "Authorize in the namespace of OCPP 1.5", Version::V1_5),
    version("soap.1.6", "Authorize in the namespace of OCPP 1.6", Version::V1_6),
    check(
        "soap.answer-action",
        "the header Action of the answer",
        "OCPP-S 1.6 §3.4",
        |session, identity| session.authorize(identity),
        answer_action,
    ),
    check(
        "soap.answer-relates-to",
        "the header RelatesTo of the answer",
        "OCPP-S 1.6 §3.6",
        |session, identity| session.authorize(identity),
        answer_relates_to,
    ),
    check(
        "soap.answer-message-id",
        "the header MessageID of the answer",
        "OCPP-S 1.6 §3.5",
        |session, identity| session.authorize(identity),
        |end| {
            answer_has(
                end,
                end.envelope.as_ref().and_then(|envelope| envelope.message_id()),
                "write a MessageID into each answer: some stations refuse one without it",
            )
        },
    ),
    check(
        "soap.answer-to",
        "the header To of the answer",
        "OCPP-S 1.6 §3.9",
        |session, identity| session.authorize(identity),
        |end| {
            answer_has(
                end,
                end.envelope.as_ref().and_then(|envelope| envelope.to()),
                "write a To into each answer: some stations refuse one without it",
            )
        },
    ),
    check(
        "soap.no-identity",
        "no chargeBoxIdentity",
        "OCPP-S 1.6 §3.3",
        |session, identity| session.post(&session.envelope(identity).without("chargeBoxIdentity")),
        |end| match end.says() {
            ServiceAnswer::Served => CheckJudgement::not_supported(format!("served: {}", end.words()))
                .advising("answer a request without an identity with a fault: its station is not known"),
            _ if end.is_refusal() => CheckJudgement::keeps(end.words()),
            _ => CheckJudgement::not_supported(end.words()),
        },
    ),
    check(
        "soap.no-message-id",
        "no MessageID, as old stations do it",
        "",
        |session, identity| session.post(&session.envelope(identity).without("MessageID")),
        tolerated,
    ),
    check(
        "soap.no-from",
        "no From",
        "",
        |session, identity| session.post(&session.envelope(identity).without("From")),
        tolerated,
    ),
    check("soap.no-to", "no To", "", |session, identity| session.post(&session.envelope(identity).without("To")), tolerated),
    check(
        "soap.no-action",
        "no Action",
        "",
        |session, identity| session.post(&session.envelope(identity).without("Action")),
        tolerated,
    ),
    check(
        "soap.must-understand",
        "an unknown header that must be understood",
        "SOAP 1.2 part 1 §5.4.8",
        |session, identity| {
            session.post(
                &session
                    .envelope(identity)
                    .with("Unknown", "<x:probe xmlns:x=\"urn:ocpp-tui:probe\" soap:mustUnderstand=\"true\"/>"),
            )
        },
        |end| {
            if end.is_refusal() {
                CheckJudgement::keeps(end.words())
            } else {
                CheckJudgement::not_supported(format!("ignored: {}", end.words()))
            }
        },
    ),
    check(
        "soap.soap-1.1",
        "an envelope of SOAP 1.1",
        "SOAP 1.2 part 1 §5.4.7",
        |session, identity| session.post(&ProbeEnvelope { soap: SOAP_1_1, ..session.envelope(identity) }),
        |end| {
            if end.is_refusal() {
                CheckJudgement::keeps(end.words())
            } else {
                CheckJudgement::supported(format!("tolerated: {}", end.words()))
            }
        },
    ),
    check(
        "soap.unknown-action",
        "an action that no version has",
        FAULTS,
        |session, identity| {
            let body = "<cs:ocppTuiProbeRequest/>".to_owned();
            session.post(&ProbeEnvelope::new(
                session.soap_version(),
                identity,
                &session.options.target.url,
                "OcppTuiProbe",
                body,
            ))
        },
        must_fault,
    ),
    check(
        "soap.missing-field",
        "Authorize without its token",
        FAULTS,
        |session, identity| {
            session.post(&ProbeEnvelope { body: "<cs:authorizeRequest/>".to_owned(), ..session.envelope(identity) })
        },
        must_fault,
    ),
    check(
        "soap.empty-body",
        "an empty body of the envelope",
        FAULTS,
        |session, identity| session.post(&ProbeEnvelope { body: String::new(), ..session.envelope(identity) }),
        must_fault,
    ),
    check(
        "soap.no-xml",
        "a text that is no XML",
        FAULTS,
        |session, identity| session.authorize(identity).with_body(b"this is no XML".to_vec()),
        must_refuse,
    ),
    check(
        "soap.cut-off",
        "an envelope that is cut off",
        FAULTS,
        |session, identity| {
            let request = session.authorize(identity);
            let body = request.body[..request.body.len() / 2].to_vec();
            request.with_body(body)
        },
        must_refuse,
    ),
    check(
        "soap.utf-16",
        "UTF-16 with a byte order mark",
        "XML 1.0 §4.3.3",
        |session, identity| {
            let text = session.envelope(identity).text("UTF-16");
            let body = [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
            session.authorize(identity).instead("Content-Type", "application/soap+xml; charset=utf-16").with_body(body)
        },
        encoding,
    ),
    check(
        "soap.latin-1",
        "ISO-8859-1, declared",
        "",
        |session, identity| {
            let text = session.envelope(identity).text("ISO-8859-1");
            let body = text.chars().map(|character| u8::try_from(u32::from(character)).unwrap_or(b'?')).collect();
            session.authorize(identity).instead("Content-Type", "application/soap+xml; charset=iso-8859-1").with_body(body)
        },
        tolerated,
    ),
    check(
        "soap.byte-order-mark",
        "UTF-8 with a byte order mark",
        "XML 1.0 §4.3.3",
        |session, identity| {
            let request = session.authorize(identity);
            let body = [b"\xEF\xBB\xBF", &request.body[..]].concat();
            request.with_body(body)
        },
        encoding,
    ),
    ProbeCheck {
        needs: &[CheckNeed::Calls],
        ..check(
            "soap.heartbeat",
            "Heartbeat",
            "OCPP 1.6 §4.6",
            |session, identity| {
                let body = "<cs:heartbeatRequest/>".to_owned();
                session.post(&ProbeEnvelope::new(
                    session.soap_version(),
                    identity,
                    &session.options.target.url,
                    "Heartbeat",
                    body,
                ))
            },
            |end| match end.says() {
                ServiceAnswer::Served | ServiceAnswer::Fault(_) => CheckJudgement::supported(end.words()),
                ServiceAnswer::Other => CheckJudgement::breaks(end.words(), "answer with a response or a fault"),
            },
        )
    },
];

pub(super) const fn check(
    name: &'static str,
    tries: &'static str,
    clause: &'static str,
    request: fn(&ProbeSession, &str) -> ServiceRequest,
    judge: fn(&ServiceEnd) -> CheckJudgement,
) -> ProbeCheck {
    ProbeCheck { name, area: ProbeArea::Soap, tries, clause, needs: &[], run: CheckRun::Service(request, judge) }
}

const fn version(name: &'static str, tries: &'static str, version: Version) -> ProbeCheck {
    ProbeCheck { name, area: ProbeArea::Soap, tries, clause: NAMESPACES, needs: &[], run: CheckRun::Version(version) }
}

/// A version is spoken when its Authorize is served, or refused for what it says.
pub fn judge_version(end: &ServiceEnd) -> CheckJudgement {
    match end.says() {
        ServiceAnswer::Served => CheckJudgement::supported(end.words()),
        ServiceAnswer::Fault(fault) if matches!(fault.subcode.as_deref(), Some("SecurityError" | "IdentityMismatch")) => {
            CheckJudgement::supported(end.words())
        }
        _ => CheckJudgement::not_supported(end.words()),
    }
}

/// What is not right, and what many peers take.
pub(super) fn tolerated(end: &ServiceEnd) -> CheckJudgement {
    match end.says() {
        ServiceAnswer::Served => CheckJudgement::supported(end.words()),
        _ => CheckJudgement::not_supported(end.words()),
    }
}

/// Every processor of XML reads it.
fn encoding(end: &ServiceEnd) -> CheckJudgement {
    match end.says() {
        ServiceAnswer::Served => CheckJudgement::supported(end.words()),
        _ => CheckJudgement::not_supported(end.words()).advising("a processor of XML reads UTF-8 and UTF-16"),
    }
}

fn must_fault(end: &ServiceEnd) -> CheckJudgement {
    match end.says() {
        ServiceAnswer::Fault(_) => CheckJudgement::keeps(end.words()),
        _ => CheckJudgement::breaks(end.words(), "answer with a fault in an envelope"),
    }
}

fn must_refuse(end: &ServiceEnd) -> CheckJudgement {
    if end.is_refusal() {
        return CheckJudgement::keeps(end.words());
    }
    CheckJudgement::breaks(end.words(), "answer with a fault, or with the status 400")
}

/// Without an answer there is nothing to look at.
fn answered(end: &ServiceEnd) -> Result<&crate::rpc::soap::Envelope, CheckJudgement> {
    end.envelope.as_deref().ok_or_else(|| CheckJudgement::not_tried(format!("no envelope came: {}", end.words())))
}

fn answer_action(end: &ServiceEnd) -> CheckJudgement {
    answered(end).map_or_else(
        |judgement| judgement,
        |envelope| match (envelope.action(), end.says()) {
            (Some("/AuthorizeResponse"), _) => CheckJudgement::keeps("/AuthorizeResponse"),
            (Some(action), ServiceAnswer::Fault(_)) => CheckJudgement::keeps(action),
            (Some(action), _) => {
                CheckJudgement::breaks(action, "write /AuthorizeResponse: the action with a slash and Response")
            }
            (None, _) => CheckJudgement::breaks("no Action", "write the header Action into each answer"),
        },
    )
}

fn answer_relates_to(end: &ServiceEnd) -> CheckJudgement {
    answered(end).map_or_else(
        |judgement| judgement,
        |envelope| match envelope.relates_to() {
            Some(MESSAGE_ID) => CheckJudgement::keeps("the MessageID of the request"),
            Some(other) => CheckJudgement::breaks(format!("another id: {other}"), "repeat the MessageID of the request"),
            None => CheckJudgement::breaks("no RelatesTo", "repeat the MessageID of the request in RelatesTo"),
        },
    )
}

/// Required by the letter, and missed by few stations.
fn answer_has(end: &ServiceEnd, value: Option<&str>, remedy: &'static str) -> CheckJudgement {
    match (answered(end), value) {
        (Err(judgement), _) => judgement,
        (Ok(_), Some(value)) => CheckJudgement::keeps(value),
        (Ok(_), None) => CheckJudgement::not_supported("it is missing").advising(remedy),
    }
}
