//! Which lines of a long list are on the screen. The list keeps its selection; this keeps the selection's place on the screen, so that
//! lines that come or go elsewhere do not move what is being read.

/// The place of the selected line on the screen; or, after the user has scrolled, the first line, wherever the selection is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Viewport {
    row: usize,
    /// How many lines above and below the selected one stay visible, where the list has them and the screen has room.
    margin: usize,
    /// The first line, while the user has scrolled away from the selection.
    scrolled: Option<usize>,
}

impl Viewport {
    /// A viewport that keeps some lines around the selected one visible.
    pub fn with_margin(margin: usize) -> Viewport {
        Viewport { margin, ..Viewport::default() }
    }

    /// The first line on the screen, when line `selected` of `count` is selected and `height` lines are shown.
    pub fn top(self, selected: usize, count: usize, height: usize) -> usize {
        let last = height.saturating_sub(1);
        let margin = self.margin.min(last / 2);
        let row = self.row.clamp(margin, last - margin);
        self.scrolled.unwrap_or(selected.saturating_sub(row)).min(count.saturating_sub(height))
    }

    /// Moves the selection from one line to another: the screen scrolls only when it would leave the screen.
    pub fn moved(&mut self, from: usize, to: usize, count: usize, height: usize) {
        let top = self.top(from, count, height);
        self.scrolled = None;
        self.row = to.saturating_sub(top).min(height.saturating_sub(1));
    }

    /// Puts the selection on this line of the screen.
    pub fn place(&mut self, row: usize) {
        (self.row, self.scrolled) = (row, None);
    }

    /// Scrolls by some lines and leaves the selection where it is, even if that is no longer on the screen.
    pub fn scroll(&mut self, lines: isize, selected: usize, count: usize, height: usize) {
        let top = self.top(selected, count, height).saturating_add_signed(lines).min(count.saturating_sub(height));
        self.place(selected.saturating_sub(top));
        // Lines that stay visible around the selection do not hold the view.
        if self.top(selected, count, height) != top {
            self.scrolled = Some(top);
        }
    }

    /// Whether the selection is off the screen because the user has scrolled.
    pub fn is_scrolled(self) -> bool {
        self.scrolled.is_some()
    }

    /// So many lines at the beginning are gone.
    pub fn lost(&mut self, lines: usize) {
        self.scrolled = self.scrolled.map(|top| top.saturating_sub(lines));
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
    fn scrolling_leaves_the_selection_alone() {
        let mut view = Viewport::default();
        view.moved(0, 50, 100, 10);
        assert_eq!(view.top(50, 100, 10), 41);
        for (lines, top, is_scrolled) in [(-3, 38, true), (-100, 0, true), (500, 90, true), (-45, 45, false), (2, 47, false)] {
            view.scroll(lines, 50, 100, 10);
            assert_eq!((view.top(50, 100, 10), view.is_scrolled()), (top, is_scrolled), "{lines}");
        }
        view.scroll(20, 50, 100, 10);
        view.lost(5);
        assert_eq!(view.top(45, 95, 10), 62);
        view.moved(45, 46, 95, 10);
        assert_eq!(view.top(46, 95, 10), 46, "the selection comes back to the screen");
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
