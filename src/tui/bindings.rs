//! The keys that are in force: those of the table of actions with the changes of the settings file. Keys, hints, help and palette all read
//! them from here, so that what is shown is what works.

use super::action::{ActionRow, ContextAction, KeyContext, TABLE, keys};
use super::key::KeyPress;
use crate::ocpp::suggest;

/// Why the keys of an action cannot be changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BindingError {
    /// No action has this name.
    #[error("there is no action \"{name}\"{}", hint(nearest.as_deref()))]
    UnknownAction {
        /// The name.
        name: String,
        /// A name that is spelled almost like it.
        nearest: Option<String>,
    },
    /// The action exists in several contexts, and none is named.
    #[error("\"{name}\" works in several contexts; write {}", alternatives(names))]
    AmbiguousAction {
        /// The name.
        name: String,
        /// The names with their contexts.
        names: Vec<String>,
    },
    /// Two names of the file stand for the same action in the same context.
    #[error("\"{name}\" is another name of \"{other}\", which also has keys here; keep one of the two")]
    Repeated {
        /// The name.
        name: String,
        /// The name that was used before.
        other: String,
    },
    /// No key has this name.
    #[error("\"{name}\" is no key; keys are written like \"x\", \"ctrl-x\", \"alt-enter\", \"F5\", \"space\", \"pageup\"")]
    UnknownKey {
        /// The name.
        name: String,
    },
    /// The key inserts text where the action works.
    #[error("\"{name}\" is typed as text where \"{action}\" works; add ctrl- or alt-, or take a function key")]
    Typed {
        /// The key.
        name: String,
        /// The action.
        action: String,
    },
    /// Another change has the same key in the same context.
    #[error("\"{name}\" is also given to \"{other}\"; one key can do one thing")]
    Taken {
        /// The key.
        name: String,
        /// The other action.
        other: String,
    },
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!("; did you mean \"{name}\"?"))
}

fn alternatives(names: &[String]) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(" or ")
}

/// A row of the table with the keys that are in force.
#[derive(Debug, Clone)]
struct BoundRow {
    row: &'static ActionRow,
    keys: Vec<KeyPress>,
    /// The name under which the settings file changed the keys.
    changed: Option<String>,
}

/// The keys of all actions.
#[derive(Debug, Clone)]
pub struct Bindings {
    rows: Vec<BoundRow>,
}

impl Default for Bindings {
    fn default() -> Bindings {
        Bindings { rows: TABLE.iter().map(|row| BoundRow { row, keys: keys(row).collect(), changed: None }).collect() }
    }
}

impl Bindings {
    /// Gives an action other keys; an empty list leaves it without one. A key that another action has in the same context is taken from
    /// that action. The name is that of an action, with the context in front where several contexts have the action (`trace.mark`), or
    /// the name that earlier versions had for the action in one context (`mark-from-trace`).
    ///
    /// # Errors
    /// When the name stands for no action or for several, when a key does not exist, or when it cannot have an action.
    pub fn change(&mut self, name: &str, keys: &[String]) -> Result<(), BindingError> {
        let index = find(name)?;
        let context = self.rows[index].row.context;
        if let Some(other) = self.rows[index].changed.clone() {
            return Err(BindingError::Repeated { name: name.to_owned(), other });
        }
        let mut parsed = Vec::new();
        for key_name in keys {
            let key = KeyPress::parse(key_name).ok_or_else(|| BindingError::UnknownKey { name: key_name.clone() })?;
            if context.takes_text() && key.is_text() {
                return Err(BindingError::Typed { name: key_name.clone(), action: name.to_owned() });
            }
            let holder = self.rows.iter().find(|bound| bound.row.context == context && bound.keys.contains(&key));
            if let Some(other) = holder.and_then(|bound| bound.changed.clone()) {
                return Err(BindingError::Taken { name: key_name.clone(), other });
            }
            parsed.push(key);
        }
        for bound in self.rows.iter_mut().filter(|bound| bound.row.context == context && bound.changed.is_none()) {
            bound.keys.retain(|key| !parsed.contains(key));
        }
        self.rows[index].keys = parsed;
        self.rows[index].changed = Some(name.to_owned());
        Ok(())
    }

    /// What a key does in a context.
    pub fn action_of(&self, context: KeyContext, key: KeyPress) -> Option<ContextAction> {
        context.reach().iter().find_map(|reached| {
            let bound = self.rows.iter().find(|bound| bound.row.context == *reached && bound.keys.contains(&key));
            bound.map(|bound| bound.row.bound)
        })
    }

    /// The keys of an action in its context, the one to show first.
    pub fn keys(&self, action: ContextAction) -> &[KeyPress] {
        self.rows.iter().find(|bound| bound.row.bound == action).map_or(&[], |bound| &bound.keys)
    }

    /// All rows of a context with their keys, in the order of the help.
    pub fn of(&self, context: KeyContext) -> impl Iterator<Item = (&'static ActionRow, &[KeyPress])> {
        self.rows.iter().filter(move |bound| bound.row.context == context).map(|bound| (bound.row, bound.keys.as_slice()))
    }

    /// The hints of a context: the key to show and its words, most useful first.
    pub fn hints(&self, context: KeyContext) -> impl Iterator<Item = (KeyPress, &'static str)> {
        self.hinted(context).map(|(_, key, words)| (key, words))
    }

    /// The hints of a context with their actions.
    pub fn hinted(&self, context: KeyContext) -> impl Iterator<Item = (ContextAction, KeyPress, &'static str)> {
        let rows = context.reach().iter().flat_map(|reached| self.of(*reached)).filter(|(row, _)| !row.hint.is_empty());
        rows.filter_map(|(row, keys)| Some((row.bound, *keys.first()?, row.hint)))
    }

    /// The names of actions that have no key any more because another action took it.
    pub fn without_keys(&self) -> Vec<String> {
        let lost = self.rows.iter().filter(|bound| bound.keys.is_empty() && bound.changed.is_none());
        lost.map(|bound| bound.row.name()).collect()
    }
}

/// The place in the table of the row that a name of the settings file stands for. A name of earlier versions keeps its one context, also
/// where other contexts have the action today.
fn find(name: &str) -> Result<usize, BindingError> {
    if let Some(index) = TABLE.iter().position(|row| row.short_name() == name || row.full_name() == name) {
        return Ok(index);
    }
    let rows: Vec<usize> = (0..TABLE.len()).filter(|index| TABLE[*index].bound.action().name() == name).collect();
    match rows.as_slice() {
        [index] => Ok(*index),
        [] => {
            let names: Vec<String> = TABLE.iter().flat_map(|row| [row.name(), row.short_name(), row.full_name()]).collect();
            let nearest = suggest(name, names.iter().map(String::as_str)).map(str::to_owned);
            Err(BindingError::UnknownAction { name: name.to_owned(), nearest })
        }
        several => {
            let names = several.iter().map(|index| TABLE[*index].full_name()).collect();
            Err(BindingError::AmbiguousAction { name: name.to_owned(), names })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::action::{PanesAction, TraceAction};

    /// The names that actions had before contexts had names, by the context where they work.
    const EARLIER: &[(KeyContext, &str)] = &[
        (KeyContext::Stations, "narrow-trace compose mark unmark-all mark-shown page sort sort-reverse"),
        (
            KeyContext::Trace,
            "open-message resend compose-from-trace mark-from-trace view find find-next find-previous next-error \
             previous-error next-of-station previous-of-station next-of-action previous-of-action time bookmark \
             next-bookmark previous-bookmark save-scenario pings page-from-trace next-partner previous-partner",
        ),
        (
            KeyContext::Message,
            "resend-message compose-from-message next-tab previous-tab open left right next-partner-message \
             previous-partner-message",
        ),
        (
            KeyContext::Panes,
            "command-line palette filter follow pause held copy copy-as back next-pane previous-pane stations-pane \
             trace-pane message-pane up down page-up page-down top bottom zoom plugins wider narrower higher lower \
             reset-layout theme other-background mouse event-log help quit",
        ),
        (
            KeyContext::Editor,
            "send accept-completion previous-completion format source send-keep repeat favourite raw external \
             next-finding previous-finding undo redo editor-command-line editor-help close-editor",
        ),
        (
            KeyContext::CommandLine,
            "run-command next-candidate previous-candidate older-command newer-command command-help \
             leave-command-line",
        ),
        (
            KeyContext::FilterLine,
            "keep-filter complete-filter previous-proposal older-filter newer-filter filter-help drop-filter",
        ),
        (
            KeyContext::StationDetails,
            "page-next page-previous page-narrow page-compose page-up-line page-down-line page-page-up page-page-down \
             page-top page-bottom page-help page-close",
        ),
        (KeyContext::ActionPicker, "pick pick-up pick-down leave-picker"),
        (KeyContext::Palette, "choose choose-up choose-down choose-page-up choose-page-down leave-chooser"),
        (KeyContext::Prompt, "answer leave-prompt"),
        (
            KeyContext::Pager,
            "search scroll-top scroll-bottom scroll-up scroll-down scroll-page-up scroll-page-down close-reading",
        ),
        (KeyContext::PagerSearch, "keep-search drop-search"),
        (KeyContext::Confirm, "confirm decline"),
        (KeyContext::Everywhere, "interrupt suspend"),
    ];

    fn key(name: &str) -> KeyPress {
        KeyPress::parse(name).unwrap()
    }

    fn change(changes: &[(&str, &[&str])]) -> Result<Bindings, String> {
        let mut bindings = Bindings::default();
        for (action, keys) in changes {
            let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
            bindings.change(action, &keys).map_err(|error| error.to_string())?;
        }
        Ok(bindings)
    }

    #[test]
    fn keys_can_be_changed_taken_over_and_taken_away() {
        let bindings = change(&[("quit", &["ctrl-q", "F10"]), ("zoom", &["y"]), ("pause", &[])]).unwrap();
        let does = |name: &str| bindings.action_of(KeyContext::Trace, key(name));
        let (quit, zoom) = (ContextAction::Panes(PanesAction::Quit), ContextAction::Panes(PanesAction::Zoom));
        assert_eq!([does("ctrl-q"), does("F10"), does("q")], [Some(quit), Some(quit), None]);
        assert_eq!([does("y"), does("z"), does("space")], [Some(zoom), None, None]);
        assert_eq!(bindings.without_keys(), ["copy"], "an action without keys on purpose is not reported");
        assert_eq!(bindings.keys(quit), [key("ctrl-q"), key("F10")]);
    }

    #[test]
    fn a_mistake_names_what_to_write_instead() {
        for (changes, message) in [
            (&[("qiut", &["x"][..])][..], "there is no action \"qiut\"; did you mean \"quit\"?"),
            (&[("trace.mrak", &["x"])], "there is no action \"trace.mrak\"; did you mean \"trace.mark\"?"),
            (&[("quit", &["hyper-x"])], "\"hyper-x\" is no key; keys are written like"),
            (&[("send", &["s"])], "\"s\" is typed as text where \"send\" works; add ctrl- or alt-"),
            (&[("quit", &["ctrl-q"]), ("zoom", &["ctrl-q"])], "\"ctrl-q\" is also given to \"quit\""),
            (
                &[("station-details", &["x"])],
                "\"station-details\" works in several contexts; write \"stations.station-details\" or",
            ),
            (&[("mark-from-trace", &["x"]), ("trace.mark", &["y"])], "\"trace.mark\" is another name of \"mark-from-trace\""),
        ] {
            let error = change(changes).unwrap_err();
            assert!(error.starts_with(message), "{error}");
        }
    }

    #[test]
    fn earlier_names_change_the_action_of_their_context_alone() {
        let mut count = 0;
        for (context, names) in EARLIER {
            for name in names.split_whitespace() {
                let bindings = change(&[(name, &["F23"])]).unwrap();
                let changed: Vec<_> = bindings.rows.iter().filter(|bound| bound.keys == [key("F23")]).collect();
                assert_eq!(changed.len(), 1, "{name}");
                assert_eq!((changed[0].row.context, changed[0].row.short_name().as_str()), (*context, name));
                count += 1;
            }
        }
        assert_eq!(count, 142);
    }

    #[test]
    fn every_row_is_named_with_its_context_and_by_the_name_of_the_documents() {
        for row in TABLE {
            for name in [row.full_name(), row.name()] {
                let bindings = change(&[(&name, &["F23"])]).unwrap();
                assert_eq!(bindings.keys(row.bound), [key("F23")], "{name}");
                assert_eq!(bindings.rows.iter().filter(|bound| bound.changed.is_some()).count(), 1, "{name}");
            }
        }
        let bindings = change(&[("trace.mark", &["F23"])]).unwrap();
        assert_eq!(bindings.action_of(KeyContext::Stations, key("F23")), None);
        let mark = ContextAction::Trace(TraceAction::Mark);
        assert_eq!(bindings.action_of(KeyContext::Trace, key("F23")), Some(mark));
    }
}
