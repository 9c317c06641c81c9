//! Faults of a script: the message, and the place in the user's own files.

use std::fmt;

/// The text before a file, which gives it the names of a module of Node.js. It has no line end: the lines of the file keep their
/// numbers.
pub(super) const WRAPPER: &str = "(function (exports, require, module, __filename, __dirname) {";
/// The same for a file that may use `await` at its top level. Both are equally long.
pub(super) const WAITING_WRAPPER: &str = "(async function(exports,require,module,__filename,__dirname){";
/// The prefix of the names of our own files in stacks.
pub(super) const OURS: &str = "ocpp tui/";

/// Longer messages are cut, in characters.
const LONGEST: usize = 2000;

/// A limit that a script has exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScriptLimit {
    /// It computed for too long.
    Time,
    /// It used too much memory.
    Memory,
}

/// A fault: what was thrown, or a limit that was exceeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptFault {
    /// The message of the engine or of the script.
    pub message: String,
    /// The place: `name.js:3:9`.
    pub place: Option<String>,
    /// The limit that was exceeded.
    pub bound: Option<ScriptLimit>,
}

impl ScriptFault {
    /// The fault of an exception with this message and stack.
    pub fn new(message: &str, stack: &str) -> ScriptFault {
        let mut message: String = message.chars().take(LONGEST).collect();
        if message == "null" {
            // When no memory is left for the error, null is thrown in its place.
            "out of memory, or null was thrown".clone_into(&mut message);
        }
        if message.trim().is_empty() {
            "something was thrown without a message".clone_into(&mut message);
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

/// The first place of a stack in a file of the user.
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
            // The first line of the file follows the wrapper.
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
    fn the_place_is_the_first_one_in_a_file_of_the_user() {
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
