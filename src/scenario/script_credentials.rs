//! What a script lets a charge point of ours show in its handshake, in place of what the command line says: headers, and a password of Basic
//! authentication. Both are secrets.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use crate::link::{ExtraHeaders, HeaderError};

/// Headers, and a password.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ScriptCredentials {
    /// By name; each replaces those of the same name.
    headers: BTreeMap<String, String>,
    password: PasswordChoice,
}

/// What a script says about the password.
#[derive(Default, Deserialize)]
#[serde(untagged)]
enum PasswordChoice {
    /// Nothing: that of the command line.
    #[default]
    #[serde(skip)]
    Default,
    /// `null`.
    NoPassword,
    Text(String),
    /// A key of 20 random bytes is no text.
    Bytes(Vec<u8>),
}

impl fmt::Debug for ScriptCredentials {
    /// Nothing of it is printed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScriptCredentials").finish_non_exhaustive()
    }
}

impl ScriptCredentials {
    /// The headers of a handshake whose default headers are these.
    ///
    /// # Errors
    /// When one of them fits no handshake.
    pub fn applied(&self, defaults: ExtraHeaders, identity: &str) -> Result<ExtraHeaders, HeaderError> {
        let mut headers = defaults;
        match &self.password {
            PasswordChoice::Default => {}
            PasswordChoice::NoPassword => headers.forget_basic(),
            PasswordChoice::Text(text) => headers.add_basic(identity, text)?,
            PasswordChoice::Bytes(bytes) => headers.add_basic(identity, bytes)?,
        }
        for (name, value) in &self.headers {
            headers.set(name, value)?;
        }
        Ok(headers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(json: &str) -> Result<ExtraHeaders, HeaderError> {
        let mut defaults = ExtraHeaders::default();
        defaults.add("X-Token: default").unwrap();
        defaults.add_basic("CP1", "default").unwrap();
        let credentials: ScriptCredentials = serde_json::from_str(json).unwrap();
        assert!(!format!("{credentials:?}").contains("s3cret"));
        credentials.applied(defaults, "CP1")
    }

    fn of(lines: &[&str]) -> ExtraHeaders {
        let mut headers = ExtraHeaders::default();
        lines.iter().for_each(|line| headers.add(line).unwrap());
        headers
    }

    #[test]
    fn what_a_script_says_replaces_what_the_command_line_says() {
        let defaults = ["X-Token: default", "Authorization: Basic Q1AxOmRlZmF1bHQ="];
        assert_eq!(shown("{}"), Ok(of(&defaults)));
        assert_eq!(shown(r#"{"password":null}"#), Ok(of(&defaults[..1])));
        assert_eq!(shown(r#"{"password":"s3cret"}"#), Ok(of(&[defaults[0], "Authorization: Basic Q1AxOnMzY3JldA=="])));
        // Bytes that are no text of UTF-8.
        assert_eq!(shown(r#"{"password":[255,0]}"#), Ok(of(&[defaults[0], "Authorization: Basic Q1AxOv8A"])));
        assert_eq!(shown(r#"{"headers":{"x-token":"s3cret"}}"#), Ok(of(&[defaults[1], "X-Token: s3cret"])));
        for headers in
            [r#"{"headers":{"Host":"s3cret"}}"#, r#"{"headers":{"X Y":"s3cret"}}"#, r#"{"headers":{"X":"s3cret\n"}}"#]
        {
            assert!(!shown(headers).unwrap_err().to_string().contains("s3cret"), "{headers}");
        }
    }
}
