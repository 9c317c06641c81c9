//! The content of a record, over every transport: the one place outside `link/` and `rpc/` that decodes a recorded
//! frame. A frame of OCPP-J is read from its text, as spans of it. Of an envelope the result of its first reading is
//! used, so no envelope is read here. Which call an answer belongs to and whether a frame is valid is in the record
//! itself.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::Value;

use super::{FrameKind, Record, RecordContent, RecordKind};
use crate::ocpp::{Finding, MessageType};
use crate::rpc::srpc::{doubled_names, frame_body, frame_elements, id_span, payload_span, words};

/// A record's message.
#[derive(Debug, Clone, PartialEq)]
pub struct DecodedRecord<'a> {
    /// The message id as JSON: a text or, from some peers over OCPP-J, a number, in the peer's spelling. `None` when the frame has none.
    pub id: Option<Cow<'a, str>>,
    /// What kind of message it is, and what is in it.
    pub message: DecodedMessage<'a>,
}

/// The content of a message.
#[derive(Debug, Clone, PartialEq)]
pub enum DecodedMessage<'a> {
    /// A call, or a message that nothing answers.
    Call {
        /// The action as it was spelt; over SOAP the action of the envelope's element.
        action: Cow<'a, str>,
        /// The payload; `null` when there is none.
        payload: JsonText<'a>,
    },
    /// A result with this payload.
    Result(JsonText<'a>),
    /// An error, an error about a result, or a fault.
    Error {
        /// Its code as it was spelt; of a fault its subcode.
        code: Cow<'a, str>,
        /// One sentence; `None` when the frame has none.
        description: Option<Cow<'a, str>>,
        /// Further details; `null` when there are none, as in every fault.
        details: JsonText<'a>,
    },
    /// A frame that could not be read, or no frame at all.
    Unreadable,
}

/// A part of a message as JSON text. It is read only when its value is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonText<'a>(&'a str);

impl<'a> JsonText<'a> {
    const NULL: JsonText<'static> = JsonText("null");

    /// The text as it was sent; of an envelope the compact JSON that was made of it.
    pub fn as_str(self) -> &'a str {
        self.0
    }

    /// The value; `null` for a text that is no JSON.
    pub fn value(self) -> Value {
        serde_json::from_str(self.0).unwrap_or_default()
    }
}

/// Decodes a record.
pub fn decode<'a>(record: &Record<'a>) -> DecodedRecord<'a> {
    let RecordKind::Frame(_, kind) = record.kind else {
        return DecodedRecord { id: None, message: DecodedMessage::Unreadable };
    };
    match record.content {
        Some(content) => of_envelope(record, kind, content),
        None => of_array(record.text, kind),
    }
}

fn of_envelope<'a>(record: &Record<'a>, kind: FrameKind, content: RecordContent<'a>) -> DecodedRecord<'a> {
    let id = (!content.id.is_empty()).then(|| Value::from(content.id).to_string().into());
    let payload = Some(JsonText(content.payload)).filter(|_| !content.is_fault && !content.payload.is_empty());
    let message = match (kind, payload, record.action) {
        (FrameKind::Malformed, ..) => DecodedMessage::Unreadable,
        _ if content.is_fault => {
            let (code, description) = fault(content.payload);
            DecodedMessage::Error { code: code.into(), description: Some(description.into()), details: JsonText::NULL }
        }
        (FrameKind::Call | FrameKind::Send, Some(payload), Some(action)) => {
            DecodedMessage::Call { action: action.into(), payload }
        }
        (FrameKind::Result | FrameKind::Error | FrameKind::ResultError, Some(payload), _) => DecodedMessage::Result(payload),
        (_, None, _) | (FrameKind::Call | FrameKind::Send, _, None) => DecodedMessage::Unreadable,
    };
    DecodedRecord { id, message }
}

/// Code and reason of a fault.
fn fault(payload: &str) -> (String, String) {
    let (code, reason) = serde_json::from_str::<(Option<String>, String)>(payload).unwrap_or_default();
    (code.unwrap_or_default(), reason)
}

fn of_array(text: &str, kind: FrameKind) -> DecodedRecord<'_> {
    // Without a tree: numbers keep their spelling, and values are read only when they are asked for.
    let elements = frame_elements(text);
    let element = |place: usize| elements.get(place).map_or(JsonText::NULL, |element| JsonText(element.get()));
    let id = elements.get(1).map(|id| Cow::Borrowed(id.get()));
    let message = match kind {
        FrameKind::Call | FrameKind::Send if elements.len() > 2 => {
            DecodedMessage::Call { action: words(element(2).0), payload: element(3) }
        }
        FrameKind::Result if elements.len() > 1 => DecodedMessage::Result(element(2)),
        FrameKind::Error | FrameKind::ResultError if elements.len() > 1 => {
            let text = |place| {
                let there = elements.get(place).map(|_| element(place)).filter(|element| *element != JsonText::NULL);
                there.map(|element| words(element.0))
            };
            DecodedMessage::Error { code: text(2).unwrap_or_default(), description: text(3), details: element(4) }
        }
        _ => DecodedMessage::Unreadable,
    };
    DecodedRecord { id, message }
}

/// Hands the payload of a call or a result, or the details of an error, to a seed, without making anything of what stands beside it.
/// `None` when there is none or the frame is no JSON.
pub fn visit_payload<'a, S: DeserializeSeed<'a>>(record: &Record<'a>, seed: S) -> Option<S::Value> {
    // How many elements of the array stand before it.
    let skipped = match record.kind {
        RecordKind::Frame(_, FrameKind::Call | FrameKind::Send) => 3,
        RecordKind::Frame(_, FrameKind::Result) => 2,
        RecordKind::Frame(_, FrameKind::Error | FrameKind::ResultError) => 4,
        _ => return None,
    };
    match record.content {
        Some(content) if content.is_fault || content.payload.is_empty() => None,
        Some(content) => seed.deserialize(&mut serde_json::Deserializer::from_str(content.payload)).ok(),
        None => {
            let array = ArrayElement { skipped, seed };
            array.deserialize(&mut serde_json::Deserializer::from_str(frame_body(record.text))).ok().flatten()
        }
    }
}

/// The payload of a call or a result, or the details of an error, as a value.
pub fn payload_value(record: &Record<'_>) -> Option<Value> {
    visit_payload(record, PhantomData)
}

/// The payload of a frame for a line of a list, found without reading it; what cannot be read comes as it is. Of an error that is its
/// code with what follows, of a fault its code and its reason.
pub fn payload_text<'a>(record: &Record<'a>) -> Cow<'a, str> {
    match record.content {
        Some(content) if content.is_fault => {
            let (code, reason) = fault(content.payload);
            format!("{code}: {reason}").into()
        }
        Some(content) if !content.payload.is_empty() => content.payload.into(),
        Some(_) => record.text.into(),
        None => array_payload(record).into(),
    }
}

/// The names that occur twice in an object of the payload of a call or a result.
pub fn doubled_members(record: &Record<'_>) -> Vec<Finding> {
    match (record.kind, record.content) {
        (RecordKind::Frame(_, FrameKind::Call | FrameKind::Send | FrameKind::Result), None) => {
            doubled_names(array_payload(record))
        }
        _ => Vec::new(),
    }
}

fn array_payload<'a>(record: &Record<'a>) -> &'a str {
    let kind = match record.kind {
        RecordKind::Frame(_, FrameKind::Call) => MessageType::Call,
        RecordKind::Frame(_, FrameKind::Result) => MessageType::Result,
        RecordKind::Frame(_, FrameKind::Error) => MessageType::Error,
        RecordKind::Frame(_, FrameKind::ResultError) => MessageType::ResultError,
        RecordKind::Frame(_, FrameKind::Send) => MessageType::Send,
        _ => return record.text,
    };
    payload_span(record.text, kind)
}

/// The message id of a frame as it is written, without quotation marks.
pub fn id_text<'a>(record: &Record<'a>) -> Option<&'a str> {
    match (record.kind, record.content) {
        (RecordKind::Frame(..), Some(content)) => Some(content.id).filter(|id| !id.is_empty()),
        (RecordKind::Frame(..), None) => id_span(record.text),
        _ => None,
    }
}

/// The element of an array behind so many others.
struct ArrayElement<S> {
    skipped: usize,
    seed: S,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for ArrayElement<S> {
    type Value = Option<S::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for ArrayElement<S> {
    type Value = Option<S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a message")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        for _ in 0..self.skipped {
            elements.next_element::<IgnoredAny>()?;
        }
        let found = elements.next_element_seed(self.seed)?;
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ocpp::{Catalog, Role};
    use crate::rpc::soap::{ReadHint, read};
    use crate::trace::{Contents, Direction, Event, EventKind, Frame, FrameContent, FrameText, Stamp};

    /// Hands the record of a frame over.
    fn with_record<T>(kind: FrameKind, text: &str, content: Option<FrameContent>, look: impl FnOnce(&Record<'_>) -> T) -> T {
        let mut contents = Contents::new(1 << 20);
        let station = contents.station(Role::CentralSystem, "CP1");
        let frame = Frame {
            direction: Direction::In,
            kind,
            action: Some("Reset".into()),
            text: FrameText::from(text),
            content: content.map(Box::new),
            exchange: None,
            code: None,
            findings: Vec::new(),
            remark: None,
            origin: None,
        };
        let stamp = Stamp { wall_micros: 0, monotonic_micros: 0 };
        contents.apply(&Event { station: Some(station), stamp, kind: EventKind::Frame(frame) }, &mut String::new());
        look(&contents.records().get(0).unwrap())
    }

    fn content(text: &str) -> FrameContent {
        FrameContent::of(&read(text, &Catalog::embedded(), ReadHint::default()).unwrap())
    }

    fn envelope(body: &str) -> String {
        format!(
            "<S:Envelope xmlns:S='http://www.w3.org/2003/05/soap-envelope' xmlns:a='http://www.w3.org/2005/08/addressing' \
             xmlns='urn://Ocpp/Cp/2012/06/'><S:Header><a:MessageID>m1</a:MessageID></S:Header><S:Body>{body}</S:Body></S:Envelope>"
        )
    }

    #[test]
    fn frames_of_arrays_are_read_with_their_spelling() {
        with_record(FrameKind::Call, r#"[2, "a\"b", "Reset", {"x": 1.10}]"#, None, |record| {
            let DecodedRecord { id, message } = decode(record);
            assert_eq!(id.as_deref(), Some(r#""a\"b""#));
            let DecodedMessage::Call { action, payload } = message else { panic!("{message:?}") };
            assert_eq!((&*action, payload.as_str()), ("Reset", r#"{"x": 1.10}"#));
            assert_eq!(payload_text(record), r#"{"x": 1.10}"#);
            assert_eq!(payload_value(record), Some(json!({ "x": 1.1 })));
            assert_eq!(id_text(record), Some(r#"a\"b"#));
        });
        with_record(FrameKind::Send, r#"[6,"b","NotifyPeriodicEventStream",{"id":1}]"#, None, |record| {
            let DecodedMessage::Call { action, payload } = decode(record).message else { panic!() };
            assert_eq!((&*action, payload.as_str()), ("NotifyPeriodicEventStream", r#"{"id":1}"#));
            assert_eq!(payload_value(record), Some(json!({ "id": 1 })));
        });
        with_record(FrameKind::ResultError, r#"[5,"7","Code","why",{"a":1}]"#, None, |record| {
            let DecodedMessage::Error { code, description, details } = decode(record).message else { panic!() };
            assert_eq!((&*code, description.as_deref(), details.value()), ("Code", Some("why"), json!({ "a": 1 })));
        });
        with_record(FrameKind::Result, "[3,7]", None, |record| {
            let id = Some("7".into());
            assert_eq!(decode(record), DecodedRecord { id, message: DecodedMessage::Result(JsonText::NULL) });
            assert_eq!(payload_value(record), None);
        });
        with_record(FrameKind::Error, r#"[4,"7","Code",17,{"a":1}]"#, None, |record| {
            let DecodedMessage::Error { code, description, details } = decode(record).message else { panic!() };
            assert_eq!((&*code, description.as_deref(), details.value()), ("Code", Some("17"), json!({ "a": 1 })));
        });
        let odd = [
            (r#"["2","a1","Authorize",{"idTag":"A"}]"#, "a1"),
            (r#"[2.0,28240181849166013077,"Authorize",{"idTag":"A"},5]"#, "28240181849166013077"),
            ("\u{feff}[2, 1e3 ,\"Authorize\", {\"idTag\":\"A\"} ]\0", "1e3"),
        ];
        for (text, id) in odd {
            with_record(FrameKind::Call, text, None, |record| {
                let decoded = decode(record);
                assert_eq!(decoded.id.as_deref().map(|id| id.trim_matches('"')), Some(id), "{text}");
                let DecodedMessage::Call { action, payload } = decoded.message else { panic!("{text}") };
                assert_eq!((&*action, payload.as_str()), ("Authorize", r#"{"idTag":"A"}"#));
                assert_eq!((payload_text(record), id_text(record)), (r#"{"idTag":"A"}"#.into(), Some(id)));
                assert_eq!(payload_value(record), Some(json!({ "idTag": "A" })));
            });
        }
        for text in [r#"[4,"7","Code"]"#, r#"[4,"7","Code",null]"#] {
            with_record(FrameKind::Error, text, None, |record| {
                let DecodedMessage::Error { code, description, .. } = decode(record).message else { panic!() };
                assert_eq!((&*code, description), ("Code", None), "{text}");
            });
        }
        for text in ["hello", "[2", "{}", ""] {
            with_record(FrameKind::Malformed, text, None, |record| {
                assert_eq!(decode(record), DecodedRecord { id: None, message: DecodedMessage::Unreadable });
                assert_eq!((payload_value(record), payload_text(record), id_text(record)), (None, text.into(), None));
            });
        }
    }

    #[test]
    fn decoded_envelopes_return_what_their_reading_found() {
        let text = envelope("<resetRequest><type>Soft</type></resetRequest>");
        with_record(FrameKind::Call, &text, Some(content(&text)), |record| {
            let DecodedRecord { id, message } = decode(record);
            assert_eq!(id.as_deref(), Some("\"m1\""));
            assert_eq!(message, DecodedMessage::Call { action: "Reset".into(), payload: JsonText(r#"{"type":"Soft"}"#) });
            assert_eq!(payload_text(record), r#"{"type":"Soft"}"#);
            assert_eq!((payload_value(record), id_text(record)), (Some(json!({ "type": "Soft" })), Some("m1")));
        });
        let text =
            envelope("<S:Fault><S:Code><S:Value>S:Sender</S:Value></S:Code><S:Reason><S:Text>no</S:Text></S:Reason></S:Fault>");
        with_record(FrameKind::Error, &text, Some(content(&text)), |record| {
            let DecodedMessage::Error { code, description, .. } = decode(record).message else { panic!() };
            assert_eq!((&*code, description.as_deref()), ("Sender", Some("no")));
            assert_eq!((payload_text(record), payload_value(record)), ("Sender: no".into(), None));
        });
        let text = envelope("");
        with_record(FrameKind::Malformed, &text, Some(content(&text)), |record| {
            assert_eq!((decode(record).message, payload_text(record)), (DecodedMessage::Unreadable, text.as_str().into()));
        });
    }
}
