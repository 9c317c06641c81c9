//! The keys that are in force: those of the table of actions with the changes of the settings file. Keys, hints, help and palette
//! all ask here, so that what is shown is what works.

use super::action::{Action, ActionRow, KeyContext, TABLE};
use super::key::KeyPress;
use crate::ocpp::suggest;

/// Why a change of a key is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BindingError {
    /// No action has this name.
    #[error("there is no action \"{name}\"{}", hint(nearest.as_deref()))]
    UnknownAction {
        /// The name.
        name: String,
        /// One that is written almost like it.
        nearest: Option<String>,
    },
    /// No key has this name.
    #[error("\"{name}\" is no key; keys are written like \"x\", \"ctrl-x\", \"alt-enter\", \"F5\", \"space\", \"pageup\"")]
    UnknownKey {
        /// The name.
        name: String,
    },
    /// The key is needed for typing where the action works.
    #[error("\"{name}\" is typed as text where \"{action}\" works; add ctrl- or alt-, or take a function key")]
    Typed {
        /// The key.
        name: String,
        /// The action.
        action: String,
    },
    /// Another change wants the same key in the same place.
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

/// An action with its keys.
#[derive(Debug, Clone)]
struct Bound {
    entry: &'static ActionRow,
    keys: Vec<KeyPress>,
    changed: bool,
}

/// The keys of all actions.
#[derive(Debug, Clone)]
pub struct Bindings {
    bounds: Vec<Bound>,
}

impl Default for Bindings {
    fn default() -> Bindings {
        let bounds =
            TABLE.iter().map(|entry| Bound { entry, keys: super::action::keys(entry).collect(), changed: false }).collect();
        Bindings { bounds }
    }
}

impl Bindings {
    /// Gives an action other keys; none takes its keys away. A key that another action has in the same place goes over to this one.
    ///
    /// # Errors
    /// When the action or a key does not exist, or the key cannot do this.
    pub fn change(&mut self, action: &str, keys: &[String]) -> Result<(), BindingError> {
        let Some(index) = self.bounds.iter().position(|bound| bound.entry.name() == action) else {
            let names: Vec<String> = self.bounds.iter().map(|bound| bound.entry.name()).collect();
            let nearest = suggest(action, names.iter().map(String::as_str)).map(str::to_owned);
            return Err(BindingError::UnknownAction { name: action.to_owned(), nearest });
        };
        let context = self.bounds[index].entry.context;
        let mut parsed = Vec::new();
        for name in keys {
            let key = KeyPress::parse(name).ok_or_else(|| BindingError::UnknownKey { name: name.clone() })?;
            if context.takes_text() && key.is_text() {
                return Err(BindingError::Typed { name: name.clone(), action: action.to_owned() });
            }
            let same = |bound: &Bound| bound.entry.context == context && bound.keys.contains(&key);
            if let Some(other) = self.bounds.iter().enumerate().find(|(at, bound)| *at != index && bound.changed && same(bound))
            {
                return Err(BindingError::Taken { name: name.clone(), other: other.1.entry.name() });
            }
            parsed.push(key);
        }
        for bound in self.bounds.iter_mut().filter(|bound| bound.entry.context == context && !bound.changed) {
            bound.keys.retain(|key| !parsed.contains(key));
        }
        self.bounds[index].keys = parsed;
        self.bounds[index].changed = true;
        Ok(())
    }

    /// What a key does in a context.
    pub fn action_of(&self, context: KeyContext, key: KeyPress) -> Option<Action> {
        context.reach().iter().find_map(|reached| {
            let bound = self.bounds.iter().find(|bound| bound.entry.context == *reached && bound.keys.contains(&key));
            bound.map(|bound| bound.entry.action)
        })
    }

    /// The keys of an action, the one to show first.
    pub fn keys(&self, action: Action) -> &[KeyPress] {
        self.bounds.iter().find(|bound| bound.entry.action == action).map_or(&[], |bound| &bound.keys)
    }

    /// All entries of a context with their keys, in the order of the help.
    pub fn of(&self, context: KeyContext) -> impl Iterator<Item = (&'static ActionRow, &[KeyPress])> {
        self.bounds.iter().filter(move |bound| bound.entry.context == context).map(|bound| (bound.entry, bound.keys.as_slice()))
    }

    /// The hints of a context: the key to show and its words, most useful first.
    pub fn hints(&self, context: KeyContext) -> impl Iterator<Item = (KeyPress, &'static str)> {
        context
            .reach()
            .iter()
            .flat_map(|reached| self.of(*reached))
            .filter_map(|(entry, keys)| Some((*keys.first()?, entry.hint)).filter(|(_, hint)| !hint.is_empty()))
    }

    /// The names of actions that have no key any more because another one took it.
    pub fn without_keys(&self) -> Vec<String> {
        let lost = self.bounds.iter().filter(|bound| bound.keys.is_empty() && !bound.changed);
        lost.map(|bound| bound.entry.name()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let bindings = change(&[("quit", &["ctrl-q", "Q"]), ("zoom", &["y"]), ("pause", &[])]).unwrap();
        let does = |name: &str| bindings.action_of(KeyContext::Trace, key(name));
        assert_eq!([does("ctrl-q"), does("Q"), does("q")], [Some(Action::Quit), Some(Action::Quit), None]);
        assert_eq!([does("y"), does("z"), does("space")], [Some(Action::Zoom), None, None]);
        assert_eq!(bindings.without_keys(), ["copy"], "what was taken away on purpose is not missed");
        assert_eq!(bindings.keys(Action::Quit), [key("ctrl-q"), key("Q")]);
    }

    #[test]
    fn a_mistake_says_what_to_write_instead() {
        for (changes, message) in [
            (&[("qiut", &["x"][..])][..], "there is no action \"qiut\"; did you mean \"quit\"?"),
            (&[("quit", &["hyper-x"])], "\"hyper-x\" is no key; keys are written like"),
            (&[("send", &["s"])], "\"s\" is typed as text where \"send\" works; add ctrl- or alt-"),
            (&[("quit", &["ctrl-q"]), ("zoom", &["ctrl-q"])], "\"ctrl-q\" is also given to \"quit\""),
        ] {
            let error = change(changes).unwrap_err();
            assert!(error.starts_with(message), "{error}");
        }
    }
}
