//! The sequence numbers of the events of a transaction (OCPP 2.x). What follows from them is in `events`.

use crate::trace::sequence_numbers::SequenceNumbers;

/// The numbers that were seen.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct EventNumbers {
    pub seen: SequenceNumbers,
    /// That of the end.
    pub end: Option<i64>,
}

impl EventNumbers {
    /// Whether one is missing. That the first ones are missing is known otherwise: the start was not seen.
    pub fn is_missing(&self) -> bool {
        self.seen.missing().any(|gap| *gap.start() != 0)
    }
}
