//! ARCHITECTURE.md describes the sources that are here: every path, module, type and function that the page names exists, every word of
//! its glossary is used in the code, and every top-level module has its row.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

use crate::source_graph::source_files;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The text of a page without its fenced blocks.
fn prose(page: &str) -> String {
    page.split("```").step_by(2).collect()
}

/// The names that the sources define, and all their words in lower case without separators.
struct SourceNames {
    defined: BTreeSet<String>,
    modules: BTreeSet<String>,
    words: BTreeSet<String>,
    text: String,
}

impl SourceNames {
    fn read() -> SourceNames {
        let files = source_files(&root().join("src"));
        let definition =
            Regex::new(r"\b(?:struct|enum|trait|type|union|fn|const|static|mod|macro_rules!)\s+([A-Za-z_]\w*)").unwrap();
        let word = Regex::new(r"[A-Za-z_]\w*").unwrap();
        let mut names =
            SourceNames { defined: BTreeSet::new(), modules: BTreeSet::new(), words: BTreeSet::new(), text: String::new() };
        for (path, text) in &files {
            let parts = path.trim_end_matches(".rs").split('/').filter(|part| *part != "mod");
            names.modules.extend(parts.map(str::to_owned));
            names.defined.extend(definition.captures_iter(text).map(|found| found[1].to_owned()));
            names.words.extend(word.find_iter(text).map(|found| found.as_str().to_owned()));
            names.text.push_str(&text.to_lowercase().replace(['_', ' '], ""));
        }
        names
    }

    /// What is wrong with a name in backticks; `None` when it exists or is no name of the sources.
    fn fault(&self, name: &str) -> Option<String> {
        let is_path = name.contains('/') || name.ends_with(".rs") || name.ends_with(".md") || name.ends_with(".toml");
        if name.contains([' ', '=', '"', '<', '[', '{', '-', '*']) || name.starts_with('.') {
            return None; // a command, an option, an example
        }
        if is_path {
            let exists = [root().join(name), root().join("src").join(name)].iter().any(|path| path.exists());
            return (!exists).then(|| format!("there is no file {name}"));
        }
        let mut parts = name.trim_end_matches("()").split("::");
        let first = parts.next().unwrap_or_default();
        if !self.defined.contains(first) && !self.modules.contains(first) {
            return Some(format!("nothing is called {first}"));
        }
        parts.find(|part| !self.words.contains(*part)).map(|part| format!("{name}: nothing is called {part}"))
    }

    /// Whether the code uses a word of the glossary, in any spelling.
    fn uses(&self, word: &str) -> bool {
        self.text.contains(&word.to_lowercase().replace(['_', ' ', '-'], ""))
    }
}

fn faults(page: &str, names: &SourceNames) -> Vec<String> {
    let code = Regex::new(r"`([^`\n]+)`").unwrap();
    let prose = prose(page);
    let mut faults: Vec<String> = code.captures_iter(&prose).filter_map(|found| names.fault(&found[1])).collect();
    faults.sort();
    faults.dedup();
    faults
}

/// The first cells of the table below a heading.
fn first_cells(page: &str, heading: &str) -> Vec<String> {
    let section = page.split(&format!("\n## {heading}\n")).nth(1).unwrap_or_else(|| panic!("no heading {heading}"));
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with('|')).skip(2);
    rows.map(|row| row.split('|').nth(1).unwrap().trim().to_owned()).collect()
}

#[test]
fn every_name_of_the_architecture_page_exists() {
    let page = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    assert_eq!(faults(&page, &SourceNames::read()), Vec::<String>::new());
}

#[test]
fn every_word_of_the_glossary_is_used_in_the_code() {
    let page = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let names = SourceNames::read();
    let words: Vec<String> = first_cells(&page, "Words")
        .iter()
        .flat_map(|cell| cell.split([',', '/']).map(|word| word.trim().to_owned()).collect::<Vec<_>>())
        .collect();
    assert!(words.len() > 20, "{words:?}");
    let unused: Vec<&String> = words.iter().filter(|word| !names.uses(word)).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn every_module_has_its_place_on_the_map() {
    let page = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let named: String = first_cells(&page, "Modules").join(" ");
    let entries = fs::read_dir(root().join("src")).unwrap().map(|entry| entry.unwrap().path());
    let missing: Vec<String> = entries
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .filter(|module| module != "lib" && module != "main")
        .filter(|module| !named.contains(&format!("`{module}/`")) && !named.contains(&format!("`{module}.rs`")))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn names_that_do_not_exist_are_found() {
    let names = SourceNames::read();
    let page = "`src/nowhere/`, `Catalog`, `Catalog::embedded`, `Catalog::nowhere_at_all_1`, `NoSuchType1`, `no_such_function_1()`, \
                `cargo test`, `--plain`\n```text\n`NoSuchType2`\n```\n`docs/commands.md`, `ocpp/version.rs`, `trace`";
    let expected = [
        "Catalog::nowhere_at_all_1: nothing is called nowhere_at_all_1",
        "nothing is called NoSuchType1",
        "nothing is called no_such_function_1",
        "there is no file src/nowhere/",
    ];
    assert_eq!(faults(page, &names), expected);
    assert!(names.uses("charge point") && !names.uses("no such word 1"));
    assert!(Path::new(&root()).join("src/lib.rs").exists());
}
