//! Where definitions come from: the files built into the executable, or a directory. Only this module reads files.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::warning::DirectoryError;
use crate::ocpp::{Role, Version};
use crate::text_file;

/// A definition has some 40 kB.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// More files than two versions have, so that a wrong folder is not read without end.
const MAX_FILES: usize = 2_000;

/// A definition file: its name, and its text or why there is none.
pub(super) struct DefinitionSource {
    pub name: String,
    pub text: io::Result<String>,
}

/// What a file is, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SourceKind {
    /// The messages of a service.
    Wsdl,
    /// The differences of JSON.
    Overlay,
    /// Actions that no WSDL has.
    Extension,
}

const OVERLAY: &str = ".overlay.toml";
const EXTENSION: &str = ".extension.toml";

impl DefinitionSource {
    /// What this file is.
    pub fn kind(&self) -> SourceKind {
        if self.name.ends_with(OVERLAY) {
            SourceKind::Overlay
        } else if self.name.ends_with(EXTENSION) {
            SourceKind::Extension
        } else {
            SourceKind::Wsdl
        }
    }
}

macro_rules! embedded {
    ($($name:literal),* $(,)?) => { [$(($name, include_str!(concat!("../../../wsdl/", $name)))),*] };
}

const EMBEDDED: [(&str, &str); 8] = embedded![
    "ocpp-1.2-central-system.wsdl",
    "ocpp-1.2-charge-point.wsdl",
    "ocpp-1.5-central-system.wsdl",
    "ocpp-1.5-charge-point.wsdl",
    "ocpp-1.6-central-system.wsdl",
    "ocpp-1.6-charge-point.wsdl",
    "ocpp-1.6-json.overlay.toml",
    "ocpp-1.6-security.extension.toml",
];

/// The files built into the executable.
pub(super) fn embedded() -> Vec<DefinitionSource> {
    EMBEDDED.iter().map(|(name, text)| DefinitionSource { name: (*name).to_owned(), text: Ok((*text).to_owned()) }).collect()
}

/// The texts of the built-in files of a kind, with their names.
pub(super) fn embedded_of(kind: SourceKind) -> impl Iterator<Item = (String, String)> {
    let sources = embedded().into_iter().filter(move |source| source.kind() == kind);
    sources.filter_map(|source| Some((source.name, source.text.ok()?)))
}

/// The name of the file that describes the service that `host` offers.
pub(super) fn file_name(version: Version, host: Role) -> String {
    let host = match host {
        Role::CentralSystem => "central-system",
        Role::ChargePoint => "charge-point",
    };
    format!("ocpp-{version}-{host}.wsdl")
}

/// The WSDL files, overlays and extensions of a directory, by name.
pub(super) fn directory(folder: &Path) -> Result<Vec<DefinitionSource>, DirectoryError> {
    let fail = |reason| DirectoryError { folder: folder.to_owned(), reason };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(fail)? {
        paths.push(entry.map_err(fail)?.path());
    }
    paths.retain(|path| {
        let name = path.file_name().map(OsStr::to_string_lossy).unwrap_or_default();
        name.to_ascii_lowercase().ends_with(".wsdl") || name.ends_with(OVERLAY) || name.ends_with(EXTENSION)
    });
    paths.sort();
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(paths.iter().map(|path| DefinitionSource { name: name(path), text: read(path) }).collect())
}

/// The JSON files of a folder and of the folders in it, by name; those below have the name of their folder before theirs.
pub(super) fn json_files(folder: &Path) -> Result<Vec<DefinitionSource>, DirectoryError> {
    let fail = |reason| DirectoryError { folder: folder.to_owned(), reason };
    let mut files = Vec::new();
    let mut add = |path: PathBuf, above: &str| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.to_ascii_lowercase().ends_with(".json") && files.len() < MAX_FILES {
            files.push((format!("{above}{name}"), path));
        }
    };
    for entry in fs::read_dir(folder).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        if !path.is_dir() {
            add(path, "");
            continue;
        }
        let above = path.file_name().map(|name| format!("{}/", name.to_string_lossy())).unwrap_or_default();
        // A folder below that cannot be read has no definitions for this user.
        for entry in fs::read_dir(&path).into_iter().flatten().flatten() {
            add(entry.path(), &above);
        }
    }
    files.sort();
    Ok(files.into_iter().map(|(name, path)| DefinitionSource { name, text: read(&path) }).collect())
}

fn read(path: &Path) -> io::Result<String> {
    // Not every name in a directory is a file: a pipe would be waited for without end.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it is larger than 4 MiB"));
    }
    text_file::decode(bytes)
}
