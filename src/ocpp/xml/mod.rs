//! The payload of a message in XML and in JSON. A message's definition drives both ways: `to_json` makes a payload of an element,
//! `to_xml` an element of a payload, and on valid messages one is the inverse of the other. Envelopes are in `rpc/soap`.

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

/// Whether two namespaces are the same but for a slash at the end: OCPP-S 1.6 (table 2) prints the names without the slash that the
/// definitions have, and both are in use.
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
