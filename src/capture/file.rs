//! The files of a capture: where they are, that no other session writes to them, and that they are the user's alone. What is written into them is
//! for `disk_file`.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::line::CaptureLine;
use super::line_source::{is_zstd, open_bytes};
use super::ring::CaptureRing;
use super::rotation::CaptureRotation;

/// Where a capture is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CapturePlace {
    /// Into this file. One that is a capture already is continued. The next one, when it is full, has a number behind its name.
    File(PathBuf),
    /// Into a new file of this folder, which is created when it is missing.
    Folder(PathBuf),
    /// Into the ring of the newest sessions.
    Ring(CaptureRing),
}

/// Where and how a capture is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaptureTarget {
    /// Where.
    pub place: CapturePlace,
    /// When the next file is begun.
    pub rotation: CaptureRotation,
    /// Whether the files are compressed with zstd. Those whose names end in `.zst` always are.
    pub compressed: bool,
}

impl From<CapturePlace> for CaptureTarget {
    fn from(place: CapturePlace) -> CaptureTarget {
        CaptureTarget { place, rotation: CaptureRotation::default(), compressed: false }
    }
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

/// A file that was opened for a capture.
#[derive(Debug)]
pub(super) struct OpenedFile {
    pub file: File,
    pub path: PathBuf,
    /// How many bytes were in it.
    pub length: u64,
    pub compressed: bool,
}

impl CapturePlace {
    /// What a path of the user means: a folder when it is one or ends like one.
    pub fn of_path(path: &Path) -> CapturePlace {
        let ends_like_one = path.to_str().is_some_and(|text| text.ends_with('/'));
        if ends_like_one || path.is_dir() { CapturePlace::Folder(path.into()) } else { CapturePlace::File(path.into()) }
    }
}

impl CaptureTarget {
    /// Opens the first file.
    pub(super) fn open(&self, now: Timestamp) -> Result<OpenedFile, CaptureFileError> {
        match &self.place {
            CapturePlace::File(path) => match open_file(path, self.compressed) {
                // Nothing can be put behind the end of a compressed text that was cut; what is there stays as it is.
                Err(OpenFault::Cut) => self.open_next(path, now),
                opened => opened.map_err(|fault| fault.of(path)),
            },
            CapturePlace::Folder(folder) => {
                create_folder(folder)?;
                self.numbered(&folder.join(now.strftime("%Y%m%dT%H%M%SZ").to_string()), "-", 1)
            }
            CapturePlace::Ring(ring) => {
                create_folder(&ring.folder)?;
                let opened = self.numbered(&ring.session_path(now), ".", 1)?;
                ring.prune();
                Ok(opened)
            }
        }
    }

    /// Opens the file behind the one with this path.
    pub(super) fn open_next(&self, last: &Path, now: Timestamp) -> Result<OpenedFile, CaptureFileError> {
        match &self.place {
            CapturePlace::File(path) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let stem = name.strip_suffix(".zst").unwrap_or(&name);
                let (stem, _) = stem.rsplit_once('.').unwrap_or((stem, ""));
                self.numbered(&path.with_file_name(stem), "-", 2)
            }
            CapturePlace::Folder(_) => self.open(now),
            CapturePlace::Ring(ring) => {
                let stem = ring.session_of(last).map_or_else(|| ring.session_path(now), |session| ring.folder.join(session));
                let opened = self.numbered(&stem, ".", 1)?;
                ring.prune();
                Ok(opened)
            }
        }
    }

    /// Opens the first file with this stem and a number that does not exist yet. The first one of a folder has none.
    fn numbered(&self, stem: &Path, between: &str, first: u32) -> Result<OpenedFile, CaptureFileError> {
        let name = stem.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (extension, in_ring) = (self.extension(), matches!(self.place, CapturePlace::Ring(_)));
        for number in first..100_000 {
            let behind = match number {
                1 if !in_ring => String::new(),
                _ if in_ring => format!("{between}{number:05}"),
                _ => format!("{between}{number}"),
            };
            let path = stem.with_file_name(format!("{name}{behind}{extension}"));
            if !path.exists() {
                return open_file(&path, self.compressed).map_err(|fault| fault.of(&path));
            }
        }
        let error = io::Error::other("too many files with this name");
        Err(CaptureFileError::Unwritable { path: stem.into(), error })
    }

    /// How the names of its files end.
    fn extension(&self) -> String {
        let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match &self.place {
            CapturePlace::File(path) => {
                let name = name(path);
                let (stem, zst) = name.strip_suffix(".zst").map_or((name.as_str(), ""), |stem| (stem, ".zst"));
                format!("{}{zst}", stem.rsplit_once('.').map_or(String::new(), |(_, behind)| format!(".{behind}")))
            }
            _ if self.compressed => ".jsonl.zst".to_owned(),
            _ => ".jsonl".to_owned(),
        }
    }
}

fn create_folder(folder: &Path) -> Result<(), CaptureFileError> {
    let mut options = std::fs::DirBuilder::new();
    options.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut options, 0o700);
    options.create(folder).map_err(|error| CaptureFileError::Unwritable { path: folder.into(), error })
}

/// Why a file was not opened.
enum OpenFault {
    Refused(io::Error),
    InUse,
    Foreign,
    /// Its compressed text was cut.
    Cut,
}

impl OpenFault {
    fn of(self, path: &Path) -> CaptureFileError {
        let path = path.into();
        match self {
            OpenFault::Refused(error) => CaptureFileError::Unwritable { path, error },
            OpenFault::Cut => CaptureFileError::Unwritable { path, error: io::Error::other("its compressed text was cut") },
            OpenFault::InUse => CaptureFileError::InUse(path),
            OpenFault::Foreign => CaptureFileError::Foreign(path),
        }
    }
}

fn open_file(path: &Path, compressed: bool) -> Result<OpenedFile, OpenFault> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(OpenFault::Refused)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(OpenFault::InUse),
        Err(TryLockError::Error(error)) => return Err(OpenFault::Refused(error)),
    }
    let length = file.metadata().map_err(OpenFault::Refused)?.len();
    let compressed =
        if length == 0 { compressed || path.extension().is_some_and(|extension| extension == "zst") } else { examine(path)? };
    Ok(OpenedFile { file, path: path.into(), length, compressed })
}

/// Whether a capture that is there is compressed, and whole when it is.
fn examine(path: &Path) -> Result<bool, OpenFault> {
    let mut magic = [0; 4];
    let read = File::open(path).and_then(|mut file| file.read(&mut magic)).map_err(OpenFault::Refused)?;
    let compressed = is_zstd(&magic[..read]);
    let mut bytes = open_bytes(path).map_err(OpenFault::Refused)?;
    let mut start = [0; 512];
    let mut filled = 0;
    while let Some(rest) = start.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match bytes.read(rest) {
            Ok(0) | Err(_) => break,
            Ok(more) => filled += more,
        }
    }
    let line = start[..filled].split(|byte| *byte == b'\n').next().unwrap_or_default();
    let text = std::str::from_utf8(line).unwrap_or_default();
    if !matches!(CaptureLine::read(text), Ok(CaptureLine::Header(_))) {
        return Err(OpenFault::Foreign);
    }
    if compressed && io::copy(&mut bytes, &mut io::sink()).is_err() {
        return Err(OpenFault::Cut);
    }
    Ok(compressed)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn open(place: CapturePlace) -> Result<OpenedFile, CaptureFileError> {
        CaptureTarget::from(place).open(Timestamp::UNIX_EPOCH)
    }

    const HEADER: &str = "{\"capture\":1,\"program\":\"x\",\"began\":\"2026-11-30T12:00:00Z\"}\n";

    #[test]
    fn a_capture_is_continued_and_anything_else_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        let place = CapturePlace::of_path(&path);
        assert_eq!(place, CapturePlace::File(path.clone()));
        let mut first = open(place.clone()).unwrap();
        assert!(matches!(open(place.clone()), Err(CaptureFileError::InUse(_))), "two writers");
        first.file.write_all(HEADER.as_bytes()).unwrap();
        drop(first);
        assert_eq!(open(place).unwrap().length, HEADER.len() as u64);
        let other = folder.path().join("notes.txt");
        std::fs::write(&other, "mine\n").unwrap();
        assert!(matches!(open(CapturePlace::File(other.clone())), Err(CaptureFileError::Foreign(_))));
        assert_eq!(std::fs::read_to_string(&other).unwrap(), "mine\n");
        let nowhere = open(CapturePlace::File(folder.path().join("no/such/a.jsonl")));
        assert!(nowhere.unwrap_err().to_string().contains("cannot be written"));
    }

    #[test]
    fn a_folder_gets_a_new_file_for_each_session_and_only_its_user_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let place = CapturePlace::of_path(&folder.path().join("captures/"));
        let first = open(place.clone()).unwrap();
        let second = open(place).unwrap();
        assert!(first.path.ends_with("captures/19700101T000000Z.jsonl"), "{:?}", first.path);
        assert!(second.path.ends_with("captures/19700101T000000Z-2.jsonl"), "{:?}", second.path);
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&first.path).unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn the_next_file_has_a_number_and_a_cut_one_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.b.jsonl.zst");
        let target = CaptureTarget::from(CapturePlace::File(path.clone()));
        let next = target.open_next(&path, Timestamp::UNIX_EPOCH).unwrap();
        assert!(next.path.ends_with("a.b-2.jsonl.zst") && next.compressed, "{:?}", next.path);
        let frame = zstd::encode_all(HEADER.as_bytes(), 1).unwrap();
        let whole = [frame.clone(), frame].concat();
        std::fs::write(&path, &whole).unwrap();
        assert!(open(target.place.clone()).unwrap().path.ends_with("a.b.jsonl.zst"));
        let cut = &whole[..whole.len() - 6];
        std::fs::write(&path, cut).unwrap();
        let other = target.open(Timestamp::UNIX_EPOCH).unwrap().path;
        assert!(other.ends_with("a.b-3.jsonl.zst"), "{other:?}");
        assert_eq!(std::fs::read(&path).unwrap(), cut);
    }
}
