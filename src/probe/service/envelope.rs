//! Envelopes line by line, so that each can lack or have what is to be probed. Pure.

use crate::ocpp::{Role, Version};
use crate::sanitize::escape_xml;

/// The envelope of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbeEnvelope {
    pub version: Version,
    /// The namespace of the envelope.
    pub soap: &'static str,
    /// The lines of the header, by their names.
    pub headers: Vec<(&'static str, String)>,
    /// The content of the body.
    pub body: String,
}

const SOAP_1_2: &str = "http://www.w3.org/2003/05/soap-envelope";
/// The namespace of SOAP 1.1.
pub const SOAP_1_1: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const ANONYMOUS: &str = "http://www.w3.org/2005/08/addressing/anonymous";
/// The id of every request.
pub const MESSAGE_ID: &str = "urn:uuid:2f5e3a1c-9b7d-4c6e-8f10-a1b2c3d4e5f6";

impl ProbeEnvelope {
    /// A right one of this version (OCPP-S 1.6 §3). The station is called back at no address: the anonymous one stands for none.
    pub fn new(version: Version, identity: &str, to: &str, action: &str, body: String) -> ProbeEnvelope {
        let must = "soap:mustUnderstand=\"true\"";
        let headers = vec![
            ("chargeBoxIdentity", format!("<cs:chargeBoxIdentity {must}>{}</cs:chargeBoxIdentity>", escape_xml(identity))),
            ("MessageID", format!("<wsa:MessageID>{MESSAGE_ID}</wsa:MessageID>")),
            ("From", format!("<wsa:From><wsa:Address>{ANONYMOUS}</wsa:Address></wsa:From>")),
            ("ReplyTo", format!("<wsa:ReplyTo><wsa:Address>{ANONYMOUS}</wsa:Address></wsa:ReplyTo>")),
            ("To", format!("<wsa:To>{}</wsa:To>", escape_xml(to))),
            ("Action", format!("<wsa:Action {must}>/{action}</wsa:Action>")),
        ];
        ProbeEnvelope { version, soap: SOAP_1_2, headers, body }
    }

    /// Authorize with an unknown token.
    pub fn authorize(version: Version, identity: &str, to: &str) -> ProbeEnvelope {
        let body = "<cs:authorizeRequest><cs:idTag>OCPP-TUI-PROBE</cs:idTag></cs:authorizeRequest>".to_owned();
        ProbeEnvelope::new(version, identity, to, "Authorize", body)
    }

    pub fn without(mut self, name: &str) -> ProbeEnvelope {
        self.headers.retain(|(known, _)| *known != name);
        self
    }

    pub fn with(mut self, name: &'static str, line: &str) -> ProbeEnvelope {
        self.headers.push((name, line.to_owned()));
        self
    }

    /// The text, with this encoding in its declaration.
    pub fn text(&self, encoding: &str) -> String {
        let headers: String = self.headers.iter().map(|(_, line)| line.as_str()).collect();
        format!(
            "<?xml version=\"1.0\" encoding=\"{encoding}\"?>\n<soap:Envelope xmlns:soap=\"{}\" xmlns:wsa=\"http://www.w3.org/2005/08/addressing\" \
             xmlns:cs=\"{}\"><soap:Header>{headers}</soap:Header><soap:Body>{}</soap:Body></soap:Envelope>",
            self.soap,
            self.version.namespace(Role::CentralSystem),
            self.body
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocpp::Catalog;
    use crate::rpc::soap::{self, Body, HeaderDirection, HeaderSeverity, ReadHint};

    /// What is not wrong on purpose is right.
    #[test]
    fn a_request_is_read_without_a_remark() {
        let catalog = Catalog::embedded();
        for version in Version::SOAP {
            let text = ProbeEnvelope::authorize(version, "A<B", "http://h/x?a&b").text("UTF-8");
            let envelope = soap::read(&text, &catalog, ReadHint::default()).unwrap();
            assert_eq!(envelope.identity(), Some("A<B"));
            assert!(envelope.remarks.is_empty(), "{:?}", envelope.remarks);
            let findings = soap::lint(&envelope, HeaderDirection::Request, version, Role::CentralSystem);
            // The address is anonymous on purpose.
            let faults = findings.iter().filter(|finding| finding.severity != HeaderSeverity::Good && finding.header != "From");
            assert_eq!(faults.count(), 0, "{findings:?}");
            let Body::Request(operation) = envelope.body else { panic!("{text}") };
            let definition = catalog.action(version, Role::ChargePoint, &operation.action).unwrap();
            assert_eq!((operation.version, &*operation.action), (version, "Authorize"));
            assert!(definition.request.check(&operation.payload, version).is_empty());
        }
    }
}
