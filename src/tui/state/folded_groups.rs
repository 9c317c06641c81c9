//! The lines of the stations pane when there are groups: a line for each group, with its stations below it while it is open, and behind them the
//! stations that are in none. A station is below its first group only.

use std::collections::BTreeSet;

use crate::trace::{StationKey, StationTable};

/// A line of the pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StationLine {
    /// A group, by its place in the table.
    Group(u16),
    /// A station.
    Station(StationKey),
}

/// The groups and their lines.
#[derive(Debug, Default)]
pub struct FoldedGroups {
    /// The groups that have stations which are shown, with these.
    shown: Vec<(u16, Vec<StationKey>)>,
    /// The stations without one.
    others: Vec<StationKey>,
    open: BTreeSet<u16>,
    lines: Vec<StationLine>,
    /// The changes of the table for which the lines were made.
    made_for: u64,
    /// Whether a station came since then.
    is_old: bool,
}

impl FoldedGroups {
    /// The lines; `None` while there is no group.
    pub fn lines(&self) -> Option<&[StationLine]> {
        (self.made_for > 0).then_some(&*self.lines)
    }

    /// A station came.
    pub fn mark_old(&mut self) {
        self.is_old = true;
    }

    /// Whether stations came, or came into a group, since the lines were made.
    pub fn is_old(&self, table: &StationTable) -> bool {
        self.is_old || self.made_for != table.group_changes()
    }

    /// Makes the lines of the stations that are shown, which keep their order.
    pub fn arrange(&mut self, table: &StationTable, shown: &[StationKey]) {
        (self.made_for, self.is_old) = (table.group_changes(), false);
        if self.made_for == 0 {
            return;
        }
        let mut groups = vec![Vec::new(); table.groups().len()];
        self.others.clear();
        for key in shown {
            let group = table.get(*key).and_then(|row| row.group);
            groups.get_mut(group.map_or(usize::MAX, usize::from)).unwrap_or(&mut self.others).push(*key);
        }
        self.shown = (0..).zip(groups).filter(|(_, members)| !members.is_empty()).collect();
        self.write_lines();
    }

    fn write_lines(&mut self) {
        self.lines.clear();
        for (group, members) in &self.shown {
            self.lines.push(StationLine::Group(*group));
            if self.open.contains(group) {
                self.lines.extend(members.iter().copied().map(StationLine::Station));
            }
        }
        self.lines.extend(self.others.iter().copied().map(StationLine::Station));
    }

    /// Whether a group shows its stations.
    pub fn is_open(&self, group: u16) -> bool {
        self.open.contains(&group)
    }

    /// Opens a group, or closes it.
    pub fn toggle(&mut self, group: u16) {
        if !self.open.remove(&group) {
            self.open.insert(group);
        }
        self.write_lines();
    }

    /// The stations of a group that are shown.
    pub fn members(&self, group: u16) -> &[StationKey] {
        self.shown.iter().find(|(place, _)| *place == group).map_or(&[], |(_, members)| members)
    }

    /// The group below which a station stands.
    pub fn group_of(&self, key: StationKey) -> Option<u16> {
        self.shown.iter().find(|(_, members)| members.contains(&key)).map(|(group, _)| *group)
    }

    /// The line of a group.
    pub fn line_of_group(&self, group: u16) -> Option<usize> {
        self.lines.iter().position(|line| *line == StationLine::Group(group))
    }
}
