//! The passwords of stations at a central system of ours: a file with a line for each, and the check of a password against it. Who asks for
//! one, and how often, is decided by the session. Passwords are neither printed nor part of any error.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, Params, PasswordVerifier as _};
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};

use super::saved_state::write_private;
use crate::ocpp::StationPassword;
use crate::text_file;

/// How many mistakes an error names.
const NAMED_MISTAKES: usize = 3;
/// The most memory that a hash may take to be checked, in KiB.
const HASH_MEMORY: u32 = 1 << 20;
/// The most rounds of a hash.
const HASH_ROUNDS: u32 = 64;
/// A hash of no password, for stations that are not in a list with hashes: they take as long as the others. Its parameters are the defaults.
const DUMMY_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$b2NwcC10dWktZHVtbXk$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

/// The passwords by identity.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PasswordList(BTreeMap<String, StoredPassword>);

/// A password as it is known.
#[derive(Clone, PartialEq, Eq)]
enum StoredPassword {
    /// Itself.
    Clear(StationPassword),
    /// A hash of argon2id in the form of PHC strings.
    Hash(Box<str>),
}

/// Nothing of a hash either.
impl fmt::Debug for StoredPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoredPassword::Clear(password) => password.fmt(f),
            StoredPassword::Hash(_) => f.write_str("hash of argon2id"),
        }
    }
}

impl StoredPassword {
    /// As it stands in a file: a text where it can be one.
    fn written(&self) -> String {
        match self {
            StoredPassword::Hash(hash) => hash.to_string(),
            StoredPassword::Clear(password) => match str::from_utf8(password.bytes()) {
                Ok(text) if StationPassword::read(text).as_ref() == Some(password) && is_plain(text) => text.to_owned(),
                _ => password.bytes().iter().fold("hex:".to_owned(), |digits, byte| format!("{digits}{byte:02x}")),
            },
        }
    }
}

/// Whether a password stands in a line as it is.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && !text.starts_with('$') && !text.contains(char::is_control)
}

/// Replaces a file; where its name is a link, the file behind it.
fn write(file: &Path, text: &str) -> io::Result<()> {
    let file = fs::canonicalize(file)?;
    let (Some(folder), Some(name)) = (file.parent(), file.file_name()) else { return Err(io::ErrorKind::InvalidInput.into()) };
    write_private(folder, &name.to_string_lossy(), text)
}

/// What is known about the password of a station, for a list of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordForm {
    /// A text of this many bytes.
    Text(usize),
    /// This many bytes that are no text.
    Bytes(usize),
    /// A hash of argon2id.
    Hash,
}

/// What came out of the check of a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordVerdict {
    /// It is right.
    Right,
    /// It is wrong.
    Wrong,
    /// It is wrong: the hexadecimal digits of the key were sent, and not its bytes (security whitepaper for OCPP 1.6, §2.3).
    HexDigits,
    /// The station has none.
    Unknown,
}

/// What is wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordMistake {
    /// There is no colon.
    #[error("a line is an identity, a colon and a password")]
    NoColon,
    /// There is nothing before the colon.
    #[error("the identity is missing before the colon")]
    NoIdentity,
    /// There is nothing behind it.
    #[error("the password is missing behind the colon")]
    NoPassword,
    /// What follows `hex:` is not bytes.
    #[error("behind hex: stand pairs of hexadecimal digits")]
    Hex,
    /// A hash that cannot be used.
    #[error(
        "the hash is none of argon2id that can be checked ($argon2id$v=19$m=…,t=…,p=…$salt$hash); write a password that begins with $ as hex:"
    )]
    Hash,
    /// The identity has a line already.
    #[error("the identity stands in line {0} already")]
    Repeated(usize),
}

/// Why a file of passwords cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PasswordFileError {
    /// It cannot be read.
    #[error("the passwords in {} cannot be read: {reason}; --auth names a file with lines like CP1:password", .file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        reason: io::Error,
    },
    /// It cannot be written.
    #[error("the passwords cannot be written to {}: {reason}; the file is as it was", .file.display())]
    Unwritable {
        /// The file.
        file: PathBuf,
        /// Why.
        reason: io::Error,
    },
    /// An identity would be read as another one.
    #[error(
        "the identity {identity:?} cannot stand in {}: it has a colon or a blank at its end, or begins with #; auth remove takes it out",
        .file.display()
    )]
    Identity {
        /// The file.
        file: PathBuf,
        /// The identity.
        identity: String,
    },
    /// Lines are wrong.
    #[error("the passwords in {} cannot be used: {mistakes}", .file.display())]
    Mistakes {
        /// The file.
        file: PathBuf,
        /// The first ones, each with its line.
        mistakes: String,
    },
}

impl PasswordList {
    /// The passwords in a file.
    ///
    /// # Errors
    /// When it cannot be read, or a line of it is wrong.
    pub fn read(file: &Path) -> Result<PasswordList, PasswordFileError> {
        let named = || file.to_owned();
        let text = text_file::read(file).map_err(|reason| PasswordFileError::Unreadable { file: named(), reason })?;
        PasswordList::parse(&text).map_err(|found| {
            let shown: Vec<String> =
                found.iter().take(NAMED_MISTAKES).map(|(line, mistake)| format!("line {line}: {mistake}")).collect();
            let more = found.len().saturating_sub(NAMED_MISTAKES);
            let more = if more == 0 { String::new() } else { format!("; and {more} more") };
            PasswordFileError::Mistakes { file: named(), mistakes: shown.join("; ") + &more }
        })
    }

    /// The passwords in a text, with a line for each station; lines that begin with `#` are comments.
    fn parse(text: &str) -> Result<PasswordList, Vec<(usize, PasswordMistake)>> {
        let (mut list, mut lines, mut mistakes) = (PasswordList::default(), BTreeMap::new(), Vec::new());
        for (index, line) in text.lines().enumerate() {
            let line = line.trim_start();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let read = read_line(line).and_then(|(identity, password)| match lines.entry(identity.to_owned()) {
                Entry::Occupied(earlier) => Err(PasswordMistake::Repeated(*earlier.get())),
                Entry::Vacant(place) => {
                    place.insert(index + 1);
                    Ok((identity, password))
                }
            });
            match read {
                Ok((identity, password)) => drop(list.0.insert(identity.to_owned(), password)),
                Err(mistake) => mistakes.push((index + 1, mistake)),
            }
        }
        if mistakes.is_empty() { Ok(list) } else { Err(mistakes) }
    }

    /// Sets the password of a station, as it would stand in the file.
    ///
    /// # Errors
    /// When it is none.
    pub fn write(&mut self, identity: &str, written: &str) -> Result<(), PasswordMistake> {
        let password = read_password(written)?;
        self.0.insert(identity.to_owned(), password);
        Ok(())
    }

    /// Sets the password of a station.
    pub fn set(&mut self, identity: &str, password: StationPassword) {
        self.0.insert(identity.to_owned(), StoredPassword::Clear(password));
    }

    /// Takes the passwords of another list in, in place of those of the same stations.
    pub fn extend(&mut self, other: PasswordList) {
        self.0.extend(other.0);
    }

    /// Takes the password of a station out. False when it has none.
    pub fn remove(&mut self, identity: &str) -> bool {
        self.0.remove(identity).is_some()
    }

    /// The stations, and the form of their passwords.
    pub fn stations(&self) -> impl Iterator<Item = (&str, PasswordForm)> {
        self.0.iter().map(|(identity, password)| {
            let form = match password {
                StoredPassword::Hash(_) => PasswordForm::Hash,
                StoredPassword::Clear(password) => match str::from_utf8(password.bytes()) {
                    Ok(text) if !text.contains(char::is_control) => PasswordForm::Text(text.len()),
                    _ => PasswordForm::Bytes(password.bytes().len()),
                },
            };
            (identity.as_str(), form)
        })
    }

    /// Writes the passwords into their files. What is unchanged in a file stays as it stands there, comments too; the line of a station whose
    /// password changed gets the new one, that of a station without a password goes, and stations that are in none of the files come to the
    /// end of the last one. Each file is replaced as a whole, and is readable by the user alone.
    ///
    /// # Errors
    /// When a file cannot be read or written, or an identity cannot stand in one.
    pub fn save(&self, files: &[PathBuf]) -> Result<(), PasswordFileError> {
        let unreadable = |file: &Path| {
            let file = file.to_owned();
            move |reason| PasswordFileError::Unreadable { file, reason }
        };
        let texts = files.iter().map(|file| text_file::read(file).map_err(unreadable(file))).collect::<Result<Vec<_>, _>>()?;
        let mut missing = self.0.clone();
        let mut kept: Vec<String> = texts.iter().map(|text| self.kept_of(text, &mut missing)).collect();
        if let (Some(file), Some(last)) = (files.last(), kept.last_mut()) {
            if !missing.is_empty() && !last.is_empty() && !last.ends_with('\n') {
                last.push('\n');
            }
            for (identity, password) in &missing {
                if identity.contains([':', '\n', '\r']) || identity.starts_with('#') || identity.trim() != identity {
                    return Err(PasswordFileError::Identity { file: file.clone(), identity: identity.clone() });
                }
                last.push_str(&format!("{identity}:{}\n", password.written()));
            }
        }
        for ((file, text), old) in files.iter().zip(kept).zip(texts) {
            if text != old {
                write(file, &text).map_err(|reason| PasswordFileError::Unwritable { file: file.clone(), reason })?;
            }
        }
        Ok(())
    }

    /// What stays of the text of a file. The stations in it are not missing any more.
    fn kept_of(&self, text: &str, missing: &mut BTreeMap<String, StoredPassword>) -> String {
        let mut kept = String::with_capacity(text.len());
        for line in text.split_inclusive('\n') {
            let written = line.trim_start().trim_end_matches(['\r', '\n']);
            let known = Some(written).filter(|line| !line.starts_with('#')).and_then(|line| read_line(line).ok());
            let Some((identity, password)) = known else {
                kept.push_str(line);
                continue;
            };
            missing.remove(identity);
            match self.0.get(identity) {
                Some(own) if *own == password => kept.push_str(line),
                Some(own) => kept.push_str(&format!("{identity}:{}\n", own.written())),
                None => {}
            }
        }
        kept
    }

    /// Whether a station has a password.
    pub fn has(&self, identity: &str) -> bool {
        self.0.contains_key(identity)
    }

    /// What checks the password of this station. How long the check takes depends neither on the password nor on whether the station is
    /// known; with a hash it is long, so that no task of a link may wait for it.
    pub fn check_of(&self, identity: &str) -> PasswordCheck {
        match self.0.get(identity) {
            Some(stored) => PasswordCheck { stored: stored.clone(), is_known: true },
            None => {
                let hashed = self.0.values().any(|stored| matches!(stored, StoredPassword::Hash(_)));
                let clear = || StoredPassword::Clear(StationPassword::of_text(""));
                PasswordCheck {
                    stored: if hashed { StoredPassword::Hash(DUMMY_HASH.into()) } else { clear() },
                    is_known: false,
                }
            }
        }
    }
}

/// The check of passwords of one station.
#[derive(Debug)]
pub struct PasswordCheck {
    stored: StoredPassword,
    is_known: bool,
}

impl PasswordCheck {
    /// Whether it takes so long that it belongs on a thread of its own.
    pub fn is_slow(&self) -> bool {
        matches!(self.stored, StoredPassword::Hash(_))
    }

    /// Checks a password.
    pub fn check(&self, password: &[u8]) -> PasswordVerdict {
        let (right, digits) = match &self.stored {
            StoredPassword::Clear(own) => {
                let bytes = own.bytes();
                let lower = bytes.iter().fold(String::new(), |digits, byte| format!("{digits}{byte:02x}"));
                let upper = lower.to_uppercase();
                (same(bytes, password), same(lower.as_bytes(), password) | same(upper.as_bytes(), password))
            }
            StoredPassword::Hash(hash) => {
                let right = Argon2::default().verify_password(password, &**hash).is_ok();
                (Choice::from(u8::from(right)), Choice::from(0))
            }
        };
        match (self.is_known, bool::from(right), bool::from(digits)) {
            (false, ..) => PasswordVerdict::Unknown,
            (true, true, _) => PasswordVerdict::Right,
            (true, false, true) => PasswordVerdict::HexDigits,
            (true, false, false) => PasswordVerdict::Wrong,
        }
    }
}

/// Whether two passwords are the same. Digests are compared, so that not even their lengths show in the time that it takes.
fn same(one: &[u8], other: &[u8]) -> Choice {
    Sha256::digest(one).as_slice().ct_eq(Sha256::digest(other).as_slice())
}

fn read_line(line: &str) -> Result<(&str, StoredPassword), PasswordMistake> {
    let (identity, written) = line.split_once(':').ok_or(PasswordMistake::NoColon)?;
    let identity = identity.trim_end();
    if identity.is_empty() {
        return Err(PasswordMistake::NoIdentity);
    }
    Ok((identity, read_password(written)?))
}

fn read_password(written: &str) -> Result<StoredPassword, PasswordMistake> {
    if written.is_empty() {
        return Err(PasswordMistake::NoPassword);
    }
    if !written.starts_with('$') {
        return StationPassword::read(written).map(StoredPassword::Clear).ok_or(PasswordMistake::Hex);
    }
    let hash = PasswordHash::new(written).map_err(|_| PasswordMistake::Hash)?;
    let params = Params::try_from(&hash).map_err(|_| PasswordMistake::Hash)?;
    let affordable = params.m_cost() <= HASH_MEMORY && params.t_cost() <= HASH_ROUNDS;
    let complete = hash.algorithm.as_str() == "argon2id" && hash.salt.is_some() && hash.hash.is_some();
    if affordable && complete { Ok(StoredPassword::Hash(written.into())) } else { Err(PasswordMistake::Hash) }
}

#[cfg(test)]
mod tests {
    use argon2::PasswordHasher as _;

    use super::*;

    /// A hash that is quick to make and to check.
    fn hash_of(password: &[u8]) -> String {
        let quick = Argon2::from(Params::new(8, 1, 1, None).unwrap());
        quick.hash_password(password).unwrap().to_string()
    }

    fn list() -> PasswordList {
        let text = format!("# stations\n\nCP1:s3cret#:x\r\n CP2 :hex:00ff61\nCP3:{}\nCP4: \u{e4} \n", hash_of(b"hidden"));
        PasswordList::parse(&text).unwrap()
    }

    #[test]
    fn a_line_is_a_station_with_its_password() {
        let list = list();
        let check = |identity: &str, password: &[u8]| list.check_of(identity).check(password);
        for (identity, right) in
            [("CP1", &b"s3cret#:x"[..]), ("CP2", &[0, 255, b'a']), ("CP3", b"hidden"), ("CP4", " ä ".as_bytes())]
        {
            assert_eq!(check(identity, right), PasswordVerdict::Right, "{identity}");
            assert_eq!(check(identity, &right[1..]), PasswordVerdict::Wrong, "{identity}");
            assert_eq!(check(identity, b""), PasswordVerdict::Wrong, "{identity}");
        }
        assert_eq!(check("CP5", b""), PasswordVerdict::Unknown);
        assert_eq!(
            (check("CP2", b"00ff61"), check("CP2", b"00FF61")),
            (PasswordVerdict::HexDigits, PasswordVerdict::HexDigits)
        );
        assert!(list.check_of("CP3").is_slow() && list.check_of("CP5").is_slow() && !list.check_of("CP1").is_slow());
        let forms: Vec<_> = list.stations().map(|(_, form)| form).collect();
        assert_eq!(forms, [PasswordForm::Text(9), PasswordForm::Bytes(3), PasswordForm::Hash, PasswordForm::Text(4)]);
        assert!(!format!("{list:?}").contains("s3cret") && !format!("{list:?}").contains("argon2id$"));
    }

    #[test]
    fn the_hash_for_unknown_stations_can_be_checked_and_fits_nothing() {
        let check = PasswordCheck { stored: read_password(DUMMY_HASH).unwrap(), is_known: true };
        assert_eq!(check.check(b""), PasswordVerdict::Wrong);
    }

    #[test]
    fn what_is_wrong_is_named_by_line_without_the_password() {
        let hash = hash_of(b"x");
        let text = format!(
            "s3cret\n:s3cret\nCP1:\nCP2:hex:s3cret\nCP3:$s3cret\nCP4:{}\nCP5:x\nCP5:y\n",
            hash.replace("argon2id", "argon2i")
        );
        let mistakes = PasswordList::parse(&text).unwrap_err();
        let expected = [
            (1, PasswordMistake::NoColon),
            (2, PasswordMistake::NoIdentity),
            (3, PasswordMistake::NoPassword),
            (4, PasswordMistake::Hex),
            (5, PasswordMistake::Hash),
            (6, PasswordMistake::Hash),
            (8, PasswordMistake::Repeated(7)),
        ];
        assert_eq!(mistakes, expected);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("stations");
        fs::write(&file, &text).unwrap();
        let sentence = PasswordList::read(&file).unwrap_err().to_string();
        assert!(
            sentence.contains("line 1: ") && sentence.ends_with("; and 4 more") && !sentence.contains("s3cret"),
            "{sentence}"
        );
        fs::write(&file, b"\xff\xfe").unwrap();
        assert!(PasswordList::read(&file).unwrap_err().to_string().contains("UTF-16"));
        let costly = hash.replace("m=8,", "m=99999999,");
        assert_eq!(PasswordList::default().write("CP1", &costly), Err(PasswordMistake::Hash));
    }

    #[test]
    fn what_changed_is_written_and_the_rest_of_the_file_stays() {
        let folder = tempfile::tempdir().unwrap();
        let files = ["one", "two"].map(|name| folder.path().join(name));
        let hash = hash_of(b"hidden");
        fs::write(&files[0], format!("# stations\r\n\n CP1 :s3cret\r\nCP2:hex:00FF\nCP3:{hash}\n# end")).unwrap();
        fs::write(&files[1], "CP4:four").unwrap();
        let mut list = PasswordList::read(&files[0]).unwrap();
        list.extend(PasswordList::read(&files[1]).unwrap());
        let texts = || files.clone().map(|file| fs::read_to_string(file).unwrap());
        let before = texts();
        list.save(&files).unwrap();
        assert_eq!(texts(), before, "nothing changed");
        list.write("CP1", "hex:0a0d").unwrap();
        list.remove("CP2");
        list.set("CP5", StationPassword::of_text("$hex:"));
        list.set("CP6", StationPassword::of_text("hex:00"));
        list.set("CP7", StationPassword::of_text("plain text"));
        list.save(&files).unwrap();
        let [one, two] = texts();
        assert_eq!(one, format!("# stations\r\n\nCP1:hex:0a0d\nCP3:{hash}\n# end"));
        assert_eq!(two, "CP4:four\nCP5:hex:246865783a\nCP6:hex:6865783a3030\nCP7:plain text\n");
        let mut again = PasswordList::read(&files[0]).unwrap();
        again.extend(PasswordList::read(&files[1]).unwrap());
        assert_eq!(again, list, "what is written is read again");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&files[1]).unwrap().permissions().mode() & 0o777, 0o600);
        }
        list.set("CP:8", StationPassword::of_text("x"));
        let error = list.save(&files).unwrap_err().to_string();
        assert!(error.contains("\"CP:8\" cannot stand in") && !error.contains("plain text"), "{error}");
        assert_eq!(texts(), [one, two], "nothing is written when something cannot be");
        fs::remove_file(&files[0]).unwrap();
        assert!(matches!(list.save(&files), Err(PasswordFileError::Unreadable { .. })));
    }

    #[test]
    fn the_list_changes() {
        let mut list = list();
        list.write("CP1", "hex:0a").unwrap();
        list.set("CP9", StationPassword::of_text("new"));
        assert!(list.remove("CP2") && !list.remove("CP2"));
        assert_eq!(list.check_of("CP1").check(b"\n"), PasswordVerdict::Right);
        assert_eq!(list.check_of("CP9").check(b"new"), PasswordVerdict::Right);
        assert!(list.has("CP9") && !list.has("CP2"));
        assert_eq!(list.write("CP1", ""), Err(PasswordMistake::NoPassword));
    }
}
