//! What the formats have in common that say something in each line.

use std::path::Path;
use std::sync::Arc;

use jiff::tz::TimeZone;
use regex::Regex;

use super::foreign_item::ForeignItem;
use crate::capture::line::LineFault;
use crate::ocpp::Catalog;

/// Reads the lines of a format.
pub(in crate::capture) trait LineFormat: Send {
    /// Reads a line; what it says is appended.
    ///
    /// # Errors
    /// When it should say something and does not.
    fn line(&mut self, number: u64, text: &str, out: &mut Vec<ForeignItem>) -> Result<(), LineFault>;

    /// The lines end here.
    fn end(&mut self, out: &mut Vec<ForeignItem>) {
        let _ = out;
    }
}

/// What is known of a file besides its lines.
#[derive(Debug, Clone)]
pub(in crate::capture) struct FormatContext {
    pub catalog: Arc<Catalog>,
    /// The zone of times that name none.
    pub zone: TimeZone,
    /// The identity of a station that the file does not name.
    pub station: Arc<str>,
}

impl FormatContext {
    /// Of the file at this path: a station that it does not name has the name of the file.
    pub fn new(path: &Path, catalog: Arc<Catalog>) -> FormatContext {
        let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.split('.').next());
        let station = name.filter(|name| !name.is_empty() && *name != "-").unwrap_or("station");
        FormatContext { catalog, zone: TimeZone::system(), station: station.into() }
    }
}

/// A pattern of a format.
#[expect(clippy::expect_used, reason = "every pattern is a constant that the tests of its format use")]
pub(super) fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern")
}
