//! Where on a station something is: at a connector, in OCPP 2.x at one of an EVSE.

use std::fmt;

/// A connector, or the station as a whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectorPlace {
    /// The EVSE; 0 where the version has none.
    pub evse: i64,
    /// The connector; 0 is the station as a whole, or the EVSE.
    pub connector: i64,
}

impl ConnectorPlace {
    /// A connector of a station of OCPP 1.x; 0 is the station.
    pub const fn numbered(connector: i64) -> ConnectorPlace {
        ConnectorPlace { evse: 0, connector }
    }

    /// Whether it is the station as a whole.
    pub const fn is_station(self) -> bool {
        self.evse == 0 && self.connector == 0
    }

    /// The number under which a transaction runs there: of the EVSE, or of the connector where there are none.
    pub const fn number(self) -> i64 {
        if self.evse > 0 { self.evse } else { self.connector }
    }

    /// Whether what is at one of the two may be at the other: an EVSE stands for each of its connectors.
    pub const fn covers(self, other: ConnectorPlace) -> bool {
        let evse = self.evse > 0 && (self.connector == 0 || other.connector == 0);
        self.evse == other.evse && (self.connector == other.connector || evse)
    }
}

/// In words: `connector 2`, `EVSE 1, connector 2`.
impl fmt::Display for ConnectorPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.evse, self.connector) {
            (0, connector) => write!(f, "connector {connector}"),
            (evse, 0) => write!(f, "EVSE {evse}"),
            (evse, connector) => write!(f, "EVSE {evse}, connector {connector}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_evse_covers_its_connectors_and_no_others() {
        let at = |evse, connector| ConnectorPlace { evse, connector };
        assert!(at(1, 0).covers(at(1, 2)) && at(1, 2).covers(at(1, 0)) && at(0, 2).covers(at(0, 2)));
        assert!(!at(1, 1).covers(at(1, 2)) && !at(1, 0).covers(at(2, 1)) && !at(0, 0).covers(at(0, 1)));
        let words = [at(0, 2), at(1, 0), at(1, 2)].map(|place| place.to_string());
        assert_eq!(words, ["connector 2", "EVSE 1", "EVSE 1, connector 2"]);
    }
}
