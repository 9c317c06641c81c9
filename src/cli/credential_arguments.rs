//! The options of `cp` about its password, and how the password stays out of the list of processes.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use ocpp_tui::hub::CredentialOptions;
use ocpp_tui::ocpp::{SecurityProfile, StationPassword};

/// The variable of the environment with the password.
pub const PASSWORD_VARIABLE: &str = "OCPP_TUI_PASSWORD";
/// What a password must be.
const WANTED: &str = "the password is a text, or hex: and pairs of hexadecimal digits";
/// The option with the password.
const PASSWORD: &str = "--password";
/// The option with the file of it.
const PASSWORD_FILE: &str = "--password-file";

/// The options about the password.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Password for the central system")]
pub struct CredentialArguments {
    /// Password of HTTP Basic authentication, as text or as hex:0102…; other users may see it for a moment in the list of processes:
    /// prefer a file or the environment
    #[arg(long, value_name = "PASSWORD", env = PASSWORD_VARIABLE, hide_env_values = true)]
    pub password: Option<SecretText>,
    /// File whose first line is the password
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
}

/// A password as it was typed. It is not printed; clap would repeat one that it finds wrong.
#[derive(Clone)]
pub struct SecretText(String);

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText")
    }
}

impl From<String> for SecretText {
    fn from(text: String) -> SecretText {
        SecretText(text)
    }
}

impl CredentialArguments {
    /// The options of charge points with this profile, if one is named. When it needs a password and there is none, a person at the terminal
    /// is asked for it.
    ///
    /// # Errors
    /// When the password is none, or the terminal cannot be read.
    pub fn options(&self, profile: Option<SecurityProfile>) -> anyhow::Result<CredentialOptions> {
        // A file that is named has precedence over the environment, and the program itself hands passwords over in one.
        let given = self.password.as_ref().filter(|_| self.password_file.is_none());
        let mut password = given.map(|text| read(&text.0).context(WANTED)).transpose()?;
        let is_missing = profile.is_some_and(SecurityProfile::uses_password) && password.is_none();
        if is_missing && self.password_file.is_none() && io::stdin().is_terminal() {
            password = Some(ask()?);
        }
        Ok(CredentialOptions { profile, password, password_file: self.password_file.clone() })
    }
}

/// The password of what shows texts only; that of the file has precedence over the environment.
///
/// # Errors
/// When the file holds none, or bytes that are no text.
pub fn text_password(given: Option<&str>, file: Option<&Path>) -> anyhow::Result<Option<String>> {
    let Some(file) = file else { return Ok(given.map(str::to_owned)) };
    let options = CredentialOptions { password_file: Some(file.to_owned()), ..CredentialOptions::default() }.with_file()?;
    let bytes = options.password.as_ref().map(|password| password.bytes().to_vec());
    bytes.map(String::from_utf8).transpose().context("the password must be a text here")
}

/// Asks for the password. It is not shown.
fn ask() -> io::Result<StationPassword> {
    loop {
        let typed = rpassword::prompt_password("Password of the charge point (it is not shown): ")?;
        match read(&typed) {
            Some(password) => return Ok(password),
            None => writeln!(io::stderr(), "{WANTED}")?,
        }
    }
}

fn read(text: &str) -> Option<StationPassword> {
    StationPassword::read(text).filter(|password| !password.bytes().is_empty())
}

/// The arguments without a password, and the password; `None` when there is none among them. The file in which the program will find it
/// takes its place.
fn without_password(arguments: impl IntoIterator<Item = OsString>, file: &OsStr) -> Option<(Vec<OsString>, OsString)> {
    let mut arguments = arguments.into_iter();
    let (mut others, mut found) = (Vec::new(), None);
    while let Some(argument) = arguments.next() {
        let joined = argument.to_str().and_then(|text| text.strip_prefix(PASSWORD)?.strip_prefix('='));
        let value = match joined {
            Some(value) => OsString::from(value),
            None if argument == PASSWORD => arguments.next()?,
            None => {
                others.push(argument);
                continue;
            }
        };
        if found.replace(value).is_none() {
            others.extend([OsString::from(PASSWORD_FILE), file.to_owned()]);
        }
    }
    Some((others, found?))
}

/// Starts the program again without the password in its arguments, where other users could read it as long as it runs: it goes through a
/// pipe. Returns when there is no password among them, or the system does not allow it.
#[cfg(unix)]
pub fn hide_password() {
    use std::os::fd::{AsFd as _, AsRawFd as _};
    use std::os::unix::process::CommandExt as _;

    let arguments = || std::env::args_os().skip(1);
    if without_password(arguments(), OsStr::new("")).is_none() {
        return;
    }
    let Ok((reader, mut writer)) = io::pipe() else { return };
    let file = format!("/dev/fd/{}", reader.as_raw_fd());
    let Some((others, password)) = without_password(arguments(), OsStr::new(&file)) else { return };
    let is_open = rustix::io::fcntl_setfd(reader.as_fd(), rustix::io::FdFlags::empty()).is_ok();
    let (Ok(program), true) = (std::env::current_exe(), is_open && Path::new(&file).exists()) else { return };
    if writer.write_all(password.as_encoded_bytes()).is_err() {
        return;
    }
    drop(writer);
    let name = std::env::args_os().next().unwrap_or_else(|| "ocpp-tui".into());
    // It returns only when it fails; then the program goes on as it is.
    let _ = std::process::Command::new(program).arg0(name).args(others).env_remove(PASSWORD_VARIABLE).exec();
}

/// Other systems show the arguments of a process to its own user only.
#[cfg(not(unix))]
pub fn hide_password() {}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(line: &str) -> Option<(String, String)> {
        let words = line.split(' ').map(OsString::from);
        let (others, password) = without_password(words, OsStr::new("F"))?;
        let words: Vec<&str> = others.iter().map(|word| word.to_str().unwrap()).collect();
        Some((words.join(" "), password.into_string().unwrap()))
    }

    #[test]
    fn the_password_gives_way_to_the_file() {
        let of = |line: &str, password: &str| Some((line.to_owned(), password.to_owned()));
        assert_eq!(hidden("cp ws://h --password x CP1"), of("cp ws://h --password-file F CP1", "x"));
        assert_eq!(hidden("cp ws://h CP1 --password=a=b"), of("cp ws://h CP1 --password-file F", "a=b"));
        assert_eq!(hidden("start_cp ws://h CP1 --password x --password y"), of("start_cp ws://h CP1 --password-file F", "y"));
        assert_eq!(hidden("cp ws://h CP1 --password-file x"), None);
        assert_eq!(hidden("cp ws://h CP1 --password"), None);
    }

    #[test]
    fn a_password_in_an_argument_is_not_printed() {
        let of = |text: &str| CredentialArguments { password: Some(SecretText(text.to_owned())), password_file: None };
        let arguments = of("s3cret");
        assert!(!format!("{arguments:?}").contains("s3cret"));
        assert!(!of("hex:s3cret").options(None).unwrap_err().to_string().contains("s3cret"));
        let options = arguments.options(Some(SecurityProfile::Basic)).unwrap();
        assert_eq!(options.password.unwrap().bytes(), b"s3cret");
    }
}
