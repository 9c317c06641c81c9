//! Finds the files of scenarios and the files that they `require`: files beside them, and no others.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::shipped::{ShippedFiles, is_shipped};
use crate::text_file;

/// The largest file of a script, in bytes.
const LARGEST: u64 = 4 << 20;

/// Why the files of a run cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// A file or folder cannot be read.
    #[error("{path} cannot be read: {reason}")]
    Unreadable {
        /// As it was named.
        path: String,
        /// The error of the operating system. It is part of the sentence and no `source`, so that it is not printed twice.
        reason: io::Error,
    },
    /// There is no such file or folder, here or in the program.
    #[error("there is no file or folder {path}{}", nearest.as_ref().map_or_else(|| String::from("; what comes with the program is written into a folder by --unpack"), |near| format!("; did you mean {near}, which comes with the program?")))]
    Nowhere {
        /// As it was named.
        path: String,
        /// What comes with the program under a similar name.
        nearest: Option<String>,
    },
    /// A folder without scenarios.
    #[error("{path} has no scenarios: no file in it ends in .js")]
    Empty {
        /// As it was named.
        path: String,
    },
    /// What a script requires is not named as a file beside it.
    #[error("only files beside the scenario can be loaded, like './lib/tags.js'; there are no modules of Node.js")]
    NotBeside,
    /// What a script requires does not exist.
    #[error("there is no file {}", .path.display())]
    Missing {
        /// The path without detours.
        path: PathBuf,
    },
    /// What a script requires is of another kind.
    #[error("only .js and .json files can be loaded")]
    OtherKind,
    /// A file that is no script.
    #[error("{path} is no scenario: {reason}")]
    NoScript {
        /// As it was named.
        path: String,
        /// Why.
        reason: &'static str,
    },
}

/// The files of the arguments: files as they are, of folders every `.js` file in them and below, except in folders called `lib`. What is
/// not there may be a file or a folder that comes with the program.
///
/// # Errors
/// When an argument does not exist or has no scenarios.
pub fn find(named: &[PathBuf], shipped: ShippedFiles) -> Result<Vec<PathBuf>, FileError> {
    let mut found = Vec::new();
    for path in named {
        let unreadable = |reason| FileError::Unreadable { path: path.display().to_string(), reason };
        let before = found.len();
        match fs::metadata(path) {
            Ok(there) if there.is_dir() => {}
            Ok(_) => {
                found.push(path.clone());
                continue;
            }
            Err(error) => {
                found.extend(shipped.find(path));
                if found.len() == before {
                    let path = path.display().to_string();
                    let nearest = shipped.similar(&path);
                    return Err(if error.kind() == io::ErrorKind::NotFound {
                        FileError::Nowhere { path, nearest }
                    } else {
                        unreadable(error)
                    });
                }
                continue;
            }
        }
        collect(path, &mut found).map_err(unreadable)?;
        if found.len() == before {
            return Err(FileError::Empty { path: path.display().to_string() });
        }
    }
    Ok(found)
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    entries.sort();
    for path in entries {
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "lib") {
                collect(&path, found)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "js") {
            found.push(path);
        }
    }
    Ok(())
}

/// The text of a script.
pub(super) fn read(path: &Path, shipped: ShippedFiles) -> Result<String, FileError> {
    if let Some(text) = shipped.text(path) {
        return Ok(text.to_owned());
    }
    let unreadable = |reason| FileError::Unreadable { path: path.display().to_string(), reason };
    let none = |reason| FileError::NoScript { path: path.display().to_string(), reason };
    let metadata = fs::metadata(path).map_err(unreadable)?;
    // Reading a pipe could block the thread for ever.
    if !metadata.is_file() {
        return Err(none("it is no file"));
    }
    if metadata.len() > LARGEST {
        return Err(none("it is larger than 4 MiB"));
    }
    text_file::decode(fs::read(path).map_err(unreadable)?).map_err(|_| none("its text is not UTF-8"))
}

/// The file that `require` finds in a file of this folder.
///
/// # Errors
/// When it finds none.
pub(super) fn required(folder: &Path, what: &str, shipped: ShippedFiles) -> Result<(PathBuf, String), FileError> {
    if !what.starts_with("./") && !what.starts_with("../") {
        return Err(FileError::NotBeside);
    }
    let plain = folder.join(what);
    let tried = [plain.clone(), with_ending(&plain, "js"), with_ending(&plain, "json")];
    let there = |path: &&PathBuf| if is_shipped(path) { shipped.text(path).is_some() } else { path.is_file() };
    let file = tried.iter().find(there).ok_or_else(|| FileError::Missing { path: shortest(&plain) })?;
    if !file.extension().is_some_and(|extension| extension == "js" || extension == "json") {
        return Err(FileError::OtherKind);
    }
    let unreadable = |reason| FileError::Unreadable { path: file.display().to_string(), reason };
    let file = if is_shipped(file) { shortest(file) } else { file.canonicalize().map_err(unreadable)? };
    let text = read(&file, shipped)?;
    Ok((file, text))
}

/// The line of a file at a place like `boot.js:3:9`.
pub(super) fn line_at(place: &str, shipped: ShippedFiles) -> Option<String> {
    let mut parts = place.rsplitn(3, ':');
    let (column, line, file) = (parts.next()?, parts.next()?, parts.next());
    let (file, line) = match file {
        Some(file) => (file, line),
        None => (line, column),
    };
    let text = read(Path::new(file), shipped).ok()?;
    let line = text.lines().nth(line.parse::<usize>().ok()?.checked_sub(1)?)?;
    Some(line.trim().to_owned())
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

/// A path without needless `.` and `..`.
pub(super) fn shortest(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if plain.file_name().is_some() => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_searched_without_their_libraries() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("b/lib")).unwrap();
        for name in ["z.js", "b/a.js", "b/lib/shared.js", "b/readme.md"] {
            fs::write(root.join(name), "").unwrap();
        }
        let find = |named: &[PathBuf]| find(named, ShippedFiles::default());
        let found = find(&[root.to_owned(), root.join("b/lib/shared.js")]).unwrap();
        assert_eq!(found, [root.join("b/a.js"), root.join("z.js"), root.join("b/lib/shared.js")]);
        fs::create_dir(root.join("none")).unwrap();
        assert!(find(&[root.join("none")]).unwrap_err().to_string().contains("no file in it ends in .js"));
        assert!(find(&[root.join("x.js")]).unwrap_err().to_string().contains("there is no file or folder"));
    }

    #[test]
    fn require_finds_files_beside_the_scenario_only() {
        let required = |folder: &Path, what: &str| required(folder, what, ShippedFiles::default());
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir(root.join("lib")).unwrap();
        fs::write(root.join("lib/a.js"), "1").unwrap();
        fs::write(root.join("b.json"), "2").unwrap();
        fs::write(root.join("c.txt"), "3").unwrap();
        for (what, text) in [("./lib/a.js", "1"), ("./lib/a", "1"), ("./b", "2")] {
            assert_eq!(required(root, what).unwrap().1, text, "{what}");
        }
        assert_eq!(required(&root.join("lib"), "../b.json").unwrap().1, "2");
        for (what, word) in
            [("fs", "modules of Node.js"), ("/etc/passwd", "beside"), ("./none", "no file"), ("./c.txt", ".json")]
        {
            assert!(required(root, what).unwrap_err().to_string().contains(word), "{what}");
        }
    }

    #[test]
    fn what_is_shipped_is_found_where_no_file_has_its_name_and_reads_nothing_else() {
        let shipped = ShippedFiles(&[("core.js", "main"), ("lib/a.js", "shipped"), ("own.js", "hidden")]);
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("own.js"), "of the user").unwrap();
        let own = folder.path().join("own.js");
        assert_eq!(find(std::slice::from_ref(&own), shipped).unwrap(), [own]);
        let core = Path::new("shipped:").join("core.js");
        assert_eq!(find(&[PathBuf::from("core.js")], shipped).unwrap(), std::slice::from_ref(&core));
        assert_eq!(read(&core, shipped).unwrap(), "main");
        assert_eq!(line_at("shipped:/core.js:1:1", shipped).unwrap(), "main");
        let (file, text) = required(Path::new("shipped:"), "./lib/a", shipped).unwrap();
        assert_eq!((file, text.as_str()), (Path::new("shipped:").join("lib").join("a.js"), "shipped"));
        assert!(matches!(required(Path::new("shipped:"), "./lib/none", shipped), Err(FileError::Missing { .. })));
    }

    #[test]
    fn paths_are_shown_without_detours() {
        for (path, shown) in
            [("a/./lib/../b.js", "a/b.js"), ("../../x.js", "../../x.js"), ("./a.js", "a.js"), ("/a/../b", "/b")]
        {
            assert_eq!(shortest(Path::new(path)), Path::new(shown), "{path}");
        }
    }
}
