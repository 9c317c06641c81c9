//! The names of SOAP and WS-Addressing: namespaces and headers.

/// The envelope of SOAP 1.2, the only one that the bindings of OCPP know.
pub(super) const SOAP_1_2: &str = "http://www.w3.org/2003/05/soap-envelope";
/// The envelope of SOAP 1.1, in which ocppjs answers.
pub(super) const SOAP_1_1: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// WS-Addressing 1.0 (OCPP-S 1.6 §3).
pub(super) const ADDRESSING: &str = "http://www.w3.org/2005/08/addressing";
/// The member submission of 2004, which some libraries still use.
pub(super) const ADDRESSING_2004: &str = "http://schemas.xmlsoap.org/ws/2004/08/addressing";

/// The address of the client that waits for the answer of the HTTP exchange (WS-Addressing 1.0 §2.1).
pub const ANONYMOUS: &str = "http://www.w3.org/2005/08/addressing/anonymous";
/// The action of an answer that is a fault (WS-Addressing 1.0, SOAP binding §6).
pub const FAULT_ACTION: &str = "http://www.w3.org/2005/08/addressing/soap/fault";

/// The charge point's identity. Its name is compared without regard to case (OCPP-S 1.6 §3.3).
pub(super) const IDENTITY: &str = "chargeBoxIdentity";
pub(super) const ACTION: &str = "Action";
pub(super) const MESSAGE_ID: &str = "MessageID";
pub(super) const RELATES_TO: &str = "RelatesTo";
pub(super) const FROM: &str = "From";
pub(super) const REPLY_TO: &str = "ReplyTo";
pub(super) const FAULT_TO: &str = "FaultTo";
pub(super) const TO: &str = "To";
/// The child of `From`, `ReplyTo` and `FaultTo` with the address.
pub(super) const ADDRESS: &str = "Address";

/// Whether this is an envelope's namespace.
pub(super) fn is_soap(namespace: Option<&str>) -> bool {
    matches!(namespace, Some(SOAP_1_2 | SOAP_1_1))
}

/// The prefixes that toolkits give to the envelope. ocppjs uses one of them without declaring it.
pub(super) fn is_soap_prefix(prefix: &str) -> bool {
    ["soap", "soap12", "soap-env", "soapenv", "env", "s"].iter().any(|known| known.eq_ignore_ascii_case(prefix))
}
