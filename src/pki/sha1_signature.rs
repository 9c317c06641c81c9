//! Signatures with SHA-1, for certificates that are faulty on purpose. ring makes none, and `rcgen` knows no such algorithm: the
//! certificate is written as for SHA-256, whose object identifier has the same length, and the identifier is exchanged before signing.

use rcgen::{Error, PublicKeyData, SignatureAlgorithm, SigningKey};
use rsa::pkcs1v15;
use rsa::pkcs8::DecodePrivateKey;
use rsa::signature::{SignatureEncoding, Signer};
use sha1::Sha1;

use super::private_key::PrivateKey;

/// The object identifiers in DER, of sha256WithRSAEncryption (RFC 4055 §5) and sha1WithRSAEncryption (RFC 3279 §2.2.1).
const SHA256_WITH_RSA: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11];
const SHA1_WITH_RSA: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5];

/// An RSA key that signs with SHA-1.
pub(super) struct Sha1Signer<'a> {
    key: &'a PrivateKey,
    signer: pkcs1v15::SigningKey<Sha1>,
}

impl<'a> Sha1Signer<'a> {
    /// `None` when it is no RSA key.
    pub(super) fn new(key: &'a PrivateKey) -> Option<Sha1Signer<'a>> {
        let rsa = rsa::PrivateKey::from_pkcs8_der(key.pkcs8_der()).ok()?;
        Some(Sha1Signer { key, signer: pkcs1v15::SigningKey::new(rsa) })
    }
}

impl PublicKeyData for Sha1Signer<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.key.pair().der_bytes()
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        self.key.pair().algorithm()
    }
}

impl SigningKey for Sha1Signer<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let signature = self.signer.try_sign(&named_sha1(message)).map_err(|_| Error::RemoteKeyError)?;
        Ok(signature.to_vec())
    }
}

/// The same DER with the name of the SHA-1 signature in place of that of SHA-256.
pub(super) fn named_sha1(der: &[u8]) -> Vec<u8> {
    let mut named = der.to_vec();
    let mut at = 0;
    while let Some(found) = der[at..].windows(SHA256_WITH_RSA.len()).position(|bytes| bytes == SHA256_WITH_RSA) {
        at += found;
        named[at..at + SHA1_WITH_RSA.len()].copy_from_slice(SHA1_WITH_RSA);
        at += SHA1_WITH_RSA.len();
    }
    named
}
