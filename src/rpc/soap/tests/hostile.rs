//! Texts that are no envelopes: refused with their place, quickly, and never with a panic.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::super::*;
use super::{envelope, parse, problem};
use crate::ocpp::Catalog;

#[test]
fn what_is_no_envelope_is_named() {
    assert_eq!(problem(""), ReadProblem::Empty);
    assert_eq!(problem(" \r\n\0"), ReadProblem::Empty);
    assert_eq!(problem("Internal Server Error"), ReadProblem::NotXml);
    assert_eq!(problem("{\"a\":1}"), ReadProblem::NotXml);
    assert_eq!(problem("<!-- only a comment -->"), ReadProblem::NotXml);
    assert_eq!(problem("<!DOCTYPE html><html><br></html>"), ReadProblem::NotAnEnvelope("html".into()));
    assert_eq!(problem("<html><br></html>"), ReadProblem::NotAnEnvelope("html".into()));
    assert_eq!(problem("<S:Envelope xmlns:S='http://www.w3.org/2003/05/soap-envelope'/>"), ReadProblem::NoBody);
}

#[test]
fn document_types_and_entities_are_refused() {
    let envelope = envelope("", "<o:heartbeatRequest/>");
    for dtd in [
        "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]>",
        "<!DOCTYPE x SYSTEM 'file:///etc/passwd'>",
        "<!DOCTYPE x PUBLIC '-' 'http://example.com/x.dtd'>",
    ] {
        assert_eq!(problem(&format!("<?xml version='1.0'?>\n{dtd}{envelope}")), ReadProblem::DocumentType);
    }
    let entity =
        |text| problem(&super::envelope("", &format!("<o:authorizeRequest><o:idTag>{text}</o:idTag></o:authorizeRequest>")));
    assert_eq!(entity("&boom;"), ReadProblem::Entity("boom".into()));
    assert!(matches!(entity("&#x110000;"), ReadProblem::Malformed(_)));
    assert!(matches!(entity("a & b"), ReadProblem::Malformed(_)));
    let attribute = super::envelope("", "<o:heartbeatRequest x='&boom;'/>");
    assert!(matches!(problem(&attribute), ReadProblem::Malformed(_)));
}

#[test]
fn a_text_that_ends_early_names_where_it_ended() {
    let whole = envelope("", "<o:authorizeRequest><o:idTag>A</o:idTag></o:authorizeRequest>");
    assert_eq!(problem(&whole[..whole.find("</o:idTag>").unwrap()]), ReadProblem::Truncated("idTag".into()));
    for end in (0..whole.len()).filter(|end| whole.is_char_boundary(*end)) {
        problem(&whole[..end]);
    }
    parse(&format!("{whole}\0\r\n"));
    assert!(matches!(problem(&format!("{whole}<x/>")), ReadProblem::Malformed(_)));
    assert!(matches!(problem(&format!("{whole}garbage")), ReadProblem::Malformed(_)));
    assert!(matches!(problem(&whole.replace("</o:idTag>", "</o:other>")), ReadProblem::Malformed(_)));
}

#[test]
fn a_faulty_attribute_is_named_with_its_place() {
    let at = |tag: &str| {
        let text = envelope("", tag);
        let error = read(&text, &Catalog::embedded(), ReadHint::default()).unwrap_err();
        text[error.offset..].chars().take(2).collect::<String>()
    };
    assert_eq!(at("<o:x a=1/>"), "1/");
    assert_eq!(at("<o:x a='1' b='2' a='3'/>"), "a=");
}

#[test]
fn two_of_what_there_is_one_of_are_refused() {
    let heartbeat = "<o:heartbeatRequest/>";
    assert_eq!(
        problem(&envelope("", &format!("{heartbeat}{heartbeat}"))),
        ReadProblem::SecondMessage("heartbeatRequest".into())
    );
    let bodies = envelope("", &format!("{heartbeat}</S:Body><S:Body>{heartbeat}"));
    assert_eq!(problem(&bodies), ReadProblem::SecondPart("Body"));
    let headers = envelope("</S:Header><S:Header>", heartbeat);
    assert_eq!(problem(&headers), ReadProblem::SecondPart("Header"));
    for twice in ["<o:chargeBoxIdentity>A</o:chargeBoxIdentity>", "<a:Action>/X</a:Action>", "<a:MessageID>1</a:MessageID>"] {
        assert!(matches!(problem(&envelope(&twice.repeat(2), heartbeat)), ReadProblem::DuplicateHeader(_)), "{twice}");
    }
    let other_case = "<o:chargeBoxIdentity>A</o:chargeBoxIdentity><ChargeboxIdentity>B</ChargeboxIdentity>";
    assert!(matches!(problem(&envelope(other_case, heartbeat)), ReadProblem::DuplicateHeader(_)));
    parse(&envelope(&"<a:RelatesTo>1</a:RelatesTo>".repeat(2), heartbeat));
}

#[test]
fn floods_are_refused() {
    assert!(matches!(problem(&envelope("", &"<a>".repeat(500_000))), ReadProblem::TooDeep(_)));
    assert!(matches!(problem(&envelope("", &format!("<a>{}</a>", "<b/>".repeat(500_000)))), ReadProblem::TooMany(_)));
    let mut attributes = String::new();
    let mut declarations = String::new();
    for number in 0..200_000 {
        // Writing to a string cannot fail.
        let _ = write!(attributes, " a{number}=''");
        let _ = write!(declarations, " xmlns:a{number}='urn:{number}'");
    }
    assert!(matches!(problem(&envelope("", &format!("<a{attributes}/>"))), ReadProblem::TooMany(_)));
    assert!(matches!(problem(&envelope("", &format!("<a{declarations}/>"))), ReadProblem::TooMany(_)));
    assert!(matches!(problem(&" ".repeat(17 * 1024 * 1024)), ReadProblem::TooLarge(_)));
    let wrong = "<wrong>x</wrong>".repeat(60_000);
    assert!(parse(&envelope("", &format!("<o:heartbeatRequest>{wrong}</o:heartbeatRequest>"))).remarks.len() <= 100);
}

/// Bytes that look like XML more often than not.
const LIKELY: &str = "(<|/|>|=|\"|'|&|;|:|!|\\?|\\[|\\]|-| |a|o|S|xmlns|Envelope|Header|Body|Fault|Code|Value|#|\\PC){0,60}";

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>, label in "utf-16|utf-8|latin1|gbk|\\PC{0,5}") {
        if let Ok(text) = text(&bytes, Some(&format!("x; charset={label}"))) {
            let _ = read(&text.text, &Catalog::embedded(), ReadHint::default());
        }
    }

    #[test]
    fn no_text_makes_it_panic(inside in LIKELY) {
        let catalog = Catalog::embedded();
        for text in [inside.clone(), envelope(&inside, ""), envelope("", &inside), format!("<Envelope>{inside}</Envelope>")] {
            match read(&text, &catalog, ReadHint::default()) {
                Ok(envelope) => {
                    lint(&envelope, HeaderDirection::Request, crate::ocpp::Version::V1_6, crate::ocpp::Role::CentralSystem);
                    prop_assert!(envelope.remarks.iter().all(|remark| remark.offset <= text.len()));
                }
                Err(error) => prop_assert!(error.offset <= text.len(), "{error}"),
            }
        }
    }

    #[test]
    fn no_change_of_an_envelope_makes_it_panic(position in 0.0..1.0_f64, length in 0..9_usize, instead in "\\PC{0,3}") {
        let whole = include_str!("../../../../tests/data/soap/meter-values-1.5.xml");
        let start = (whole.len() as f64 * position) as usize;
        let end = (start + length).min(whole.len());
        if whole.is_char_boundary(start) && whole.is_char_boundary(end) {
            let changed = format!("{}{instead}{}", &whole[..start], &whole[end..]);
            let _ = read(&changed, &Catalog::embedded(), ReadHint::default());
        }
    }
}
