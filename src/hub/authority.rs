//! The test CA behind the central systems of the session: it signs what stations ask for, when there is one.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use tokio::runtime::Handle;

use super::Hub;
use crate::clock::now;
use crate::config::{AuthorityFolder, AuthorityFolderError};
use crate::pki::KeyAlgorithm;
use crate::simulator::StationSigner;

impl Hub {
    /// Lets the roles that start from now on use the test CA of this folder. It need not exist.
    pub fn use_authority(&self, folder: PathBuf) {
        *self.shared.authority.lock().unwrap_or_else(PoisonError::into_inner) = Some(folder);
    }

    /// The folder of the test CA; `None` when the session has none.
    pub fn authority(&self) -> Option<PathBuf> {
        self.shared.authority.lock().unwrap_or_else(PoisonError::into_inner).clone()
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

fn load(folder: &Path) -> Result<StationSigner, AuthorityFolderError> {
    let folder = AuthorityFolder::open(folder)?;
    let now = now().wall;
    let mut authorities = vec![folder.authority(KeyAlgorithm::Ecdsa, now)?];
    if folder.rsa_root_file().is_some() {
        authorities.push(folder.authority(KeyAlgorithm::Rsa, now)?);
    }
    let note = move |chain: Vec<Vec<u8>>| {
        let folder = folder.clone();
        // The task of a link writes no files. A certificate that is not listed can still be revoked by its number.
        if let Ok(runtime) = Handle::try_current() {
            drop(runtime.spawn_blocking(move || folder.note(&chain)));
        }
    };
    Ok(StationSigner::new(authorities, note))
}
