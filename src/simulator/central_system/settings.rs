//! What the user may change about the central system: its answers to boots, tags and vendors, and the price of energy.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::certificate_signing::{SigningRule, StationSigner};

/// How a BootNotification may be answered.
pub const REGISTRATIONS: [&str; 3] = ["Accepted", "Pending", "Rejected"];

/// The settings of the central system that the user may change.
#[derive(Debug, Clone)]
pub struct CentralSystemSettings {
    /// Seconds between heartbeats, sent in the answer to BootNotification. While the registration is not `Accepted`,
    /// the seconds to wait before the next attempt (OCPP 1.6 §4.2).
    pub heartbeat_interval: u32,
    /// The `status` in the answer to BootNotification: `Accepted`, `Pending` (sent as `Rejected` in versions before 1.6) or `Rejected`.
    pub registration: String,
    /// The tags that are not accepted, with their status: `Blocked`, `Expired`, `Invalid` or `ConcurrentTx`, in 2.x further ones.
    pub refused_tags: BTreeMap<String, String>,
    /// The vendors whose DataTransfer is accepted; others get `UnknownVendorId` (OCPP 1.6 §4.3). `None` accepts every
    /// vendor, so that a user can try out an extension without any setting.
    pub known_vendors: Option<Vec<String>>,
    /// What a kWh costs. With a price the answers to TransactionEvent have a `totalCost` (OCPP 2.0.1 part 2, I02 and I03).
    pub energy_price: Option<f64>,
    /// The CA that signs the requests of stations; `None` signs none.
    pub signer: Option<Arc<StationSigner>>,
    /// What it does with these requests.
    pub signing: SigningRule,
    /// The id of the first transaction. Read once, when the central system begins. Stations of 2.x make their ids themselves.
    pub first_transaction: i32,
}

impl Default for CentralSystemSettings {
    fn default() -> Self {
        Self {
            heartbeat_interval: 300,
            registration: "Accepted".to_owned(),
            refused_tags: BTreeMap::new(),
            known_vendors: None,
            energy_price: None,
            signer: None,
            signing: SigningRule::default(),
            first_transaction: 1,
        }
    }
}

impl CentralSystemSettings {
    /// The status of a tag. Upper and lower case are the same (OCPP 1.6 §3.13, OCPP 2.0.1 IdTokenType).
    pub fn tag_status(&self, tag: &str) -> &str {
        let refused = self.refused_tags.iter().find(|(refused, _)| refused.eq_ignore_ascii_case(tag));
        refused.map_or("Accepted", |(_, status)| status)
    }

    /// Whether DataTransfer of this vendor is accepted.
    pub fn knows_vendor(&self, vendor: &str) -> bool {
        self.known_vendors.as_ref().is_none_or(|vendors| vendors.iter().any(|known| known == vendor))
    }
}
