//! The misbehaviours: one row each, of which the command, its help and completion, the documentation and the tests are made. How each is
//! carried out is in `answer`, `request`, `odd_writer` and the actor of a link.

use super::parameter::{MisbehaviourParameter as P, ParameterValue};
use crate::ocpp::{Role, Transport};

/// A misbehaviour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MisbehaviourKind {
    /// A status instead of 101.
    Status,
    /// 101 without a subprotocol.
    NoSubprotocol,
    /// 101 with a subprotocol that was not offered.
    OtherSubprotocol,
    /// 101 with an extension that was not offered.
    Extension,
    /// 101 with a wrong `Sec-WebSocket-Accept`.
    WrongAccept,
    /// The answer byte by byte.
    SlowAnswer,
    /// Nothing is read at first.
    SlowAccept,
    /// The end right behind the beginning.
    AcceptClose,
    /// A close frame.
    Close,
    /// No pongs.
    NoPong,
    /// Nothing is read.
    ReadsNothing,
    /// Nothing is sent.
    SaysNothing,
    /// A reset inside of a frame.
    Reset,
    /// Frames that are masked, or not, as only the other side may.
    WrongMask,
    /// Messages in fragments.
    Fragments,
    /// One byte at a time.
    ByteByByte,
    /// Many pings.
    PingFlood,
    /// A text that is no UTF-8.
    BadUtf8,
    /// A large text.
    Oversized,
    /// A pong without a ping.
    UnaskedPong,
    /// A reserved bit.
    ReservedBit,
    /// A request without subprotocols.
    OfferNothing,
    /// A request of another version of the WebSocket protocol.
    WrongVersion,
    /// A request without a key.
    NoKey,
    /// A request for another host.
    WrongHost,
    /// A request in HTTP/1.0.
    Http10,
    /// A request for another path.
    WrongPath,
    /// The request byte by byte.
    SlowRequest,
    /// Wrong credentials.
    WrongPassword,
    /// A second connection at the same time.
    TwoConnections,
    /// An envelope as another content type.
    SoapContentType,
    /// A status without an envelope.
    SoapNoEnvelope,
    /// An answer that ends inside of its body.
    SoapTruncated,
    /// An answer to another message.
    SoapRelatesTo,
}

/// When a misbehaviour is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MisbehaviourStage {
    /// Before it is known who the peer is: only for a listener as a whole.
    Connection,
    /// With the request or the answer of HTTP.
    Handshake,
    /// With the answer to a request over SOAP.
    Answer,
    /// On a link that is up, from now on.
    Link,
    /// On a link that is up, once.
    LinkOnce,
}

/// A parameter of a misbehaviour, and its value when none is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfferedParameter(pub P, pub DefaultValue);

/// The value of a parameter that is not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefaultValue {
    /// What the parameter is about is left out.
    Absent,
    /// A number.
    Number(u64),
    /// Milliseconds.
    Millis(u64),
    /// A text.
    Text(&'static str),
}

impl DefaultValue {
    /// As a value.
    pub fn value(self) -> Option<ParameterValue> {
        match self {
            DefaultValue::Absent => None,
            DefaultValue::Number(number) => Some(ParameterValue::Number(number)),
            DefaultValue::Millis(millis) => Some(ParameterValue::Time(std::time::Duration::from_millis(millis))),
            DefaultValue::Text(text) => Some(ParameterValue::Text(text.into())),
        }
    }
}

/// The row of a misbehaviour.
#[derive(Debug)]
pub struct MisbehaviourSpec {
    /// Which.
    pub kind: MisbehaviourKind,
    /// Its name.
    pub name: &'static str,
    /// What it does, behind the name of who does it.
    pub does: &'static str,
    /// What was done, for the trace.
    pub done: &'static str,
    /// The clause that it breaks, or why it breaks none.
    pub clause: &'static str,
    /// Our roles in which it can be carried out.
    pub roles: &'static [Role],
    /// The transports on which it can be.
    pub transports: &'static [Transport],
    /// When.
    pub stage: MisbehaviourStage,
    /// Its parameters.
    pub parameters: &'static [OfferedParameter],
}

const CS: &[Role] = &[Role::CentralSystem];
const CP: &[Role] = &[Role::ChargePoint];
const BOTH: &[Role] = &[Role::CentralSystem, Role::ChargePoint];
const WEBSOCKET: &[Transport] = &[Transport::WebSocket];
const SOAP: &[Transport] = &[Transport::Soap];
const ANY: &[Transport] = &[Transport::WebSocket, Transport::Soap];
const PAUSE: OfferedParameter = OfferedParameter(P::Pause, DefaultValue::Millis(50));

/// All misbehaviours, in the order in which they are listed.
pub const MISBEHAVIOURS: &[MisbehaviourSpec] = {
    use MisbehaviourKind as K;
    use MisbehaviourStage as S;
    &[
        MisbehaviourSpec {
            kind: K::SlowAccept,
            name: "slow-accept",
            does: "accepts the connection and reads nothing of it for a time",
            done: "read nothing for a time after the connection was accepted",
            clause: "none: neither TCP nor HTTP sets a limit",
            roles: CS,
            transports: ANY,
            stage: S::Connection,
            parameters: &[OfferedParameter(P::Delay, DefaultValue::Millis(30_000))],
        },
        MisbehaviourSpec {
            kind: K::AcceptClose,
            name: "accept-close",
            does: "accepts the connection and closes it without a word",
            done: "closed the connection without a word",
            clause: "none: RFC 9112 §9.5 allows it at any time",
            roles: CS,
            transports: ANY,
            stage: S::Connection,
            parameters: &[],
        },
        MisbehaviourSpec {
            kind: K::Status,
            name: "status",
            does: "answers the handshake with an HTTP status; 401 has a challenge and 302 a location only where one is written",
            done: "answered the handshake with a status",
            clause: "RFC 9110 §15.5.2 for 401 without a challenge; otherwise none",
            roles: CS,
            transports: WEBSOCKET,
            stage: S::Handshake,
            parameters: &[
                OfferedParameter(P::Status, DefaultValue::Number(503)),
                OfferedParameter(P::RetryAfter, DefaultValue::Absent),
                OfferedParameter(P::Location, DefaultValue::Absent),
                OfferedParameter(P::Challenge, DefaultValue::Absent),
            ],
        },
        MisbehaviourSpec {
            kind: K::NoSubprotocol,
            name: "no-subprotocol",
            does: "answers 101 without a subprotocol and keeps the connection",
            done: "sent 101 without a subprotocol",
            clause: "OCPP-J 1.6 §3.2: without a subprotocol the connection is closed at once",
            roles: CS,
            transports: WEBSOCKET,
            stage: S::Handshake,
            parameters: &[],
        },
        MisbehaviourSpec {
            kind: K::OtherSubprotocol,
            name: "other-subprotocol",
            does: "answers 101 with a subprotocol that was not offered",
            done: "sent 101 with a subprotocol that was not offered",
            clause: "RFC 6455 §4.2.2: one of those that the client offers",
            roles: CS,
            transports: WEBSOCKET,
            stage: S::Handshake,
            parameters: &[OfferedParameter(P::Name, DefaultValue::Text("ocpp0.9"))],
        },
        MisbehaviourSpec {
            kind: K::Extension,
            name: "extension",
            does: "answers 101 with an extension that was not offered",
            done: "sent 101 with an extension that was not offered",
            clause: "RFC 6455 §4.1: the client must fail the connection",
            roles: CS,
            transports: WEBSOCKET,
            stage: S::Handshake,
            parameters: &[OfferedParameter(P::Name, DefaultValue::Text("permessage-deflate"))],
        },
        MisbehaviourSpec {
            kind: K::WrongAccept,
            name: "wrong-accept",
            does: "answers 101 with a Sec-WebSocket-Accept that does not belong to the client's key",
            done: "sent 101 with a wrong Sec-WebSocket-Accept",
            clause: "RFC 6455 §4.2.2",
            roles: CS,
            transports: WEBSOCKET,
            stage: S::Handshake,
            parameters: &[],
        },
        MisbehaviourSpec {
            kind: K::SlowAnswer,
            name: "slow-answer",
            does: "sends its answers of HTTP byte by byte, after a delay",
            done: "sent an answer of HTTP byte by byte",
            clause: "none: HTTP sets no limit",
            roles: CS,
            transports: ANY,
            stage: S::Handshake,
            parameters: &[OfferedParameter(P::Delay, DefaultValue::Millis(0)), PAUSE],
        },
        MisbehaviourSpec {
            kind: K::OfferNothing,
            name: "offer-nothing",
            does: "asks for a WebSocket without a subprotocol",
            done: "sent a request without Sec-WebSocket-Protocol",
            clause: "OCPP-J 1.6 §3.1.2: the subprotocol is mandatory",
            roles: CP,
            transports: WEBSOCKET,
            stage: S::Handshake,
            parameters: &[],
        },
        MisbehaviourSpec {
            kind: K::WrongVersion,
            name: "wrong-version",
            does: "asks for another version of the WebSocket protocol",
            done: "sent a request with another Sec-WebSocket-Version",
            clause: "RFC 6455 §4.1: the version is 13",
            roles: CP,
            transports: WEBSOCKET,
            stage: S::Handshake,
            parameters: &[OfferedParameter(P::Version, DefaultValue::Number(8))],
        },
        MisbehaviourSpec {
            kind: K::NoKey,
            name: "no-key",
            does: "asks for a WebSocket without a key",
            done: "sent a request without Sec-WebSocket-Key",
            clause: "RFC 6455 §4.1",
            roles: CP,
            transports: WEBSOCKET,
            stage: S::Handshake,
            parameters: &[],
        },
        MisbehaviourSpec {
            kind: K::WrongHost,
            name: "wrong-host",
            does: "names another host in its request",
            done: "sent a request with another Host",
            clause: "RFC 9110 §7.2: Host is that of the URL",
            roles: CP,
            transports: WEBSOCKET,
            stage: S::Handshake,
            parameters: &[OfferedParameter(P::Host, DefaultValue::Text("wrong.invalid"))],
        },
        MisbehaviourSpec {
            kind: K::Http10,
            name: "http-1-0",
            does: "asks in HTTP/1.0, as an old proxy does",
            done: "sent a request in HTTP/1.0",
            clause: "RFC 6455 §4.1: HTTP/1.1 or higher",
            roles: CP,
            transports: WEBSOCKET,
            stage: S::Handshake,
            parameters: &[],
        },
        MisbehaviourSpec {
            kind: K::WrongPath,
            name: "wrong-path",
            does: "asks for another path",
            done: "sent a request for another path",
            clause: "OCPP-J 1.6 §3.1.1: the path ends with the identity",
            roles: CP,
            transports: WEBSOCKET,
            stage: S::Handshake,
            parameters: &[OfferedParameter(P::Path, DefaultValue::Text("/wrong/path"))],
        },
        MisbehaviourSpec {
            kind: K::SlowRequest,
            name: "slow-request",
            does: "sends the head of its request byte by byte, after a delay",
            done: "sent a request byte by byte",
            clause: "none: HTTP sets no limit",
            roles: CP,
            transports: WEBSOCKET,
            stage: S::Handshake,
            parameters: &[OfferedParameter(P::Delay, DefaultValue::Millis(0)), PAUSE],
        },
        MisbehaviourSpec {
            kind: K::WrongPassword,
            name: "wrong-password",
            does: "shows a wrong password",
            done: "sent a wrong password",
            clause: "OCPP 2.0.1 part 2, A00: security profiles 1 and 2",
            roles: CP,
            transports: WEBSOCKET,
            stage: S::Handshake,
            parameters: &[],
        },
        MisbehaviourSpec {
            kind: K::TwoConnections,
            name: "two-connections",
            does: "makes a connection of the same identity first, and keeps it",
            done: "made two connections of the same identity",
            clause: "none: a central system decides which one stays",
            roles: CP,
            transports: WEBSOCKET,
            stage: S::Handshake,
            parameters: &[],
        },
        MisbehaviourSpec {
            kind: K::Close,
            name: "close",
            does: "closes the link with any code, also one that may not stand in a frame",
            done: "sent a close frame",
            clause: "RFC 6455 §7.4.1 and §7.4.2, for codes that may not stand in a frame",
            roles: BOTH,
            transports: WEBSOCKET,
            stage: S::LinkOnce,
            parameters: &[
                OfferedParameter(P::Code, DefaultValue::Number(1005)),
                OfferedParameter(P::Reason, DefaultValue::Absent),
            ],
        },
        MisbehaviourSpec {
            kind: K::NoPong,
            name: "no-pong",
            does: "answers no ping",
            done: "sent no pong",
            clause: "RFC 6455 §5.5.2",
            roles: BOTH,
            transports: WEBSOCKET,
            stage: S::Link,
            parameters: &[],
        },
        MisbehaviourSpec {
            kind: K::ReadsNothing,
            name: "reads-nothing",
            does: "reads nothing any more: the link is half open",
            done: "read nothing any more",
            clause: "RFC 6455 §5.5.2: pings are answered as soon as possible",
            roles: BOTH,
            transports: WEBSOCKET,
            stage: S::Link,
            parameters: &[],
        },
        MisbehaviourSpec {
            kind: K::SaysNothing,
            name: "says-nothing",
            does: "sends nothing any more: the link is half open",
            done: "sent nothing any more",
            clause: "RFC 6455 §5.5.2",
            roles: BOTH,
            transports: WEBSOCKET,
            stage: S::Link,
            parameters: &[],
        },
        MisbehaviourSpec {
            kind: K::Reset,
            name: "reset",
            does: "resets the connection in the middle of its next message",
            done: "reset the connection in the middle of a frame",
            clause: "RFC 6455 §7.1.2: a close frame comes before the end",
            roles: BOTH,
            transports: WEBSOCKET,
            stage: S::Link,
            parameters: &[],
        },
        MisbehaviourSpec {
            kind: K::WrongMask,
            name: "wrong-mask",
            does: "masks its frames as a central system, and does not as a charge point",
            done: "sent a frame with the mask that only the other side may use, or without its own",
            clause: "RFC 6455 §5.1",
            roles: BOTH,
            transports: WEBSOCKET,
            stage: S::Link,
            parameters: &[],
        },
        MisbehaviourSpec {
            kind: K::Fragments,
            name: "fragments",
            does: "sends every message in fragments of so many bytes",
            done: "sent a message in fragments",
            clause: "none: RFC 6455 §5.4 allows it",
            roles: BOTH,
            transports: WEBSOCKET,
            stage: S::Link,
            parameters: &[OfferedParameter(P::Size, DefaultValue::Number(1))],
        },
        MisbehaviourSpec {
            kind: K::ByteByByte,
            name: "byte-by-byte",
            does: "sends every frame byte by byte, with pauses",
            done: "sent a frame byte by byte",
            clause: "none: TCP is a stream of bytes",
            roles: BOTH,
            transports: WEBSOCKET,
            stage: S::Link,
            parameters: &[OfferedParameter(P::Pause, DefaultValue::Millis(10))],
        },
        MisbehaviourSpec {
            kind: K::PingFlood,
            name: "ping-flood",
            does: "sends many pings at once",
            done: "sent many pings at once",
            clause: "none: RFC 6455 §5.5.2 sets no limit",
            roles: BOTH,
            transports: WEBSOCKET,
            stage: S::LinkOnce,
            parameters: &[OfferedParameter(P::Count, DefaultValue::Number(100))],
        },
        MisbehaviourSpec {
            kind: K::BadUtf8,
            name: "bad-utf8",
            does: "sends a text that is no UTF-8",
            done: "sent a text that is no UTF-8",
            clause: "RFC 6455 §5.6 and §8.1",
            roles: BOTH,
            transports: WEBSOCKET,
            stage: S::LinkOnce,
            parameters: &[],
        },
        MisbehaviourSpec {
            kind: K::Oversized,
            name: "oversized",
            does: "sends a text of so many bytes",
            done: "sent an oversized text",
            clause: "none: RFC 6455 §10.4 leaves the limit to the receiver",
            roles: BOTH,
            transports: WEBSOCKET,
            stage: S::LinkOnce,
            parameters: &[OfferedParameter(P::Size, DefaultValue::Number(2 << 20))],
        },
        MisbehaviourSpec {
            kind: K::UnaskedPong,
            name: "unasked-pong",
            does: "sends a pong without a ping",
            done: "sent a pong without a ping",
            clause: "none: RFC 6455 §5.5.3 allows it",
            roles: BOTH,
            transports: WEBSOCKET,
            stage: S::LinkOnce,
            parameters: &[],
        },
        MisbehaviourSpec {
            kind: K::ReservedBit,
            name: "reserved-bit",
            does: "sets a reserved bit in its frames, as if they were compressed",
            done: "sent a frame with a reserved bit",
            clause: "RFC 6455 §5.2",
            roles: BOTH,
            transports: WEBSOCKET,
            stage: S::Link,
            parameters: &[],
        },
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
    ]
};

impl MisbehaviourSpec {
    /// The row of this name.
    pub fn named(name: &str) -> Option<&'static MisbehaviourSpec> {
        MISBEHAVIOURS.iter().find(|spec| spec.name == name)
    }

    /// Whether it has a parameter.
    pub fn has(&self, parameter: P) -> bool {
        self.parameters.iter().any(|offered| offered.0 == parameter)
    }

    /// Whether it can be carried out in this role.
    pub fn fits(&self, our_role: Role) -> bool {
        self.roles.contains(&our_role)
    }
}
