//! `auth list`, `auth set`, `auth remove` and `auth save`: the passwords that the stations of our central systems must show. A password is neither printed
//! nor part of a line that is written.

use std::fmt;

use super::context::CommandContext;
use super::entry::CommandEntry;
use crate::config::{PasswordForm, PasswordList};
use crate::console::output::{CommandFailure, CommandOutput};
use crate::console::syntax::arguments::{CommandWords, read};
use crate::console::syntax::error::CommandError;
use crate::console::syntax::spec::{CommandSpec, CompletionKind, argument, optional};
use crate::console::syntax::token::{quote, unquote};
use crate::ocpp::Role;
use crate::sanitize::escape_control;

/// What is done.
const ACTION: &str = "<list|set|remove|save>";
const ACTIONS: &str = "list, set, remove or save";
/// The argument with the identity.
const IDENTITY: &str = "<identity>";
/// The argument with the password.
const PASSWORD: &str = "<password>";

pub(super) const AUTH: CommandEntry<AuthCommand> = CommandEntry {
    spec: CommandSpec::new("auth", "set, list, remove or save the passwords that stations must show")
        .arguments(
            const {
                &[
                    argument(ACTION, CompletionKind::PasswordAction),
                    optional(IDENTITY, CompletionKind::Station(Some(Role::CentralSystem))),
                    optional(PASSWORD, CompletionKind::Nothing),
                ]
            },
        )
        .synopsis("list | set <identity> <password> | remove <identity> | save")
        .example("auth list"),
    parse,
};

/// Does something with the passwords of stations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthCommand {
    /// List the stations that have one.
    List,
    /// Set the password of a station.
    Set {
        /// The station.
        identity: String,
        /// The password as it would stand in a file.
        password: WrittenPassword,
    },
    /// Write them to the file that they came from.
    Save,
    /// Take the password of a station away.
    Remove {
        /// The station.
        identity: String,
    },
}

/// A password as it was typed. It is not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct WrittenPassword(String);

impl fmt::Debug for WrittenPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WrittenPassword")
    }
}

fn parse(words: &CommandWords<'_>) -> Result<AuthCommand, CommandError> {
    // The general error would repeat the word, which may be a part of the password.
    if let [what, _, _, rest, ..] = words.words
        && what.value.eq_ignore_ascii_case("set")
    {
        let wanted = "one word; one with blanks stands in quotation marks".to_owned();
        return Err(CommandError::BadArgument { name: PASSWORD, wanted, span: rest.span.clone() });
    }
    let arguments = &words.sorted()?;
    let word = |place: usize, name| arguments.positionals.get(place).ok_or_else(|| arguments.missing(name));
    let identity = || word(1, IDENTITY).map(|word| unquote(word.value));
    let what = &arguments.positionals[0];
    match read(what, ACTION, ACTIONS, |text| Some(text.to_ascii_lowercase()))?.as_str() {
        "list" => Ok(AuthCommand::List),
        "remove" => Ok(AuthCommand::Remove { identity: identity()? }),
        "set" => {
            let fits = |text: &str| PasswordList::default().write("", text).is_ok().then(|| text.to_owned());
            let wanted = "a text, hex: and pairs of hexadecimal digits, or a hash of argon2id";
            let password = WrittenPassword(read(word(2, PASSWORD)?, PASSWORD, wanted, fits)?);
            Ok(AuthCommand::Set { identity: identity()?, password })
        }
        "save" => Ok(AuthCommand::Save),
        _ => read(what, ACTION, ACTIONS, |_| None),
    }
}

impl AuthCommand {
    pub(super) async fn run(&self, context: &CommandContext<'_>) -> Result<CommandOutput, CommandFailure> {
        let passwords = context.hub.passwords();
        Ok(match self {
            AuthCommand::List => {
                let stations = passwords.stations();
                if stations.is_empty() {
                    return Ok(CommandOutput::info("No station has a password. auth set <identity> <password> gives it one."));
                }
                let lines =
                    stations.iter().map(|(identity, form)| format!("{}: {}", escape_control(identity), described(*form)));
                CommandOutput::text("Stations that must show their password", lines)
            }
            AuthCommand::Save => {
                let book = context.hub.passwords().clone();
                let saved = tokio::task::spawn_blocking(move || book.save()).await.unwrap_or_else(|_| Ok(Vec::new()));
                match saved {
                    Ok(files) if files.is_empty() => {
                        let text = "Error: no file of passwords was named; start the central system with --auth FILE.";
                        return Err(CommandFailure::plain(text));
                    }
                    Ok(files) => {
                        let names: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
                        CommandOutput::done(format!("The passwords are written to {}.", escape_control(&names.join(" and "))))
                    }
                    Err(error) => return Err(CommandFailure::plain(format!("Error: {error}."))),
                }
            }
            AuthCommand::Set { identity, password } => {
                let shown = escape_control(identity);
                match passwords.write(identity, &password.0) {
                    Ok(()) => CommandOutput::done(format!("{shown} must show this password when it connects again.")),
                    Err(mistake) => return Err(CommandFailure::plain(format!("Error: the password of {shown}: {mistake}."))),
                }
            }
            AuthCommand::Remove { identity } => {
                let shown = escape_control(identity);
                CommandOutput::done(if passwords.remove(identity) {
                    format!("The password of {shown} is forgotten.")
                } else {
                    format!("{shown} had no password.")
                })
            }
        })
    }
}

/// What is shown of a password.
fn described(form: PasswordForm) -> String {
    match form {
        PasswordForm::Text(length) => format!("a text of {length} bytes"),
        PasswordForm::Bytes(length) => format!("{length} bytes"),
        PasswordForm::Hash => "a hash of argon2id".to_owned(),
    }
}

impl fmt::Display for AuthCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AuthCommand::List => f.write_str("auth list"),
            AuthCommand::Save => f.write_str("auth save"),
            AuthCommand::Set { identity, .. } => write!(f, "auth set {}", quote(identity)),
            AuthCommand::Remove { identity } => write!(f, "auth remove {}", quote(identity)),
        }
    }
}
