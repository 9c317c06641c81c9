//! The whole documentation: every example against its schema, every page against an XML parser, every link against the files, and
//! definitions that try to break out.

use std::collections::{BTreeMap, BTreeSet};

use quick_xml::events::Event;
use quick_xml::{Reader, XmlVersion};
use serde_json::Value;

use super::*;
use crate::ocpp::{FieldDefinition, FieldKind, MessageDefinition, Role, Version, XmlForm};

/// What a page links to and what can be linked to in it.
#[derive(Default)]
struct Page {
    links: Vec<String>,
    anchors: BTreeSet<String>,
    text: String,
}

/// Reads a page as XML; every element must be closed.
fn parse(file: &DocFile) -> Page {
    let mut page = Page::default();
    let mut reader = Reader::from_str(&file.text);
    reader.config_mut().check_end_names = true;
    let mut depth = 0;
    loop {
        match reader.read_event().unwrap_or_else(|error| panic!("{}: {error}", file.path)) {
            Event::Eof => break,
            Event::Start(element) => {
                depth += 1;
                page.element(&element);
            }
            Event::Empty(element) => page.element(&element),
            Event::End(_) => depth -= 1,
            Event::Text(text) => page.text.push_str(&text),
            Event::GeneralRef(_) | Event::DocType(_) => {}
            other => panic!("{}: {other:?}", file.path),
        }
    }
    assert_eq!(depth, 0, "{}: an element is not closed", file.path);
    page
}

impl Page {
    fn element(&mut self, element: &quick_xml::events::BytesStart) {
        assert_ne!(element.name().as_ref(), "script");
        for attribute in element.attributes() {
            let attribute = attribute.unwrap();
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).unwrap().into_owned();
            match attribute.key.as_ref() {
                "href" => self.links.push(value),
                "id" => assert!(self.anchors.insert(value.clone()), "{value} is there twice"),
                name => assert!(!name.starts_with("on"), "{value}"),
            }
        }
    }
}

/// The path of a link in a file.
fn resolved(from: &str, href: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in href.split('/') {
        match part {
            ".." => assert!(parts.pop().is_some(), "{href} in {from} leaves the folder"),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn check_site(files: &[DocFile]) {
    let pages: BTreeMap<&str, Page> =
        files.iter().filter(|file| file.path.ends_with(".html")).map(|file| (&*file.path, parse(file))).collect();
    let paths: BTreeSet<&str> = files.iter().map(|file| &*file.path).collect();
    assert_eq!(paths.len(), files.len(), "no two files have one path");
    for (path, page) in &pages {
        for link in &page.links {
            let (target, anchor) = link.split_once('#').map_or((&**link, None), |(target, anchor)| (target, Some(anchor)));
            let target = if target.is_empty() { (*path).to_owned() } else { resolved(path, target) };
            assert!(paths.contains(&*target), "{path} links to {link}");
            if let Some(anchor) = anchor {
                assert!(pages[&*target].anchors.contains(anchor), "{path} links to {link}");
            }
        }
    }
    // Every page can be reached from the first.
    let (mut reached, mut open) = (BTreeSet::new(), vec!["index.html".to_owned()]);
    while let Some(path) = open.pop() {
        if let Some(page) = pages.get(&*path).filter(|_| reached.insert(path.clone())) {
            open.extend(page.links.iter().map(|link| resolved(&path, link.split('#').next().unwrap_or_default())));
        }
    }
    assert_eq!(reached.len(), pages.len());
}

#[test]
fn the_site_is_well_formed_and_its_links_lead_somewhere() {
    let files = files(&Catalog::embedded(), DocFormat::Html);
    check_site(&files);
    let page = |path: &str| parse(files.iter().find(|file| file.path == path).unwrap()).text;
    let boot = page("ocpp-1.6/BootNotification.html");
    for words in
        ["chargePointVendor", "at most 20 characters", "Pending", "JSON Schema", "additionalProperties", "heartbeatInterval"]
    {
        assert!(boot.contains(words), "{words}");
    }
    assert!(page("words.html").contains("SuspendedEVSE"));
    assert!(page("ocpp-1.6/SignCertificate.html").contains("in JSON only"));
    let large: Vec<_> =
        files.iter().map(|file| (&file.path, file.text.len())).filter(|(_, size)| *size >= 1024 * 1024).collect();
    assert_eq!(large, []);
}

#[test]
fn every_example_that_is_written_satisfies_the_schema_that_is_written() {
    let files = files(&Catalog::embedded(), DocFormat::Json);
    let texts: BTreeMap<&str, &str> = files.iter().map(|file| (&*file.path, &*file.text)).collect();
    let index: Value = serde_json::from_str(texts["index.json"]).unwrap();
    let (mut messages, mut envelopes) = (0, 0);
    for action in index["actions"].as_array().unwrap() {
        for part in ["request", "response"].into_iter().filter(|part| action[part].is_object()) {
            let read = |name: &str| -> Value { serde_json::from_str(texts[action[part][name].as_str().unwrap()]).unwrap() };
            let (schema, example) = (read("schema"), read("example"));
            // Compiled without our formats and tolerances, as other programs do.
            let validator = jsonschema::draft7::new(&schema).unwrap();
            let errors: Vec<String> = validator.iter_errors(&example).map(|error| error.to_string()).collect();
            assert_eq!(errors, Vec::<String>::new(), "{action}: {example}");
            let closed = !validator.is_valid(&serde_json::json!({ "thisFieldIsNot": 1 }));
            assert!(closed, "{action}");
            messages += 1;
            envelopes += usize::from(action[part]["soap"].is_string());
        }
    }
    assert_eq!((messages, envelopes), (2 * (18 + 25 + 40 + 65 + 92) - 1, 2 * (18 + 25 + 29)));
    assert_eq!(files.len(), 1 + 2 * messages + envelopes, "the list names every file");
}

/// The pages in Markdown, by name.
const PAGES: [&str; 6] = ["README.md", "ocpp-1.2.md", "ocpp-1.5.md", "ocpp-1.6.md", "ocpp-2.0.1.md", "ocpp-2.1.md"];

#[test]
fn the_links_of_the_markdown_lead_somewhere() {
    let files = files(&Catalog::embedded(), DocFormat::Markdown);
    let texts: BTreeMap<&str, &str> = files.iter().map(|file| (&*file.path, &*file.text)).collect();
    assert_eq!(texts.keys().copied().collect::<Vec<_>>(), PAGES);
    let link = regex::Regex::new(r"\[[^\]]+\]\(([^)#]*)(?:#([^)]+))?\)").unwrap();
    for (path, text) in &texts {
        for found in link.captures_iter(text) {
            let target = found.get(1).map_or("", |target| target.as_str());
            let target = texts[if target.is_empty() { path } else { target }];
            if let Some(anchor) = found.get(2) {
                assert!(target.contains(&format!("<a id=\"{}\"></a>", anchor.as_str())), "{path}: {}", &found[0]);
            }
        }
    }
}

#[test]
fn the_same_definitions_give_the_same_files() {
    for format in [DocFormat::Html, DocFormat::Markdown, DocFormat::Json] {
        assert_eq!(files(&Catalog::embedded(), format), files(&Catalog::embedded(), format));
    }
}

#[test]
fn hostile_definitions_break_nothing() {
    let hostile = "</code></pre><script src='x'>&\"'\u{1b}[2J\u{202e}\u{0}\n```|../../x#y";
    let field = |kind| FieldDefinition {
        name: hostile.to_owned(),
        kind,
        required: true,
        repeated: Some(1),
        max_items: None,
        type_name: hostile.to_owned(),
        default: Some(hostile.into()),
        xml: XmlForm::Element(format!("{hostile}2")),
    };
    let message = || {
        let inner = vec![field(FieldKind::Enumeration(vec![hostile.to_owned()]))];
        MessageDefinition::new(hostile, vec![field(FieldKind::Object(inner))], None)
    };
    let actions = [hostile, "index", "../../etc", "", "INDEX"].into_iter().flat_map(|name| {
        Role::ALL.map(|initiator| {
            let (request, response) = (message(), message());
            ActionDefinition {
                name: name.into(),
                version: Version::V1_6,
                initiator,
                request,
                response,
                is_send: false,
                soap: None,
            }
        })
    });
    let catalog = Catalog::new(actions.collect::<Vec<_>>());
    check_site(&files(&catalog, DocFormat::Html));
    for format in [DocFormat::Html, DocFormat::Markdown, DocFormat::Json] {
        for file in files(&catalog, format) {
            assert!(!file.path.contains("..") && !file.path.starts_with('/') && file.path.is_ascii(), "{}", file.path);
            if format != DocFormat::Json {
                assert!(!file.text.contains(['\u{1b}', '\u{202e}', '\u{0}']), "{}", file.path);
                assert!(!file.text.contains("<script") || format == DocFormat::Markdown, "{}", file.path);
            }
        }
    }
    assert!(files(&Catalog::default(), DocFormat::Html).len() == 3, "without definitions there are no versions");
}
