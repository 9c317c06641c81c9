//! The one table of actions: what a person can do on the screen, in which context, with which keys. Keys, the help overlay and the
//! hints of the status line are all read from here, so that no key works that the help does not list. What an action does is in
//! `update`.

use std::sync::OnceLock;

use super::key::Key;

/// Where the keys go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Context {
    /// Everywhere, also while text is typed.
    Everywhere,
    /// In each of the panes.
    Panes,
    /// In the stations pane.
    Stations,
    /// In the trace pane.
    Trace,
    /// In the message pane.
    Message,
    /// In the payload editor.
    Editor,
    /// On the command line.
    CommandLine,
    /// While a filter is typed.
    FilterLine,
    /// In the list of actions to send.
    Picker,
    /// In the help and other texts to read.
    Reading,
    /// At a question.
    Question,
}

impl Context {
    /// All contexts, in the order of the help.
    pub const ALL: [Context; 11] = [
        Context::Stations,
        Context::Trace,
        Context::Message,
        Context::Panes,
        Context::Editor,
        Context::CommandLine,
        Context::FilterLine,
        Context::Picker,
        Context::Reading,
        Context::Question,
        Context::Everywhere,
    ];

    /// The heading in the help.
    pub const fn title(self) -> &'static str {
        match self {
            Context::Everywhere => "Everywhere",
            Context::Panes => "In every pane",
            Context::Stations => "Stations",
            Context::Trace => "Trace",
            Context::Message => "Message",
            Context::Editor => "Payload editor",
            Context::CommandLine => "Command line",
            Context::FilterLine => "Filter",
            Context::Picker => "List of actions",
            Context::Reading => "Help",
            Context::Question => "Question",
        }
    }

    /// The contexts whose keys work while this one has the keyboard, nearest first.
    pub const fn reach(self) -> &'static [Context] {
        match self {
            Context::Stations => &[Context::Stations, Context::Panes, Context::Everywhere],
            Context::Trace => &[Context::Trace, Context::Panes, Context::Everywhere],
            Context::Message => &[Context::Message, Context::Panes, Context::Everywhere],
            Context::Editor => &[Context::Editor, Context::Everywhere],
            Context::CommandLine => &[Context::CommandLine, Context::Everywhere],
            Context::FilterLine => &[Context::FilterLine, Context::Everywhere],
            Context::Picker => &[Context::Picker, Context::Everywhere],
            Context::Reading => &[Context::Reading, Context::Everywhere],
            Context::Question => &[Context::Question, Context::Everywhere],
            Context::Panes => &[Context::Panes, Context::Everywhere],
            Context::Everywhere => &[Context::Everywhere],
        }
    }
}

/// One line of the table.
#[derive(Debug)]
pub struct Entry {
    /// The action.
    pub action: Action,
    /// Where its keys work.
    pub context: Context,
    /// What it does, for the help.
    pub help: &'static str,
    /// One or two words for the status line; empty keeps it out of there.
    pub hint: &'static str,
    /// Its keys, the one to show first.
    pub keys: &'static [&'static str],
}

macro_rules! actions {
    ($($action:ident, $context:ident, $hint:literal, $help:literal, [$($key:literal),+];)+) => {
        /// What a person can do. Its variants are described by their lines in the table.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Action {
            $(#[doc = $help] $action,)+
        }

        /// The table, in the order of the help; within a context the order is also that of the hints.
        pub static TABLE: &[Entry] = &[$(Entry {
            action: Action::$action, context: Context::$context, help: $help, hint: $hint, keys: &[$($key),+],
        },)+];
    };
}

actions! {
    NarrowTrace, Stations, "only its trace", "Show only this station in the trace; again or Esc: all stations", ["enter"];
    Compose, Stations, "new call", "Choose an action and edit the payload of a call to this station or to the marked ones", ["e", "x"];
    Mark, Stations, "mark", "Mark the station as a target of calls, or unmark it", ["m"];
    UnmarkAll, Stations, "", "Unmark all stations", ["M"];
    Sort, Stations, "", "Sort by identity or by age", ["s"];

    OpenMessage, Trace, "read", "Go to the message pane", ["enter"];
    Resend, Trace, "edit & resend", "Edit the payload of this frame and send it again", ["e", "r"];
    ComposeFromTrace, Trace, "new call", "Choose an action and edit a call to the station of this line", ["x"];
    MarkFromTrace, Trace, "", "Mark the station of this line as a target, or unmark it", ["m"];
    NextPartner, Trace, "", "Jump from the call to its answer", ["]"];
    PreviousPartner, Trace, "", "Jump from the answer to its call", ["["];

    ResendMessage, Message, "edit & resend", "Edit the payload of this frame and send it again", ["e", "r"];
    ComposeFromMessage, Message, "", "Choose an action and edit a call to the station of this message", ["x"];
    Left, Message, "", "Scroll to the left", ["h", "left"];
    Right, Message, "", "Scroll to the right", ["l", "right"];
    NextPartnerMessage, Message, "answer", "Show the answer to this call", ["]"];
    PreviousPartnerMessage, Message, "call", "Show the call of this answer", ["["];

    CommandLine, Panes, "command", "Type a command", [":", "ctrl-p"];
    Filter, Panes, "filter", "Filter the stations or the trace while you type", ["/"];
    Follow, Panes, "follow", "Follow the newest line of the trace, or stop following", ["F"];
    Pause, Panes, "pause", "Hold the trace still; the network goes on", ["space"];
    Copy, Panes, "copy", "Copy the payload of the selected message", ["y"];
    Back, Panes, "", "Step back: zoom, then filter, then the single station", ["esc"];
    NextPane, Panes, "", "Next pane", ["tab"];
    PreviousPane, Panes, "", "Previous pane", ["backtab"];
    StationsPane, Panes, "", "Stations pane", ["1"];
    TracePane, Panes, "", "Trace pane", ["2"];
    MessagePane, Panes, "", "Message pane", ["3"];
    Up, Panes, "", "One line up", ["k", "up"];
    Down, Panes, "", "One line down", ["j", "down"];
    PageUp, Panes, "", "One page up", ["pageup", "ctrl-u"];
    PageDown, Panes, "", "One page down", ["pagedown", "ctrl-d"];
    Top, Panes, "", "To the first line", ["g", "home"];
    Bottom, Panes, "", "To the last line; in the trace: follow", ["G", "end"];
    Zoom, Panes, "zoom", "Give this pane the whole screen, or back", ["z"];
    Plugins, Panes, "", "List the plugins with their memory and errors", ["P"];
    Theme, Panes, "", "Next theme", ["t"];
    Help, Panes, "help", "Show the keys", ["?", "F1"];
    Quit, Panes, "quit", "Quit; asks when calls are in flight", ["q"];

    Send, Editor, "send", "Send; an invalid payload needs it twice", ["F5", "ctrl-s", "alt-enter", "ctrl-enter"];
    AcceptCompletion, Editor, "complete", "Accept the proposal, or propose what may stand here", ["tab"];
    PreviousCompletion, Editor, "", "Previous proposal", ["backtab"];
    Format, Editor, "format", "Lay the payload out anew", ["ctrl-f"];
    Sample, Editor, "sample", "Back to the sample payload", ["ctrl-o"];
    NextFinding, Editor, "", "To the next finding", ["F8"];
    Undo, Editor, "", "Undo", ["ctrl-z", "ctrl-u"];
    Redo, Editor, "", "Redo", ["ctrl-y", "ctrl-r"];
    EditorCommandLine, Editor, "", "Type a command; the editor waits", ["ctrl-p"];
    EditorHelp, Editor, "keys", "Show the keys", ["F1"];
    CloseEditor, Editor, "close", "Close the proposals, then the editor; the draft is kept", ["esc"];

    RunCommand, CommandLine, "run", "Run the command", ["enter"];
    NextCandidate, CommandLine, "complete", "Complete, then the next proposal", ["tab"];
    PreviousCandidate, CommandLine, "", "Previous proposal", ["backtab"];
    OlderCommand, CommandLine, "history", "Older command", ["up"];
    NewerCommand, CommandLine, "", "Newer command", ["down"];
    CommandHelp, CommandLine, "keys", "Show the keys", ["F1"];
    LeaveCommandLine, CommandLine, "leave", "Close the proposals, then the command line", ["esc"];

    KeepFilter, FilterLine, "keep", "Keep the filter", ["enter"];
    DropFilter, FilterLine, "back", "Back to the filter before", ["esc"];

    Pick, Picker, "edit", "Edit a call of this action", ["enter", "tab"];
    PickUp, Picker, "", "One line up", ["up", "ctrl-p"];
    PickDown, Picker, "", "One line down", ["down", "ctrl-n"];
    LeavePicker, Picker, "back", "Back", ["esc"];

    ScrollUp, Reading, "", "One line up", ["k", "up"];
    ScrollDown, Reading, "scroll", "One line down", ["j", "down"];
    ScrollPageUp, Reading, "", "One page up", ["pageup"];
    ScrollPageDown, Reading, "", "One page down", ["pagedown", "space"];
    CloseReading, Reading, "close", "Close", ["esc", "q", "?", "F1", "enter"];

    Confirm, Question, "yes", "Yes", ["y"];
    Decline, Question, "no", "No", ["n", "esc", "q"];

    Interrupt, Everywhere, "", "Twice: quit at once, whatever is open", ["ctrl-c"];
    Suspend, Everywhere, "", "Suspend; the shell's `fg` comes back (in the editor: undo)", ["ctrl-z"];
}

/// The keys of an entry.
pub fn keys(entry: &Entry) -> impl Iterator<Item = Key> {
    entry.keys.iter().filter_map(|name| Key::parse(name))
}

/// What a key does in a context.
pub fn action_of(context: Context, key: Key) -> Option<Action> {
    static BINDINGS: OnceLock<Vec<(Context, Key, Action)>> = OnceLock::new();
    let bindings = BINDINGS
        .get_or_init(|| TABLE.iter().flat_map(|entry| keys(entry).map(|key| (entry.context, key, entry.action))).collect());
    context.reach().iter().find_map(|reached| {
        bindings.iter().find(|(bound, its_key, _)| bound == reached && *its_key == key).map(|(_, _, action)| *action)
    })
}

/// The hints of a context: the key to show and its words, most useful first. `?` never leaves, so it comes apart.
pub fn hints(context: Context) -> impl Iterator<Item = (Key, &'static str)> {
    context
        .reach()
        .iter()
        .flat_map(|reached| TABLE.iter().filter(move |entry| entry.context == *reached))
        .filter_map(|entry| (!entry.hint.is_empty()).then(|| keys(entry).next().map(|key| (key, entry.hint))).flatten())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_the_help_does_what_the_help_says() {
        for entry in TABLE {
            for name in entry.keys {
                let key = Key::parse(name).unwrap_or_else(|| panic!("{name} is no key"));
                assert_eq!(Key::of(&key.event()), key, "{name} is not what a terminal sends");
                assert_eq!(action_of(entry.context, key), Some(entry.action), "{name}");
            }
            assert!(!entry.help.is_empty());
        }
    }

    #[test]
    fn no_key_is_bound_twice_in_a_context() {
        for context in Context::ALL {
            let mut seen = Vec::new();
            for entry in TABLE.iter().filter(|entry| entry.context == context) {
                for key in keys(entry) {
                    assert!(!seen.contains(&key), "{key} twice in {context:?}");
                    seen.push(key);
                }
            }
        }
    }

    #[test]
    fn keys_that_terminals_swallow_are_never_the_only_ones() {
        for entry in TABLE {
            let fragile = |name: &&str| matches!(*name, "ctrl-h" | "ctrl-i" | "ctrl-m" | "ctrl-enter" | "F11" | "ctrl-b");
            assert!(!entry.keys.iter().all(fragile), "{:?}", entry.action);
        }
    }

    #[test]
    fn a_pane_offers_its_own_keys_first() {
        let hints: Vec<_> = hints(Context::Stations).map(|(key, words)| format!("{key} {words}")).collect();
        assert_eq!(hints[..3], ["Enter only its trace", "e new call", "m mark"]);
    }
}
