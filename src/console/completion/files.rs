//! The names of files, for a path that is being typed.

use std::path::Path;

/// A longer list is not useful.
const MOST_FILES: usize = 100;

/// The files whose names begin with a text; folders end in `/`.
pub fn list_files(beginning: &str) -> Vec<String> {
    let (folder, name) = beginning.rsplit_once('/').map_or(("", beginning), |(folder, name)| (folder, name));
    let shown = if beginning.contains('/') { format!("{folder}/") } else { String::new() };
    let searched = if shown.is_empty() { Path::new(".") } else { Path::new(&shown) };
    let entries = std::fs::read_dir(searched).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| {
            let mut found = entry.file_name().into_string().ok().filter(|found| found.starts_with(name))?;
            if entry.path().is_dir() {
                found.push('/');
            }
            Some(format!("{shown}{found}"))
        })
        .take(MOST_FILES)
        .collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_listed_by_their_beginning() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("sub")).unwrap();
        std::fs::write(folder.path().join("set.json"), "{}").unwrap();
        let beginning = format!("{}/s", folder.path().display());
        let names = list_files(&beginning);
        assert_eq!(names.len(), 2);
        assert!(names[0].ends_with("/set.json") && names[1].ends_with("/sub/"), "{names:?}");
        assert!(list_files("/no/such/folder/x").is_empty());
    }
}
