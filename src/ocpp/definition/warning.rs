//! Warnings about definitions that could not be read.

use std::io;
use std::path::PathBuf;

use crate::ocpp::Version;

/// Why the definitions of a version are missing or are not those of a file. Its text is one sentence for the user.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DefinitionWarning {
    /// No file describes a service.
    #[error("{file} is missing, so payloads of OCPP {} are not checked: add the file, or use the built-in definitions", numbers(.versions))]
    Missing {
        /// The name that the file would have.
        file: String,
        /// The versions without payload checking.
        versions: Vec<Version>,
    },
    /// A file is broken.
    #[error("{file}, {}: {problem}; {}", place(*.line, *.column), consequence(.versions))]
    Broken {
        /// The file's name.
        file: String,
        /// The line, from 1.
        line: u32,
        /// The column, from 1, when it is known.
        column: Option<u32>,
        /// What is wrong there.
        problem: String,
        /// The versions without payload checking.
        versions: Vec<Version>,
    },
    /// A file cannot be read at all.
    #[error("{file} cannot be read ({reason}); {}", consequence(.versions))]
    Unreadable {
        /// The file's name.
        file: String,
        /// The reason that the system gave.
        reason: io::Error,
        /// The versions without payload checking.
        versions: Vec<Version>,
    },
    /// Two files describe the same service.
    #[error("{file} describes the same service as {first} and is ignored: remove one of the two files")]
    Twice {
        /// The file that is ignored.
        file: String,
        /// The file that is used.
        first: String,
    },
}

impl DefinitionWarning {
    /// The name of the file.
    pub fn file(&self) -> &str {
        match self {
            DefinitionWarning::Missing { file, .. }
            | DefinitionWarning::Broken { file, .. }
            | DefinitionWarning::Unreadable { file, .. }
            | DefinitionWarning::Twice { file, .. } => file,
        }
    }

    /// The versions whose payloads are not checked.
    pub fn versions(&self) -> &[Version] {
        match self {
            DefinitionWarning::Missing { versions, .. }
            | DefinitionWarning::Broken { versions, .. }
            | DefinitionWarning::Unreadable { versions, .. } => versions,
            DefinitionWarning::Twice { .. } => &[],
        }
    }
}

/// Why a directory of definitions cannot be used at all.
#[derive(Debug, thiserror::Error)]
#[error("the definitions in {} cannot be read ({reason}): name a directory with the WSDL files, or leave the option out", .folder.display())]
pub struct DirectoryError {
    /// The directory.
    pub folder: PathBuf,
    /// The reason that the system gave.
    pub reason: io::Error,
}

fn place(line: u32, column: Option<u32>) -> String {
    match column {
        Some(column) => format!("line {line}, column {column}"),
        None => format!("line {line}"),
    }
}

fn consequence(versions: &[Version]) -> String {
    if versions.is_empty() {
        "the file is ignored".to_owned()
    } else {
        format!("payloads of OCPP {} are not checked until it is mended", numbers(versions))
    }
}

fn numbers(versions: &[Version]) -> String {
    versions.iter().map(|version| version.number()).collect::<Vec<_>>().join(", ")
}
