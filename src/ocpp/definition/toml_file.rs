//! What overlay and extension files have in common: they are TOML, begin with their version, and their faults have a line. Their
//! contents are in `overlay` and `extension`.

use serde::de::DeserializeOwned;
use toml::Spanned;

use super::xml::XmlFault;
use crate::ocpp::Version;

/// Reads the text of a file.
pub(super) fn read<File: DeserializeOwned>(text: &str) -> Result<File, XmlFault> {
    toml::from_str(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        fault(text, offset, error.message().replace('\n', " "))
    })
}

/// The version that a file is about.
pub(super) fn version(text: &str, written: &Spanned<String>) -> Result<Version, XmlFault> {
    let version = Version::parse(written.get_ref());
    version.ok_or_else(|| fault(text, written.span().start, format!("{} is not a version", written.get_ref())))
}

/// The line of an entry of the file.
pub(super) fn line<Entry>(text: &str, entry: &Spanned<Entry>) -> u32 {
    place(text, entry.span().start).0
}

fn fault(text: &str, offset: usize, problem: String) -> XmlFault {
    let (line, column) = place(text, offset);
    XmlFault { line, column: Some(column), problem }
}

fn place(text: &str, offset: usize) -> (u32, u32) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count();
    let column = before.rsplit('\n').next().map_or(0, |rest| rest.chars().count());
    (u32::try_from(line).unwrap_or(u32::MAX).saturating_add(1), u32::try_from(column).unwrap_or(u32::MAX).saturating_add(1))
}
