//! An idToken, and what the CSMS says of one (OCPP 2.0.1 part 2, `IdTokenType` and `IdTokenInfoType`).

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::simulator::payload::{list, text, time};
use crate::simulator::v2::features::StationFeatures;

/// The type of a card, when nothing else is said.
const CARD: &str = "ISO14443";
/// The type of a token that stands for no token.
const NO_AUTHORIZATION: &str = "NoAuthorization";
/// The type of a token that only the CSMS knows.
const CENTRAL: &str = "Central";

/// What identifies a driver.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct IdToken {
    /// Its text, compared without case.
    pub(super) text: String,
    /// Its type.
    pub(super) kind: String,
    /// `additionalInfo`, as it came.
    additional: Option<Value>,
}

impl IdToken {
    /// Reads a token in a message.
    pub(super) fn read(value: &Value) -> Option<IdToken> {
        let (text, kind) = (text(value, "idToken")?.to_owned(), text(value, "type")?.to_owned());
        Some(IdToken { text, kind, additional: value.get("additionalInfo").cloned() })
    }

    /// Reads a card that is held to the reader. A type may stand before it, as in `eMAID:DE8AA1A2B3C4D5`. `None` when it is no token of
    /// the version.
    pub(super) fn of_card(card: &str, features: &StationFeatures) -> Option<IdToken> {
        let typed = card.split_once(':').and_then(|(kind, text)| {
            features.token_types.iter().find(|known| known.eq_ignore_ascii_case(kind)).map(|known| (*known, text))
        });
        let (kind, text) = typed.unwrap_or((CARD, card));
        let least = usize::from(kind != NO_AUTHORIZATION);
        let fits = (least..=features.token_limit).contains(&text.chars().count());
        fits.then(|| IdToken { text: text.to_owned(), kind: kind.to_owned(), additional: None })
    }

    /// The token of a station that does not ask who charges (OCPP 2.0.1 part 2, C02).
    pub(super) fn none() -> IdToken {
        IdToken { text: String::new(), kind: NO_AUTHORIZATION.to_owned(), additional: None }
    }

    /// Whether it is the same token.
    pub(super) fn is(&self, other: &IdToken) -> bool {
        self.kind == other.kind && self.text.eq_ignore_ascii_case(&other.text)
    }

    /// Whether it needs no authorization by the CSMS: it has none, or came from the CSMS (OCPP 2.0.1 part 2, C02.FR.01, C05.FR.02).
    pub(super) fn is_free(&self) -> bool {
        self.kind == NO_AUTHORIZATION || self.kind == CENTRAL
    }

    /// What it is known by.
    pub(super) fn key(&self) -> (String, String) {
        (self.text.to_ascii_lowercase(), self.kind.clone())
    }

    /// The form in a message.
    pub(super) fn written(&self) -> Value {
        let mut written = json!({ "idToken": self.text, "type": self.kind });
        if let Some(additional) = &self.additional {
            written["additionalInfo"] = additional.clone();
        }
        written
    }
}

/// What the CSMS says of a token.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct IdTokenInfo {
    /// Whether it is accepted.
    pub(super) accepted: bool,
    /// The time until which that holds; `None` for no limit.
    expires: Option<Timestamp>,
    /// The group of the token.
    pub(super) group: Option<IdToken>,
    /// The EVSEs for which it is valid; empty for all.
    evses: Vec<i64>,
}

impl IdTokenInfo {
    /// Reads an `idTokenInfo`.
    pub(super) fn read(info: &Value) -> IdTokenInfo {
        IdTokenInfo {
            accepted: text(info, "status") == Some("Accepted"),
            expires: time(info, "cacheExpiryDateTime"),
            group: info.get("groupIdToken").and_then(IdToken::read),
            evses: list(info, "evseId").iter().filter_map(Value::as_i64).collect(),
        }
    }

    /// Whether it has expired.
    pub(super) fn has_expired(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }

    /// Whether the token may charge at an EVSE.
    pub(super) fn is_for(&self, evse: i32) -> bool {
        self.accepted && (self.evses.is_empty() || self.evses.contains(&evse.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocpp::Version;

    #[test]
    fn a_card_may_have_a_type() {
        let features = StationFeatures::of(Version::V2_0_1);
        let read = |card: &str| IdToken::of_card(card, features).map(|token| (token.kind, token.text));
        let token = |kind: &str, text: &str| Some((kind.to_owned(), text.to_owned()));
        assert_eq!(read("TAG"), token("ISO14443", "TAG"));
        assert_eq!(read("emaid:DE8AA1"), token("eMAID", "DE8AA1"));
        assert_eq!(read("moon:X"), token("ISO14443", "moon:X"));
        assert_eq!(read("NoAuthorization:"), token("NoAuthorization", ""));
        assert_eq!((read(""), read("KeyCode:"), read(&"x".repeat(37))), (None, None, None));
        assert!(IdToken::of_card(&"x".repeat(255), StationFeatures::of(Version::V2_1)).is_some());
    }

    #[test]
    fn tokens_are_compared_without_case_and_with_their_type() {
        let read = |value: Value| IdToken::read(&value).unwrap();
        let token = read(json!({"idToken": "Ab", "type": "Local"}));
        assert!(token.is(&read(json!({"idToken": "aB", "type": "Local"}))));
        assert!(!token.is(&read(json!({"idToken": "Ab", "type": "eMAID"}))));
        assert_eq!(token.written(), json!({"idToken": "Ab", "type": "Local"}));
    }
}
