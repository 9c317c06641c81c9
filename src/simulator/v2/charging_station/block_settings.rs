//! The variables of the device model that the optional blocks read, and the limits of the simulated station.

use std::time::Duration;

use super::ChargingStation;
use crate::ocpp::device_model::AttributeKind;
use crate::simulator::v2::features::StationFeatures;

/// The most certificates (`SecurityCtrlr.CertificateEntries`).
pub(super) const MOST_CERTIFICATES: usize = 20;

/// The most messages on the display (`DisplayMessageCtrlr.DisplayMessages`).
pub(super) const MOST_MESSAGES: usize = 20;

/// The slots for network profiles (`OCPPCommCtrlr.NetworkConfigurationPriority`).
pub(super) const NETWORK_SLOTS: [i32; 3] = [1, 2, 3];

/// Whether a list of a variable has a member.
fn has_member(members: Option<&str>, member: &str) -> bool {
    members.is_none_or(|members| members.split(',').any(|it| it.trim() == member))
}

impl ChargingStation {
    /// Whether the display supports a priority, a state or a format.
    pub(super) fn display_supports(&self, variable: &str, value: &str) -> bool {
        has_member(self.model.text("DisplayMessageCtrlr", variable), value)
    }

    /// Whether the display has a language: one of those that `DisplayMessageCtrlr.Language` may have, whatever its region (RFC 5646).
    pub(super) fn display_speaks(&self, language: &str) -> bool {
        let primary = language.split('-').next().unwrap_or_default().to_ascii_lowercase();
        has_member(Some(self.model.members("DisplayMessageCtrlr", "Language")), &primary)
    }

    /// Whether a slot is one of those that the station connects with.
    pub(super) fn uses_network_slot(&self, slot: i32) -> bool {
        let priority = self.model.text("OCPPCommCtrlr", "NetworkConfigurationPriority").unwrap_or("1");
        has_member(Some(priority), &slot.to_string())
    }

    /// The least security profile that a connection may have. With a permission it may become lower, but never 1 (OCPP 2.1 part 2, A05).
    pub(super) fn lowest_security_profile(&self) -> i32 {
        let present = self.model.integer("SecurityCtrlr", "SecurityProfile").and_then(|profile| i32::try_from(profile).ok());
        let permission = self.model.flag("SecurityCtrlr", "AllowSecurityProfileDowngrade");
        let present = present.unwrap_or(1);
        let lower = permission && StationFeatures::of(self.version).security_downgrade;
        if lower { present.min(2) } else { present }
    }

    /// Whether the station computes costs with tariffs.
    pub(super) fn computes_costs(&self) -> bool {
        self.model.flag("TariffCostCtrlr", "Enabled.Tariff")
    }

    /// Whether prices of tariffs may have conditions.
    pub(super) fn supports_conditions(&self) -> bool {
        self.model.flag("TariffCostCtrlr", "ConditionsSupported.Tariff")
    }

    /// Whether the inverters know a kind of control.
    pub(super) fn supports_der_mode(&self, kind: &str) -> bool {
        let modes = self.model.iter(self.version).find(|(_, variable)| variable.name() == "ModesSupported");
        has_member(modes.and_then(|(_, variable)| variable.value(AttributeKind::Actual)), kind)
    }

    /// Whether any transaction runs.
    pub(super) fn has_transactions(&self) -> bool {
        self.evse_numbers().any(|number| self.transaction_at(number).is_some())
    }

    /// The time between reports of the costs of a transaction; `None` without them.
    pub(super) fn running_cost_interval(&self) -> Option<Duration> {
        self.seconds("TariffCostCtrlr", "Interval.Cost").filter(|_| self.model.flag("TariffCostCtrlr", "Enabled.RunningCost"))
    }

    /// The first wait for a signed certificate; zero is without a limit.
    pub(super) fn signing_wait(&self) -> Duration {
        let seconds = self.model.integer("SecurityCtrlr", "CertSigningWaitMinimum").and_then(|wait| u64::try_from(wait).ok());
        Duration::from_secs(seconds.unwrap_or(60))
    }

    /// How often a signed certificate is asked for again.
    pub(super) fn signing_repetitions(&self) -> u32 {
        let times = self.model.integer("SecurityCtrlr", "CertSigningRepeatTimes").and_then(|times| u32::try_from(times).ok());
        times.unwrap_or(3)
    }
}
