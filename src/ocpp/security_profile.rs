//! The security profiles of OCPP: what a link is protected by (security whitepaper for 1.6 §2, 2.0.1 part 2 A00).

use std::fmt;

/// A security profile. Higher ones protect more; a station never goes down by itself (A00.FR.005).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecurityProfile {
    /// Neither TLS nor a password; only in 1.6 and before.
    #[default]
    Unsecured,
    /// HTTP Basic authentication without TLS.
    Basic,
    /// TLS with a certificate of the central system, and HTTP Basic authentication of the station.
    TlsBasic,
    /// TLS with certificates of both sides.
    TlsClientCertificate,
}

impl SecurityProfile {
    /// All profiles, the weakest first.
    pub const ALL: [SecurityProfile; 4] =
        [SecurityProfile::Unsecured, SecurityProfile::Basic, SecurityProfile::TlsBasic, SecurityProfile::TlsClientCertificate];

    /// The profile with this number, 0 to 3.
    pub fn of_number(number: u8) -> Option<SecurityProfile> {
        SecurityProfile::ALL.get(usize::from(number)).copied()
    }

    /// Its number in OCPP, 0 to 3.
    pub const fn number(self) -> u8 {
        match self {
            SecurityProfile::Unsecured => 0,
            SecurityProfile::Basic => 1,
            SecurityProfile::TlsBasic => 2,
            SecurityProfile::TlsClientCertificate => 3,
        }
    }

    /// Whether the link is encrypted.
    pub const fn uses_tls(self) -> bool {
        matches!(self, SecurityProfile::TlsBasic | SecurityProfile::TlsClientCertificate)
    }

    /// Whether the station has a password.
    pub const fn uses_password(self) -> bool {
        matches!(self, SecurityProfile::Basic | SecurityProfile::TlsBasic)
    }

    /// Whether the station has a certificate.
    pub const fn uses_client_certificate(self) -> bool {
        matches!(self, SecurityProfile::TlsClientCertificate)
    }
}

impl fmt::Display for SecurityProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_are_ordered_and_numbered() {
        for (number, profile) in SecurityProfile::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(profile.number()), number);
            assert_eq!(SecurityProfile::of_number(profile.number()), Some(profile));
            assert!(!(profile.uses_password() && profile.uses_client_certificate()), "{profile}");
        }
        assert_eq!(SecurityProfile::of_number(4), None);
        assert!(SecurityProfile::Basic < SecurityProfile::TlsBasic);
        let tls: Vec<bool> = SecurityProfile::ALL.into_iter().map(SecurityProfile::uses_tls).collect();
        assert_eq!(tls, [false, false, true, true]);
    }
}
