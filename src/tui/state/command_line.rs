//! The command line: its text, its proposals, and the history of commands. Whether it is open is in the overlays; running a command is in
//! `console`.

use std::collections::HashSet;
use std::ops::Range;

use crate::config::holds_secret;
use crate::console::{CommandCandidate, Completions};
use crate::tui::widget::InputLine;

/// The length of the history.
const REMEMBERED: usize = 500;

/// The state.
#[derive(Debug, Default)]
pub struct CommandLine {
    /// What is typed.
    pub input: InputLine,
    /// The bytes of the line that a proposal replaces.
    span: Range<usize>,
    /// The proposals.
    candidates: Vec<CommandCandidate>,
    /// The selected proposal; none are shown when there is no selection.
    selected: Option<usize>,
    /// Whether the user asked for the proposals or moved through them. Only then Enter accepts one.
    chosen: bool,
    history: Vec<String>,
    /// The position in the history, counted from its end, and what was typed before.
    browsing: Option<(usize, String)>,
    /// Whether a line runs and no key was pressed since, so that it can come back when it fails.
    awaited: bool,
    /// Whether the line that was taken last may hold a secret, so that it is kept nowhere.
    forgotten: bool,
}

impl CommandLine {
    /// Sets the commands of earlier sessions, oldest first.
    pub fn remember(&mut self, history: Vec<String>) {
        self.history = history;
    }

    /// The proposals.
    pub fn candidates(&self) -> &[CommandCandidate] {
        &self.candidates
    }

    /// The selected proposal.
    pub fn selected(&self) -> Option<usize> {
        self.selected
    }

    /// Whether proposals are shown.
    pub fn proposes(&self) -> bool {
        self.selected.is_some()
    }

    /// Shows no proposals.
    pub fn hide_proposals(&mut self) {
        self.selected = None;
        self.chosen = false;
    }

    /// Shows proposals for the line as it is; proposals for another line are ignored. If the user asked for them, a single one is accepted
    /// at once. While typing they are only shown, and not at all if they contain only what is already typed.
    pub fn propose(&mut self, line: &str, cursor: usize, completions: Completions, asked: bool) {
        if line != self.input.text() || cursor != self.input.cursor() {
            return;
        }
        let written = line.get(completions.span.clone()).unwrap_or_default();
        let known = completions.candidates.iter().all(|candidate| candidate.text.trim_end() == written);
        self.selected = if completions.candidates.is_empty() || (known && !asked) { None } else { Some(0) };
        self.chosen = asked;
        let single = completions.candidates.len() == 1;
        (self.span, self.candidates) = (completions.span, completions.candidates);
        if single && asked {
            self.accept();
        }
    }

    /// Whether Enter means the selected proposal.
    pub fn has_choice(&self) -> bool {
        self.chosen && self.selected.is_some()
    }

    /// Moves through the proposals.
    pub fn next(&mut self, by: isize) {
        let count = self.candidates.len();
        if let (Some(selected), true) = (self.selected, count > 0) {
            self.selected = Some((selected + count).saturating_add_signed(by) % count);
            self.chosen = true;
        }
    }

    /// Accepts the selected proposal. False when there is none.
    pub fn accept(&mut self) -> bool {
        let Some(candidate) = self.selected.and_then(|index| self.candidates.get(index)) else { return false };
        let text = candidate.text.clone();
        self.input.replace(self.span.clone(), &text);
        self.hide_proposals();
        true
    }

    /// Returns the line to run it, adds it to the history and clears the line. `None` for an empty line.
    pub fn take(&mut self) -> Option<String> {
        let line = self.input.text().trim().to_owned();
        self.browsing = None;
        if line.is_empty() {
            return None;
        }
        self.forgotten = holds_secret(&line);
        if !self.forgotten && self.history.last() != Some(&line) {
            self.history.push(line.clone());
        }
        if self.history.len() > REMEMBERED {
            self.history.remove(0);
        }
        self.input.set("");
        Some(line)
    }

    /// The line that was taken runs now.
    pub fn run(&mut self) {
        self.awaited = true;
    }

    /// Something else is being done; a line that fails later does not come back.
    pub fn let_go(&mut self) {
        self.awaited = false;
    }

    /// Restores a line that failed, so that it can be corrected, unless something else was done meanwhile. True when it is back.
    pub fn put_back(&mut self) -> bool {
        match self.history.last().filter(|_| self.awaited && !self.forgotten && self.input.text().is_empty()) {
            Some(line) => {
                self.input.set(line.clone());
                true
            }
            None => false,
        }
    }

    /// Empties the line. What stood there is in the history, so that a slip of the Esc key costs nothing.
    pub fn abandon(&mut self) {
        self.take();
        self.hide_proposals();
    }

    /// The lines of the history, the newest first, each once.
    pub fn recent(&self) -> Vec<String> {
        let mut seen = HashSet::new();
        self.history.iter().rev().filter(|line| seen.insert(line.as_str())).cloned().collect()
    }

    /// Goes back in the history.
    pub fn older(&mut self) {
        let (back, typed) = self.browsing.take().unwrap_or((0, self.input.text().to_owned()));
        let back = (back + 1).min(self.history.len());
        if let Some(line) = self.history.len().checked_sub(back).and_then(|index| self.history.get(index)) {
            self.input.set(line.clone());
        }
        self.browsing = Some((back, typed));
    }

    /// Goes forward in the history; the last step restores what was typed.
    pub fn newer(&mut self) {
        let Some((back, typed)) = self.browsing.take() else { return };
        let back = back.saturating_sub(1);
        match self.history.len().checked_sub(back).and_then(|index| self.history.get(index)) {
            Some(line) => {
                self.input.set(line.clone());
                self.browsing = Some((back, typed));
            }
            None => self.input.set(typed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> CommandLine {
        CommandLine { input: InputLine::new(text), ..CommandLine::default() }
    }

    fn proposals(texts: &[&str], from: usize, to: usize) -> Completions {
        let candidates = texts
            .iter()
            .map(|text| CommandCandidate { text: (*text).to_owned(), detail: String::new(), required: false })
            .collect();
        Completions { span: from..to, candidates }
    }

    #[test]
    fn history_goes_back_and_forth_and_keeps_what_was_typed() {
        let mut line = CommandLine::default();
        for text in ["one", "two", "two"] {
            line.input.set(text);
            line.take();
        }
        line.input.set("half");
        let mut seen = Vec::new();
        for step in ["older", "older", "older", "newer", "newer", "newer"] {
            if step == "older" {
                line.older();
            } else {
                line.newer();
            }
            seen.push(line.input.text().to_owned());
        }
        assert_eq!(seen, ["two", "one", "one", "two", "half", "half"]);
    }

    #[test]
    fn a_line_with_a_secret_is_neither_kept_nor_put_back() {
        let mut line = CommandLine::default();
        for text in ["heartbeat", "auth set CP1 s3cret"] {
            line.input.set(text);
            assert_eq!(line.take().as_deref(), Some(text));
            line.run();
        }
        assert!(!line.put_back());
        assert_eq!(line.recent(), ["heartbeat"]);
    }

    #[test]
    fn one_proposal_is_taken_over_and_several_are_shown() {
        let mut line = typed("send CP1 Res");
        line.propose("send CP1 Res", 12, proposals(&["Reset"], 9, 12), true);
        assert_eq!((line.input.text(), line.proposes()), ("send CP1 Reset", false));
        let mut line = typed("s");
        line.propose("s", 1, proposals(&["send", "stations"], 0, 1), true);
        line.next(-1);
        assert_eq!(line.selected(), Some(1));
        assert!(line.accept());
        assert_eq!(line.input.text(), "stations");
    }

    #[test]
    fn proposals_while_typing_change_nothing_by_themselves() {
        let mut line = typed("s");
        line.propose("s", 1, proposals(&["send"], 0, 1), false);
        assert_eq!((line.input.text(), line.proposes(), line.has_choice()), ("s", true, false));
        line.next(1);
        assert!(line.has_choice(), "moving through them is choosing");
        let mut line = typed("send");
        line.propose("send", 4, proposals(&["send"], 0, 4), false);
        assert!(!line.proposes(), "what is written already needs no list");
    }

    #[test]
    fn proposals_for_a_line_that_has_changed_are_ignored() {
        let mut line = typed("se");
        line.propose("s", 1, proposals(&["send"], 0, 1), true);
        assert_eq!(line.input.text(), "se");
    }
}
