//! The table of keys: in each context, the actions with their keys, their line in the help and their hint. For each context the macro
//! makes an enum of the actions that the context has, so that code that handles the context matches all of them and a row without code
//! does not compile.

use super::context::KeyContext;
use super::name::Action;
use crate::tui::key::KeyPress;

/// One row of the table.
#[derive(Debug)]
pub struct ActionRow {
    /// The action as its context handles it.
    pub bound: ContextAction,
    /// Where its keys work.
    pub context: KeyContext,
    /// What it does, for the help.
    pub help: &'static str,
    /// One or two words for the status line; an empty hint is not shown.
    pub hint: &'static str,
    /// Its default keys, the one to show first.
    pub keys: &'static [&'static str],
    /// The name in earlier settings files, where it is not that of the action.
    alias: Option<&'static str>,
}

macro_rules! first {
    () => {
        None
    };
    ($value:literal) => {
        Some($value)
    };
}

macro_rules! table {
    ($($context:ident ($actions:ident) {
        $($action:ident $(as $alias:literal)?, $hint:literal, $help:literal, [$($key:literal),+];)+
    })+) => {
        $(
            #[doc = concat!("The actions of [`KeyContext::", stringify!($context), "`].")]
            #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
            pub enum $actions {
                $(#[doc = $help] $action,)+
            }
        )+

        /// An action together with the context that handles it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ContextAction {
            $(#[doc = concat!("In [`KeyContext::", stringify!($context), "`].")] $context($actions),)+
        }

        impl ContextAction {
            /// Which action it is, whatever the context.
            pub const fn action(self) -> Action {
                match self {
                    $($(ContextAction::$context($actions::$action) => Action::$action,)+)+
                }
            }
        }

        /// The table, in the order of the help; within a context the order is also that of the hints.
        pub static TABLE: &[ActionRow] = &[$($(ActionRow {
            bound: ContextAction::$context($actions::$action),
            context: KeyContext::$context,
            help: $help,
            hint: $hint,
            keys: &[$($key),+],
            alias: first!($($alias)?),
        },)+)+];
    };
}

table! {
    Stations (StationsAction) {
        NarrowTrace, "only its trace", "Show only its trace; again or Esc: all. A group opens or closes", ["enter"];
        Compose, "new call", "Choose an action and edit the payload of a call to this station or to the marked ones", ["e", "x"];
        Mark, "mark", "Mark the station as a target of calls, or unmark it, and go to the next", ["m"];
        MarkDown, "", "Mark the station and go down: marks several in a row", ["shift-down"];
        MarkUp, "", "Mark the station and go up", ["shift-up"];
        MarkRange, "", "Mark all stations from the last one that was marked to this one", ["R"];
        UnmarkAll, "unmark", "Unmark all stations", ["M"];
        MarkShown, "", "Mark all stations that are shown, or unmark them", ["*"];
        StationDetails as "page", "page", "Show all that is known of the station", ["o"];
        Sort, "sort", "Sort by the next column, then by identity again", ["s"];
        SortReverse, "", "Turn the order round", ["S"];
        Columns, "columns", "Choose and order the columns", ["c"];
        ForgetGone, "", "Take the stations that are gone out of the list, until they come back", ["D"];
    }
    Trace (TraceAction) {
        OpenMessage, "read", "Go to the message pane", ["enter"];
        Resend, "edit & resend", "Edit the payload of this frame and send it again", ["e", "r"];
        Compose as "compose-from-trace", "new call", "Choose an action and edit a call to the station of this line", ["x"];
        Mark as "mark-from-trace", "", "Mark the station of this line as a target, or unmark it", ["m"];
        View, "view", "One line an exchange, one line an event, or a ladder of one station", ["v"];
        Json, "json", "Show the JSON of messages in the lines instead of what they mean, or what they mean again", ["a"];
        TimeFormat, "", "Next form of times: local, UTC, since the start, since the line above, since the last bookmark", ["C"];
        Left as "left-trace", "", "Scroll the texts of the lines to the left", ["h", "left"];
        Right as "right-trace", "", "Scroll the texts of the lines to the right", ["l", "right"];
        Find, "find", "Find lines and leave the others where they are", ["f"];
        FindNext, "", "Next line that is found", ["n"];
        FindPrevious, "", "Previous line that is found", ["N"];
        NextError, "error", "Next error: an error frame, an invalid frame, a timeout, a refused handshake", ["."];
        PreviousError, "", "Previous error", [","];
        NextOfStation, "", "Next line of the same station", ["}"];
        PreviousOfStation, "", "Previous line of the same station", ["{"];
        NextOfAction, "", "Next line of the same action", [")"];
        PreviousOfAction, "", "Previous line of the same action", ["("];
        OnlyThis, "only this", "Show only lines like this one: of its action, station, kind, transaction, id", ["i"];
        NotThis, "not this", "Hide lines like this one", ["I"];
        HoldLike, "", "Hold frames like this one before they go out or are handled", ["H"];
        KeepAnswer, "", "Keep this answer as a rule: write the command that answers so from now on", ["A"];
        Time, "", "Go to a time", ["@"];
        Bookmark, "", "Put a bookmark on the line, or take it away", ["b"];
        NextBookmark, "", "Next bookmark", ["`"];
        PreviousBookmark, "", "Previous bookmark", ["~"];
        SaveScenario, "", "Save the lines with bookmarks, or those that are shown, as a test script", ["S"];
        ExportRecords, "", "Write the lines with bookmarks, or those that are shown, into a file: a report, a table, packets", ["X"];
        Pings, "", "Show pings and pongs, or hide them", ["p"];
        StationDetails as "page-from-trace", "", "Show all that is known of the station of this line", ["o"];
        NextPartner, "answer", "Jump from the call to its answer", ["]"];
        PreviousPartner, "call", "Jump from the answer to its call", ["["];
        NextRecord as "next-record", "", "Next record, and its message from the top", ["J"];
        PreviousRecord as "previous-record", "", "Previous record, and its message from the top", ["K"];
        Compare as "compare", "", "Difference of the two lines with bookmarks, or of this one and the bookmark put last", ["d"];
    }
    Message (MessageAction) {
        Resend as "resend-message", "edit & resend", "Edit the payload of this frame and send it again", ["e", "r"];
        Compose as "compose-from-message", "", "Choose an action and edit a call to the station of this message", ["x"];
        NextTab, "view", "Next view: exchange, pretty, raw, tree, checks, timing, difference, lens (as another version)", ["v"];
        PreviousTab, "", "Previous view", ["V"];
        Open, "", "In the tree: fold or unfold; in the checks: show the place; elsewhere: the tree", ["enter"];
        Left, "", "Scroll to the left", ["h", "left"];
        Right, "", "Scroll to the right", ["l", "right"];
        NextPartner as "next-partner-message", "answer", "Show the answer to this call", ["]"];
        PreviousPartner as "previous-partner-message", "call", "Show the call of this answer", ["["];
        NextRecord as "next-record-message", "next", "Next record of the trace, from its top", ["J"];
        PreviousRecord as "previous-record-message", "", "Previous record of the trace, from its top", ["K"];
        Search as "search-message", "search", "Search inside the message", ["ctrl-f"];
        FindNext as "find-next-message", "", "Next place that the search finds", ["n"];
        FindPrevious as "find-previous-message", "", "Previous place that the search finds", ["N"];
        Wrap, "", "Wrap long lines, or let them end at the edge", ["W"];
        Compare as "compare-message", "", "Difference of the two lines with bookmarks, or of this one and the bookmark put last; again: to the previous one of its kind", ["d"];
        OnlyThis as "only-this-value", "", "In the tree: show only messages with the selected value in the trace", ["i"];
    }
    Panes (PanesAction) {
        CommandLine, "command", "Type a command", [":"];
        Palette, "palette", "The palette: choose from everything, commands, calls, actions, stations, themes", ["ctrl-p"];
        Filter, "filter", "Filter the stations or the trace while you type", ["/"];
        Follow, "follow", "Follow the newest line of the trace, or stop following", ["F"];
        Pause, "pause", "Hold the trace still; the network goes on", ["space"];
        LastFilter, "", "Apply the last filter of the trace again, or the one before", ["'"];
        Undo as "undo-view", "", "Undo the last change of a filter, of marks, of a clear", ["u"];
        ClearTrace, "", "Clear: hide all records up to now", ["Z"];
        Held, "waiting", "The frames that wait: edit one and let it go, release, answer or drop them", ["w"];
        BothEnds, "", "Show the ends of our charge points too where both ends of a link are in this console, or hide them", ["alt-e"];
        Rules, "", "List the answer rules: edit or remove one", ["alt-r"];
        Misbehaviours, "", "List what is done wrong on purpose: edit one or switch it off", ["alt-m"];
        Copy, "copy", "Copy the payload of the selected message", ["y"];
        CopyAs, "", "Copy the whole frame, the payload laid out, or the command that sends it", ["Y"];
        Back, "", "Stop repeating; step back: from the message, zoom, filter, ladder, the single station", ["esc"];
        NextPane, "", "Next pane", ["tab"];
        PreviousPane, "", "Previous pane", ["backtab"];
        StationsPane, "", "Stations pane", ["1"];
        TracePane, "", "Trace pane", ["2"];
        MessagePane, "", "Message pane", ["3"];
        Transactions, "", "All transactions: energy, power, charts, and what is missing or odd", ["4"];
        Statistics, "", "Statistics: calls, errors, latencies, bytes and heartbeats, by action and by station", ["5"];
        Faults, "", "All faults in groups: invalid messages, errors, timeouts, refused links", ["6"];
        Up, "", "One line up", ["k", "up"];
        Down, "", "One line down", ["j", "down"];
        PageUp, "", "One page up", ["pageup", "ctrl-u"];
        PageDown, "", "One page down", ["pagedown", "ctrl-d"];
        Top, "", "To the first line", ["g", "home"];
        Bottom, "", "To the last line; in the trace: follow", ["G", "end"];
        Zoom, "zoom", "Give this pane the whole screen, or back", ["z"];
        Configuration, "", "The configuration keys of the selected station as a table; in OCPP 2.x its device model", ["7"];
        Profiles, "", "The charging profiles of the selected station, with charts of the limits", ["8"];
        Connection, "", "The connection of the selected line or station: why it failed, steps, TLS, certificates, HTTP", ["9"];
        Replay, "", "The replay: its steps, and what is different from the record", ["B"];
        Plugins, "", "List the plugins with their memory and errors", ["P"];
        Wider, "", "Make the stations pane wider, in a narrow window higher", [">"];
        Narrower, "", "Make the stations pane narrower, in a narrow window lower", ["<"];
        Higher, "", "Make the message pane higher", ["+", "="];
        Lower, "", "Make the message pane lower", ["-"];
        ResetLayout, "", "Restore the default sizes of all panes", ["0"];
        Theme, "", "Choose a theme; the screen shows the one that is selected", ["t"];
        OtherBackground, "", "Change between the dark and the light variant of the theme", ["T"];
        Mouse, "", "Leave the mouse to the terminal, for selecting text, or take it back", ["F12"];
        EventLog, "", "Show past messages: notes, failures and toasts", ["E"];
        Help, "help", "Show the keys", ["?", "F1"];
        Legend, "", "The legend: what the letters and signs mean, and filters with examples", ["L"];
        Redraw, "", "Draw the whole screen again, after something else wrote over it", ["ctrl-l"];
        Quit, "quit", "Leave the whole screen for one pane, or quit; asks when calls wait or events would be lost", ["q"];
        QuitAtOnce, "", "Quit at once, without a question", ["Q"];
    }
    Editor (EditorAction) {
        Send, "send", "Send; an invalid payload needs it twice", ["F5", "ctrl-s", "alt-enter", "ctrl-enter"];
        Complete as "accept-completion", "complete", "Accept the proposal, or propose what may stand here", ["tab"];
        PreviousProposal as "previous-completion", "", "Previous proposal", ["backtab"];
        CompleteAll, "", "Propose all that may stand here, whatever is typed", ["ctrl-space"];
        PreviousValue, "", "Previous value of an enumeration; one more of a number", ["alt-up"];
        NextValue, "", "Next value of an enumeration; one less of a number", ["alt-down"];
        Format, "format", "Lay the payload out anew", ["ctrl-f"];
        Source, "source", "Begin with another text: sample, required fields, empty, last sent, selected frame, favourite, draft", ["ctrl-o"];
        SendKeep, "", "Send and keep the editor open", ["F4"];
        Repeat, "repeat", "Send several times: asks how often and how fast", ["F6"];
        Favourite, "", "Save the text as a favourite, under a name", ["F2"];
        Raw, "", "Edit the whole frame instead of the payload, or only the payload again", ["F7"];
        External, "$EDITOR", "Edit the text in the program of $VISUAL or $EDITOR", ["F3"];
        NextFinding, "", "To the next fault", ["F8"];
        PreviousFinding, "", "To the fault before", ["shift-F8", "F9"];
        Undo, "", "Undo", ["ctrl-z", "ctrl-u"];
        Redo, "", "Redo", ["ctrl-y", "ctrl-r"];
        SelectAll, "", "Select the whole text", ["ctrl-a"];
        Clear, "", "Remove the whole text", ["alt-c"];
        CopySelection, "", "Copy what is selected", ["alt-w"];
        Cut, "", "Cut what is selected", ["ctrl-x"];
        Insert, "", "Insert what was cut or copied last", ["ctrl-v"];
        Palette as "editor-command-line", "", "The palette; the editor waits", ["ctrl-p"];
        Help as "editor-help", "keys", "Show the keys", ["F1"];
        Close as "close-editor", "close", "Stop repeating, close the proposals, then the editor; the draft is kept", ["esc"];
    }
    CommandLine (CommandLineAction) {
        Accept as "run-command", "run", "Run the command", ["enter"];
        Complete as "next-candidate", "complete", "Complete, then the next proposal", ["tab"];
        PreviousProposal as "previous-candidate", "", "Previous proposal", ["backtab"];
        Older as "older-command", "history", "Older command", ["up"];
        Newer as "newer-command", "", "Newer command", ["down"];
        SearchHistory, "search", "Search the history: type some letters of an earlier command", ["ctrl-r"];
        Help as "command-help", "keys", "Show the keys", ["F1"];
        Close as "leave-command-line", "leave", "Close the proposals, then the command line", ["esc"];
    }
    FilterLine (FilterLineAction) {
        Accept as "keep-filter", "keep", "Keep the filter; find; go to the time", ["enter"];
        Complete as "complete-filter", "complete", "Propose keys and values, then the next proposal", ["tab"];
        PreviousProposal, "", "Previous proposal", ["backtab"];
        Older as "older-filter", "history", "Older filter", ["up"];
        Newer as "newer-filter", "", "Newer filter", ["down"];
        Help as "filter-help", "help", "The filter language with examples, and the keys", ["F1"];
        Close as "drop-filter", "back", "Back to the filter before", ["esc"];
    }
    StationDetails (StationDetailsAction) {
        NextStation as "page-next", "next station", "Next station", ["]", "tab"];
        PreviousStation as "page-previous", "", "Previous station", ["[", "backtab"];
        NarrowTrace as "page-narrow", "only its trace", "Close and show only this station in the trace", ["enter"];
        Compose as "page-compose", "new call", "Choose an action and edit a call to this station", ["e", "x"];
        Palette as "page-palette", "", "The palette; the page waits", ["ctrl-p"];
        Plug as "hands-plug", "", "Plug a car in at the selected connector of a simulated machine, or take it out", ["p"];
        Card as "hands-card", "", "Hold a card to its reader: type which, then Enter", ["c"];
        CarSuspend as "hands-car", "", "Let the car want nothing for now, or be ready again", ["v"];
        CarFull as "hands-car-full", "", "Let the battery of the car be full", ["V"];
        Fault as "hands-fault", "", "Break the connector, or repair it", ["f"];
        Lock as "hands-lock", "", "Break the lock of the connector, or repair it", ["l"];
        Limit as "hands-limit", "", "Limit what the driver wants: type how much energy, time, cost or charge, then Enter", ["L"];
        Fail as "hands-fail", "", "Let a transfer, a check of firmware or a reset fail: type which, then Enter", ["F"];
        Bay as "hands-bay", "", "Park a car in the bay of the connector, or let it leave", ["b"];
        Power as "hands-power", "", "Cut the power of the machine, or give it back", ["w"];
        Network as "hands-network", "", "Cut the network of the machine, or restore it", ["n"];
        NextConnector as "hands-next-connector", "", "Next connector of the machine", ["right"];
        PreviousConnector as "hands-previous-connector", "", "Previous connector", ["left"];
        Up as "page-up-line", "", "One line up", ["k", "up"];
        Down as "page-down-line", "", "One line down", ["j", "down"];
        PageUp as "page-page-up", "", "One page up", ["pageup", "ctrl-u"];
        PageDown as "page-page-down", "scroll", "One page down", ["pagedown", "ctrl-d", "space"];
        Top as "page-top", "", "To the first line", ["g", "home"];
        Bottom as "page-bottom", "", "To the last line", ["G", "end"];
        Connection as "page-connection", "connection", "Its last attempt to connect: why it failed, steps, TLS, certificates, HTTP", ["9"];
        Help as "page-help", "help", "Show the keys", ["?", "F1"];
        Close as "page-close", "close", "Close", ["esc", "q", "o"];
    }
    Overview (OverviewAction) {
        ShowFrames, "its frames", "Close and show only the frames of this row in the trace", ["enter"];
        Filter as "overview-filter", "filter", "Filter the rows while you type: a word in a cell, or a filter that a frame of the row passes", ["/"];
        Sort as "overview-sort", "sort", "Sort by the next column, then in the default order again", ["s"];
        SortReverse as "overview-sort-reverse", "", "Turn the order round", ["S"];
        NextTab as "overview-next", "next page", "Next page", ["tab", "]"];
        PreviousTab as "overview-previous", "", "Previous page", ["backtab", "["];
        Transactions as "overview-transactions", "", "The transactions", ["4"];
        Statistics as "overview-statistics", "", "The statistics by action; again: by station", ["5"];
        Faults as "overview-faults", "", "The faults", ["6"];
        StationDetails as "overview-station", "station", "Show all that is known of the station of this row", ["o"];
        Connection as "overview-connection", "", "The attempt to connect of this row: why it failed, steps, TLS, certificates, HTTP", ["9"];
        Export, "write", "Write the rows into a file: Markdown, CSV or JSON", ["w"];
        Up as "overview-up", "", "One line up", ["k", "up"];
        Down as "overview-down", "", "One line down", ["j", "down"];
        PageUp as "overview-page-up", "", "One page up", ["pageup", "ctrl-u"];
        PageDown as "overview-page-down", "", "One page down", ["pagedown", "ctrl-d", "space"];
        Top as "overview-top", "", "To the first row", ["g", "home"];
        Bottom as "overview-bottom", "", "To the last row", ["G", "end"];
        CommandLine as "overview-command-line", "", "Type a command", [":"];
        Palette as "overview-palette", "", "The palette", ["ctrl-p"];
        StationsPane as "overview-stations", "", "Close and go to the stations", ["1"];
        TracePane as "overview-trace", "", "Close and go to the trace", ["2"];
        MessagePane as "overview-message", "", "Close and go to the message", ["3"];
        Help as "overview-help", "help", "Show the keys", ["?", "F1"];
        Back as "overview-back", "back", "Clear the filter, then close", ["esc"];
        Close as "overview-close", "", "Close", ["q"];
    }
    ActionPicker (ActionPickerAction) {
        Accept as "pick", "edit", "Edit a call of this action", ["enter", "tab"];
        Up as "pick-up", "", "One line up", ["up", "ctrl-p"];
        Down as "pick-down", "", "One line down", ["down", "ctrl-n"];
        Close as "leave-picker", "back", "Back", ["esc"];
    }
    Configuration (ConfigurationAction) {
        Accept as "change-key", "change", "Change the value: ChangeConfiguration", ["enter", "e"];
        Palette as "keys-palette", "", "The palette; the page waits", ["ctrl-p"];
        Refresh as "ask-keys", "ask again", "Ask the station for all keys: GetConfiguration", ["r"];
        Search as "search-keys", "search", "Show only keys with a text in name, value or meaning", ["/"];
        Compare as "compare-keys", "compare", "Compare with the other marked station, or with one of a list", ["d"];
        Differences as "differences", "", "Show only keys that differ, or all", ["D"];
        NextStation as "keys-next", "next station", "Next station", ["]", "tab"];
        PreviousStation as "keys-previous", "", "Previous station", ["[", "backtab"];
        Up as "keys-up", "", "One line up", ["k", "up"];
        Down as "keys-down", "", "One line down", ["j", "down"];
        PageUp as "keys-page-up", "", "One page up", ["pageup", "ctrl-u"];
        PageDown as "keys-page-down", "", "One page down", ["pagedown", "ctrl-d", "space"];
        Top as "keys-top", "", "To the first line", ["g", "home"];
        Bottom as "keys-bottom", "", "To the last line", ["G", "end"];
        Help as "keys-help", "help", "Show the keys", ["?", "F1"];
        Close as "keys-close", "close", "Clear the search, end the comparison, close", ["esc", "q", "7"];
    }
    DeviceModel (DeviceModelAction) {
        Accept as "change-variable", "change", "Change the value: SetVariables; open or shut a component", ["enter", "e"];
        Palette as "model-palette", "", "The palette; the page waits", ["ctrl-p"];
        Refresh as "ask-report", "ask again", "Ask the station for a full report: GetBaseReport", ["r"];
        ReadVariable, "read", "Read the selected variable, or those of the component: GetVariables", ["v"];
        Search as "search-variables", "search", "Show only variables with a text in component, name, value or type", ["/"];
        Compare as "compare-models", "compare", "Compare with the other marked station, or with one of a list", ["d"];
        NewMonitor, "monitor", "Edit a SetVariableMonitoring for the selected variable", ["m"];
        AskMonitors, "", "Ask the station for its monitors: GetMonitoringReport", ["M"];
        Differences as "model-differences", "", "Show only variables that differ, or all", ["D"];
        Unfold, "", "Open the component", ["right", "l"];
        Fold, "", "Shut the component", ["left", "h"];
        UnfoldAll, "", "Open all components, or shut them", ["*"];
        NextStation as "model-next", "next station", "Next station", ["]", "tab"];
        PreviousStation as "model-previous", "", "Previous station", ["[", "backtab"];
        Up as "model-up", "", "One line up", ["k", "up"];
        Down as "model-down", "", "One line down", ["j", "down"];
        PageUp as "model-page-up", "", "One page up", ["pageup", "ctrl-u"];
        PageDown as "model-page-down", "", "One page down", ["pagedown", "ctrl-d", "space"];
        Top as "model-top", "", "To the first line", ["g", "home"];
        Bottom as "model-bottom", "", "To the last line", ["G", "end"];
        Help as "model-help", "help", "Show the keys", ["?", "F1"];
        Close as "model-close", "close", "Clear the search, end the comparison, close", ["esc", "q", "7"];
    }
    Profiles (ProfilesAction) {
        Accept as "edit-profile", "edit & resend", "Edit the selected profile and send it again", ["enter", "e"];
        Compose as "new-profile", "new", "Edit a new SetChargingProfile", ["n", "x"];
        Palette as "profiles-palette", "", "The palette; the page waits", ["ctrl-p"];
        WhatIf, "what if", "Count the draft of a SetChargingProfile as installed, or not", ["i"];
        Refresh as "ask-schedule", "ask the station", "Ask the station for its own composite schedule", ["r"];
        ClearProfile, "remove", "Edit a ClearChargingProfile for the selected profile", ["d"];
        NextConnector as "profiles-next-connector", "connector", "Next connector; 0 is the station as a whole", ["right", "l"];
        PreviousConnector as "profiles-previous-connector", "", "Previous connector", ["left", "h"];
        ChartWindow, "time", "The next hour, day or week", ["w"];
        ChartUnit, "A/W", "Amperes or watts", ["u"];
        GridSupply, "grid", "Assume another connection to the grid", ["s"];
        NextStation as "profiles-next", "", "Next station", ["]", "tab"];
        PreviousStation as "profiles-previous", "", "Previous station", ["[", "backtab"];
        Up as "profiles-up", "", "One line up", ["k", "up"];
        Down as "profiles-down", "", "One line down", ["j", "down"];
        Help as "profiles-help", "help", "Show the keys", ["?", "F1"];
        Close as "profiles-close", "close", "Close", ["esc", "q", "8"];
    }
    ConnectionPage (ConnectionPageAction) {
        OlderAttempt, "older", "The attempt before, of the same station, identity or address", ["[", "left", "h"];
        NewerAttempt, "newer", "The attempt behind", ["]", "right", "l"];
        ListAttempts, "all attempts", "Choose from all attempts that were refused, and those of this station", ["a", "/"];
        ShowRecord, "in the trace", "Close and select its line in the trace", ["enter"];
        NextStation as "connection-next", "", "Next station", ["tab"];
        PreviousStation as "connection-previous", "", "Previous station", ["backtab"];
        Palette as "connection-palette", "", "The palette; the page waits", ["ctrl-p"];
        Up as "connection-up", "", "One line up", ["k", "up"];
        Down as "connection-down", "", "One line down", ["j", "down"];
        PageUp as "connection-page-up", "", "One page up", ["pageup", "ctrl-u"];
        PageDown as "connection-page-down", "scroll", "One page down", ["pagedown", "ctrl-d", "space"];
        Top as "connection-top", "", "To the first line", ["g", "home"];
        Bottom as "connection-bottom", "", "To the last line", ["G", "end"];
        Help as "connection-help", "help", "Show the keys", ["?", "F1"];
        Close as "connection-close", "close", "Close", ["esc", "q", "9"];
    }
    ReplayPage (ReplayPageAction) {
        SendNext as "replay-send", "send", "Send the message that waits, step by step", ["space"];
        NextDifference as "replay-next-difference", "difference", "The next step that is different", ["n", "]"];
        PreviousDifference as "replay-previous-difference", "", "The one before that is different", ["N", "["];
        ShowRecord as "replay-record", "in the trace", "Close and select the message of the step in the trace", ["enter"];
        Palette as "replay-palette", "", "The palette; the page waits", ["ctrl-p"];
        Up as "replay-up", "", "One line up", ["k", "up"];
        Down as "replay-down", "", "One line down", ["j", "down"];
        PageUp as "replay-page-up", "", "One page up", ["pageup", "ctrl-u"];
        PageDown as "replay-page-down", "", "One page down", ["pagedown", "ctrl-d"];
        Top as "replay-top", "", "To the first line", ["g", "home"];
        Bottom as "replay-bottom", "", "To the last line", ["G", "end"];
        Help as "replay-help", "help", "Show the keys", ["?", "F1"];
        Close as "replay-close", "close", "Close; the replay goes on", ["esc", "q", "B"];
    }
    HeldPane (HeldPaneAction) {
        Accept as "held-edit", "edit", "Edit the payload and let the frame go on with it", ["enter", "e"];
        Release, "release", "Let the frame go on as it is", ["r"];
        AnswerError, "error", "Answer with an error: choose its code", ["x"];
        AnswerLate, "late", "Answer late: type after which time", ["l"];
        Drop, "drop", "Forget the frame: it is never sent or answered", ["d"];
        ReleaseAll, "release all", "Let all frames go on as they are", ["a"];
        Up as "held-up", "", "One line up", ["k", "up"];
        Down as "held-down", "", "One line down", ["j", "down"];
        PageUp as "held-page-up", "", "One page up", ["pageup", "ctrl-u"];
        PageDown as "held-page-down", "", "One page down", ["pagedown", "ctrl-d", "space"];
        Top as "held-top", "", "To the first line", ["g", "home"];
        Bottom as "held-bottom", "", "To the last line", ["G", "end"];
        CommandLine as "held-command-line", "command", "Type a command", [":"];
        Help as "held-help", "help", "Show the keys", ["?", "F1"];
        Close as "held-close", "close", "Close; what waits goes on waiting", ["esc", "q", "w"];
    }
    ColumnChooser (ColumnChooserAction) {
        Toggle as "toggle-column", "show or hide", "Show the column, or hide it", ["space", "enter"];
        ShiftUp as "column-up", "", "Move the column to the left", ["K", "shift-up"];
        ShiftDown as "column-down", "move", "Move the column to the right", ["J", "shift-down"];
        ResetColumns, "default", "Restore the default columns", ["0"];
        Up as "columns-up", "", "One line up", ["k", "up"];
        Down as "columns-down", "", "One line down", ["j", "down"];
        Close as "leave-columns", "close", "Close", ["esc", "q", "c"];
    }
    Palette (PaletteAction) {
        Accept as "choose", "choose", "Do what is selected", ["enter", "tab"];
        Up as "choose-up", "", "One line up", ["up", "backtab"];
        Down as "choose-down", "", "One line down", ["down", "ctrl-n"];
        PageUp as "choose-page-up", "", "One page up", ["pageup"];
        PageDown as "choose-page-down", "", "One page down", ["pagedown"];
        Close as "leave-chooser", "back", "Back; a theme that was only looked at goes", ["esc", "ctrl-p"];
    }
    Prompt (PromptAction) {
        Accept as "answer", "accept", "Take what is typed", ["enter"];
        Close as "leave-prompt", "back", "Back", ["esc"];
    }
    Pager (PagerAction) {
        Search, "search", "Search: only lines with this text", ["/"];
        Top as "scroll-top", "", "To the first line", ["g", "home"];
        Bottom as "scroll-bottom", "", "To the last line", ["G", "end"];
        Up as "scroll-up", "", "One line up", ["k", "up"];
        Down as "scroll-down", "scroll", "One line down", ["j", "down"];
        PageUp as "scroll-page-up", "", "One page up", ["pageup"];
        PageDown as "scroll-page-down", "", "One page down", ["pagedown", "space"];
        Close as "close-reading", "close", "Close", ["esc", "q", "?", "F1", "enter"];
    }
    PagerSearch (PagerSearchAction) {
        Accept as "keep-search", "keep", "Keep what was found", ["enter"];
        Close as "drop-search", "back", "All lines again", ["esc"];
    }
    Confirm (ConfirmAction) {
        Confirm, "yes", "Yes", ["y"];
        Decline, "no", "No", ["n", "esc", "q"];
    }
    Everywhere (EverywhereAction) {
        Interrupt, "", "Twice: quit at once, whatever is open", ["ctrl-c"];
        Suspend, "", "Suspend; the shell's `fg` comes back (in the editor: undo)", ["ctrl-z"];
    }
}

/// The default keys of a row.
pub fn keys(row: &ActionRow) -> impl Iterator<Item = KeyPress> {
    row.keys.iter().filter_map(|name| KeyPress::parse(name))
}

impl ActionRow {
    /// The name in the settings file: that of the action, with the context where several contexts have the action: `trace.mark`.
    pub fn name(&self) -> String {
        let action = self.bound.action();
        let shared = TABLE.iter().filter(|row| row.bound.action() == action).count() > 1;
        if shared { self.full_name() } else { action.name() }
    }

    /// The name with the context, which the settings file accepts for every row.
    pub fn full_name(&self) -> String {
        format!("{}.{}", self.context.name(), self.bound.action().name())
    }

    /// The name without a context that stands for this row alone. Settings files written before contexts had names use it.
    pub fn short_name(&self) -> String {
        self.alias.map_or_else(|| self.bound.action().name(), str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::bindings::Bindings;

    #[test]
    fn every_key_of_the_help_does_what_the_help_describes() {
        for row in TABLE {
            for name in row.keys {
                let key = KeyPress::parse(name).unwrap_or_else(|| panic!("{name} is no key"));
                assert_eq!(KeyPress::of(&key.event()), key, "{name} is not what a terminal sends");
                assert_eq!(Bindings::default().action_of(row.context, key), Some(row.bound), "{name}");
            }
            assert!(!row.help.is_empty());
        }
    }

    #[test]
    fn no_key_is_bound_twice_in_a_context() {
        for context in KeyContext::ALL {
            let mut seen = Vec::new();
            for row in TABLE.iter().filter(|row| row.context == context) {
                for key in keys(row) {
                    assert!(!seen.contains(&key), "{key} twice in {context:?}");
                    seen.push(key);
                }
            }
        }
    }

    #[test]
    fn every_action_is_bound_and_once_in_a_context() {
        for action in Action::ALL {
            let mut contexts = Vec::new();
            for row in TABLE.iter().filter(|row| row.bound.action() == *action) {
                assert!(!contexts.contains(&row.context), "{action:?} twice in {:?}", row.context);
                contexts.push(row.context);
            }
            assert!(!contexts.is_empty(), "{action:?} has no row");
        }
    }

    #[test]
    fn keys_that_terminals_swallow_are_never_the_only_ones() {
        for row in TABLE {
            let fragile = |name: &&str| matches!(*name, "ctrl-h" | "ctrl-i" | "ctrl-m" | "ctrl-enter" | "F11" | "ctrl-b");
            assert!(!row.keys.iter().all(fragile), "{:?}", row.bound);
        }
    }

    #[test]
    fn a_pane_offers_its_own_keys_first() {
        let hints: Vec<_> =
            Bindings::default().hints(KeyContext::Stations).map(|(key, words)| format!("{key} {words}")).collect();
        assert_eq!(hints[..3], ["Enter only its trace", "e new call", "m mark"]);
    }
}
