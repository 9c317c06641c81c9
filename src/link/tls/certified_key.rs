//! A certificate with its key, as the library has it.

use std::sync::Arc;

use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::sign::CertifiedKey;

use super::PROVIDER;
use crate::behaviour::StationCertificate;

/// A certificate with its key for the library.
pub(super) fn certified(certificate: &StationCertificate) -> Result<Arc<CertifiedKey>, rustls::Error> {
    let chain = certificate.chain.iter().map(|der| CertificateDer::from(der.to_vec())).collect();
    let key = PrivatePkcs8KeyDer::from(certificate.key.to_vec());
    let key = PROVIDER.key_provider.load_private_key(key.into())?;
    Ok(Arc::new(CertifiedKey::new(chain, key)))
}
