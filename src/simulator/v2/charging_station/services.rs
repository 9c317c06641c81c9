//! What drivers and cars ask of the station by hand: the swap of batteries, contract certificates, priority charging, another tariff; and faults of the grid,
//! which the station reports by NotifyDERAlarm (OCPP 2.1 part 2, R05).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::ChargingStation;
use super::evse::StationEvse;
use crate::behaviour::{DriverService, Outbox, PhysicalActionError};
use crate::clock::Moment;
use crate::simulator::feature_profile::FeatureProfile;
use crate::simulator::payload::written_time;
use crate::simulator::v2::features::StationFeatures;

/// The schema of the messages of a car (ISO 15118-2).
const SCHEMA_OF_CARS: &str = "urn:iso:15118:2:2013:MsgDef";

impl ChargingStation {
    /// A driver or a car uses a service, or the grid has a fault, which the next time is over.
    pub(super) fn use_service(
        &mut self,
        service: DriverService,
        connector: Option<i32>,
        now: Moment,
        out: &mut Outbox,
    ) -> Result<(), PhysicalActionError> {
        let profile = match service {
            DriverService::BatterySwap => FeatureProfile::BatterySwap,
            DriverService::InstallContract | DriverService::UpdateContract => FeatureProfile::Iso15118,
            DriverService::PriorityCharging => FeatureProfile::SmartCharging,
            DriverService::RefuseTariff => FeatureProfile::TariffAndCost,
            DriverService::GridFault => FeatureProfile::DerControl,
        };
        let contract = profile == FeatureProfile::Iso15118;
        if !contract && !StationFeatures::of(self.version).energy_services {
            return Err(PhysicalActionError::NoMessage { version: self.version.number() });
        }
        if !self.settings.equipment.profiles.has(profile) {
            return Err(PhysicalActionError::NoService(profile.name()));
        }
        match service {
            DriverService::BatterySwap if self.swap_by_hand(now, out) => Ok(()),
            DriverService::BatterySwap => Err(PhysicalActionError::NoBattery),
            DriverService::InstallContract => self.ask_for_contract(false, connector, out),
            DriverService::UpdateContract => self.ask_for_contract(true, connector, out),
            DriverService::PriorityCharging => self.toggle_priority(connector, now, out),
            DriverService::RefuseTariff => self.refuse_tariff(connector, now, out),
            DriverService::GridFault => {
                self.report_grid(now, out);
                Ok(())
            }
        }
    }

    /// A car asks for a contract certificate, or for another one in place of it (OCPP 2.0.1 part 2, M01 and M02). Its message is not a real
    /// one.
    fn ask_for_contract(&mut self, update: bool, connector: Option<i32>, out: &mut Outbox) -> Result<(), PhysicalActionError> {
        let plugged: &dyn Fn(&StationEvse, i32) -> bool = &|evse, _| evse.plugged;
        let number = self.chosen_evse(connector, &[plugged])?.ok_or(PhysicalActionError::NothingPlugged)?;
        if !self.evse(number).is_some_and(|evse| evse.plugged) {
            return Err(PhysicalActionError::NothingPlugged);
        }
        let (action, name) =
            if update { ("Update", "CertificateUpdateReq") } else { ("Install", "CertificateInstallationReq") };
        let request = STANDARD.encode(format!("{name} at {}/{number}", self.settings.identity));
        let payload = json!({ "iso15118SchemaVersion": SCHEMA_OF_CARS, "action": action, "exiRequest": request });
        self.send_if_allowed("Get15118EVCertificate", payload, out);
        Ok(())
    }

    /// The driver does not accept the tariff that is shown: the token is not authorized any more, and a transaction that has begun says so
    /// (OCPP 2.1 part 2, I08). It ends, or waits for the car to leave, as `TxStopPoint` says.
    fn refuse_tariff(&mut self, connector: Option<i32>, now: Moment, out: &mut Outbox) -> Result<(), PhysicalActionError> {
        let authorized: &dyn Fn(&StationEvse, i32) -> bool = &|evse, _| evse.is_authorized();
        let number = self.chosen_evse(connector, &[authorized])?.unwrap_or(1);
        if !self.evse(number).is_some_and(StationEvse::is_authorized) {
            return Err(PhysicalActionError::NoTransaction(number));
        }
        if !self.has_tariff(number, now) {
            return Err(PhysicalActionError::NoTariff);
        }
        self.release_claim(number, "TariffNotAccepted", "DeAuthorized", None, now, out);
        Ok(())
    }

    /// The driver wants to charge with priority, or does not any more (K22).
    fn toggle_priority(&mut self, connector: Option<i32>, now: Moment, out: &mut Outbox) -> Result<(), PhysicalActionError> {
        let number = match connector {
            Some(number) => self.existing_evse(number)?,
            None => self.evse_numbers().find(|it| self.transaction_at(*it).is_some()).unwrap_or(1),
        };
        let id = self.transaction_at(number).map(|(id, _)| id.to_owned()).ok_or(PhysicalActionError::NoTransaction(number))?;
        let activated = self.toggle_priority_of(number, &id, now, out).ok_or(PhysicalActionError::NoPriorityProfile)?;
        self.send_if_allowed("NotifyPriorityCharging", json!({ "transactionId": id, "activated": activated }), out);
        Ok(())
    }

    /// The voltage of the grid is too low, or right again.
    fn report_grid(&mut self, now: Moment, out: &mut Outbox) {
        let ended = self.blocks.grid_fault;
        self.blocks.grid_fault = !ended;
        let payload = json!({
            "controlType": "LVMustTrip",
            "gridEventFault": "UnderVoltage",
            "alarmEnded": ended,
            "timestamp": written_time(now.wall),
        });
        self.send_if_allowed("NotifyDERAlarm", payload, out);
    }
}
