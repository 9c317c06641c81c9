//! What the tests of SOAP share: envelopes of a 1.5 station, and looking at answers.

use ocpp_tui::hub::{ChargePointOptions, SoapOptions};
use ocpp_tui::ocpp::{Catalog, Version};
use ocpp_tui::rpc::soap::{Body, Envelope, ReadHint, read};

use super::http::Reply;

/// The headers and the body of a request to a 1.5 central system.
pub fn envelope(headers: &str, body: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<S:Envelope xmlns:S="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://www.w3.org/2005/08/addressing" xmlns:o="urn://Ocpp/Cs/2012/06/"><S:Header>{headers}</S:Header><S:Body>{body}</S:Body></S:Envelope>"#
    )
}

pub fn headers(identity: &str, action: &str) -> String {
    format!(
        r#"<o:chargeBoxIdentity S:mustUnderstand="true">{identity}</o:chargeBoxIdentity><wsa:Action S:mustUnderstand="true">/{action}</wsa:Action><wsa:MessageID>urn:uuid:1</wsa:MessageID>"#
    )
}

pub fn heartbeat(identity: &str) -> String {
    envelope(&headers(identity, "Heartbeat"), "<o:heartbeatRequest/>")
}

/// A heartbeat whose sender is called back at this address.
pub fn heartbeat_from(identity: &str, from: &str) -> String {
    let from = format!("<wsa:From><wsa:Address>{from}</wsa:Address></wsa:From>");
    envelope(&(headers(identity, "Heartbeat") + &from), "<o:heartbeatRequest/>")
}

pub const SOAP: &str = "Content-Type: application/soap+xml; charset=utf-8\r\n";

pub fn parsed(reply: &Reply) -> Envelope {
    read(&reply.body, &Catalog::embedded(), ReadHint::default()).unwrap_or_else(|error| panic!("{error}: {reply:?}"))
}

/// The subcode and the reason of the fault in a response.
pub fn fault(reply: &Reply) -> (String, String) {
    match parsed(reply).body {
        Body::Fault(fault) => (fault.subcode.unwrap_or_default(), fault.reason),
        other => panic!("{other:?}"),
    }
}

pub fn is_result(reply: &Reply, action: &str) -> bool {
    reply.status == 200 && matches!(&parsed(reply).body, Body::Response(operation) if &*operation.action == action)
}

pub fn soap_charge_point(port: u16, identity: &str, version: Version, autonomous: bool) -> ChargePointOptions {
    ChargePointOptions {
        url: format!("http://localhost:{port}/"),
        soap: Some(SoapOptions::default()),
        ..super::charge_point(port, identity, version, autonomous)
    }
}
