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
    /// A file with the JSON Schema of a message is broken.
    #[error("{file}, {}: {problem}; the built-in definition is used in its place", place(*.line, *.column))]
    BrokenSchema {
        /// The file's name.
        file: String,
        /// The line, from 1.
        line: u32,
        /// The column, from 1, when it is known.
        column: Option<u32>,
        /// What is wrong there.
        problem: String,
    },
    /// A message has no counterpart, neither in the folder nor among the built-in ones.
    #[error("{file} describes half an action of OCPP {version}, so the action is not known: add {wanted}")]
    Half {
        /// The file's name.
        file: String,
        /// The file that is missing.
        wanted: String,
        /// The version.
        version: Version,
    },
    /// Files in a folder of schemas are no messages.
    #[error(
        "{file}{} no message of OCPP 2.x: a message is named like BootNotificationRequest.json, and its $id or its folder names the version",
        if *.others == 0 { " is".to_owned() } else { format!(" and {others} more are") }
    )]
    NoMessage {
        /// The first of them.
        file: String,
        /// How many more there are.
        others: usize,
    },
    /// Two files describe the same service or the same message.
    #[error("{file} describes the same as {first} and is ignored: remove one of the two files")]
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
            | DefinitionWarning::BrokenSchema { file, .. }
            | DefinitionWarning::Half { file, .. }
            | DefinitionWarning::NoMessage { file, .. }
            | DefinitionWarning::Twice { file, .. } => file,
        }
    }

    /// The versions whose payloads are not checked.
    pub fn versions(&self) -> &[Version] {
        match self {
            DefinitionWarning::Missing { versions, .. }
            | DefinitionWarning::Broken { versions, .. }
            | DefinitionWarning::Unreadable { versions, .. } => versions,
            DefinitionWarning::BrokenSchema { .. }
            | DefinitionWarning::Half { .. }
            | DefinitionWarning::NoMessage { .. }
            | DefinitionWarning::Twice { .. } => &[],
        }
    }
}

/// Why a directory of definitions cannot be used at all.
#[derive(Debug, thiserror::Error)]
#[error("the definitions in {} cannot be read ({reason}): name a directory with definitions, or leave the option out", .folder.display())]
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
