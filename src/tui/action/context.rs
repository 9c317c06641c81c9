//! Where keys go. A context is a pane, an overlay, or a group of them whose keys are the same.

use super::name::kebab;

/// Where keys go.
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
    StationDetails,
    /// On the pages that sum up the session.
    Overview,
    /// In the payload editor.
    Editor,
    /// While a name or a number is entered.
    Prompt,
    /// In the palette and other lists of choices.
    Palette,
    /// On the command line.
    CommandLine,
    /// While a filter, a search or a time is entered.
    FilterLine,
    /// In the list of actions that can be sent.
    ActionPicker,
    /// In the list of columns of the stations pane.
    ColumnChooser,
    /// On the page with configuration keys.
    Configuration,
    /// On the page with a device model.
    DeviceModel,
    /// On the page with charging profiles.
    Profiles,
    /// On the page about an attempt to connect.
    ConnectionPage,
    /// On the page with the steps of a replay.
    ReplayPage,
    /// In the pane of frames that wait.
    HeldPane,
    /// In the help and other texts.
    Pager,
    /// While a search in the pager is entered.
    PagerSearch,
    /// At a question.
    Confirm,
}

impl KeyContext {
    /// All contexts, in the order of the help.
    pub const ALL: [KeyContext; 23] = [
        KeyContext::Stations,
        KeyContext::Trace,
        KeyContext::Message,
        KeyContext::Panes,
        KeyContext::StationDetails,
        KeyContext::Overview,
        KeyContext::Editor,
        KeyContext::Prompt,
        KeyContext::CommandLine,
        KeyContext::FilterLine,
        KeyContext::ActionPicker,
        KeyContext::ColumnChooser,
        KeyContext::Configuration,
        KeyContext::DeviceModel,
        KeyContext::Profiles,
        KeyContext::ConnectionPage,
        KeyContext::ReplayPage,
        KeyContext::HeldPane,
        KeyContext::Palette,
        KeyContext::Pager,
        KeyContext::PagerSearch,
        KeyContext::Confirm,
        KeyContext::Everywhere,
    ];

    /// The name in the settings file: `station-details`.
    pub fn name(self) -> String {
        kebab(&self)
    }

    /// The heading in the help.
    pub const fn title(self) -> &'static str {
        match self {
            KeyContext::Everywhere => "Everywhere",
            KeyContext::Panes => "In every pane",
            KeyContext::Stations => "Stations",
            KeyContext::Trace => "Trace",
            KeyContext::Message => "Message",
            KeyContext::StationDetails => "Station page",
            KeyContext::Overview => "Overview pages",
            KeyContext::Editor => "Payload editor",
            KeyContext::CommandLine => "Command line",
            KeyContext::FilterLine => "Filter, search, time",
            KeyContext::Prompt => "Name or number",
            KeyContext::ActionPicker => "List of actions",
            KeyContext::ColumnChooser => "List of columns",
            KeyContext::Configuration => "Configuration keys",
            KeyContext::DeviceModel => "Device model",
            KeyContext::Profiles => "Charging profiles",
            KeyContext::ConnectionPage => "Connection page",
            KeyContext::ReplayPage => "Replay",
            KeyContext::HeldPane => "Frames that wait",
            KeyContext::Palette => "Palette",
            KeyContext::Pager => "Help",
            KeyContext::PagerSearch => "Search in the help",
            KeyContext::Confirm => "Question",
        }
    }

    /// Whether it is a pane, from which everything else is opened.
    pub const fn is_pane(self) -> bool {
        matches!(self, KeyContext::Stations | KeyContext::Trace | KeyContext::Message | KeyContext::Panes)
    }

    /// Whether text is typed in it. Then a key that inserts text cannot have an action.
    pub const fn takes_text(self) -> bool {
        matches!(
            self,
            KeyContext::Everywhere
                | KeyContext::Editor
                | KeyContext::Prompt
                | KeyContext::CommandLine
                | KeyContext::FilterLine
                | KeyContext::ActionPicker
                | KeyContext::Palette
                | KeyContext::PagerSearch
        )
    }

    /// Whether Esc first stops an order that is being repeated. Where something lies over the editor for a moment, Esc only closes that.
    pub const fn stops_repeating(self) -> bool {
        match self {
            KeyContext::Panes
            | KeyContext::Stations
            | KeyContext::Trace
            | KeyContext::Message
            | KeyContext::StationDetails
            | KeyContext::Overview
            | KeyContext::Editor
            | KeyContext::CommandLine
            | KeyContext::FilterLine
            | KeyContext::ActionPicker
            | KeyContext::ColumnChooser
            | KeyContext::Configuration
            | KeyContext::DeviceModel
            | KeyContext::Profiles
            | KeyContext::ConnectionPage
            | KeyContext::ReplayPage
            | KeyContext::HeldPane
            | KeyContext::Everywhere => true,
            KeyContext::Prompt | KeyContext::Palette | KeyContext::Pager | KeyContext::PagerSearch | KeyContext::Confirm => {
                false
            }
        }
    }

    /// The contexts whose keys work while this one has the keyboard, nearest first.
    pub const fn reach(self) -> &'static [KeyContext] {
        match self {
            KeyContext::Stations => &[KeyContext::Stations, KeyContext::Panes, KeyContext::Everywhere],
            KeyContext::Trace => &[KeyContext::Trace, KeyContext::Panes, KeyContext::Everywhere],
            KeyContext::Message => &[KeyContext::Message, KeyContext::Panes, KeyContext::Everywhere],
            KeyContext::StationDetails => &[KeyContext::StationDetails, KeyContext::Everywhere],
            KeyContext::Overview => &[KeyContext::Overview, KeyContext::Everywhere],
            KeyContext::Editor => &[KeyContext::Editor, KeyContext::Everywhere],
            KeyContext::CommandLine => &[KeyContext::CommandLine, KeyContext::Everywhere],
            KeyContext::FilterLine => &[KeyContext::FilterLine, KeyContext::Everywhere],
            KeyContext::ActionPicker => &[KeyContext::ActionPicker, KeyContext::Everywhere],
            KeyContext::Prompt => &[KeyContext::Prompt, KeyContext::Everywhere],
            KeyContext::Profiles => &[KeyContext::Profiles, KeyContext::Everywhere],
            KeyContext::ConnectionPage => &[KeyContext::ConnectionPage, KeyContext::Everywhere],
            KeyContext::Configuration => &[KeyContext::Configuration, KeyContext::Everywhere],
            KeyContext::DeviceModel => &[KeyContext::DeviceModel, KeyContext::Everywhere],
            KeyContext::ColumnChooser => &[KeyContext::ColumnChooser, KeyContext::Everywhere],
            KeyContext::ReplayPage => &[KeyContext::ReplayPage, KeyContext::Everywhere],
            KeyContext::HeldPane => &[KeyContext::HeldPane, KeyContext::Everywhere],
            KeyContext::Palette => &[KeyContext::Palette, KeyContext::Everywhere],
            KeyContext::PagerSearch => &[KeyContext::PagerSearch, KeyContext::Everywhere],
            KeyContext::Pager => &[KeyContext::Pager, KeyContext::Everywhere],
            KeyContext::Confirm => &[KeyContext::Confirm, KeyContext::Everywhere],
            KeyContext::Panes => &[KeyContext::Panes, KeyContext::Everywhere],
            KeyContext::Everywhere => &[KeyContext::Everywhere],
        }
    }
}
