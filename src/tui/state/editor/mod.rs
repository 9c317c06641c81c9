//! The payload editor: the text, its faults, and the proposals at its cursor. Faults and proposals come from `compose`; sending is in
//! `update`.

mod proposals;
mod target;

use std::ops::Range;

use crossterm::event::{KeyCode, KeyEvent};
use tui_textarea::{CursorMove, DataCursor, TextArea};

use ratatui::style::{Modifier, Style};

use crate::compose::{
    self, CursorField, Diagnostic, DiagnosticSeverity, FieldCandidate, JsonTokenKind, KnownValues, ProposalScope,
};
use crate::ocpp::ErrorCode;
use crate::text_width::columns_of;
use crate::tui::widget::head;

pub use target::{EditTarget, HeldSubject};

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
    /// The text that it was opened with.
    opened: String,
    sample: String,
    known: KnownValues,
    diagnostics: Vec<Diagnostic>,
    /// The first call that a text with variables makes.
    first_call: Option<String>,
    field: Option<CursorField>,
    /// The text and the cursor for which the field was found.
    looked_at: Option<(u64, DataCursor)>,
    candidates: Vec<FieldCandidate>,
    selected: usize,
    /// Whether the user moved through the proposals; only then Enter accepts one.
    moved: bool,
}

impl Editor {
    /// An editor with a text; its first value is selected, so that typing replaces it.
    pub fn new(subject: EditTarget, text: &str, sample: String, known: KnownValues) -> Editor {
        let mut area = TextArea::new(text.split('\n').map(str::to_owned).collect());
        area.set_tab_length(2);
        area.set_max_histories(500);
        area.set_cursor_line_style(Style::new());
        // The cursor is the terminal's own, which input methods and screen readers follow.
        area.set_cursor_style(Style::new());
        area.set_selection_style(Style::new().add_modifier(Modifier::REVERSED));
        let mut editor = Editor {
            subject,
            armed: false,
            stays: false,
            revision: 0,
            kept: 0,
            area,
            opened: text.to_owned(),
            sample,
            known,
            diagnostics: Vec::new(),
            first_call: None,
            field: None,
            looked_at: None,
            candidates: Vec::new(),
            selected: 0,
            moved: false,
        };
        editor.select(first_place(text, editor.subject.is_raw()));
        editor.diagnose();
        editor.look_at_cursor();
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

    /// Whether a draft must be kept: the text was changed, and is not the sample.
    pub fn is_changed(&self) -> bool {
        let text = self.text();
        text != self.sample && text != self.opened
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

    /// Selects a part of the text; the cursor goes to its end.
    fn select(&mut self, part: Range<usize>) {
        self.put_cursor(part.start);
        if !part.is_empty() {
            let (row, column) = self.place_of(part.end);
            let clamp = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
            self.area.start_selection();
            self.area.move_cursor(CursorMove::Jump(clamp(row), clamp(column)));
        }
    }

    /// Replaces the value at the cursor by the one before or behind it, which is then selected.
    pub fn step_value(&mut self, up: bool) {
        let (text, cursor) = (self.text(), self.cursor());
        let Some((span, next)) = compose::step_value(self.subject.message(), &text, cursor, up) else { return };
        self.select(span.clone());
        self.area.insert_str(&next);
        let quote = usize::from(next.starts_with('"'));
        self.select(span.start + quote..span.start + next.len() - quote);
        self.hide_proposals();
        self.changed();
    }

    /// What the definitions know of the field at the cursor.
    pub fn field(&self) -> Option<&CursorField> {
        self.field.as_ref()
    }

    /// Finds the field at the cursor, if the text or the cursor has changed. It is not found when it is drawn, because a text may be long.
    pub fn look_at_cursor(&mut self) {
        let place = (self.revision, self.area.cursor());
        if self.looked_at != Some(place) {
            self.looked_at = Some(place);
            let text = self.text();
            let cursor = self.cursor();
            self.field = self.subject.message().and_then(|message| compose::cursor_field(message, &text, cursor));
        }
    }

    /// Selects all of the text.
    pub fn select_all(&mut self) {
        self.hide_proposals();
        self.area.select_all();
    }

    /// Removes all of the text, which can be undone.
    pub fn clear(&mut self) {
        self.set_text("");
    }

    /// The selected text; `None` without a selection.
    pub fn selection(&self) -> Option<String> {
        let ((first, start), (last, end)) = self.area.selection_range().filter(|(start, end)| start != end)?;
        let lines = &self.area.lines()[first..=last];
        let offset = |line: &str, column: usize| line.char_indices().nth(column).map_or(line.len(), |(index, _)| index);
        let whole = lines.join("\n");
        let tail = lines.last().map_or(0, |line| line.len() - offset(line, end));
        Some(whole[offset(&lines[0], start)..whole.len() - tail].to_owned())
    }

    /// Remembers the selected text for [`put`](Self::put), and removes it or not. `None` without a selection.
    pub fn take(&mut self, remove: bool) -> Option<String> {
        let selected = self.selection()?;
        if remove {
            self.area.cut();
            self.hide_proposals();
            self.changed();
        }
        self.area.set_yank_text(&selected);
        Some(selected)
    }

    /// Inserts what was taken last. False when nothing was.
    pub fn put(&mut self) -> bool {
        let taken = self.area.yank_text();
        if !taken.is_empty() {
            self.paste(&taken);
        }
        !taken.is_empty()
    }

    fn changed(&mut self) {
        self.armed = false;
        self.revision += 1;
        self.diagnose();
    }

    /// Finds the faults. Of a text with variables the first call is checked, and kept to be shown.
    fn diagnose(&mut self) {
        let text = self.text();
        let version = self.subject.version;
        let check = |text: &str| {
            compose::diagnose(text, |payload| {
                self.subject.message().map_or_else(Vec::new, |message| message.check(payload, version))
            })
        };
        if !compose::has_variables(&text) {
            (self.diagnostics, self.first_call) = (check(&text), None);
            return;
        }
        match compose::resolve(&text, self.known.template()) {
            Ok(resolved) => {
                let mut diagnostics = check(&resolved.text);
                for diagnostic in &mut diagnostics {
                    diagnostic.span = resolved.source(&diagnostic.span);
                }
                (self.diagnostics, self.first_call) = (diagnostics, Some(compose::compact(&resolved.text)));
            }
            Err((span, fault)) => {
                let (severity, message) = (DiagnosticSeverity::Error, fault.to_string());
                self.diagnostics = vec![Diagnostic { span, severity, message, rule: None }];
                self.first_call = None;
            }
        }
    }

    /// The first call that a text with variables makes, on one line.
    pub fn first_call(&self) -> Option<&str> {
        self.first_call.as_deref()
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
        if typing || correcting { self.propose(ProposalScope::Typed) } else { self.hide_proposals() }
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

    /// Puts the cursor where the text was clicked: a line of the screen, and columns from the left of the text.
    pub fn click(&mut self, row: usize, column: usize) {
        let (top, left) = self.area.scroll_offset();
        let row = (usize::from(top) + row).min(self.area.lines().len().saturating_sub(1));
        let Some(line) = self.area.lines().get(row) else { return };
        let before = columns_of(line, usize::from(left) + column).chars().count();
        self.area.cancel_selection();
        self.area.move_cursor(CursorMove::Jump(row as u16, before as u16)); // both are small: the text is at most 256 KiB
        self.hide_proposals();
    }

    /// Scrolls the text; the cursor stays in sight.
    pub fn scroll(&mut self, lines: i16) {
        self.area.scroll((lines, 0));
    }

    /// Inserts pasted text; terminals send carriage returns for line ends.
    pub fn paste(&mut self, text: &str) {
        self.area.insert_str(text.replace("\r\n", "\n").replace('\r', "\n"));
        self.hide_proposals();
        self.changed();
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

/// What is selected when a text is opened: its first value, without quotes, else the place behind its opening bracket. The first values
/// of a whole frame are its type and its id, which are not meant to be typed over.
fn first_place(text: &str, raw: bool) -> Range<usize> {
    let is_value = |kind| matches!(kind, JsonTokenKind::String | JsonTokenKind::Number | JsonTokenKind::Literal);
    let value = compose::lex(text).into_iter().find(|token| !raw && is_value(token.kind));
    let start = text.find(": ").map_or(text.len().min(1), |index| index + 2);
    match value {
        Some(token) if token.is_string() && token.terminated => token.span.start + 1..token.span.end - 1,
        Some(token) => token.span,
        None => start..start,
    }
}
