//! What went wrong in a plugin, in words for a person: the message, and the place in its file.

use std::fmt;

/// The line that stands before a plugin's text, so that it has the names of a module of node. Nothing is put on a line of its own: the
/// lines of the plugin keep their numbers.
pub(super) const WRAPPER: &str = "(function (exports, require, module, __filename, __dirname) {";

/// More of a message is not shown.
const LONGEST: usize = 2000;

/// A bound that a plugin has broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    /// It computed for too long.
    Time,
    /// It wanted too much memory.
    Memory,
}

/// Something went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// What, in the words of the engine or the plugin.
    pub message: String,
    /// Where: `name.js:3:9`.
    pub place: Option<String>,
    /// The bound that was broken.
    pub bound: Option<Bound>,
}

impl Fault {
    /// Puts a fault together from an exception's message and stack.
    pub fn new(plugin: &str, message: &str, stack: &str) -> Fault {
        let mut message: String = message.chars().take(LONGEST).collect();
        if message == "null" {
            // Without any memory left not even the error can be made, and null is thrown instead.
            message = "out of memory, or null was thrown".to_owned();
        }
        if message.trim().is_empty() {
            message = "something was thrown without a message".to_owned();
        }
        let bound = message.contains("out of memory").then_some(Bound::Memory);
        Fault { message, place: place(plugin, stack), bound }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.place {
            Some(place) => write!(f, " ({place})"),
            None => Ok(()),
        }
    }
}

/// The first place in the plugin's own file that a stack names.
fn place(plugin: &str, stack: &str) -> Option<String> {
    let file = format!("{plugin}.js:");
    let behind = stack.lines().find_map(|line| line.split_once(&*file).map(|(_, behind)| behind))?;
    let mut numbers = behind.split(|c: char| !c.is_ascii_digit());
    let line: usize = numbers.next()?.parse().ok()?;
    let column: Option<usize> =
        behind.as_bytes().iter().position(|byte| *byte == b':').and_then(|_| numbers.next()?.parse().ok());
    Some(match column {
        // The first line begins behind what stands before the plugin's text.
        Some(column) if line == 1 => format!("{file}1:{}", column.saturating_sub(WRAPPER.len()).max(1)),
        Some(column) => format!("{file}{line}:{column}"),
        None => format!("{file}{line}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_the_first_one_in_the_plugins_file() {
        let stack = "    at guarded (ocpp-tui.js:40:5)\n    at onLoad (demo.js:3:9)\n    at demo.js:1:70\n";
        assert_eq!(Fault::new("demo", "no", stack).to_string(), "no (demo.js:3:9)");
        assert_eq!(place("demo", "    at demo.js:1:70").unwrap(), "demo.js:1:9");
        assert_eq!(place("demo", "    at demo.js:7").unwrap(), "demo.js:7");
        assert_eq!(place("demo", "    at other.js:7:1"), None);
        assert_eq!(Fault::new("demo", " ", "").to_string(), "something was thrown without a message");
        assert_eq!(Fault::new("demo", "InternalError: out of memory", "").bound, Some(Bound::Memory));
    }
}
