//! What can be missing or odd about a transaction, as facts and in words.

/// Something missing or odd.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransactionOddity {
    /// It was there before its start could be seen, or its start never came.
    NoStart,
    /// Something shows that it is over, and its stop was not seen.
    NoStop,
    /// Its start was refused with an error, or got no answer.
    StartFailed,
    /// The tag was not accepted.
    TagRefused,
    /// Its start was reported long after it.
    StartedOffline,
    /// Its stop was reported long after it.
    StoppedOffline,
    /// Its start was reported more than once.
    StartRepeated,
    /// Its stop was reported more than once.
    StopRepeated,
    /// The register of the meter runs backwards.
    MeterBackwards,
    /// It ended before it began.
    TimeBackwards,
    /// Its number is 0, which some charge points take for no number.
    ZeroId,
    /// The station had a transaction with this number before.
    ReusedId,
    /// Meter values came after its stop.
    MeterAfterStop,
    /// Messages name it together with another connector.
    OtherConnector,
    /// A number of its events is missing.
    EventMissing,
    /// One of its events was refused with an error, or got no answer.
    EventFailed,
    /// Events came after its end.
    EventAfterEnd,
    /// An event came more than once.
    EventRepeated,
    /// Events came in another order than they happened.
    OutOfOrder,
    /// Events between start and end happened while the station was offline.
    HappenedOffline,
}

impl TransactionOddity {
    /// All of them, most important first.
    pub const ALL: [TransactionOddity; 20] = [
        TransactionOddity::StartFailed,
        TransactionOddity::TagRefused,
        TransactionOddity::NoStart,
        TransactionOddity::NoStop,
        TransactionOddity::EventMissing,
        TransactionOddity::EventFailed,
        TransactionOddity::MeterBackwards,
        TransactionOddity::TimeBackwards,
        TransactionOddity::ZeroId,
        TransactionOddity::ReusedId,
        TransactionOddity::MeterAfterStop,
        TransactionOddity::EventAfterEnd,
        TransactionOddity::OtherConnector,
        TransactionOddity::StartRepeated,
        TransactionOddity::StopRepeated,
        TransactionOddity::EventRepeated,
        TransactionOddity::OutOfOrder,
        TransactionOddity::StartedOffline,
        TransactionOddity::HappenedOffline,
        TransactionOddity::StoppedOffline,
    ];

    /// Two or three words, for a column.
    pub const fn word(self) -> &'static str {
        match self {
            TransactionOddity::NoStart => "no start",
            TransactionOddity::NoStop => "no stop",
            TransactionOddity::StartFailed => "start failed",
            TransactionOddity::TagRefused => "tag refused",
            TransactionOddity::StartedOffline => "started offline",
            TransactionOddity::StoppedOffline => "stopped offline",
            TransactionOddity::StartRepeated => "start repeated",
            TransactionOddity::StopRepeated => "stop repeated",
            TransactionOddity::MeterBackwards => "meter backwards",
            TransactionOddity::TimeBackwards => "time backwards",
            TransactionOddity::ZeroId => "id 0",
            TransactionOddity::ReusedId => "id reused",
            TransactionOddity::MeterAfterStop => "meter after stop",
            TransactionOddity::OtherConnector => "other connector",
            TransactionOddity::EventMissing => "event missing",
            TransactionOddity::EventFailed => "event failed",
            TransactionOddity::EventAfterEnd => "event after end",
            TransactionOddity::EventRepeated => "event repeated",
            TransactionOddity::OutOfOrder => "out of order",
            TransactionOddity::HappenedOffline => "offline",
        }
    }

    /// A sentence about it.
    pub const fn sentence(self) -> &'static str {
        match self {
            TransactionOddity::NoStart => {
                "Its start was not seen: it began before this session, or the message about it never came."
            }
            TransactionOddity::NoStop => "Its end was not seen, although the connector is free or has another transaction.",
            TransactionOddity::StartFailed => "The message about its start was answered with an error, or not at all.",
            TransactionOddity::TagRefused => "The central system did not accept the tag; the station should end it.",
            TransactionOddity::StartedOffline => {
                "Its start was reported more than a minute after it: the station was offline, or its clock is wrong."
            }
            TransactionOddity::StoppedOffline => {
                "Its end was reported more than a minute after it: the station was offline, or its clock is wrong."
            }
            TransactionOddity::StartRepeated => "Its start was reported more than once.",
            TransactionOddity::StopRepeated => "Its end was reported more than once.",
            TransactionOddity::MeterBackwards => "The register of the meter runs backwards.",
            TransactionOddity::TimeBackwards => "It ended before it began.",
            TransactionOddity::ZeroId => "Its number is 0, which some charge points and central systems take for no number.",
            TransactionOddity::ReusedId => "The station had a transaction with this number before.",
            TransactionOddity::MeterAfterStop => "Meter values came that were taken after its end.",
            TransactionOddity::OtherConnector => "Messages name it together with another connector.",
            TransactionOddity::EventMissing => "A sequence number of its events is missing: one was lost, or is still to come.",
            TransactionOddity::EventFailed => "One of its events was answered with an error, or not at all.",
            TransactionOddity::EventAfterEnd => "An event came that is later than its end.",
            TransactionOddity::EventRepeated => "An event came more than once.",
            TransactionOddity::OutOfOrder => "Its events came in another order than their sequence numbers say.",
            TransactionOddity::HappenedOffline => "Some of its events happened while the station was offline.",
        }
    }
}

/// A set of oddities.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OdditySet(u32);

impl OdditySet {
    /// Adds one.
    pub(super) fn add(&mut self, oddity: TransactionOddity) {
        self.0 |= 1 << oddity as u32;
    }

    /// Takes one away.
    pub(super) fn remove(&mut self, oddity: TransactionOddity) {
        self.0 &= !(1 << oddity as u32);
    }

    /// Whether one is there.
    pub fn has(self, oddity: TransactionOddity) -> bool {
        self.0 & (1 << oddity as u32) != 0
    }

    /// Those that are there, most important first.
    pub fn iter(self) -> impl Iterator<Item = TransactionOddity> {
        TransactionOddity::ALL.into_iter().filter(move |oddity| self.has(*oddity))
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}
