//! The local authorisation list: GetLocalListVersion and SendLocalList (OCPP 1.6 §3.5.2, §5.10, §5.15). The effect of
//! an entry is in `authorization`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::ChargePoint;
use super::authorization::{IdTagInfo, normal_form};
use super::effect::{CallEffect, only_status, result_then};
use crate::behaviour::{Answer, Proposal};
use crate::ocpp::Version;
use crate::simulator::payload::{integer, list, text};
use crate::simulator::v1::features::SimulatedFeatures;

/// The list that the central system has sent.
#[derive(Debug, Default)]
pub(super) struct LocalList {
    version: i32,
    tags: BTreeMap<String, IdTagInfo>,
}

impl LocalList {
    /// The entry of a tag.
    pub(super) fn find(&self, id_tag: &str) -> Option<&IdTagInfo> {
        self.tags.get(&normal_form(id_tag))
    }

    /// Returns the list after an update. Returns the status of the answer as the error; an update is applied as a whole
    /// or not at all.
    fn updated(&self, full: bool, version: i32, entries: &[Value], limit: usize) -> Result<LocalList, &'static str> {
        // 0 means an empty list and −1 none at all, so neither can be sent (OCPP 1.6 errata §3.52)
        if version < 1 {
            return Err("Failed");
        }
        if !full && version <= self.version {
            return Err("VersionMismatch");
        }
        let mut tags = if full { BTreeMap::new() } else { self.tags.clone() };
        for entry in entries {
            let Some(id_tag) = text(entry, "idTag").map(normal_form) else { return Err("Failed") };
            match entry.get("idTagInfo") {
                Some(info) => drop(tags.insert(id_tag, IdTagInfo::read(info))),
                // an entry without `idTagInfo` removes the tag, which makes no sense in a full list (OCPP 1.6 §7)
                None if full => return Err("Failed"),
                None => drop(tags.remove(&id_tag)),
            }
        }
        if tags.len() > limit {
            return Err("Failed");
        }
        Ok(LocalList { version, tags })
    }
}

impl ChargePoint {
    /// GetLocalListVersion: −1 when local lists are not supported (OCPP 1.6 §5.10).
    pub(super) fn local_list_version(&self) -> Answer {
        let enabled = self.configuration.is_on("LocalAuthListEnabled");
        Answer::result(json!({ "listVersion": if enabled { self.local_list.version } else { -1 } }))
    }

    /// SendLocalList. 1.5 may include a hash. Its algorithm is not specified, so it is accepted unchecked and sent
    /// back.
    pub(super) fn send_local_list(&self, payload: &Value, version: Version) -> Proposal {
        let features = SimulatedFeatures::of(version);
        let hash = text(payload, "hash").filter(|hash| features.local_list_hash && !hash.is_empty());
        let full = text(payload, "updateType") == Some("Full");
        let list_version = integer(payload, "listVersion").unwrap_or_default();
        let entries = list(payload, features.local_list);
        if let Err(status) = self.updated_list(full, list_version, entries) {
            return only_status(status);
        }
        let mut result = json!({ "status": "Accepted" });
        if let Some(hash) = hash {
            result["hash"] = hash.into();
        }
        let effect = CallEffect::UpdateList { full, version: list_version, entries: entries.to_vec() };
        result_then(result, Some("Accepted"), effect)
    }

    /// Applies an update; does nothing when an earlier update has made it invalid.
    pub(super) fn update_list(&mut self, full: bool, version: i32, entries: &[Value]) {
        if let Ok(list) = self.updated_list(full, version, entries) {
            self.local_list = list;
        }
    }

    fn updated_list(&self, full: bool, version: i32, entries: &[Value]) -> Result<LocalList, &'static str> {
        if !self.configuration.is_on("LocalAuthListEnabled") {
            return Err("NotSupported");
        }
        if entries.len() > self.configuration.number("SendLocalListMaxLength") {
            return Err("Failed");
        }
        self.local_list.updated(full, version, entries, self.configuration.number("LocalAuthListMaxLength"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id_tag: &str) -> Value {
        json!({"idTag": id_tag, "idTagInfo": {"status": "Accepted"}})
    }

    #[test]
    fn updates_are_judged_by_kind_and_version() {
        let mut local = LocalList::default();
        for (full, version, entries, expected, length) in [
            (false, 0, vec![], "Failed", 0),
            (true, -1, vec![], "Failed", 0),
            (true, 5, vec![entry("a"), entry("b")], "Accepted", 2),
            (false, 5, vec![entry("c")], "VersionMismatch", 2),
            (false, 4, vec![entry("c")], "VersionMismatch", 2),
            (false, 6, vec![entry("c"), json!({"idTag": "A"})], "Accepted", 2),
            (true, 7, vec![json!({"idTag": "a"})], "Failed", 2),
            (false, 7, vec![json!({})], "Failed", 2),
            (false, 7, vec![entry("d"), entry("e")], "Failed", 2),
            (true, 3, vec![entry("z")], "Accepted", 1),
            (true, 3, vec![], "Accepted", 0),
        ] {
            let updated = local.updated(full, version, &entries, 3);
            let status = updated.map(|list| local = list).map_or_else(|status| status, |()| "Accepted");
            assert_eq!(status, expected, "{full} {version} {entries:?}");
            assert_eq!(local.tags.len(), length, "{full} {version} {entries:?}");
        }
        assert_eq!(local.version, 3);
    }

    #[test]
    fn tags_are_found_in_any_case() {
        let local = LocalList::default().updated(true, 1, &[entry("AbC")], 3).unwrap();
        assert!(local.find("aBc").is_some());
        assert!(local.find("abcd").is_none());
    }
}
