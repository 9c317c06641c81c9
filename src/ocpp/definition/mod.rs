//! Reads the definitions of the OCPP versions into a catalog: WSDL files for the messages, overlays for what JSON says
//! differently. A file that is missing or broken costs the payload checking of its version and yields a warning; it never stops the
//! console.

mod overlay;
mod source;
mod types;
mod warning;
mod wsdl;
mod xml;

use std::path::Path;

use self::overlay::Overlay;
use self::source::Source;
use self::xml::Fault;
use super::catalog::{ActionDefinition, Catalog};
use super::{Role, Version};

pub use self::warning::{DefinitionWarning, DirectoryError};

/// A catalog, and what was wrong with the files it was read from.
#[derive(Debug)]
pub struct Loaded {
    /// The messages of all versions that could be read.
    pub catalog: Catalog,
    /// What a person should know, in the order of the file names.
    pub warnings: Vec<DefinitionWarning>,
}

/// Reads the definitions that are built into the executable.
pub fn read_embedded() -> Loaded {
    load(source::embedded())
}

/// Reads the definitions in a directory: all files `*.wsdl`, whatever their names, and all files `*.overlay.toml`. A version
/// for which the directory has no overlay keeps the built-in one, so that a directory of plain WSDL files is enough.
pub fn read_directory(folder: &Path) -> Result<Loaded, DirectoryError> {
    Ok(load(source::directory(folder)?))
}

/// The services and overlays read so far.
#[derive(Default)]
struct Reading {
    services: Vec<(String, wsdl::Service)>,
    overlays: Vec<(String, Overlay)>,
    /// Versions of which a file is broken: half a version would refuse valid messages as unknown.
    spoilt: Vec<Version>,
    /// Services whose file is there but broken, so that nobody is told that it is missing.
    accounted: Vec<(Version, Role)>,
    warnings: Vec<DefinitionWarning>,
}

fn load(sources: Vec<Source>) -> Loaded {
    let mut reading = Reading::default();
    for source in sources {
        reading.read(source);
    }
    reading.complete_overlays();
    reading.look_for_missing();
    reading.finish()
}

impl Reading {
    fn read(&mut self, source: Source) {
        let is_overlay = source.is_overlay();
        let text = match source.text {
            Ok(text) => text,
            Err(reason) => {
                let versions = self.spoil(&source.name, "");
                return self.warnings.push(DefinitionWarning::Unreadable { file: source.name, reason, versions });
            }
        };
        if is_overlay {
            match overlay::read(&text) {
                Ok(overlay) => self.overlays.push((source.name, overlay)),
                Err(fault) => self.broken(source.name, &text, fault),
            }
            return;
        }
        match wsdl::read(&text) {
            Ok(service) => {
                let same = |other: &wsdl::Service| other.version == service.version && other.host == service.host;
                match self.services.iter().find(|(_, other)| same(other)) {
                    Some((first, _)) => {
                        self.warnings.push(DefinitionWarning::Twice { file: source.name, first: first.clone() });
                    }
                    None => self.services.push((source.name, service)),
                }
            }
            Err(fault) => self.broken(source.name, &text, fault),
        }
    }

    fn broken(&mut self, file: String, text: &str, fault: Fault) {
        let versions = self.spoil(&file, text);
        let Fault { line, column, problem } = fault;
        self.warnings.push(DefinitionWarning::Broken { file, line, column, problem, versions });
    }

    /// Notes which versions a broken file leaves without definitions. The file cannot be asked, so its name and, for a file that has a
    /// name of its own, the namespaces in its text must do.
    fn spoil(&mut self, file: &str, text: &str) -> Vec<Version> {
        let mut versions = Vec::new();
        for version in Version::ALL {
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
            // Nobody can tell whose overlay it was meant to be. A version that needs one must not be checked without it.
            versions.extend(self.built_in_overlays().map(|(_, overlay)| overlay.version));
        }
        versions.dedup();
        self.spoilt.extend(&versions);
        versions
    }

    fn built_in_overlays(&self) -> impl Iterator<Item = (String, Overlay)> + use<> {
        source::embedded_overlays().filter_map(|source| Some((source.name, overlay::read(&source.text.ok()?).ok()?)))
    }

    /// Adds the built-in overlays of versions for which no other was given.
    fn complete_overlays(&mut self) {
        for (name, overlay) in self.built_in_overlays() {
            if !self.overlays.iter().any(|(_, given)| given.version == overlay.version) {
                self.overlays.push((name, overlay));
            }
        }
    }

    fn look_for_missing(&mut self) {
        for version in Version::ALL {
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

    fn finish(mut self) -> Loaded {
        let mut actions: Vec<ActionDefinition> = Vec::new();
        for version in Version::ALL.into_iter().filter(|version| !self.spoilt.contains(version)) {
            let services = self.services.extract_if(.., |(_, service)| service.version == version);
            let mut own: Vec<ActionDefinition> = services.flat_map(|(_, service)| service.actions).collect();
            let mut overlays = self.overlays.iter().filter(|(_, overlay)| overlay.version == version);
            let outcome = overlays.try_for_each(|(file, overlay)| overlay.apply(&mut own).map_err(|fault| (file, fault)));
            match outcome {
                Ok(()) => actions.append(&mut own),
                Err((file, Fault { line, column, problem })) => {
                    let (file, versions) = (file.clone(), vec![version]);
                    self.warnings.push(DefinitionWarning::Broken { file, line, column, problem, versions });
                }
            }
        }
        Loaded { catalog: Catalog::new(actions), warnings: self.warnings }
    }
}

#[cfg(test)]
mod tests;
