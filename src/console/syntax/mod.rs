//! The form of a line: words, arguments, options, targets, assignments, and how a command is declared. It knows no command and no
//! session; what the commands do is in `commands`.

pub(super) mod arguments;
pub(super) mod assign;
pub(super) mod duration;
pub(super) mod edit;
pub(super) mod error;
pub(super) mod glob;
pub(super) mod grammar;
pub(super) mod path;
pub(super) mod spec;
pub(super) mod target;
pub(super) mod token;
