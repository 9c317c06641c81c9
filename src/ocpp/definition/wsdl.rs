//! A WSDL 1.1 file, read into the actions of one service. The types are read by `types`.

use std::collections::HashSet;
use std::sync::Arc;

use super::types::{SchemaTypes, XSD};
use super::xml::{self, QName, SchemaElement, XmlFault};
use crate::ocpp::catalog::{ActionDefinition, SoapOperation};
use crate::ocpp::message::{MessageDefinition, XmlBody};
use crate::ocpp::{Role, Version};

const WSDL: &str = "http://schemas.xmlsoap.org/wsdl/";
const SOAP12: &str = "http://schemas.xmlsoap.org/wsdl/soap12/";
/// WS-Addressing 1.0 in a WSDL file: the attribute `wsaw:Action`.
const ADDRESSING: &str = "http://www.w3.org/2006/05/addressing/wsdl";

/// One service with its actions.
pub(super) struct WsdlService {
    pub version: Version,
    /// The role that hosts the service, and so receives its calls.
    pub host: Role,
    pub actions: Vec<ActionDefinition>,
}

/// Reads a service.
pub(super) fn read(text: &str) -> Result<WsdlService, XmlFault> {
    let root = xml::parse(text)?;
    if !root.is(WSDL, "definitions") {
        return Err(root.fault(format!("<{}> is not the <definitions> of a WSDL 1.1 file", root.name.local)));
    }
    let namespace = root.required("targetNamespace")?;
    let (version, host) = service_of(namespace)
        .ok_or_else(|| root.fault(format!("the target namespace {namespace} is none of OCPP 1.2, 1.5 and 1.6")))?;
    let schemas = root.all(WSDL, "types").flat_map(|types| types.all(XSD, "schema"));
    let file = File { root: &root, types: SchemaTypes::collect(schemas)?, namespace: namespace.into(), version, host };
    Ok(WsdlService { version, host, actions: file.actions()? })
}

/// The version and role of a service, by the target namespace of its definition.
pub(super) fn service_of(namespace: &str) -> Option<(Version, Role)> {
    let all = Version::SOAP.into_iter().flat_map(|version| Role::ALL.map(|host| (version, host)));
    all.into_iter().find(|(version, host)| version.namespace(*host).trim_end_matches('/') == namespace.trim_end_matches('/'))
}

struct File<'xml> {
    root: &'xml SchemaElement,
    types: SchemaTypes<'xml>,
    namespace: Arc<str>,
    version: Version,
    host: Role,
}

impl File<'_> {
    fn actions(&self) -> Result<Vec<ActionDefinition>, XmlFault> {
        let port_type = self.root.first(WSDL, "portType");
        let port_type = port_type.ok_or_else(|| self.root.fault("there is no <portType>, so the service has no operations"))?;
        let mut names = HashSet::new();
        let mut actions = Vec::new();
        for operation in port_type.all(WSDL, "operation") {
            let name = operation.required("name")?;
            if !names.insert(name) {
                return Err(operation.fault(format!("the operation {name} occurs twice")));
            }
            actions.push(self.action(name, operation, port_type)?);
        }
        if actions.is_empty() {
            return Err(port_type.fault("the service has no operations"));
        }
        Ok(actions)
    }

    fn action(&self, name: &str, operation: &SchemaElement, port_type: &SchemaElement) -> Result<ActionDefinition, XmlFault> {
        let input = operation.first(WSDL, "input");
        let input = input.ok_or_else(|| operation.fault(format!("the operation {name} has no <input>")))?;
        let output = operation.first(WSDL, "output");
        let output = output.ok_or_else(|| operation.fault(format!("the operation {name} has no <output>")))?;
        let bound = self.bound(name, operation)?;
        let soap = bound.first(SOAP12, "operation");
        let action = soap.and_then(|soap| soap.attribute("soapAction")).map_or_else(|| format!("/{name}"), str::to_owned);
        Ok(ActionDefinition {
            name: name.into(),
            version: self.version,
            initiator: self.host.peer(),
            request: self.message(input)?,
            response: self.message(output)?,
            is_send: false,
            soap: Some(SoapOperation {
                request_action: input.attribute_of(ADDRESSING, "Action").map_or_else(|| action.clone(), str::to_owned),
                response_action: match output.attribute_of(ADDRESSING, "Action") {
                    Some(action) => action.to_owned(),
                    None => self.default_action(name, output, port_type)?,
                },
                action,
                namespace: self.namespace.clone(),
                headers: self.headers(bound)?,
            }),
        })
    }

    /// The action of an answer for which the WSDL names none, as toolkits derive it: namespace, port type and message name
    /// (WS-Addressing 1.0, WSDL Binding §4.4.4). OCPP 1.2 needs it.
    fn default_action(&self, operation: &str, output: &SchemaElement, port_type: &SchemaElement) -> Result<String, XmlFault> {
        let port_type = port_type.required("name")?;
        let output = output.attribute("name").map_or_else(|| format!("{operation}Response"), str::to_owned);
        Ok(format!("{}/{port_type}/{output}", self.namespace.trim_end_matches('/')))
    }

    /// The operation in the binding to SOAP 1.2.
    fn bound(&self, name: &str, operation: &SchemaElement) -> Result<&SchemaElement, XmlFault> {
        let mut bindings = self.root.all(WSDL, "binding").filter(|binding| binding.first(SOAP12, "binding").is_some());
        let binding = bindings.next().ok_or_else(|| self.root.fault("there is no binding to SOAP 1.2"))?;
        let found = binding.all(WSDL, "operation").find(|bound| bound.attribute("name") == Some(name));
        found.ok_or_else(|| operation.fault(format!("the binding does not have the operation {name}")))
    }

    fn headers(&self, bound: &SchemaElement) -> Result<Vec<String>, XmlFault> {
        let input = bound.first(WSDL, "input");
        let headers = input.into_iter().flat_map(|input| input.all(SOAP12, "header"));
        headers
            .map(|header| {
                let message = header.reference("message")?.ok_or_else(|| header.fault("<header> has no attribute message"))?;
                let part = header.required("part")?;
                Ok(self.part(&message, header, Some(part))?.local.into())
            })
            .collect()
    }

    /// The message that an `input` or `output` refers to.
    fn message(&self, reference: &SchemaElement) -> Result<MessageDefinition, XmlFault> {
        let name = reference.reference("message")?;
        let name = name.ok_or_else(|| reference.fault(format!("<{}> has no attribute message", reference.name.local)))?;
        let element = self.part(&name, reference, None)?;
        let (type_name, fields) = self.types.message(&element, reference)?;
        let xml = XmlBody { namespace: self.namespace.clone(), element: element.local.into_string(), fields: fields.clone() };
        Ok(MessageDefinition::new(type_name, fields, Some(xml)))
    }

    /// The element of a message's part; without a name, of its only part.
    fn part(&self, message: &QName, asked_by: &SchemaElement, name: Option<&str>) -> Result<QName, XmlFault> {
        let mut messages = self.root.all(WSDL, "message");
        let found = messages.find(|found| found.attribute("name") == Some(&*message.local));
        let found = found.ok_or_else(|| asked_by.fault(format!("the message {} is not declared", message.local)))?;
        let is_wanted = |part: &&SchemaElement| name.is_none_or(|name| part.attribute("name") == Some(name));
        // Some definitions put the header's part into the message of the body, before or after the body's own.
        let parts = found.all(WSDL, "part").filter(is_wanted);
        let mut elements = parts.filter_map(|part| part.reference("element").transpose()).collect::<Result<Vec<_>, _>>()?;
        if elements.len() > 1 {
            elements.retain(|element| element.local.ends_with("Request") || element.local.ends_with("Response"));
        }
        elements.pop().ok_or_else(|| found.fault(format!("the message {} has no part with an element", message.local)))
    }
}
