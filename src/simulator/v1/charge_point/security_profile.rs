//! The security profile and the password, as the central system configures them (security whitepaper for OCPP 1.6, use cases A01 and A05):
//! `AuthorizationKey` and `SecurityProfile` of ChangeConfiguration. The link reads what is set here when it connects again.

use std::time::Duration;

use super::ChargePoint;
use super::effect::{CallEffect, SecurityChange, only_status, status_then};
use crate::behaviour::{CredentialSet, Outbox, Proposal};
use crate::ocpp::{SecurityProfile, StationPassword, Version};
use crate::simulator::v1::features::SimulatedFeatures;

/// The key with the password; it can only be written.
pub(super) const AUTHORIZATION_KEY: &str = "AuthorizationKey";
/// The key with the profile; it can only be raised.
pub(super) const SECURITY_PROFILE: &str = "SecurityProfile";
/// How many bytes a password has.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 16..=20;
/// How often a new profile is tried before the old one comes back.
const ATTEMPTS: u32 = 3;
/// How long the link is down when its credentials change.
const PAUSE: Duration = Duration::from_secs(1);

impl ChargePoint {
    /// ChangeConfiguration of the two keys; `None` for all others, and in the versions that do not have them.
    pub(super) fn change_security(&self, key: &str, value: &str, version: Version) -> Option<Proposal> {
        if !SimulatedFeatures::of(version).actions_of_1_6 {
            return None;
        }
        let change = if key.eq_ignore_ascii_case(AUTHORIZATION_KEY) {
            let password = StationPassword::of_hex(value.trim()).filter(|password| KEY_BYTES.contains(&password.bytes().len()));
            password.map(SecurityChange::Password)
        } else if key.eq_ignore_ascii_case(SECURITY_PROFILE) {
            let profile = value.trim().parse().ok().and_then(SecurityProfile::of_number);
            profile.filter(|profile| self.may_rise_to(*profile)).map(SecurityChange::Profile)
        } else {
            return None;
        };
        Some(match change {
            Some(change) => status_then("Accepted", CallEffect::ChangeSecurity(change)),
            None => only_status("Rejected"),
        })
    }

    /// Whether a profile is higher than the present one, and what it needs is there: a password, a certificate that the one of the central
    /// system is checked with, a certificate of its own.
    fn may_rise_to(&self, profile: SecurityProfile) -> bool {
        let CredentialSet { profile: present, password, certificate, roots, .. } = self.settings.credentials.settled();
        // What is installed is among the roots; a link with TLS trusts something already.
        let has_root = present.uses_tls() || !roots.is_empty();
        profile > present
            && (!profile.uses_password() || password.is_some())
            && (!profile.uses_tls() || has_root)
            && (!profile.uses_client_certificate() || certificate.is_some())
    }

    /// Carries out what was accepted: the link goes down when everything was sent, and comes back with the new credentials.
    pub(super) fn apply_security(&mut self, change: SecurityChange, out: &mut Outbox) {
        let credentials = &self.settings.credentials;
        match change {
            SecurityChange::Password(password) => credentials.change(|set| set.password = Some(password.clone())),
            SecurityChange::Profile(profile) => {
                credentials.propose(vec![CredentialSet { profile, ..credentials.settled() }], ATTEMPTS);
            }
        }
        // Without a password on the link nothing changes there.
        if credentials.next() != credentials.settled() || credentials.profile().uses_password() {
            out.restart(PAUSE);
        }
    }

    /// Shows the profile of the present connection as configuration.
    pub(super) fn show_security_profile(&mut self) {
        self.configuration.set(SECURITY_PROFILE, self.settings.credentials.profile().to_string());
    }
}
