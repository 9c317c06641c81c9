//! The book is consistent: every command in a `console` block can be parsed, and every link to a heading leads to one.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use ocpp_tui::console::{Grammar, parse};
use ocpp_tui::ocpp::Catalog;

/// The pages by name.
fn pages() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let pages = files.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    pages.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn every_command_of_the_book_can_be_parsed() {
    let grammar = Grammar::new(&Catalog::embedded());
    let mut commands = 0;
    for (page, text) in pages() {
        let mut lines = text.lines();
        while lines.by_ref().any(|line| line == "```console") {
            for line in lines.by_ref().take_while(|line| *line != "```") {
                parse(line, &grammar).unwrap_or_else(|error| panic!("{page}: {line}: {error}"));
                commands += 1;
            }
        }
    }
    assert!(commands > 40, "{commands}");
}

/// The anchor of a heading, as code hosts make it.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|character| character.is_alphanumeric() || matches!(character, ' ' | '-' | '_'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

#[test]
fn links_to_headings_lead_to_one() {
    let pages = pages();
    let link = regex::Regex::new(r"\]\(([a-z0-9-]*\.md)?#([^)]+)\)").unwrap();
    let mut links = 0;
    for (page, text) in &pages {
        for found in link.captures_iter(text) {
            let target = found.get(1).map_or(page.as_str(), |target| target.as_str());
            let headings = pages[target].lines().filter(|line| line.starts_with('#'));
            let known = headings.map(|line| anchor(line.trim_start_matches('#'))).any(|anchor| anchor == found[2]);
            assert!(known, "{page}: {}", &found[0]);
            links += 1;
        }
    }
    assert!(links > 5, "{links}");
}

/// The text of all Rust files below a folder of the project.
fn sources(folder: &Path, texts: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, texts);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            texts.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn the_tests_that_hold_the_rules_for_the_screen_exist() {
    let mut texts = String::new();
    for folder in ["src", "tests"] {
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut texts);
    }
    let rules = &pages()["ux-rules.md"];
    let rows: Vec<&str> = rules.lines().filter(|line| line.starts_with("| ") && line.matches('|').count() == 5).collect();
    let name = regex::Regex::new("`([a-z0-9_]+)`").unwrap();
    let mut numbers = 0;
    for row in rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        if cells[1].parse::<u32>().is_err() {
            continue;
        }
        numbers += 1;
        let names: Vec<&str> = name.captures_iter(cells[4]).map(|found| found.get(1).unwrap().as_str()).collect();
        assert!(!names.is_empty(), "rule {} has no test", cells[1]);
        for name in names {
            assert!(texts.contains(&format!("fn {name}(")), "rule {}: there is no test {name}", cells[1]);
        }
    }
    assert_eq!(numbers, 25);
}
