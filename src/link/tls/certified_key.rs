//! A certificate with its key, as the library has it.

use std::sync::Arc;

use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName};
use rustls::server::ParsedCertificate;
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

/// Whether a certificate of ours is for a name.
pub(super) fn is_for(own: &CertifiedKey, name: &ServerName<'_>) -> bool {
    let parsed = own.end_entity_cert().and_then(ParsedCertificate::try_from);
    parsed.is_ok_and(|own| rustls::client::verify_server_name(&own, name).is_ok())
}
