//! Who may connect to a central system of ours: the passwords of the stations, and the check of what a station shows. The networks from which
//! they may connect are the link's matter.

mod certified_behaviour;
mod failed_attempts;
mod password_book;
mod remembered_passwords;

use std::path::PathBuf;
use std::sync::Arc;

use hyper::StatusCode;
use hyper::header::{HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};

use crate::config::PasswordVerdict;
use crate::link::{AddressPolicy, BasicCredentials, CredentialFault, Handshake, Refusal, limited_address};
use crate::ocpp::SecurityProfile;
use crate::trace::{ChainVerdict, HandshakeFinding};

pub(super) use certified_behaviour::CertifiedBehaviour;
use failed_attempts::FailedAttempts;
pub use password_book::PasswordBook;
pub(super) use remembered_passwords::RememberingBehaviour;

/// The challenge of a 401 (RFC 7617 §2). Passwords of 2.x are UTF-8.
const CHALLENGE: &str = "Basic realm=\"ocpp-tui\", charset=\"UTF-8\"";

/// Who may connect to a central system.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccessOptions {
    /// From which addresses, and how often at once.
    pub addresses: AddressPolicy,
    /// The file with the passwords of stations.
    pub password_file: Option<PathBuf>,
    /// Whether stations without a password in the list are refused.
    pub known_only: bool,
    /// How many attempts of an address may fail in a minute; `None` for any number.
    pub attempts: Option<u32>,
}

/// Why a station does not get in. No sentence has a part of what it showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum AccessFault {
    /// It shows nothing that can be checked.
    #[error("{0}; the central system wants HTTP Basic authentication with the identity as the user name")]
    Credentials(CredentialFault),
    /// The user name is another one.
    #[error("the user name in its credentials is not its identity (OCPP-J 1.6 §6.2, OCPP 2.0.1 part 4)")]
    User,
    /// The password is wrong.
    #[error("its password is wrong")]
    Password,
    /// The digits of the key instead of its bytes.
    #[error("its password is wrong: it sent the hexadecimal digits of its key, and not the bytes that they stand for")]
    HexDigits,
    /// Only known stations may connect.
    #[error(
        "it is not in the list of passwords, and only stations in it may connect (--known-only); auth set <identity> <password> adds it"
    )]
    Unknown,
    /// It must show a certificate.
    #[error(
        "it shows no certificate that is in order, which security profile 3 requires; connect with wss:// or https:// to the port for TLS"
    )]
    Certificate,
    /// Only listed stations may connect, and its certificate does not make it one.
    #[error(
        "it is not in the list of stations, and only stations in it may connect (--known-only); auth set <identity> <password> adds it"
    )]
    Unlisted,
    /// Too many have failed.
    #[error("too many attempts from its address have failed; the limit is {0} in a minute (--attempts-per-address)")]
    TooMany(u32),
}

impl AccessFault {
    /// The refusal of a station. Whether an identity is known is not shown to the one who tries it.
    fn refusal(self, identity: &str) -> Refusal {
        let mut headers: Vec<(HeaderName, HeaderValue)> = Vec::new();
        let status = match self {
            AccessFault::TooMany(_) => {
                headers.push((RETRY_AFTER, HeaderValue::from_static("60")));
                StatusCode::TOO_MANY_REQUESTS
            }
            // A password would change nothing, so none is asked for.
            AccessFault::Certificate | AccessFault::Unlisted => StatusCode::FORBIDDEN,
            _ => {
                headers.push((WWW_AUTHENTICATE, HeaderValue::from_static(CHALLENGE)));
                StatusCode::UNAUTHORIZED
            }
        };
        let shown = match self {
            AccessFault::Password | AccessFault::HexDigits | AccessFault::Unknown => {
                Some("the identity or the password is wrong".to_owned())
            }
            _ => None,
        };
        Refusal { status, reason: format!("{identity}: {self}"), shown, headers }
    }
}

/// The check of the stations of one central system.
#[derive(Debug)]
pub(super) struct StationAccess {
    known_only: bool,
    /// Whether every station must show a password; of one without a password in the list any will do.
    demand_password: bool,
    /// Whether the certificate is what a station proves itself with. A password is none then.
    certificate_is_proof: bool,
    book: Arc<PasswordBook>,
    failed: Arc<FailedAttempts>,
}

impl StationAccess {
    /// The check that these options and the security profile ask for, with the passwords of the session.
    pub fn new(options: &AccessOptions, profile: SecurityProfile, book: Arc<PasswordBook>) -> StationAccess {
        let AccessOptions { known_only, attempts, .. } = *options;
        let (demand_password, certificate_is_proof) = (profile.uses_password(), profile.uses_client_certificate());
        let failed = Arc::new(FailedAttempts::new(attempts));
        StationAccess { known_only, demand_password, certificate_is_proof, book, failed }
    }

    /// The passwords of the session.
    pub fn book(&self) -> &Arc<PasswordBook> {
        &self.book
    }

    /// Checks what a station shows. Attempts that fail are counted by address, and answered later and later.
    ///
    /// # Errors
    /// When it may not connect.
    pub async fn check(&self, handshake: &Handshake<'_>) -> Result<Vec<HandshakeFinding>, Refusal> {
        let shown = BasicCredentials::of(handshake.headers);
        let identity = handshake.identity;
        let unasked = || match shown {
            Err(CredentialFault::Missing) => Vec::new(),
            _ => vec![HandshakeFinding::UnaskedCredentials],
        };
        if self.certificate_is_proof {
            let proven = handshake.tls.is_some_and(|tls| !tls.peer_chain.is_empty() && tls.verdict == ChainVerdict::Trusted);
            return match proven {
                false => Err(AccessFault::Certificate.refusal(identity)),
                true if self.known_only && !self.book.has(identity) => Err(AccessFault::Unlisted.refusal(identity)),
                true => Ok(unasked()),
            };
        }
        if !(self.known_only || self.demand_password || self.book.has(identity)) {
            return Ok(unasked());
        }
        let waiting = self.failed.wait(limited_address(handshake.peer.ip()));
        let attempt = waiting.await.map_err(|limit| AccessFault::TooMany(limit).refusal(identity))?;
        match self.judge(identity, shown).await {
            Ok(findings) => {
                attempt.succeeded();
                Ok(findings)
            }
            Err(fault) => {
                // Many clients ask without a password first, and answer the challenge.
                if fault != AccessFault::Credentials(CredentialFault::Missing) {
                    attempt.failed();
                }
                Err(fault.refusal(identity))
            }
        }
    }

    async fn judge(
        &self,
        identity: &str,
        shown: Result<BasicCredentials, CredentialFault>,
    ) -> Result<Vec<HandshakeFinding>, AccessFault> {
        let shown = shown.map_err(AccessFault::Credentials)?;
        if shown.user != identity {
            return Err(AccessFault::User);
        }
        match self.book.check(identity, shown.password).await {
            PasswordVerdict::Right => Ok(Vec::new()),
            PasswordVerdict::Wrong => Err(AccessFault::Password),
            PasswordVerdict::HexDigits => Err(AccessFault::HexDigits),
            PasswordVerdict::Unknown if self.known_only => Err(AccessFault::Unknown),
            PasswordVerdict::Unknown => Ok(vec![HandshakeFinding::UncheckedPassword]),
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use hyper::header::{AUTHORIZATION, HeaderMap};
    use tokio::time::Instant;

    use super::*;
    use crate::ocpp::{StationPassword, Transport, Version};
    use crate::trace::TlsFacts;

    fn access(options: AccessOptions) -> StationAccess {
        access_of(options, SecurityProfile::default())
    }

    fn access_of(options: AccessOptions, profile: SecurityProfile) -> StationAccess {
        let book = Arc::new(PasswordBook::default());
        book.set("CP1", StationPassword::of_hex("00ff").unwrap());
        StationAccess::new(&options, profile, book)
    }

    async fn check(access: &StationAccess, identity: &str, value: Option<&[u8]>) -> Result<Vec<HandshakeFinding>, Refusal> {
        check_over(access, identity, value, None).await
    }

    async fn check_over(
        access: &StationAccess,
        identity: &str,
        value: Option<&[u8]>,
        tls: Option<&TlsFacts>,
    ) -> Result<Vec<HandshakeFinding>, Refusal> {
        let mut headers = HeaderMap::new();
        if let Some(value) = value {
            headers.insert(AUTHORIZATION, HeaderValue::from_bytes(value).unwrap());
        }
        let peer = "192.0.2.1:5".parse().unwrap();
        let (version, transport) = (Version::V1_6, Transport::WebSocket);
        access.check(&Handshake { identity, version, transport, path: "/CP1", headers: &headers, peer, tls }).await
    }

    fn basic(pair: &[u8]) -> Vec<u8> {
        format!("Basic {}", STANDARD.encode(pair)).into_bytes()
    }

    #[tokio::test(start_paused = true)]
    async fn each_fault_has_its_sentence_and_the_challenge() {
        let access = access(AccessOptions { known_only: true, ..AccessOptions::default() });
        assert_eq!(check(&access, "CP1", Some(&basic(b"CP1:\x00\xff"))).await, Ok(Vec::new()));
        for (identity, value, words, shown) in [
            ("CP1", None, "header Authorization is missing", None),
            ("CP1", Some(b"Bearer s3cret".to_vec()), "scheme Bearer", None),
            ("CP1", Some(b"Basic s3cret!".to_vec()), "not base64", None),
            ("CP1", Some(basic(b"s3cret:s3cret")), "not its identity", None),
            ("CP1", Some(basic(b"CP1:s3cret")), "password is wrong", Some("the identity or the password is wrong")),
            ("CP1", Some(basic(b"CP1:00FF")), "hexadecimal digits", Some("the identity or the password is wrong")),
            ("CP2", Some(basic(b"CP2:s3cret")), "--known-only", Some("the identity or the password is wrong")),
        ] {
            let refusal = check(&access, identity, value.as_deref()).await.unwrap_err();
            assert!(refusal.reason.contains(words) && !refusal.reason.contains("s3cret"), "{}", refusal.reason);
            assert_eq!((refusal.status, refusal.shown.as_deref()), (StatusCode::UNAUTHORIZED, shown));
            assert_eq!(refusal.headers, [(WWW_AUTHENTICATE, HeaderValue::from_static(CHALLENGE))]);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_must_show_a_password_depends_on_the_options() {
        let open = access(AccessOptions::default());
        assert_eq!(check(&open, "CP2", None).await, Ok(Vec::new()));
        assert_eq!(check(&open, "CP2", Some(b"nonsense")).await, Ok(vec![HandshakeFinding::UnaskedCredentials]));
        assert!(check(&open, "CP1", None).await.is_err(), "a station with a password needs it");
        for profile in [SecurityProfile::Basic, SecurityProfile::TlsBasic] {
            let demanding = access_of(AccessOptions::default(), profile);
            assert!(check(&demanding, "CP2", None).await.is_err(), "{profile}");
            assert_eq!(check(&demanding, "CP2", Some(&basic(b"CP2:x"))).await, Ok(vec![HandshakeFinding::UncheckedPassword]));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_certificate_is_the_proof_of_profile_3_and_nothing_else_is() {
        let of = |known_only| {
            let options = AccessOptions { known_only, ..AccessOptions::default() };
            access_of(options, SecurityProfile::TlsClientCertificate)
        };
        let (open, known) = (of(false), of(true));
        let chain = |verdict| TlsFacts { peer_chain: vec![Box::from([1])], verdict, ..TlsFacts::default() };
        let (trusted, without) = (chain(ChainVerdict::Trusted), TlsFacts::default());
        let tolerated = chain(ChainVerdict::Tolerated("expired".into()));
        let password = basic(b"CP1:\x00\xff");
        for identity in ["CP1", "CP2"] {
            assert_eq!(check_over(&open, identity, None, Some(&trusted)).await, Ok(Vec::new()), "{identity}");
        }
        let unasked = Ok(vec![HandshakeFinding::UnaskedCredentials]);
        assert_eq!(check_over(&open, "CP1", Some(&basic(b"CP1:wrong")), Some(&trusted)).await, unasked);
        for tls in [None, Some(&without), Some(&tolerated)] {
            for value in [None, Some(&*password)] {
                let refusal = check_over(&open, "CP1", value, tls).await.unwrap_err();
                assert_eq!((refusal.status, refusal.headers.len()), (StatusCode::FORBIDDEN, 0), "{}", refusal.reason);
                assert!(refusal.reason.contains("security profile 3"), "{}", refusal.reason);
            }
        }
        assert_eq!(check_over(&known, "CP1", None, Some(&trusted)).await, Ok(Vec::new()));
        let refusal = check_over(&known, "CP2", None, Some(&trusted)).await.unwrap_err();
        assert!(refusal.status == StatusCode::FORBIDDEN && refusal.reason.contains("--known-only"), "{}", refusal.reason);
    }

    #[tokio::test(start_paused = true)]
    async fn attempts_that_fail_are_answered_later_and_later() {
        let access = access(AccessOptions { attempts: Some(6), ..AccessOptions::default() });
        let mut waits = Vec::new();
        for _ in 0..6 {
            let began = Instant::now();
            assert!(check(&access, "CP1", Some(&basic(b"CP1:guess"))).await.is_err());
            waits.push(began.elapsed().as_millis());
        }
        assert_eq!(waits, [0, 0, 0, 500, 1000, 2000]);
        let refusal = check(&access, "CP1", Some(&basic(b"CP1:\x00\xff"))).await.unwrap_err();
        assert_eq!((refusal.status, refusal.headers.len()), (StatusCode::TOO_MANY_REQUESTS, 1));
        tokio::time::sleep(std::time::Duration::from_mins(1)).await;
        assert!(check(&access, "CP1", Some(&basic(b"CP1:\x00\xff"))).await.is_ok());
        let began = Instant::now();
        assert!(check(&access, "CP1", Some(&basic(b"CP1:guess"))).await.is_err());
        assert_eq!(began.elapsed().as_millis(), 0, "a success makes up for what failed");
    }
}
