//! The one table of actions: what a person can do on the screen, in which context, with which keys. Keys, the help, the palette and
//! the hints of the status line are all read from here, so that no key works that the help does not list. What an action does is in
//! `update`, which keys a person gave it instead in `bindings`.

use super::key::KeyPress;

/// Where the keys go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyContext {
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
    /// On the page about a station.
    Page,
    /// In the payload editor.
    Editor,
    /// While a name or a number is asked for.
    Prompt,
    /// In the palette and other lists to choose from.
    Chooser,
    /// On the command line.
    CommandLine,
    /// While a filter is typed.
    FilterLine,
    /// In the list of actions to send.
    Picker,
    /// In the help and other texts to read.
    Reading,
    /// While a text to read is searched.
    Search,
    /// At a question.
    Question,
}

impl KeyContext {
    /// All contexts, in the order of the help.
    pub const ALL: [KeyContext; 15] = [
        KeyContext::Stations,
        KeyContext::Trace,
        KeyContext::Message,
        KeyContext::Panes,
        KeyContext::Page,
        KeyContext::Editor,
        KeyContext::Prompt,
        KeyContext::CommandLine,
        KeyContext::FilterLine,
        KeyContext::Picker,
        KeyContext::Chooser,
        KeyContext::Reading,
        KeyContext::Search,
        KeyContext::Question,
        KeyContext::Everywhere,
    ];

    /// The heading in the help.
    pub const fn title(self) -> &'static str {
        match self {
            KeyContext::Everywhere => "Everywhere",
            KeyContext::Panes => "In every pane",
            KeyContext::Stations => "Stations",
            KeyContext::Trace => "Trace",
            KeyContext::Message => "Message",
            KeyContext::Page => "Station page",
            KeyContext::Editor => "Payload editor",
            KeyContext::CommandLine => "Command line",
            KeyContext::FilterLine => "Filter, search, time",
            KeyContext::Prompt => "Name or number",
            KeyContext::Picker => "List of actions",
            KeyContext::Chooser => "Palette",
            KeyContext::Reading => "Help",
            KeyContext::Search => "Search in the help",
            KeyContext::Question => "Question",
        }
    }

    /// Whether text is typed in it, so that a key that writes something cannot do anything else.
    pub const fn takes_text(self) -> bool {
        matches!(
            self,
            KeyContext::Everywhere
                | KeyContext::Editor
                | KeyContext::Prompt
                | KeyContext::CommandLine
                | KeyContext::FilterLine
                | KeyContext::Picker
                | KeyContext::Chooser
                | KeyContext::Search
        )
    }

    /// The contexts whose keys work while this one has the keyboard, nearest first.
    pub const fn reach(self) -> &'static [KeyContext] {
        match self {
            KeyContext::Stations => &[KeyContext::Stations, KeyContext::Panes, KeyContext::Everywhere],
            KeyContext::Trace => &[KeyContext::Trace, KeyContext::Panes, KeyContext::Everywhere],
            KeyContext::Message => &[KeyContext::Message, KeyContext::Panes, KeyContext::Everywhere],
            KeyContext::Page => &[KeyContext::Page, KeyContext::Everywhere],
            KeyContext::Editor => &[KeyContext::Editor, KeyContext::Everywhere],
            KeyContext::CommandLine => &[KeyContext::CommandLine, KeyContext::Everywhere],
            KeyContext::FilterLine => &[KeyContext::FilterLine, KeyContext::Everywhere],
            KeyContext::Picker => &[KeyContext::Picker, KeyContext::Everywhere],
            KeyContext::Prompt => &[KeyContext::Prompt, KeyContext::Everywhere],
            KeyContext::Chooser => &[KeyContext::Chooser, KeyContext::Everywhere],
            KeyContext::Search => &[KeyContext::Search, KeyContext::Everywhere],
            KeyContext::Reading => &[KeyContext::Reading, KeyContext::Everywhere],
            KeyContext::Question => &[KeyContext::Question, KeyContext::Everywhere],
            KeyContext::Panes => &[KeyContext::Panes, KeyContext::Everywhere],
            KeyContext::Everywhere => &[KeyContext::Everywhere],
        }
    }
}

/// One line of the table.
#[derive(Debug)]
pub struct ActionRow {
    /// The action.
    pub action: Action,
    /// Where its keys work.
    pub context: KeyContext,
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
        pub static TABLE: &[ActionRow] = &[$(ActionRow {
            action: Action::$action, context: KeyContext::$context, help: $help, hint: $hint, keys: &[$($key),+],
        },)+];
    };
}

actions! {
    NarrowTrace, Stations, "only its trace", "Show only this station in the trace; again or Esc: all stations", ["enter"];
    Compose, Stations, "new call", "Choose an action and edit the payload of a call to this station or to the marked ones", ["e", "x"];
    Mark, Stations, "mark", "Mark the station as a target of calls, or unmark it", ["m"];
    UnmarkAll, Stations, "", "Unmark all stations", ["M"];
    MarkShown, Stations, "", "Mark all stations that are shown, or unmark them", ["*"];
    Page, Stations, "page", "Show all that is known of the station", ["o"];
    Sort, Stations, "sort", "Sort by the next column, then by identity again", ["s"];
    SortReverse, Stations, "", "Turn the order round", ["S"];

    OpenMessage, Trace, "read", "Go to the message pane", ["enter"];
    Resend, Trace, "edit & resend", "Edit the payload of this frame and send it again", ["e", "r"];
    ComposeFromTrace, Trace, "new call", "Choose an action and edit a call to the station of this line", ["x"];
    MarkFromTrace, Trace, "", "Mark the station of this line as a target, or unmark it", ["m"];
    View, Trace, "view", "One line an event, one line an exchange, or a ladder of one station", ["v"];
    Find, Trace, "find", "Find lines and leave the others where they are", ["f"];
    FindNext, Trace, "", "Next line that is found", ["n"];
    FindPrevious, Trace, "", "Previous line that is found", ["N"];
    NextError, Trace, "error", "Next error: an error frame, an invalid frame, a timeout, a refused handshake", ["."];
    PreviousError, Trace, "", "Previous error", [","];
    NextOfStation, Trace, "", "Next line of the same station", ["}"];
    PreviousOfStation, Trace, "", "Previous line of the same station", ["{"];
    NextOfAction, Trace, "", "Next line of the same action", [")"];
    PreviousOfAction, Trace, "", "Previous line of the same action", ["("];
    Time, Trace, "", "Go to a time", ["@"];
    Bookmark, Trace, "", "Put a bookmark on the line, or take it away", ["b"];
    NextBookmark, Trace, "", "Next bookmark", ["'"];
    PreviousBookmark, Trace, "", "Previous bookmark", ["\""];
    SaveScenario, Trace, "", "Save the lines with bookmarks, or those that are shown, as a test script", ["S"];
    Pings, Trace, "", "Show pings and pongs, or hide them", ["p"];
    PageFromTrace, Trace, "", "Show all that is known of the station of this line", ["o"];
    NextPartner, Trace, "", "Jump from the call to its answer", ["]"];
    PreviousPartner, Trace, "", "Jump from the answer to its call", ["["];

    ResendMessage, Message, "edit & resend", "Edit the payload of this frame and send it again", ["e", "r"];
    ComposeFromMessage, Message, "", "Choose an action and edit a call to the station of this message", ["x"];
    NextTab, Message, "view", "Next view: pretty, raw, tree, checks, timing, difference", ["v"];
    PreviousTab, Message, "", "Previous view", ["V"];
    Open, Message, "", "In the tree: fold or unfold; in the checks: show the place", ["enter"];
    Left, Message, "", "Scroll to the left", ["h", "left"];
    Right, Message, "", "Scroll to the right", ["l", "right"];
    NextPartnerMessage, Message, "answer", "Show the answer to this call", ["]"];
    PreviousPartnerMessage, Message, "call", "Show the call of this answer", ["["];

    CommandLine, Panes, "command", "Type a command", [":"];
    Palette, Panes, "palette", "The palette: choose from everything, commands, calls, actions, stations, themes", ["ctrl-p"];
    Filter, Panes, "filter", "Filter the stations or the trace while you type", ["/"];
    Follow, Panes, "follow", "Follow the newest line of the trace, or stop following", ["F"];
    Pause, Panes, "pause", "Hold the trace still; the network goes on", ["space"];
    Held, Panes, "", "The frames that wait: edit one and let it go, release, answer or drop them", ["w"];
    Copy, Panes, "copy", "Copy the payload of the selected message", ["y"];
    CopyAs, Panes, "", "Copy the whole frame, the payload laid out, or the command that sends it", ["Y"];
    Back, Panes, "", "Stop repeating; step back: zoom, then filter, then the single station", ["esc"];
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
    Wider, Panes, "", "Make the stations pane wider, in a narrow window higher", [">"];
    Narrower, Panes, "", "Make the stations pane narrower, in a narrow window lower", ["<"];
    Higher, Panes, "", "Make the message pane higher", ["+", "="];
    Lower, Panes, "", "Make the message pane lower", ["-"];
    ResetLayout, Panes, "", "Give all panes their usual sizes", ["0"];
    Theme, Panes, "", "Choose a theme; the screen shows the one that is selected", ["t"];
    OtherBackground, Panes, "", "Change between the dark and the light variant of the theme", ["T"];
    Mouse, Panes, "", "Leave the mouse to the terminal, for selecting text, or take it back", ["F12"];
    EventLog, Panes, "", "Read what was told: notes, failures and messages that have gone", ["E"];
    Help, Panes, "help", "Show the keys", ["?", "F1"];
    Quit, Panes, "quit", "Quit; asks when calls are in flight", ["q"];

    Send, Editor, "send", "Send; an invalid payload needs it twice", ["F5", "ctrl-s", "alt-enter", "ctrl-enter"];
    AcceptCompletion, Editor, "complete", "Accept the proposal, or propose what may stand here", ["tab"];
    PreviousCompletion, Editor, "", "Previous proposal", ["backtab"];
    Format, Editor, "format", "Lay the payload out anew", ["ctrl-f"];
    Source, Editor, "source", "Begin with another text: sample, required fields, last sent, selected frame, favourite, draft", ["ctrl-o"];
    SendKeep, Editor, "", "Send and keep the editor open", ["F4"];
    Repeat, Editor, "repeat", "Send several times: asks how often and how fast", ["F6"];
    Favourite, Editor, "", "Save the text as a favourite, under a name", ["F2"];
    Raw, Editor, "", "Edit the whole frame instead of the payload, or only the payload again", ["F7"];
    External, Editor, "$EDITOR", "Edit the text in the program of $VISUAL or $EDITOR", ["F3"];
    NextFinding, Editor, "", "To the next fault", ["F8"];
    PreviousFinding, Editor, "", "To the fault before", ["shift-F8", "F9"];
    Undo, Editor, "", "Undo", ["ctrl-z", "ctrl-u"];
    Redo, Editor, "", "Redo", ["ctrl-y", "ctrl-r"];
    EditorCommandLine, Editor, "", "The palette; the editor waits", ["ctrl-p"];
    EditorHelp, Editor, "keys", "Show the keys", ["F1"];
    CloseEditor, Editor, "close", "Stop repeating, close the proposals, then the editor; the draft is kept", ["esc"];

    RunCommand, CommandLine, "run", "Run the command", ["enter"];
    NextCandidate, CommandLine, "complete", "Complete, then the next proposal", ["tab"];
    PreviousCandidate, CommandLine, "", "Previous proposal", ["backtab"];
    OlderCommand, CommandLine, "history", "Older command", ["up"];
    NewerCommand, CommandLine, "", "Newer command", ["down"];
    CommandHelp, CommandLine, "keys", "Show the keys", ["F1"];
    LeaveCommandLine, CommandLine, "leave", "Close the proposals, then the command line", ["esc"];

    KeepFilter, FilterLine, "keep", "Keep the filter; find; go to the time", ["enter"];
    CompleteFilter, FilterLine, "complete", "Propose keys and values, then the next proposal", ["tab"];
    PreviousProposal, FilterLine, "", "Previous proposal", ["backtab"];
    OlderFilter, FilterLine, "history", "Older filter", ["up"];
    NewerFilter, FilterLine, "", "Newer filter", ["down"];
    FilterHelp, FilterLine, "keys", "Show the keys", ["F1"];
    DropFilter, FilterLine, "back", "Back to the filter before", ["esc"];

    PageNext, Page, "next station", "Next station", ["]", "tab"];
    PagePrevious, Page, "", "Previous station", ["[", "backtab"];
    PageNarrow, Page, "only its trace", "Close and show only this station in the trace", ["enter"];
    PageCompose, Page, "new call", "Choose an action and edit a call to this station", ["e", "x"];
    PageUpLine, Page, "", "One line up", ["k", "up"];
    PageDownLine, Page, "", "One line down", ["j", "down"];
    PagePageUp, Page, "", "One page up", ["pageup", "ctrl-u"];
    PagePageDown, Page, "scroll", "One page down", ["pagedown", "ctrl-d", "space"];
    PageTop, Page, "", "To the first line", ["g", "home"];
    PageBottom, Page, "", "To the last line", ["G", "end"];
    PageHelp, Page, "help", "Show the keys", ["?", "F1"];
    PageClose, Page, "close", "Close", ["esc", "q", "o"];

    Pick, Picker, "edit", "Edit a call of this action", ["enter", "tab"];
    PickUp, Picker, "", "One line up", ["up", "ctrl-p"];
    PickDown, Picker, "", "One line down", ["down", "ctrl-n"];
    LeavePicker, Picker, "back", "Back", ["esc"];

    Choose, Chooser, "choose", "Do what is selected", ["enter", "tab"];
    ChooseUp, Chooser, "", "One line up", ["up", "backtab"];
    ChooseDown, Chooser, "", "One line down", ["down", "ctrl-n"];
    ChoosePageUp, Chooser, "", "One page up", ["pageup"];
    ChoosePageDown, Chooser, "", "One page down", ["pagedown"];
    LeaveChooser, Chooser, "back", "Back; a theme that was only looked at goes", ["esc", "ctrl-p"];

    Answer, Prompt, "accept", "Take what is typed", ["enter"];
    LeavePrompt, Prompt, "back", "Back", ["esc"];

    Search, Reading, "search", "Search: only lines with this text", ["/"];
    ScrollTop, Reading, "", "To the first line", ["g", "home"];
    ScrollBottom, Reading, "", "To the last line", ["G", "end"];
    ScrollUp, Reading, "", "One line up", ["k", "up"];
    ScrollDown, Reading, "scroll", "One line down", ["j", "down"];
    ScrollPageUp, Reading, "", "One page up", ["pageup"];
    ScrollPageDown, Reading, "", "One page down", ["pagedown", "space"];
    CloseReading, Reading, "close", "Close", ["esc", "q", "?", "F1", "enter"];

    KeepSearch, Search, "keep", "Keep what was found", ["enter"];
    DropSearch, Search, "back", "All lines again", ["esc"];

    Confirm, Question, "yes", "Yes", ["y"];
    Decline, Question, "no", "No", ["n", "esc", "q"];

    Interrupt, Everywhere, "", "Twice: quit at once, whatever is open", ["ctrl-c"];
    Suspend, Everywhere, "", "Suspend; the shell's `fg` comes back (in the editor: undo)", ["ctrl-z"];
}

/// The keys of an entry.
pub fn keys(entry: &ActionRow) -> impl Iterator<Item = KeyPress> {
    entry.keys.iter().filter_map(|name| KeyPress::parse(name))
}

impl ActionRow {
    /// The name of the action in the settings file: `next-partner`.
    pub fn name(&self) -> String {
        let mut name = String::new();
        for character in format!("{:?}", self.action).chars() {
            if character.is_uppercase() && !name.is_empty() {
                name.push('-');
            }
            name.extend(character.to_lowercase());
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::bindings::Bindings;

    #[test]
    fn every_key_of_the_help_does_what_the_help_says() {
        for entry in TABLE {
            for name in entry.keys {
                let key = KeyPress::parse(name).unwrap_or_else(|| panic!("{name} is no key"));
                assert_eq!(KeyPress::of(&key.event()), key, "{name} is not what a terminal sends");
                assert_eq!(Bindings::default().action_of(entry.context, key), Some(entry.action), "{name}");
            }
            assert!(!entry.help.is_empty());
        }
    }

    #[test]
    fn no_key_is_bound_twice_in_a_context() {
        for context in KeyContext::ALL {
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
        let hints: Vec<_> =
            Bindings::default().hints(KeyContext::Stations).map(|(key, words)| format!("{key} {words}")).collect();
        assert_eq!(hints[..3], ["Enter only its trace", "e new call", "m mark"]);
    }
}
