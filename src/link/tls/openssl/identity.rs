//! Our certificate with its chain and key, as OpenSSL has it.

use std::io;

use openssl::error::ErrorStack;
use openssl::pkey::{PKey, Private};
use openssl::ssl::SslRef;
use openssl::x509::X509;

use crate::behaviour::StationCertificate;

/// A certificate of ours, those between it and its CA, and its key.
#[derive(Debug, Clone)]
pub(in crate::link::tls) struct OpensslIdentity {
    /// In DER, the own certificate first.
    pub chain: Vec<Box<[u8]>>,
    own: X509,
    issuers: Vec<X509>,
    key: PKey<Private>,
}

impl OpensslIdentity {
    /// Reads what rustls or a test CA has.
    pub fn read(certificate: &StationCertificate) -> io::Result<OpensslIdentity> {
        let read = || {
            let chain: Result<Vec<X509>, ErrorStack> = certificate.chain.iter().map(|der| X509::from_der(der)).collect();
            Ok::<_, ErrorStack>((chain?, PKey::private_key_from_der(&certificate.key)?))
        };
        let (mut certificates, key) = read()?;
        if certificates.is_empty() {
            return Err(io::Error::other("there is no certificate"));
        }
        let own = certificates.remove(0);
        let chain = certificate.chain.iter().map(|der| der.as_ref().into()).collect();
        Ok(OpensslIdentity { chain, own, issuers: certificates, key })
    }

    /// Lets a handshake use it. Of several the one is chosen whose kind of key fits the suite; of two of a kind the last one.
    pub fn install(&self, ssl: &mut SslRef) -> Result<(), ErrorStack> {
        ssl.set_certificate(&self.own)?;
        ssl.set_private_key(&self.key)?;
        self.issuers.iter().try_for_each(|issuer| ssl.add_chain_cert(issuer.clone()))
    }

    /// Whether a handshake has used it.
    pub fn is_used(&self, ssl: &SslRef) -> bool {
        let used = ssl.certificate().and_then(|used| used.to_der().ok());
        used.is_some_and(|used| self.chain.first().is_some_and(|own| **own == *used))
    }
}
