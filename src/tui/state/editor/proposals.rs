//! The proposals at the cursor of the editor: when they appear, which one is selected, and what accepting one does to the text.

use super::Editor;
use crate::compose::{self, FieldCandidate, ProposalScope};

impl Editor {
    /// The proposals at the cursor.
    pub fn candidates(&self) -> &[FieldCandidate] {
        &self.candidates
    }

    /// The selected proposal.
    pub fn selected(&self) -> usize {
        self.selected
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

    /// Looks for proposals at the cursor; what stands there already is the selected one. Unless the user asks, those that are typed in full
    /// are not shown.
    pub fn propose(&mut self, scope: ProposalScope) {
        let text = self.text();
        self.hide_proposals();
        let Some(message) = self.subject.message() else { return };
        self.candidates = compose::complete(message, &text, self.cursor(), &self.known, scope);
        let written = |candidate: &FieldCandidate| {
            text.get(candidate.span.clone()) == Some(candidate.insert.trim_end_matches([',', ' ', ':']))
        };
        if scope == ProposalScope::Typed && self.candidates.iter().all(written) {
            self.hide_proposals();
        }
        self.selected = self.candidates.iter().position(|candidate| candidate.present).unwrap_or(0);
    }

    /// Moves through the proposals.
    pub fn move_proposal(&mut self, by: isize) {
        let count = self.candidates.len();
        if count > 0 {
            self.selected = (self.selected + count).saturating_add_signed(by) % count;
            self.moved = true;
        }
    }

    /// Accepts the selected proposal; without one, looks for some. A single proposal that was asked for is accepted at once, unless it
    /// would replace an object or a list.
    pub fn accept_or_propose(&mut self) {
        if !self.accept() {
            self.propose(ProposalScope::Asked);
            if let [only] = self.candidates.as_slice() {
                let replaced = self.text().get(only.span.clone()).map_or(0, |text| text.matches([':', ',']).count());
                if replaced == 0 || only.insert.starts_with('"') {
                    self.accept();
                }
            }
        }
    }

    /// Accepts the selected proposal. A value that it brought is selected, with the proposals for it.
    pub(super) fn accept(&mut self) -> bool {
        let Some(candidate) = self.candidates.get(self.selected).cloned() else { return false };
        let text = self.text();
        let Some(replaced) = text.get(candidate.span.clone()) else { return false };
        self.put_cursor(candidate.span.start);
        self.area.delete_str(replaced.chars().count());
        self.area.insert_str(&candidate.insert);
        let start = candidate.span.start;
        self.select(start + candidate.select.start..start + candidate.select.end);
        self.hide_proposals();
        self.changed();
        if candidate.insert.matches("\":").count() > 1 {
            // Several fields at once come on one line.
            self.format();
        }
        if candidate.select.start < candidate.insert.trim_end_matches([',', ' ']).len() {
            self.propose(ProposalScope::Asked);
            if self.candidates.iter().all(|candidate| candidate.present) {
                self.hide_proposals();
            }
        }
        true
    }
}
