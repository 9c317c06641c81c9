//! Reads the definitions of the OCPP versions into a catalog. For 1.x: WSDL files for the messages, overlays for the differences of
//! JSON, extensions for the actions that only JSON has. For 2.x: JSON Schema. A file that is missing or broken costs the payload checking of its
//! version and yields a warning; it never stops the console.

mod extension;
mod json_place;
mod json_schema;
mod overlay;
mod schema_folder;
mod schema_set;
mod source;
mod toml_file;
mod types;
mod warning;
mod wsdl;
mod xml;

use std::io;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use self::extension::Extension;
use self::overlay::Overlay;
use self::source::{DefinitionSource, SourceKind};
use self::xml::XmlFault;
use super::catalog::{ActionDefinition, Catalog, VersionReader};
use super::{Role, Version};

pub use self::warning::{DefinitionWarning, DirectoryError};

/// A catalog, and what was wrong with the files it was read from.
#[derive(Debug)]
pub struct LoadedCatalog {
    /// The messages of all versions that could be read.
    pub catalog: Catalog,
    /// Warnings for the user, in the order of the file names.
    pub warnings: Vec<DefinitionWarning>,
}

impl Catalog {
    /// The catalog of the embedded definitions. They are read on the first call; later calls return the same catalog.
    pub fn embedded() -> Arc<Catalog> {
        static EMBEDDED: LazyLock<Arc<Catalog>> = LazyLock::new(|| Arc::new(read_embedded().catalog));
        EMBEDDED.clone()
    }
}

/// Reads the embedded definitions.
pub fn read_embedded() -> LoadedCatalog {
    load(source::embedded())
}

/// Reads the definitions in a directory: all files `*.wsdl`, whatever their names, and all files `*.overlay.toml` and
/// `*.extension.toml`. A version for which the directory has no overlay, or no extension, keeps the built-in one, so that a directory
/// of plain WSDL files is enough.
///
/// # Errors
/// When the directory cannot be read or has no definitions.
pub fn read_directory(folder: &Path) -> Result<LoadedCatalog, DirectoryError> {
    Ok(load(source::directory(folder)?))
}

/// The folders of definitions that the user has named.
#[derive(Debug, Clone, Copy, Default)]
pub struct DefinitionFolders<'a> {
    /// See [`read_directory`].
    pub wsdl: Option<&'a Path>,
    /// JSON Schema of messages of 2.x: a file for each message under its published name, in the folder itself or in a folder for each
    /// version below it, or a file with a whole version as in `schemas/`. A message that the folder does not have keeps the built-in
    /// definition.
    pub schemas: Option<&'a Path>,
}

/// Reads the definitions in these folders, and the built-in ones of which no folder was named.
///
/// # Errors
/// When a folder cannot be read or has no definitions.
pub fn read_folders(folders: DefinitionFolders<'_>) -> Result<LoadedCatalog, DirectoryError> {
    let mut loaded = match folders.wsdl {
        Some(folder) => read_directory(folder)?,
        None => read_embedded(),
    };
    if let Some(folder) = folders.schemas {
        let found = schema_folder::read(folder, source::json_files(folder)?);
        if found.versions.is_empty() && found.warnings.is_empty() {
            let reason = io::Error::new(io::ErrorKind::NotFound, "it has no schema of a message");
            return Err(DirectoryError { folder: folder.to_owned(), reason });
        }
        for (version, actions) in found.versions {
            loaded.catalog.replace(version, actions);
        }
        loaded.warnings.extend(found.warnings);
    }
    Ok(loaded)
}

/// What was read so far, with the names of the files.
#[derive(Default)]
struct Reading {
    services: Vec<(String, wsdl::WsdlService)>,
    /// The texts of the services, to serve them.
    texts: Vec<(Version, Role, String)>,
    overlays: Vec<(String, Overlay)>,
    extensions: Vec<(String, Extension)>,
    /// Versions of which a file is broken: half a version would refuse valid messages as unknown.
    spoilt: Vec<Version>,
    /// Services whose file is there but broken, so that it is not reported as missing.
    accounted: Vec<(Version, Role)>,
    warnings: Vec<DefinitionWarning>,
}

fn load(sources: Vec<DefinitionSource>) -> LoadedCatalog {
    let mut reading = Reading::default();
    for source in sources {
        reading.read(source);
    }
    reading.complete();
    reading.look_for_missing();
    reading.finish()
}

impl Reading {
    fn read(&mut self, source: DefinitionSource) {
        let kind = source.kind();
        let text = match source.text {
            Ok(text) => text,
            Err(reason) => {
                let versions = self.spoil(&source.name, "");
                return self.warnings.push(DefinitionWarning::Unreadable { file: source.name, reason, versions });
            }
        };
        let read = match kind {
            SourceKind::Overlay => overlay::read(&text).map(|overlay| self.overlays.push((source.name.clone(), overlay))),
            SourceKind::Extension => extension::read(&text).map(|found| self.extensions.push((source.name.clone(), found))),
            SourceKind::Wsdl => wsdl::read(&text).map(|service| self.add_service(source.name.clone(), service, &text)),
        };
        if let Err(fault) = read {
            self.broken(source.name, &text, fault);
        }
    }

    fn add_service(&mut self, file: String, service: wsdl::WsdlService, text: &str) {
        let same = |other: &wsdl::WsdlService| other.version == service.version && other.host == service.host;
        match self.services.iter().find(|(_, other)| same(other)) {
            Some((first, _)) => self.warnings.push(DefinitionWarning::Twice { file, first: first.clone() }),
            None => {
                self.texts.push((service.version, service.host, text.to_owned()));
                self.services.push((file, service));
            }
        }
    }

    fn broken(&mut self, file: String, text: &str, fault: XmlFault) {
        let versions = self.spoil(&file, text);
        let XmlFault { line, column, problem } = fault;
        self.warnings.push(DefinitionWarning::Broken { file, line, column, problem, versions });
    }

    /// Notes which versions a broken file leaves without definitions. The file cannot be read, so its name and, for a file that has a
    /// name of its own, the namespaces in its text must do.
    fn spoil(&mut self, file: &str, text: &str) -> Vec<Version> {
        let mut versions = Vec::new();
        for version in Version::SOAP {
            for host in Role::ALL {
                let named = file == source::file_name(version, host);
                let written = || text.contains(&format!("targetNamespace=\"{}\"", version.namespace(host)));
                if named || written() {
                    self.accounted.push((version, host));
                    versions.push(version);
                }
            }
            if file.ends_with(".toml") && file.contains(version.number()) {
                versions.push(version);
            }
        }
        if file.ends_with(".toml") && versions.is_empty() {
            // The version of the file is unknown. A version that needs one must not be validated without it.
            versions.extend(built_in_overlays().map(|(_, overlay)| overlay.version));
        }
        versions.dedup();
        self.spoilt.extend(&versions);
        versions
    }

    /// Adds the built-in overlays and extensions of versions for which no others were given.
    fn complete(&mut self) {
        for (name, overlay) in built_in_overlays() {
            if !self.overlays.iter().any(|(_, given)| given.version == overlay.version) {
                self.overlays.push((name, overlay));
            }
        }
        for (name, text) in source::embedded_of(SourceKind::Extension) {
            let Ok(extension) = extension::read(&text) else { continue };
            if !self.extensions.iter().any(|(_, given)| given.version == extension.version) {
                self.extensions.push((name, extension));
            }
        }
    }

    fn look_for_missing(&mut self) {
        for version in Version::SOAP {
            for host in Role::ALL {
                let read = self.services.iter().any(|(_, service)| service.version == version && service.host == host);
                if !read && !self.accounted.contains(&(version, host)) {
                    self.spoilt.push(version);
                    let file = source::file_name(version, host);
                    self.warnings.push(DefinitionWarning::Missing { file, versions: vec![version] });
                }
            }
        }
    }

    fn finish(mut self) -> LoadedCatalog {
        let mut actions: Vec<ActionDefinition> = Vec::new();
        let sound = Version::ALL.into_iter().filter(|version| !self.spoilt.contains(version)).collect::<Vec<_>>();
        for version in sound {
            let services = self.services.extract_if(.., |(_, service)| service.version == version);
            let mut own: Vec<ActionDefinition> = services.flat_map(|(_, service)| service.actions).collect();
            match self.amend(version, &mut own) {
                Ok(()) => actions.append(&mut own),
                Err((file, XmlFault { line, column, problem })) => {
                    let versions = vec![version];
                    self.warnings.push(DefinitionWarning::Broken { file, line, column, problem, versions });
                }
            }
        }
        let mut catalog = Catalog::new(actions);
        for (version, host, text) in self.texts {
            catalog.keep_wsdl(version, host, text);
        }
        for version in schema_set::VERSIONS {
            let names = Box::new(move || schema_set::built_in_names(version));
            catalog.read_on_demand(version, VersionReader { names, actions: Box::new(move || schema_set::built_in(version)) });
        }
        LoadedCatalog { catalog, warnings: self.warnings }
    }

    /// Applies the overlays of a version, then adds what its extensions have: an overlay is about the actions of the WSDL files.
    fn amend(&mut self, version: Version, actions: &mut Vec<ActionDefinition>) -> Result<(), (String, XmlFault)> {
        for (file, overlay) in self.overlays.iter().filter(|(_, overlay)| overlay.version == version) {
            overlay.apply(actions).map_err(|fault| (file.clone(), fault))?;
        }
        for (file, extension) in self.extensions.extract_if(.., |(_, extension)| extension.version == version) {
            extension.add_to(actions).map_err(|fault| (file, fault))?;
        }
        Ok(())
    }
}

fn built_in_overlays() -> impl Iterator<Item = (String, Overlay)> {
    source::embedded_of(SourceKind::Overlay).filter_map(|(name, text)| Some((name, overlay::read(&text).ok()?)))
}

#[cfg(test)]
mod tests;
