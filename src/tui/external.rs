//! What has the terminal for a while. The external editor: a temporary file, the program of `$VISUAL` or `$EDITOR` in the foreground, and the text that it saves. The event
//! loop releases the terminal before and takes it back afterwards. Recorded files: this program once more. Ours, because the packages for this (`edit`) block the thread that they
//! run on.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::process::Command;
use tokio_util::sync::CancellationToken;

use crate::config::private_file;
use crate::text_file;

/// The program when neither variable is set.
const DEFAULT_EDITOR: &str = if cfg!(windows) { "notepad" } else { "vi" };

/// How long the program that shows files may take to end.
const ENDING: Duration = Duration::from_secs(3);

/// Why there is no text from the external editor.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// The temporary file cannot be written.
    #[error("The text cannot be handed over in {}: {reason}", .file.display())]
    Unwritable {
        /// The file.
        file: PathBuf,
        /// The error of the operating system.
        reason: io::Error,
    },
    /// The temporary file cannot be read afterwards.
    #[error("{program} left nothing that can be read: {reason}")]
    Unreadable {
        /// The program.
        program: String,
        /// The error of the operating system.
        reason: io::Error,
    },
    /// The program reported a failure.
    #[error("{program} ended with {status}; the text is as it was")]
    Failed {
        /// The program.
        program: String,
        /// How it ended.
        status: ExitStatus,
    },
    /// The program cannot be started.
    #[error("{program} cannot be started ({reason}); set VISUAL or EDITOR to an editor")]
    NotStarted {
        /// The program.
        program: String,
        /// The error of the operating system.
        reason: io::Error,
    },
}

/// Why recorded files were not shown.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The program cannot be started once more.
    #[error("the files cannot be shown: {0}")]
    NotStarted(#[from] io::Error),
    /// It has refused them.
    #[error("{0}")]
    Refused(String),
}

/// Shows recorded files with this program, until the user leaves it, or it is to end.
///
/// # Errors
/// When it cannot be started or cannot read the files.
pub async fn open(files: &[String], show_secrets: bool, end: &CancellationToken) -> Result<(), OpenError> {
    let mut command = Command::new(std::env::current_exe()?);
    if show_secrets {
        command.arg("--show-secrets");
    }
    command.arg("open").arg("--").args(files).stderr(Stdio::piped()).kill_on_drop(true);
    let child = command.spawn()?;
    let process = child.id();
    let mut output = std::pin::pin!(child.wait_with_output());
    let output = tokio::select! {
        output = &mut output => output,
        () = end.cancelled() => {
            // It gives the terminal back itself. What does not end is killed when this is dropped.
            if let Some(process) = process {
                crate::signals::terminate(process);
            }
            tokio::time::timeout(ENDING, output).await.map_err(io::Error::other)?
        }
    }?;
    if output.status.success() {
        return Ok(());
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    let told = errors.lines().find(|line| !line.trim().is_empty()).unwrap_or("the files cannot be shown");
    Err(OpenError::Refused(told.trim_start_matches("ocpp-tui: ").to_owned()))
}

/// A file that is removed when it is dropped.
struct ScratchFile(PathBuf);

impl Drop for ScratchFile {
    fn drop(&mut self) {
        // A file that the editor has removed is gone as well.
        let _ = fs::remove_file(&self.0);
    }
}

/// Lets the user edit a text; returns the saved text.
///
/// # Errors
/// When the file cannot be written or read, or the program failed.
pub async fn edit(text: &str, extension: &str) -> Result<String, EditError> {
    let file = ScratchFile(std::env::temp_dir().join(format!("ocpp-tui-{}.{extension}", uuid::Uuid::new_v4())));
    let (path, content) = (file.0.clone(), text.to_owned());
    let written = off_the_loop(move || private_file(&path)?.write_all(content.as_bytes())).await;
    written.map_err(|reason| EditError::Unwritable { file: file.0.clone(), reason })?;
    let program = program(|name| std::env::var(name).ok());
    run(&program, &file.0).await?;
    let path = file.0.clone();
    let read = off_the_loop(move || text_file::read(path)).await;
    read.map_err(|reason| EditError::Unreadable { program, reason })
}

/// Runs what blocks on the disk on a thread for it.
async fn off_the_loop<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

/// The program that the environment names; it may have arguments.
fn program(get: impl Fn(&str) -> Option<String>) -> String {
    let wanted = ["VISUAL", "EDITOR"].into_iter().filter_map(get).find(|value| !value.trim().is_empty());
    wanted.unwrap_or_else(|| DEFAULT_EDITOR.to_owned())
}

async fn run(program: &str, file: &Path) -> Result<(), EditError> {
    match command(program, file).kill_on_drop(true).status().await {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(EditError::Failed { program: program.to_owned(), status }),
        Err(reason) => Err(EditError::NotStarted { program: program.to_owned(), reason }),
    }
}

/// The program with its arguments and the file. A shell splits the arguments, as it does for git; on Windows, which has no such shell,
/// they are split at blanks.
fn command(program: &str, file: &Path) -> Command {
    if cfg!(windows) {
        let mut words = program.split_whitespace();
        let mut command = Command::new(words.next().unwrap_or(DEFAULT_EDITOR));
        command.args(words).arg(file);
        return command;
    }
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("{program} \"$1\"")).arg("ocpp-tui").arg(file);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_names_the_program() {
        let with = |variables: &[(&str, &str)]| {
            program(|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
        };
        assert_eq!(with(&[("VISUAL", "code --wait"), ("EDITOR", "nano")]), "code --wait");
        assert_eq!(with(&[("VISUAL", " "), ("EDITOR", "nano")]), "nano");
        assert_eq!(with(&[]), DEFAULT_EDITOR);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_failing_program_is_reported() {
        let file = tempfile::NamedTempFile::new().unwrap();
        run("test -f", file.path()).await.unwrap();
        let error = run("false", file.path()).await.unwrap_err().to_string();
        assert!(error.contains("false ended with") && error.contains("as it was"), "{error}");
    }
}
