//! Local authorisation: the tags that may charge without an Authorize, from the local list first, then from the
//! authorisation cache (OCPP 1.6 §3.5.1). The list itself is in `local_list`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::ChargePoint;
use super::effect::{CallEffect, only_status, status_then};
use crate::behaviour::Proposal;
use crate::simulator::payload::{text, time};

/// The maximum number of tags in the cache.
const CACHE_LIMIT: usize = 1000;

/// The `idTagInfo` that the central system sent for an id tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct IdTagInfo {
    /// Whether the tag is accepted.
    pub(super) accepted: bool,
    /// The time until which it is valid; `None` for no limit.
    pub(super) expires: Option<Timestamp>,
    /// The group that the tag belongs to.
    pub(super) parent: Option<String>,
}

impl IdTagInfo {
    /// Reads an `idTagInfo`.
    pub(super) fn read(info: &Value) -> IdTagInfo {
        IdTagInfo {
            accepted: text(info, "status") == Some("Accepted"),
            expires: time(info, "expiryDate"),
            parent: text(info, "parentIdTag").map(str::to_owned),
        }
    }

    /// Whether the tag may charge now.
    pub(super) fn holds(&self, now: Timestamp) -> bool {
        self.accepted && self.expires.is_none_or(|expires| expires > now)
    }
}

/// The form in which tags are compared: without case, as CiString requires (OCPP 1.6 §7, `CiString20Type`).
pub(super) fn normal_form(id_tag: &str) -> String {
    id_tag.to_ascii_lowercase()
}

/// The tags for which the central system has sent an `idTagInfo`.
#[derive(Debug, Default)]
pub(super) struct AuthorizationCache {
    tags: BTreeMap<String, IdTagInfo>,
}

impl AuthorizationCache {
    fn learn(&mut self, id_tag: &str, info: IdTagInfo) {
        if self.tags.len() >= CACHE_LIMIT && !self.tags.contains_key(&normal_form(id_tag)) {
            self.tags.pop_first();
        }
        self.tags.insert(normal_form(id_tag), info);
    }
}

impl ChargePoint {
    /// Adds the `idTagInfo` of an answer to the cache. Returns whether the tag is accepted.
    pub(super) fn learn_id_tag(&mut self, id_tag: &str, answer: &Value) -> bool {
        let Some(info) = answer.get("idTagInfo").map(IdTagInfo::read) else { return false };
        let accepted = info.accepted;
        if self.configuration.is_on("AuthorizationCacheEnabled") {
            self.cache.learn(id_tag, info);
        }
        accepted
    }

    /// The locally known information about a tag. The list comes before the cache (OCPP 1.6 §3.5.3).
    fn known_id_tag(&self, id_tag: &str) -> Option<&IdTagInfo> {
        let listed = self.local_list.find(id_tag).filter(|_| self.configuration.is_on("LocalAuthListEnabled"));
        let cached = || {
            let cache = self.configuration.is_on("AuthorizationCacheEnabled").then_some(&self.cache)?;
            cache.tags.get(&normal_form(id_tag))
        };
        listed.or_else(cached)
    }

    /// Whether a tag may charge without an Authorize: with `LocalPreAuthorize`, or offline with `LocalAuthorizeOffline`
    /// (OCPP 1.6 §3.5, §9.1).
    pub(super) fn is_locally_authorized(&self, id_tag: &str, now: Timestamp) -> bool {
        let key = if self.may_send() || !self.settings.autonomous { "LocalPreAuthorize" } else { "LocalAuthorizeOffline" };
        self.configuration.is_on(key) && self.known_id_tag(id_tag).is_some_and(|info| info.holds(now))
    }

    /// Whether a tag that nothing is known about may charge while the central system cannot be asked (OCPP 1.6 §9.1,
    /// `AllowOfflineTxForUnknownId`). A tag that is known not to be accepted may not.
    pub(super) fn may_charge_unknown(&self, id_tag: &str) -> bool {
        self.configuration.is_on("AllowOfflineTxForUnknownId") && self.known_id_tag(id_tag).is_none()
    }

    /// The group of a tag, if it is locally known.
    pub(super) fn parent_of(&self, id_tag: &str) -> Option<String> {
        self.known_id_tag(id_tag)?.parent.clone()
    }

    /// ClearCache: `Rejected` without a cache (OCPP 1.6 errata §3.23).
    pub(super) fn clear_cache(&self) -> Proposal {
        if self.configuration.is_on("AuthorizationCacheEnabled") {
            status_then("Accepted", CallEffect::ClearCache)
        } else {
            only_status("Rejected")
        }
    }

    /// Empties the cache.
    pub(super) fn forget_cache(&mut self) {
        self.cache.tags.clear();
    }
}
