//! The passwords of the stations while the session runs: commands change them, and each check reads them. They are for all central systems of
//! the session, as identities are.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError, RwLock};

use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;

use crate::config::{PasswordForm, PasswordList, PasswordMistake, PasswordVerdict};
use crate::ocpp::StationPassword;

/// How many passwords are checked against hashes at the same time: each takes a processor and much memory.
const SLOW_CHECKS: usize = 4;

/// The passwords by identity.
#[derive(Debug)]
pub struct PasswordBook {
    list: RwLock<PasswordList>,
    /// Digests of the passwords that were right, of stations with a hash: over SOAP each request shows the password again.
    right: Mutex<HashMap<String, [u8; 32]>>,
    salt: [u8; 16],
    slow: Semaphore,
}

impl Default for PasswordBook {
    fn default() -> PasswordBook {
        let salt = std::array::from_fn(|_| fastrand::u8(..));
        PasswordBook { list: RwLock::default(), right: Mutex::default(), salt, slow: Semaphore::new(SLOW_CHECKS) }
    }
}

impl PasswordBook {
    /// Takes the passwords of a list in, in place of those of the same stations.
    pub fn add(&self, list: PasswordList) {
        self.change(|own| own.extend(list));
    }

    /// Sets the password of a station, as it would stand in a file.
    ///
    /// # Errors
    /// When it is none.
    pub fn write(&self, identity: &str, written: &str) -> Result<(), PasswordMistake> {
        self.change(|own| own.write(identity, written))
    }

    /// Sets the password of a station.
    pub fn set(&self, identity: &str, password: StationPassword) {
        self.change(|own| own.set(identity, password));
    }

    /// Takes the password of a station out. False when it has none.
    pub fn remove(&self, identity: &str) -> bool {
        self.change(|own| own.remove(identity))
    }

    /// The stations, and the form of their passwords.
    pub fn stations(&self) -> Vec<(String, PasswordForm)> {
        let list = self.list.read().unwrap_or_else(PoisonError::into_inner);
        list.stations().map(|(identity, form)| (identity.to_owned(), form)).collect()
    }

    /// Whether a station has a password.
    pub fn has(&self, identity: &str) -> bool {
        self.list.read().unwrap_or_else(PoisonError::into_inner).has(identity)
    }

    /// Checks the password of a station. A long check is made on a thread of its own.
    pub(super) async fn check(&self, identity: &str, password: Vec<u8>) -> PasswordVerdict {
        let check = self.list.read().unwrap_or_else(PoisonError::into_inner).check_of(identity);
        if !check.is_slow() {
            return check.check(&password);
        }
        let digest = Sha256::new().chain_update(self.salt).chain_update(&password).finalize().into();
        if self.right.lock().unwrap_or_else(PoisonError::into_inner).get(identity) == Some(&digest) {
            return PasswordVerdict::Right;
        }
        // The semaphore is never closed, and a panic in there is no right password.
        let _turn = self.slow.acquire().await;
        let checked = tokio::task::spawn_blocking(move || check.check(&password)).await;
        let verdict = checked.unwrap_or(PasswordVerdict::Wrong);
        if verdict == PasswordVerdict::Right {
            self.right.lock().unwrap_or_else(PoisonError::into_inner).insert(identity.to_owned(), digest);
        }
        verdict
    }

    fn change<T>(&self, change: impl FnOnce(&mut PasswordList) -> T) -> T {
        let changed = change(&mut self.list.write().unwrap_or_else(PoisonError::into_inner));
        self.right.lock().unwrap_or_else(PoisonError::into_inner).clear();
        changed
    }
}

#[cfg(test)]
mod tests {
    use argon2::{Argon2, Params, PasswordHasher as _};

    use super::*;

    #[tokio::test]
    async fn a_right_password_is_remembered_until_the_list_changes() {
        let hash = |password: &[u8]| {
            let quick = Argon2::from(Params::new(8, 1, 1, None).unwrap());
            quick.hash_password(password).unwrap().to_string()
        };
        let book = PasswordBook::default();
        book.write("CP1", &hash(b"old")).unwrap();
        assert_eq!(book.check("CP1", b"new".to_vec()).await, PasswordVerdict::Wrong);
        for _ in 0..2 {
            assert_eq!(book.check("CP1", b"old".to_vec()).await, PasswordVerdict::Right);
        }
        assert_eq!(book.check("CP2", b"old".to_vec()).await, PasswordVerdict::Unknown);
        book.write("CP1", &hash(b"new")).unwrap();
        assert_eq!(book.check("CP1", b"old".to_vec()).await, PasswordVerdict::Wrong);
        assert_eq!(book.stations(), [("CP1".to_owned(), PasswordForm::Hash)]);
        assert!(book.remove("CP1") && !book.has("CP1"));
    }
}
