//! What a deliberate difference from ocppjs is, and the steps of recordings that read differently because of one. Which differences
//! there are is in `difference_table`.

use std::collections::BTreeMap;
use std::path::Path;

use super::difference_table::DIFFERENCES;

/// A deliberate difference.
#[derive(Debug)]
pub struct Difference {
    /// Its name, in files of changed steps and in `rules`.
    pub id: &'static str,
    /// What ocppjs does.
    pub ocppjs: &'static str,
    /// What ocpp-tui does.
    pub here: &'static str,
    /// Why.
    pub why: &'static str,
}

/// The table as it stands in the documentation.
pub fn as_markdown() -> String {
    let mut text = "| difference | ocppjs | ocpp-tui | why |\n|---|---|---|---|\n".to_owned();
    for Difference { id, ocppjs, here, why } in DIFFERENCES {
        text.push_str(&format!("| {id} | {ocppjs} | {here} | {why} |\n"));
    }
    text
}

/// A step that reads differently.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    /// The input of the step, as [`describe`](super::replay::describe) writes it.
    pub input: String,
    /// The differences that change it.
    pub because: Vec<String>,
    /// The input of an earlier step that it comes behind, where the same input stands several times.
    pub after: Option<String>,
    /// What comes out instead: who and what.
    pub lines: Vec<(String, String)>,
}

/// The changed steps of a recording, in their order. A step begins with `# input`, then comes `= difference, …`, then `who> line`;
/// `~ input` before it names an earlier step.
pub fn changed(name: &str) -> Vec<Changed> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/ocppjs/changed/{name}.txt"));
    let Ok(text) = std::fs::read_to_string(path) else { return Vec::new() };
    let mut steps: Vec<Changed> = Vec::new();
    let mut after = None;
    for line in text.lines() {
        if let Some(input) = line.strip_prefix("~ ") {
            after = Some(input.to_owned());
        } else if let Some(input) = line.strip_prefix("# ") {
            steps.push(Changed { input: input.to_owned(), because: Vec::new(), after: after.take(), lines: Vec::new() });
        } else if let Some(step) = steps.last_mut() {
            if let Some(ids) = line.strip_prefix("= ") {
                step.because = ids.split(", ").map(str::to_owned).collect();
            } else if let Some((who, line)) = line.split_once("> ") {
                step.lines.push((who.to_owned(), line.to_owned()));
            }
        }
    }
    steps
}

/// How often each difference changes a step.
pub fn uses() -> BTreeMap<String, usize> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/ocppjs/changed");
    let mut uses = BTreeMap::new();
    for file in std::fs::read_dir(folder).expect("the folder of changed steps").map_while(Result::ok) {
        let name = file.path().file_stem().expect("a name").to_string_lossy().into_owned();
        for id in changed(&name).into_iter().flat_map(|step| step.because) {
            *uses.entry(id).or_default() += 1;
        }
    }
    uses
}
