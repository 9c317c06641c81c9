//! One event as a JSON object on a line, for `jq` and other programs.

use serde_json::{Map, Value, json};

use super::decode::{DecodedMessage, DecodedRecord, decode, id_text};
use crate::ocpp::Transport;
use crate::pki::CertificateFacts;
use crate::rpc::srpc::one_line;
use crate::sanitize::escape_json;
use crate::trace::{
    ChainVerdict, CloseReason, ConnectionAttempt, ConnectionStep, Direction, FrameKind, FrameVerdict, HandshakeFinding, Record,
    RecordDetail, RecordKind, StationTable,
};

/// The object of a record as a text, without a line end and without characters that act on a terminal.
pub fn line(record: &Record<'_>, stations: &StationTable) -> String {
    let mut out = Vec::with_capacity(record.text.len() + INITIAL_CAPACITY);
    members(record, stations, &mut |name, value| {
        out.extend_from_slice(if out.is_empty() { b"{\"" } else { b",\"" });
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\":");
        // A Vec takes everything, and values can always be written: their keys are texts.
        let _ = match value {
            Member::Text(text) => serde_json::to_writer(&mut out, text),
            Member::Value(value) => serde_json::to_writer(&mut out, &value),
            Member::Json(text) => {
                out.extend_from_slice(text.as_bytes());
                Ok(())
            }
        };
    });
    out.push(b'}');
    escape_json(String::from_utf8(out).unwrap_or_default())
}

/// The object of a record.
pub fn object(record: &Record<'_>, stations: &StationTable) -> Map<String, Value> {
    let mut object = Map::new();
    members(record, stations, &mut |name, value| {
        let value = match value {
            Member::Text(text) => Value::from(text),
            Member::Value(value) => value,
            Member::Json(text) => serde_json::from_str(text).unwrap_or_default(),
        };
        object.insert(name.to_owned(), value);
    });
    object
}

/// Room for what is in most lines besides the text of the frame, in bytes.
const INITIAL_CAPACITY: usize = 512;

/// The value of a member.
enum Member<'a> {
    Text(&'a str),
    /// JSON on one line.
    Json(&'a str),
    Value(Value),
}

impl From<Value> for Member<'_> {
    fn from(value: Value) -> Self {
        Member::Value(value)
    }
}

/// Hands over the members of a record's object. No name comes twice.
fn members(record: &Record<'_>, stations: &StationTable, add: &mut dyn FnMut(&str, Member<'_>)) {
    let mut put = |name: &str, value: Member<'_>| add(name, value);
    let time = jiff::Timestamp::from_microsecond(record.wall_micros).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    put("time", Member::Text(&time.to_string()));
    put("sequence", json!(record.sequence).into());
    if let Some(row) = record.station.and_then(|key| stations.get(key)) {
        put("station", Member::Text(&row.identity));
        put("role", Member::Text(row.kind().name()));
    }
    let (kind, direction) = kind(record.kind);
    put("kind", Member::Text(kind));
    if let Some(direction) = direction {
        put("direction", Member::Text(if direction == Direction::In { "in" } else { "out" }));
    }
    if let Some(action) = record.action.filter(|action| !action.is_empty()) {
        put("action", Member::Text(action));
    }
    if let Some(legs) = record.legs {
        put("leg", Member::Text(legs.name()));
    }
    if let Some(passage) = record.passage() {
        put("held", json!(passage.held().as_secs_f64()).into());
        if let Some(done) = &passage.intervention {
            put("intervention", Member::Text(done.kind.name()));
            if !done.by.is_empty() {
                put("interventionBy", Member::Text(&done.by));
            }
            if let Some(before) = &done.before {
                put("before", Member::Text(before));
            }
        }
    }
    match record.kind {
        RecordKind::Frame(_, kind) => frame(record, kind, &mut put),
        _ => {
            let summary = record.summary();
            if !summary.is_empty() {
                put("text", Member::Text(&summary));
            }
            facts(record, &mut put);
        }
    }
    if record.verdict != FrameVerdict::Valid {
        let notes = record.notes();
        if !notes.is_empty() {
            put("valid", json!(record.verdict == FrameVerdict::Tolerated).into());
            put("remarks", Member::Value(notes.lines().collect()));
        }
    }
    if let Some(latency) = record.latency {
        put(
            if matches!(record.kind, RecordKind::Retry | RecordKind::Lost) { "wait" } else { "latency" },
            json!(latency.as_secs_f64()).into(),
        );
    }
}

/// The facts behind the sentence of a line that is no frame.
fn facts(record: &Record<'_>, put: &mut impl FnMut(&str, Member<'_>)) {
    if let RecordKind::Connected | RecordKind::Disconnected = record.kind {
        put("link", json!(record.link).into());
    }
    match record.detail {
        Some(RecordDetail::Connected(connected)) => {
            put("version", json!(record.version.map(|version| version.number())).into());
            put("peer", json!(connected.peer.to_string()).into());
            let findings = &connected.handshake.findings;
            if !findings.is_empty() {
                put("findings", Member::Value(findings.iter().map(HandshakeFinding::name).collect()));
            }
            attempt_members(&connected.handshake, put);
        }
        Some(RecordDetail::Closed(reason)) => {
            put("reason", json!(reason.name()).into());
            if let CloseReason::ClosedByPeer { code: Some(code), .. } = reason {
                put("code", json!(code).into());
            }
        }
        Some(RecordDetail::Refused(refused)) => {
            if let Some(peer) = refused.peer {
                put("peer", json!(peer.to_string()).into());
            }
            attempt_members(&refused.handshake, put);
        }
        Some(RecordDetail::Failed { handshake }) => {
            if let Some(peer) = handshake.peer {
                put("peer", json!(peer.to_string()).into());
            }
            attempt_members(handshake, put);
        }
        Some(RecordDetail::Held { number }) => put("number", json!(number).into()),
        Some(RecordDetail::Listening(listening)) => {
            put("port", json!(listening.address.port()).into());
            put("url", json!(record.text).into());
            put("transports", Member::Value(listening.transports.iter().map(|transport| transport.name()).collect()));
        }
        Some(RecordDetail::Timeout { after }) => put("limit", json!(after.as_secs_f64()).into()),
        Some(RecordDetail::Unanswered { by }) => put("by", json!(by.name()).into()),
        Some(RecordDetail::Released(released)) => {
            put("number", json!(released.number).into());
            put("before", Member::Text(&released.held));
            if let Some(edited) = &released.edited {
                put("edited", Member::Text(edited));
            }
        }
        Some(RecordDetail::Frame(_) | RecordDetail::Judged(_) | RecordDetail::Note(_)) | None => {}
    }
}

/// The facts of an attempt to connect, as far as there are any.
fn attempt_members(attempt: &ConnectionAttempt, put: &mut impl FnMut(&str, Member<'_>)) {
    let parts = [("failure", failure(attempt)), ("tls", tls(attempt)), ("steps", steps(attempt))];
    for (name, part) in parts {
        if let Some(part) = part {
            put(name, part.into());
        }
    }
}

fn failure(attempt: &ConnectionAttempt) -> Option<Value> {
    let failure = attempt.failure.as_deref()?;
    Some(json!({
        "side": failure.side.name(),
        "step": failure.step.name(),
        "cause": failure.cause.name(),
        "text": failure.to_string(),
        "remedy": failure.remedy(),
    }))
}

/// The seconds from the beginning to the end of each step.
fn steps(attempt: &ConnectionAttempt) -> Option<Value> {
    let steps = attempt.steps.as_deref()?;
    let done = ConnectionStep::ALL.iter().filter_map(|step| Some((step.name().to_owned(), steps.of(*step)?)));
    Some(Value::Object(done.map(|(name, at)| (name, json!(at.as_secs_f64()))).collect()))
}

fn tls(attempt: &ConnectionAttempt) -> Option<Value> {
    let tls = attempt.tls.as_deref()?;
    let (verdict, rule) = match &tls.verdict {
        ChainVerdict::NoChain => ("noChain", None),
        ChainVerdict::Trusted => ("trusted", None),
        ChainVerdict::Tolerated(rule) => ("tolerated", Some(rule)),
        ChainVerdict::Broken(rule) => ("broken", Some(rule)),
    };
    let chain = |chain: &[Box<[u8]>]| -> Vec<Value> { chain.iter().map(|der| certificate(der)).collect() };
    let mut object = json!({
        "version": tls.version,
        "cipherSuite": tls.cipher_suite,
        "keyExchange": tls.key_exchange,
        "serverName": tls.server_name,
        "alpn": tls.application_protocol,
        "verdict": verdict,
        "rule": rule,
        "peerChain": chain(&tls.peer_chain),
        "ownChain": chain(&tls.own_chain),
    });
    if let Some(offer) = &tls.offer {
        object["offer"] = json!({
            "versions": offer.versions,
            "cipherSuites": offer.cipher_suites,
            "alpn": offer.application_protocols,
        });
    }
    Some(object)
}

fn certificate(der: &[u8]) -> Value {
    let Some(facts) = CertificateFacts::read(der) else { return Value::Null };
    json!({
        "subject": facts.subject,
        "issuer": facts.issuer,
        "notBefore": facts.not_before.to_string(),
        "notAfter": facts.not_after.to_string(),
        "key": facts.key.to_string(),
        "signature": facts.signature_algorithm,
        "names": facts.names.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "serial": facts.serial,
        "sha256": facts.fingerprint,
    })
}

/// The content of a frame. An envelope is also exported as its text; of other frames only those that could not be read.
fn frame(record: &Record<'_>, kind: FrameKind, put: &mut impl FnMut(&str, Member<'_>)) {
    let is_soap = record.transport == Transport::Soap;
    if is_soap {
        put("transport", Member::Text("soap"));
    }
    if is_soap || kind == FrameKind::Malformed {
        put("raw", Member::Text(record.text));
    }
    if let Some(head) = record.origin().and_then(|origin| origin.http_head.as_deref()) {
        put("http", Member::Text(head));
    }
    if let Some(header) = record.origin().and_then(|origin| origin.signed.as_deref()) {
        put("signed", Member::Json(header));
        put("raw", Member::Text(record.text));
    }
    if kind == FrameKind::Malformed {
        // One that seems to be an answer has the id of its call.
        if let Some(id) = id_text(record).filter(|_| record.partner.is_some()) {
            put("id", Member::Text(id));
        }
        return;
    }
    let DecodedRecord { id, message } = decode(record);
    if message == DecodedMessage::Unreadable && !is_soap {
        return put("raw", Member::Text(record.text));
    }
    if id.is_some() || !is_soap {
        put("id", Member::Json(id.as_deref().unwrap_or("null")));
    }
    match message {
        // The payload of an envelope is compact already; that of an array is as the peer wrote it, perhaps over several lines.
        DecodedMessage::Call { payload, .. } | DecodedMessage::Result(payload) if record.content.is_some() => {
            put("payload", Member::Json(payload.as_str()));
        }
        DecodedMessage::Call { payload, .. } | DecodedMessage::Result(payload) => {
            put("payload", Member::Json(&one_line(payload.as_str())));
        }
        DecodedMessage::Error { code, description, details } => {
            put("error", if is_soap && code.is_empty() { Value::Null.into() } else { Member::Text(&code) });
            put("description", description.as_deref().map_or(Value::Null.into(), Member::Text));
            if !is_soap {
                put("details", Member::Json(&one_line(details.as_str())));
            }
        }
        DecodedMessage::Unreadable => {}
    }
}

fn kind(kind: RecordKind) -> (&'static str, Option<Direction>) {
    match kind {
        RecordKind::Frame(direction, kind) => (kind.name(), Some(direction)),
        RecordKind::Connecting => ("connecting", None),
        RecordKind::Connected => ("connected", None),
        RecordKind::Disconnected => ("disconnected", None),
        RecordKind::Retry => ("retry", None),
        RecordKind::Lost => ("lost", None),
        RecordKind::Listening => ("listening", None),
        RecordKind::Refused => ("refused", None),
        RecordKind::Held => ("held", None),
        RecordKind::Timeout => ("timeout", None),
        RecordKind::Unreachable => ("unreachable", None),
        RecordKind::Unanswered => ("unanswered", None),
        RecordKind::Ping(direction) => ("ping", Some(direction)),
        RecordKind::Pong(direction) => ("pong", Some(direction)),
        RecordKind::Note | RecordKind::Toast => ("note", None),
        RecordKind::Failure => ("failure", None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocpp::Role;
    use crate::ocpp::Version;
    use crate::trace::{ConnectionAttempt, Contents, Event, EventKind, Frame, FrameContent, FrameText, Stamp};

    #[test]
    fn the_line_of_a_record_is_its_object() {
        let envelope = |body: &str| {
            format!(
                "<S:Envelope xmlns:S='http://www.w3.org/2003/05/soap-envelope' xmlns='urn://Ocpp/Cp/2012/06/'>\n\
                 <S:Body>{body}</S:Body></S:Envelope>"
            )
        };
        let mut contents = Contents::new(1 << 20);
        let station = contents.station(Role::CentralSystem, "CP \"1\"\n");
        let mut send = |kind| {
            let stamp = Stamp { wall_micros: 1, monotonic_micros: 1 };
            contents.apply(&Event { station: Some(station), stamp, kind }, &mut String::new());
        };
        let frame = |kind, text: &str| {
            let (content, text) = (FrameContent::in_text(text), FrameText::from(text));
            let (action, exchange) = (Some("Reset".into()), Some(7));
            let (code, findings, remark, origin) = (None, Vec::new(), Some("a\nb".into()), None);
            EventKind::Frame(Frame {
                direction: Direction::In,
                kind,
                action,
                text,
                content,
                exchange,
                code,
                findings,
                remark,
                origin,
            })
        };
        send(EventKind::Note { failure: false, text: "a \u{7} note".into() });
        send(frame(FrameKind::Call, "[2,\"1\",\"Reset\",\n{\"type\":\n\"Soft\"}]"));
        send(frame(FrameKind::Error, "[4,\"1\",\"InternalError\"]"));
        send(frame(FrameKind::Malformed, "not \"json\""));
        let (peer, handshake) = ("127.0.0.1:5".parse().unwrap(), ConnectionAttempt::default());
        send(EventKind::Connected { link: 1, version: Version::V1_5, transport: Transport::Soap, peer, handshake });
        send(frame(FrameKind::Call, &envelope("<resetRequest><type>\"Soft\"</type></resetRequest>")));
        send(frame(FrameKind::Result, &envelope("<resetResponse/>")));
        send(frame(FrameKind::Error, &envelope("<S:Fault/>")));
        send(frame(FrameKind::Malformed, &envelope("")));
        let records = contents.records();
        assert_eq!(records.range(), 0..9);
        for record in records.iter(records.range()) {
            let line = line(&record, contents.stations());
            assert_eq!(line, escape_json(Value::Object(object(&record, contents.stations())).to_string()));
            assert!(!line.contains('\n'), "{line}");
        }
        let error = object(&records.get(2).unwrap(), contents.stations());
        assert_eq!([&error["description"], &error["details"]], [&Value::Null, &Value::Null], "neither was sent");
        let call = object(&records.get(5).unwrap(), contents.stations());
        assert_eq!(call["payload"], json!({ "type": "\"Soft\"" }));
    }
}
