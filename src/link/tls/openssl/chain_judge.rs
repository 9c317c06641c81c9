//! The check of the peer's chain inside of a handshake of OpenSSL: a verifier of ours decides, once; what OpenSSL finds only chooses the alert.

use std::sync::{Mutex, PoisonError};

use openssl::x509::{X509StoreContextRef, X509VerifyResult};
use rustls::pki_types::CertificateDer;
use rustls::{CertificateError, Error};

/// Checks the own certificate of the peer with those behind it.
type ChainCheck = Box<dyn Fn(&CertificateDer<'_>, &[CertificateDer<'_>]) -> Result<(), Error> + Send + Sync>;

/// Judges the chain of one handshake.
pub(super) struct ChainJudge {
    check: ChainCheck,
    /// The judgement, once there is one.
    found: Mutex<Option<Result<(), Error>>>,
}

impl ChainJudge {
    /// With this check.
    pub fn new(check: ChainCheck) -> ChainJudge {
        ChainJudge { check, found: Mutex::default() }
    }

    /// OpenSSL has found something about a certificate: whether to go on. It asks for each of them, and once more for each fault. A chain
    /// that is refused is refused where OpenSSL finds the same, so that the peer gets the alert for it, or at the end.
    pub fn goes_on(&self, is_fine: bool, context: &mut X509StoreContextRef) -> bool {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let Err(error) = found.get_or_insert_with(|| self.judge(context)) else { return true };
        if !is_fine && alerts(error).contains(&context.error().as_raw()) {
            return false;
        }
        let is_last = is_fine && context.error_depth() == 0;
        if is_last {
            context.set_error(X509VerifyResult::APPLICATION_VERIFICATION);
        }
        !is_last
    }

    fn judge(&self, context: &X509StoreContextRef) -> Result<(), Error> {
        let der = |certificate: &openssl::x509::X509Ref| certificate.to_der().ok().map(CertificateDer::from);
        let mut chain: Vec<CertificateDer<'_>> =
            context.chain().map(|chain| chain.iter().filter_map(der).collect()).unwrap_or_default();
        if chain.is_empty() {
            chain.extend(context.current_cert().and_then(der));
        }
        match chain.split_first() {
            Some((own, issuers)) => (self.check)(own, issuers),
            None => Err(CertificateError::BadEncoding.into()),
        }
    }
}

/// The faults of OpenSSL (`X509_V_ERR_…`) whose alert fits the judgement.
fn alerts(error: &Error) -> &'static [i32] {
    match error {
        Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => &[10],
        Error::InvalidCertificate(CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. }) => &[9],
        // of an issuer that is not found, and of one that signed itself
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => &[2, 18, 19, 20, 21],
        Error::InvalidCertificate(CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }) => {
            &[62, 64] // a host, an address
        }
        _ => &[],
    }
}
