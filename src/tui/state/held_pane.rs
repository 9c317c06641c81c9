//! The selection in the pane of held frames. The frames themselves are at the gate, where they come and go; the selection stays on its
//! frame, and when that is gone at its place.

use crate::link::HeldFrame;

/// The state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldPane {
    number: u64,
    place: usize,
}

impl HeldPane {
    /// With the oldest frame selected.
    pub fn new(held: &[HeldFrame]) -> HeldPane {
        HeldPane { number: held.first().map_or(0, |frame| frame.number), place: 0 }
    }

    /// The place of the selected frame among those that wait.
    pub fn position(&self, held: &[HeldFrame]) -> usize {
        let found = held.iter().position(|frame| frame.number == self.number);
        found.unwrap_or(self.place).min(held.len().saturating_sub(1))
    }

    /// The selected frame.
    pub fn selected<'a>(&self, held: &'a [HeldFrame]) -> Option<&'a HeldFrame> {
        held.get(self.position(held))
    }

    /// Selects another frame, some lines away.
    pub fn move_by(&mut self, lines: isize, held: &[HeldFrame]) {
        self.place = self.position(held).saturating_add_signed(lines).min(held.len().saturating_sub(1));
        self.number = held.get(self.place).map_or(self.number, |frame| frame.number);
    }
}
