//! The state of the optional functional blocks of the station, each in a field of its own. What a block does is in its own file.

use super::battery_swap::BatteryExchange;
use super::certificate_requests::SigningRequest;
use super::cost::TransactionCosts;
use super::der_control::DerControls;
use super::display_messages::DisplayMessages;
use super::dynamic_schedules::PriorityUse;
use super::event_streams::EventStreams;
use super::firmware::FIRMWARE;
use super::logs::LOG;
use super::network_profiles::NetworkProfiles;
use super::publish_firmware::FirmwarePublication;
use super::security_event::SecurityEventQueue;
use super::tariff_store::TariffStore;
use super::transaction_costs::RunningCosts;
use crate::simulator::certificate_request::CertificateKeys;
use crate::simulator::certificate_store::CertificateStore;
use crate::simulator::file_transfer::FileTransfer;

/// The state of the optional blocks.
#[derive(Debug)]
pub(super) struct BlockStates {
    /// The update of the firmware.
    pub firmware: FileTransfer,
    /// The upload of a log.
    pub log: FileTransfer,
    /// Firmware for other stations.
    pub publication: FirmwarePublication,
    /// The security events that wait for the CSMS.
    pub security_events: SecurityEventQueue,
    /// The installed certificates.
    pub certificates: CertificateStore,
    /// The keys for certificates, and those that wait for one.
    pub keys: CertificateKeys,
    /// The request for a signed certificate.
    pub signing: SigningRequest,
    /// The messages on the display.
    pub display: DisplayMessages,
    /// What transactions cost, as the CSMS says.
    pub costs: TransactionCosts,
    /// The connections that the CSMS has configured.
    pub network: NetworkProfiles,
    /// The tariffs.
    pub tariffs: TariffStore,
    /// The costs of running transactions.
    pub running_costs: RunningCosts,
    /// The controls of distributed energy resources.
    pub der: DerControls,
    /// The transactions that charge with priority.
    pub priority: Vec<PriorityUse>,
    /// The streams of monitored values.
    pub streams: EventStreams,
    /// Whether the grid has a fault.
    pub grid_fault: bool,
    /// The batteries that are swapped.
    pub exchange: BatteryExchange,
}

impl Default for BlockStates {
    fn default() -> Self {
        BlockStates {
            firmware: FileTransfer::none(FIRMWARE),
            log: FileTransfer::none(LOG),
            publication: FirmwarePublication::default(),
            security_events: SecurityEventQueue::default(),
            certificates: CertificateStore::default(),
            keys: CertificateKeys::default(),
            signing: SigningRequest::default(),
            display: DisplayMessages::default(),
            costs: TransactionCosts::default(),
            network: NetworkProfiles::default(),
            tariffs: TariffStore::default(),
            running_costs: RunningCosts::default(),
            der: DerControls::default(),
            priority: Vec::new(),
            streams: EventStreams::default(),
            grid_fault: false,
            exchange: BatteryExchange::default(),
        }
    }
}

impl BlockStates {
    /// What ends with every kind of restart. An update of the firmware goes on.
    pub(super) fn end_transfers(&mut self) {
        self.log = FileTransfer::none(LOG);
        self.publication.end();
        self.signing = SigningRequest::default();
    }
}
