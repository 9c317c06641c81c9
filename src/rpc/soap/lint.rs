//! The rules for the headers of an envelope, as a table with one row or more a header. The list of required headers is in OCPP-S
//! 1.6 only, which calls itself a clarification of the older texts: an offence there is a note in
//! older versions. Nothing here decides whether a message is accepted.

use super::envelope::{Body, Envelope, EnvelopeHeader, HeaderForm, MustUnderstand};
use super::fault::SoapFault;
use super::names::{
    ACTION, ADDRESSING, ADDRESSING_2004, ANONYMOUS, FAULT_TO, FROM, IDENTITY, MESSAGE_ID, RELATES_TO, REPLY_TO, TO,
};
use crate::ocpp::xml::same_namespace;
use crate::ocpp::{Role, Version};

/// What kind of message an envelope is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderDirection<'request> {
    /// A request.
    Request,
    /// The response or the fault that answers a request.
    Response {
        /// The request's id, when it had one.
        message_id: Option<&'request str>,
    },
}

/// The state of a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HeaderState {
    /// It is there and as it should be.
    Present,
    /// It is not there.
    Missing,
    /// It is there, in a namespace that is not its own.
    WrongNamespace,
    /// It is there, spelt in another case.
    WrongName,
    /// The attribute `mustUnderstand` is missing, false, or not in the namespace of the envelope.
    NotMustUnderstand,
    /// It has no value.
    Empty,
    /// Its address is not in an `Address`.
    NoAddress,
    /// Its value is not the one that it must have.
    WrongValue,
    /// It should not be there.
    Unexpected,
    /// It must be understood, and OCPP does not know it.
    NotUnderstood,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HeaderSeverity {
    /// All is well.
    Good,
    /// Worth knowing; peers of this version do it.
    Note,
    /// A rule is broken; a tolerant receiver understands the message.
    Warning,
    /// The receiver cannot know what the message is about.
    Error,
}

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderFinding {
    /// The header's name as it should be.
    pub header: String,
    /// The state.
    pub state: HeaderState,
    /// How bad it is.
    pub severity: HeaderSeverity,
    /// One sentence for the user; for a correct header, its value.
    pub message: String,
    /// The source of the rule.
    pub rule: &'static str,
    /// The byte of the text at which the header begins.
    pub offset: Option<usize>,
}

/// Whether a header must be there.
#[derive(Clone, Copy, PartialEq)]
enum Need {
    Required,
    Optional,
    Never,
}

/// The rules of one header.
struct HeaderRule {
    name: &'static str,
    request: Need,
    response: Need,
    /// Whether a request must have it understood.
    must_understand: bool,
    source: &'static str,
}

const UNKNOWN_HEADER: &str = "SOAP 1.2 part 1 §5.2.3";

const RULES: [HeaderRule; 7] = {
    use Need::{Never, Optional, Required};
    const fn rule(name: &'static str, request: Need, response: Need, source: &'static str) -> HeaderRule {
        HeaderRule { name, request, response, must_understand: false, source }
    }
    [
        HeaderRule { must_understand: true, ..rule(IDENTITY, Required, Optional, "WSDL, OCPP-S 1.6 §3.3") },
        HeaderRule { must_understand: true, ..rule(ACTION, Required, Required, "OCPP-S 1.6 §3.4") },
        rule(MESSAGE_ID, Required, Required, "OCPP-S 1.6 §3.5"),
        rule(RELATES_TO, Never, Optional, "OCPP-S 1.6 §3.6"),
        rule(FROM, Required, Optional, "OCPP-S 1.6 §3.7"),
        rule(REPLY_TO, Required, Optional, "OCPP-S 1.6 §3.8"),
        rule(TO, Required, Required, "OCPP-S 1.6 §3.9"),
    ]
};

/// The table of an envelope's headers. `service` is the role whose service is called, also in the answer.
pub fn lint(envelope: &Envelope, direction: HeaderDirection, version: Version, service: Role) -> Vec<HeaderFinding> {
    lint_from(HeaderSeverity::Good, envelope, direction, version, service)
}

/// The rows of this severity and worse. Rows that are left out cost nothing.
pub fn lint_from(
    least: HeaderSeverity,
    envelope: &Envelope,
    direction: HeaderDirection,
    version: Version,
    service: Role,
) -> Vec<HeaderFinding> {
    let mut table = Table { least, envelope, direction, version, service, findings: Vec::new() };
    for rule in &RULES {
        table.judge(rule);
    }
    for header in &envelope.headers {
        table.unknown(header);
    }
    table.findings
}

struct Table<'lint> {
    least: HeaderSeverity,
    envelope: &'lint Envelope,
    direction: HeaderDirection<'lint>,
    version: Version,
    service: Role,
    findings: Vec<HeaderFinding>,
}

impl Table<'_> {
    fn judge(&mut self, rule: &HeaderRule) {
        let is_request = self.direction == HeaderDirection::Request;
        let need = match self.direction {
            HeaderDirection::Request => rule.request,
            HeaderDirection::Response { message_id: Some(_) } if rule.name == RELATES_TO => Need::Required,
            HeaderDirection::Response { .. } => rule.response,
        };
        let envelope = self.envelope;
        let header = if rule.name == IDENTITY { envelope.identity_header() } else { envelope.addressing_header(rule.name) };
        let Some(header) = header else {
            if need == Need::Required {
                let severity = if rule.name == IDENTITY { HeaderSeverity::Error } else { self.offence() };
                self.add(rule, None, HeaderState::Missing, severity, format!("there is no {}", rule.name));
            }
            return;
        };
        let before = self.findings.len();
        if need == Need::Never {
            let what = "a request relates to nothing".to_owned();
            return self.add(rule, Some(header), HeaderState::Unexpected, HeaderSeverity::Warning, what);
        }
        if header.name != rule.name {
            let message = format!("{} is written {}", shown(&header.name), rule.name);
            // The only header whose case the specification ignores.
            self.add(rule, Some(header), HeaderState::WrongName, HeaderSeverity::Note, message);
        }
        self.namespace(rule, header);
        if header.value.is_empty() {
            let message = format!("{} has no value", rule.name);
            let severity = if need == Need::Required { HeaderSeverity::Warning } else { HeaderSeverity::Note };
            self.add(rule, Some(header), HeaderState::Empty, severity, message);
        } else {
            self.value(rule, header);
        }
        if is_request && rule.must_understand && header.must_understand != MustUnderstand::Yes {
            let why = match header.must_understand {
                MustUnderstand::OtherNamespace => "mustUnderstand is not in the namespace of the envelope",
                MustUnderstand::No => "mustUnderstand is not true",
                _ => "mustUnderstand is missing",
            };
            let message = format!("{why}, so a receiver that does not know {} may ignore it", rule.name);
            self.add(rule, Some(header), HeaderState::NotMustUnderstand, self.offence(), message);
        }
        if self.findings.len() == before && self.least == HeaderSeverity::Good {
            self.add(rule, Some(header), HeaderState::Present, HeaderSeverity::Good, shown(&header.value));
        }
    }

    fn namespace(&mut self, rule: &HeaderRule, header: &EnvelopeHeader) {
        let service = self.version.namespace(self.service);
        let wanted = if rule.name == IDENTITY { service } else { ADDRESSING };
        let found = header.namespace.as_deref();
        if found == Some(wanted) {
            return;
        }
        let (severity, message) = match found {
            Some(found) if rule.name == IDENTITY && same_namespace(found, wanted) => {
                (HeaderSeverity::Note, format!("the namespace {} is written {wanted}", shown(found)))
            }
            Some(ADDRESSING_2004) => (self.offence(), format!("it is WS-Addressing of 2004; {wanted} is wanted")),
            Some(found) => (HeaderSeverity::Warning, format!("it is in {} instead of {wanted}", shown(found))),
            None => (HeaderSeverity::Warning, format!("it is in no namespace; {wanted} is wanted")),
        };
        self.add(rule, Some(header), HeaderState::WrongNamespace, severity, message);
    }

    fn value(&mut self, rule: &HeaderRule, header: &EnvelopeHeader) {
        let value = &*header.value;
        let wrong = match rule.name {
            ACTION => self.wrong_action(value).map(|problem| (HeaderSeverity::Warning, problem)),
            RELATES_TO => match self.direction {
                HeaderDirection::Response { message_id: Some(id) } if id != value => {
                    Some((HeaderSeverity::Error, format!("it is {}, but the request's id is {}", shown(value), shown(id))))
                }
                HeaderDirection::Response { message_id: None } => {
                    Some((HeaderSeverity::Warning, "the request had no id to relate to".to_owned()))
                }
                _ => None,
            },
            FROM | REPLY_TO => return self.address(rule, header),
            _ => None,
        };
        if let Some((severity, message)) = wrong {
            self.add(rule, Some(header), HeaderState::WrongValue, severity, message);
        }
    }

    fn address(&mut self, rule: &HeaderRule, header: &EnvelopeHeader) {
        if header.form != HeaderForm::Address {
            let message = format!("the address is not in an Address inside {}", rule.name);
            self.add(rule, Some(header), HeaderState::NoAddress, self.offence(), message);
        }
        let value = &*header.value;
        let problem = match rule.name {
            REPLY_TO if value != ANONYMOUS => {
                format!("it is {}; only {ANONYMOUS} is correct, the answer goes back the same way", shown(value))
            }
            FROM if value == ANONYMOUS => "it is anonymous, so the sender cannot be called".to_owned(),
            FROM if !has_host(value) => format!("{} is not a URL that can be called", shown(value)),
            _ => return,
        };
        self.add(rule, Some(header), HeaderState::WrongValue, self.offence(), problem);
    }

    fn wrong_action(&self, value: &str) -> Option<String> {
        let wanted = match &self.envelope.body {
            Body::Request(operation) => format!("/{}", operation.action),
            Body::Response(operation) => format!("/{}Response", operation.action),
            // The answers of ocppjs keep the action of the last good one; SOAP has an action for faults.
            Body::Fault(_) if SoapFault::is_action(value) || value.ends_with("Response") => return None,
            Body::Fault(_) => return Some(format!("it is {}, which is not the action of a fault", shown(value))),
            Body::Unknown(_) | Body::Empty => return None,
        };
        // Without an action in the WSDL toolkits put the service before it.
        let derived = !self.version.dialect().soap_response_actions && value.starts_with("urn:") && value.ends_with(&wanted);
        (value != wanted && !derived).then(|| format!("it is {} where the body wants {wanted}", shown(value)))
    }

    fn unknown(&mut self, header: &EnvelopeHeader) {
        let addressing = matches!(header.namespace.as_deref(), None | Some(ADDRESSING | ADDRESSING_2004));
        let is_known = RULES.iter().any(|rule| rule.name == header.name)
            || header.name.eq_ignore_ascii_case(IDENTITY)
            || (addressing && header.name == FAULT_TO);
        if is_known {
            return;
        }
        let must_understand = header.must_understand == MustUnderstand::Yes;
        if !must_understand && self.least > HeaderSeverity::Note {
            return;
        }
        let (state, severity, message) = if must_understand {
            let message = "it must be understood and is unknown; a strict receiver answers with a fault".to_owned();
            (HeaderState::NotUnderstood, HeaderSeverity::Warning, message)
        } else {
            (HeaderState::Present, HeaderSeverity::Note, shown(&header.value))
        };
        let header_name = shown(&header.name);
        let offset = Some(header.offset);
        self.findings.push(HeaderFinding { header: header_name, state, severity, message, rule: UNKNOWN_HEADER, offset });
    }

    /// How bad it is to break a rule that only OCPP-S 1.6 wrote down.
    fn offence(&self) -> HeaderSeverity {
        if self.version.dialect().soap_headers_specified { HeaderSeverity::Warning } else { HeaderSeverity::Note }
    }

    fn add(
        &mut self,
        rule: &HeaderRule,
        header: Option<&EnvelopeHeader>,
        state: HeaderState,
        severity: HeaderSeverity,
        message: String,
    ) {
        if severity < self.least {
            return;
        }
        let offset = header.map(|header| header.offset);
        self.findings.push(HeaderFinding { header: rule.name.to_owned(), state, severity, message, rule: rule.source, offset });
    }
}

/// Whether a URL names a host: stations that do not know theirs send `http://:8082/`.
fn has_host(url: &str) -> bool {
    let rest = url.split_once("://").filter(|(scheme, _)| matches!(&*scheme.to_ascii_lowercase(), "http" | "https"));
    rest.is_some_and(|(_, rest)| !rest.is_empty() && !rest.starts_with([':', '/', '?', '#']))
}

/// A value from outside, cut short.
fn shown(value: &str) -> String {
    let mut characters = value.chars();
    let start: String = characters.by_ref().take(120).collect();
    if characters.next().is_some() { format!("{start}…") } else { start }
}
