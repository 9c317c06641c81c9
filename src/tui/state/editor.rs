//! The payload editor: the text, its faults, and the proposals at its cursor. Faults and proposals come from `compose`; sending is in
//! `update`.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent};
use tui_textarea::{CursorMove, DataCursor, TextArea};

use crate::compose::{self, Diagnostic, DiagnosticSeverity, FieldCandidate, KnownValues};
use crate::ocpp::{ActionDefinition, ErrorCode, MessageDefinition, Version};
use crate::trace::StationKey;
use crate::tui::widget::head;

/// What is edited, and the stations that get it.
#[derive(Debug, Clone)]
pub struct EditTarget {
    /// The stations.
    pub targets: Vec<StationKey>,
    /// The stations in words.
    pub names: String,
    /// The version of their links.
    pub version: Version,
    /// The action; empty when the text is a whole frame.
    pub action: String,
    /// The definition of the action.
    pub definition: Option<Arc<ActionDefinition>>,
    /// The held frame that sending releases with this text.
    pub held: Option<HeldSubject>,
    /// Why it should not be sent, in a sentence; it must be confirmed like an invalid payload.
    pub warning: Option<String>,
}

/// A held frame whose payload is edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldSubject {
    /// Its number.
    pub number: u64,
    /// Whether the payload is that of an answer.
    pub is_answer: bool,
}

impl EditTarget {
    /// The message that the text must be.
    pub fn message(&self) -> Option<&MessageDefinition> {
        let is_answer = self.held.is_some_and(|held| held.is_answer);
        let definition = self.definition.as_deref()?;
        Some(if is_answer { &definition.response } else { &definition.request })
    }

    /// What is sent: the action, or a word for a whole frame.
    pub fn what(&self) -> &str {
        if self.is_raw() { "the frame" } else { &self.action }
    }

    /// Whether the text is a whole frame, sent unchanged.
    pub fn is_raw(&self) -> bool {
        self.action.is_empty()
    }
}

/// The state.
#[derive(Debug)]
pub struct Editor {
    /// What is edited.
    pub subject: EditTarget,
    /// Whether the next press of the key sends in spite of faults.
    pub armed: bool,
    /// Whether it stays open after sending.
    pub stays: bool,
    /// Counts the changes of the text.
    pub revision: u64,
    /// The revision that was saved as a draft.
    pub kept: u64,
    area: TextArea<'static>,
    sample: String,
    known: KnownValues,
    diagnostics: Vec<Diagnostic>,
    candidates: Vec<FieldCandidate>,
    selected: usize,
    /// Whether the user moved through the proposals; only then Enter accepts one.
    moved: bool,
}

impl Editor {
    /// An editor with a text, the cursor at its first place to write.
    pub fn new(subject: EditTarget, text: &str, sample: String, known: KnownValues) -> Editor {
        let mut area = TextArea::new(text.split('\n').map(str::to_owned).collect());
        area.set_tab_length(2);
        area.set_max_histories(500);
        let mut editor = Editor {
            subject,
            armed: false,
            stays: false,
            revision: 0,
            kept: 0,
            area,
            sample,
            known,
            diagnostics: Vec::new(),
            candidates: Vec::new(),
            selected: 0,
            moved: false,
        };
        let start = text.find(": ").map_or(text.len().min(1), |index| index + 2);
        editor.put_cursor(start);
        editor.diagnose();
        editor
    }

    /// The widget that holds the text.
    pub fn area(&self) -> &TextArea<'static> {
        &self.area
    }

    /// The text.
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Its faults, in order.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The proposals at the cursor.
    pub fn candidates(&self) -> &[FieldCandidate] {
        &self.candidates
    }

    /// The selected proposal.
    pub fn selected(&self) -> usize {
        self.selected
    }

    /// Whether a draft must be kept: the text is not the sample.
    pub fn is_changed(&self) -> bool {
        self.text() != self.sample
    }

    /// Whether both edit the same action.
    pub fn is_about(&self, subject: &EditTarget) -> bool {
        self.subject.action == subject.action && self.subject.version == subject.version && !subject.is_raw()
    }

    /// The reason why it should not be sent, in a sentence.
    pub fn objection(&self) -> Option<String> {
        let errors = self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == DiagnosticSeverity::Error);
        match errors.clone().count() {
            0 => self.subject.warning.clone(),
            1 => errors.map(|diagnostic| diagnostic.message.clone()).next(),
            count => Some(format!("The payload has {count} faults.")),
        }
    }

    /// The code with which a peer of this version should refuse the text; `None` when it should accept it.
    pub fn expected_code(&self) -> Option<ErrorCode> {
        let errors = self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == DiagnosticSeverity::Error);
        // Of several faults the same one decides as in a check of a received call.
        let rule = errors.filter_map(|diagnostic| diagnostic.rule).min()?;
        Some(rule.error_code(self.subject.version))
    }

    /// The diagnostic at the cursor, else the first one after it, else the first one.
    pub fn nearest_diagnostic(&self) -> Option<&Diagnostic> {
        let cursor = self.cursor();
        let inside =
            self.diagnostics.iter().find(|diagnostic| diagnostic.span.start <= cursor && cursor <= diagnostic.span.end);
        inside
            .or_else(|| self.diagnostics.iter().find(|diagnostic| diagnostic.span.start >= cursor))
            .or(self.diagnostics.first())
    }

    /// The cursor as a byte offset into the text.
    pub fn cursor(&self) -> usize {
        let DataCursor(row, column) = self.area.cursor();
        let before: usize = self.area.lines()[..row].iter().map(|line| line.len() + 1).sum();
        let line = &self.area.lines()[row];
        before + line.char_indices().nth(column).map_or(line.len(), |(index, _)| index)
    }

    /// The line and column (in characters) of a byte offset.
    pub fn place_of(&self, offset: usize) -> (usize, usize) {
        let mut rest = offset;
        for (row, line) in self.area.lines().iter().enumerate() {
            if rest <= line.len() {
                return (row, head(line, rest).chars().count());
            }
            rest -= line.len() + 1;
        }
        (self.area.lines().len().saturating_sub(1), 0)
    }

    fn put_cursor(&mut self, offset: usize) {
        let (row, column) = self.place_of(offset);
        let clamp = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
        self.area.cancel_selection();
        self.area.move_cursor(CursorMove::Jump(clamp(row), clamp(column)));
    }

    fn changed(&mut self) {
        self.armed = false;
        self.revision += 1;
        self.diagnose();
    }

    fn diagnose(&mut self) {
        let text = self.text();
        let version = self.subject.version;
        self.diagnostics = compose::diagnose(&text, |payload| {
            self.subject.message().map_or_else(Vec::new, |message| message.check(payload, version))
        });
    }

    /// Handles a key that has no action. Proposals appear after a quotation mark, after a colon and while a word is typed.
    pub fn key(&mut self, key: KeyEvent) {
        match key.code {
            KeyCode::Enter if self.moved && self.proposes() => {
                self.accept();
                return;
            }
            KeyCode::Enter => self.break_line(),
            KeyCode::Up | KeyCode::Down if self.proposes() => {
                self.move_proposal(if key.code == KeyCode::Up { -1 } else { 1 });
                return;
            }
            _ => {
                let modified = self.area.input(key);
                if !modified {
                    self.hide_proposals();
                    return;
                }
            }
        }
        self.changed();
        let typing = matches!(key.code, KeyCode::Char(character) if character.is_alphanumeric() || matches!(character, '"' | ':' | '-' | '_'));
        let correcting = key.code == KeyCode::Backspace && self.proposes();
        if typing || correcting { self.propose(false) } else { self.hide_proposals() }
    }

    /// Starts a line with the indentation of this one, deeper after an opening bracket.
    fn break_line(&mut self) {
        let DataCursor(row, column) = self.area.cursor();
        let line = &self.area.lines()[row];
        let (before, after): (String, String) = (line.chars().take(column).collect(), line.chars().skip(column).collect());
        let indentation = " ".repeat(line.chars().take_while(|character| *character == ' ').count().min(column));
        let opened = before.trim_end().ends_with(['{', '[']);
        let closes = after.trim_start().starts_with(['}', ']']);
        let deeper = if opened { "  " } else { "" };
        self.area.insert_str(format!("\n{indentation}{deeper}"));
        if opened && closes {
            let DataCursor(row, column) = self.area.cursor();
            self.area.insert_str(format!("\n{indentation}"));
            self.area.move_cursor(CursorMove::Jump(row as u16, column as u16)); // both are small: the text is at most 256 KiB
        }
    }

    /// Inserts pasted text; terminals send carriage returns for line ends.
    pub fn paste(&mut self, text: &str) {
        self.area.insert_str(text.replace("\r\n", "\n").replace('\r', "\n"));
        self.hide_proposals();
        self.changed();
    }

    /// Whether proposals are shown.
    pub fn proposes(&self) -> bool {
        !self.candidates.is_empty()
    }

    /// Shows no proposals.
    pub fn hide_proposals(&mut self) {
        self.candidates.clear();
        (self.selected, self.moved) = (0, false);
    }

    /// Looks for proposals at the cursor. Unless the user asks, a single one that is already typed in full is not shown.
    pub fn propose(&mut self, asked: bool) {
        let text = self.text();
        self.hide_proposals();
        let Some(message) = self.subject.message() else { return };
        self.candidates = compose::complete(message, &text, self.cursor(), &self.known);
        let written = |candidate: &FieldCandidate| {
            text.get(candidate.span.clone()) == Some(candidate.insert.trim_end_matches([',', ' ', ':']))
        };
        if !asked && self.candidates.iter().all(written) {
            self.hide_proposals();
        }
    }

    /// Moves through the proposals.
    pub fn move_proposal(&mut self, by: isize) {
        let count = self.candidates.len();
        if count > 0 {
            self.selected = (self.selected + count).saturating_add_signed(by) % count;
            self.moved = true;
        }
    }

    /// Accepts the selected proposal; without one, looks for some. A single proposal that was asked for is accepted at once.
    pub fn accept_or_propose(&mut self) {
        if !self.accept() {
            self.propose(true);
            if self.candidates.len() == 1 {
                self.accept();
            }
        }
    }

    fn accept(&mut self) -> bool {
        let Some(candidate) = self.candidates.get(self.selected).cloned() else { return false };
        let text = self.text();
        let Some(replaced) = text.get(candidate.span.clone()) else { return false };
        self.put_cursor(candidate.span.start);
        self.area.delete_str(replaced.chars().count());
        self.area.insert_str(&candidate.insert);
        self.put_cursor(candidate.span.start + candidate.caret);
        self.hide_proposals();
        self.changed();
        if candidate.insert.matches("\":").count() > 1 {
            // Several fields at once come on one line.
            self.format();
        }
        if candidate.caret < candidate.insert.len() {
            self.propose(false);
        }
        true
    }

    /// Lays the text out; the cursor stays at the same character.
    pub fn format(&mut self) {
        let (text, cursor) = (self.text(), self.cursor());
        let formatted = compose::pretty(&text);
        let before = text[..cursor].chars().filter(|character| !character.is_whitespace()).count();
        self.set_text(&formatted);
        let mut visible = formatted.char_indices().filter(|(_, character)| !character.is_whitespace());
        let place = before.checked_sub(1).and_then(|index| visible.nth(index)).map_or(0, |(at, last)| at + last.len_utf8());
        self.put_cursor(place);
    }

    /// The sample payload.
    pub fn sample(&self) -> &str {
        &self.sample
    }

    /// The required fields only; `None` without a definition.
    pub fn skeleton(&self) -> Option<String> {
        let fields = &self.subject.message()?.fields;
        let skeleton = compose::skeleton(fields, &self.known);
        Some(compose::pretty(&serde_json::Value::Object(skeleton).to_string()))
    }

    /// Replaces the edit target and the text.
    pub fn change_subject(&mut self, subject: EditTarget, text: &str) {
        self.subject = subject;
        self.set_text(text);
        self.changed();
    }

    /// Replaces the whole text, which can be undone.
    pub fn replace_text(&mut self, text: &str) {
        self.set_text(text);
    }

    fn set_text(&mut self, text: &str) {
        if text == self.text() {
            return;
        }
        let DataCursor(row, column) = self.area.cursor();
        self.area.select_all();
        self.area.insert_str(text);
        self.area.cancel_selection();
        self.area.move_cursor(CursorMove::Jump(row.min(9_999) as u16, column.min(9_999) as u16));
        self.hide_proposals();
        self.changed();
    }

    /// Undoes or redoes a change.
    pub fn undo(&mut self, again: bool) {
        let step = |area: &mut TextArea<'static>| if again { area.redo() } else { area.undo() };
        // Replacing the whole text is two changes, a removal and an insertion; they are undone together.
        if step(&mut self.area) && self.area.is_empty() {
            step(&mut self.area);
        }
        self.hide_proposals();
        self.changed();
    }

    /// Goes to the next fault, or to the one before.
    pub fn go_to_finding(&mut self, backwards: bool) {
        let cursor = self.cursor();
        let mut starts = self.diagnostics.iter().map(|diagnostic| diagnostic.span.start);
        let next = if backwards {
            starts.clone().rfind(|start| *start < cursor).or_else(|| starts.next_back())
        } else {
            starts.clone().find(|start| *start > cursor).or_else(|| starts.next())
        };
        let Some(start) = next else { return };
        self.put_cursor(start);
        self.hide_proposals();
    }
}
