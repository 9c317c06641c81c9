//! Files that a command writes: never over another file unless that is asked for.

use std::io;
use std::path::Path;

use tokio::io::AsyncWriteExt;

use crate::console::output::CommandFailure;
use crate::sanitize::escape_control;

/// Writes a text, or other bytes, into a new file, or with `force` also over one that exists.
pub async fn write(file: impl AsRef<Path>, force: bool, text: impl AsRef<[u8]>) -> io::Result<()> {
    let mut options = tokio::fs::OpenOptions::new();
    options.write(true);
    let options = if force { options.create(true).truncate(true) } else { options.create_new(true) };
    let mut opened = options.open(file).await?;
    opened.write_all(text.as_ref()).await?;
    opened.flush().await
}

/// Why a file was not written.
pub fn cannot_write(file: &str, error: &io::Error) -> CommandFailure {
    let file = escape_control(file);
    CommandFailure::plain(if error.kind() == io::ErrorKind::AlreadyExists {
        format!("Error: {file} exists already; choose another name, or add --force behind it to overwrite the file.")
    } else {
        format!("Error: cannot write {file}: {error}; choose a file in a folder that exists and that you may write to.")
    })
}
