//! The passwords of the stations while the session runs: commands change them, and each check reads them. They are for all central systems of
//! the session, as identities are.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;

use crate::config::{PasswordFileError, PasswordForm, PasswordList, PasswordMistake, PasswordVerdict};
use crate::ocpp::StationPassword;

/// How many passwords are checked against hashes at the same time: each takes a processor and much memory.
const SLOW_CHECKS: usize = 4;

/// The passwords by identity.
#[derive(Debug)]
pub struct PasswordBook {
    listed: RwLock<ListedPasswords>,
    /// Digests of the passwords that were right, of stations with a hash: over SOAP each request shows the password again.
    right: Mutex<HashMap<String, [u8; 32]>>,
    salt: [u8; 16],
    slow: Arc<Semaphore>,
    /// The files that they came from.
    files: Mutex<Vec<PathBuf>>,
}

/// The list, and how often it was changed: what was checked against an older one counts no more.
#[derive(Debug, Default)]
struct ListedPasswords {
    list: PasswordList,
    changes: u64,
}

impl Default for PasswordBook {
    fn default() -> PasswordBook {
        let salt = std::array::from_fn(|_| fastrand::u8(..));
        PasswordBook {
            listed: RwLock::default(),
            right: Mutex::default(),
            salt,
            slow: Arc::new(Semaphore::new(SLOW_CHECKS)),
            files: Mutex::default(),
        }
    }
}

impl PasswordBook {
    /// Takes the passwords of a file in, in place of those of the same stations.
    pub(in crate::hub) fn add(&self, list: PasswordList, file: &Path) {
        self.change(|own| own.extend(list));
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if !files.iter().any(|known| known == file) {
            files.push(file.to_owned());
        }
    }

    /// Writes the passwords into the files that they came from, and returns these: none where no file was named. It reads and writes files.
    ///
    /// # Errors
    /// When one cannot be read or written.
    pub fn save(&self) -> Result<Vec<PathBuf>, PasswordFileError> {
        let files = self.files.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let list = self.read().list.clone();
        list.save(&files)?;
        Ok(files)
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
        self.read().list.stations().map(|(identity, form)| (identity.to_owned(), form)).collect()
    }

    /// Whether a station has a password.
    pub fn has(&self, identity: &str) -> bool {
        self.read().list.has(identity)
    }

    /// Checks the password of a station. A long check is made on a thread of its own; where the list changes meanwhile, the new one counts.
    pub(super) async fn check(&self, identity: &str, password: Vec<u8>) -> PasswordVerdict {
        let digest = Sha256::new().chain_update(self.salt).chain_update(&password).finalize().into();
        loop {
            let (check, changes) = {
                let listed = self.read();
                let check = listed.list.check_of(identity);
                if !check.is_slow() {
                    return check.check(&password);
                }
                if self.right().get(identity) == Some(&digest) {
                    return PasswordVerdict::Right;
                }
                (check, listed.changes)
            };
            // The semaphore is never closed, and a panic in there is no right password. The turn lasts as long as the check, also when its
            // outcome is not waited for any more.
            let turn = self.slow.clone().acquire_owned().await;
            let shown = password.clone();
            let checking = move || {
                let verdict = check.check(&shown);
                drop(turn);
                verdict
            };
            let verdict = tokio::task::spawn_blocking(checking).await.unwrap_or(PasswordVerdict::Wrong);
            let listed = self.read();
            if listed.changes != changes {
                continue;
            }
            if verdict == PasswordVerdict::Right {
                self.right().insert(identity.to_owned(), digest);
            }
            return verdict;
        }
    }

    fn change<T>(&self, change: impl FnOnce(&mut PasswordList) -> T) -> T {
        let mut listed = self.listed.write().unwrap_or_else(PoisonError::into_inner);
        listed.changes += 1;
        self.right().clear();
        change(&mut listed.list)
    }

    fn read(&self) -> RwLockReadGuard<'_, ListedPasswords> {
        self.listed.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn right(&self) -> MutexGuard<'_, HashMap<String, [u8; 32]>> {
        self.right.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use argon2::{Argon2, Params, PasswordHasher as _};

    use super::*;

    fn hash(password: &[u8]) -> String {
        let quick = Argon2::from(Params::new(8, 1, 1, None).unwrap());
        quick.hash_password(password).unwrap().to_string()
    }

    #[tokio::test]
    async fn a_check_that_lasts_while_the_list_changes_counts_for_the_new_one() {
        let book = PasswordBook::default();
        book.write("CP1", &hash(b"old")).unwrap();
        // All turns are taken, so that the check stops between the look at the list and its verdict.
        let turns = book.slow.clone().acquire_many_owned(SLOW_CHECKS as u32).await.unwrap();
        let mut check = Box::pin(book.check("CP1", b"old".to_vec()));
        assert!(futures_util::poll!(check.as_mut()).is_pending());
        book.write("CP1", &hash(b"new")).unwrap();
        drop(turns);
        assert_eq!(check.await, PasswordVerdict::Wrong);
        assert_eq!(book.check("CP1", b"old".to_vec()).await, PasswordVerdict::Wrong, "nothing of it is remembered");
        assert_eq!(book.check("CP1", b"new".to_vec()).await, PasswordVerdict::Right);
    }

    #[tokio::test]
    async fn a_right_password_is_remembered_until_the_list_changes() {
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
