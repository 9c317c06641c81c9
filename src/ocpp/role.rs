//! The two roles of OCPP 1.x.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One of the two ends of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
pub enum Role {
    /// The charge point: connects to a central system.
    #[serde(rename = "cp")]
    ChargePoint,
    /// The central system: waits for charge points.
    #[serde(rename = "cs")]
    CentralSystem,
}

impl Role {
    /// Both roles.
    pub const ALL: [Role; 2] = [Role::ChargePoint, Role::CentralSystem];

    /// The role at the other end.
    pub const fn peer(self) -> Role {
        match self {
            Role::ChargePoint => Role::CentralSystem,
            Role::CentralSystem => Role::ChargePoint,
        }
    }

    /// The short form of log lines and commands: `cp`, `cs`.
    pub const fn short(self) -> &'static str {
        match self {
            Role::ChargePoint => "cp",
            Role::CentralSystem => "cs",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Role::ChargePoint => "charge point",
            Role::CentralSystem => "central system",
        })
    }
}
