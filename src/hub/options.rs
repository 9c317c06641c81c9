//! The options with which a central system or a charge point is started.

use super::access::AccessOptions;
use super::credential_options::CredentialOptions;
use super::tls_options::{DialTlsOptions, ListenTlsOptions};
use crate::link::{DEFAULT_TLS_PORT, SubprotocolPolicy, TlsLimits, is_secure_url};
use crate::ocpp::{SecurityProfile, Transport, Version};
use crate::simulator::StationEquipment;

/// The options of a central system.
#[derive(Debug, Clone, PartialEq)]
pub struct CentralSystemOptions {
    /// The address to bind, usually `::` or `0.0.0.0`.
    pub host: Option<String>,
    /// The TCP port without TLS; 0 means any free one.
    pub port: u16,
    /// The path below which stations connect: `/` or `/simulator`.
    pub endpoint: String,
    /// The versions that are offered.
    pub versions: Vec<Version>,
    /// The transports that are spoken.
    pub transports: Vec<Transport>,
    /// Seconds between our WebSocket pings; 0 means none.
    pub ping_interval: u32,
    /// What is done about unusual subprotocols.
    pub subprotocols: SubprotocolPolicy,
    /// What links are protected by.
    pub security_profile: SecurityProfile,
    /// TLS.
    pub tls: ListenTlsOptions,
    /// The id of the first transaction; `None` takes one from the time, so that it is none of an earlier session.
    pub first_transaction: Option<i32>,
    /// Who may connect.
    pub access: AccessOptions,
}

impl Default for CentralSystemOptions {
    /// Every version over both transports on any free port, without TLS.
    fn default() -> CentralSystemOptions {
        CentralSystemOptions {
            host: None,
            port: 0,
            endpoint: "/".to_owned(),
            versions: Version::ALL.to_vec(),
            transports: Transport::ALL.to_vec(),
            ping_interval: 0,
            subprotocols: SubprotocolPolicy::default(),
            security_profile: SecurityProfile::default(),
            tls: ListenTlsOptions::default(),
            first_transaction: None,
            access: AccessOptions::default(),
        }
    }
}

impl CentralSystemOptions {
    /// The port for TLS; `None` when there is to be none. Every option that is about TLS asks for it.
    pub fn tls_port(&self) -> Option<u16> {
        let ListenTlsOptions { port, alone, certificates, client_ca, organization, limits } = &self.tls;
        let is_named = !certificates.is_empty() || !client_ca.is_empty() || organization.is_some();
        let wanted = *alone || is_named || *limits != TlsLimits::default() || self.security_profile.uses_tls();
        port.or(wanted.then_some(DEFAULT_TLS_PORT))
    }
}

/// The options of a charge point.
#[derive(Debug, Clone, PartialEq)]
pub struct ChargePointOptions {
    /// The central system's URL without the identity.
    pub url: String,
    /// The identity.
    pub identity: String,
    /// The version that is asked for.
    pub version: Version,
    /// Seconds between our WebSocket pings; 0 means none.
    pub ping_interval: u32,
    /// Whether it is autonomous: boots, sends heartbeats, reports its connectors. When false it sends only the calls
    /// that the user commands, like ocppjs.
    pub autonomous: bool,
    /// The machine.
    pub machine: MachineOptions,
    /// How it speaks SOAP; `None` for a WebSocket.
    pub soap: Option<SoapOptions>,
    /// What it shows to its central system at first.
    pub credentials: CredentialOptions,
    /// TLS.
    pub tls: DialTlsOptions,
}

impl ChargePointOptions {
    /// An autonomous charge point over a WebSocket, with the defaults for everything else.
    pub fn new(url: impl Into<String>, identity: impl Into<String>, version: Version) -> ChargePointOptions {
        ChargePointOptions {
            url: url.into(),
            identity: identity.into(),
            version,
            ping_interval: 0,
            autonomous: true,
            machine: MachineOptions::default(),
            soap: None,
            credentials: CredentialOptions::default(),
            tls: DialTlsOptions::default(),
        }
    }
}

/// The machine of a charge point: what it is built of, who is at it, and what it is used to.
#[derive(Debug, Clone, PartialEq)]
pub struct MachineOptions {
    /// Whether the simulated driver plugs in and pays. When false the machine answers and reports, and waits for hands.
    pub driver: bool,
    /// What it is built of.
    pub equipment: StationEquipment,
    /// The habits of real stations that it has: names of those that come with the program, or files.
    pub quirks: Vec<String>,
    /// What chance follows from; `None` is another number for each.
    pub seed: Option<u64>,
    /// How many seconds pass at it in one of the session: its timers, its meters, and the times in its messages.
    pub clock: f64,
}

impl Default for MachineOptions {
    fn default() -> MachineOptions {
        MachineOptions { driver: true, equipment: StationEquipment::default(), quirks: Vec::new(), seed: None, clock: 1.0 }
    }
}

/// The options of a charge point over SOAP.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SoapOptions {
    /// The address in the `From` header; `None` is the one on the way to the central system.
    pub from: Option<String>,
    /// The TCP port for remote calls; 0 means any free one, `None` the one in the `From` address or, without that, any free one.
    pub port: Option<u16>,
    /// Whether all stations of the session that say so are called at one port, each at the path of its identity. Such a port has no TLS.
    pub shared: bool,
}

impl SoapOptions {
    /// Whether it is called over TLS.
    pub fn is_secure(&self) -> bool {
        self.from.as_deref().is_some_and(is_secure_url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::TlsVersion;

    #[test]
    fn every_option_about_tls_asks_for_its_port() {
        let port = |tls| CentralSystemOptions { tls, ..CentralSystemOptions::default() }.tls_port();
        assert_eq!(port(ListenTlsOptions::default()), None);
        let limits = TlsLimits { lowest: TlsVersion::V1_3, ..TlsLimits::default() };
        for tls in [
            ListenTlsOptions { alone: true, ..ListenTlsOptions::default() },
            ListenTlsOptions { client_ca: vec!["ca.pem".into()], ..ListenTlsOptions::default() },
            ListenTlsOptions { organization: Some("Operator".to_owned()), ..ListenTlsOptions::default() },
            ListenTlsOptions { limits, ..ListenTlsOptions::default() },
        ] {
            assert_eq!(port(tls.clone()), Some(DEFAULT_TLS_PORT), "{tls:?}");
        }
        assert_eq!(port(ListenTlsOptions { port: Some(8443), limits, ..ListenTlsOptions::default() }), Some(8443));
    }
}
