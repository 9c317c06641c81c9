//! The ring: captures of the newest sessions in one folder, bounded in number and in bytes. What leaves it is removed, oldest first, except
//! what a session still writes to.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

/// The sessions that are kept, when the user says nothing else.
const SESSIONS: usize = 10;
/// The bytes that they may take together.
const BYTES: u64 = 1 << 30;
/// In how many files a ring is kept at the least, when one session fills it.
const PARTS: u64 = 16;

/// The ring of the newest sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaptureRing {
    /// Its folder.
    pub folder: PathBuf,
    /// How many sessions are kept.
    pub sessions: usize,
    /// How many bytes they take together.
    pub bytes: u64,
}

impl CaptureRing {
    /// The ring in this folder with the default bounds.
    pub fn new(folder: PathBuf) -> CaptureRing {
        CaptureRing { folder, sessions: SESSIONS, bytes: BYTES }
    }

    /// The size at which a session goes on in its next file, so that its oldest part can be removed.
    pub fn part_bytes(&self) -> u64 {
        (self.bytes / PARTS).max(1 << 16)
    }

    /// The path of a session that begins now, without what stands behind it.
    pub(super) fn session_path(&self, now: Timestamp) -> PathBuf {
        self.folder.join(format!("{}-{}", now.strftime("%Y%m%dT%H%M%S%3fZ"), std::process::id()))
    }

    /// The session that a file belongs to; `None` for a file that is none of the ring. Names of one session, and of sessions in turn, sort
    /// by time.
    pub(super) fn session_of(&self, path: &Path) -> Option<String> {
        let name = path.file_name()?.to_str()?;
        let stem = name.strip_suffix(".jsonl").or_else(|| name.strip_suffix(".jsonl.zst"))?;
        let (session, part) = stem.split_once('.')?;
        let (stamp, process) = session.split_once('-')?;
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let is_stamp = stamp.len() == 19 && stamp.ends_with('Z') && stamp.as_bytes().get(8) == Some(&b'T');
        (is_stamp && digits(part) && digits(process)).then(|| session.to_owned())
    }

    /// Removes what is too much. What cannot be removed stays: the next start tries again.
    pub(super) fn prune(&self) {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return };
        // By session, each with its files in their order.
        let mut sessions: BTreeMap<String, BTreeMap<PathBuf, u64>> = BTreeMap::new();
        for entry in entries.flatten() {
            let path = entry.path();
            if let (Some(session), Ok(facts)) = (self.session_of(&path), entry.metadata()) {
                sessions.entry(session).or_default().insert(path, facts.len());
            }
        }
        let mut total: u64 = sessions.values().flat_map(BTreeMap::values).sum();
        let mut count = sessions.len();
        for files in sessions.values() {
            let too_many = count > self.sessions.max(1);
            let mut left = files.len();
            for (path, length) in files {
                let is_free = File::open(path).is_ok_and(|file| file.try_lock().is_ok());
                if (too_many || total > self.bytes) && is_free && std::fs::remove_file(path).is_ok() {
                    total -= length;
                    left -= 1;
                }
            }
            count -= usize::from(left == 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(folder: &Path, sessions: usize, bytes: u64) -> CaptureRing {
        CaptureRing { folder: folder.into(), sessions, bytes }
    }

    fn names(folder: &Path) -> Vec<String> {
        let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    fn name(day: u32, part: u32) -> String {
        format!("202611{day:02}T120000000Z-77.{part:05}.jsonl.zst")
    }

    #[test]
    fn the_oldest_sessions_leave_and_nothing_else_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        for day in 1..=4 {
            std::fs::write(folder.path().join(name(day, 1)), "x").unwrap();
            std::fs::write(folder.path().join(name(day, 2)), "x").unwrap();
        }
        for other in ["notes.txt", "20261101T120000Z.jsonl", "session.jsonl"] {
            std::fs::write(folder.path().join(other), "mine").unwrap();
        }
        ring(folder.path(), 2, 1 << 20).prune();
        let expected =
            [&name(3, 1), &name(3, 2), &name(4, 1), &name(4, 2), "20261101T120000Z.jsonl", "notes.txt", "session.jsonl"];
        let mut expected = expected.map(ToString::to_string);
        expected.sort();
        assert_eq!(names(folder.path()), expected);
    }

    #[test]
    fn too_many_bytes_remove_the_oldest_files_but_none_that_is_written_to() {
        let folder = tempfile::tempdir().unwrap();
        for part in 1..=5 {
            std::fs::write(folder.path().join(name(1, part)), vec![0; 100]).unwrap();
        }
        let written_to = File::open(folder.path().join(name(1, 1))).unwrap();
        written_to.lock().unwrap();
        ring(folder.path(), 10, 250).prune();
        assert_eq!(names(folder.path()), [name(1, 1), name(1, 5)]);
    }

    #[test]
    fn a_path_of_a_session_is_one_of_the_ring() {
        let ring = CaptureRing::new("/r".into());
        let path = ring.session_path(Timestamp::UNIX_EPOCH);
        let file = path.with_file_name(format!("{}.00001.jsonl", path.file_name().unwrap().to_str().unwrap()));
        assert_eq!(ring.session_of(&file).map(|session| ring.folder.join(session)), Some(path));
    }
}
