//! TAB at the prompt and at the command line of the full screen: commands, options, stations, fields, values, files. It follows the
//! same table as the parser, and forgives a line that is not finished.

use std::ops::Range;

use super::grammar::{CommandSpec, Grammar};
use super::path;
use super::setting::SETTINGS;
use super::table::{ArgumentStyle, CommandKind, CompletionKind, Positional};
use super::token::{Spanned, Word, quote, tokenize_unfinished, unquote};
use crate::compose::{self, KnownValues, PathStep, best_first, fields_at, type_label};
use crate::ocpp::{Catalog, ErrorCode, FieldDefinition, MessageDefinition, Role, Version};
use crate::plugin::PluginCommand;
use crate::trace::{LinkState, StationTable};

/// What completion knows of the world.
#[derive(Clone, Copy)]
pub struct CompletionContext<'a> {
    /// The commands.
    pub grammar: &'a Grammar,
    /// The fields of messages.
    pub catalog: &'a Catalog,
    /// The stations.
    pub stations: &'a StationTable,
    /// The versions whose fields are offered, best first; the rest follows, newest first.
    pub versions: &'a [Version],
    /// Values that the session has seen.
    pub known: &'a KnownValues,
    /// Lists the files whose names begin with a text; folders end in `/`.
    pub list_files: &'a dyn Fn(&str) -> Vec<String>,
    /// The names of the plugins.
    pub list_plugins: &'a dyn Fn() -> Vec<String>,
    /// The commands that plugins have brought.
    pub plugin_commands: &'a [PluginCommand],
}

/// One proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandCandidate {
    /// What is written in the place of the span.
    pub text: String,
    /// The type, or a word about it.
    pub detail: String,
    /// Whether the definitions require it.
    pub required: bool,
}

/// Proposals and what they replace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completions {
    /// In bytes of the line.
    pub span: Range<usize>,
    /// The proposals, best first.
    pub candidates: Vec<CommandCandidate>,
}

/// Proposals for the word at the cursor (a byte offset).
pub fn complete(line: &str, cursor: usize, context: &CompletionContext<'_>) -> Completions {
    let mut cursor = cursor.min(line.len());
    while !line.is_char_boundary(cursor) {
        cursor -= 1;
    }
    let mut before = tokenize_unfinished(&line[..cursor]);
    let typed = before.pop_if(|word| word.span.end == cursor).unwrap_or(Spanned::new("", cursor..cursor));
    // What is replaced reaches to the end of the word that the cursor is in.
    let rest = tokenize_unfinished(line).into_iter().find(|word| word.span.start == typed.span.start);
    let end = rest.filter(|_| !typed.span.is_empty()).map_or(cursor, |word| word.span.end);
    let typed = Typed { text: typed.value, span: typed.span.start..end };
    let Some((name, words)) = before.split_first() else { return commands(&typed, context) };
    match context.grammar.find(name) {
        Ok(spec) => Line { spec, words, context }.complete(&typed),
        Err(_) => match context.plugin_commands.iter().find(|command| command.name == name.value) {
            Some(command) => typed.choose(command.complete.iter().map(|word| candidate(quote(word), ""))),
            None => typed.nothing(),
        },
    }
}

/// The word at the cursor.
struct Typed<'a> {
    /// Up to the cursor.
    text: &'a str,
    /// The whole word.
    span: Range<usize>,
}

impl Typed<'_> {
    fn nothing(&self) -> Completions {
        Completions { span: self.span.clone(), candidates: Vec::new() }
    }

    /// Those of the offered texts that fit what was typed.
    fn choose(&self, offered: impl IntoIterator<Item = CommandCandidate>) -> Completions {
        Completions { span: self.span.clone(), candidates: choose(self.text, offered) }
    }

    /// The part behind so many bytes.
    fn behind(&self, bytes: usize) -> Typed<'_> {
        Typed { text: &self.text[bytes..], span: self.span.start + bytes..self.span.end }
    }
}

/// Those that begin with what was typed; only when there are none, those that contain it. At a prompt, where TAB writes what all
/// proposals have in common, one that merely contains it would be in the way.
fn choose(typed: &str, offered: impl IntoIterator<Item = CommandCandidate>) -> Vec<CommandCandidate> {
    let typed = typed.trim_start_matches('"');
    let labelled = offered.into_iter().map(|candidate| (unquote(&candidate.text), candidate)).collect();
    let mut chosen = best_first(labelled, typed);
    let begins = |label: &str| label.to_lowercase().starts_with(&typed.to_lowercase());
    if chosen.first().is_some_and(|(label, _)| begins(label)) {
        chosen.retain(|(label, _)| begins(label));
    }
    chosen.into_iter().map(|(_, candidate)| candidate).collect()
}

fn candidate(text: impl Into<String>, detail: impl Into<String>) -> CommandCandidate {
    CommandCandidate { text: text.into(), detail: detail.into(), required: false }
}

fn commands(typed: &Typed<'_>, context: &CompletionContext<'_>) -> Completions {
    let own = context.grammar.commands().iter().map(|command| candidate(command.name.clone(), command.summary.clone()));
    let plugins = context.plugin_commands.iter();
    typed.choose(own.chain(plugins.map(|command| candidate(quote(&command.name), command.help.clone()))))
}

/// The words of a line whose command is known.
struct Line<'a> {
    spec: &'a CommandSpec,
    words: &'a [Word<'a>],
    context: &'a CompletionContext<'a>,
}

impl Line<'_> {
    fn complete(&self, typed: &Typed<'_>) -> Completions {
        let is_due = |positional: &&Positional| {
            positional.behind.is_none_or(|before| self.words.last().is_some_and(|word| word.value == before))
        };
        if let Some(positional) = self.spec.positionals.get(self.words.len()).filter(is_due)
            && !typed.text.starts_with('-')
        {
            return self.value(positional.completes, typed);
        }
        let last = self.words.last().and_then(|word| self.spec.options.iter().find(|option| option.flag == word.value));
        if let Some(kind) = last.and_then(|option| option.value) {
            return self.value(kind, typed);
        }
        match typed.text.as_bytes().first() {
            Some(b'-') => typed.choose(self.options()),
            Some(b'@') => self.at(typed),
            Some(b'{') if self.spec.takes == ArgumentStyle::Payload => self.json(typed, self.message(), &[]),
            _ => match typed.text.split_once('=') {
                Some((name, _)) => self.assigned(name, &typed.behind(name.len() + 1)),
                None => {
                    let mut offered = self.names(typed.text);
                    offered.extend(self.spec.words.iter().map(|word| candidate(*word, "")));
                    offered.extend(self.options());
                    typed.choose(offered)
                }
            },
        }
    }

    fn options(&self) -> Vec<CommandCandidate> {
        let unused = |flag: &str| !self.words.iter().any(|word| word.value == flag);
        let options = self.spec.options.iter().filter(|option| unused(option.flag));
        options.map(|option| candidate(option.flag, option.help)).collect()
    }

    fn value(&self, kind: CompletionKind, typed: &Typed<'_>) -> Completions {
        match kind {
            CompletionKind::Nothing => typed.nothing(),
            CompletionKind::Station(role) => self.stations(role, typed),
            CompletionKind::Versions => {
                let start = typed.text.rfind(',').map_or(0, |comma| comma + 1);
                let offered = Version::ALL.map(|version| candidate(version.subprotocol(), ""));
                typed.behind(start).choose(offered)
            }
            CompletionKind::Transport => typed.choose([candidate("websocket", "SRPC, OCPP-J"), candidate("soap", "OCPP-S")]),
            CompletionKind::Transports => typed.choose([
                candidate("websocket", "SRPC, OCPP-J"),
                candidate("soap", "OCPP-S"),
                candidate("both", "on the same port"),
            ]),
            CompletionKind::YesNo => typed.choose([candidate("true", ""), candidate("false", "")]),
            CompletionKind::Word(word) => typed.choose([candidate(word, "")]),
            CompletionKind::Plugin => typed.choose((self.context.list_plugins)().into_iter().map(|name| candidate(name, ""))),
            CompletionKind::Side => typed.choose([
                candidate("cs", "central system"),
                candidate("cp", "charge point"),
                candidate("station", "where it is called over SOAP"),
            ]),
            CompletionKind::Command => commands(typed, self.context),
            CompletionKind::Action(role) => typed.choose(self.context.grammar.actions(role).map(|name| candidate(name, ""))),
            CompletionKind::ActionCommand => {
                let actions = self.context.grammar.commands().iter().filter(|c| matches!(c.does, CommandKind::Action { .. }));
                typed.choose(actions.map(|command| candidate(command.name.clone(), command.summary.clone())))
            }
            CompletionKind::Payload(role) => {
                let names = self.words.windows(2).filter(|pair| pair[0].value == "-n");
                let action = names.map(|pair| unquote(pair[1].value)).next_back();
                let message = action.and_then(|action| self.request(role, &action));
                self.json(typed, message, &[])
            }
        }
    }

    /// Identities of a list that is being typed, and the targets that are no identity.
    fn stations(&self, role: Option<Role>, typed: &Typed<'_>) -> Completions {
        let comma = if typed.text.starts_with('"') { None } else { typed.text.rfind(',') };
        let start = comma.map_or(0, |comma| comma + 1);
        let sign = usize::from(typed.text[start..].starts_with('@') && start == 0 && role.is_none());
        let rows = self.context.stations.rows().iter().filter(|row| role.is_none_or(|role| row.our_role == role));
        let mut rows: Vec<_> = rows.collect();
        rows.sort_by_key(|row| row.state != LinkState::Connected);
        let stations = rows.into_iter().map(|row| {
            let state = if row.state == LinkState::Connected { "connected" } else { "not connected" };
            candidate(quote(&row.identity), state)
        });
        let mut completions = typed.behind(start + sign).choose(stations);
        if start == 0 {
            let groups = [
                candidate("@all", "every connected station"),
                candidate("@marked", "the marked stations"),
                candidate("@filter", "the stations that the filter shows"),
            ];
            let groups = choose(typed.text, groups);
            if sign > 0 && !groups.is_empty() {
                return Completions { span: typed.span.clone(), candidates: groups };
            }
            completions.candidates.extend(groups);
        }
        completions
    }

    fn at(&self, typed: &Typed<'_>) -> Completions {
        let mut offered = Vec::new();
        if self.spec.at_target {
            offered.extend([
                candidate("@all", "every connected station"),
                candidate("@marked", "the marked stations"),
                candidate("@filter", "the stations that the filter shows"),
            ]);
            offered.extend(
                self.context.stations.rows().iter().map(|row| candidate(format!("@{}", quote(&row.identity)), "station")),
            );
        }
        if self.spec.takes == ArgumentStyle::Payload {
            let files = (self.context.list_files)(typed.text[1..].trim_start_matches('"'));
            offered.extend(files.into_iter().map(|file| candidate(format!("@{}", quote(&file)), "file")));
        }
        typed.choose(offered)
    }

    /// The message that `name=value` is about.
    fn message(&self) -> Option<&MessageDefinition> {
        let named = |place: usize| self.words.get(place).and_then(|word| self.context.grammar.find_action(word).ok());
        match &self.spec.does {
            CommandKind::Action { initiator, action } => self.request(*initiator, action),
            CommandKind::Call => named(1).and_then(|(initiator, action)| self.request(initiator, action)),
            CommandKind::Default => named(0).and_then(|(initiator, action)| self.request(initiator, action)),
            CommandKind::Answer => {
                let (initiator, action) = named(0)?;
                self.versions().find_map(|version| self.context.catalog.action(version, initiator, action)).map(|a| &a.response)
            }
            _ => None,
        }
    }

    fn request(&self, initiator: Role, action: &str) -> Option<&MessageDefinition> {
        self.versions().find_map(|version| self.context.catalog.action(version, initiator, action)).map(|found| &found.request)
    }

    fn versions(&self) -> impl Iterator<Item = Version> {
        self.context.versions.iter().copied().chain(Version::ALL.into_iter().rev())
    }

    /// Names of fields or settings, as far as they were not used yet.
    fn names(&self, typed: &str) -> Vec<CommandCandidate> {
        let used = |name: &str| self.words.iter().any(|word| word.value.starts_with(name) && name.ends_with('='));
        let mut names = match self.spec.takes {
            ArgumentStyle::Nothing => Vec::new(),
            ArgumentStyle::Settings if self.words.first().is_some_and(|word| word.value == "station") => {
                vec![candidate("callback=", "the URL at which it is called over SOAP")]
            }
            ArgumentStyle::Settings => {
                SETTINGS.iter().map(|setting| candidate(format!("{}=", setting.name), setting.value)).collect()
            }
            ArgumentStyle::Payload => self.fields(typed),
        };
        if self.spec.does == CommandKind::Answer {
            let own = [("error=", "error code"), ("description=", "of the error"), ("delay=", "2s, 500ms")];
            names.extend(own.map(|(name, detail)| candidate(name, detail)));
        }
        names.retain(|name| !used(&name.text));
        names
    }

    /// The fields of the object that the typed path leads to, required ones first.
    fn fields(&self, typed: &str) -> Vec<CommandCandidate> {
        let Some(message) = self.message() else { return Vec::new() };
        let (around, steps) = match typed.rsplit_once('.') {
            Some((around, _)) => (&typed[..=around.len()], path::parse(around).ok()),
            None => ("", Some(Vec::new())),
        };
        let Some(fields) = steps.and_then(|steps| fields_at(&message.fields, &steps)) else { return Vec::new() };
        let mut fields: Vec<&FieldDefinition> = fields.iter().collect();
        fields.sort_by_key(|field| !field.required);
        fields
            .into_iter()
            .map(|field| {
                let end = match (&field.kind, field.repeated) {
                    (kind, Some(_)) if kind.is_object() => "[0].",
                    (kind, None) if kind.is_object() => ".",
                    _ => "=",
                };
                CommandCandidate {
                    text: format!("{around}{}{end}", field.name),
                    detail: type_label(field),
                    required: field.required,
                }
            })
            .collect()
    }

    /// Values of a field or setting; `typed` is what stands behind the `=`.
    fn assigned(&self, name: &str, typed: &Typed<'_>) -> Completions {
        match (self.spec.takes, &self.spec.does) {
            (ArgumentStyle::Settings, _) if name == "print_xml" => {
                typed.choose([candidate("true", ""), candidate("false", "")])
            }
            (ArgumentStyle::Payload, CommandKind::Answer) if name == "error" => {
                typed.choose(ErrorCode::in_use().map(|code| candidate(code.name(), code.description())))
            }
            (ArgumentStyle::Payload, _) => {
                let (Some(message), Ok(steps)) = (self.message(), path::parse(name)) else { return typed.nothing() };
                if typed.text.starts_with(['{', '[']) {
                    return self.json(typed, Some(message), &steps);
                }
                let values = compose::complete_value(message, &steps, "", 0, self.context.known);
                typed.choose(values.into_iter().map(|value| candidate(as_typed(&value.label, &value.insert), value.detail)))
            }
            _ => typed.nothing(),
        }
    }

    /// Completion inside of JSON.
    fn json(&self, typed: &Typed<'_>, message: Option<&MessageDefinition>, base: &[PathStep]) -> Completions {
        let Some(message) = message else { return typed.nothing() };
        let found = compose::complete_value(message, base, typed.text, typed.text.len(), self.context.known);
        let Some(first) = found.first() else { return typed.nothing() };
        let start = typed.span.start;
        Completions {
            span: start + first.span.start..start + first.span.end,
            candidates: found
                .into_iter()
                .map(|value| CommandCandidate { text: value.insert, detail: value.detail, required: value.required })
                .collect(),
        }
    }
}

/// A value as one would type it: bare where a bare word means this text.
fn as_typed(label: &str, json: &str) -> String {
    let is_text = json.starts_with('"');
    let is_bare = !label.is_empty()
        && serde_json::from_str::<serde_json::Value>(label).is_err()
        && !label.starts_with(['"', '\'', '{', '['])
        && quote(label) == label;
    if is_text && is_bare { label.to_owned() } else { json.to_owned() }
}

#[cfg(test)]
mod tests;
