//! The actions by name. The same action can be bound in several contexts: `Close` closes whatever is on top. Which contexts have it, and
//! with which keys, is in the table.

use std::fmt::Debug;

macro_rules! actions {
    ($($(#[$doc:meta])+ $action:ident,)+) => {
        /// What a user can do, in whatever context.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Action {
            $($(#[$doc])+ $action,)+
        }

        impl Action {
            /// All actions.
            pub const ALL: &[Action] = &[$(Action::$action,)+];
        }
    };
}

actions! {
    /// Closes what is on top, or takes back what it did; first its proposals, if it shows some.
    Close,
    /// Accepts what is typed or selected.
    Accept,
    /// Shows the keys.
    Help,
    /// Explains the signs of the screen and filters.
    Legend,
    /// Completes, or selects the next proposal.
    Complete,
    /// Selects the previous proposal.
    PreviousProposal,
    /// Recalls an older entry of the history.
    Older,
    /// Recalls a newer entry of the history.
    Newer,
    /// Lists the history.
    SearchHistory,

    /// One line up.
    Up,
    /// One line down.
    Down,
    /// One page up.
    PageUp,
    /// One page down.
    PageDown,
    /// To the first line.
    Top,
    /// To the last line.
    Bottom,
    /// Scrolls to the left.
    Left,
    /// Scrolls to the right.
    Right,

    /// Chooses an action and edits a call.
    Compose,
    /// Edits a frame and sends it again.
    Resend,
    /// Marks a station as a target.
    Mark,
    /// Marks a station and goes down.
    MarkDown,
    /// Marks a station and goes up.
    MarkUp,
    /// Marks all stations from the last mark to here.
    MarkRange,
    /// Unmarks all stations.
    UnmarkAll,
    /// Marks all stations that are shown.
    MarkShown,
    /// Chooses the columns of the stations pane.
    Columns,
    /// Chooses what is selected, or drops it.
    Toggle,
    /// Moves what is selected up.
    ShiftUp,
    /// Moves what is selected down.
    ShiftDown,
    /// Restores the default columns.
    ResetColumns,
    /// Shows the configuration keys of a station.
    Configuration,
    /// Asks again.
    Refresh,
    /// Reads what is selected again.
    ReadVariable,
    /// Asks for the monitors.
    AskMonitors,
    /// Edits a call that monitors what is selected.
    NewMonitor,
    /// Shows what is inside.
    Unfold,
    /// Hides what is inside.
    Fold,
    /// Shows or hides what is inside of everything.
    UnfoldAll,
    /// Compares with another one.
    Compare,
    /// Shows only what differs, or everything.
    Differences,
    /// Shows the charging profiles of a station.
    Profiles,
    /// Changes the span of time of the charts.
    ChartWindow,
    /// Changes the unit of the charts.
    ChartUnit,
    /// Changes what is assumed of the grid connection.
    GridSupply,
    /// Counts the draft, or not.
    WhatIf,
    /// Edits a call that removes the selected profile.
    ClearProfile,
    /// Shows the steps of a replay.
    Replay,
    /// Sends the message that waits.
    SendNext,
    /// Selects the next difference.
    NextDifference,
    /// Selects the difference before.
    PreviousDifference,
    /// Shows what is known of an attempt to connect.
    Connection,
    /// Shows the attempt before.
    OlderAttempt,
    /// Shows the attempt behind.
    NewerAttempt,
    /// Lists attempts to connect.
    ListAttempts,
    /// Shows a record in the trace.
    ShowRecord,
    /// Shows what is known about a station.
    StationDetails,
    /// Selects the next station.
    NextStation,
    /// Selects the previous station.
    PreviousStation,
    /// Shows one station only in the trace.
    NarrowTrace,
    /// Plugs a car in, or takes it out.
    Plug,
    /// Holds a card to the reader.
    Card,
    /// Lets the car want nothing for now, or be ready again.
    CarSuspend,
    /// Lets the car be full.
    CarFull,
    /// Breaks a connector, or repairs it.
    Fault,
    /// Breaks a lock, or repairs it.
    Lock,
    /// Limits what the driver wants of a simulated machine.
    Limit,
    /// Lets a step of a simulated machine fail.
    Fail,
    /// Parks a car, or lets it leave.
    Bay,
    /// Cuts the power, or gives it back.
    Power,
    /// Cuts the network, or restores it.
    Network,
    /// Selects the next connector.
    NextConnector,
    /// Selects the previous connector.
    PreviousConnector,
    /// Sorts the stations by the next column.
    Sort,
    /// Reverses the order of the stations.
    SortReverse,

    /// Goes to the message pane.
    OpenMessage,
    /// The next view of the trace.
    View,
    /// Shows JSON in the lines of the trace, or what it means.
    Json,
    /// Shows other times in the lines of the trace.
    TimeFormat,
    /// Finds lines.
    Find,
    /// The next line that is found.
    FindNext,
    /// The previous line that is found.
    FindPrevious,
    /// The next error.
    NextError,
    /// The previous error.
    PreviousError,
    /// The next line of the same station.
    NextOfStation,
    /// The previous line of the same station.
    PreviousOfStation,
    /// The next line of the same action.
    NextOfAction,
    /// The previous line of the same action.
    PreviousOfAction,
    /// Goes to a time.
    Time,
    /// Sets or removes a bookmark.
    Bookmark,
    /// The next bookmark.
    NextBookmark,
    /// The previous bookmark.
    PreviousBookmark,
    /// Saves lines as a test script.
    SaveScenario,
    /// Writes lines into a file for others.
    ExportRecords,
    /// Shows or hides pings.
    Pings,
    /// From a call to its answer.
    NextPartner,
    /// From an answer to its call.
    PreviousPartner,

    /// The next record, wherever the keyboard is.
    NextRecord,
    /// The previous record, wherever the keyboard is.
    PreviousRecord,
    /// Wraps long lines, or lets them end at the edge.
    Wrap,

    /// The next view of the message.
    NextTab,
    /// The previous view of the message.
    PreviousTab,
    /// Folds, unfolds, or shows the place of a check.
    Open,

    /// Opens the command line.
    CommandLine,
    /// Opens the palette.
    Palette,
    /// Opens the filter line.
    Filter,
    /// Follows the newest line of the trace.
    Follow,
    /// Holds the trace still.
    Pause,
    /// Shows the held frames.
    Held,
    /// Lets a held frame go on as it is.
    Release,
    /// Lets all held frames go on.
    ReleaseAll,
    /// Answers a held frame with an error.
    AnswerError,
    /// Answers a held frame late.
    AnswerLate,
    /// Forgets a held frame.
    Drop,
    /// Holds frames like the selected one.
    HoldLike,
    /// Keeps an answer as a rule.
    KeepAnswer,
    /// Lists the answer rules.
    Rules,
    /// Lists what is done wrong on purpose.
    Misbehaviours,
    /// Shows only lines like the selected one.
    OnlyThis,
    /// Hides lines like the selected one.
    NotThis,
    /// Applies the last filter again.
    LastFilter,
    /// Shows both ends of links, or one.
    BothEnds,
    /// Hides all records up to now.
    ClearTrace,
    /// Takes stations that are gone out of the list.
    ForgetGone,
    /// Copies a payload.
    Copy,
    /// Copies in a form that is chosen.
    CopyAs,
    /// One step back.
    Back,
    /// The next pane.
    NextPane,
    /// The previous pane.
    PreviousPane,
    /// The stations pane.
    StationsPane,
    /// The trace pane.
    TracePane,
    /// The message pane.
    MessagePane,
    /// Gives a pane the whole screen.
    Zoom,
    /// Lists the plugins.
    Plugins,
    /// Makes the stations pane wider.
    Wider,
    /// Makes the stations pane narrower.
    Narrower,
    /// Makes the message pane higher.
    Higher,
    /// Makes the message pane lower.
    Lower,
    /// Restores the default sizes.
    ResetLayout,
    /// Chooses a theme.
    Theme,
    /// Changes to the variant of the theme for the other background.
    OtherBackground,
    /// Captures or releases the mouse.
    Mouse,
    /// Shows past toasts and notes.
    EventLog,
    /// Draws the whole screen again.
    Redraw,
    /// The page of the transactions.
    Transactions,
    /// The pages of the statistics.
    Statistics,
    /// The page of the faults.
    Faults,
    /// Shows the frames behind a row.
    ShowFrames,
    /// Writes a table into a file.
    Export,
    /// Quits.
    Quit,
    /// Quits without a question.
    QuitAtOnce,

    /// Sends and closes the editor.
    Send,
    /// Sends and keeps the editor open.
    SendKeep,
    /// Sends repeatedly.
    Repeat,
    /// Lays a payload out.
    Format,
    /// Starts with another text.
    Source,
    /// Saves a favourite.
    Favourite,
    /// Edits the whole frame, or only the payload.
    Raw,
    /// Edits in an external program.
    External,
    /// To the next fault.
    NextFinding,
    /// To the previous fault.
    PreviousFinding,
    /// Undoes a change.
    Undo,
    /// Redoes a change.
    Redo,
    /// Proposes everything that may stand at a place.
    CompleteAll,
    /// The value before of an enumeration, or one more of a number.
    PreviousValue,
    /// The next value of an enumeration, or one less of a number.
    NextValue,
    /// Selects the whole text.
    SelectAll,
    /// Removes the whole text.
    Clear,
    /// Copies what is selected.
    CopySelection,
    /// Removes what is selected, and keeps it for pasting.
    Cut,
    /// Inserts what was cut or copied last.
    Insert,

    /// Searches a text.
    Search,
    /// Confirms.
    Confirm,
    /// Declines.
    Decline,
    /// Pressed twice, quits at once.
    Interrupt,
    /// Suspends the program.
    Suspend,
}

impl Action {
    /// The name in the settings file: `next-partner`.
    pub fn name(self) -> String {
        kebab(&self)
    }
}

/// The name of a variant in lower case with hyphens.
pub(super) fn kebab(variant: &impl Debug) -> String {
    let mut name = String::new();
    for character in format!("{variant:?}").chars() {
        if character.is_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.extend(character.to_lowercase());
    }
    name
}
