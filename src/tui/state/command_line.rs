//! The command line: its text, the proposals for it, and the commands of this session. What a command does is the console's matter.

use std::ops::Range;

use crate::console::{CommandCandidate, Completions};
use crate::tui::widget::InputLine;

/// How many commands are remembered.
const REMEMBERED: usize = 500;

/// The state.
#[derive(Debug, Default)]
pub struct CommandLine {
    /// Whether it has the keyboard.
    pub open: bool,
    /// What is typed.
    pub input: InputLine,
    /// The bytes of the line that a proposal replaces.
    span: Range<usize>,
    /// The proposals.
    candidates: Vec<CommandCandidate>,
    /// The selected proposal; none are shown when there is no selection.
    selected: Option<usize>,
    /// Whether the person asked for the proposals or moved through them. Only then Enter takes one over.
    chosen: bool,
    history: Vec<String>,
    /// How far back in the history the line is, and what was typed before going there.
    browsing: Option<(usize, String)>,
}

impl CommandLine {
    /// Takes over the commands of earlier sessions, oldest first.
    pub fn remember(&mut self, history: Vec<String>) {
        self.history = history;
    }

    /// The proposals.
    pub fn candidates(&self) -> &[CommandCandidate] {
        &self.candidates
    }

    /// Opens it. What was typed when it was left is still there.
    pub fn open(&mut self) {
        self.open = true;
        self.hide_proposals();
    }

    /// Leaves it.
    pub fn close(&mut self) {
        self.open = false;
        self.hide_proposals();
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

    /// Takes proposals for the line as it stands. Asked for, a single one is taken over at once and several are to choose from; while
    /// typing they are only shown, and not at all when they say what is already written.
    pub fn propose(&mut self, line: &str, cursor: usize, completions: Completions, asked: bool) {
        if !self.open || line != self.input.text() || cursor != self.input.cursor() {
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

    /// Takes the selected proposal over into the line. False when there is none.
    pub fn accept(&mut self) -> bool {
        let Some(candidate) = self.selected.and_then(|index| self.candidates.get(index)) else { return false };
        let text = candidate.text.clone();
        self.input.replace(self.span.clone(), &text);
        self.hide_proposals();
        true
    }

    /// Takes the line to run it. It stays in the history; an empty line is nothing to run.
    pub fn take(&mut self) -> Option<String> {
        let line = self.input.text().trim().to_owned();
        self.browsing = None;
        if line.is_empty() {
            return None;
        }
        if self.history.last() != Some(&line) {
            self.history.push(line.clone());
        }
        if self.history.len() > REMEMBERED {
            self.history.remove(0);
        }
        self.input.set("");
        Some(line)
    }

    /// Puts a line back that could not be run, to be mended when the command line is opened again, unless something else was typed
    /// meanwhile.
    pub fn put_back(&mut self) {
        if let Some(line) = self.history.last().filter(|_| self.input.text().is_empty()) {
            self.input.set(line.clone());
        }
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

    /// Comes forward in the history; the last step gives back what was typed.
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
        CommandLine { open: true, input: InputLine::new(text), ..CommandLine::default() }
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
                line.older()
            } else {
                line.newer()
            }
            seen.push(line.input.text().to_owned());
        }
        assert_eq!(seen, ["two", "one", "one", "two", "half", "half"]);
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
