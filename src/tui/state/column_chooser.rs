//! The list in which the user chooses and orders the columns of the stations pane.

use super::columns::{COLUMNS, Column};

/// The state: all columns, the chosen ones first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnChooser {
    columns: Vec<(Column, bool)>,
    selected: usize,
}

impl ColumnChooser {
    /// The list with these columns chosen.
    pub fn new(chosen: &[Column]) -> ColumnChooser {
        let others = COLUMNS.into_iter().filter(|column| !chosen.contains(column));
        let columns = chosen.iter().map(|column| (*column, true)).chain(others.map(|column| (column, false)));
        ColumnChooser { columns: columns.collect(), selected: 0 }
    }

    /// Every column, and whether it is chosen.
    pub fn columns(&self) -> &[(Column, bool)] {
        &self.columns
    }

    /// The index of the selected one.
    pub fn selected(&self) -> usize {
        self.selected
    }

    /// The headings of the chosen columns, in their order.
    pub fn chosen(&self) -> Vec<String> {
        let chosen = self.columns.iter().filter(|(_, chosen)| *chosen);
        chosen.map(|(column, _)| column.heading().to_owned()).collect()
    }

    /// Chooses the selected column, or drops it.
    pub fn toggle(&mut self) {
        if let Some((_, chosen)) = self.columns.get_mut(self.selected) {
            *chosen = !*chosen;
        }
    }

    /// Selects the next or the previous column.
    pub fn move_by(&mut self, lines: isize) {
        self.selected = self.selected.saturating_add_signed(lines).min(self.columns.len().saturating_sub(1));
    }

    /// Moves the selected column up or down.
    pub fn shift(&mut self, lines: isize) {
        let to = self.selected.saturating_add_signed(lines).min(self.columns.len().saturating_sub(1));
        self.columns.swap(self.selected, to);
        self.selected = to;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_chosen_and_ordered() {
        let mut chooser = ColumnChooser::new(&[Column::Ping, Column::Errors]);
        assert_eq!((chooser.chosen(), chooser.columns().len()), (vec!["ping".to_owned(), "err".to_owned()], COLUMNS.len()));
        chooser.shift(1);
        assert_eq!((chooser.chosen()[0].as_str(), chooser.selected()), ("err", 1));
        chooser.toggle();
        assert_eq!(chooser.chosen(), ["err"]);
        chooser.move_by(99);
        chooser.shift(1);
        chooser.toggle();
        assert_eq!(chooser.chosen(), ["err", "address"]);
        chooser.move_by(-99);
        chooser.shift(-1);
        assert_eq!(chooser.selected(), 0);
    }
}
