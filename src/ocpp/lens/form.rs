//! A version together with a transport, as people in the field write it: `1.5S` is OCPP 1.5 over SOAP, `1.6J` OCPP 1.6 over WebSocket.

use std::fmt;

use crate::ocpp::{OcppGeneration, Transport, Version};

/// How another peer would see a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LensForm {
    /// The version.
    pub version: Version,
    /// How it travels.
    pub transport: Transport,
}

impl LensForm {
    /// All forms, oldest version first.
    pub fn all() -> impl Iterator<Item = LensForm> {
        let forms = |version: Version| Transport::ALL.map(|transport| LensForm { version, transport });
        Version::ALL
            .into_iter()
            .flat_map(forms)
            .filter(|form| form.transport == Transport::WebSocket || form.version.has_soap())
    }

    /// Reads `1.5s`, `1.6J`, `ocpp1.6`, in any case. Without a letter it is JSON.
    pub fn parse(name: &str) -> Option<LensForm> {
        let name = name.trim();
        let letter = name.chars().next_back()?.to_ascii_uppercase();
        let (number, transport) = match letter {
            'S' => (&name[..name.len() - 1], Transport::Soap),
            'J' => (&name[..name.len() - 1], Transport::WebSocket),
            _ => (name, Transport::WebSocket),
        };
        let version = Version::parse(number)?;
        LensForm::all().find(|form| *form == LensForm { version, transport })
    }

    /// The form in which a message of another one is looked at first: of the same version with the other transport, and of 2.x the newest
    /// 1.x.
    pub fn beside(version: Version, transport: Transport) -> LensForm {
        let first = version.dialect().generation == OcppGeneration::First;
        match transport {
            Transport::WebSocket if first => LensForm { version, transport: Transport::Soap },
            _ if first => LensForm { version, transport: Transport::WebSocket },
            _ => LensForm { version: Version::V1_6, transport: Transport::WebSocket },
        }
    }
}

impl fmt::Display for LensForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = match (self.version.has_soap(), self.transport) {
            (false, _) => "",
            (true, Transport::Soap) => "S",
            (true, Transport::WebSocket) => "J",
        };
        write!(f, "{}{letter}", self.version)
    }
}
