//! Which fields, configuration keys and variables hold what identifies people, stations and sites, by their names: those of OCPP 1.2 to 2.1
//! and those that vendors use in messages of their own.

use serde::Serialize;

use crate::ocpp::is_secret_name;

/// What a value tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum SecretKind {
    /// Who charges: tags, tokens, contracts, vehicles that identify themselves.
    Token,
    /// Which station it is.
    Identity,
    /// Serial numbers of stations, meters and SIM cards.
    SerialNumber,
    /// IP and MAC addresses, hosts of URLs, mail addresses, names of networks.
    Address,
    /// Passwords, user names, keys, signatures.
    Key,
    /// Certificates and what is made from them.
    Certificate,
    /// Where a station is.
    Coordinate,
    /// Names, postal addresses, telephone numbers, VIN, VAT, plates.
    Person,
}

impl SecretKind {
    /// All kinds.
    pub const ALL: [SecretKind; 8] = [
        SecretKind::Token,
        SecretKind::Identity,
        SecretKind::SerialNumber,
        SecretKind::Address,
        SecretKind::Key,
        SecretKind::Certificate,
        SecretKind::Coordinate,
        SecretKind::Person,
    ];

    /// What the values are called in a report.
    pub const fn words(self) -> &'static str {
        match self {
            SecretKind::Token => "tags and tokens",
            SecretKind::Identity => "identities",
            SecretKind::SerialNumber => "serial numbers",
            SecretKind::Address => "addresses",
            SecretKind::Key => "keys and signatures",
            SecretKind::Certificate => "certificates",
            SecretKind::Coordinate => "coordinates",
            SecretKind::Person => "personal data",
        }
    }

    /// The kind of what a field, a configuration key or a variable of this name holds.
    pub fn of_name(name: &str) -> Option<SecretKind> {
        let name: String = name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        let known = NAMES.iter().find(|(_, names)| names.contains(&&*name)).map(|(kind, _)| *kind);
        known.or_else(|| name.contains("serialnumber").then_some(SecretKind::SerialNumber)).or_else(|| {
            let key = is_secret_name(&name) || (name.contains("publickey") && !name.contains("with"));
            key.then_some(SecretKind::Key)
        })
    }
}

/// Names in lower case without signs.
const NAMES: [(SecretKind, &[&str]); 8] = [
    (
        SecretKind::Token,
        &[
            "idtag",
            "parentidtag",
            "idtoken",
            "additionalidtoken",
            "groupidtoken",
            "emaid",
            "prioritizedemaids",
            "evccid",
            "rfid",
            "rfiduid",
            "tagid",
            "carduid",
            "cardnumber",
            "contractid",
        ],
    ),
    (
        SecretKind::Identity,
        &["chargeboxidentity", "chargeboxid", "chargepointid", "chargepointidentity", "stationid", "identity"],
    ),
    (
        SecretKind::SerialNumber,
        &["iccid", "imsi", "imei", "serial", "chargepointserialnumber", "chargeboxserialnumber", "meterserialnumber"],
    ),
    (
        SecretKind::Address,
        &[
            "hostname",
            "host",
            "server",
            "servername",
            "ip",
            "ipaddress",
            "mac",
            "macaddress",
            "apn",
            "apnname",
            "ssid",
            "email",
            "mail",
            "domain",
        ],
    ),
    (
        SecretKind::Key,
        &[
            "user",
            "username",
            "apnusername",
            "signature",
            "signedmeterdata",
            "digestvalue",
            "priceschedulesignature",
            "token",
            "pin",
        ],
    ),
    (
        SecretKind::Certificate,
        &[
            "certificate",
            "certificatechain",
            "csr",
            "exirequest",
            "exiresponse",
            "signingcertificate",
            "ocspresult",
            "issuernamehash",
            "issuerkeyhash",
            "x5c",
            "cert",
        ],
    ),
    (SecretKind::Coordinate, &["latitude", "longitude", "lat", "lon", "lng", "gps", "coordinates"]),
    (
        SecretKind::Person,
        &[
            "customeridentifier",
            "vin",
            "vatnumber",
            "vatid",
            "taxid",
            "firstname",
            "lastname",
            "fullname",
            "surname",
            "holder",
            "phone",
            "phonenumber",
            "mobile",
            "msisdn",
            "licenseplate",
            "numberplate",
            "plate",
            "address1",
            "address2",
            "city",
            "postalcode",
            "street",
            "zip",
            "zipcode",
            "pspref",
            "receiptid",
            "iban",
            "company",
            "customername",
            "customerid",
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_keys_and_variables_are_known_by_their_names() {
        for (name, kind) in [
            ("idTag", SecretKind::Token),
            ("parent_id_tag", SecretKind::Token),
            ("chargePointSerialNumber", SecretKind::SerialNumber),
            ("evInverterSerialNumber", SecretKind::SerialNumber),
            ("ICCID", SecretKind::SerialNumber),
            ("AuthorizationKey", SecretKind::Key),
            ("MeterPublicKey1", SecretKind::Key),
            ("issuerKeyHash", SecretKind::Certificate),
            ("vatNumber", SecretKind::Person),
            ("VIN", SecretKind::Person),
            ("latitude", SecretKind::Coordinate),
        ] {
            assert_eq!(SecretKind::of_name(name), Some(kind), "{name}");
        }
        for name in
            ["status", "connectorId", "vendorId", "HeartbeatInterval", "type", "name", "location", "transactionId", "keyId"]
        {
            assert_eq!(SecretKind::of_name(name), None, "{name}");
        }
    }
}
