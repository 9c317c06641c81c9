//! A definition file as a tree of XML elements with their places in the file. It does not know WSDL. The cost of a
//! hostile file is limited: document types (and with them, entities) are refused, depth and number of elements are bounded.

use std::collections::HashMap;
use std::rc::Rc;

use quick_xml::events::{BytesStart, Event};
use quick_xml::name::PrefixDeclaration;
use quick_xml::{Reader, XmlVersion};

/// The definitions of OCPP 1.6 are 17 deep; a tool that writes them differently may add a few.
const MAX_DEPTH: usize = 64;
/// The largest definition of OCPP has some 900 elements.
const MAX_ELEMENTS: usize = 50_000;

/// What is wrong in a file, and where. Lines and columns start at 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct XmlFault {
    pub line: u32,
    pub column: Option<u32>,
    pub problem: String,
}

/// A name with its namespace.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct QName {
    pub namespace: Rc<str>,
    pub local: Box<str>,
}

/// The namespaces of the prefixes that are known at an element.
type Scope = HashMap<Box<str>, Rc<str>>;

/// An element. Text between elements has no meaning in a definition and is dropped.
#[derive(Debug)]
pub(super) struct SchemaElement {
    pub name: QName,
    pub children: Vec<SchemaElement>,
    attributes: Vec<(QName, String)>,
    scope: Rc<Scope>,
    line: u32,
    column: u32,
}

impl SchemaElement {
    /// Whether this is the element `local` of `namespace`.
    pub fn is(&self, namespace: &str, local: &str) -> bool {
        &*self.name.local == local && &*self.name.namespace == namespace
    }

    /// The children `local` of `namespace`.
    pub fn all<'a>(&'a self, namespace: &'a str, local: &'a str) -> impl Iterator<Item = &'a SchemaElement> {
        self.children.iter().filter(move |child| child.is(namespace, local))
    }

    /// The first child `local` of `namespace`.
    pub fn first(&self, namespace: &str, local: &str) -> Option<&SchemaElement> {
        self.children.iter().find(|child| child.is(namespace, local))
    }

    /// An attribute without a namespace.
    pub fn attribute(&self, local: &str) -> Option<&str> {
        self.attribute_of("", local)
    }

    /// An attribute of a namespace.
    pub fn attribute_of(&self, namespace: &str, local: &str) -> Option<&str> {
        let is_it = |name: &QName| &*name.local == local && &*name.namespace == namespace;
        self.attributes.iter().find(|(name, _)| is_it(name)).map(|(_, value)| value.as_str())
    }

    /// An attribute that must be there.
    pub fn required(&self, local: &str) -> Result<&str, XmlFault> {
        self.attribute(local).ok_or_else(|| self.fault(format!("<{}> has no attribute {local}", self.name.local)))
    }

    /// The qualified name that an attribute holds: `tns:IdToken`.
    pub fn reference(&self, local: &str) -> Result<Option<QName>, XmlFault> {
        self.attribute(local).map(|value| self.resolve(value)).transpose()
    }

    /// A fault at this element.
    pub fn fault(&self, problem: impl Into<String>) -> XmlFault {
        XmlFault { line: self.line, column: Some(self.column), problem: problem.into() }
    }

    fn resolve(&self, name: &str) -> Result<QName, XmlFault> {
        let (prefix, local) = name.trim().split_once(':').unwrap_or(("", name.trim()));
        match self.scope.get(prefix) {
            Some(namespace) => Ok(QName { namespace: namespace.clone(), local: local.into() }),
            None if prefix.is_empty() => Ok(QName { namespace: "".into(), local: local.into() }),
            None => Err(self.fault(format!("the prefix {prefix} of {name} is not declared"))),
        }
    }
}

/// Reads a whole file.
pub(super) fn parse(text: &str) -> Result<SchemaElement, XmlFault> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader::from_str(text);
    let mut places = Places::new(text);
    let mut open: Vec<SchemaElement> = Vec::new();
    let mut root: Option<SchemaElement> = None;
    let mut count = 0;
    loop {
        let start = reader.buffer_position();
        let event = reader.read_event().map_err(|error| {
            let position = reader.error_position();
            let (line, column) = places.at(position);
            XmlFault { line, column: Some(column), problem: error.to_string() }
        })?;
        let (line, column) = places.at(start);
        let fault = |problem: &str| XmlFault { line, column: Some(column), problem: problem.to_owned() };
        match event {
            Event::Start(tag) | Event::Empty(tag) if open.len() >= MAX_DEPTH || count >= MAX_ELEMENTS => {
                let limit = if count >= MAX_ELEMENTS { "more elements" } else { "deeper nesting" };
                let name = shorten(tag.name().into_inner());
                return Err(fault(&format!("<{name}> is too much: {limit} than any definition needs")));
            }
            Event::Start(tag) => {
                count += 1;
                if open.is_empty() && root.is_some() {
                    return Err(fault("a second element follows the first"));
                }
                let element = element(&tag, open.last(), line, column)?;
                open.push(element);
            }
            Event::Empty(tag) => {
                count += 1;
                if open.is_empty() && root.is_some() {
                    return Err(fault("a second element follows the first"));
                }
                let element = element(&tag, open.last(), line, column)?;
                close(element, &mut open, &mut root);
            }
            Event::End(_) => match open.pop() {
                Some(element) => close(element, &mut open, &mut root),
                None => return Err(fault("an end tag without its start tag")),
            },
            Event::DocType(_) => return Err(fault("a document type is not allowed in a definition; remove the <!DOCTYPE …>")),
            Event::Eof => break,
            Event::Text(_) | Event::CData(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::GeneralRef(_) => {}
        }
    }
    match (open.pop(), root) {
        (Some(unclosed), _) => {
            Err(unclosed.fault(format!("<{}> is never closed; the file ends too early", unclosed.name.local)))
        }
        (None, Some(root)) => Ok(root),
        (None, None) => Err(XmlFault { line: 1, column: None, problem: "the file holds no XML element".to_owned() }),
    }
}

fn close(element: SchemaElement, open: &mut [SchemaElement], root: &mut Option<SchemaElement>) {
    match open.last_mut() {
        Some(parent) => parent.children.push(element),
        None => *root = Some(element),
    }
}

fn element(tag: &BytesStart, parent: Option<&SchemaElement>, line: u32, column: u32) -> Result<SchemaElement, XmlFault> {
    let fault = |problem: String| XmlFault { line, column: Some(column), problem };
    let mut scope = parent.map_or_else(Rc::default, |parent| parent.scope.clone());
    let mut plain = Vec::new();
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|error| fault(error.to_string()))?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| fault(error.to_string()))?;
        match attribute.key.as_namespace_binding() {
            Some(declared) => {
                let prefix = match declared {
                    PrefixDeclaration::Default => "",
                    PrefixDeclaration::Named(prefix) => prefix,
                };
                Rc::make_mut(&mut scope).insert(prefix.into(), (&*value).into());
            }
            None => plain.push((attribute.key.into_inner().to_owned(), value.into_owned())),
        }
    }
    let mut element = SchemaElement {
        name: QName { namespace: "".into(), local: "".into() },
        children: Vec::new(),
        attributes: Vec::new(),
        scope,
        line,
        column,
    };
    element.name = element.resolve(tag.name().into_inner())?;
    for (name, value) in plain {
        // A name without a prefix: in an element it is in the default namespace, in an attribute it is in none.
        let name = match name.starts_with("xml:") || !name.contains(':') {
            true => QName { namespace: "".into(), local: name.into() },
            false => element.resolve(&name)?,
        };
        element.attributes.push((name, value));
    }
    Ok(element)
}

fn shorten(name: &str) -> String {
    name.chars().take(40).collect()
}

/// Turns positions in bytes into lines and columns. Positions must come in rising order, so that each byte is read once.
struct Places<'text> {
    rest: &'text str,
    position: u64,
    line: u32,
    column: u32,
}

impl<'text> Places<'text> {
    fn new(text: &'text str) -> Places<'text> {
        Places { rest: text, position: 0, line: 1, column: 1 }
    }

    fn at(&mut self, position: u64) -> (u32, u32) {
        let mut characters = self.rest.chars();
        while self.position < position
            && let Some(character) = characters.next()
        {
            self.position += character.len_utf8() as u64;
            (self.line, self.column) = if character == '\n' { (self.line + 1, 1) } else { (self.line, self.column + 1) };
        }
        self.rest = characters.as_str();
        (self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> (u32, String) {
        let fault = parse(text).unwrap_err();
        (fault.line, fault.problem)
    }

    #[test]
    fn names_and_references_are_resolved_through_their_prefixes() {
        let root = parse("<a:x xmlns:a='urn:one' xmlns='urn:two' t='a:k'>\n <y u='k' a:v='&lt;'/></a:x>").unwrap();
        assert!(root.is("urn:one", "x"));
        assert_eq!(&*root.reference("t").unwrap().unwrap().namespace, "urn:one");
        let y = root.first("urn:two", "y").unwrap();
        assert_eq!(&*y.reference("u").unwrap().unwrap().namespace, "urn:two");
        assert_eq!(y.attribute_of("urn:one", "v"), Some("<"));
        assert_eq!(y.fault("").line, 2);
        assert_eq!(y.fault("").column, Some(2));
    }

    #[test]
    fn what_is_no_tree_of_elements_is_refused_with_its_place() {
        assert_eq!(problem("").0, 1);
        assert!(problem("<a>\n<b>\n</a>").1.contains("</b>"));
        assert_eq!(problem("<a>\n<b>\n</a>").0, 3);
        assert!(problem("<a>\n<b>").1.contains("never closed"));
        assert!(problem("<a/>\n<b/>").1.contains("second element"));
        assert!(problem("<q:a/>").1.contains("prefix q"));
        assert!(problem("<a b='&boom;'/>").1.contains("boom"));
    }

    #[test]
    fn document_types_and_bottomless_files_are_refused() {
        let bomb = "<?xml version='1.0'?>\n<!DOCTYPE a [<!ENTITY x 'lol'>]>\n<a>&x;</a>";
        assert_eq!(problem(bomb).0, 2);
        assert!(problem(bomb).1.contains("document type"));
        assert!(problem(&"<a>".repeat(100_000)).1.contains("deeper nesting"));
        assert!(problem(&format!("<a>{}</a>", "<b/>".repeat(MAX_ELEMENTS + 1))).1.contains("more elements"));
    }
}
