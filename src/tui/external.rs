//! The person's own editor: a file of its own, the program of `$VISUAL` or `$EDITOR` in the foreground, and the text that it leaves.
//! Giving the terminal away and taking it back is the loop's matter.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::config::private_file;

/// The program when the person names none.
const USUAL: &str = "vi";

/// A file that is removed when nobody needs it any more.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        // A file that somebody else has removed already is gone as well.
        let _ = fs::remove_file(&self.0);
    }
}

/// Lets a text be edited; returns it as it was left.
///
/// # Errors
/// A sentence: the file cannot be written or read, or the program failed.
pub async fn edit(text: &str, extension: &str) -> Result<String, String> {
    let file = Scratch(std::env::temp_dir().join(format!("ocpp-tui-{}.{extension}", uuid::Uuid::new_v4())));
    let written = private_file(&file.0).and_then(|mut open| open.write_all(text.as_bytes()));
    written.map_err(|error| format!("The text cannot be handed over in {}: {error}", file.0.display()))?;
    let program = program(|name| std::env::var(name).ok());
    run(&program, &file.0).await?;
    fs::read_to_string(&file.0).map_err(|error| format!("{program} left nothing that can be read: {error}"))
}

/// The program that the person wants; it may have arguments.
fn program(get: impl Fn(&str) -> Option<String>) -> String {
    let wanted = ["VISUAL", "EDITOR"].into_iter().filter_map(get).find(|value| !value.trim().is_empty());
    wanted.unwrap_or_else(|| USUAL.to_owned())
}

async fn run(program: &str, file: &Path) -> Result<(), String> {
    // The shell takes the arguments of the program apart, as it does for git.
    let script = format!("{program} \"$1\"");
    let status = Command::new("sh").arg("-c").arg(script).arg("ocpp-tui").arg(file).kill_on_drop(true).status().await;
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{program} ended with {status}; the text is as it was")),
        Err(error) => Err(format!("{program} cannot be started ({error}); set VISUAL or EDITOR to an editor")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_person_chooses_the_program() {
        let with = |variables: &[(&str, &str)]| {
            program(|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
        };
        assert_eq!(with(&[("VISUAL", "code --wait"), ("EDITOR", "nano")]), "code --wait");
        assert_eq!(with(&[("VISUAL", " "), ("EDITOR", "nano")]), "nano");
        assert_eq!(with(&[]), "vi");
    }

    #[tokio::test]
    async fn a_program_that_fails_is_told() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert_eq!(run("test -f", file.path()).await, Ok(()));
        let error = run("false", file.path()).await.unwrap_err();
        assert!(error.contains("false ended with") && error.contains("as it was"), "{error}");
    }
}
