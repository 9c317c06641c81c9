//! Local authorization: the tokens that may charge without an Authorize, from the local list first, then from the authorization cache
//! (OCPP 2.0.1 part 2, C10 to C16). The list itself is in `local_list`.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::ChargingStation;
use super::effect::{status_because, status_then};
use super::id_token::{IdToken, IdTokenInfo};
use crate::behaviour::{IncomingCall, Proposal};
use crate::clock::Moment;
use crate::simulator::payload::span;

/// The most tokens in the cache.
const CACHE_LIMIT: usize = 1000;

/// The tokens for which the CSMS has sent an `idTokenInfo`, each with the time of the answer.
#[derive(Debug, Default)]
pub(super) struct TokenCache {
    tokens: BTreeMap<(String, String), (IdTokenInfo, Timestamp)>,
}

impl TokenCache {
    fn learn(&mut self, token: &IdToken, info: IdTokenInfo, now: Timestamp) {
        let key = token.key();
        if self.tokens.len() >= CACHE_LIMIT && !self.tokens.contains_key(&key) {
            let oldest = self.tokens.iter().min_by_key(|(_, (_, learned))| *learned).map(|(key, _)| key.clone());
            oldest.map(|key| self.tokens.remove(&key));
        }
        self.tokens.insert(key, (info, now));
    }

    fn find(&self, token: &IdToken, lifetime: Option<Duration>, now: Timestamp) -> Option<&IdTokenInfo> {
        let (info, learned) = self.tokens.get(&token.key())?;
        let outlived = lifetime.is_some_and(|lifetime| span(*learned, now) >= lifetime);
        Some(info).filter(|_| !outlived)
    }
}

impl ChargingStation {
    /// The calls that this file answers.
    pub(super) fn propose_authorization(&self, call: IncomingCall<'_>, _now: Moment) -> Option<Proposal> {
        (call.action == "ClearCache").then(|| self.clear_cache())
    }

    /// ClearCache: `Rejected` without a cache (C11.FR.04).
    fn clear_cache(&self) -> Proposal {
        if self.model.flag("AuthCacheCtrlr", "Enabled") {
            status_then("Accepted", |station, _, _| station.cache.tokens.clear())
        } else {
            status_because("Rejected", "NotEnabled")
        }
    }

    /// Adds what an answer says of a token to the cache. Returns it; `None` when the answer says nothing.
    pub(super) fn learn_token(&mut self, token: &IdToken, answer: &Value, now: Moment) -> Option<IdTokenInfo> {
        let info = answer.get("idTokenInfo").map(IdTokenInfo::read)?;
        if self.model.flag("AuthCacheCtrlr", "Enabled") && !token.is_free() {
            self.cache.learn(token, info.clone(), now.wall);
        }
        Some(info)
    }

    /// What the cache knows of a token, however old it is.
    pub(super) fn cached_token(&self, token: &IdToken) -> Option<&IdTokenInfo> {
        self.cache.tokens.get(&token.key()).map(|(info, _)| info)
    }

    /// The cache forgets a token.
    pub(super) fn forget_token(&mut self, token: &IdToken) {
        self.cache.tokens.remove(&token.key());
    }

    /// What is known here of a token. The list comes before the cache (C14.FR.01).
    pub(super) fn known_token(&self, token: &IdToken, now: Moment) -> Option<&IdTokenInfo> {
        let list = || self.model.flag("LocalAuthListCtrlr", "Enabled").then(|| self.local_list.find(token))?;
        let cache = || {
            let lifetime = self.seconds("AuthCacheCtrlr", "LifeTime");
            self.model.flag("AuthCacheCtrlr", "Enabled").then(|| self.cache.find(token, lifetime, now.wall))?
        };
        list().or_else(cache)
    }

    /// Whether a token may charge at an EVSE without an Authorize: it needs none, or it is known here, with `LocalPreAuthorize`, or offline
    /// with `LocalAuthorizeOffline`.
    pub(super) fn is_locally_authorized(&self, token: &IdToken, evse: i32, now: Moment) -> bool {
        let online = self.may_send() || !self.settings.autonomous;
        let switch = if online { "LocalPreAuthorize" } else { "LocalAuthorizeOffline" };
        let known = || self.known_token(token, now).is_some_and(|info| info.is_for(evse) && !info.has_expired(now.wall));
        token.is_free() || !self.asks_for_tokens() || (self.model.flag("AuthCtrlr", switch) && known())
    }

    /// Whether a token is known here not to be accepted, so that the CSMS is not asked (`DisablePostAuthorize`, C10.FR.03, C14.FR.03).
    pub(super) fn is_locally_refused(&self, token: &IdToken, now: Moment) -> bool {
        let listed = self.model.flag("LocalAuthListCtrlr", "Enabled") && self.local_list.find(token).is_some();
        let component = if listed { "LocalAuthListCtrlr" } else { "AuthCacheCtrlr" };
        let settled = self.model.flag(component, "DisablePostAuthorize") && self.model.flag("AuthCtrlr", "LocalPreAuthorize");
        settled && self.known_token(token, now).is_some_and(|info| !info.accepted)
    }

    /// Whether a token of which nothing is known may charge while the CSMS cannot be asked (C15).
    pub(super) fn may_charge_unknown(&self, token: &IdToken, now: Moment) -> bool {
        self.model.flag("AuthCtrlr", "OfflineTxForUnknownIdEnabled") && self.known_token(token, now).is_none()
    }

    /// Whether the CSMS may be asked about tokens now.
    pub(super) fn may_ask(&self) -> bool {
        self.may_send() && !self.model.flag("AuthCtrlr", "DisableRemoteAuthorization")
    }

    /// Whether tokens are needed at all (`AuthCtrlr.Enabled`; without the variable they are).
    pub(super) fn asks_for_tokens(&self) -> bool {
        self.model.text("AuthCtrlr", "Enabled") != Some("false")
    }

    /// The group of a token, if it is known here. One that is known not to be accepted ends nothing for its group (C09).
    pub(super) fn group_of(&self, token: &IdToken, now: Moment) -> Option<IdToken> {
        self.known_token(token, now).filter(|info| info.accepted)?.group.clone()
    }

    /// Whether a group is that of the master pass, which ends transactions and starts none (C16).
    pub(super) fn is_master(&self, group: Option<&IdToken>) -> bool {
        let master = self.model.text("AuthCtrlr", "MasterPassGroupId").filter(|master| !master.is_empty());
        master.is_some_and(|master| group.is_some_and(|group| group.text.eq_ignore_ascii_case(master)))
    }
}
