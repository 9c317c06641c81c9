//! Joins the full screen to the console: what the screen asks of a session is done by the command language and the hub.

use std::sync::Arc;

use ocpp_tui::console::{self, Console, LineKind, Said};
use ocpp_tui::hub::{Order, Receipt};
use ocpp_tui::ocpp::Catalog;
use ocpp_tui::simulator::Profile;
use ocpp_tui::trace::Trace;
use ocpp_tui::tui::{Candidate, Completions, Reply, RunContext, Session};
use tokio::sync::mpsc;

/// How many replies may wait for the screen.
const REPLIES: usize = 64;

/// The session of the screen.
pub struct ConsoleSession {
    console: Arc<Console>,
    replies: mpsc::Sender<Reply>,
}

impl ConsoleSession {
    /// A session and the end at which its replies come out.
    pub fn new(console: Arc<Console>) -> (ConsoleSession, mpsc::Receiver<Reply>) {
        let (replies, receiver) = mpsc::channel(REPLIES);
        (ConsoleSession { console, replies }, receiver)
    }
}

impl Session for ConsoleSession {
    fn trace(&self) -> &Arc<Trace> {
        self.console.hub().trace()
    }

    fn catalog(&self) -> &Arc<Catalog> {
        self.console.hub().catalog()
    }

    fn profile(&self) -> Profile {
        self.console.hub().profile()
    }

    fn submit(&self, order: Order) -> Receipt {
        self.console.hub().submit(&order)
    }

    fn run(&self, line: &str, context: RunContext) {
        let (console, replies, line) = (self.console.clone(), self.replies.clone(), line.to_owned());
        tokio::spawn(async move {
            let context = console::RunContext { selected: context.selected, marked: context.marked };
            for reply in said(console.run(&line, &context).await) {
                // The screen is gone when nobody takes the reply.
                let _ = replies.send(reply).await;
            }
        });
    }

    fn complete(&self, line: &str, cursor: usize, context: &RunContext) -> Completions {
        let context = console::RunContext { selected: context.selected, marked: context.marked.clone() };
        let completed = self.console.complete(line, cursor, &context);
        let candidates = completed.candidates.into_iter();
        let candidates = candidates.map(|c| Candidate { text: c.text, detail: c.detail, required: c.required }).collect();
        Completions { replace: completed.span, candidates }
    }

    fn listening(&self) -> Vec<String> {
        self.console.hub().listening().iter().map(|listening| listening.url("<identity>")).collect()
    }
}

/// What a command says, as the screen shows it: a text to read, or a toast a line with its hint behind it.
fn said(said: Said) -> Vec<Reply> {
    let mut replies = Vec::new();
    if let Some(title) = said.title {
        let body: Vec<String> = said.lines.into_iter().map(|line| line.text).collect();
        replies.push(Reply::Text { title: title.to_owned(), body: body.join("\n") });
    } else {
        for line in said.lines {
            match (line.kind, replies.last_mut()) {
                (LineKind::Hint, Some(Reply::Error(error))) => *error = format!("{error} {}", line.text),
                (LineKind::Error, _) => replies.push(Reply::Error(line.text)),
                _ => replies.push(Reply::Info(line.text)),
            }
        }
    }
    if said.quit {
        replies.push(Reply::Quit);
    }
    replies
}
