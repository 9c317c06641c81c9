//! Values for `parameter` that no script asks for. What a script asks for is known for certain only when it has run; here its text and
//! those of the files that it requires are read, so that a slip is reported before anything runs.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::files;
use super::options::PROFILES;
use super::shipped::ShippedFiles;
use crate::ocpp::suggest;
use crate::sanitize::escape_control;

/// The call that asks for a parameter.
const ASKS: &str = "parameter(";
/// The call that reads another file.
const REQUIRES: &str = "require(";

/// A value that was given for a parameter that no script has.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("no scenario asks for the parameter {}{}", escape_control(name), nearest.as_ref().map_or_else(|| String::from("; remove it"), |near| format!("; did you mean {near}?")))]
pub struct UnaskedParameter {
    name: String,
    nearest: Option<String>,
}

/// Finds the first of these names for which none of the scripts asks.
///
/// # Errors
/// With that name. A name that a script may compute is taken to be asked for.
pub fn check_parameters<'a>(
    files: &[PathBuf],
    shipped: ShippedFiles,
    names: impl IntoIterator<Item = &'a str>,
) -> Result<(), UnaskedParameter> {
    // The runner itself asks for the profiles.
    let mut names = names.into_iter().filter(|name| *name != PROFILES).peekable();
    if names.peek().is_none() {
        return Ok(());
    }
    let mut texts: Vec<String> = Vec::new();
    let mut seen = BTreeSet::new();
    for file in files {
        // A file that cannot be read is reported when it runs.
        if let Ok(text) = files::read(file, shipped) {
            gather(file, text, shipped, &mut seen, &mut texts);
        }
    }
    // A file whose name is computed may ask for anything.
    if texts.iter().any(|text| arguments(text, REQUIRES).contains(&None)) {
        return Ok(());
    }
    let asked: Vec<Option<String>> = texts.iter().flat_map(|text| arguments(text, ASKS)).collect();
    // What is computed may be any name that stands in a text.
    let computes = asked.iter().any(Option::is_none);
    let asked: Vec<String> = asked.into_iter().flatten().collect();
    let written = |name: &str| {
        computes
            && ['\'', '"', '`'].iter().any(|quote| texts.iter().any(|text| text.contains(&format!("{quote}{name}{quote}"))))
    };
    match names.find(|name| !asked.iter().any(|known| known == name) && !written(name)) {
        None => Ok(()),
        Some(name) => {
            let nearest = suggest(name, asked.iter().map(String::as_str)).map(str::to_owned);
            Err(UnaskedParameter { name: name.to_owned(), nearest })
        }
    }
}

/// Adds a text and those of the files that it requires.
fn gather(file: &Path, text: String, shipped: ShippedFiles, seen: &mut BTreeSet<PathBuf>, texts: &mut Vec<String>) {
    if !seen.insert(file.canonicalize().unwrap_or_else(|_| file.to_owned())) {
        return;
    }
    let folder = file.parent().unwrap_or(Path::new("")).to_owned();
    for what in arguments(&text, REQUIRES).into_iter().flatten() {
        if let Ok((file, text)) = files::required(&folder, &what, shipped) {
            gather(&file, text, shipped, seen, texts);
        }
    }
    texts.push(text);
}

/// The first arguments of the calls of a function in a text: the plain text in quotes, or `None` for another expression.
fn arguments(text: &str, call: &str) -> Vec<Option<String>> {
    let starts = text.match_indices(call).filter(|(at, _)| {
        let before = text[..*at].chars().next_back();
        !before.is_some_and(|before| before.is_alphanumeric() || matches!(before, '_' | '$'))
    });
    starts
        .map(|(at, _)| {
            let argument = text[at + call.len()..].trim_start();
            let quote = argument.chars().next().filter(|quote| matches!(quote, '\'' | '"' | '`'))?;
            let inside = argument[1..].split(quote).next()?;
            let computes = inside.contains(['\\', '\n']) || (quote == '`' && inside.contains("${"));
            (!computes).then(|| inside.to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(texts: &[(&str, &str)], names: &[&str]) -> Result<(), String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in texts {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let first = folder.path().join(texts[0].0);
        check_parameters(&[first], ShippedFiles::default(), names.iter().copied()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_name_that_no_script_asks_for_is_reported_with_a_similar_one() {
        let lib = ("lib.js", "const b = parameter( \"settle\", 5); require('./main.js');");
        let main = ("main.js", "const { b } = require('./lib'); parameter('idTag', 'A'); const other = 'elsewhere';");
        assert_eq!(check(&[main, lib], &["idTag", "settle"]), Ok(()));
        let slip = "no scenario asks for the parameter idTg; did you mean idTag?";
        assert_eq!(check(&[main, lib], &["settle", "idTg"]), Err(slip.to_owned()));
        let foreign = "no scenario asks for the parameter elsewhere; remove it";
        assert_eq!(check(&[main, lib], &["elsewhere"]), Err(foreign.to_owned()));
        assert_eq!(check(&[("none.js", "")], &[]), Ok(()));
    }

    #[test]
    fn a_name_that_is_computed_is_any_name_in_the_text() {
        let main = ("main.js", "const of = (name) => parameter(name, 1); of('connector'); myparameter('x');");
        assert_eq!(check(&[main], &["connector"]), Ok(()));
        assert!(check(&[main], &["conector"]).is_err());
        assert_eq!(check(&[("main.js", "require(`./${parameter('file')}`)")], &["anything"]), Ok(()));
    }
}
