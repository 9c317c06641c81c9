//! From facts to sentences: what a reader is shown of a record. Sentences are made when they are asked for and are not kept; no code reads
//! a fact out of them.

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;

use super::close_reason::may_stand_in_frame;
use super::decode::{DecodedMessage, decode, payload_text};
use super::record::{Record, RecordDetail, RecordKind};
use super::tls_findings::days_ago;
use super::{CloseReason, ConnectionAttempt, FrameKind, FrameOrigin, HandshakeFinding, NoteTopic, PairLegs, SilenceCause};
use crate::ocpp::Version;
use crate::ocpp::summary::{self, AnswerContent, MessageSummary};

/// Messages of more bytes are not read for a line; the line shows their beginning.
const READ_FOR_A_LINE: usize = 256 << 10;

/// What one record says, in one line: the meaning of a frame, of everything else the sentence. The call of a result makes its meaning
/// clearer.
pub fn record_meaning(record: &Record<'_>, call: Option<&Record<'_>>) -> MessageSummary {
    if !matches!(record.kind, RecordKind::Frame(..)) {
        return summary::sentence(&record.summary());
    }
    if record.text.len() > READ_FOR_A_LINE {
        return summary::sentence(&payload_text(record));
    }
    let version = record.version.unwrap_or(UNSPOKEN);
    match decode(record).message {
        DecodedMessage::Call { action, payload } => summary::call(version, &action, &payload.value()),
        DecodedMessage::Result(payload) => {
            let asked = call.map(call_payload);
            summary::result(version, record.action.unwrap_or_default(), asked.as_ref(), &payload.value())
        }
        DecodedMessage::Error { code, description, .. } => summary::error(&code, description.as_deref()),
        DecodedMessage::Unreadable => summary::sentence(record.text),
    }
}

/// What a message says, in one line, of which only the payload is there: one that has not been sent or handled.
pub fn payload_meaning(version: Option<Version>, kind: FrameKind, action: &str, payload: &Value) -> MessageSummary {
    let version = version.unwrap_or(UNSPOKEN);
    match kind {
        FrameKind::Call | FrameKind::Send => summary::call(version, action, payload),
        FrameKind::Result => summary::result(version, action, None, payload),
        FrameKind::Error | FrameKind::ResultError | FrameKind::Malformed => {
            summary::error(payload["code"].as_str().unwrap_or_default(), payload["description"].as_str())
        }
    }
}

/// What a call and its answer say, in one line. The answer is a frame, or the record that says why there is none.
pub fn exchange_meaning(call: &Record<'_>, answer: Option<&Record<'_>>) -> MessageSummary {
    let Some(answer) = answer else { return record_meaning(call, None) };
    let readable = call.action.filter(|_| call.text.len() + answer.text.len() <= READ_FOR_A_LINE);
    let (Some(action), RecordKind::Frame(..)) = (readable, call.kind) else { return refusal_meaning(call, answer) };
    let version = call.version.unwrap_or(UNSPOKEN);
    let payload = call_payload(call);
    if answer.kind == RecordKind::Unanswered {
        return summary::exchange(version, action, &payload, AnswerContent::Silence(&answer.summary()));
    }
    if !matches!(answer.kind, RecordKind::Frame(..)) {
        return summary::exchange(version, action, &payload, AnswerContent::Nothing(&answer.summary()));
    }
    match decode(answer).message {
        DecodedMessage::Result(result) => summary::exchange(version, action, &payload, AnswerContent::Result(&result.value())),
        DecodedMessage::Error { code, description, .. } => {
            let description = description.as_deref();
            summary::exchange(version, action, &payload, AnswerContent::Error { code: &code, description })
        }
        DecodedMessage::Call { .. } | DecodedMessage::Unreadable => {
            summary::exchange(version, action, &payload, AnswerContent::Nothing("an answer that cannot be read"))
        }
    }
}

/// What a frame says whose action is not known, and the error that answers it.
fn refusal_meaning(call: &Record<'_>, answer: &Record<'_>) -> MessageSummary {
    match (call.kind, decode(answer).message) {
        (RecordKind::Frame(_, FrameKind::Malformed), DecodedMessage::Error { code, description, .. }) => {
            summary::refusal(call.text, &code, description.as_deref())
        }
        _ => record_meaning(call, None),
    }
}

/// The version by which messages are read where none was spoken: the newest of the most frequent generation.
const UNSPOKEN: Version = Version::SOAP[Version::SOAP.len() - 1];

/// The payload of a call; `null` when it cannot be read.
fn call_payload(call: &Record<'_>) -> Value {
    match decode(call).message {
        DecodedMessage::Call { payload, .. } if call.text.len() <= READ_FOR_A_LINE => payload.value(),
        _ => Value::Null,
    }
}

impl<'a> Record<'a> {
    /// The record on one line: a frame's text as it stood on the wire, of everything else a sentence. Hostile like the text.
    pub fn summary(&self) -> Cow<'a, str> {
        match (self.sentence(), self.legs, self.kind) {
            (sentence, Some(PairLegs::Upstream), kind) if !matches!(kind, RecordKind::Frame(..)) => {
                format!("upstream: {sentence}").into()
            }
            (sentence, ..) => sentence,
        }
    }

    /// The same without the link of a pair that it is about.
    fn sentence(&self) -> Cow<'a, str> {
        match self.detail {
            None
            | Some(
                RecordDetail::Frame(_)
                | RecordDetail::Judged(_)
                | RecordDetail::Released(_)
                | RecordDetail::Failed { .. }
                | RecordDetail::Refused(_),
            ) => self.text.into(),
            Some(RecordDetail::Connected(connected)) => {
                let subprotocol = self.version.map_or("", |version| version.subprotocol());
                // A record of another tool does not know the peer.
                let is_known = !connected.peer.ip().is_unspecified();
                let peer = if is_known { format!(", {}", connected.peer) } else { String::new() };
                format!("protocol {subprotocol}{peer}").into()
            }
            Some(RecordDetail::Closed(reason)) => reason.to_string().into(),
            Some(RecordDetail::Held { number }) => format!("{number}: {}", self.text).into(),
            Some(RecordDetail::Listening(listening)) => {
                let names: Vec<&str> = listening.transports.iter().map(|transport| transport.name()).collect();
                // A station that waits for remote calls listens everywhere; a central system can be kept to itself.
                let everywhere = listening.address.ip().is_unspecified() && self.station.is_none();
                let reach = if everywhere { ", on all addresses of this machine (--bind limits it)" } else { "" };
                format!("{} {} {}{reach}", listening.address.port(), self.text, names.join(",")).into()
            }
            Some(RecordDetail::Timeout { after }) => format!("no answer within {} s", after.as_secs_f64()).into(),
            Some(RecordDetail::Unanswered { by }) => by.to_string().into(),
            Some(RecordDetail::Note(NoteTopic::PingsEnabled)) => "WebSocket ping from CP to CS enabled by user.".into(),
        }
    }

    /// What was done with a frame of a pair, and where it was when it did not pass; `None` for one that passed as it came.
    pub fn passage_note(&self) -> Option<String> {
        let passage = self.passage()?;
        let place = match passage.legs {
            PairLegs::Both => "",
            PairLegs::Station => "station only",
            PairLegs::Upstream => "upstream only",
        };
        match (&passage.intervention, place) {
            (None, "") => None,
            (None, place) => Some(place.to_owned()),
            (Some(done), "") => Some(done.to_string()),
            (Some(done), place) => Some(format!("{place}, {done}")),
        }
    }

    /// The whole record: the summary; of a frame that waited its payload before and after; why an attempt to connect failed, and what to do; and behind blank lines the heads of the handshake.
    pub fn full_text(&self) -> Cow<'a, str> {
        if let Some(RecordDetail::Released(released)) = self.detail {
            let goes_on = released.edited.as_ref().map(|edited| format!("\n\nit goes on with\n{edited}"));
            let goes_on = goes_on.unwrap_or_default();
            return format!("{}\n\nit came with\n{}{goes_on}", self.summary(), released.held).into();
        }
        let Some(ConnectionAttempt { request, answer, failure, .. }) = self.attempt() else { return self.summary() };
        let why = failure.as_deref().map(|failure| format!("{failure}\n=> {}\n", failure.remedy()));
        let mut text = self.summary();
        for part in [why.as_deref().unwrap_or_default(), request, answer].into_iter().filter(|part| !part.is_empty()) {
            text = format!("{}\n\n{part}", text.trim_end_matches('\n')).into();
        }
        text
    }

    /// Everything worth knowing of a frame, a sentence a line: where it comes from, and what is wrong with it.
    pub fn notes(&self) -> Cow<'a, str> {
        let passage = self.passage_note();
        let is_noted = passage.is_some();
        let shown = |origin: &&FrameOrigin| {
            origin.typed_by_user || origin.http_headers.is_some() || origin.signed.is_some() || is_noted
        };
        let Some(origin) = self.origin().filter(shown) else { return self.remarks.into() };
        let typed = origin.typed_by_user.then_some(Cow::Borrowed("sent as it was typed"));
        let remarks = (!self.remarks.is_empty()).then_some(Cow::Borrowed(self.remarks));
        let signed = origin.signed_line().map(Cow::Owned);
        let passage = passage.map(Cow::Owned);
        let headers = origin.headers_line().map(Cow::Owned);
        let lines: Vec<_> = [typed, passage, signed, headers, remarks].into_iter().flatten().collect();
        lines.join("\n").into()
    }
}

impl FrameOrigin {
    /// The line about the signature.
    fn signed_line(&self) -> Option<String> {
        self.signed.as_ref().map(|header| format!("signed, not verified: {header}"))
    }

    /// The line with the HTTP headers.
    pub fn headers_line(&self) -> Option<String> {
        self.http_headers.as_ref().map(|headers| format!("HTTP headers: {headers}"))
    }
}

impl fmt::Display for SilenceCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SilenceCause::Behaviour => "not answered",
            SilenceCause::Rule => "not answered by rule",
            SilenceCause::Plugin => "not answered by plugin",
            SilenceCause::User => "not answered: dropped by hand",
        })
    }
}

impl fmt::Display for CloseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CloseReason::Disconnected => f.write_str("closed by us"),
            CloseReason::Cut => f.write_str("cut by us"),
            CloseReason::Replaced => f.write_str("replaced by a newer connection with the same identity"),
            CloseReason::Shutdown => f.write_str("the session ends"),
            CloseReason::Restarts(_) => f.write_str("the charge point restarts"),
            CloseReason::ClosedByPeer { code: None, .. } => f.write_str("closed by the peer"),
            CloseReason::ClosedByPeer { code: Some(code), text } => {
                write!(f, "closed by the peer with code {code}")?;
                if !may_stand_in_frame(*code) {
                    f.write_str(", which may not stand in a frame (RFC 6455 §7.4.1)")?;
                }
                if text.is_empty() { Ok(()) } else { write!(f, ": {text}") }
            }
            CloseReason::PeerGone => f.write_str("the peer closed the connection"),
            CloseReason::PeerBlocked(limit) => write!(f, "the peer read nothing for {} s", limit.as_secs()),
            CloseReason::Broken(fault) => fault.fmt(f),
            CloseReason::VersionChanged(version) => write!(f, "it speaks OCPP {version} from now on"),
            CloseReason::OtherLeg(reason) => write!(f, "ended with the other link of the pair: {reason}"),
            CloseReason::OtherStation => f.write_str("closed by us: its certificate is that of another station"),
            CloseReason::StaysDown => f.write_str("it stays down until a command connects it"),
            CloseReason::TaskFailed => f.write_str("its task failed"),
        }
    }
}

impl fmt::Display for HandshakeFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HandshakeFinding::CertificateExpires { certificate, days: 0 } => {
                write!(f, "the certificate \"{certificate}\" expires today; renew it")
            }
            HandshakeFinding::CertificateExpires { certificate, days } => {
                write!(f, "the certificate \"{certificate}\" expires in {days} {}; renew it", days_word(*days))
            }
            HandshakeFinding::CertificateExpired { certificate, days } => {
                write!(f, "the certificate \"{certificate}\" expired {} and was accepted all the same", days_ago(*days))
            }
            HandshakeFinding::WeakKey { certificate, key } => {
                write!(f, "the key of the certificate \"{certificate}\" is weak: {key}; RSA needs 2048 bits, elliptic curves 224")
            }
            HandshakeFinding::WeakSignature { certificate } => {
                write!(f, "the certificate \"{certificate}\" is signed with SHA-1 or MD5, which most peers refuse")
            }
            HandshakeFinding::NameInCommonName { certificate } => write!(
                f,
                "the certificate \"{certificate}\" has no subject alternative name; most peers do not look at the CN (RFC 9525 §2)"
            ),
            HandshakeFinding::OldTls { agreed } => write!(
                f,
                "the link uses {agreed}, which OCPP 2.x forbids and 1.6 allows for old charge points only (A00.FR.312); use 1.2 or newer"
            ),
            HandshakeFinding::PasswordInClear => f.write_str(
                "the password was sent without TLS (security profile 1); anyone on the way can read it, and profile 2 protects it",
            ),
            HandshakeFinding::EmptySegments { path } => write!(
                f,
                "the path {path} has a slash too many, which is ignored: a URL is the one of the central system, one slash and the \
                 identity (OCPP-J 1.6 §3.1.1)"
            ),
            HandshakeFinding::IdentityInQuery { parameter } => write!(
                f,
                "the path has no identity; it is taken from the parameter {parameter} of the query, but belongs at the end of the path \
                 (OCPP-J 1.6 §3.1.1)"
            ),
            HandshakeFinding::SubprotocolSpelling { offered, version } => {
                let right = version.subprotocol();
                write!(f, "the subprotocol is written {offered}; it is {right} (OCPP-J 1.6 §3.1.2)")
            }
            HandshakeFinding::UnaskedCredentials => f.write_str(
                "it shows credentials that were not asked for and not checked; --auth names the passwords of stations",
            ),
            HandshakeFinding::UncheckedPassword => f.write_str(
                "it shows a password, and none is known of it, so any would do; --auth or auth set names the right one",
            ),
            HandshakeFinding::UnprovenCertificate { common_name } => write!(
                f,
                "its certificate is for \"{common_name}\", which is not its identity; whether it is its serial number shows when it boots \
                 (A00.FR.405)"
            ),
        }
    }
}

fn days_word(days: i64) -> &'static str {
    if days == 1 { "day" } else { "days" }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::ocpp::{Role, Transport, Version};
    use crate::trace::{Contents, Direction, Event, EventKind, Frame, FrameText, RetryCause, Stamp};

    /// What a reader is shown of an event: the summary, the whole text and the notes.
    fn shown(kind: EventKind) -> (String, String, String) {
        let mut contents = Contents::new(1 << 20);
        let stamp = Stamp { wall_micros: 1, monotonic_micros: 1 };
        contents.apply(&Event { station: None, stamp, kind }, &mut String::new());
        let record = contents.records().get(0).unwrap();
        (record.summary().into_owned(), record.full_text().into_owned(), record.notes().into_owned())
    }

    /// The meanings of records: of each alone, and of the first with the second.
    fn meanings(frames: &[(FrameKind, Option<&str>, &str)]) -> (Vec<String>, String) {
        let mut contents = Contents::new(1 << 22);
        let station = contents.station(Role::CentralSystem, "CP1");
        for (kind, action, text) in frames {
            let frame = Frame {
                direction: if *kind == FrameKind::Call { Direction::In } else { Direction::Out },
                kind: *kind,
                action: action.map(Into::into),
                text: FrameText::from(*text),
                content: None,
                exchange: Some(1),
                code: None,
                findings: Vec::new(),
                remark: None,
                origin: None,
            };
            let stamp = Stamp { wall_micros: 1, monotonic_micros: 1 };
            contents.apply(&Event { station: Some(station), stamp, kind: EventKind::Frame(frame) }, &mut String::new());
        }
        let records = contents.records();
        let call = records.get(0);
        let alone = records.iter(records.range()).map(|record| record_meaning(&record, call.as_ref()).to_string()).collect();
        (alone, exchange_meaning(&call.unwrap(), records.get(1).as_ref()).to_string())
    }

    #[test]
    fn frames_have_a_meaning_whatever_is_in_them() {
        let asked = r#"[2,"1","GetConfiguration",{"key":["A"]}]"#;
        let large = format!(r#"[3,"1",{{"x":"{}"}}]"#, "y".repeat(READ_FOR_A_LINE));
        for (call, answer, alone, whole) in [
            (
                (FrameKind::Call, Some("GetConfiguration"), asked),
                (FrameKind::Result, Some("GetConfiguration"), r#"[3,"1",{"configurationKey":[{"key":"A","value":"7"}]}]"#),
                ["A", "7"],
                "A ⇒ 7",
            ),
            (
                (FrameKind::Call, Some("GetConfiguration"), asked),
                (FrameKind::Error, Some("GetConfiguration"), r#"[4,"1","InternalError","",{}]"#),
                ["A", "✗ InternalError"],
                "✗ A ⇒ InternalError",
            ),
            (
                (FrameKind::Malformed, None, "no\tJSON"),
                (FrameKind::Error, None, r#"[4,"-1","RpcFrameworkError","why"]"#),
                ["no\\tJSON", "✗ RpcFrameworkError: why"],
                "✗ no\\tJSON ⇒ RpcFrameworkError: why",
            ),
        ] {
            let (each, both) = meanings(&[call, answer]);
            assert_eq!((each, both.as_str()), (alone.map(str::to_owned).to_vec(), whole));
        }
        let (each, both) = meanings(&[
            (FrameKind::Call, Some("GetConfiguration"), asked),
            (FrameKind::Result, Some("GetConfiguration"), &large),
        ]);
        assert!(each[1].starts_with(r#"{"x":"yyyy"#) && each[1].ends_with('…'), "{}", each[1]);
        assert_eq!(both, "A");
    }

    #[test]
    fn sentences_are_made_from_the_facts() {
        let peer = "127.0.0.1:5".parse().unwrap();
        let (request, answer) = ("GET /CP1 HTTP/1.1\n", "HTTP/1.1 101 Yes\n");
        let handshake = || ConnectionAttempt { request: request.into(), answer: answer.into(), ..ConnectionAttempt::default() };
        let (version, transport) = (Version::V1_6, Transport::WebSocket);
        let failed = || RetryCause::Failed { reason: "connect ECONNREFUSED".into(), handshake: handshake() };
        let second = std::time::Duration::from_secs(1);
        let closed = |code, text: &str| CloseReason::ClosedByPeer { code, text: text.into() };
        let down = |reason| EventKind::Disconnected { link: 1, reason };
        for (kind, summary, heads) in [
            (
                EventKind::Connected { link: 1, version, transport, peer, handshake: handshake() },
                "protocol ocpp1.6, 127.0.0.1:5",
                true,
            ),
            (EventKind::Retry { after: second, cause: failed() }, "connect ECONNREFUSED", true),
            (
                EventKind::Retry { after: second, cause: RetryCause::Lost(CloseReason::PeerGone) },
                "the peer closed the connection",
                false,
            ),
            (EventKind::Refused { peer: None, reason: "no".into(), detail: "".into(), handshake: handshake() }, "no", true),
            (EventKind::Held { number: 7, action: "Reset".into(), text: "it waits".into() }, "7: it waits", false),
            (
                EventKind::Listening { address: peer, url: "ws://h/<identity>".into(), transports: Transport::ALL.to_vec() },
                "5 ws://h/<identity> websocket,soap",
                false,
            ),
            (EventKind::Timeout { exchange: 1, action: "Reset".into(), after: second }, "no answer within 1 s", false),
            (EventKind::TypedNote(NoteTopic::PingsEnabled), "WebSocket ping from CP to CS enabled by user.", false),
            (down(CloseReason::Disconnected), "closed by us", false),
            (down(closed(None, "")), "closed by the peer", false),
            (down(closed(Some(1000), "")), "closed by the peer with code 1000", false),
            (
                down(closed(Some(1005), "x")),
                "closed by the peer with code 1005, which may not stand in a frame (RFC 6455 §7.4.1): x",
                false,
            ),
            (down(closed(Some(1001), "bye")), "closed by the peer with code 1001: bye", false),
            (down(CloseReason::PeerBlocked(5 * second)), "the peer read nothing for 5 s", false),
            (down(CloseReason::VersionChanged(version)), "it speaks OCPP 1.6 from now on", false),
        ] {
            let (line, full, _) = shown(kind);
            let whole =
                if heads { format!("{summary}\n\nGET /CP1 HTTP/1.1\n\nHTTP/1.1 101 Yes\n") } else { summary.to_owned() };
            assert_eq!((line.as_str(), full), (summary, whole));
        }
    }

    #[test]
    fn what_is_odd_about_a_handshake_is_shown_with_the_link() {
        let findings = vec![
            HandshakeFinding::EmptySegments { path: "//CP1".into() },
            HandshakeFinding::IdentityInQuery { parameter: "cid".into() },
            HandshakeFinding::SubprotocolSpelling { offered: "OCPP1.6".into(), version: Version::V1_6 },
            HandshakeFinding::OldTls { agreed: "TLS 1.1".into() },
            HandshakeFinding::UnaskedCredentials,
            HandshakeFinding::UncheckedPassword,
            HandshakeFinding::UnprovenCertificate { common_name: "SN-1".into() },
        ];
        let handshake = ConnectionAttempt { findings, ..ConnectionAttempt::default() };
        let (version, transport, peer) = (Version::V1_6, Transport::WebSocket, "127.0.0.1:5".parse().unwrap());
        let (line, _, notes) = shown(EventKind::Connected { link: 1, version, transport, peer, handshake });
        assert_eq!(line, "protocol ocpp1.6, 127.0.0.1:5");
        let words = [
            "//CP1 has a slash too many",
            "parameter cid",
            "written OCPP1.6; it is ocpp1.6",
            "uses TLS 1.1, which OCPP 2.x forbids",
            "were not asked for",
            "none is known",
            "is for \"SN-1\", which is not its identity",
        ];
        assert_eq!(notes.lines().count(), words.len());
        for (note, words) in notes.lines().zip(words) {
            assert!(note.contains(words), "{note}");
        }
    }

    #[test]
    fn a_frame_that_waited_is_shown_as_it_came_and_as_it_goes_on() {
        let released = |held: &str, edited: Option<&str>| EventKind::Released {
            number: 7,
            kind: FrameKind::Call,
            action: "ChangeConfiguration".into(),
            text: "it goes on".into(),
            held: held.into(),
            edited: edited.map(Box::from),
        };
        let secret = r#"{"key":"AuthorizationKey","value":"s3cret"}"#;
        let (line, full, _) = shown(released(secret, Some("{}")));
        let masked = secret.replace("s3cret", "******");
        assert_eq!(
            (line.as_str(), full),
            ("it goes on", format!("it goes on\n\nit came with\n{masked}\n\nit goes on with\n{{}}"))
        );
        assert!(!shown(released("{}", None)).1.contains("it goes on with"));
    }

    #[test]
    fn the_notes_of_a_frame_begin_with_its_origin() {
        let frame = |origin: Option<FrameOrigin>, remark: Option<&str>| {
            let (direction, kind, text) = (Direction::Out, FrameKind::Call, FrameText::from_static("<x/>"));
            let (action, exchange, code, findings) = (None, None, None, Vec::new());
            let (remark, origin) = (remark.map(Box::from), origin.map(Arc::new));
            shown(EventKind::Frame(Frame {
                direction,
                kind,
                action,
                text,
                content: None,
                exchange,
                code,
                findings,
                remark,
                origin,
            }))
            .2
        };
        let typed = || FrameOrigin { typed_by_user: true, ..FrameOrigin::default() };
        assert_eq!(frame(None, Some("late")), "late");
        assert_eq!(frame(Some(typed()), None), "sent as it was typed");
        let headers = FrameOrigin { http_headers: Some("{}".into()), ..typed() };
        assert_eq!(frame(Some(headers), Some("odd\nworse")), "sent as it was typed\nHTTP headers: {}\nodd\nworse");
    }
}
