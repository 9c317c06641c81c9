//! What the book says of scenarios is true: the catalogue lists those that come with the program, the table of parameters those that
//! they know, the examples can be played, and the options exist.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;
use serde_json::Value;

use crate::stage::play_in;

/// A file of the repository.
fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// Runs `ocpp-tui test` in a folder; its exit code and all that it says.
fn play(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let played = play_in(folder, arguments);
    (played.code.unwrap(), played.out + &played.err)
}

/// A table a file: name, what is checked, paragraphs. The cases by number have tables of their own.
fn catalogue() -> String {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.json");
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/scenarios");
    let (code, said) = play(
        &scenarios,
        &[".", "--virtual-time", "--seed", "1", "--without", "certification/", "--report", "json", report.to_str().unwrap()],
    );
    assert_eq!(code, 0, "{said}");
    let report: Value = serde_json::from_str(&fs::read_to_string(report).unwrap()).unwrap();
    let cell = |value: &Value| value.as_str().unwrap().replace('|', "\\|");
    let mut text = String::new();
    for file in report["files"].as_array().unwrap() {
        let name = file["file"].as_str().unwrap().trim_start_matches("./");
        writeln!(text, "\n### {name}\n\n| scenario | checks | grade | by |\n|---|---|---|---|").unwrap();
        for scenario in file["scenarios"].as_array().unwrap() {
            let by: Vec<String> = scenario["by"].as_array().unwrap().iter().map(cell).collect();
            let [name, checks, grade] = ["name", "checks", "grade"].map(|field| cell(&scenario[field]));
            writeln!(text, "| {name} | {checks} | {grade} | {} |", by.join(", ")).unwrap();
        }
    }
    text + "\n"
}

#[test]
fn the_catalogue_lists_the_scenarios() {
    let page = read("docs/conformance.md");
    let (_, rest) = page.split_once("<!-- the catalogue begins -->\n").unwrap();
    let (written, _) = rest.split_once("<!-- the catalogue ends -->").unwrap();
    let right = catalogue();
    if written != right {
        let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("catalogue.md");
        fs::write(&file, &right).unwrap();
        let other = right.lines().find(|line| !written.contains(line)).unwrap_or("a line there is too much");
        panic!("the catalogue in docs/conformance.md is not this one, also in {}: {other}\n\n{right}", file.display());
    }
}

/// All scripts below a folder.
fn scripts(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            scripts(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "js") {
            found.push(path);
        }
    }
}

#[test]
fn the_parameters_of_the_scenarios_are_documented() {
    let mut files = Vec::new();
    scripts(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/scenarios"), &mut files);
    let names = |pattern: &str, text: &str| -> BTreeSet<String> {
        Regex::new(pattern).unwrap().captures_iter(text).map(|found| found[1].to_owned()).collect()
    };
    let known = files.iter().flat_map(|file| names(r"\bparameter\('(\w+)'", &fs::read_to_string(file).unwrap())).collect();
    let page = read("docs/conformance.md");
    let told: BTreeSet<String> = names(r"(?m)^\| `(\w+)=", &page);
    assert_eq!(told, known);
}

/// The blocks of a page with this word behind their fence.
fn blocks<'a>(page: &'a str, word: &str) -> Vec<&'a str> {
    let fence = format!("```{word}\n");
    page.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn the_examples_of_the_tutorial_run() {
    let page = read("docs/scenarios.md");
    let folder = tempfile::tempdir().unwrap();
    let mut names = Vec::new();
    for script in blocks(&page, "js") {
        let name = script.lines().next().unwrap().trim_start_matches("// ");
        fs::write(folder.path().join(name), script).unwrap();
        names.push(name);
    }
    let sessions: Vec<_> = blocks(&page, "text").into_iter().map(|session| session.split_once('\n').unwrap()).collect();
    assert!(names.len() > 3 && !sessions.is_empty(), "{names:?}");
    for (command, shown) in &sessions {
        let words: Vec<&str> = command.strip_prefix("$ ocpp-tui test ").unwrap().split(' ').collect();
        let (code, said) = play(folder.path(), &words);
        assert_eq!(code, 1, "{command}: {said}");
        let mut lines = said.lines();
        for line in shown.lines() {
            assert!(lines.any(|found| found == line), "{command}: {line} is not in this place of\n{said}");
        }
    }
    for name in names {
        let fails = sessions.iter().any(|(command, _)| command.contains(name));
        let (code, said) = play(folder.path(), &[name, "--virtual-time", "--seed", "7"]);
        assert_eq!(code, i32::from(fails), "{name}: {said}");
    }
}

#[test]
fn the_options_in_the_book_exist() {
    let (code, help) = play(Path::new("."), &["--help"]);
    assert_eq!(code, 0);
    let mut pages = vec!["README.md".to_owned()];
    pages.extend(fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")).unwrap().filter_map(|entry| {
        let name = entry.unwrap().file_name().into_string().unwrap();
        name.ends_with(".md").then(|| format!("docs/{name}"))
    }));
    let option = Regex::new("--[a-z-]+").unwrap();
    let mut options = 0;
    for page in pages {
        for line in read(&page).lines() {
            let Some((_, command)) = line.split_once("ocpp-tui test ") else { continue };
            // In running text the command ends with its quotation mark.
            for found in option.find_iter(command.split('`').next().unwrap()) {
                assert!(
                    help.contains(&format!("{} ", found.as_str())) || help.contains(&format!("{}\n", found.as_str())),
                    "{page}: {line}"
                );
                options += 1;
            }
        }
    }
    assert!(options > 20, "{options}");
}

#[test]
fn the_reference_lists_the_whole_api_of_scripts() {
    let interface = read("examples/scenarios/ocpp-tui-scenario.d.ts");
    let page = read("docs/scenarios.md");
    let name = Regex::new(r"(?m)^(?:declare (?:function|const|class) (\w+)|  (\w+)\(|  readonly (\w+): Matcher)").unwrap();
    let mut names = 0;
    for found in name.captures_iter(&interface) {
        let word = found.iter().skip(1).flatten().next().unwrap().as_str();
        assert!(Regex::new(&format!(r"\b{word}\b")).unwrap().is_match(&page), "docs/scenarios.md says nothing of {word}");
        names += 1;
    }
    assert!(names > 40, "{names}");
}
