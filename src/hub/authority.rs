//! The test CA behind the central systems of the session: it signs what stations ask for, when there is one.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use tokio::runtime::Handle;

use super::{DialTlsOptions, Hub, HubError, LinkOrderError};
use crate::clock::now;
use crate::config::{AuthorityFolder, AuthorityFolderError};
use crate::link::{LinkCommand, LinkOrder, TlsConnector};
use crate::pki::{KeyAlgorithm, TestAuthority};
use crate::simulator::{AskedCertificate, RequestChoice, SigningRule, StationSigner};
use crate::trace::StationKey;

impl Hub {
    /// Lets the roles that start from now on use the test CA of this folder. It need not exist.
    pub fn use_authority(&self, folder: PathBuf) {
        *self.shared.authority.lock().unwrap_or_else(PoisonError::into_inner) = Some(folder);
    }

    /// The folder of the test CA; `None` when the session has none.
    pub fn authority(&self) -> Option<PathBuf> {
        self.shared.authority.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sends the certificate for a request of a station, signed by this rule. Returns what was asked for.
    ///
    /// # Errors
    /// When there is none to be signed, or the station cannot be called.
    pub fn sign_request(
        &self,
        station: StationKey,
        choice: &RequestChoice,
        rule: SigningRule,
    ) -> Result<AskedCertificate, SigningFault> {
        let asked = self.signing_requests(station);
        let wanted = asked.iter().rev().find(|asked| choice.means(asked));
        let Some(wanted) = wanted else {
            return Err(match self.authority().filter(|folder| AuthorityFolder::open(folder).is_ok()) {
                _ if !asked.is_empty() => SigningFault::OtherRequests(asked.iter().map(ToString::to_string).collect()),
                Some(_) => SigningFault::NoRequest,
                None => SigningFault::NoAuthority,
            });
        };
        let identity = self.identity(station);
        let running = self.shared.central_systems.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let signed = running.iter().find_map(|central_system| central_system.sign(&identity, choice, rule, now()));
        let (action, payload) = signed.ok_or(SigningFault::NotSigned)?;
        let call = LinkCommand::Call { action: action.into(), payload: payload.into() };
        self.order(station, LinkOrder::User(call))?;
        Ok(wanted.clone())
    }

    /// The requests for certificates that a station has made and a central system of ours has accepted, the oldest first.
    pub fn signing_requests(&self, station: StationKey) -> Vec<AskedCertificate> {
        let identity = self.identity(station);
        let running = self.shared.central_systems.lock().unwrap_or_else(PoisonError::into_inner).clone();
        running
            .iter()
            .map(|central_system| central_system.signing_requests(&identity))
            .find(|asked| !asked.is_empty())
            .unwrap_or_default()
    }

    /// What secures the connections to these URLs. A test CA that cannot be used is a line of the trace, once: where it was to issue a
    /// certificate, that has failed before, and a peer that it has certified is refused by the check of its chain.
    ///
    /// # Errors
    /// When a file that is named is missing or cannot be used.
    pub(super) fn connector(&self, options: &DialTlsOptions, secure: bool) -> Result<Arc<TlsConnector>, HubError> {
        let last = &self.shared.connector;
        match last.get(options, self.authority().as_deref()) {
            Err(HubError::TestAuthority(error)) => {
                let text = match secure {
                    true => format!("{error}. Certificates of the test CA are not trusted; those of other CAs do not need it."),
                    false => format!("{error}. Connections without TLS do not need it; those with TLS do not trust it."),
                };
                if last.says(&text) {
                    self.note(true, text);
                }
                last.get(options, None)
            }
            connector => connector,
        }
    }

    fn identity(&self, station: StationKey) -> Box<str> {
        self.trace().read().stations().get(station).map(|row| row.identity.clone()).unwrap_or_default()
    }

    /// Lets the test CA issue the certificates with faults that are shown on purpose; it is made when there is none. Returns the file of the
    /// root that peers must trust, so that the fault is all they see. Without a folder a CA of the session issues them, and it is `None`.
    ///
    /// # Errors
    /// When the test CA cannot be used.
    pub async fn lend_authority(&self) -> Result<Option<PathBuf>, AuthorityFolderError> {
        let Some(folder) = self.authority() else { return Ok(None) };
        let loading = move || {
            let (folder, _) = AuthorityFolder::open_or_create(&folder, now().wall)?;
            Ok::<_, AuthorityFolderError>((authorities(&folder)?, folder.root_file()))
        };
        // Where the session ends meanwhile, nothing is shown any more.
        let Ok(loaded) = tokio::task::spawn_blocking(loading).await else { return Ok(None) };
        let (authorities, root) = loaded?;
        self.shared.misbehaviour.faulty_certificates().issue_by(authorities);
        Ok(Some(root))
    }

    /// What signs the requests of stations; `None` without a test CA. A CA that cannot be used is a line of the trace: the central system
    /// works without.
    pub(super) async fn station_signer(&self) -> Option<Arc<StationSigner>> {
        let folder = self.authority()?;
        let loaded = tokio::task::spawn_blocking(move || load(&folder)).await.ok()?;
        match loaded {
            Ok(signer) => Some(Arc::new(signer)),
            Err(AuthorityFolderError::Missing { .. }) => None,
            Err(error) => {
                self.note(true, format!("{error}. Requests for certificates are accepted and not signed."));
                None
            }
        }
    }
}

/// Why a request for a certificate is not signed.
#[derive(Debug, thiserror::Error)]
pub enum SigningFault {
    /// Nothing was asked for.
    #[error(
        "it has sent no request for a certificate that was accepted; ExtendedTriggerMessage (1.6) or TriggerMessage (2.x) asks it for one"
    )]
    NoRequest,
    /// Others were asked for.
    #[error("it has sent no request that fits; it has sent {}", .0.join("; "))]
    OtherRequests(Vec<String>),
    /// The CA does not sign it.
    #[error("the test CA cannot sign its request; the folder of the CA may be damaged")]
    NotSigned,
    /// There is no CA.
    #[error("there is no test CA that signs; make one with `ocpp-tui ca init`, and start the central system again")]
    NoAuthority,
    /// It cannot be called.
    #[error(transparent)]
    NotSent(#[from] LinkOrderError),
}

/// The CAs of the folder, for ECDSA and, where it exists, for RSA.
fn authorities(folder: &AuthorityFolder) -> Result<Vec<TestAuthority>, AuthorityFolderError> {
    let now = now().wall;
    let mut authorities = vec![folder.authority(KeyAlgorithm::Ecdsa, now)?];
    if folder.rsa_root_file().is_some() {
        authorities.push(folder.authority(KeyAlgorithm::Rsa, now)?);
    }
    Ok(authorities)
}

fn load(folder: &Path) -> Result<StationSigner, AuthorityFolderError> {
    let folder = AuthorityFolder::open(folder)?;
    let authorities = authorities(&folder)?;
    let note = move |chain: Vec<Vec<u8>>| {
        let folder = folder.clone();
        // The task of a link writes no files. A certificate that is not listed can still be revoked by its number.
        if let Ok(runtime) = Handle::try_current() {
            drop(runtime.spawn_blocking(move || folder.note(&chain)));
        }
    };
    Ok(StationSigner::new(authorities, note))
}
