//! Secrets in messages: which messages have them, where, and how a text looks without them. It is applied where an event becomes a record, so
//! that no reader of the trace can show what it never sees; what travels on the wire is not touched.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{FrameKind, Record, RecordContent, RecordKind};
use crate::ocpp::{is_secret_name, mentions_secret};
use crate::rpc::srpc::frame_body;

/// The actions whose calls or results may have a secret: configuration and device model, connections, certificates, and what vendors send.
const ACTIONS: [&str; 11] = [
    "CertificateSigned",
    "ChangeConfiguration",
    "DataTransfer",
    "GetConfiguration",
    "GetVariables",
    "InstallCertificate",
    "NotifyEvent",
    "NotifyReport",
    "SetNetworkProfile",
    "SetVariables",
    "SignCertificate",
];
/// Without one of these words, in any case, there is no secret. They are parts of the names that `is_secret_name` knows.
const WORDS: [&[u8]; 8] = [b"authorizationkey", b"pass", b"private", b"secret", b"simpin", b"sim_pin", b"vpn", b"\\u00"];
/// What a private key in PEM begins with.
const PRIVATE_KEY: &str = "PRIVATE KEY-----";
/// The fields of a `vpn` (OCPP 2.0.1 part 2, `VPNType`) whose names alone mean no secret.
const OF_VPN: [&str; 2] = ["key", "password"];
/// How many objects in each other are searched.
const DEEPEST: usize = 24;
/// What stands for each byte of a secret on disk.
const MASK: &str = "*";
/// A shorter secret is not looked for in other texts: it would be found everywhere.
const SHORTEST: usize = 4;

/// The texts of a frame without its secrets.
#[derive(Debug)]
pub struct MaskedFrame {
    /// The text of the frame.
    pub(super) text: String,
    /// The payload that was found in it, where that is apart.
    pub(super) payload: Option<String>,
    secrets: Vec<String>,
    /// The same for the record on disk.
    pub(super) captured: CapturedMask,
}

/// A frame without its secrets where its length must stay: a mask for each character.
#[derive(Debug)]
pub(super) struct CapturedMask {
    /// The text of the frame.
    pub text: String,
    /// The payload that was found in it, where that is apart.
    pub payload: Option<String>,
    /// Where the secrets are: JSON pointers into the payload that is apart, else into the text.
    pub paths: Vec<String>,
}

impl MaskedFrame {
    /// The same for what is said about the frame: a finding may repeat a value.
    pub(super) fn mask_remarks(&self, remarks: &mut String) {
        for secret in self.secrets.iter().filter(|secret| secret.len() >= SHORTEST) {
            if remarks.contains(secret.as_str()) {
                *remarks = remarks.replace(secret, &hidden(secret.chars().count()));
            }
        }
    }

    /// The record without its secrets. Its remarks are left out when they repeat one.
    pub fn applied<'a>(&'a self, record: &Record<'a>) -> Record<'a> {
        let content =
            record.content.map(|content| RecordContent { payload: self.payload.as_deref().unwrap_or_default(), ..content });
        let repeats = self.secrets.iter().any(|secret| record.remarks.contains(secret.as_str()));
        let remarks = if repeats { "" } else { record.remarks };
        Record { text: &self.text, content, remarks, ..*record }
    }
}

/// A record of a trace that shows secrets, without them; `None` when it has none.
pub fn mask_record(record: &Record<'_>) -> Option<MaskedFrame> {
    let RecordKind::Frame(_, kind) = record.kind else { return None };
    masked(kind, record.action, record.text, record.content)
}

/// A payload without its secrets, as compact JSON; `None` when it has none.
pub fn mask_payload(kind: FrameKind, action: &str, payload: &str) -> Option<String> {
    masked(kind, Some(action), payload, None).map(|masked| masked.text)
}

/// A text without its secrets, whatever message it is or was to be; `None` when it has none. One that cannot be read and is about a secret is
/// hidden as a whole.
pub fn mask_text(text: &str) -> Option<String> {
    masked(FrameKind::Malformed, None, text, None).map(|masked| masked.text)
}

/// A payload of which a masked form was edited: what still stands in the place of a secret of the original one becomes that secret again.
pub fn unmask_payload(edited: &str, original: &str) -> String {
    let mut found = FoundSecrets::default();
    if let Ok(raw) = serde_json::from_str::<&RawValue>(original) {
        walk(raw.get(), Surroundings::default(), 0, &mut found);
    }
    let mut found = found.raw;
    let mut whole = String::with_capacity(edited.len());
    let mut rest = edited;
    // The secrets of one length are put back in their order.
    let next = |found: &[&str], rest: &str| {
        let places = found.iter().enumerate().filter_map(|(index, raw)| place(index, raw, rest));
        places.min_by_key(|(index, start, _)| (*start, *index))
    };
    while let Some((index, start, length)) = next(&found, rest) {
        whole.push_str(&rest[..start]);
        whole.push_str(found.remove(index));
        rest = &rest[start + length..];
    }
    whole + rest
}

/// Where the place of a secret is in a text, with its number and the length of what stands there.
fn place(index: usize, raw: &str, text: &str) -> Option<(usize, usize, usize)> {
    let placeholder = format!("\"{}\"", hidden(characters(raw)));
    Some((index, text.find(&placeholder)?, placeholder.len()))
}

/// How many characters a string of JSON has.
fn characters(raw: &str) -> usize {
    serde_json::from_str::<String>(raw).map_or(raw.len(), |text| text.chars().count())
}

/// What stands in the place of a secret.
pub fn hidden(characters: usize) -> String {
    format!("(hidden, {characters} characters)")
}

/// The texts of a frame without its secrets; `None` when there is none. For an action without secrets it costs a look at its name.
pub(super) fn masked(
    kind: FrameKind,
    action: Option<&str>,
    text: &str,
    content: Option<RecordContent<'_>>,
) -> Option<MaskedFrame> {
    let may_have = match action {
        Some(action) => ACTIONS.iter().any(|known| known.eq_ignore_ascii_case(action)),
        // A result that was not awaited, and what cannot be read.
        None => true,
    };
    let payload = content.filter(|content| !content.payload.is_empty()).map(|content| content.payload);
    if !may_have || !has_word(payload.unwrap_or(text)) {
        return None;
    }
    let json = payload.unwrap_or(text);
    let mut found = FoundSecrets::default();
    let Ok(raw) = serde_json::from_str::<&RawValue>(frame_body(json)) else {
        let everything = || MaskedFrame {
            text: format!("(hidden, {} bytes that cannot be read and may hold a password)", text.len()),
            payload: payload.map(|_| String::new()),
            secrets: Vec::new(),
            captured: CapturedMask {
                text: MASK.repeat(text.len()),
                payload: payload.map(|payload| MASK.repeat(payload.len())),
                paths: vec![String::new()],
            },
        };
        return (kind == FrameKind::Malformed && looks_secret(text)).then(everything);
    };
    walk(raw.get(), Surroundings::default(), 0, &mut found);
    let FoundSecrets { raw: found, paths, .. } = found;
    if found.is_empty() {
        return None;
    }
    let values: Vec<String> = found.iter().map(|raw| serde_json::from_str(raw).unwrap_or_default()).collect();
    let masked = without(json, &found, |raw| hidden(characters(raw)));
    let same_length = without(json, &found, |raw| MASK.repeat(raw.len().saturating_sub(2)));
    Some(match payload {
        None => {
            let captured = CapturedMask { text: same_length, payload: None, paths };
            MaskedFrame { text: masked, payload: None, secrets: values, captured }
        }
        Some(_) => {
            let around =
                |mask: fn(&str, &str) -> String, nowhere: fn(usize) -> String| without_values(text, &values, mask, nowhere);
            let shown = around(
                |_, value| hidden(value.chars().count()),
                |length| format!("(hidden, {length} bytes that hold a password)"),
            );
            let kept = around(|spelling, _| MASK.repeat(spelling.len()), |length| MASK.repeat(length));
            let captured = CapturedMask { text: kept, payload: Some(same_length), paths };
            MaskedFrame { text: shown, payload: Some(masked), secrets: values, captured }
        }
    })
}

/// The secrets of a text, as they stand there, and where.
#[derive(Default)]
struct FoundSecrets<'a> {
    raw: Vec<&'a str>,
    paths: Vec<String>,
    /// Where the search is.
    path: String,
}

impl<'a> FoundSecrets<'a> {
    fn add(&mut self, raw: &'a str) {
        self.raw.push(raw);
        self.paths.push(self.path.clone());
    }

    /// Searches what has this name, or this place in an array.
    fn inside(&mut self, name: &str, search: impl FnOnce(&mut FoundSecrets<'a>)) {
        let length = self.path.len();
        self.path.push('/');
        self.path.push_str(&name.replace('~', "~0").replace('/', "~1"));
        search(self);
        self.path.truncate(length);
    }
}

/// Whether one of the words that go with secrets is in a text.
fn has_word(text: &str) -> bool {
    let bytes = text.as_bytes();
    let lowers = WORDS.map(|word| word[0]);
    bytes.iter().enumerate().any(|(start, byte)| {
        let byte = byte.to_ascii_lowercase();
        lowers.contains(&byte)
            && WORDS.iter().any(|word| bytes[start..].get(..word.len()).is_some_and(|part| part.eq_ignore_ascii_case(word)))
    })
}

/// Whether a text that is no JSON holds a secret by the look of it.
fn looks_secret(text: &str) -> bool {
    text.contains(PRIVATE_KEY) || mentions_secret(text)
}

/// What stands around a value.
#[derive(Debug, Clone, Copy, Default)]
struct Surroundings {
    /// It belongs to a variable or a key that is secret.
    secret: bool,
    /// It is a field of a VPN.
    vpn: bool,
}

/// Finds the secrets of a JSON text: strings, as they stand there.
fn walk<'a>(json: &'a str, around: Surroundings, depth: usize, found: &mut FoundSecrets<'a>) {
    if depth > DEEPEST {
        return;
    }
    match json.as_bytes().first() {
        Some(b'[') => {
            for (place, element) in json_elements(json).into_iter().enumerate() {
                if element.starts_with('"') && !element.contains(PRIVATE_KEY) {
                    continue;
                }
                found.inside(&place.to_string(), |found| walk(element, around, depth + 1, found));
            }
        }
        Some(b'{') => {
            let members = json_members(json);
            let secret = around.secret || is_about_a_secret(&members);
            for (name, value) in &members {
                let is_value = matches!(&**name, "value" | "attributeValue" | "actualValue");
                let named = is_secret_name(name) || (around.vpn && OF_VPN.contains(&&**name));
                if value.starts_with('"') {
                    if (named || (secret && is_value) || value.contains(PRIVATE_KEY)) && value.len() > 2 {
                        found.inside(name, |found| found.add(value));
                    }
                } else {
                    let around = Surroundings { secret, vpn: name == "vpn" };
                    found.inside(name, |found| walk(value, around, depth + 1, found));
                }
            }
        }
        Some(b'"') if json.contains(PRIVATE_KEY) => found.add(json),
        _ => {}
    }
}

/// Whether an object is about a configuration key (1.x: `key` beside `value`) or a variable (2.x: `variable.name`) that is secret.
fn is_about_a_secret(members: &[(Cow<'_, str>, &str)]) -> bool {
    let text = |raw: &str| serde_json::from_str::<String>(raw).is_ok_and(|name| is_secret_name(&name));
    members.iter().any(|(name, value)| match &**name {
        "key" => text(value),
        "variable" => json_members(value).iter().any(|(name, value)| name == "name" && text(value)),
        _ => false,
    })
}

/// A JSON text in which these strings of it are replaced.
fn without(json: &str, found: &[&str], mask: impl Fn(&str) -> String) -> String {
    let mut masked = String::with_capacity(json.len());
    let mut done = 0;
    for raw in found {
        let start = raw.as_ptr() as usize - json.as_ptr() as usize; // it is a part of the text, behind those before
        masked.push_str(&json[done..start]);
        masked.push_str(&format!("\"{}\"", mask(raw)));
        done = start + raw.len();
    }
    masked.push_str(&json[done..]);
    masked
}

/// A text around a payload, in which these values are replaced: an envelope, or a signed message whose payload is coded. Where a value
/// cannot be found the whole text is hidden: `nowhere` gets its length, `mask` the spelling and the value.
fn without_values(text: &str, values: &[String], mask: fn(&str, &str) -> String, nowhere: fn(usize) -> String) -> String {
    let mut masked = text.to_owned();
    for value in values {
        let escaped = quick_xml::escape::escape(value.as_str()).into_owned();
        let spellings = [escaped.as_str(), value.as_str()];
        let Some(spelling) = spellings.into_iter().find(|spelling| masked.contains(&format!(">{spelling}<"))) else {
            return nowhere(text.len());
        };
        masked = masked.replace(&format!(">{spelling}<"), &format!(">{}<", mask(spelling, value)));
    }
    masked
}

/// The elements of an array, as they stand there.
pub fn json_elements(json: &str) -> Vec<&str> {
    struct Elements;
    impl<'de> Visitor<'de> for Elements {
        type Value = Vec<&'de str>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an array")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
            let mut all = Vec::new();
            while let Some(element) = array.next_element::<&RawValue>()? {
                all.push(element.get());
            }
            Ok(all)
        }
    }
    serde_json::Deserializer::from_str(json).deserialize_seq(Elements).unwrap_or_default()
}

/// The members of an object, also those of one name, with their values as they stand there. None for what is no object.
pub fn json_members(json: &str) -> Vec<(Cow<'_, str>, &str)> {
    struct Members;
    impl<'de> Visitor<'de> for Members {
        type Value = Vec<(Cow<'de, str>, &'de str)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
            let mut all = Vec::new();
            while let Some(name) = object.next_key::<String>()? {
                all.push((Cow::Owned(name), object.next_value::<&RawValue>()?.get()));
            }
            Ok(all)
        }
    }
    serde_json::Deserializer::from_str(json).deserialize_map(Members).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(kind: FrameKind, action: Option<&str>, text: &str) -> Option<String> {
        masked(kind, action, text, None).map(|masked| masked.text)
    }

    #[test]
    fn secrets_give_way_to_their_lengths_and_the_rest_stays_as_it_was() {
        for (kind, action, text) in [
            (
                FrameKind::Call,
                "ChangeConfiguration",
                r#" [2, "1","ChangeConfiguration",{"value": @ ,"key":"AuthorizationKey"}]"#,
            ),
            (
                FrameKind::Result,
                "GetConfiguration",
                r#"[3,"1",{"configurationKey":[{"key":"A","readonly":false,"value":"x"},{"key":"authorizationKey","value":@}]}]"#,
            ),
            (
                FrameKind::Call,
                "SetVariables",
                r#"[2,"1","SetVariables",{"setVariableData":[{"attributeValue":@,"component":{"name":"SecurityCtrlr"},"variable":{"name":"BasicAuthPassword"}}]}]"#,
            ),
            (
                FrameKind::Call,
                "NotifyReport",
                r#"[2,"1","NotifyReport",{"reportData":[{"variable":{"name":"BasicAuth\u0050assword"},"variableAttribute":[{"type":"Actual","value":@}]}]}]"#,
            ),
            (
                FrameKind::Call,
                "SetNetworkProfile",
                r#"[2,"1","SetNetworkProfile",{"connectionData":{"basicAuthPassword":@,"apn":{"apnPassword":@,"simPin":1234},"vpn":{"key":@,"user":"u"}}}]"#,
            ),
            (FrameKind::Call, "DataTransfer", r#"[2,"1","DataTransfer",{"data":"-----BEGIN EC PRIVATE KEY-----\nAAAA"}]"#),
            (FrameKind::Result, "", r#"[3,"1",{"configurationKey":[{"key":"AuthorizationKey","value":@}]}]"#),
        ] {
            let action = Some(action).filter(|action| !action.is_empty());
            let shown = text_of(kind, action, &text.replace('@', r#""s3cr\"t""#)).unwrap();
            let expected = text
                .replace('@', "\"(hidden, 6 characters)\"")
                .replace("-----BEGIN EC PRIVATE KEY-----\\nAAAA", "(hidden, 35 characters)");
            assert_eq!(shown, expected);
        }
    }

    #[test]
    fn what_was_hidden_while_a_payload_was_edited_comes_back() {
        let original = r#"{"a":[{"key":"AuthorizationKey","value":"first"},{"key":"AuthorizationKey","value":"other"}],"apnPassword":"longer"}"#;
        let masked = mask_text(original).unwrap();
        assert!(!masked.contains("first") && !masked.contains("longer"), "{masked}");
        assert_eq!(unmask_payload(&masked, original), original);
        let edited = masked.replacen("(hidden, 5 characters)", "new", 1).replace("apnPassword", "simPin");
        let expected =
            r#"{"a":[{"key":"AuthorizationKey","value":"new"},{"key":"AuthorizationKey","value":"first"}],"simPin":"longer"}"#;
        assert_eq!(unmask_payload(&edited, original), expected);
        assert_eq!(unmask_payload("{}", original), "{}");
    }

    #[test]
    fn what_holds_no_secret_is_not_touched() {
        for (kind, action, text) in [
            (
                FrameKind::Call,
                "ChangeConfiguration",
                r#"[2,"1","ChangeConfiguration",{"key":"HeartbeatInterval","value":"60"}]"#,
            ),
            (FrameKind::Call, "GetConfiguration", r#"[2,"1","GetConfiguration",{"key":["AuthorizationKey"]}]"#),
            (FrameKind::Call, "ChangeConfiguration", r#"[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":""}]"#),
            (FrameKind::Call, "Heartbeat", r#"[2,"1","Heartbeat",{"password":"s3cret"}]"#),
            (FrameKind::Malformed, "", "nonsense"),
        ] {
            let action = Some(action).filter(|action| !action.is_empty());
            assert_eq!(text_of(kind, action, text), None, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_and_looks_like_a_secret_is_hidden_as_a_whole() {
        let text = r#"[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"s3cret"#;
        let shown = text_of(FrameKind::Malformed, None, text).unwrap();
        assert_eq!(shown, format!("(hidden, {} bytes that cannot be read and may hold a password)", text.len()));
    }

    #[test]
    fn an_envelope_is_masked_with_its_payload() {
        let payload = r#"{"key":"AuthorizationKey","value":"s3<ret"}"#;
        let content = RecordContent { id: "1", payload, is_fault: false };
        let mask = |text| masked(FrameKind::Call, Some("ChangeConfiguration"), text, Some(content));
        let shown = mask("<k>AuthorizationKey</k><v>s3&lt;ret</v>").unwrap();
        assert_eq!(shown.text, "<k>AuthorizationKey</k><v>(hidden, 6 characters)</v>");
        assert_eq!(shown.payload.as_deref(), Some(r#"{"key":"AuthorizationKey","value":"(hidden, 6 characters)"}"#));
        let coded = mask(r#"[2,"1","X-Signed",{"payload":"czM8cmV0"}]"#).unwrap();
        assert_eq!(coded.text, "(hidden, 41 bytes that hold a password)");
        let mut remarks = "/value: s3<ret is too short".to_owned();
        shown.mask_remarks(&mut remarks);
        assert_eq!(remarks, "/value: (hidden, 6 characters) is too short");
    }

    #[test]
    fn on_disk_the_length_stays_and_the_places_are_known() {
        let text =
            r#"[2,"1","SetNetworkProfile",{"data":[{"a/b":1,"basicAuthPassword":"s3cr\"t"},{"apn":{"apnPassword":"x"}}]}]"#;
        let masked = masked(FrameKind::Call, Some("SetNetworkProfile"), text, None).unwrap().captured;
        assert_eq!(masked.text, text.replace(r#"s3cr\"t"#, "*******").replace(r#":"x""#, r#":"*""#));
        assert_eq!(masked.paths, ["/3/data/0/basicAuthPassword", "/3/data/1/apn/apnPassword"]);
        let cut = r#"[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"s3cret"#;
        let hidden = super::masked(FrameKind::Malformed, None, cut, None).unwrap().captured;
        assert_eq!((hidden.text.len(), hidden.text.contains("s3cret"), hidden.paths.len()), (cut.len(), false, 1));
        let content = RecordContent { id: "1", payload: r#"{"key":"AuthorizationKey","value":"s3<ret"}"#, is_fault: false };
        let envelope = "<k>AuthorizationKey</k><v>s3&lt;ret</v>";
        let masked = super::masked(FrameKind::Call, Some("ChangeConfiguration"), envelope, Some(content)).unwrap().captured;
        assert_eq!(masked.text, "<k>AuthorizationKey</k><v>*********</v>");
        assert_eq!((masked.payload.unwrap().len(), &*masked.paths), (content.payload.len(), &["/value".to_owned()][..]));
    }

    #[test]
    fn deep_texts_end() {
        let text = format!("[2,\"1\",\"DataTransfer\",{}\"password\"{}]", "[".repeat(5000), "]".repeat(5000));
        assert_eq!(text_of(FrameKind::Call, Some("DataTransfer"), &text), None);
    }
}
