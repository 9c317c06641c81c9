//! Numbers for the names of actions, so that a record holds two bytes instead of a text.
//! Ours, because packages for this keep every name for ever, and a peer may send an unlimited number of names.

use foldhash::HashMap;

/// How many different names are kept. When a peer sends more, all further names get the last number.
const LIMIT: usize = 4096;

/// Names and their numbers.
#[derive(Debug, Default)]
pub(super) struct Interner {
    names: Vec<Box<str>>,
    numbers: HashMap<Box<str>, u16>,
}

impl Interner {
    /// The number that stands for no name.
    pub const NONE: u16 = u16::MAX;
    const OTHER: u16 = u16::MAX - 1;

    /// The number of a name.
    pub fn number(&mut self, name: &str) -> u16 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        if self.names.len() >= LIMIT {
            return Interner::OTHER;
        }
        let number = self.names.len() as u16; // below LIMIT
        self.names.push(name.into());
        self.numbers.insert(name.into(), number);
        number
    }

    /// The name of a number.
    pub fn get(&self, number: u16) -> Option<&str> {
        match number {
            Interner::NONE => None,
            Interner::OTHER => Some("…"),
            _ => self.names.get(number as usize).map(|name| &**name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_stable_and_bounded() {
        let mut names = Interner::default();
        let first = names.number("Heartbeat");
        for index in 0..2 * LIMIT {
            names.number(&format!("Invented{index}"));
        }
        assert_eq!(names.number("Heartbeat"), first);
        assert_eq!(names.get(first), Some("Heartbeat"));
        assert_eq!(names.names.len(), LIMIT);
        let other = names.number("AnotherOne");
        assert_eq!(names.get(other), Some("…"));
        assert_eq!(names.get(Interner::NONE), None);
    }
}
