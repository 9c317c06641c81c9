//! What is known of an attempt to connect, in the lines of a page: the result, the steps, TCP, TLS, HTTP, the WebSocket, the end. How a
//! line looks is for who shows it; the sentences of a failure are in `failure_words`, what a certificate says in `attempt_certificates`.

use std::time::Duration;

use super::attempt_certificates::{ChainSide, chain_sections};
use super::attempt_section::{AttemptLine, AttemptReport, AttemptSection, FactTone, StepTime};
use super::{
    ChainVerdict, ConnectionAttempt, ConnectionFailure, ConnectionStep, Contents, FailureCause, Record, RecordDetail,
    RecordKind, Sequence, StationProof, TlsFacts,
};
use crate::ocpp::Role;

/// What is known of the attempt that a record is about; `None` when it is about none. `end` is the record of the end of its link,
/// `others` are the attempts of the same station or address, oldest first, the own one among them.
pub fn attempt_report(
    record: &Record<'_>,
    contents: &Contents,
    end: Option<Sequence>,
    others: &[Sequence],
    now_micros: i64,
) -> Option<AttemptReport> {
    let attempt = record.attempt()?;
    let we_connect = connects(record, contents);
    let mut sections = vec![result(record, attempt, end.and_then(|end| contents.records().get(end)).as_ref())];
    sections.extend(steps(attempt));
    let row = record.station.and_then(|key| contents.stations().get(key));
    sections.push(tcp(record, attempt, we_connect, row.and_then(|row| row.url.as_deref())));
    match &attempt.tls {
        None => {
            let mut section = AttemptSection::new("TLS");
            section.fact("used", "no, the connection is plain", FactTone::Muted);
            sections.push(section);
        }
        Some(tls) => {
            sections.push(tls_facts(tls, we_connect));
            sections.extend(chain_sections(&tls.peer_chain, ChainSide::of_peer(we_connect), now_micros));
            sections.extend(chain_sections(&tls.own_chain, ChainSide::of_us(we_connect), now_micros));
        }
    }
    sections.extend(http(attempt, we_connect));
    sections.extend(websocket(attempt));
    if others.len() > 1 {
        sections.push(other_attempts(record.sequence, contents, others));
    }
    Some(AttemptReport { sections })
}

/// Whether we made the attempt, and not the peer.
pub fn connects(record: &Record<'_>, contents: &Contents) -> bool {
    let role = record.station.and_then(|key| contents.stations().get(key)).map(|row| row.our_role);
    let ours = role == Some(Role::ChargePoint);
    // A charge point of ours that speaks SOAP is called at its own port, too.
    // Over SOAP a central system calls its stations.
    record.kind == RecordKind::Unreachable || ours && record.kind != RecordKind::Refused
}

/// What became of an attempt, in a few words.
pub fn attempt_outcome(record: &Record<'_>) -> (String, FactTone) {
    let failure = record.attempt().and_then(|attempt| attempt.failure.as_deref());
    match (record.kind, failure) {
        (RecordKind::Connected, _) => {
            let version = record.version.map_or("", |version| version.number());
            let findings = record.attempt().map_or(0, |attempt| attempt.findings.len());
            match findings {
                0 => (format!("connected, OCPP {version}"), FactTone::Good),
                1 => (format!("connected, OCPP {version}, 1 remark"), FactTone::Warning),
                count => (format!("connected, OCPP {version}, {count} remarks"), FactTone::Warning),
            }
        }
        (_, Some(failure)) => (failure.to_string(), FactTone::Bad),
        _ => (record.summary().into_owned(), FactTone::Bad),
    }
}

fn result(record: &Record<'_>, attempt: &ConnectionAttempt, end: Option<&Record<'_>>) -> AttemptSection {
    let mut section = AttemptSection::new("Result");
    match (record.kind, attempt.failure.as_deref()) {
        (RecordKind::Connected, _) => {
            let version = record.version.map_or_else(String::new, |version| format!(", OCPP {version}"));
            section.fact("outcome", format!("connected{version} over {}", record.transport), FactTone::Good);
        }
        (_, Some(ConnectionFailure { side, step, .. })) => {
            let text = format!("failed in the step {}, by {}", step.words(), side.words());
            section.fact("outcome", text, FactTone::Bad);
        }
        _ => section.fact("outcome", "failed", FactTone::Bad),
    }
    match attempt.failure.as_deref() {
        Some(failure) => {
            section.fact("why", failure.to_string(), FactTone::Bad);
            section.fact("what to do", failure.remedy(), FactTone::Warning);
            // The line of a failure in TLS is the sentence and the remedy.
            if !record.summary().contains(&failure.to_string()) {
                section.fact("in the trace", record.summary(), FactTone::Muted);
            }
        }
        None if record.kind != RecordKind::Connected => section.fact("why", record.summary(), FactTone::Bad),
        None => {}
    }
    if record.kind == RecordKind::Connected {
        let proof = match attempt.proof {
            StationProof::Nothing => "nothing proves who the station is",
            StationProof::Password => "the station has shown a password",
            StationProof::Certificate => "the station has shown a certificate",
        };
        section.plain("identity", proof);
    }
    for finding in &attempt.findings {
        section.fact("remark", finding.to_string(), FactTone::Warning);
    }
    if let Some(end) = end {
        let code = end.close_reason().and_then(|reason| match reason {
            super::CloseReason::ClosedByPeer { code, .. } => *code,
            _ => None,
        });
        let tone = if code.is_some_and(|code| code != 1000 && code != 1001) { FactTone::Warning } else { FactTone::Plain };
        section.fact("ended", end.summary(), tone);
    }
    section
}

fn steps(attempt: &ConnectionAttempt) -> Option<AttemptSection> {
    let measured = attempt.steps.as_deref()?;
    let failed = attempt.failure.as_deref().map(|failure| failure.step);
    let total = ConnectionStep::ALL.iter().filter_map(|step| measured.of(*step)).max().unwrap_or_default();
    let mut section = AttemptSection::new("Steps");
    let mut from = Duration::ZERO;
    for step in ConnectionStep::ALL {
        let done = measured.of(step);
        if let Some(to) = done {
            section.lines.push(AttemptLine::Step(StepTime { step, from, to: Some(to), total }));
            from = to;
        }
        // A request can be complete and be the fault all the same.
        if done.is_none() && failed == Some(step) {
            section.lines.push(AttemptLine::Step(StepTime { step, from, to: None, total }));
        }
    }
    (!section.lines.is_empty()).then_some(section)
}

fn tcp(record: &Record<'_>, attempt: &ConnectionAttempt, we_connect: bool, url: Option<&str>) -> AttemptSection {
    let mut section = AttemptSection::new("TCP");
    section.plain("direction", if we_connect { "we connected" } else { "the peer connected to us" });
    section.optional("URL", url.filter(|_| we_connect));
    let peer = match record.detail {
        Some(RecordDetail::Connected(connected)) => Some(connected.peer),
        Some(RecordDetail::Refused(refused)) => refused.peer,
        _ => None,
    };
    // Where TCP failed it is the address that was tried.
    let tried = match attempt.failure.as_deref().map(|failure| &failure.cause) {
        Some(FailureCause::ConnectionRefused { address } | FailureCause::Unreachable { address, .. }) => Some(*address),
        _ => None,
    };
    match peer.or(attempt.peer).or(tried) {
        Some(peer) => section.plain("address of the peer", peer.to_string()),
        None => section.fact("address of the peer", "not known", FactTone::Muted),
    }
    section
}

fn tls_facts(tls: &TlsFacts, we_connect: bool) -> AttemptSection {
    let mut section = AttemptSection::new("TLS");
    let or_not_agreed = |section: &mut AttemptSection, name, value: Option<&str>| match value {
        Some(value) => section.plain(name, value),
        None => section.fact(name, "not agreed", FactTone::Muted),
    };
    or_not_agreed(&mut section, "version", tls.version.as_deref());
    or_not_agreed(&mut section, "cipher suite", tls.cipher_suite.as_deref());
    section.optional("key exchange", tls.key_exchange.as_deref());
    match &tls.server_name {
        Some(name) => section.plain("name asked for (SNI)", &**name),
        None => section.fact("name asked for (SNI)", "none", FactTone::Muted),
    }
    section.optional("protocol (ALPN)", tls.application_protocol.as_deref());
    if let Some(offer) = &tls.offer {
        let list = |names: &[Box<str>]| names.join(", ");
        section.plain("versions offered", list(&offer.versions));
        section.plain("suites offered", list(&offer.cipher_suites));
        if !offer.application_protocols.is_empty() {
            section.plain("ALPN offered", list(&offer.application_protocols));
        }
    }
    let whose = if we_connect { "check of the server" } else { "check of the client" };
    match &tls.verdict {
        ChainVerdict::NoChain => section.fact(whose, "no certificate was sent", FactTone::Muted),
        ChainVerdict::Trusted => section.fact(whose, "the chain is in order", FactTone::Good),
        ChainVerdict::Tolerated(rule) => section.fact(whose, format!("{rule}; accepted all the same"), FactTone::Warning),
        ChainVerdict::Broken(rule) => section.fact(whose, &**rule, FactTone::Bad),
    }
    section
}

fn http(attempt: &ConnectionAttempt, we_connect: bool) -> Vec<AttemptSection> {
    let part = |heading, head: &str, by_us| {
        let mut section = AttemptSection::new(heading);
        for (index, line) in head.lines().enumerate() {
            section.lines.push(AttemptLine::Head { by_us, first: index == 0, text: line.to_owned() });
        }
        (!head.is_empty()).then_some(section)
    };
    let request = part("HTTP request", &attempt.request, we_connect);
    let answer = part("HTTP answer", &attempt.answer, !we_connect);
    [request, answer].into_iter().flatten().collect()
}

fn websocket(attempt: &ConnectionAttempt) -> Option<AttemptSection> {
    let asks = header(&attempt.request, "Upgrade").is_some_and(|value| value.eq_ignore_ascii_case("websocket"));
    if !asks {
        return None;
    }
    let mut section = AttemptSection::new("WebSocket");
    let none = || "none".to_owned();
    let offered = header(&attempt.request, PROTOCOL);
    let chosen = header(&attempt.answer, PROTOCOL);
    let tone = |value: &Option<String>| if value.is_some() { FactTone::Plain } else { FactTone::Warning };
    section.fact("subprotocols offered", offered.clone().unwrap_or_else(none), tone(&offered));
    if !attempt.answer.is_empty() {
        section.fact("subprotocol chosen", chosen.clone().unwrap_or_else(none), tone(&chosen));
    }
    section.plain("extensions offered", header(&attempt.request, EXTENSIONS).unwrap_or_else(none));
    if !attempt.answer.is_empty() {
        section.plain("extensions agreed", header(&attempt.answer, EXTENSIONS).unwrap_or_else(none));
    }
    Some(section)
}

const PROTOCOL: &str = "Sec-WebSocket-Protocol";
const EXTENSIONS: &str = "Sec-WebSocket-Extensions";

/// The values of a field in a head.
pub fn header(head: &str, name: &str) -> Option<String> {
    let values = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    let values: Vec<&str> =
        values.filter(|(found, _)| found.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

fn other_attempts(shown: Sequence, contents: &Contents, others: &[Sequence]) -> AttemptSection {
    /// How many are listed.
    const LISTED: usize = 20;
    let mut section = AttemptSection::new("Attempts of this station or address");
    for sequence in others.iter().rev().take(LISTED) {
        let Some(record) = contents.records().get(*sequence) else { continue };
        let (outcome, tone) = attempt_outcome(&record);
        let (sequence, wall_micros) = (*sequence, record.wall_micros);
        section.lines.push(AttemptLine::Other { sequence, wall_micros, outcome, tone, shown: sequence == shown });
    }
    section
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::Timestamp;
    use serde_json::json;

    use super::*;
    use crate::ocpp::{Transport, Version};
    use crate::pki::{CertificateTerms, KeyAlgorithm, TestAuthority};
    use crate::trace::{
        CloseReason, ConnectionSteps, Event, EventKind, FailureCause, FailureSide, RetryCause, Stamp, StationKey, export,
    };

    fn apply(contents: &mut Contents, station: Option<StationKey>, kind: EventKind) -> Sequence {
        let stamp = Stamp { wall_micros: 1, monotonic_micros: 1 };
        contents.apply(&Event { station, stamp, kind }, &mut String::new());
        contents.records().range().end - 1
    }

    /// The lines of a report as text.
    fn text(contents: &Contents, sequence: Sequence, end: Option<Sequence>, now: Timestamp) -> String {
        let record = contents.records().get(sequence).unwrap();
        let report = attempt_report(&record, contents, end, &[sequence], now.as_microsecond()).unwrap();
        let mut text = String::new();
        for section in report.sections {
            text.push_str(&format!("# {}\n", section.heading));
            for line in section.lines {
                match line {
                    AttemptLine::Fact { name, value, tone } => text.push_str(&format!("{name}={value} {tone:?}\n")),
                    AttemptLine::Step(StepTime { step, to, .. }) => text.push_str(&format!("{step:?} {to:?}\n")),
                    AttemptLine::Head { text: line, .. } => text.push_str(&format!("{line}\n")),
                    AttemptLine::Other { outcome, .. } => text.push_str(&format!("{outcome}\n")),
                }
            }
        }
        text
    }

    #[test]
    fn a_link_shows_its_certificates_and_its_end() {
        let now: Timestamp = "2026-03-04T10:00:00Z".parse().unwrap();
        let authority = TestAuthority::create("laboratory", KeyAlgorithm::Ecdsa, now).unwrap();
        let terms = CertificateTerms { days: 20, ..CertificateTerms::server(vec!["csms.example".to_owned()]) };
        let chain = authority.issue(&terms, now).unwrap().chain;
        let tls = TlsFacts {
            own_chain: chain.into_iter().map(Into::into).collect(),
            server_name: Some("csms.example".into()),
            ..TlsFacts::default()
        };
        let attempt = ConnectionAttempt {
            request: "GET /CP1 HTTP/1.1\nUpgrade: websocket\nsec-websocket-protocol: ocpp1.6,\n".into(),
            answer: "HTTP/1.1 101 Switching Protocols\nSec-WebSocket-Protocol: ocpp1.6\n".into(),
            tls: Some(Arc::new(tls)),
            ..ConnectionAttempt::default()
        };
        let mut contents = Contents::new(1 << 20);
        let station = Some(contents.station(Role::CentralSystem, "CP1"));
        let (peer, version, transport) = ("192.0.2.9:5".parse().unwrap(), Version::V1_6, Transport::WebSocket);
        let up = apply(&mut contents, station, EventKind::Connected { link: 3, version, transport, peer, handshake: attempt });
        let reason = CloseReason::ClosedByPeer { code: Some(1011), text: "oops".into() };
        let end = apply(&mut contents, station, EventKind::Disconnected { link: 3, reason });
        let text = text(&contents, up, Some(end), now);
        for part in [
            "outcome=connected, OCPP 1.6 over websocket Good",
            "ended=closed by the peer with code 1011: oops Warning",
            "address of the peer=192.0.2.9:5 Plain",
            "name asked for (SNI)=csms.example Plain",
            "# Certificate of the central system, sent by us",
            "names (SAN)=csms.example Plain",
            " days left Warning",
            "subprotocol chosen=ocpp1.6 Plain",
            "extensions agreed=none Plain",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
        let record = contents.records().get(up).unwrap();
        let exported = export::object(&record, contents.stations());
        assert_eq!(exported["tls"]["ownChain"][0]["names"], json!(["csms.example"]));
        assert_eq!(exported["tls"]["verdict"], "noChain");
    }

    #[test]
    fn a_failure_shows_where_it_ended() {
        let limit = Duration::from_secs(10);
        let failure = ConnectionFailure {
            side: FailureSide::CentralSystem,
            step: ConnectionStep::Tls,
            cause: FailureCause::TimedOut { limit },
        };
        let steps = ConnectionSteps { resolved: Some(limit / 10), connected: Some(limit / 5), ..ConnectionSteps::default() };
        let handshake = ConnectionAttempt {
            steps: Some(Box::new(steps)),
            failure: Some(Box::new(failure)),
            peer: Some("192.0.2.7:9443".parse().unwrap()),
            ..ConnectionAttempt::default()
        };
        let mut contents = Contents::new(1 << 20);
        let station = Some(contents.station(Role::ChargePoint, "SIM1"));
        apply(&mut contents, station, EventKind::Connecting { url: "wss://csms.example/SIM1".into() });
        let cause = RetryCause::Failed { reason: "no answer within 10 s".into(), handshake };
        let failed = apply(&mut contents, station, EventKind::Retry { after: limit, cause });
        let text = text(&contents, failed, None, Timestamp::UNIX_EPOCH);
        for part in [
            "outcome=failed in the step TLS, by the central system Bad",
            "why=the central system did not finish the TLS handshake within 10 s Bad",
            "in the trace=no answer within 10 s Muted",
            "Resolve Some(1s)\nConnect Some(2s)\nTls None\n",
            "direction=we connected Plain",
            "address of the peer=192.0.2.7:9443 Plain",
            "URL=wss://csms.example/SIM1 Plain",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
        let record = contents.records().get(failed).unwrap();
        let exported = export::object(&record, contents.stations());
        assert_eq!((&exported["failure"]["step"], &exported["peer"]), (&json!("tls"), &json!("192.0.2.7:9443")));
        assert_eq!(exported["failure"]["cause"], "timedOut");
        assert_eq!(exported["steps"], json!({ "resolve": 1.0, "connect": 2.0 }));
    }
}
