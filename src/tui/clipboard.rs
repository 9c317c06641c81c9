//! Where a copied text goes. The terminal takes it with OSC 52, which works over SSH too, but a multiplexer in between swallows that unless
//! it is configured otherwise. tmux takes the text itself and hands it on; where nothing takes it, it goes into a file. The user is shown what was
//! really done. Which text is copied is in `update::clipboard`.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// Many terminals accept no more than this, and ignore a longer text silently.
const LONGEST: usize = 74_994;
/// How long tmux may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The way to the clipboard that this terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClipboardRoute {
    /// The terminal, with OSC 52.
    Terminal,
    /// tmux, which is asked itself.
    Tmux,
    /// A terminal behind a multiplexer that cannot be asked, because it runs on another machine.
    Behind,
    /// None: the text goes into a file.
    Nowhere(NoClipboard),
}

/// Why a text goes into a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoClipboard {
    /// The text is longer than terminals accept.
    TooLong,
    /// GNU screen does not pass it on.
    Screen,
    /// The terminal does not know OSC 52.
    Terminal,
    /// tmux did not take it.
    Tmux,
}

/// What became of a copied text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CopyOutcome {
    /// The terminal got it.
    Terminal {
        /// Its length in bytes.
        bytes: usize,
    },
    /// The terminal may have got it, if the multiplexer on the other machine lets it through.
    Behind {
        /// Its length in bytes.
        bytes: usize,
    },
    /// tmux got it.
    Tmux {
        /// Its length in bytes.
        bytes: usize,
        /// Whether tmux hands it on to the clipboard of the terminal.
        passed_on: bool,
    },
    /// It is in a file.
    File {
        /// The file.
        name: String,
        /// Why.
        reason: NoClipboard,
    },
}

impl ClipboardRoute {
    /// The route by the environment; `get` reads a variable.
    pub fn detect(get: impl Fn(&str) -> Option<String>) -> ClipboardRoute {
        let is_set = |name: &str| get(name).is_some_and(|value| !value.is_empty());
        let term = get("TERM").unwrap_or_default();
        if is_set("TMUX") {
            ClipboardRoute::Tmux
        } else if is_set("STY") {
            ClipboardRoute::Nowhere(NoClipboard::Screen)
        } else if term == "linux" || get("TERM_PROGRAM").is_some_and(|program| program == "Apple_Terminal") {
            ClipboardRoute::Nowhere(NoClipboard::Terminal)
        } else if term.starts_with("tmux") || term.starts_with("screen") {
            ClipboardRoute::Behind
        } else {
            ClipboardRoute::Terminal
        }
    }

    /// The route for a text: one that is too long for the terminal goes into a file. Base64 makes four bytes of three.
    pub fn of_text(self, text: &str) -> ClipboardRoute {
        let is_long = text.len().div_ceil(3) * 4 > LONGEST;
        match self {
            ClipboardRoute::Terminal | ClipboardRoute::Behind if is_long => ClipboardRoute::Nowhere(NoClipboard::TooLong),
            route => route,
        }
    }
}

impl CopyOutcome {
    /// A sentence about it, and whether the text is where it was wanted.
    pub fn sentence(&self) -> (String, bool) {
        match self {
            CopyOutcome::Terminal { bytes } => (format!("Copied {bytes} bytes through the terminal (OSC 52)"), true),
            CopyOutcome::Behind { bytes } => {
                let text = "bytes are on their way to the clipboard; a tmux lets them pass with: tmux set -s set-clipboard on";
                (format!("{bytes} {text}"), false)
            }
            CopyOutcome::Tmux { bytes, passed_on: true } => (format!("Copied {bytes} bytes through tmux"), true),
            CopyOutcome::Tmux { bytes, passed_on: false } => {
                let text = "bytes are in the buffer of tmux; for the clipboard: tmux set -s set-clipboard on";
                (format!("{bytes} {text}"), false)
            }
            CopyOutcome::File { name, reason } => {
                let why = match reason {
                    NoClipboard::TooLong => "Too long for the terminal's clipboard",
                    NoClipboard::Screen => "GNU screen hands nothing on to the clipboard",
                    NoClipboard::Terminal => "This terminal lets no program into its clipboard",
                    NoClipboard::Tmux => "tmux did not take it",
                };
                (format!("{why}; it is in {name}"), false)
            }
        }
    }
}

/// Gives a text to the tmux around us, which hands it on to its terminal unless it is configured not to. `None` when it does not take the text.
pub async fn copy_through_tmux(text: &str) -> Option<CopyOutcome> {
    let bytes = text.len();
    let passes_on = tmux(&["show-options", "-sv", "set-clipboard"], "").await.is_some_and(|answer| answer.trim() != "off");
    // `-w` hands it on; it came with tmux 3.2.
    if tmux(&["load-buffer", "-w", "-"], text).await.is_some() {
        return Some(CopyOutcome::Tmux { bytes, passed_on: passes_on });
    }
    tmux(&["load-buffer", "-"], text).await.map(|_| CopyOutcome::Tmux { bytes, passed_on: false })
}

/// Runs tmux with an input and returns its output; `None` when it fails or takes too long.
async fn tmux(arguments: &[&str], input: &str) -> Option<String> {
    let mut command = Command::new("tmux");
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let run = async {
        let mut child = command.spawn().ok()?;
        // A tmux that does not read its input has ended with an error, which is what counts.
        if let Some(mut stdin) = child.stdin.take() {
            let _ = stdin.write_all(input.as_bytes()).await;
        }
        let output = child.wait_with_output().await.ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    };
    tokio::time::timeout(PATIENCE, run).await.ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect(variables: &[(&str, &str)]) -> ClipboardRoute {
        ClipboardRoute::detect(|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn the_environment_tells_who_takes_a_text() {
        use ClipboardRoute::{Behind, Nowhere, Terminal, Tmux};
        for (variables, route) in [
            (&[("TERM", "xterm-256color")][..], Terminal),
            (&[("TERM", "tmux-256color"), ("TMUX", "/tmp/tmux-1000/default,1,0")], Tmux),
            (&[("TERM", "screen"), ("STY", "4711.pts-0.host")], Nowhere(NoClipboard::Screen)),
            (&[("TERM", "tmux-256color")], Behind),
            (&[("TERM", "screen.xterm-256color")], Behind),
            (&[("TERM", "linux")], Nowhere(NoClipboard::Terminal)),
            (&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "Apple_Terminal")], Nowhere(NoClipboard::Terminal)),
        ] {
            assert_eq!(detect(variables), route, "{variables:?}");
        }
        let long = "x".repeat(60_000);
        assert_eq!(Terminal.of_text(&long), Nowhere(NoClipboard::TooLong));
        assert_eq!(Tmux.of_text(&long), Tmux, "tmux takes any length");
        assert_eq!(Terminal.of_text("x"), Terminal);
    }

    #[test]
    fn copied_is_only_said_of_what_can_be_pasted() {
        let name = "/home/me/copied.txt".to_owned();
        for (outcome, copied) in [
            (CopyOutcome::Terminal { bytes: 3 }, true),
            (CopyOutcome::Tmux { bytes: 3, passed_on: true }, true),
            (CopyOutcome::Tmux { bytes: 3, passed_on: false }, false),
            (CopyOutcome::Behind { bytes: 3 }, false),
            (CopyOutcome::File { name, reason: NoClipboard::Screen }, false),
        ] {
            let (sentence, done) = outcome.sentence();
            assert_eq!((sentence.starts_with("Copied"), done), (copied, copied), "{sentence}");
        }
    }
}
