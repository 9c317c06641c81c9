//! The input of a user on a terminal: a line editor with history and completion. Events are printed above the line that is being
//! typed, and the line stays.

use std::sync::Arc;

use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::MemHistory;
use rustyline::validate::Validator;
use rustyline::{CompletionType, Config, Editor, ExternalPrinter, Helper};
use tokio::sync::mpsc;

use super::reader::TypedLine;
use crate::config::{History, holds_secret};
use crate::console::{Console, RunContext};

/// Prints above the line that is being typed.
pub(super) type PromptWriter = Box<dyn ExternalPrinter + Send>;

/// Reads lines from the terminal. The channel ends with Ctrl-C, Ctrl-D or when the terminal is gone.
///
/// # Errors
/// When the terminal cannot be used.
pub(super) fn start(
    console: Arc<Console>,
    history: Arc<History>,
) -> rustyline::Result<(mpsc::Receiver<TypedLine>, PromptWriter)> {
    let config = Config::builder().completion_type(CompletionType::List).auto_add_history(false).build();
    let remembered = MemHistory::with_config(&config);
    let mut editor = Editor::with_history(config, remembered)?;
    for line in history.lines() {
        editor.add_history_entry(line)?;
    }
    editor.set_helper(Some(Help { console }));
    let above = Box::new(editor.create_external_printer()?);
    let (sender, receiver) = mpsc::channel(16);
    std::thread::Builder::new().name("input".into()).spawn(move || {
        loop {
            match editor.readline("> ") {
                Ok(line) => {
                    history.add(&line);
                    if !holds_secret(&line) {
                        // A line that is not remembered is no error of the command.
                        let _ = editor.add_history_entry(&line);
                    }
                    if sender.blocking_send(TypedLine::Line(line)).is_err() {
                        return;
                    }
                }
                // A window that changed its size is no reason to end.
                Err(ReadlineError::Signal(_)) => {}
                Err(_) => return,
            }
        }
    })?;
    Ok((receiver, above))
}

struct Help {
    console: Arc<Console>,
}

impl Helper for Help {}
impl Highlighter for Help {}
impl Validator for Help {}

impl Hinter for Help {
    type Hint = String;
}

impl Completer for Help {
    type Candidate = Pair;

    fn complete(&self, line: &str, position: usize, _: &rustyline::Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let completions = self.console.complete(line, position, &RunContext::default());
        let pairs = completions.candidates.into_iter().map(|candidate| {
            let mark = if candidate.required { "*" } else { "" };
            Pair { display: format!("{}{mark}  {}", candidate.text, candidate.detail), replacement: candidate.text }
        });
        Ok((completions.span.start, pairs.collect()))
    }
}
