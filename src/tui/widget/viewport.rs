//! Which lines of a long list are on the screen. The list keeps its selection; this keeps the selection's place on the screen, so that
//! lines that come or go elsewhere do not move what is being read.

/// The place of the selected line on the screen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Viewport {
    row: usize,
    /// How many lines above and below the selected one stay visible, where the list has them and the screen has room.
    margin: usize,
}

impl Viewport {
    /// A viewport that keeps some lines around the selected one visible.
    pub fn with_margin(margin: usize) -> Viewport {
        Viewport { row: 0, margin }
    }

    /// The first line on the screen, when line `selected` of `count` is selected and `height` lines are shown.
    pub fn top(self, selected: usize, count: usize, height: usize) -> usize {
        let last = height.saturating_sub(1);
        let margin = self.margin.min(last / 2);
        let row = self.row.clamp(margin, last - margin);
        selected.saturating_sub(row).min(count.saturating_sub(height))
    }

    /// Moves the selection from one line to another: the screen scrolls only when it would leave the screen.
    pub fn moved(&mut self, from: usize, to: usize, count: usize, height: usize) {
        let top = self.top(from, count, height);
        self.row = to.saturating_sub(top).min(height.saturating_sub(1));
    }

    /// Puts the selection on this line of the screen.
    pub fn place(&mut self, row: usize) {
        self.row = row;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_screen_scrolls_only_when_the_selection_would_leave_it() {
        let mut view = Viewport::default();
        let mut selected = 0;
        for (to, top) in [(3, 0), (9, 0), (10, 1), (5, 1), (0, 0), (99, 90), (95, 90), (89, 89)] {
            view.moved(selected, to, 100, 10);
            selected = to;
            assert_eq!(view.top(selected, 100, 10), top, "at {to}");
        }
    }

    #[test]
    fn lines_around_the_selected_one_stay_visible_but_at_the_ends() {
        let mut view = Viewport::with_margin(3);
        for (selected, row, top) in [(50, 0, 47), (50, 99, 44), (50, 5, 45), (1, 0, 0), (99, 0, 90), (99, 99, 90)] {
            view.place(row);
            assert_eq!(view.top(selected, 100, 10), top, "{selected} on row {row}");
        }
        view.place(0);
        assert_eq!([1, 2, 3, 4].map(|height| view.top(50, 100, height)), [50, 50, 49, 49]);
        assert_eq!(view.top(0, 0, 0), 0);
    }

    #[test]
    fn a_growing_list_does_not_move_the_screen() {
        let mut view = Viewport::default();
        view.moved(0, 50, 100, 10);
        let top = view.top(50, 100, 10);
        assert_eq!(view.top(50, 1_000_000, 10), top);
        assert_eq!(view.top(0, 0, 0), 0);
    }
}
