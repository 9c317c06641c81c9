//! The seam between the screen and the running session: commands go to the console, what they say comes back as replies, and the
//! history of commands is the one that line mode uses too. Nothing here blocks: it is called between two frames.

use std::sync::Arc;

use tokio::sync::mpsc;

use crate::config::History;
use crate::console::{CommandOutput, Completions, Console, OutputKind, RunContext};
use crate::hub::{Hub, Order, Receipt};
use crate::link::Gate;
use crate::ocpp::Catalog;
use crate::simulator::Profile;
use crate::trace::Trace;

/// How many replies may wait for the screen.
const REPLIES: usize = 64;
/// What stands for the identity in the address of a central system.
const IDENTITY: &str = "<identity>";

/// What a command says, while or after it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BackendReply {
    /// One line, shown for a moment.
    Info(String),
    /// One sentence about what failed, with a remedy.
    Error(String),
    /// A text to read at leisure.
    Text {
        /// Its heading.
        title: String,
        /// Its lines.
        body: String,
    },
    /// The session is to end.
    Quit,
}

/// The session as the screen uses it.
pub struct ScreenBackend {
    console: Arc<Console>,
    history: Arc<History>,
    replies: mpsc::Sender<BackendReply>,
}

impl ScreenBackend {
    /// A session and the end at which its replies come out.
    pub fn new(console: Arc<Console>, history: Arc<History>) -> (ScreenBackend, mpsc::Receiver<BackendReply>) {
        let (replies, receiver) = mpsc::channel(REPLIES);
        (ScreenBackend { console, history, replies }, receiver)
    }

    /// The trace and the stations.
    pub fn trace(&self) -> &Arc<Trace> {
        self.hub().trace()
    }

    /// The messages of all versions.
    pub fn catalog(&self) -> &Arc<Catalog> {
        self.hub().catalog()
    }

    /// The command language.
    pub fn console(&self) -> &Console {
        &self.console
    }

    /// The commands of earlier sessions, oldest first.
    pub fn history(&self) -> Vec<String> {
        self.history.lines()
    }

    /// Hands an order to the stations' links.
    pub fn submit(&self, order: &Order) -> Receipt {
        self.hub().submit(order)
    }

    /// Remembers a command and starts it. Its output comes back as [`BackendReply`]s.
    pub fn run(&self, line: &str, context: RunContext) {
        let (console, history, replies) = (self.console.clone(), self.history.clone(), self.replies.clone());
        let line = line.to_owned();
        tokio::spawn(async move {
            let remembered = line.clone();
            // The history is a file, and the loop waits for none.
            tokio::task::spawn_blocking(move || history.add(&remembered));
            let said = console.run(&line, &context).await;
            for reply in replies_of(said) {
                // The screen is gone when nobody takes the reply.
                let _ = replies.send(reply).await;
            }
        });
    }

    /// What may stand at the cursor (a byte offset) of a command that is being typed.
    pub fn complete(&self, line: &str, cursor: usize, context: &RunContext) -> Completions {
        self.console.complete(line, cursor, context)
    }

    /// Where frames are stopped, and which wait.
    pub fn gate(&self) -> &Gate {
        self.console.hub().gate()
    }

    /// What messages look like when nobody says anything about them.
    pub fn profile(&self) -> Profile {
        self.console.hub().profile()
    }

    /// The addresses at which stations reach us, with a place for the identity.
    pub fn listening(&self) -> Vec<String> {
        let listening = self.hub().listening();
        let addresses = listening.iter().flat_map(|listening| {
            let service = (listening.transports.len() > 1).then(|| format!("{} (SOAP)", listening.service()));
            [Some(listening.url(IDENTITY)), service]
        });
        addresses.flatten().collect()
    }

    fn hub(&self) -> &Hub {
        self.console.hub()
    }
}

/// An error has one line on the screen: of a usage the syntax, and where its options are told.
fn in_one_line(text: String) -> String {
    match text.trim_end().split_once('\n') {
        Some((first, _)) => format!("{first} (:help <command> tells its options)"),
        None => text,
    }
}

/// What a command says, as the screen shows it: a text to read, or a toast a line with its hint behind it.
fn replies_of(said: CommandOutput) -> Vec<BackendReply> {
    let mut replies = Vec::new();
    if let Some(title) = said.title {
        let body: Vec<String> = said.lines.into_iter().map(|line| line.text).collect();
        replies.push(BackendReply::Text { title: title.to_owned(), body: body.join("\n") });
    } else {
        for line in said.lines {
            match (line.kind, replies.last_mut()) {
                (OutputKind::Hint, Some(BackendReply::Error(error))) => *error = format!("{error} {}", line.text),
                (OutputKind::Error, _) => replies.push(BackendReply::Error(in_one_line(line.text))),
                _ => replies.push(BackendReply::Info(line.text)),
            }
        }
    }
    if said.quit {
        replies.push(BackendReply::Quit);
    }
    replies
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_several_lines_is_told_in_one() {
        assert_eq!(in_one_line("no such thing".into()), "no such thing");
        let usage = "Error in command \"hold\", syntax: hold <filter>\nWith optional arguments:\n";
        assert_eq!(
            in_one_line(usage.into()),
            "Error in command \"hold\", syntax: hold <filter> (:help <command> tells its options)"
        );
    }
}
