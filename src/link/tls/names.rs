//! The registered names of what TLS agrees on. Numbers without a name are written as `0x1234`.

use std::fmt;

use rustls::{CipherSuite, NamedGroup, ProtocolVersion, SupportedProtocolVersion};

use crate::ocpp::Role;

/// The protocol on the connection (RFC 7301).
pub(super) const HTTP: &[u8] = b"http/1.1";

static ONLY_1_2: &[&SupportedProtocolVersion] = &[&rustls::version::TLS12];
static ONLY_1_3: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13];

/// A version of TLS that is spoken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum TlsVersion {
    /// TLS 1.0, which OpenSSL alone has.
    V1_0,
    /// TLS 1.1, which OpenSSL alone has.
    V1_1,
    /// TLS 1.2.
    V1_2,
    /// TLS 1.3.
    #[default]
    V1_3,
}

impl TlsVersion {
    /// All versions, the older first.
    pub const ALL: [TlsVersion; 4] = [TlsVersion::V1_0, TlsVersion::V1_1, TlsVersion::V1_2, TlsVersion::V1_3];

    /// Its number, as in `1.2`.
    pub const fn number(self) -> &'static str {
        match self {
            TlsVersion::V1_0 => "1.0",
            TlsVersion::V1_1 => "1.1",
            TlsVersion::V1_2 => "1.2",
            TlsVersion::V1_3 => "1.3",
        }
    }

    /// The version with this number.
    pub fn of_number(number: &str) -> Option<TlsVersion> {
        TlsVersion::ALL.into_iter().find(|version| version.number() == number)
    }
}

/// The versions of TLS that are spoken: all from one to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::link) struct TlsVersions {
    /// The first of them.
    pub lowest: TlsVersion,
    /// The last of them.
    pub highest: TlsVersion,
}

impl TlsVersions {
    /// Those with forward secrecy up to this one.
    pub const fn up_to(highest: TlsVersion) -> TlsVersions {
        TlsVersions { lowest: TlsVersion::V1_2, highest }
    }

    /// This one alone.
    pub const fn only(version: TlsVersion) -> TlsVersions {
        TlsVersions { lowest: version, highest: version }
    }

    /// Whether it is one of them.
    pub fn has(self, version: TlsVersion) -> bool {
        (self.lowest..=self.highest).contains(&version)
    }

    /// Whether it is one of them, by its name as in `TLS 1.2`.
    pub fn has_named(self, name: &str) -> bool {
        name.strip_prefix("TLS ").and_then(TlsVersion::of_number).is_some_and(|version| self.has(version))
    }

    /// For rustls, as far as it has them.
    pub(super) fn enabled(self) -> &'static [&'static SupportedProtocolVersion] {
        match (self.has(TlsVersion::V1_2), self.has(TlsVersion::V1_3)) {
            (true, true) => rustls::ALL_VERSIONS,
            (true, false) => ONLY_1_2,
            (false, true) => ONLY_1_3,
            (false, false) => &[],
        }
    }

    /// Whether rustls lacks one of them.
    #[cfg(feature = "openssl")]
    pub fn needs_openssl(self) -> bool {
        self.lowest < TlsVersion::V1_2
    }
}

/// As in a sentence: `TLS 1.2 and 1.3`.
impl fmt::Display for TlsVersions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers: Vec<&str> =
            TlsVersion::ALL.into_iter().filter(|version| self.has(*version)).map(TlsVersion::number).collect();
        match numbers.split_last() {
            Some((last, before)) if !before.is_empty() => write!(f, "TLS {} and {last}", before.join(", ")),
            _ => write!(f, "TLS {}", numbers.concat()),
        }
    }
}

impl fmt::Display for TlsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.number())
    }
}

/// How sentences about TLS call the side with this role.
pub(super) const fn called(role: Role) -> &'static str {
    match role {
        Role::ChargePoint => "station",
        Role::CentralSystem => "central system",
    }
}

/// The name of a version of the protocol.
pub(super) fn version_name(version: ProtocolVersion) -> Box<str> {
    match version {
        ProtocolVersion::SSLv2 => "SSL 2.0".into(),
        ProtocolVersion::SSLv3 => "SSL 3.0".into(),
        ProtocolVersion::TLSv1_0 => "TLS 1.0".into(),
        ProtocolVersion::TLSv1_1 => "TLS 1.1".into(),
        ProtocolVersion::TLSv1_2 => "TLS 1.2".into(),
        ProtocolVersion::TLSv1_3 => "TLS 1.3".into(),
        other => number(u16::from(other)),
    }
}

/// The name of a cipher suite. The library puts the version into those of TLS 1.3, the registry does not.
pub(super) fn suite_name(suite: CipherSuite) -> Box<str> {
    match suite.as_str() {
        Some(name) => name.replacen("TLS13_", "TLS_", 1).into(),
        None => number(u16::from(suite)),
    }
}

/// The name of a group for the exchange of keys.
pub(super) fn group_name(group: NamedGroup) -> Box<str> {
    match group.as_str() {
        Some(name) => name.into(),
        None => number(u16::from(group)),
    }
}

fn number(number: u16) -> Box<str> {
    format!("0x{number:04x}").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_registry() {
        assert_eq!(&*suite_name(CipherSuite::TLS13_AES_128_GCM_SHA256), "TLS_AES_128_GCM_SHA256");
        assert_eq!(&*suite_name(CipherSuite::from(0x009c)), "TLS_RSA_WITH_AES_128_GCM_SHA256");
        assert_eq!(&*suite_name(CipherSuite::from(0x7f7f)), "0x7f7f");
        assert_eq!(&*version_name(ProtocolVersion::from(0x0302)), "TLS 1.1");
        assert_eq!(&*version_name(ProtocolVersion::from(0x0399)), "0x0399");
        assert_eq!(&*group_name(NamedGroup::X25519), "X25519");
        assert_eq!(TlsVersion::of_number("1.2"), Some(TlsVersion::V1_2));
        assert_eq!((TlsVersion::of_number("1.1"), TlsVersion::of_number("1.4")), (Some(TlsVersion::V1_1), None));
    }

    #[test]
    fn versions_are_all_between_two() {
        let (both, old, new) =
            (TlsVersions::up_to(TlsVersion::V1_3), TlsVersions::up_to(TlsVersion::V1_2), TlsVersions::only(TlsVersion::V1_3));
        assert_eq!([both, old, new].map(|versions| versions.to_string()), ["TLS 1.2 and 1.3", "TLS 1.2", "TLS 1.3"]);
        assert_eq!([both, old, new].map(|versions| versions.enabled().len()), [2, 1, 1]);
        let all = TlsVersions { lowest: TlsVersion::V1_0, highest: TlsVersion::V1_3 };
        assert_eq!(all.to_string(), "TLS 1.0, 1.1, 1.2 and 1.3");
        assert!(all.has_named("TLS 1.0") && !both.has_named("TLS 1.0"));
        assert!(both.has_named("TLS 1.2") && !new.has_named("TLS 1.2") && !both.has_named("TLS 1.1") && !both.has_named("1.2"));
    }
}
