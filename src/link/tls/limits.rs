//! Which versions and suites of TLS are spoken, as the user wants it, and whether this build has them: rustls has TLS 1.2 and 1.3 with forward
//! secrecy, a build with the feature `openssl` has TLS 1.0 and 1.1 and the suites named `TLS_RSA`, too.

use super::PROVIDER;
use super::names::{TlsVersion, TlsVersions, suite_name};

/// Whether this build has OpenSSL.
pub const HAS_OPENSSL: bool = cfg!(feature = "openssl");

/// The versions and suites that are spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TlsLimits {
    /// The lowest version.
    pub lowest: TlsVersion,
    /// The highest version.
    pub highest: TlsVersion,
    /// Whether suites without forward secrecy are spoken with versions up to TLS 1.2. A lower version has them in any case.
    pub static_rsa: bool,
}

impl Default for TlsLimits {
    fn default() -> TlsLimits {
        TlsLimits::up_to(TlsVersion::V1_3)
    }
}

/// Why limits cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlsLimitsError {
    /// This build lacks what they need.
    #[error(
        "{option} needs OpenSSL, and this build has none: rustls has neither TLS below 1.2 nor TLS_RSA suites; \"cargo install --path . \
         --features openssl\" in the sources makes a build that has them, with a C compiler, perl and make"
    )]
    NeedsOpenssl {
        /// The option as it is written.
        option: String,
    },
    /// There is no version between them.
    #[error("--tls-min {lowest} is higher than --tls-max {highest}; name versions the other way round")]
    Backwards {
        /// The lowest version.
        lowest: TlsVersion,
        /// The highest version.
        highest: TlsVersion,
    },
}

impl TlsLimits {
    /// All versions with forward secrecy up to this one.
    pub const fn up_to(highest: TlsVersion) -> TlsLimits {
        TlsLimits { lowest: TlsVersion::V1_2, highest, static_rsa: false }
    }

    /// Whether this build can keep them.
    ///
    /// # Errors
    /// When it cannot, or there is no version between them.
    pub fn check(self) -> Result<TlsLimits, TlsLimitsError> {
        let TlsLimits { lowest, highest, static_rsa } = self;
        if lowest > highest {
            return Err(TlsLimitsError::Backwards { lowest, highest });
        }
        if HAS_OPENSSL || !self.needs_openssl() {
            return Ok(self);
        }
        let option = if static_rsa { "--tls-rsa".to_owned() } else { format!("--tls-min {lowest}") };
        Err(TlsLimitsError::NeedsOpenssl { option })
    }

    /// Whether rustls lacks a part of them.
    pub fn needs_openssl(self) -> bool {
        self.static_rsa || self.lowest < TlsVersion::V1_2
    }

    /// The versions.
    pub(super) const fn versions(self) -> TlsVersions {
        TlsVersions { lowest: self.lowest, highest: self.highest }
    }
}

/// Whether a suite of the offer is one of this build, so that only the key of the certificate keeps it from being used.
pub(super) fn has_any_of_ours(offered: &[Box<str>]) -> bool {
    PROVIDER.cipher_suites.iter().any(|ours| offered.contains(&suite_name(ours.suite())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_this_build_lacks_is_said_with_the_build_that_has_it() {
        let of =
            |lowest, highest, static_rsa| TlsLimits { lowest, highest, static_rsa }.check().map_err(|error| error.to_string());
        assert!(of(TlsVersion::V1_2, TlsVersion::V1_3, false).is_ok() && of(TlsVersion::V1_3, TlsVersion::V1_3, false).is_ok());
        let backwards = of(TlsVersion::V1_3, TlsVersion::V1_2, false).unwrap_err();
        assert!(backwards.starts_with("--tls-min 1.3 is higher than --tls-max 1.2"), "{backwards}");
        for (lowest, static_rsa, option) in [(TlsVersion::V1_0, false, "--tls-min 1.0"), (TlsVersion::V1_2, true, "--tls-rsa")]
        {
            let checked = of(lowest, TlsVersion::V1_3, static_rsa);
            assert_eq!(checked.is_ok(), HAS_OPENSSL);
            if let Err(text) = checked {
                assert!(text.starts_with(&format!("{option} needs OpenSSL")) && text.contains("--features openssl"), "{text}");
            }
        }
    }
}
