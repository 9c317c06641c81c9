//! The optional parts of a station's firmware: the feature profiles of OCPP 1.6 and the functional blocks of OCPP 2.x that a station may
//! lack, and which calls of the central system belong to which. What else a station is built of is in `equipment`.

use std::fmt;
use std::sync::LazyLock;

use crate::ocpp::OcppGeneration;

/// A feature profile (OCPP 1.6 §3.2), or an optional functional block of OCPP 2.x. The actions of versions before 1.6 belong to the
/// profile that has them in 1.6.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeatureProfile {
    /// What every station must have.
    Core,
    /// Firmware, and diagnostics of 1.x.
    FirmwareManagement,
    /// The local list of tags.
    LocalAuthListManagement,
    /// Reservations.
    Reservation,
    /// Charging profiles.
    SmartCharging,
    /// Messages on request.
    RemoteTrigger,
    /// Certificates that the CSMS installs (M).
    CertificateManagement,
    /// Monitors of variables (N).
    Monitoring,
    /// Streams of monitored values (N, 2.1).
    PeriodicEventStream,
    /// Messages on a display (O).
    DisplayMessage,
    /// Data about customers (N09 and N10).
    CustomerInformation,
    /// Costs and tariffs (I).
    TariffAndCost,
    /// Firmware for other stations (L03 and L04).
    LocalController,
    /// Communication with cars (ISO 15118).
    Iso15118,
    /// Energy from cars (Q, 2.1).
    V2X,
    /// Control of distributed energy resources (R, 2.1).
    DerControl,
    /// Swapping of batteries (S, 2.1).
    BatterySwap,
    /// Payment on a web page (C, 2.1).
    WebPayment,
}

impl FeatureProfile {
    /// All of them, in the order in which they are written.
    pub const ALL: [FeatureProfile; 18] = [
        FeatureProfile::Core,
        FeatureProfile::FirmwareManagement,
        FeatureProfile::LocalAuthListManagement,
        FeatureProfile::Reservation,
        FeatureProfile::SmartCharging,
        FeatureProfile::RemoteTrigger,
        FeatureProfile::CertificateManagement,
        FeatureProfile::Monitoring,
        FeatureProfile::PeriodicEventStream,
        FeatureProfile::DisplayMessage,
        FeatureProfile::CustomerInformation,
        FeatureProfile::TariffAndCost,
        FeatureProfile::LocalController,
        FeatureProfile::Iso15118,
        FeatureProfile::V2X,
        FeatureProfile::DerControl,
        FeatureProfile::BatterySwap,
        FeatureProfile::WebPayment,
    ];

    /// The number of those of 1.6, which come first.
    const OF_FIRST_GENERATION: usize = 6;

    /// Its name; those of 1.6 as in `SupportedFeatureProfiles`.
    pub const fn name(self) -> &'static str {
        match self {
            FeatureProfile::Core => "Core",
            FeatureProfile::FirmwareManagement => "FirmwareManagement",
            FeatureProfile::LocalAuthListManagement => "LocalAuthListManagement",
            FeatureProfile::Reservation => "Reservation",
            FeatureProfile::SmartCharging => "SmartCharging",
            FeatureProfile::RemoteTrigger => "RemoteTrigger",
            FeatureProfile::CertificateManagement => "CertificateManagement",
            FeatureProfile::Monitoring => "Monitoring",
            FeatureProfile::PeriodicEventStream => "PeriodicEventStream",
            FeatureProfile::DisplayMessage => "DisplayMessage",
            FeatureProfile::CustomerInformation => "CustomerInformation",
            FeatureProfile::TariffAndCost => "TariffAndCost",
            FeatureProfile::LocalController => "LocalController",
            FeatureProfile::Iso15118 => "ISO15118",
            FeatureProfile::V2X => "V2X",
            FeatureProfile::DerControl => "DERControl",
            FeatureProfile::BatterySwap => "BatterySwap",
            FeatureProfile::WebPayment => "WebPayment",
        }
    }

    /// The profile of a call of the central system. Those of the security extension of 1.6 belong to none.
    fn of_action(action: &str, generation: OcppGeneration) -> Option<FeatureProfile> {
        let second = generation == OcppGeneration::Second;
        Some(match action {
            "GetDiagnostics" | "UpdateFirmware" => FeatureProfile::FirmwareManagement,
            "GetLocalListVersion" | "SendLocalList" => FeatureProfile::LocalAuthListManagement,
            "CancelReservation" | "ReserveNow" => FeatureProfile::Reservation,
            "ClearChargingProfile"
            | "GetChargingProfiles"
            | "GetCompositeSchedule"
            | "SetChargingProfile"
            | "UpdateDynamicSchedule"
            | "UsePriorityCharging" => FeatureProfile::SmartCharging,
            "TriggerMessage" => FeatureProfile::RemoteTrigger,
            "CertificateSigned" | "DeleteCertificate" | "GetInstalledCertificateIds" | "InstallCertificate" if second => {
                FeatureProfile::CertificateManagement
            }
            "ClearVariableMonitoring"
            | "GetMonitoringReport"
            | "SetMonitoringBase"
            | "SetMonitoringLevel"
            | "SetVariableMonitoring" => FeatureProfile::Monitoring,
            "AdjustPeriodicEventStream" | "GetPeriodicEventStream" => FeatureProfile::PeriodicEventStream,
            "ClearDisplayMessage" | "GetDisplayMessages" | "SetDisplayMessage" => FeatureProfile::DisplayMessage,
            "CustomerInformation" => FeatureProfile::CustomerInformation,
            "ChangeTransactionTariff" | "ClearTariffs" | "CostUpdated" | "GetTariffs" | "SetDefaultTariff" => {
                FeatureProfile::TariffAndCost
            }
            "PublishFirmware" | "UnpublishFirmware" => FeatureProfile::LocalController,
            "NotifyAllowedEnergyTransfer" => FeatureProfile::Iso15118,
            "AFRRSignal" => FeatureProfile::V2X,
            "ClearDERControl" | "GetDERControl" | "SetDERControl" => FeatureProfile::DerControl,
            "RequestBatterySwap" => FeatureProfile::BatterySwap,
            "NotifyWebPaymentStarted" => FeatureProfile::WebPayment,
            _ => return None,
        })
    }

    /// The profile of a configuration key (OCPP 1.6 §9); `Core` for every other one.
    pub(super) fn of_key(name: &str) -> FeatureProfile {
        match name {
            "LocalAuthListEnabled" | "LocalAuthListMaxLength" | "SendLocalListMaxLength" => {
                FeatureProfile::LocalAuthListManagement
            }
            "ReserveConnectorZeroSupported" => FeatureProfile::Reservation,
            "ChargeProfileMaxStackLevel"
            | "ChargingScheduleAllowedChargingRateUnit"
            | "ChargingScheduleMaxPeriods"
            | "ConnectorSwitch3to1PhaseSupported"
            | "MaxChargingProfilesInstalled" => FeatureProfile::SmartCharging,
            _ => FeatureProfile::Core,
        }
    }

    /// Whether a text is its name, in any case and with hyphens anywhere.
    fn is_named(self, text: &str) -> bool {
        let letters = text.bytes().filter(|byte| *byte != b'-').map(|byte| byte.to_ascii_lowercase());
        letters.eq(self.name().bytes().map(|byte| byte.to_ascii_lowercase()))
    }
}

/// A set of feature profiles. `Core` is always in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeatureProfiles([bool; FeatureProfile::ALL.len()]);

impl Default for FeatureProfiles {
    fn default() -> Self {
        Self([true; FeatureProfile::ALL.len()])
    }
}

impl FeatureProfiles {
    /// What a list of profiles must be: the names of the two generations.
    pub fn wanted() -> &'static str {
        static WANTED: LazyLock<String> = LazyLock::new(|| {
            let names = FeatureProfile::ALL.map(FeatureProfile::name);
            let (first, second) = names.split_at(FeatureProfile::OF_FIRST_GENERATION);
            format!("a list of feature profiles: {}, and from OCPP 2.0.1 on {}", first.join(", "), second.join(", "))
        });
        &WANTED
    }

    /// Reads a list, in any case. `Core` may be left out, because every station has it.
    pub fn parse(text: &str) -> Option<FeatureProfiles> {
        let mut profiles = FeatureProfiles([false; FeatureProfile::ALL.len()]);
        profiles.0[FeatureProfile::Core as usize] = true;
        for name in text.split(',') {
            let named = |profile: &FeatureProfile| profile.is_named(name.trim());
            profiles.0[FeatureProfile::ALL.into_iter().find(named)? as usize] = true;
        }
        Some(profiles)
    }

    /// Whether a profile is in it.
    pub const fn has(self, profile: FeatureProfile) -> bool {
        self.0[profile as usize]
    }

    /// Whether a call of the central system is one of its profiles.
    pub(super) fn serves(self, action: &str, generation: OcppGeneration) -> bool {
        FeatureProfile::of_action(action, generation).is_none_or(|profile| self.has(profile))
    }

    /// Whether a station of 2.x makes a call that can be triggered.
    pub(super) fn reports(self, message: &str) -> bool {
        self.has(match message {
            "FirmwareStatusNotification" => FeatureProfile::FirmwareManagement,
            "PublishFirmwareStatusNotification" => FeatureProfile::LocalController,
            "SignV2GCertificate" | "SignV2G20Certificate" => FeatureProfile::Iso15118,
            _ => FeatureProfile::Core,
        })
    }

    /// Those of 1.6, as in `SupportedFeatureProfiles`.
    pub(super) fn of_first_generation(self) -> String {
        self.written(&FeatureProfile::ALL[..FeatureProfile::OF_FIRST_GENERATION])
    }

    fn written(self, profiles: &[FeatureProfile]) -> String {
        let names: Vec<&str> = profiles.iter().filter(|profile| self.has(**profile)).map(|profile| profile.name()).collect();
        names.join(",")
    }
}

/// As [`parse`](FeatureProfiles::parse) reads it.
impl fmt::Display for FeatureProfiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written(&FeatureProfile::ALL))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_are_read_and_written() {
        let profiles = FeatureProfiles::parse("smartcharging, Reservation,der-control").unwrap();
        assert_eq!(profiles.to_string(), "Core,Reservation,SmartCharging,DERControl");
        assert_eq!(profiles.of_first_generation(), "Core,Reservation,SmartCharging");
        let generation = OcppGeneration::First;
        assert!(profiles.serves("ReserveNow", generation) && profiles.serves("Reset", generation));
        assert!(!profiles.serves("TriggerMessage", generation));
        assert_eq!(FeatureProfiles::parse(&FeatureProfiles::default().to_string()), Some(FeatureProfiles::default()));
        for wrong in ["", "Core,", "Core,Weather"] {
            assert_eq!(FeatureProfiles::parse(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn what_is_wanted_names_all_profiles() {
        let wanted = FeatureProfiles::wanted();
        assert!(FeatureProfile::ALL.iter().all(|profile| wanted.contains(profile.name())), "{wanted}");
    }

    #[test]
    fn the_security_extension_of_1_6_is_part_of_no_profile() {
        let core = FeatureProfiles::parse("Core").unwrap();
        let serves = |generation| core.serves("InstallCertificate", generation);
        assert_eq!([OcppGeneration::First, OcppGeneration::Second].map(serves), [true, false]);
    }
}
