//! A list of which some items are shown, in an order of their own, and one of these is selected. The caller chooses what is shown.

use super::Viewport;

/// The items, those of them that are shown, and the selected one.
#[derive(Debug)]
pub struct NarrowedList<T> {
    items: Vec<T>,
    /// Indices of `items`, in the order of the screen.
    shown: Vec<usize>,
    selected: usize,
    viewport: Viewport,
}

impl<T> NarrowedList<T> {
    /// A list that shows all items in their order.
    pub fn new(items: Vec<T>) -> NarrowedList<T> {
        let shown = (0..items.len()).collect();
        NarrowedList { items, shown, selected: 0, viewport: Viewport::default() }
    }

    /// Every item, whether it is shown or not.
    pub fn items(&self) -> &[T] {
        &self.items
    }

    /// Shows the items of these indices in this order; the first is selected. An index that does not exist shows nothing.
    pub fn show(&mut self, order: impl Iterator<Item = usize>) {
        let count = self.items.len();
        self.shown = order.filter(|index| *index < count).collect();
        self.selected = 0;
        self.viewport = Viewport::default();
    }

    /// The items that are shown.
    pub fn shown(&self) -> impl ExactSizeIterator<Item = &T> {
        self.shown.iter().map(|index| &self.items[*index])
    }

    /// The index of the selected one among those that are shown.
    pub fn selected(&self) -> usize {
        self.selected
    }

    /// The selected one.
    pub fn choice(&self) -> Option<&T> {
        self.shown.get(self.selected).map(|index| &self.items[*index])
    }

    /// The first one on a screen with so many lines.
    pub fn top(&self, height: usize) -> usize {
        self.viewport.top(self.selected, self.shown.len(), height)
    }

    /// Moves the selection by so many lines, as far as there are any.
    pub fn move_by(&mut self, lines: isize, height: usize) {
        self.move_to(self.selected.saturating_add_signed(lines), height);
    }

    /// Scrolls by so many lines; the selection stays.
    pub fn scroll(&mut self, lines: isize, height: usize) {
        self.viewport.scroll(lines, self.selected, self.shown.len(), height);
    }

    /// Selects the item at this index of the shown ones, or the last one.
    pub fn move_to(&mut self, place: usize, height: usize) {
        let to = place.min(self.shown.len().saturating_sub(1));
        self.viewport.moved(self.selected, to, self.shown.len(), height);
        self.selected = to;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_selection_stays_among_what_is_shown() {
        let mut list = NarrowedList::new(vec!["a", "b", "c"]);
        list.move_by(9, 2);
        assert_eq!((list.choice(), list.top(2)), (Some(&"c"), 1));
        list.move_by(-9, 2);
        assert_eq!((list.choice(), list.top(2)), (Some(&"a"), 0));
        list.show([2, 0, 7].into_iter());
        assert_eq!(list.shown().collect::<Vec<_>>(), [&"c", &"a"]);
        assert_eq!(list.choice(), Some(&"c"));
        list.show(std::iter::empty());
        list.move_by(1, 2);
        assert_eq!(list.choice(), None);
        assert_eq!(list.items().len(), 3);
    }
}
