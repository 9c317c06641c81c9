//! An RSA key for tests, made once: in a debug build that takes seconds.

use std::sync::LazyLock;

use super::{KeyAlgorithm, PrivateKey};

static RSA: LazyLock<String> = LazyLock::new(|| PrivateKey::generate(KeyAlgorithm::Rsa).unwrap().to_pem());

/// The same RSA key each time.
pub(crate) fn rsa() -> PrivateKey {
    PrivateKey::from_pem(&RSA).unwrap()
}
