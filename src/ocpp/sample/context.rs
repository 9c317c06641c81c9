//! The values that samples have in common: time, connector, transaction, identity of the charge point.

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;

/// The station, transaction and time that a sample refers to.
#[derive(Debug, Clone)]
pub struct SampleContext {
    /// The time that timestamps show.
    pub now: Timestamp,
    /// The connector.
    pub connector_id: i32,
    /// The id tag of the user who charges.
    pub id_tag: String,
    /// The transaction.
    pub transaction_id: i32,
    /// The energy register of the meter, in Wh.
    pub meter_wh: i32,
    /// The vendor of the charge point.
    pub vendor: String,
    /// The model of the charge point.
    pub model: String,
    /// The serial number of the charge point.
    pub serial_number: String,
}

impl SampleContext {
    /// The context of a sample about connector 1 at this time.
    pub fn at(now: Timestamp) -> SampleContext {
        SampleContext {
            now,
            connector_id: 1,
            id_tag: "04A2B3C4D5E6F7".to_owned(),
            transaction_id: 1,
            meter_wh: 12_450,
            vendor: "ocpp-tui".to_owned(),
            model: "Simulator".to_owned(),
            serial_number: "SIM-0001".to_owned(),
        }
    }

    /// The time as it is written in messages: `2030-01-31T12:00:00.000Z`.
    pub(super) fn timestamp(&self, seconds_later: i64) -> String {
        const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(3));
        let time = self.now.checked_add(jiff::SignedDuration::from_secs(seconds_later)).unwrap_or(self.now);
        PRINTER.timestamp_to_string(&time)
    }
}
