//! The outcome of an order.

use crate::trace::StationKey;

/// How an order was taken: the links that have it in their queue, and the stations for which it failed at once.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Stations whose link took it.
    pub taken: Vec<StationKey>,
    /// Stations that cannot have it, with a sentence each.
    pub refused: Vec<(StationKey, String)>,
}
