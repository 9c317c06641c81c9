//! The table of headers against envelopes with one mistake each.

use super::super::*;
use super::{envelope, parse};
use crate::ocpp::{Role, Version};

const BEST: [&str; 6] = [
    "<o:chargeBoxIdentity S:mustUnderstand='1'>CP1</o:chargeBoxIdentity>",
    "<a:Action S:mustUnderstand='true'>/Heartbeat</a:Action>",
    "<a:MessageID>urn:uuid:1</a:MessageID>",
    "<a:From><a:Address>http://192.0.2.7:8082/</a:Address></a:From>",
    "<a:ReplyTo><a:Address>http://www.w3.org/2005/08/addressing/anonymous</a:Address></a:ReplyTo>",
    "<a:To>http://localhost:9000/</a:To>",
];

/// The findings that are not good, when a header of the best request is replaced.
fn with(position: usize, header: &str) -> Vec<(String, HeaderState, HeaderSeverity)> {
    let mut headers = BEST;
    headers[position] = header;
    let envelope = parse(&envelope(&headers.concat(), "<o:heartbeatRequest/>"));
    let findings = lint(&envelope, HeaderDirection::Request, Version::V1_5, Role::CentralSystem);
    for least in [HeaderSeverity::Note, HeaderSeverity::Warning] {
        let found = lint_from(least, &envelope, HeaderDirection::Request, Version::V1_5, Role::CentralSystem);
        assert!(found.iter().eq(findings.iter().filter(|finding| finding.severity >= least)), "{header}");
    }
    let bad = findings.into_iter().filter(|finding| finding.severity != HeaderSeverity::Good);
    bad.map(|finding| (finding.header, finding.state, finding.severity)).collect()
}

#[test]
fn the_best_request_has_one_good_row_a_header() {
    let text = envelope(&BEST.concat(), "<o:heartbeatRequest/>");
    let findings = lint(&parse(&text), HeaderDirection::Request, Version::V1_5, Role::CentralSystem);
    assert_eq!(findings.len(), 6);
    for finding in findings {
        assert_eq!((finding.state, finding.severity), (HeaderState::Present, HeaderSeverity::Good), "{finding:?}");
        assert!(finding.rule.contains("OCPP-S 1.6 §3."));
        assert_eq!(text.as_bytes()[finding.offset.unwrap()], b'<');
    }
}

#[test]
fn every_mistake_has_its_state() {
    use HeaderSeverity::{Error, Note, Warning};
    use HeaderState::*;
    let row = |header: &str, state, severity| vec![(header.to_owned(), state, severity)];
    for (position, header, expected) in [
        (0, "", row("chargeBoxIdentity", Missing, Error)),
        (0, "<o:chargeBoxIdentity>A</o:chargeBoxIdentity>", row("chargeBoxIdentity", NotMustUnderstand, Note)),
        (
            0,
            "<o:chargeBoxIdentity mustUnderstand='1'>A</o:chargeBoxIdentity>",
            row("chargeBoxIdentity", NotMustUnderstand, Note),
        ),
        (
            0,
            "<a:chargeBoxIdentity S:mustUnderstand='1'>A</a:chargeBoxIdentity>",
            row("chargeBoxIdentity", WrongNamespace, Warning),
        ),
        (0, "<o:ChargeBoxIdentity S:mustUnderstand='1'>A</o:ChargeBoxIdentity>", row("chargeBoxIdentity", WrongName, Note)),
        (0, "<o:chargeBoxIdentity S:mustUnderstand='1'/>", row("chargeBoxIdentity", Empty, Warning)),
        (1, "", row("Action", Missing, Note)),
        (1, "<a:Action S:mustUnderstand='1'>Heartbeat</a:Action>", row("Action", WrongValue, Warning)),
        (2, "", row("MessageID", Missing, Note)),
        (2, "<MessageID>1</MessageID>", row("MessageID", WrongNamespace, Warning)),
        (3, "<a:From>http://h/</a:From>", row("From", NoAddress, Note)),
        (3, "<a:From><a:Address>http://:8082/</a:Address></a:From>", row("From", WrongValue, Note)),
        (4, "<a:ReplyTo><a:Address>http://h/</a:Address></a:ReplyTo>", row("ReplyTo", WrongValue, Note)),
        (5, "<a:To>http://h/</a:To><a:RelatesTo>1</a:RelatesTo>", row("RelatesTo", Unexpected, Warning)),
        (5, "<a:To>http://h/</a:To><x:X xmlns:x='u' S:mustUnderstand='1'/>", row("X", NotUnderstood, Warning)),
        (5, "<t:To xmlns:t='http://schemas.xmlsoap.org/ws/2004/08/addressing'>h</t:To>", row("To", WrongNamespace, Note)),
    ] {
        assert_eq!(with(position, header), expected, "{header}");
    }
}

#[test]
fn version_1_6_takes_its_own_rules_seriously() {
    let envelope = parse(&envelope("", "<h:heartbeatRequest xmlns:h='urn://Ocpp/Cs/2015/10/'/>"));
    let findings = lint(&envelope, HeaderDirection::Request, Version::V1_6, Role::CentralSystem);
    let missing: Vec<_> = findings.iter().map(|finding| (&*finding.header, finding.severity)).collect();
    assert_eq!(missing[0], ("chargeBoxIdentity", HeaderSeverity::Error));
    assert!(missing[1..].iter().all(|(_, severity)| *severity == HeaderSeverity::Warning));
    assert_eq!(missing.len(), 6);
}

const RESPONSE: &str = "<o:heartbeatResponse><o:currentTime>2013-02-01T15:09:18Z</o:currentTime></o:heartbeatResponse>";

#[test]
fn an_answer_relates_to_its_request() {
    let findings = |header: &str, message_id: Option<&str>| {
        let own = "<a:Action>/HeartbeatResponse</a:Action><a:MessageID>urn:uuid:2</a:MessageID><a:To>h</a:To>";
        let envelope = parse(&envelope(&format!("{own}{header}"), RESPONSE));
        let findings = lint(&envelope, HeaderDirection::Response { message_id }, Version::V1_5, Role::CentralSystem);
        let bad = findings.into_iter().filter(|finding| finding.severity != HeaderSeverity::Good);
        bad.map(|finding| finding.state).collect::<Vec<_>>()
    };
    assert_eq!(findings("<a:RelatesTo>1</a:RelatesTo>", Some("1")), []);
    assert_eq!(findings("<a:RelatesTo>2</a:RelatesTo>", Some("1")), [HeaderState::WrongValue]);
    assert_eq!(findings("", Some("1")), [HeaderState::Missing]);
    assert_eq!(findings("", None), []);
    assert_eq!(findings("<a:RelatesTo>2</a:RelatesTo>", None), [HeaderState::WrongValue]);
}

#[test]
fn an_answer_has_an_id_and_an_address_of_its_own() {
    for (version, severity) in
        [(Version::V1_2, HeaderSeverity::Note), (Version::V1_5, HeaderSeverity::Note), (Version::V1_6, HeaderSeverity::Warning)]
    {
        let envelope = parse(&envelope("<a:Action>/HeartbeatResponse</a:Action>", RESPONSE));
        let direction = HeaderDirection::Response { message_id: None };
        let missing = lint_from(HeaderSeverity::Note, &envelope, direction, version, Role::CentralSystem);
        let missing = missing.iter().filter(|finding| finding.state == HeaderState::Missing);
        let missing: Vec<_> = missing.map(|finding| (&*finding.header, finding.severity, finding.rule)).collect();
        assert_eq!(missing, [("MessageID", severity, "OCPP-S 1.6 §3.5"), ("To", severity, "OCPP-S 1.6 §3.9")], "{version}");
    }
}
