//! The points at which a transaction can begin or end (OCPP 2.0.1 part 2, E01 and E06: `TxStartPoint`, `TxStopPoint`), as a set.

/// A set of points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct TransactionPoints(u8);

impl TransactionPoints {
    /// A car is in the parking bay.
    pub(super) const PARKED: TransactionPoints = TransactionPoints(1);
    /// A car is connected.
    pub(super) const CONNECTED: TransactionPoints = TransactionPoints(2);
    /// A token is authorized.
    pub(super) const AUTHORIZED: TransactionPoints = TransactionPoints(4);
    /// All that is needed for energy is there.
    pub(super) const POWER_PATH: TransactionPoints = TransactionPoints(8);
    /// Energy flows.
    pub(super) const ENERGY: TransactionPoints = TransactionPoints(16);
    /// The meter has signed its first value, and not yet its last one. It does so when the power path is closed and opened.
    pub(super) const SIGNED: TransactionPoints = TransactionPoints(32);

    /// Reads the value of a variable, a list with commas. An unknown point is none.
    pub(super) fn read(list: &str) -> TransactionPoints {
        let points = list.split(',').map(|point| match point.trim() {
            "ParkingBayOccupancy" => TransactionPoints::PARKED,
            "EVConnected" => TransactionPoints::CONNECTED,
            "Authorized" => TransactionPoints::AUTHORIZED,
            "PowerPathClosed" => TransactionPoints::POWER_PATH,
            "DataSigned" => TransactionPoints::SIGNED,
            "EnergyTransfer" => TransactionPoints::ENERGY,
            _ => TransactionPoints::default(),
        });
        points.fold(TransactionPoints::default(), TransactionPoints::and)
    }

    /// Both sets together.
    pub(super) const fn and(self, other: TransactionPoints) -> TransactionPoints {
        TransactionPoints(self.0 | other.0)
    }

    /// The set when a condition holds, else none.
    pub(super) const fn when(self, holds: bool) -> TransactionPoints {
        if holds { self } else { TransactionPoints(0) }
    }

    /// The points that the other set lacks.
    pub(super) const fn without(self, other: TransactionPoints) -> TransactionPoints {
        TransactionPoints(self.0 & !other.0)
    }

    /// Whether the sets have a point in common.
    pub(super) const fn meets(self, other: TransactionPoints) -> bool {
        self.0 & other.0 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_and_compared() {
        let points = TransactionPoints::read("EVConnected, Authorized,Moon");
        assert_eq!(points, TransactionPoints::CONNECTED.and(TransactionPoints::AUTHORIZED));
        assert!(points.meets(TransactionPoints::read("Authorized")) && !points.meets(TransactionPoints::ENERGY));
        assert_eq!(points.without(TransactionPoints::CONNECTED), TransactionPoints::AUTHORIZED);
        assert_eq!(TransactionPoints::read(""), TransactionPoints::default());
    }
}
