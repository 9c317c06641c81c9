//! The variables of the station that its own behaviour reads and writes.

use std::collections::BTreeMap;

/// The values of variables. Instances of a variable are written behind its name: `MessageAttempts.TransactionEvent`.
#[derive(Debug)]
pub(super) struct DeviceModel {
    values: BTreeMap<(String, String), String>,
}

/// The first values.
const VALUES: &[(&str, &str, &str)] = &[
    ("AlignedDataCtrlr", "Interval", "900"),
    ("AlignedDataCtrlr", "Measurands", "Energy.Active.Import.Register"),
    ("AlignedDataCtrlr", "TxEndedInterval", "0"),
    ("AlignedDataCtrlr", "TxEndedMeasurands", ""),
    ("AuthCacheCtrlr", "Enabled", "true"),
    ("AuthCtrlr", "AuthorizeRemoteStart", "true"),
    ("AuthCtrlr", "Enabled", "true"),
    ("AuthCtrlr", "LocalAuthorizeOffline", "true"),
    ("AuthCtrlr", "LocalPreAuthorize", "false"),
    ("AuthCtrlr", "OfflineTxForUnknownIdEnabled", "false"),
    ("LocalAuthListCtrlr", "Enabled", "true"),
    ("LocalAuthListCtrlr", "Entries", "1000"),
    ("LocalAuthListCtrlr", "ItemsPerMessage", "100"),
    ("OCPPCommCtrlr", "HeartbeatInterval", "300"),
    ("OCPPCommCtrlr", "MessageAttemptInterval.TransactionEvent", "60"),
    ("OCPPCommCtrlr", "MessageAttempts.TransactionEvent", "3"),
    ("OCPPCommCtrlr", "OfflineThreshold", "60"),
    ("OCPPCommCtrlr", "ResetRetries", "1"),
    ("OCPPCommCtrlr", "UnlockOnEVSideDisconnect", "true"),
    ("ReservationCtrlr", "Enabled", "true"),
    ("ReservationCtrlr", "NonEvseSpecific", "true"),
    ("SampledDataCtrlr", "TxEndedInterval", "0"),
    ("SampledDataCtrlr", "TxEndedMeasurands", "Energy.Active.Import.Register"),
    ("SampledDataCtrlr", "TxStartedMeasurands", "Energy.Active.Import.Register"),
    ("SampledDataCtrlr", "TxUpdatedInterval", "60"),
    ("SampledDataCtrlr", "TxUpdatedMeasurands", "Energy.Active.Import.Register,Power.Active.Import"),
    ("TxCtrlr", "EVConnectionTimeOut", "60"),
    ("TxCtrlr", "MaxEnergyOnInvalidId", "0"),
    ("TxCtrlr", "StopTxOnEVSideDisconnect", "true"),
    ("TxCtrlr", "StopTxOnInvalidId", "true"),
    ("TxCtrlr", "TxBeforeAcceptedEnabled", "false"),
    ("TxCtrlr", "TxStartPoint", "PowerPathClosed"),
    ("TxCtrlr", "TxStopPoint", "EVConnected,Authorized"),
];

impl Default for DeviceModel {
    fn default() -> DeviceModel {
        let value = |(component, variable, value): &(&str, &str, &str)| {
            (((*component).to_owned(), (*variable).to_owned()), (*value).to_owned())
        };
        DeviceModel { values: VALUES.iter().map(value).collect() }
    }
}

impl DeviceModel {
    /// The value of a variable.
    pub(super) fn text(&self, component: &str, variable: &str) -> Option<&str> {
        self.values.get(&(component.to_owned(), variable.to_owned())).map(String::as_str)
    }

    /// The value of a variable as a whole number.
    pub(super) fn integer(&self, component: &str, variable: &str) -> Option<i64> {
        self.text(component, variable)?.parse().ok()
    }

    /// Whether a variable is true; one that does not exist is not.
    #[expect(dead_code, reason = "for transactions")]
    pub(super) fn flag(&self, component: &str, variable: &str) -> bool {
        self.text(component, variable) == Some("true")
    }

    /// Sets a variable from inside of the station, without a look at its mutability.
    pub(super) fn set(&mut self, component: &str, variable: &str, value: String) {
        self.values.insert((component.to_owned(), variable.to_owned()), value);
    }
}
