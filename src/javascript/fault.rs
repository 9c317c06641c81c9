//! What went wrong in a script, in words for a person: the message, and the place in the person's own files.

use std::fmt;

/// What stands before a file's text, so that it has the names of a module of node. Nothing is put on a line of its own: the lines of the
/// file keep their numbers.
pub(super) const WRAPPER: &str = "(function (exports, require, module, __filename, __dirname) {";
/// The same for a file that may wait at its top level. Both are equally long.
pub(super) const WAITING_WRAPPER: &str = "(async function(exports,require,module,__filename,__dirname){";
/// How the names of our own files begin in stacks.
pub(super) const OURS: &str = "ocpp tui/";

/// More of a message is not shown.
const LONGEST: usize = 2000;

/// A bound that a script has broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScriptLimit {
    /// It computed for too long.
    Time,
    /// It wanted too much memory.
    Memory,
}

/// Something went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptFault {
    /// What, in the words of the engine or the script.
    pub message: String,
    /// Where: `name.js:3:9`.
    pub place: Option<String>,
    /// The bound that was broken.
    pub bound: Option<ScriptLimit>,
}

impl ScriptFault {
    /// Puts a fault together from an exception's message and stack.
    pub fn new(message: &str, stack: &str) -> ScriptFault {
        let mut message: String = message.chars().take(LONGEST).collect();
        if message == "null" {
            // Without any memory left not even the error can be made, and null is thrown instead.
            message = "out of memory, or null was thrown".to_owned();
        }
        if message.trim().is_empty() {
            message = "something was thrown without a message".to_owned();
        }
        let bound = message.contains("out of memory").then_some(ScriptLimit::Memory);
        ScriptFault { message, place: place(stack), bound }
    }
}

impl fmt::Display for ScriptFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.place {
            Some(place) => write!(f, " ({place})"),
            None => Ok(()),
        }
    }
}

/// The first place in a file of the person's that a stack names.
pub(super) fn place(stack: &str) -> Option<String> {
    stack.lines().find_map(|line| {
        let at = line.trim().strip_prefix("at ")?;
        let at = at.rfind(" (").map_or(at, |begin| at[begin + 2..].trim_end_matches(')'));
        let (rest, last) = at.rsplit_once(':')?;
        let last: usize = last.parse().ok()?;
        let (file, line, column) = match rest.rsplit_once(':').map(|(file, line)| (file, line.parse::<usize>())) {
            Some((file, Ok(line))) => (file, line, Some(last)),
            _ => (rest, last, None),
        };
        if file.starts_with(OURS) {
            return None;
        }
        Some(match column {
            // The first line begins behind what stands before the file's text.
            Some(column) if line == 1 => format!("{file}:1:{}", column.saturating_sub(WRAPPER.len()).max(1)),
            Some(column) => format!("{file}:{line}:{column}"),
            None => format!("{file}:{line}"),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_the_first_one_in_a_file_of_the_person() {
        let stack =
            "    at guarded (ocpp tui/plugin.js:40:5)\n    at f (native)\n    at onLoad (demo.js:3:9)\n    at demo.js:1:70\n";
        assert_eq!(ScriptFault::new("no", stack).to_string(), "no (demo.js:3:9)");
        assert_eq!(place("    at demo.js:1:70").unwrap(), "demo.js:1:9");
        assert_eq!(place("    at demo.js:7").unwrap(), "demo.js:7");
        assert_eq!(place("    at <anonymous> (a folder/my file.js:7:1)").unwrap(), "a folder/my file.js:7:1");
        assert_eq!(ScriptFault::new(" ", "").to_string(), "something was thrown without a message");
        assert_eq!(ScriptFault::new("InternalError: out of memory", "").bound, Some(ScriptLimit::Memory));
        assert_eq!(WRAPPER.len(), WAITING_WRAPPER.len());
    }
}
