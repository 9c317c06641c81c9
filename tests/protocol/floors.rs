//! The floors of the house: a module uses what stands below it and nothing above. Read from the `use crate::` lines and paths.

use std::fs;
use std::path::Path;

/// The modules with their floor; a module may use its own floor's siblings only where that is listed.
const FLOORS: &[(&str, u8)] = &[
    ("ocpp", 0),
    ("rpc", 0),
    ("visible", 0),
    ("script", 0),
    ("trace", 1),
    ("link", 1),
    ("simulator", 2),
    ("plugin", 2),
    ("hub", 3),
    ("transcript", 3),
    ("compose", 4),
    ("console", 4),
    ("config", 4),
    ("lines", 5),
    ("tui", 5),
    ("docgen", 5),
    ("scenario", 5),
    ("size", 5),
    ("cli", 6),
    ("start", 6),
    ("screen", 6),
    ("check", 6),
    ("plugins", 6),
    ("demo", 6),
    ("reference", 6),
    ("scenarios", 6),
    ("main", 6),
];

/// Neighbours on one floor that may know each other, in this direction.
const NEIGHBOURS: &[(&str, &str)] = &[
    ("rpc", "ocpp"),
    ("link", "trace"),
    // The clock of both: a moment is the link's, a stamp the trace's.
    ("trace", "link"),
    ("console", "compose"),
    ("console", "config"),
    ("main", "cli"),
    ("start", "plugins"),
    ("cli", "plugins"),
    ("start", "cli"),
    ("start", "check"),
    ("start", "screen"),
    ("screen", "cli"),
    ("check", "cli"),
    ("check", "screen"),
    ("start", "demo"),
    ("start", "reference"),
    ("reference", "cli"),
    ("compose", "config"),
    // A record is told to scripts as the line mode prints it.
    ("scenario", "lines"),
    ("start", "scenarios"),
    ("scenarios", "cli"),
    ("scenarios", "start"),
];

fn floor(module: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == module).map(|(_, floor)| *floor)
}

/// Every `crate::x` (in the binary: `ocpp_tui::x`) of a source text, outside comments.
fn used(text: &str) -> Vec<String> {
    let mut modules = Vec::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
        for root in ["crate::", "ocpp_tui::"] {
            for (at, _) in line.match_indices(root) {
                let rest = &line[at + root.len()..];
                let name: String = rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
                modules.push(name);
            }
        }
    }
    modules
}

fn sources(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn no_module_uses_one_above_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 20, "the sources are where this test looks for them");
    let mut wrong = Vec::new();
    for path in files {
        let relative = path.strip_prefix(&root).unwrap();
        let module = relative.components().next().unwrap().as_os_str().to_string_lossy().replace(".rs", "");
        if module == "lib" {
            continue;
        }
        let own = floor(&module).unwrap_or_else(|| panic!("{module} has no floor: give it one here and in the plan"));
        for used in used(&fs::read_to_string(&path).unwrap()) {
            let Some(below) = floor(&used) else { continue };
            let neighbours = NEIGHBOURS.contains(&(module.as_str(), used.as_str()));
            if used != module && below >= own && !neighbours {
                wrong.push(format!("{} uses {used}", relative.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
