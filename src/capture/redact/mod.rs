//! Replaces what identifies people, stations and sites in events by dummies of the same length and form, so that a record can be given to
//! others. First all events are looked at (`learn`), because a value may stand in a text before the message that says what it is; then they
//! are changed (`apply`). Nothing of files is here.

mod dummies;
mod forms;
mod json_text;
mod secret_kind;
mod xml_text;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use regex::Regex;
use serde_json::Value;

pub use secret_kind::SecretKind;

use crate::ocpp::{Catalog, FieldDefinition, Version};
use crate::trace::{Direction, EventKind, Frame, FrameKind, FrameOrigin, FrameText, RowKind, json_elements};
use dummies::Dummies;
use json_text::{ValuePlace, ValueVisitor};

/// A shorter value is only replaced where its field says what it is; in other texts it would be found everywhere.
const SHORTEST: usize = 4;
/// A longer value is not looked for in other texts.
const LONGEST: usize = 256;
/// What stands in the place of a password already.
const HIDDEN: &str = "(hidden, ";

/// What was replaced.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RedactionReport {
    /// By kind: how many different values, and how often one was replaced.
    pub kinds: BTreeMap<SecretKind, (usize, u64)>,
}

impl RedactionReport {
    /// A line for each kind.
    pub fn lines(&self) -> Vec<String> {
        if self.kinds.is_empty() {
            return vec!["nothing had to be replaced".to_owned()];
        }
        let line = |(kind, (values, count)): (&SecretKind, &(usize, u64))| {
            format!("{} replaced: {values} different, in {count} places", kind.words())
        };
        self.kinds.iter().map(line).collect()
    }
}

/// Replaces values. A value has the same dummy everywhere.
pub struct Redactor {
    catalog: Arc<Catalog>,
    dummies: Dummies,
    /// What was learned, in lower case.
    values: HashMap<String, SecretKind>,
    /// Finds those that are looked for in every text, and their kinds.
    literals: Option<(AhoCorasick, Vec<SecretKind>)>,
    /// The versions of the links.
    versions: HashMap<Arc<str>, Version>,
    replaced: BTreeMap<SecretKind, (HashSet<String>, u64)>,
}

impl Redactor {
    /// A redactor that has seen nothing. Without the seed it cannot be found out which value a dummy stands for.
    pub fn new(catalog: Arc<Catalog>, seed: &str) -> Redactor {
        Redactor {
            catalog,
            dummies: Dummies::new(seed),
            values: HashMap::new(),
            literals: None,
            versions: HashMap::new(),
            replaced: BTreeMap::new(),
        }
    }

    /// A seed that no other export has.
    pub fn random_seed() -> String {
        uuid::Uuid::new_v4().to_string()
    }

    /// Looks at the identity of a station.
    pub fn learn_identity(&mut self, identity: &str) {
        self.learn_value(SecretKind::Identity, identity);
    }

    /// Looks at an event of a station, and at what its row stands for.
    pub fn learn(&mut self, station: Option<&(RowKind, Arc<str>)>, kind: &EventKind) {
        if let Some((_, identity)) = station {
            self.learn_identity(identity);
        }
        // What is learned is what would be replaced.
        let mut copy = kind.clone();
        self.change(station, &mut copy, Pass::Learn);
    }

    /// All events were looked at.
    pub fn learned(&mut self) {
        self.values.keys().for_each(|value| self.dummies.avoid(value));
        let is_sought = |value: &str| {
            let letters = value.chars().count();
            let mixed = value.contains(char::is_alphabetic) && value.contains(char::is_numeric);
            value.len() <= LONGEST && (letters >= SHORTEST || (letters == SHORTEST - 1 && mixed))
        };
        let mut sought: Vec<(&String, SecretKind)> =
            self.values.iter().filter(|(value, _)| is_sought(value)).map(|(value, kind)| (value, *kind)).collect();
        sought.sort();
        let kinds = sought.iter().map(|(_, kind)| *kind).collect();
        let finder = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostLongest)
            .build(sought.iter().map(|(value, _)| value));
        self.literals = finder.ok().map(|finder| (finder, kinds));
    }

    /// Changes an event and the identity of its station.
    pub fn apply(&mut self, station: &mut Option<(RowKind, Arc<str>)>, kind: &mut EventKind) {
        self.change(station.as_ref(), kind, Pass::Apply);
        if let Some((_, identity)) = station {
            *identity = self.identity(identity).into();
        }
    }

    /// The dummy of the identity of a station.
    pub fn identity(&mut self, identity: &str) -> String {
        self.dummy(SecretKind::Identity, identity)
    }

    /// What was replaced so far.
    pub fn report(&self) -> RedactionReport {
        RedactionReport { kinds: self.replaced.iter().map(|(kind, (values, count))| (*kind, (values.len(), *count))).collect() }
    }

    fn learn_value(&mut self, kind: SecretKind, value: &str) {
        if value.contains(char::is_alphanumeric) && !value.starts_with(HIDDEN) {
            self.values.entry(value.to_lowercase()).or_insert(kind);
        }
    }

    fn dummy(&mut self, kind: SecretKind, value: &str) -> String {
        let (values, count) = self.replaced.entry(kind).or_default();
        values.insert(value.to_lowercase());
        *count += 1;
        self.dummies.of(value)
    }

    fn change(&mut self, station: Option<&(RowKind, Arc<str>)>, kind: &mut EventKind, pass: Pass) {
        if let (EventKind::Connected { version, .. } | EventKind::LinkKnown { version, .. }, Some((_, identity))) =
            (&*kind, station)
        {
            self.versions.insert(identity.clone(), *version);
        }
        match kind {
            EventKind::Frame(frame) => self.frame(station, frame, pass),
            other => {
                let Ok(mut value) = serde_json::to_value(&*other) else { return };
                self.without_chains(&mut value, pass);
                let text = json_text::walk(&value.to_string(), None, &mut Replacing { redactor: self, pass });
                if pass == Pass::Apply {
                    *other = serde_json::from_str(&text).unwrap_or_else(|_| EventKind::Note {
                        failure: false,
                        text: "a line of the session was left out, because what identifies somebody is a part of its form"
                            .into(),
                    });
                }
            }
        }
    }

    /// Certificates of a handshake are left out: there is no dummy that can be read as one.
    fn without_chains(&mut self, value: &mut Value, pass: Pass) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    match member {
                        Value::Array(chain) if name == "peerChain" || name == "ownChain" => {
                            if pass == Pass::Apply && !chain.is_empty() {
                                let (values, count) = self.replaced.entry(SecretKind::Certificate).or_default();
                                values.extend(chain.iter().map(Value::to_string));
                                *count += chain.len() as u64;
                            }
                            chain.clear();
                        }
                        member => self.without_chains(member, pass),
                    }
                }
            }
            Value::Array(elements) => elements.iter_mut().for_each(|element| self.without_chains(element, pass)),
            _ => {}
        }
    }

    fn frame(&mut self, station: Option<&(RowKind, Arc<str>)>, frame: &mut Frame, pass: Pass) {
        let catalog = self.catalog.clone();
        let fields = self.fields_of(&catalog, station, frame);
        let origin = frame.origin.as_deref().cloned().unwrap_or_default();
        let text = frame.text.as_str();
        let changed = if origin.binary {
            self.digits(text)
        } else if origin.signed.is_none() && frame.content.is_some() {
            let mut replacing = Replacing { redactor: self, pass };
            xml_text::walk(text, |name, text, key| {
                let named = SecretKind::of_name(name);
                let of_key = key.filter(|_| name == "value").and_then(SecretKind::of_name);
                replacing.text(text, ValuePlace { kind: named.or(of_key), name, fixed: false })
            })
        } else if frame.kind != FrameKind::Malformed && !json_elements(text.trim_start()).is_empty() {
            self.message(text, frame.kind, fields, origin.signed.is_some(), pass)
        } else {
            self.unread(text, pass)
        };
        frame.text = FrameText::from(changed);
        if let Some(content) = &mut frame.content {
            content.payload = json_text::walk(&content.payload, fields, &mut Replacing { redactor: self, pass });
            content.id = self.text(&content.id, pass).unwrap_or_else(|| content.id.to_string()).into();
        }
        if let Some(remark) = &mut frame.remark {
            *remark = self.text(remark, pass).unwrap_or_else(|| remark.to_string()).into();
        }
        for finding in &mut frame.findings {
            if let Some(message) = self.text(&finding.message, pass) {
                finding.message = message;
            }
        }
        if frame.origin.is_some() {
            let mut text = |text: &str| self.text(text, pass).unwrap_or_else(|| text.to_owned());
            let signed = origin.signed.as_deref().map(&mut text).map(String::into_boxed_str);
            let http_headers = origin.http_headers.as_deref().map(&mut text).map(String::into_boxed_str);
            let http_head = origin.http_head.as_deref().map(&mut text).map(Arc::from);
            // The text of a frame of a pair before it was changed would have to be replaced like the text itself; it is left out.
            let passage = origin.passage.clone().map(|mut passage| {
                if let Some(done) = &mut passage.intervention {
                    done.before = None;
                }
                passage
            });
            frame.origin = Some(Arc::new(FrameOrigin { signed, http_headers, http_head, passage, ..origin }));
        }
    }

    /// The fields of the payload of a frame, where the definitions are known.
    fn fields_of<'c>(
        &self,
        catalog: &'c Catalog,
        station: Option<&(RowKind, Arc<str>)>,
        frame: &Frame,
    ) -> Option<&'c [FieldDefinition]> {
        let (row, identity) = station?;
        let our_role = row.our_role();
        let version = *self.versions.get(identity)?;
        let sender = if frame.direction == Direction::Out { our_role } else { our_role.peer() };
        let action = frame.action.as_deref()?;
        match frame.kind {
            FrameKind::Call | FrameKind::Send => catalog.action(version, sender, action).map(|known| &*known.request.fields),
            FrameKind::Result => catalog.action(version, sender.peer(), action).map(|known| &*known.response.fields),
            _ => None,
        }
    }

    /// A message of OCPP-J: its id, its payload or its description and details. Type, action and code stay.
    fn message(
        &mut self,
        text: &str,
        kind: FrameKind,
        fields: Option<&[FieldDefinition]>,
        is_signed: bool,
        pass: Pass,
    ) -> String {
        let (mut out, mut done) = (String::with_capacity(text.len()), 0);
        for (place, element) in json_elements(text.trim_start()).into_iter().enumerate() {
            let start = element.as_ptr() as usize - text.as_ptr() as usize; // it is a part of the text, behind those before
            out.push_str(&text[done..start]);
            done = start + element.len();
            let is_name = place == 0 || (place == 2 && kind != FrameKind::Result);
            let is_payload = place == if kind == FrameKind::Result { 2 } else { 3 };
            if is_name {
                out.push_str(element);
            } else if is_payload && is_signed {
                out.push_str(&self.jws(element, fields, pass));
            } else {
                let fields = fields.filter(|_| is_payload);
                out.push_str(&json_text::walk(element, fields, &mut Replacing { redactor: self, pass }));
            }
        }
        out.push_str(&text[done..]);
        out
    }

    /// A signed payload: what is signed, the header, and the signature, which fits no more.
    fn jws(&mut self, json: &str, fields: Option<&[FieldDefinition]>, pass: Pass) -> String {
        let Ok(mut value) = serde_json::from_str::<Value>(json) else { return self.unread(json, pass) };
        for pointer in ["/payload", "/protected", "/signatures/0/protected"] {
            let Some(coded) = value.pointer_mut(pointer) else { continue };
            let text = coded.as_str().and_then(|coded| BASE64_URL_SAFE_NO_PAD.decode(coded).ok());
            let Some(text) = text.and_then(|bytes| String::from_utf8(bytes).ok()) else { continue };
            let fields = fields.filter(|_| pointer == "/payload");
            let changed = json_text::walk(&text, fields, &mut Replacing { redactor: self, pass });
            *coded = BASE64_URL_SAFE_NO_PAD.encode(changed).into();
        }
        for pointer in ["/signature", "/signatures/0/signature"] {
            if let Some(Value::String(signature)) = value.pointer_mut(pointer)
                && pass == Pass::Apply
            {
                *signature = self.dummy(SecretKind::Key, signature);
            }
        }
        value.to_string()
    }

    /// What could not be read: what looks like a member of an object is one.
    fn unread(&mut self, text: &str, pass: Pass) -> String {
        static MEMBER: LazyLock<Option<Regex>> =
            LazyLock::new(|| Regex::new(r#""(?P<name>\w+)"\s*:\s*"?(?P<value>(?:[^"\\,}\]\s]|\\.)+)"#).ok());
        let Some(member) = MEMBER.as_ref() else { return String::new() };
        let (mut out, mut done) = (String::with_capacity(text.len()), 0);
        for found in member.captures_iter(text) {
            let (Some(name), Some(value)) = (found.name("name"), found.name("value")) else { continue };
            let Some(kind) = SecretKind::of_name(name.as_str()) else { continue };
            let before = &text[done..value.start()];
            out.push_str(&self.text(before, pass).unwrap_or_else(|| before.to_owned()));
            out.push_str(&match pass {
                Pass::Learn => {
                    self.learn_value(kind, value.as_str());
                    value.as_str().to_owned()
                }
                Pass::Apply => self.dummy(kind, value.as_str()),
            });
            done = value.end();
        }
        let rest = &text[done..];
        out.push_str(&self.text(rest, pass).unwrap_or_else(|| rest.to_owned()));
        out
    }

    /// A binary frame: no one can say what is in it.
    fn digits(&mut self, hex: &str) -> String {
        self.dummies.of(hex)
    }

    /// A text in which nothing but forms and known values tell something; `None` when it stays.
    fn text(&mut self, text: &str, pass: Pass) -> Option<String> {
        let places = forms::places(text);
        if pass == Pass::Learn {
            places.into_iter().for_each(|(kind, place)| self.learn_value(kind, &text[place]));
            return None;
        }
        let (mut out, mut done) = (String::new(), 0);
        for (kind, place) in places {
            out.push_str(&self.without_literals(&text[done..place.start]));
            out.push_str(&self.dummy(kind, &text[place.clone()]));
            done = place.end;
        }
        out.push_str(&self.without_literals(&text[done..]));
        (out != text).then_some(out)
    }

    fn without_literals(&mut self, text: &str) -> String {
        let found: Vec<(Range<usize>, SecretKind)> = match &self.literals {
            Some((finder, kinds)) if !text.is_empty() => {
                let alone = |range: &Range<usize>| {
                    let before = text[..range.start].chars().next_back();
                    let after = text[range.end..].chars().next();
                    ![before, after].into_iter().flatten().any(char::is_alphanumeric)
                };
                let matches = finder.find_iter(text).map(|found| (found.range(), kinds[found.pattern().as_usize()]));
                matches.filter(|(range, _)| alone(range)).collect()
            }
            _ => Vec::new(),
        };
        let (mut out, mut done) = (String::with_capacity(text.len()), 0);
        for (range, kind) in found {
            out.push_str(&text[done..range.start]);
            out.push_str(&self.dummy(kind, &text[range.clone()]));
            done = range.end;
        }
        out.push_str(&text[done..]);
        out
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pass {
    Learn,
    Apply,
}

/// Learns or replaces the values of a JSON text.
struct Replacing<'a> {
    redactor: &'a mut Redactor,
    pass: Pass,
}

impl Replacing<'_> {
    fn whole(&mut self, kind: SecretKind, value: &str) -> Option<String> {
        if !value.contains(char::is_alphanumeric) || value.starts_with(HIDDEN) {
            return None;
        }
        match self.pass {
            Pass::Learn => {
                self.redactor.learn_value(kind, value);
                None
            }
            Pass::Apply => Some(self.redactor.dummy(kind, value)),
        }
    }
}

impl ValueVisitor for Replacing<'_> {
    fn text(&mut self, text: &str, place: ValuePlace<'_>) -> Option<String> {
        if place.fixed {
            return None;
        }
        if text.starts_with(['{', '[']) && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() {
            let changed = json_text::walk(text, None, self);
            return (changed != text).then_some(changed);
        }
        match place.kind {
            Some(SecretKind::Address) if !forms::tells(text) => None,
            Some(kind) if !text.contains("://") && !text.contains("-----BEGIN") => self.whole(kind, text),
            // The number of a version looks like an address.
            None if place.name.to_ascii_lowercase().contains("version") => match self.pass {
                Pass::Learn => None,
                Pass::Apply => Some(self.redactor.without_literals(text)).filter(|changed| changed != text),
            },
            _ => self.redactor.text(text, self.pass),
        }
    }

    fn number(&mut self, number: &str, place: ValuePlace<'_>) -> Option<String> {
        place.kind.filter(|_| !place.fixed).and_then(|kind| self.whole(kind, number))
    }
}

#[cfg(test)]
mod tests;
