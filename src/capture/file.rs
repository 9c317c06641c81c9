//! The files of a capture: where they are, that nobody else writes to them, and that they are the user's alone.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::line::{CaptureLine, write_header};

/// Where a capture is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CapturePlace {
    /// Into this file. One that is a capture already is continued.
    File(PathBuf),
    /// Into a new file of this folder, which is created when it is missing.
    Folder(PathBuf),
}

/// Why a file cannot be captured to.
#[derive(Debug, thiserror::Error)]
pub enum CaptureFileError {
    /// The system refuses it.
    #[error("the capture cannot be written to {}: {error}", .path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Another session captures to it.
    #[error("another session captures to {}; name another file", .0.display())]
    InUse(PathBuf),
    /// There is something else in it.
    #[error("{} holds something else than a capture; name another file", .0.display())]
    Foreign(PathBuf),
}

impl CapturePlace {
    /// What a path of the user means: a folder when it is one or ends like one.
    pub fn of_path(path: &Path) -> CapturePlace {
        let ends_like_one = path.to_str().is_some_and(|text| text.ends_with('/'));
        if ends_like_one || path.is_dir() { CapturePlace::Folder(path.into()) } else { CapturePlace::File(path.into()) }
    }

    /// Opens the file, or the next one of the folder, with its first line written.
    pub(super) fn open(&self, now: Timestamp) -> Result<(File, PathBuf), CaptureFileError> {
        match self {
            CapturePlace::File(path) => Ok((open_file(path, now)?, path.clone())),
            CapturePlace::Folder(folder) => {
                let unwritable = |error| CaptureFileError::Unwritable { path: folder.clone(), error };
                std::fs::create_dir_all(folder).map_err(unwritable)?;
                let stamp = now.strftime("%Y%m%dT%H%M%SZ");
                for number in 1..1000 {
                    let behind = if number == 1 { String::new() } else { format!("-{number}") };
                    let path = folder.join(format!("{stamp}{behind}.jsonl"));
                    if !path.exists() {
                        return Ok((open_file(&path, now)?, path));
                    }
                }
                Err(unwritable(io::Error::other("too many files of this second")))
            }
        }
    }
}

fn open_file(path: &Path, now: Timestamp) -> Result<File, CaptureFileError> {
    let unwritable = |error| CaptureFileError::Unwritable { path: path.into(), error };
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(unwritable)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(CaptureFileError::InUse(path.into())),
        Err(TryLockError::Error(error)) => return Err(unwritable(error)),
    }
    let length = file.metadata().map_err(unwritable)?.len();
    let mut first = Vec::new();
    if length == 0 {
        write_header(&mut first, now);
    } else {
        if !is_capture(&mut file).map_err(unwritable)? {
            return Err(CaptureFileError::Foreign(path.into()));
        }
        // A session that was killed may have left a part of a line.
        first.push(b'\n');
        write_header(&mut first, now);
    }
    io::Write::write_all(&mut file, &first).map_err(unwritable)?;
    Ok(file)
}

/// Whether the first line is that of a capture.
fn is_capture(file: &mut File) -> io::Result<bool> {
    let mut start = [0; 512];
    file.seek(SeekFrom::Start(0))?;
    let read = file.read(&mut start)?;
    let line = start[..read].split(|byte| *byte == b'\n').next().unwrap_or_default();
    let text = std::str::from_utf8(line).unwrap_or_default();
    Ok(matches!(CaptureLine::read(text), Ok(CaptureLine::Header(_))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_capture_is_continued_and_anything_else_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        let place = CapturePlace::of_path(&path);
        assert_eq!(place, CapturePlace::File(path.clone()));
        let (file, _) = place.open(Timestamp::UNIX_EPOCH).unwrap();
        assert!(matches!(place.open(Timestamp::UNIX_EPOCH), Err(CaptureFileError::InUse(_))), "two writers");
        drop(file);
        drop(place.open(Timestamp::UNIX_EPOCH).unwrap());
        assert_eq!(std::fs::read_to_string(&path).unwrap().matches(r#"{"capture":1,"#).count(), 2);
        let other = folder.path().join("notes.txt");
        std::fs::write(&other, "mine\n").unwrap();
        assert!(matches!(CapturePlace::File(other.clone()).open(Timestamp::UNIX_EPOCH), Err(CaptureFileError::Foreign(_))));
        assert_eq!(std::fs::read_to_string(&other).unwrap(), "mine\n");
        let nowhere = CapturePlace::File(folder.path().join("no/such/a.jsonl")).open(Timestamp::UNIX_EPOCH);
        assert!(nowhere.unwrap_err().to_string().contains("cannot be written"));
    }

    #[test]
    fn a_folder_gets_a_new_file_for_each_session_and_only_its_user_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let place = CapturePlace::of_path(&folder.path().join("captures/"));
        let (_first, path) = place.open(Timestamp::UNIX_EPOCH).unwrap();
        let (_second, other) = place.open(Timestamp::UNIX_EPOCH).unwrap();
        assert!(path.ends_with("captures/19700101T000000Z.jsonl") && other.ends_with("captures/19700101T000000Z-2.jsonl"));
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600);
        }
    }
}
