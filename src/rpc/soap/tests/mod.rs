//! The tests of the SOAP codec, by subject. Envelopes of other programs are tested with the recordings, in `tests/`.

mod hostile;
mod liberal;
mod lint;
mod round_trip;

use serde_json::Value;

use super::*;
use crate::ocpp::Catalog;

/// An envelope around a header and a body, in the prefixes `S`, `a` (addressing) and `o` (the central system of OCPP 1.5).
fn envelope(header: &str, body: &str) -> String {
    format!(
        "<S:Envelope xmlns:S='http://www.w3.org/2003/05/soap-envelope' xmlns:a='http://www.w3.org/2005/08/addressing' \
         xmlns:o='urn://Ocpp/Cs/2012/06/'><S:Header>{header}</S:Header><S:Body>{body}</S:Body></S:Envelope>"
    )
}

fn parse(text: &str) -> Envelope {
    read(text, &Catalog::embedded(), ReadHint::default()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn problem(text: &str) -> ReadProblem {
    let error = read(text, &Catalog::embedded(), ReadHint::default()).expect_err("the text is no envelope");
    assert!(error.offset <= text.len(), "{error}");
    error.problem
}

fn operation(body: &Body) -> &Operation {
    match body {
        Body::Request(operation) | Body::Response(operation) => operation,
        other => panic!("{other:?}"),
    }
}

/// The payload of a body in an envelope of OCPP 1.5.
fn payload(body: &str) -> Value {
    operation(&parse(&envelope("", body)).body).payload.clone()
}
