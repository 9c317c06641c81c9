//! `view`, `clear`, `forget`, `theme`, `open`, `lens`: what the trace and the list of stations show on the full screen. The command only names it; the screen does
//! it. Line by line there is nothing to show otherwise, and the command reports that.

use std::fmt;

use super::context::CommandContext;
use super::entry::CommandEntry;
use crate::console::output::{CommandFailure, CommandOutput, ScreenRequest};
use crate::console::syntax::error::{UsageFault, short};
use crate::console::syntax::spec::{CommandSpec, CompletionKind, argument, optional};
use crate::console::syntax::token::{quote, unquote};
use crate::ocpp::lens::LensForm;

pub(super) const VIEW: CommandEntry<ScreenCommand> = CommandEntry {
    spec: CommandSpec::new("view", "show the trace with a saved filter, or save the present one under a name")
        .arguments(
            const { &[optional("<name>", CompletionKind::Nothing), optional("<name to save>", CompletionKind::Nothing)] },
        )
        .words(&["save", "remove", "errors", "no-heartbeats", "transactions"])
        .synopsis("<name> | save <name> | remove <name>")
        .example("view errors"),
    parse: |words| {
        let arguments = words.sorted()?;
        let mut texts = arguments.positionals.iter().chain(&arguments.words).map(|word| unquote(word.value));
        let (first, second) = (texts.next(), texts.next());
        Ok(ScreenCommand(match (first.as_deref(), second) {
            (None, _) => ScreenRequest::ListViews,
            (Some("save"), Some(name)) => ScreenRequest::SaveView(name),
            (Some("remove"), Some(name)) => ScreenRequest::RemoveView(name),
            (Some("save" | "remove"), None) => return Err(arguments.missing("<name>")),
            (Some(name), None) => ScreenRequest::ShowView(name.to_owned()),
            (Some(_), Some(_)) => {
                let word = &arguments.positionals[arguments.positionals.len() - 1];
                return Err(arguments.usage(UsageFault::Unexpected(short(word.value)), word));
            }
        }))
    },
};

pub(super) const CLEAR: CommandEntry<ScreenCommand> = CommandEntry {
    spec: CommandSpec::new("clear", "hide all records up to now on the full screen; u brings them back").example("clear"),
    parse: |words| words.sorted().map(|_| ScreenCommand(ScreenRequest::Clear)),
};

pub(super) const FORGET: CommandEntry<ScreenCommand> = CommandEntry {
    spec: CommandSpec::new("forget", "take stations that are gone out of the list on the full screen, until they come back")
        .arguments(const { &[argument("gone", CompletionKind::Word("gone"))] })
        .example("forget gone"),
    parse: |words| {
        let arguments = words.sorted()?;
        match &arguments.positionals[0] {
            word if word.value == "gone" => Ok(ScreenCommand(ScreenRequest::ForgetGone)),
            word => Err(arguments.usage(UsageFault::Unexpected(short(word.value)), word)),
        }
    },
};

pub(super) const THEME: CommandEntry<ScreenCommand> = CommandEntry {
    spec: CommandSpec::new("theme", "change the colours of the full screen, or list the themes")
        .arguments(const { &[optional("<name>", CompletionKind::Nothing)] })
        .words(&["terminal", "dark", "light", "high-contrast", "colour-blind", "gruvbox", "catppuccin"])
        .synopsis("[<name>]")
        .example("theme dark"),
    parse: |words| {
        let arguments = words.sorted()?;
        let mut names = arguments.positionals.iter().chain(&arguments.words);
        let name = names.next().map(|word| unquote(word.value));
        match names.next() {
            Some(word) => Err(arguments.usage(UsageFault::Unexpected(short(word.value)), word)),
            None => Ok(ScreenCommand(ScreenRequest::Theme(name))),
        }
    },
};

pub(super) const OPEN: CommandEntry<ScreenCommand> = CommandEntry {
    spec: CommandSpec::new("open", "show recorded files until q leads back to this session, which goes on meanwhile")
        .arguments(const { &[argument("<file>", CompletionKind::Nothing)] })
        .synopsis("<file>[@+<time>] ...")
        .example("open yesterday.jsonl charger.jsonl@+2.5s"),
    parse: |words| {
        let files: Vec<String> = words.words.iter().map(|word| unquote(word.value)).collect();
        if files.is_empty() {
            return words.sorted().map(|_| ScreenCommand(ScreenRequest::OpenFiles(files)));
        }
        Ok(ScreenCommand(ScreenRequest::OpenFiles(files)))
    },
};

pub(super) const LENS: CommandEntry<ScreenCommand> = CommandEntry {
    spec: CommandSpec::new("lens", "show the selected message as another version or transport has it, with what is lost")
        .arguments(const { &[optional("<form>", CompletionKind::Nothing)] })
        .words(&["1.2J", "1.2S", "1.5J", "1.5S", "1.6J", "1.6S", "2.0.1", "2.1"])
        .synopsis("[<version>J|<version>S]")
        .example("lens 1.5S"),
    parse: |words| {
        let arguments = words.sorted()?;
        let mut names = arguments.positionals.iter().chain(&arguments.words);
        let Some(word) = names.next() else { return Ok(ScreenCommand(ScreenRequest::Lens(None))) };
        let form = LensForm::parse(&unquote(word.value));
        match (form, names.next()) {
            (Some(form), None) => Ok(ScreenCommand(ScreenRequest::Lens(Some(form)))),
            (None, _) => Err(arguments.usage(UsageFault::NoLensForm(short(word.value)), word)),
            (Some(_), Some(word)) => Err(arguments.usage(UsageFault::Unexpected(short(word.value)), word)),
        }
    },
};

/// Changes what the full screen shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScreenCommand(pub ScreenRequest);

impl ScreenCommand {
    pub(super) async fn run(&self, context: &CommandContext<'_>) -> Result<CommandOutput, CommandFailure> {
        if !context.meant.full_screen {
            return Err(CommandFailure::plain("Error: this command changes what the full screen shows, and there is none."));
        }
        Ok(CommandOutput { screen: Some(self.0.clone()), ..CommandOutput::default() })
    }
}

impl fmt::Display for ScreenCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            ScreenRequest::ListViews => f.write_str("view"),
            ScreenRequest::ShowView(name) => write!(f, "view {}", quote(name)),
            ScreenRequest::SaveView(name) => write!(f, "view save {}", quote(name)),
            ScreenRequest::RemoveView(name) => write!(f, "view remove {}", quote(name)),
            ScreenRequest::Clear => f.write_str("clear"),
            ScreenRequest::ForgetGone => f.write_str("forget gone"),
            ScreenRequest::OpenFiles(files) => {
                f.write_str("open")?;
                files.iter().try_for_each(|file| write!(f, " {}", quote(file)))
            }
            ScreenRequest::Lens(None) => f.write_str("lens"),
            ScreenRequest::Lens(Some(form)) => write!(f, "lens {form}"),
            ScreenRequest::Theme(None) => f.write_str("theme"),
            ScreenRequest::Theme(Some(name)) => write!(f, "theme {}", quote(name)),
            ScreenRequest::ListRules(_) => f.write_str("answers"),
            ScreenRequest::ListMisbehaviours(_) => f.write_str("misbehave list"),
        }
    }
}
