//! The local authorization list: GetLocalListVersion and SendLocalList (OCPP 2.0.1 part 2, D01 and D02). The effect of an entry is in
//! `authorization`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::ChargingStation;
use super::effect::{status_because, status_then};
use super::id_token::{IdToken, IdTokenInfo};
use crate::behaviour::{Answer, IncomingCall, Proposal};
use crate::clock::Moment;
use crate::simulator::payload::{integer, list, text};

/// The most entries.
const LIST_LIMIT: usize = 1000;

/// The status of a refusal and its reason.
type ListRefusal = (&'static str, &'static str);

/// The list that the CSMS has sent.
#[derive(Debug, Default)]
pub(super) struct LocalTokenList {
    version: i32,
    tokens: BTreeMap<(String, String), IdTokenInfo>,
}

impl LocalTokenList {
    /// The number of entries.
    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// The entry of a token.
    pub(super) fn find(&self, token: &IdToken) -> Option<&IdTokenInfo> {
        self.tokens.get(&token.key())
    }

    /// Returns the list after an update, which is applied as a whole or not at all.
    fn updated(&self, full: bool, version: i32, entries: &[Value]) -> Result<LocalTokenList, ListRefusal> {
        if version < 1 {
            // D01.FR.18
            return Err(("Failed", "InvalidValue"));
        }
        if !full && version <= self.version {
            // D01.FR.19
            return Err(("VersionMismatch", "InvalidValue"));
        }
        let mut tokens = if full { BTreeMap::new() } else { self.tokens.clone() };
        let mut seen = Vec::new();
        for entry in entries {
            let token = entry.get("idToken").and_then(IdToken::read).ok_or(("Failed", "InvalidIdToken"))?;
            let key = token.key();
            if seen.contains(&key) {
                return Err(("Failed", "InvalidValue"));
            }
            seen.push(key.clone());
            match entry.get("idTokenInfo") {
                Some(info) => drop(tokens.insert(key, IdTokenInfo::read(info))),
                // an entry without `idTokenInfo` removes the token, which makes no sense in a full list
                None if full => return Err(("Failed", "MissingParam")),
                None => drop(tokens.remove(&key)),
            }
        }
        if tokens.len() > LIST_LIMIT {
            return Err(("Failed", "TooManyElements"));
        }
        Ok(LocalTokenList { version, tokens })
    }
}

impl ChargingStation {
    /// The calls that this file answers.
    pub(super) fn propose_local_list(&self, call: IncomingCall<'_>, _now: Moment) -> Option<Proposal> {
        match call.action {
            "GetLocalListVersion" => Some(self.local_list_version()),
            "SendLocalList" => Some(self.send_local_list(call.payload)),
            _ => None,
        }
    }

    /// GetLocalListVersion: 0 when there is no list (D02.FR.02).
    fn local_list_version(&self) -> Proposal {
        let enabled = self.model.flag("LocalAuthListCtrlr", "Enabled");
        Answer::result(json!({ "versionNumber": if enabled { self.local_list.version } else { 0 } })).into()
    }

    fn send_local_list(&self, payload: &Value) -> Proposal {
        match self.updated_list(payload) {
            Err((status, reason)) => status_because(status, reason),
            Ok(_) => {
                let payload = payload.clone();
                status_then("Accepted", move |station, _, _| station.update_list(&payload))
            }
        }
    }

    /// Applies an update; does nothing when an earlier update has made it invalid.
    fn update_list(&mut self, payload: &Value) {
        if let Ok(list) = self.updated_list(payload) {
            self.local_list = list;
        }
    }

    fn updated_list(&self, payload: &Value) -> Result<LocalTokenList, ListRefusal> {
        if !self.model.flag("LocalAuthListCtrlr", "Enabled") {
            return Err(("Failed", "NotEnabled"));
        }
        let entries = list(payload, "localAuthorizationList");
        let most = self.model.integer("LocalAuthListCtrlr", "ItemsPerMessage").and_then(|most| usize::try_from(most).ok());
        if most.is_some_and(|most| entries.len() > most) {
            return Err(("Failed", "TooManyElements"));
        }
        let full = text(payload, "updateType") == Some("Full");
        self.local_list.updated(full, integer(payload, "versionNumber").unwrap_or_default(), entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(text: &str) -> Value {
        json!({"idToken": text, "type": "ISO14443"})
    }

    fn entry(text: &str) -> Value {
        json!({"idToken": token(text), "idTokenInfo": {"status": "Accepted"}})
    }

    #[test]
    fn updates_are_judged_by_kind_and_version() {
        let mut local = LocalTokenList::default();
        for (full, version, entries, expected, length) in [
            (false, 0, vec![], "Failed", 0),
            (true, -1, vec![], "Failed", 0),
            (true, 5, vec![entry("a"), entry("b")], "Accepted", 2),
            (false, 5, vec![entry("c")], "VersionMismatch", 2),
            (false, 6, vec![entry("c"), json!({"idToken": token("A")})], "Accepted", 2),
            (true, 7, vec![json!({"idToken": token("a")})], "Failed", 2),
            (true, 7, vec![entry("a"), entry("A")], "Failed", 2),
            (false, 7, vec![json!({})], "Failed", 2),
            (true, 3, vec![entry("z")], "Accepted", 1),
            (true, 3, vec![], "Accepted", 0),
        ] {
            let updated = local.updated(full, version, &entries);
            let status = updated.map(|list| local = list).map_or_else(|(status, _)| status, |()| "Accepted");
            assert_eq!(status, expected, "{full} {version} {entries:?}");
            assert_eq!(local.tokens.len(), length, "{full} {version} {entries:?}");
        }
        assert_eq!(local.version, 3, "an emptied list keeps its version");
    }
}
