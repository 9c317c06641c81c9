//! What a user can do on the screen. [`Action`] lists what there is, [`KeyContext`] where keys go, and [`TABLE`] binds keys to actions in
//! a context. Keys, help, palette, hints and the tables in `docs/` are all read from the table, so no key works that the help does not
//! list; only the motion keys of the editor's text are listed apart. What an action does is in `update`; keys that the settings file changes are in `bindings`.

mod context;
mod name;
mod table;
mod text_keys;

pub use context::KeyContext;
pub use name::Action;
pub use table::{
    ActionPickerAction, ActionRow, ColumnChooserAction, CommandLineAction, ConfigurationAction, ConfirmAction,
    ConnectionPageAction, ContextAction, DeviceModelAction, EditorAction, EverywhereAction, FilterLineAction, HeldPaneAction,
    MessageAction, OverviewAction, PagerAction, PagerSearchAction, PaletteAction, PanesAction, ProfilesAction, PromptAction,
    ReplayPageAction, StationDetailsAction, StationsAction, TABLE, TraceAction, keys,
};
pub use text_keys::TEXT_KEYS;
