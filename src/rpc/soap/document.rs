//! The text of an envelope as elements, within limits: document types and with them entities are refused, size, depth and number
//! are bounded. It knows the rules of XML and of namespaces, and of SOAP the name of the root.

use std::borrow::Cow;
use std::sync::Arc;

use quick_xml::events::attributes::AttrError;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::PrefixDeclaration;
use quick_xml::{Error, Reader, XmlVersion};

use super::error::{ReadError, ReadProblem};
use super::names::{SOAP_1_2, is_soap_prefix};
use crate::ocpp::xml::{XmlAttribute, XmlElement, XmlRemarks, XmlRule};

/// A local list of tens of thousands of tags has a few megabytes.
const MAX_BYTES: usize = 16 * 1024 * 1024;
/// The deepest message of OCPP is nine deep in its envelope; signatures in the header are deeper.
const MAX_DEPTH: usize = 48;
/// Elements and attributes of one text.
const MAX_NODES: usize = 250_000;
/// Attributes of one element. Each is compared with every other.
const MAX_ATTRIBUTES: usize = 128;
/// Declarations of namespaces that are in force at one place. Every name is resolved with them.
const MAX_DECLARATIONS: usize = 256;
/// The element with which a SOAP message begins.
const ROOT: &str = "Envelope";

/// A text that was read.
#[derive(Debug)]
pub(super) struct Document<'text> {
    /// The envelope.
    pub root: XmlElement<'text>,
    /// Every namespace that is declared anywhere, used or not.
    pub declared: Vec<Arc<str>>,
}

/// Reads a text.
pub(super) fn parse<'text>(text: &'text str, remarks: &mut XmlRemarks) -> Result<Document<'text>, ReadError> {
    if text.len() > MAX_BYTES {
        return Err(ReadError { offset: MAX_BYTES, problem: ReadProblem::TooLarge(MAX_BYTES) });
    }
    // Embedded senders count the end of their string with its content.
    let content = text.trim_end_matches(['\0', ' ', '\t', '\r', '\n']);
    let start = content.len() - content.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']).len();
    if start == content.len() {
        return Err(ReadError { offset: 0, problem: ReadProblem::Empty });
    }
    let (open, scope, declared) = (Vec::new(), Vec::new(), Vec::new());
    let text = &content[start..];
    let mut parser = Parser { text, start, remarks, open, root: None, scope, declared, nodes: 0 };
    parser.run()
}

struct Parser<'text, 'parse> {
    /// What is read.
    text: &'text str,
    /// What was cut off before the first element.
    start: usize,
    remarks: &'parse mut XmlRemarks,
    /// The elements that have begun and not ended, each with the number of declarations before it.
    open: Vec<(XmlElement<'text>, usize)>,
    root: Option<XmlElement<'text>>,
    /// The declarations in force, the innermost last.
    scope: Vec<(String, Arc<str>)>,
    declared: Vec<Arc<str>>,
    nodes: usize,
}

impl<'text> Parser<'text, '_> {
    fn run(&mut self) -> Result<Document<'text>, ReadError> {
        let mut reader = Reader::from_str(self.text);
        loop {
            let offset = self.start + position(reader.buffer_position());
            let event = reader.read_event().map_err(|error| {
                let offset = self.start + position(reader.error_position());
                ReadError { offset, problem: self.problem(&error) }
            })?;
            let end = self.start + position(reader.buffer_position());
            let fail = |problem: ReadProblem| Err(ReadError { offset, problem });
            match event {
                Event::Start(tag) => self.begin(&tag, offset)?,
                Event::Empty(tag) => {
                    self.begin(&tag, offset)?;
                    self.end(end);
                }
                Event::End(_) => self.end(end),
                Event::Text(part) => self.text(&part.xml10_content(), offset)?,
                Event::CData(part) => self.text(&part.xml10_content(), offset)?,
                Event::GeneralRef(reference) => {
                    let character = character(&reference).map_err(|problem| ReadError { offset, problem })?;
                    self.text(character.encode_utf8(&mut [0; 4]), offset)?;
                }
                // A login page where an envelope was expected.
                Event::DocType(kind) if is_html(&kind) => return fail(ReadProblem::NotAnEnvelope("html".to_owned())),
                Event::DocType(_) => return fail(ReadProblem::DocumentType),
                Event::Eof => break,
                Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
            }
        }
        let end = self.start + self.text.len();
        if let Some((unclosed, _)) = self.open.pop() {
            return Err(ReadError { offset: end, problem: ReadProblem::Truncated(quote(&unclosed.local)) });
        }
        let root = self.root.take().ok_or(ReadError { offset: self.start, problem: ReadProblem::NotXml })?;
        Ok(Document { root, declared: std::mem::take(&mut self.declared) })
    }

    fn begin(&mut self, tag: &BytesStart, offset: usize) -> Result<(), ReadError> {
        let fail = |problem: ReadProblem| ReadError { offset, problem };
        self.nodes += 1;
        if self.open.len() >= MAX_DEPTH {
            return Err(fail(ReadProblem::TooDeep(MAX_DEPTH)));
        }
        if self.open.is_empty() && self.root.is_some() {
            return Err(fail(ReadProblem::Malformed("a second element follows the envelope".to_owned())));
        }
        let outside = self.scope.len();
        let mut plain: Vec<(&str, String)> = Vec::new();
        for (count, attribute) in tag.attributes().enumerate() {
            self.nodes += 1;
            if count >= MAX_ATTRIBUTES || self.nodes > MAX_NODES {
                return Err(fail(ReadProblem::TooMany(if count >= MAX_ATTRIBUTES { MAX_ATTRIBUTES } else { MAX_NODES })));
            }
            let attribute = attribute.map_err(|error| attribute_error(&error, offset))?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0);
            let value = value.map_err(|error| fail(ReadProblem::Malformed(error.to_string())))?;
            match attribute.key.as_namespace_binding() {
                Some(PrefixDeclaration::Default) => self.declare("", &value, offset)?,
                Some(PrefixDeclaration::Named(prefix)) => self.declare(prefix, &value, offset)?,
                None => plain.push((attribute.key.into_inner(), value.into_owned())),
            }
        }
        let (prefix, local) = split(tag.name().into_inner());
        if self.open.is_empty() && local != ROOT {
            return Err(fail(ReadProblem::NotAnEnvelope(quote(local))));
        }
        let namespace = self.resolve(prefix, offset);
        let attributes = plain.into_iter().map(|(name, value)| {
            let (prefix, local) = split(name);
            let namespace = if prefix.is_empty() { None } else { self.resolve(prefix, offset) };
            XmlAttribute { namespace, local: local.to_owned(), value }
        });
        let attributes = attributes.collect();
        // Behind the sign that begins the tag, the prefix and its colon.
        let before = 1 + if prefix.is_empty() { 0 } else { prefix.len() + 1 };
        let (local, text) = (self.lent(offset + before, local), Cow::Borrowed(""));
        let span = offset..offset;
        let element = XmlElement { namespace, local, attributes, children: Vec::new(), text, span };
        self.open.push((element, outside));
        if self.nodes > MAX_NODES { Err(fail(ReadProblem::TooMany(MAX_NODES))) } else { Ok(()) }
    }

    /// The reader has checked that the tag closes the innermost element.
    fn end(&mut self, end: usize) {
        let Some((mut element, outside)) = self.open.pop() else { return };
        element.span.end = end;
        self.scope.truncate(outside);
        match self.open.last_mut() {
            Some((parent, _)) => parent.children.push(element),
            None => self.root = Some(element),
        }
    }

    /// A part of the text as the text lends it, when it stands there as it is; otherwise a copy.
    fn lent(&self, offset: usize, part: &str) -> Cow<'text, str> {
        let start = offset.saturating_sub(self.start);
        match self.text.get(start..start + part.len()) {
            Some(here) if here == part => Cow::Borrowed(here),
            _ => Cow::Owned(part.to_owned()),
        }
    }

    fn text(&mut self, text: &str, offset: usize) -> Result<(), ReadError> {
        let lent = self.lent(offset, text);
        match self.open.last_mut() {
            Some((element, _)) if element.text.is_empty() => element.text = lent,
            Some((element, _)) => element.text.to_mut().push_str(text),
            None if text.trim().is_empty() => {}
            None if self.root.is_none() => return Err(ReadError { offset, problem: ReadProblem::NotXml }),
            None => {
                let problem = ReadProblem::Malformed("text follows the envelope".to_owned());
                return Err(ReadError { offset, problem });
            }
        }
        Ok(())
    }

    fn declare(&mut self, prefix: &str, namespace: &str, offset: usize) -> Result<(), ReadError> {
        if self.scope.len() >= MAX_DECLARATIONS {
            return Err(ReadError { offset, problem: ReadProblem::TooMany(MAX_DECLARATIONS) });
        }
        let known = self.declared.iter().find(|known| &***known == namespace).cloned();
        let namespace = known.unwrap_or_else(|| {
            let namespace: Arc<str> = namespace.into();
            if self.declared.len() < MAX_DECLARATIONS {
                self.declared.push(namespace.clone());
            }
            namespace
        });
        self.scope.push((prefix.to_owned(), namespace));
        Ok(())
    }

    /// The namespace of a prefix. One that is not declared gives a remark; when it is one of those that most writers give to the
    /// envelope, it is taken for that.
    fn resolve(&mut self, prefix: &str, offset: usize) -> Option<Arc<str>> {
        if prefix == "xml" {
            return Some("http://www.w3.org/XML/1998/namespace".into());
        }
        let declared = self.scope.iter().rev().find(|(known, _)| known == prefix);
        if let Some((_, namespace)) = declared {
            // An empty declaration takes the default away.
            return (!namespace.is_empty()).then(|| namespace.clone());
        }
        if prefix.is_empty() {
            return None;
        }
        self.remarks.add(XmlRule::UndeclaredPrefix, offset, || {
            format!("the prefix {} is not declared; a strict reader refuses the whole message", quote(prefix))
        });
        is_soap_prefix(prefix).then(|| SOAP_1_2.into())
    }

    /// The error of the XML reader, in own words where the end of the text is the reason.
    fn problem(&self, error: &Error) -> ReadProblem {
        match error {
            Error::Syntax(_) => match self.open.last() {
                Some((unclosed, _)) => ReadProblem::Truncated(quote(&unclosed.local)),
                None if self.root.is_none() => ReadProblem::NotXml,
                None => ReadProblem::Malformed(error.to_string()),
            },
            other => ReadProblem::Malformed(other.to_string().chars().take(200).collect()),
        }
    }
}

/// A faulty attribute. Its place is counted from the sign that begins the tag.
fn attribute_error(error: &AttrError, tag: usize) -> ReadError {
    let (AttrError::ExpectedEq(place)
    | AttrError::ExpectedValue(place)
    | AttrError::UnquotedValue(place)
    | AttrError::ExpectedQuote(place, _)
    | AttrError::Duplicated(place, _)) = error;
    let sentence = error.to_string();
    let sentence = sentence.split_once(": ").map_or(&*sentence, |(_, sentence)| sentence);
    ReadError { offset: tag + 1 + place, problem: ReadProblem::Malformed(sentence.to_owned()) }
}

fn position(position: u64) -> usize {
    // A position in a text that is in memory.
    usize::try_from(position).unwrap_or(usize::MAX)
}

fn split(name: &str) -> (&str, &str) {
    name.split_once(':').unwrap_or(("", name))
}

/// The character of a reference: a number, or one of XML's own five names.
fn character(reference: &BytesRef) -> Result<char, ReadProblem> {
    let number = reference.resolve_char_ref().map_err(|error| ReadProblem::Malformed(error.to_string()))?;
    let named = || match &*reference.xml10_content() {
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "amp" => Ok('&'),
        "apos" => Ok('\''),
        "quot" => Ok('"'),
        other => Err(ReadProblem::Entity(quote(other))),
    };
    number.map_or_else(named, Ok)
}

fn is_html(kind: &str) -> bool {
    kind.trim_start().get(..4).is_some_and(|name| name.eq_ignore_ascii_case("html"))
}

/// A name from outside, fit for a sentence.
pub(super) fn quote(name: &str) -> String {
    name.chars().take(60).collect::<String>().escape_debug().to_string()
}
