//! The options of a probe: where, as whom, how long, and what it may do.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use rustls::sign::CertifiedKey;

use super::client::certified;
use super::probe_error::ProbeError;
use super::target::ProbeTarget;
use crate::ocpp::Version;

/// A password. It is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct ProbePassword(String);

impl ProbePassword {
    /// A password in clear text.
    pub fn new(password: String) -> ProbePassword {
        ProbePassword(password)
    }

    /// The value of the header Authorization (RFC 7617).
    pub(super) fn basic(&self, user: &str) -> String {
        format!("Basic {}", STANDARD.encode(format!("{user}:{}", self.0)))
    }

    /// The same for a password that is wrong, but as long.
    pub(super) fn wrong_basic(&self, user: &str) -> String {
        let wrong: String = self.0.chars().map(|character| if character == 'x' { 'y' } else { 'x' }).collect();
        ProbePassword(wrong).basic(user)
    }
}

/// What TLS needs.
#[derive(Clone, Default)]
pub struct ProbeSecurity {
    /// The CAs that are trusted, in DER.
    pub roots: Vec<Vec<u8>>,
    /// Whether links are opened although the certificate of the central system will not do.
    pub insecure: bool,
    /// The certificate of the station, and those between it and its CA.
    pub own: Option<Arc<CertifiedKey>>,
    /// The name that is asked for and checked instead of the host of the URL.
    pub server_name: Option<String>,
}

/// A certificate in DER, with those between it and its CA, and its key in PKCS #8.
///
/// # Errors
/// When the key cannot be used, or is the one of another certificate; the error is one sentence.
pub fn own_certificate(chain: &[Vec<u8>], key: &[u8]) -> Result<Arc<CertifiedKey>, ProbeError> {
    certified(chain, key).map_err(|error| ProbeError::Certificate(error.to_string()))
}

/// The options of a probe.
pub struct ProbeOptions {
    /// The central system.
    pub target: ProbeTarget,
    /// The identities to connect as; checks that run at the same time need one each.
    pub identities: Vec<String>,
    /// The password for Basic authentication.
    pub password: Option<ProbePassword>,
    /// What TLS needs, where the URL asks for it.
    pub security: ProbeSecurity,
    /// Whether calls may be sent that change the state of the central system.
    pub with_calls: bool,
    /// The version for the checks of frames; without one the best that is accepted.
    pub version: Option<Version>,
    /// How long an answer is waited for.
    pub timeout: Duration,
    /// How long a link is left silent, to see pings of the server and its idle timeout; nothing skips that.
    pub quiet: Option<Duration>,
    /// How many checks run at the same time.
    pub jobs: usize,
    /// Names of checks or areas, or their beginnings; all when it is empty.
    pub only: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_password_is_another_one() {
        let password = ProbePassword::new("xa".to_owned());
        assert_eq!(password.basic("CP1"), "Basic Q1AxOnhh");
        assert_eq!(password.wrong_basic("CP1"), format!("Basic {}", STANDARD.encode("CP1:yx")));
    }
}
