//! The payload of a message in XML and in JSON. A message's definition drives both ways: `to_json` makes a payload of an element,
//! `to_xml` an element of a payload, and on valid messages one undoes the other. How an element gets out of the text of an
//! envelope, and what stands around it there, is not known here.

mod element;
mod escape;
mod remark;
mod to_json;
mod to_xml;

pub use element::{XmlAttribute, XmlElement};
pub use escape::{escape_attribute, escape_name, escape_text};
pub use remark::{XmlRemark, XmlRemarks, XmlRule};
pub use to_json::untyped;
pub use to_xml::write_untyped;

/// Whether two namespaces are meant to be the same: OCPP-S 1.6 (table 2) prints the names without the slash with which the
/// definitions end them, and people write either.
pub fn same_namespace(one: &str, other: &str) -> bool {
    without_slash(one).eq_ignore_ascii_case(without_slash(other))
}

/// The spelling that all namespaces share which are [the same](same_namespace).
pub fn folded_namespace(namespace: &str) -> String {
    without_slash(namespace).to_ascii_lowercase()
}

fn without_slash(namespace: &str) -> &str {
    namespace.trim().trim_end_matches('/')
}
