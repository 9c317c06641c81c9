//! The keys of the text in the payload editor: motion, selection, deletion. The text widget handles them, so they have no action and are
//! not in the table; the help and the documentation list them, and a test presses them.

/// Keys and what they do, in the order of the help.
pub const TEXT_KEYS: &[(&[&str], &str)] = &[
    (&["left", "right", "up", "down"], "Move by a character or a line"),
    (&["ctrl-left", "ctrl-right"], "Move by a word"),
    (&["home", "end"], "To the beginning or the end of the line"),
    (&["alt-<", "alt->"], "To the beginning or the end of the text"),
    (&["pageup", "pagedown"], "Move by a page"),
    (&["shift-left", "shift-right", "shift-up", "shift-down", "shift-home", "shift-end"], "Select; what is typed replaces it"),
    (&["ctrl-w", "alt-d"], "Delete the word before or behind the cursor"),
    (&["ctrl-k", "ctrl-j"], "Delete to the end or to the beginning of the line"),
];
