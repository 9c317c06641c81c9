//! What a charge point of ours shows to its central system, as the user says it. What it becomes while the station runs is in
//! `behaviour::StationCredentials`.

use std::path::{Path, PathBuf};

use super::HubError;
use crate::behaviour::CredentialSet;
use crate::link::is_secure_url;
use crate::ocpp::{SecurityProfile, StationPassword};
use crate::text_file;

/// What a charge point shows at first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CredentialOptions {
    /// The security profile; `None` is the lowest that fits the URL and the password.
    pub profile: Option<SecurityProfile>,
    /// The password.
    pub password: Option<StationPassword>,
    /// The file whose first line is the password, when there is no other.
    pub password_file: Option<PathBuf>,
}

impl CredentialOptions {
    /// The same with the password of the file, which need not be readable twice.
    ///
    /// # Errors
    /// When the file cannot be used.
    pub fn with_file(self) -> Result<CredentialOptions, HubError> {
        let password = match (self.password, &self.password_file) {
            (None, Some(file)) => Some(read(file)?),
            (password, _) => password,
        };
        Ok(CredentialOptions { password, ..self })
    }

    /// Reads the file unless there is a password, and finds the profile for a URL.
    pub(super) fn load(&self, url: &str) -> Result<CredentialSet, HubError> {
        let password = self.clone().with_file()?.password;
        let profile = self.profile.unwrap_or(match (&password, is_secure_url(url)) {
            (None, _) => SecurityProfile::Unsecured,
            (Some(_), false) => SecurityProfile::Basic,
            (Some(_), true) => SecurityProfile::TlsBasic,
        });
        Ok(CredentialSet { profile, password, ..CredentialSet::default() })
    }
}

/// The password in the first line of a file.
fn read(file: &Path) -> Result<StationPassword, HubError> {
    let text = text_file::read(file).map_err(|reason| HubError::PasswordUnreadable { file: file.to_owned(), reason })?;
    let line = text.lines().next().unwrap_or_default();
    let password = StationPassword::read(line).filter(|password| !password.bytes().is_empty());
    password.ok_or_else(|| HubError::NoPassword { file: file.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_follows_from_url_and_password() {
        let password = Some(StationPassword::of_text("s3cret"));
        for (url, password, profile, expected) in [
            ("ws://h", None, None, SecurityProfile::Unsecured),
            ("ws://h", password.clone(), None, SecurityProfile::Basic),
            ("wss://h", password.clone(), None, SecurityProfile::TlsBasic),
            ("WSS://h", password, Some(SecurityProfile::TlsClientCertificate), SecurityProfile::TlsClientCertificate),
        ] {
            let options = CredentialOptions { profile, password, password_file: None };
            assert_eq!(options.load(url).unwrap().profile, expected, "{url}");
        }
    }

    #[test]
    fn the_password_is_the_first_line_of_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("password");
        let load = |text: &str| {
            std::fs::write(&file, text).unwrap();
            let options = CredentialOptions { password_file: Some(file.clone()), ..CredentialOptions::default() };
            options.load("ws://h").map(|set| set.password.unwrap().bytes().to_vec())
        };
        assert_eq!(load("s3cret \r\nmore").unwrap(), b"s3cret ");
        assert_eq!(load("hex:00ff\n").unwrap(), [0, 255]);
        for wrong in ["", "\ns3cret", "hex:s3cret"] {
            let error = load(wrong).unwrap_err().to_string();
            assert!(error.contains("no password in its first line") && !error.contains("s3cret"), "{error}");
        }
        std::fs::remove_file(&file).unwrap();
        let options = CredentialOptions { password_file: Some(file), ..CredentialOptions::default() };
        assert!(matches!(options.load("ws://h"), Err(HubError::PasswordUnreadable { .. })));
    }
}
