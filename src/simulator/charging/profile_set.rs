//! The profiles that are installed at a station: how they replace one another and are cleared.

use super::profile::{ChargingProfile, ProfilePurpose};

/// The profiles that a central system has installed.
#[derive(Debug, Clone, Default)]
pub(crate) struct ProfileSet {
    installed: Vec<ChargingProfile>,
}

/// What a ClearChargingProfile names; what is `None` is not asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ProfileCriteria {
    /// The id; with it nothing else counts.
    pub id: Option<i32>,
    /// The connector.
    pub connector: Option<i32>,
    /// The purpose.
    pub purpose: Option<ProfilePurpose>,
    /// The level.
    pub stack_level: Option<i32>,
}

impl ProfileCriteria {
    /// Whether a profile is meant: with an id that one, without one all that match everything (OCPP 1.6 §5.5).
    fn fit(&self, profile: &ChargingProfile) -> bool {
        match self.id {
            Some(id) => id == profile.id,
            None => {
                self.connector.is_none_or(|connector| connector == profile.connector)
                    && self.purpose.is_none_or(|purpose| purpose == profile.purpose)
                    && self.stack_level.is_none_or(|level| level == profile.stack_level)
            }
        }
    }
}

impl ProfileSet {
    /// All profiles, the one that came first in front.
    pub fn iter(&self) -> impl Iterator<Item = &ChargingProfile> {
        self.installed.iter()
    }

    /// Installs a profile in place of those that it replaces.
    pub fn install(&mut self, new: ChargingProfile) {
        self.installed.retain(|old| !new.replaces(old));
        self.installed.push(new);
    }

    /// Installs a profile in place of the one with its id. Others of its level stay; they are valid at other times (OCPP 2.x).
    pub fn install_beside(&mut self, new: ChargingProfile) {
        self.installed.retain(|old| old.id != new.id);
        self.installed.push(new);
    }

    /// Keeps only some profiles.
    pub fn retain(&mut self, keep: impl FnMut(&ChargingProfile) -> bool) {
        self.installed.retain(keep);
    }

    /// Removes the transaction profiles of a connector: they end with the transaction.
    pub fn forget_transaction(&mut self, connector: i32) {
        self.installed.retain(|it| it.connector != connector || it.purpose != ProfilePurpose::Transaction);
    }

    /// Whether a ClearChargingProfile means any profile.
    pub fn has_any(&self, criteria: &ProfileCriteria) -> bool {
        self.installed.iter().any(|profile| criteria.fit(profile))
    }

    /// Removes what a ClearChargingProfile means.
    pub fn clear(&mut self, criteria: &ProfileCriteria) {
        self.installed.retain(|profile| !criteria.fit(profile));
    }
}
