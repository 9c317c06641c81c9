//! Signed messages: the payload of a message whose action ends in `-Signed`, and of a result that is signed, is a JWS in the flattened
//! JSON form (OCPP 2.0.1 part 4 §7; RFC 7515 §7.2.2). Here it is taken apart. The signature is not verified.

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;

/// The end of the action of a signed message.
const SUFFIX: &str = "-Signed";

/// Base64url as JWS writes it, without padding; padding is accepted too.
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_encode_padding(false).with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A payload that was signed.
#[derive(Debug, Clone, PartialEq)]
pub struct SignedPayload {
    /// The protected header, as JSON; `{}` when there is none.
    pub header: String,
    /// The payload as it was signed.
    pub text: String,
    /// The same, read.
    pub value: Value,
}

/// Why a payload is not signed as it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignedPayloadError {
    /// A member of the JWS is missing.
    #[error("a signed payload is a JWS with the members payload, protected and signature; {0} is missing or no text")]
    Member(&'static str),
    /// A member is not base64url.
    #[error("{0} of the signed payload is not base64url (RFC 4648 §5)")]
    Base64(&'static str),
    /// A member does not have JSON in it.
    #[error("{0} of the signed payload has no JSON in it: {1}")]
    Json(&'static str, String),
}

impl SignedPayload {
    /// The action that is signed, when this is the name of a signed one.
    pub fn action(name: &str) -> Option<&str> {
        name.strip_suffix(SUFFIX).filter(|action| !action.is_empty())
    }

    /// The name under which an action is sent signed.
    pub fn name_of(action: &str) -> String {
        format!("{action}{SUFFIX}")
    }

    /// Whether a payload looks like a JWS. No message of OCPP has these members.
    pub fn is_one(payload: &Value) -> bool {
        ["payload", "signature"].iter().all(|name| payload.get(name).is_some_and(Value::is_string))
    }

    /// Takes a JWS apart.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(jws: &Value) -> Result<SignedPayload, SignedPayloadError> {
        let member = |name| jws.get(name).and_then(Value::as_str).ok_or(SignedPayloadError::Member(name));
        member("signature")?;
        let (text, value) = decoded("payload", member("payload")?)?;
        let header = match jws.get("protected") {
            // The header may stand outside of what is protected (RFC 7515 §7.2.1).
            None if jws.get("header").is_some_and(Value::is_object) => jws["header"].to_string(),
            _ => decoded("protected", member("protected")?)?.1.to_string(),
        };
        Ok(SignedPayload { header, text, value })
    }
}

/// The JSON in a member.
fn decoded(name: &'static str, text: &str) -> Result<(String, Value), SignedPayloadError> {
    let bytes = BASE64_URL.decode(text).map_err(|_| SignedPayloadError::Base64(name))?;
    let text = String::from_utf8(bytes).map_err(|error| SignedPayloadError::Json(name, error.to_string()))?;
    let value = serde_json::from_str(&text).map_err(|error| SignedPayloadError::Json(name, error.to_string()))?;
    Ok((text, value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn jws(header: &str, payload: &str) -> Value {
        json!({ "protected": BASE64_URL.encode(header), "payload": BASE64_URL.encode(payload), "signature": "c2ln" })
    }

    #[test]
    fn a_jws_is_taken_apart() {
        let header = r#"{"alg":"ES256","OCPPAction":"Reset","OCPPMessageTypeId":2}"#;
        let signed = SignedPayload::read(&jws(header, r#"{ "type": "Immediate" }"#)).unwrap();
        assert_eq!((signed.header.as_str(), signed.text.as_str()), (header, r#"{ "type": "Immediate" }"#));
        assert_eq!(signed.value, json!({ "type": "Immediate" }));
        let padded = json!({ "protected": "e30=", "payload": "e30=", "signature": "" });
        assert_eq!(SignedPayload::read(&padded).unwrap().value, json!({}));
        let outside = json!({ "header": { "alg": "none" }, "payload": "e30", "signature": "" });
        assert_eq!(SignedPayload::read(&outside).unwrap().header, r#"{"alg":"none"}"#);
    }

    #[test]
    fn what_is_no_jws_says_why() {
        for (payload, why) in [
            (json!({}), "signature is missing"),
            (json!({ "signature": "", "payload": 7 }), "payload is missing or no text"),
            (json!({ "signature": "", "payload": "e30" }), "protected is missing"),
            (json!({ "signature": "", "payload": "%%" }), "payload of the signed payload is not base64url"),
            (json!({ "signature": "", "payload": BASE64_URL.encode("hello"), "protected": "e30" }), "has no JSON in it"),
        ] {
            let error = SignedPayload::read(&payload).unwrap_err().to_string();
            assert!(error.contains(why), "{payload}: {error}");
        }
    }

    #[test]
    fn names_have_a_suffix() {
        assert_eq!(SignedPayload::action("Reset-Signed"), Some("Reset"));
        assert_eq!(SignedPayload::action(&SignedPayload::name_of("Reset")), Some("Reset"));
        assert_eq!((SignedPayload::action("Reset"), SignedPayload::action("-Signed")), (None, None));
        assert!(SignedPayload::is_one(&jws("{}", "{}")) && !SignedPayload::is_one(&json!({ "payload": "e30" })));
    }
}
