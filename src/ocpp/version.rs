//! The versions of OCPP that the program supports, and their names on the wire. Their messages are in the catalog, their rules in
//! `dialect`.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Role;

/// A version of OCPP. It is negotiated per link and is never a property of the whole process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
pub enum Version {
    /// OCPP 1.2 (2010-08 namespaces).
    #[serde(rename = "1.2")]
    V1_2,
    /// OCPP 1.5 (2012-06 namespaces).
    #[serde(rename = "1.5")]
    V1_5,
    /// OCPP 1.6 (2015-10 namespaces).
    #[serde(rename = "1.6")]
    V1_6,
    /// OCPP 2.0.1 (edition 3 of 2024), JSON only.
    #[serde(rename = "2.0.1")]
    V2_0_1,
    /// OCPP 2.1 (2025), JSON only.
    #[serde(rename = "2.1")]
    V2_1,
}

impl Version {
    /// All versions, oldest first.
    pub const ALL: [Version; 5] = [Version::V1_2, Version::V1_5, Version::V1_6, Version::V2_0_1, Version::V2_1];

    /// The versions that SOAP carries too, oldest first.
    pub const SOAP: [Version; 3] = [Version::V1_2, Version::V1_5, Version::V1_6];

    /// The order in which a name is looked up while neither a link nor an option tells the version: 1.x before 2.x, in each the
    /// newest first. Names that both have stand for different messages, and a session without a link begins with 1.x.
    pub const WITHOUT_LINK: [Version; 5] = [Version::V1_6, Version::V1_5, Version::V1_2, Version::V2_1, Version::V2_0_1];

    /// The number: `1.6`.
    pub const fn number(self) -> &'static str {
        match self {
            Version::V1_2 => "1.2",
            Version::V1_5 => "1.5",
            Version::V1_6 => "1.6",
            Version::V2_0_1 => "2.0.1",
            Version::V2_1 => "2.1",
        }
    }

    /// The WebSocket subprotocol (OCPP-J 1.6 §3.1.2): `ocpp1.6`.
    pub const fn subprotocol(self) -> &'static str {
        match self {
            Version::V1_2 => "ocpp1.2",
            Version::V1_5 => "ocpp1.5",
            Version::V1_6 => "ocpp1.6",
            Version::V2_0_1 => "ocpp2.0.1",
            Version::V2_1 => "ocpp2.1",
        }
    }

    /// Whether SOAP carries it.
    pub const fn has_soap(self) -> bool {
        matches!(self, Version::V1_2 | Version::V1_5 | Version::V1_6)
    }

    /// The namespace of the service that `host` offers (OCPP-S 1.6, table 2). The slash at the end is part of the name. Empty for a
    /// version that SOAP does not carry.
    pub const fn namespace(self, host: Role) -> &'static str {
        match (self, host) {
            (Version::V1_2, Role::CentralSystem) => "urn://Ocpp/Cs/2010/08/",
            (Version::V1_2, Role::ChargePoint) => "urn://Ocpp/Cp/2010/08/",
            (Version::V1_5, Role::CentralSystem) => "urn://Ocpp/Cs/2012/06/",
            (Version::V1_5, Role::ChargePoint) => "urn://Ocpp/Cp/2012/06/",
            (Version::V1_6, Role::CentralSystem) => "urn://Ocpp/Cs/2015/10/",
            (Version::V1_6, Role::ChargePoint) => "urn://Ocpp/Cp/2015/10/",
            (Version::V2_0_1 | Version::V2_1, _) => "",
        }
    }

    /// What it calls a role: from OCPP 2 on the two are the charging station and the CSMS.
    pub const fn role_name(self, role: Role) -> &'static str {
        match (self, role) {
            (Version::V1_2 | Version::V1_5 | Version::V1_6, Role::ChargePoint) => "charge point",
            (Version::V1_2 | Version::V1_5 | Version::V1_6, Role::CentralSystem) => "central system",
            (Version::V2_0_1 | Version::V2_1, Role::ChargePoint) => "charging station",
            (Version::V2_0_1 | Version::V2_1, Role::CentralSystem) => "CSMS",
        }
    }

    /// Finds the version by its subprotocol, in any case as in ocppjs, or by its number.
    pub fn parse(name: &str) -> Option<Version> {
        let name = name.trim();
        Version::ALL.into_iter().find(|version| name.eq_ignore_ascii_case(version.subprotocol()) || name == version.number())
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_case_and_nothing_else_is() {
        for version in Version::ALL {
            assert_eq!(Version::parse(version.subprotocol()), Some(version));
            assert_eq!(Version::parse(&version.subprotocol().to_uppercase()), Some(version));
            assert_eq!(Version::parse(version.number()), Some(version));
        }
        assert_eq!(Version::parse("ocpp2.0"), None);
        assert_eq!(Version::parse(""), None);
    }
}
