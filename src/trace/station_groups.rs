//! Groups of stations that have a name: the stations of a fleet, and those that the user puts together. A station may be in several; the first
//! one is that of its line on the screen.

use std::sync::Arc;

use super::StationKey;

/// A group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRow {
    /// Its name. Hostile: pass it through [`visible`](crate::sanitize) before it reaches a terminal.
    pub name: Arc<str>,
    /// Its stations, in the order of their keys.
    pub members: Vec<StationKey>,
    /// Of the stations whose first group it is: how many there are, how many have a link that is up, and their errors.
    pub first: GroupCounts,
}

/// What is counted of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GroupCounts {
    /// Stations.
    pub stations: usize,
    /// Stations with a link that is up.
    pub connected: usize,
    /// Their errors.
    pub errors: u64,
}

/// All groups, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct StationGroups {
    rows: Vec<GroupRow>,
    /// How often a station was put into a group.
    changes: u64,
}

impl StationGroups {
    pub fn rows(&self) -> &[GroupRow] {
        &self.rows
    }

    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// Puts a station into a group; returns the place of the group, or `None` when it is in it already.
    pub fn add(&mut self, name: &Arc<str>, station: StationKey) -> Option<u16> {
        let place = match self.rows.iter().position(|row| row.name == *name) {
            Some(place) => place,
            None => {
                self.rows.push(GroupRow { name: name.clone(), members: Vec::new(), first: GroupCounts::default() });
                self.rows.len() - 1
            }
        };
        let members = &mut self.rows[place].members;
        let Err(at) = members.binary_search(&station) else { return None };
        members.insert(at, station); // at the end, unless the user puts older ones into it
        self.changes += 1;
        u16::try_from(place).ok()
    }

    /// The counts of a group.
    pub fn counts(&mut self, place: u16) -> Option<&mut GroupCounts> {
        self.rows.get_mut(usize::from(place)).map(|row| &mut row.first)
    }
}
