//! Writes files to disk, into a folder that is created or must be empty, so that the user's files are not mixed with ours.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::DocFile;

/// Why the files could not be written.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Something is in the folder.
    #[error("the folder {} is not empty; choose another one, or add --force to write into it all the same", folder.display())]
    NotEmpty {
        /// The folder.
        folder: PathBuf,
    },
    /// There is something else of this name.
    #[error("{} is not a folder; choose another name", folder.display())]
    NotAFolder {
        /// The path of the folder.
        folder: PathBuf,
    },
    /// The operating system refuses.
    #[error("cannot write {}: {error}; choose a folder that you may write to", path.display())]
    CannotWrite {
        /// The file or folder.
        path: PathBuf,
        /// The reason of the operating system.
        error: io::Error,
    },
}

/// Writes files into a folder, which is created when it is missing. Without `force` the folder must be empty; with it, files of the same
/// names are replaced and all others stay.
///
/// # Errors
/// When the folder is not empty or cannot be written to.
pub fn write(folder: &Path, files: &[DocFile], force: bool) -> Result<(), FolderError> {
    let refused = |path: &Path| {
        let path = path.to_owned();
        move |error| FolderError::CannotWrite { path, error }
    };
    if folder.exists() && !folder.is_dir() {
        return Err(FolderError::NotAFolder { folder: folder.to_owned() });
    }
    fs::create_dir_all(folder).map_err(refused(folder))?;
    if !force && fs::read_dir(folder).map_err(refused(folder))?.next().is_some() {
        return Err(FolderError::NotEmpty { folder: folder.to_owned() });
    }
    for file in files {
        let path = folder.join(&file.path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(refused(parent))?;
        }
        fs::write(&path, &file.text).map_err(refused(&path))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str) -> DocFile {
        DocFile { path: path.to_owned(), text: "text".to_owned() }
    }

    #[test]
    fn a_folder_is_made_and_one_with_files_needs_force() {
        let outside = tempfile::tempdir().unwrap();
        let folder = outside.path().join("a/b");
        write(&folder, &[file("c/d.html")], false).unwrap();
        assert_eq!(fs::read_to_string(folder.join("c/d.html")).unwrap(), "text");
        let error = write(&folder, &[file("e")], false).unwrap_err();
        assert!(error.to_string().contains("--force"), "{error}");
        assert!(!folder.join("e").exists());
        write(&folder, &[file("e")], true).unwrap();
        assert!(folder.join("e").exists() && folder.join("c/d.html").exists());
    }

    #[test]
    fn what_is_no_folder_is_named() {
        let outside = tempfile::tempdir().unwrap();
        let taken = outside.path().join("file");
        fs::write(&taken, "").unwrap();
        assert!(matches!(write(&taken, &[], true), Err(FolderError::NotAFolder { .. })));
        let error = write(&taken.join("below"), &[], false).unwrap_err();
        assert!(matches!(&error, FolderError::CannotWrite { .. }), "{error}");
        assert!(error.to_string().contains("cannot write"), "{error}");
    }
}
