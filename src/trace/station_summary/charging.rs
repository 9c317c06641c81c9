//! What was seen of the charging profiles of a station: profiles that it took, what was cleared, transactions that ended, and the composite
//! schedules that it reported. What follows from them is arithmetic of the simulator and no subject here.

use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;

use crate::ocpp::TreeMember;
use crate::trace::fields::{BorrowedObject, BorrowedValue, member, number};

/// The changes that are remembered; the oldest leave first.
const REMEMBERED: usize = 200;

/// Changes and reports, in their order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ChargingHistory {
    changes: VecDeque<ChargingChange>,
    /// The last composite schedule that was reported for each connector.
    pub reported: BTreeMap<i64, ReportedSchedule>,
    /// How many changes and reports there were; it differs when something is new.
    pub revision: u64,
}

/// One change of the installed profiles.
#[derive(Debug, Clone, PartialEq)]
pub struct ChargingChange {
    /// When it was accepted, by the wall clock in microseconds.
    pub wall_micros: i64,
    /// What it was.
    pub what: ProfileChange,
}

/// What changed.
#[derive(Debug, Clone, PartialEq)]
pub enum ProfileChange {
    /// The station took a profile.
    Installed {
        /// At this connector, in OCPP 2.x at this EVSE.
        connector: i64,
        /// As it was sent.
        profile: Value,
    },
    /// The station removed what the request names.
    Cleared(Value),
    /// The transaction of a connector ended, and its profiles with it.
    Ended {
        /// The connector.
        connector: i64,
    },
}

/// A composite schedule as the station reported it.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportedSchedule {
    /// When, by the wall clock in microseconds.
    pub wall_micros: i64,
    /// The payload of the answer.
    pub answer: Value,
}

impl ChargingHistory {
    /// The changes, oldest first.
    pub fn changes(&self) -> impl Iterator<Item = &ChargingChange> {
        self.changes.iter()
    }

    fn add(&mut self, wall_micros: i64, what: ProfileChange) {
        self.revision += 1;
        self.changes.push_back(ChargingChange { wall_micros, what });
        if self.changes.len() > REMEMBERED {
            self.changes.pop_front();
        }
    }

    /// Takes in an accepted SetChargingProfile, RemoteStartTransaction (in OCPP 2.x RequestStartTransaction) or ClearChargingProfile, or a
    /// GetCompositeSchedule.
    pub(super) fn answered(&mut self, action: &str, asked: &BorrowedObject<'_>, answer: &BorrowedObject<'_>, wall_micros: i64) {
        if member(answer, "status").and_then(BorrowedValue::as_str) != Some("Accepted") {
            return;
        }
        let connector = number(asked, "connectorId").or_else(|| number(asked, "evseId")).unwrap_or_default();
        match action {
            "SetChargingProfile" => {
                if let Some(profile) = member(asked, "csChargingProfiles").or_else(|| member(asked, "chargingProfile")) {
                    self.add(wall_micros, ProfileChange::Installed { connector, profile: profile.to_value() });
                }
            }
            // Without a connector it is not known yet where the transaction will start.
            "RemoteStartTransaction" | "RequestStartTransaction" if connector > 0 => {
                if let Some(profile) = member(asked, "chargingProfile") {
                    self.add(wall_micros, ProfileChange::Installed { connector, profile: profile.to_value() });
                }
            }
            "ClearChargingProfile" => self.add(wall_micros, ProfileChange::Cleared(TreeMember::object_value(asked))),
            "GetCompositeSchedule" => {
                let connector = number(answer, "connectorId").unwrap_or(connector);
                self.revision += 1;
                self.reported.insert(connector, ReportedSchedule { wall_micros, answer: TreeMember::object_value(answer) });
            }
            _ => {}
        }
    }

    /// Takes in the end of a transaction.
    pub(super) fn ended(&mut self, connector: i64, wall_micros: i64) {
        if !self.changes.is_empty() {
            self.add(wall_micros, ProfileChange::Ended { connector });
        }
    }
}
