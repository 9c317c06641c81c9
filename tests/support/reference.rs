//! Material that is not part of the project: recordings of other programs, frames from the field, tables of the published definitions.
//! It is looked for in the folder that OCPP_TUI_REFERENCE names, or in `shared/reference` beside the project. Without it the tests say
//! so and pass.

use std::fs;
use std::path::{Path, PathBuf};

/// A file or folder of the reference.
#[expect(clippy::print_stdout, reason = "the output shows what was not tested")]
pub fn reference(name: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference");
    let path = std::env::var_os("OCPP_TUI_REFERENCE").map_or_else(beside, PathBuf::from).join(name);
    let is_there = path.exists();
    if !is_there {
        println!("skipped: {} is not there; OCPP_TUI_REFERENCE names the folder of the reference", path.display());
    }
    is_there.then_some(path)
}

/// The text of a file of the reference.
pub fn reference_text(name: &str) -> Option<String> {
    reference(name).map(|path| fs::read_to_string(path).unwrap())
}
