//! Checks of the HTTP around envelopes: methods, content types, compression, chunks, connections that stay.

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};

use crate::probe::check::{CheckRun, ProbeArea, ProbeCheck};
use crate::probe::judgement::CheckJudgement;
use crate::probe::session::ProbeSession;

use super::exchange::{ServiceAnswer, ServiceEnd, ServiceRequest};
use super::message_checks::{check, tolerated};

const CODING: &str = "OCPP-S 1.6 §6.1";

pub(super) const CHECKS: &[ProbeCheck] = &[
    check("soap.get", "a GET", "RFC 9110 §15.5.6", |session, _| session.bare("GET", ""), other_method),
    check("soap.options", "OPTIONS", "RFC 9110 §15.5.6", |session, _| session.bare("OPTIONS", ""), other_method),
    check(
        "soap.wsdl",
        "a GET with ?wsdl",
        "",
        |session, _| session.bare("GET", "?wsdl"),
        |end| match &end.answer {
            Ok(answer) if answer.status == 200 && answer.body.windows(11).any(|part| part == b"definitions") => {
                CheckJudgement::supported("the WSDL")
            }
            _ => CheckJudgement::not_supported(end.words()),
        },
    ),
    check(
        "soap.text-xml",
        "Content-Type: text/xml, that of SOAP 1.1",
        "",
        |session, identity| session.authorize(identity).instead("Content-Type", "text/xml; charset=utf-8"),
        tolerated,
    ),
    check(
        "soap.no-content-type",
        "no Content-Type",
        "",
        |session, identity| session.authorize(identity).without("Content-Type"),
        tolerated,
    ),
    check(
        "soap.json",
        "Content-Type: application/json",
        "",
        |session, identity| session.authorize(identity).instead("Content-Type", "application/json"),
        |end| {
            if end.is_refusal() {
                CheckJudgement::keeps(end.words())
            } else {
                CheckJudgement::supported(format!("tolerated: {}", end.words()))
            }
        },
    ),
    check(
        "soap.gzip",
        "a body packed with gzip",
        CODING,
        |session, identity| {
            let request = session.authorize(identity).instead("Content-Encoding", "gzip");
            let body = packed(GzEncoder::new(Vec::new(), Compression::default()), &request.body, GzEncoder::finish);
            request.with_body(body)
        },
        must_unpack,
    ),
    check(
        "soap.deflate",
        "a body packed with deflate",
        CODING,
        |session, identity| {
            let request = session.authorize(identity).instead("Content-Encoding", "deflate");
            let body = packed(ZlibEncoder::new(Vec::new(), Compression::default()), &request.body, ZlibEncoder::finish);
            request.with_body(body)
        },
        must_unpack,
    ),
    check(
        "soap.gzip-answer",
        "an answer packed with gzip is asked for",
        CODING,
        |session, identity| session.authorize(identity).instead("Accept-Encoding", "gzip"),
        |end| match (&end.answer, end.says()) {
            (Ok(answer), ServiceAnswer::Served | ServiceAnswer::Fault(_)) => match answer.value("Content-Encoding") {
                Some(coding) if coding.eq_ignore_ascii_case("gzip") => CheckJudgement::supported("packed with gzip"),
                Some(coding) => CheckJudgement::breaks(format!("packed with {coding}"), "use only codings of Accept-Encoding"),
                None => CheckJudgement::not_supported("not packed"),
            },
            _ => CheckJudgement::not_supported(end.words()),
        },
    ),
    check(
        "soap.chunks",
        "a body in chunks",
        "RFC 9112 §7.1",
        |session, identity| ServiceRequest { chunked: true, ..session.authorize(identity) },
        |end| match end.says() {
            ServiceAnswer::Served | ServiceAnswer::Fault(_) => CheckJudgement::supported(end.words()),
            ServiceAnswer::Other => {
                CheckJudgement::breaks(end.words(), "read bodies in chunks, as every recipient of HTTP/1.1 must")
            }
        },
    ),
    ProbeCheck {
        name: "soap.keep-alive",
        area: ProbeArea::Soap,
        tries: "two requests on one connection",
        clause: "",
        needs: &[],
        run: CheckRun::Own(|session, identity| Box::pin(keep_alive(session, identity))),
    },
];

/// Packs a body. Writing to memory does not fail; an empty body would be refused.
fn packed<E: std::io::Write>(mut encoder: E, body: &[u8], finish: impl FnOnce(E) -> std::io::Result<Vec<u8>>) -> Vec<u8> {
    let _ = encoder.write_all(body);
    finish(encoder).unwrap_or_default()
}

fn other_method(end: &ServiceEnd) -> CheckJudgement {
    match &end.answer {
        Ok(answer) if answer.status == 405 => match answer.value("Allow") {
            Some(allow) => CheckJudgement::keeps(format!("{}, Allow: {allow}", end.words())),
            None => CheckJudgement::breaks(format!("{} without Allow", end.words()), "name the methods in Allow with a 405"),
        },
        Ok(answer) if answer.status >= 500 => {
            CheckJudgement::not_supported(end.words()).advising("answer with 405 and Allow: POST")
        }
        Ok(_) => CheckJudgement::keeps(end.words()),
        Err(_) => CheckJudgement::not_supported(end.words()),
    }
}

fn must_unpack(end: &ServiceEnd) -> CheckJudgement {
    match end.says() {
        ServiceAnswer::Served => CheckJudgement::supported(end.words()),
        _ => CheckJudgement::breaks(end.words(), "unpack bodies by their Content-Encoding"),
    }
}

async fn keep_alive(session: &ProbeSession, identity: &str) -> CheckJudgement {
    match session.exchange_twice(&session.authorize(identity)).await {
        Ok([Ok(_), Ok(_)]) => CheckJudgement::supported("the second one is answered, too"),
        Ok([Ok(_), Err(fault)]) => CheckJudgement::not_supported(format!("the second one: {fault}")),
        Ok([Err(fault), _]) | Err(fault) => CheckJudgement::not_supported(fault.to_string()),
    }
}
