//! Private keys: made, read from and written to PEM, and what signs with them. The content of a key is shown nowhere.

use rcgen::{KeyPair, PublicKeyData};
use rsa::pkcs8::EncodePrivateKey;
use rsa::rand_core::{TryCryptoRng, TryRng};

use super::pem_text::{PemFault, read_pem, write_pem};

/// The size of the RSA keys that are made. OCPP asks for 2048 bits at least (2.0.1 part 2, A00.FR.503).
const RSA_BITS: usize = 2048;
/// The label of a key in PKCS #8 (RFC 5958).
const PRIVATE_KEY: &str = "PRIVATE KEY";

/// A kind of keys.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum KeyAlgorithm {
    /// ECDSA on the curve P-256.
    #[default]
    Ecdsa,
    /// RSA with 2048 bits.
    Rsa,
}

impl KeyAlgorithm {
    /// What a kind must be.
    pub const WANTED: &str = "ecdsa or rsa";

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            KeyAlgorithm::Ecdsa => "ecdsa",
            KeyAlgorithm::Rsa => "rsa",
        }
    }

    /// The kind of this name.
    pub fn parse(name: &str) -> Option<KeyAlgorithm> {
        [KeyAlgorithm::Ecdsa, KeyAlgorithm::Rsa].into_iter().find(|kind| kind.name() == name)
    }
}

/// A private key with its public key.
pub struct PrivateKey {
    pair: KeyPair,
}

impl std::fmt::Debug for PrivateKey {
    /// Without the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PrivateKey({:?})", self.kind())
    }
}

/// A private key cannot be made or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// The text is no PEM.
    #[error(transparent)]
    Pem(#[from] PemFault),
    /// The text has no key of this form.
    #[error("it has no block `-----BEGIN PRIVATE KEY-----`; convert the key with `openssl pkey -in FILE -out NEW`")]
    NoKey,
    /// The key is of no kind that can be used.
    #[error("the private key is neither ECDSA on P-256 or P-384, nor RSA, nor Ed25519")]
    UnknownKind,
    /// No key was made.
    #[error("no private key could be made: the operating system gave no random numbers")]
    NotMade,
}

impl PrivateKey {
    /// Makes a new key. That of RSA takes some tenths of a second.
    ///
    /// # Errors
    /// When there are no random numbers.
    pub fn generate(kind: KeyAlgorithm) -> Result<PrivateKey, KeyFault> {
        match kind {
            KeyAlgorithm::Ecdsa => Ok(PrivateKey { pair: KeyPair::generate().map_err(|_| KeyFault::NotMade)? }),
            KeyAlgorithm::Rsa => {
                let key = rsa::PrivateKey::new(&mut OsRandom, RSA_BITS).map_err(|_| KeyFault::NotMade)?;
                let document = key.to_pkcs8_der().map_err(|_| KeyFault::NotMade)?;
                PrivateKey::from_pkcs8(document.as_bytes())
            }
        }
    }

    /// The key of a PEM text: the first block `PRIVATE KEY`.
    ///
    /// # Errors
    /// When there is none, or it is of an unknown kind.
    pub fn from_pem(text: &str) -> Result<PrivateKey, KeyFault> {
        let blocks = read_pem(text)?;
        let block = blocks.iter().find(|block| block.label == PRIVATE_KEY).ok_or(KeyFault::NoKey)?;
        PrivateKey::from_pkcs8(&block.der)
    }

    fn from_pkcs8(der: &[u8]) -> Result<PrivateKey, KeyFault> {
        Ok(PrivateKey { pair: KeyPair::try_from(der).map_err(|_| KeyFault::UnknownKind)? })
    }

    /// The key in PKCS #8, PEM. It is a secret.
    pub fn to_pem(&self) -> String {
        write_pem(PRIVATE_KEY, self.pkcs8_der())
    }

    /// The key in PKCS #8, DER. It is a secret.
    pub fn pkcs8_der(&self) -> &[u8] {
        self.pair.serialized_der()
    }

    /// The public key: `SubjectPublicKeyInfo` in DER (RFC 5280 §4.1).
    pub fn public_key_info(&self) -> Vec<u8> {
        self.pair.subject_public_key_info()
    }

    /// The kind. Keys that were read may be on other curves; they count as ECDSA.
    pub fn kind(&self) -> KeyAlgorithm {
        if self.pair.algorithm() == &rcgen::PKCS_RSA_SHA256 { KeyAlgorithm::Rsa } else { KeyAlgorithm::Ecdsa }
    }

    /// What signs.
    pub(super) fn pair(&self) -> &KeyPair {
        &self.pair
    }
}

/// The random numbers of the operating system, in the form that `rsa` asks for.
struct OsRandom;

/// The operating system gave no random numbers.
#[derive(Debug, thiserror::Error)]
#[error("no random numbers")]
struct NoRandomNumbers;

impl TryRng for OsRandom {
    type Error = NoRandomNumbers;

    fn try_next_u32(&mut self) -> Result<u32, NoRandomNumbers> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, NoRandomNumbers> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), NoRandomNumbers> {
        rustls::crypto::ring::default_provider().secure_random.fill(bytes).map_err(|_| NoRandomNumbers)
    }
}

impl TryCryptoRng for OsRandom {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::test_keys;

    #[test]
    fn keys_survive_their_pem() {
        for key in [PrivateKey::generate(KeyAlgorithm::Ecdsa).unwrap(), test_keys::rsa()] {
            let again = PrivateKey::from_pem(&format!("# a remark\n{}", key.to_pem())).unwrap();
            assert_eq!((again.kind(), again.pkcs8_der()), (key.kind(), key.pkcs8_der()));
            assert_eq!(again.public_key_info(), key.public_key_info());
            assert!(!format!("{key:?}").contains(&key.to_pem()[40..60]));
        }
        assert_eq!(test_keys::rsa().kind(), KeyAlgorithm::Rsa);
    }

    #[test]
    fn what_is_no_key_is_refused_with_the_reason() {
        let fault = |text: &str| PrivateKey::from_pem(text).unwrap_err();
        assert_eq!(fault("secret"), KeyFault::Pem(PemFault::NoBlock));
        assert_eq!(fault(crate::ocpp::certificates::CERTIFICATE), KeyFault::NoKey);
        assert_eq!(fault(&write_pem("EC PRIVATE KEY", &[1])), KeyFault::NoKey);
        assert_eq!(fault(&write_pem(PRIVATE_KEY, &[48, 0])), KeyFault::UnknownKind);
    }
}
