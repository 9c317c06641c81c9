//! TAB at the prompt and at the command line of the full screen: commands, options, stations, fields, values, files. It follows the
//! same entries as the parser, and accepts a line that is not finished. What is known is collected by the caller, so that no lock is
//! held while a folder is read.

mod files;
mod known_values;

use std::ops::Range;

use super::syntax::grammar::Grammar;
use super::syntax::path;
use super::syntax::spec::{
    ArgumentStyle, CONDITION, CommandSpec, CompletionKind, MessageSource, NamedValue, Positional, STATION_ID, UPGRADE_WORD,
};
use super::syntax::token::{Spanned, Word, quote, tokenize_unfinished, unquote};
use crate::capture::ExportFormat;
use crate::compose::{self, KnownValues, PathStep, ProposalScope, best_first, fields_at, type_label};
use crate::link::{
    HAS_OPENSSL, MISBEHAVIOURS, MisbehaviourParameter, MisbehaviourSpec, SubprotocolOrder, TlsVersion, UnknownProtocol,
};
use crate::ocpp::{Catalog, ErrorCode, FieldDefinition, MessageDefinition, Role, Strictness, Version};
use crate::plugin::PluginCommand;
use crate::simulator::{CableKind, FeatureProfile, REGISTRATIONS, StationQuirk};
use crate::trace::{LinkState, StationTable};

pub use files::list_files;
pub use known_values::{known_values, known_variables, template_values};

/// A station as completion offers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownStation {
    identity: Box<str>,
    our_role: Role,
    is_connected: bool,
}

impl KnownStation {
    /// All stations, in their order.
    pub fn all(stations: &StationTable) -> Vec<KnownStation> {
        let known = stations.rows().iter().map(|row| KnownStation {
            identity: (*row.identity).into(),
            our_role: row.our_role,
            is_connected: row.state == LinkState::Connected,
        });
        known.collect()
    }
}

/// A group as completion offers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownGroup {
    name: Box<str>,
    stations: usize,
}

impl KnownGroup {
    /// All groups, in their order.
    pub fn all(stations: &StationTable) -> Vec<KnownGroup> {
        let known = stations.groups().iter();
        known.map(|group| KnownGroup { name: (*group.name).into(), stations: group.members.len() }).collect()
    }
}

/// Names that only the disk knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing<'a> {
    /// The files whose names begin with a text; folders end in `/`.
    Files(&'a str),
    /// The plugins that could be loaded.
    Plugins,
}

/// What completion knows.
#[derive(Clone, Copy)]
pub struct CompletionContext<'a> {
    /// The commands.
    pub grammar: &'a Grammar,
    /// The fields of messages.
    pub catalog: &'a Catalog,
    /// The stations.
    pub stations: &'a [KnownStation],
    /// The groups, and how many stations each has.
    pub groups: &'a [KnownGroup],
    /// The versions whose fields are offered, best first; those left out follow.
    pub versions: &'a [Version],
    /// Values that the session has seen.
    pub known: &'a KnownValues,
    /// Reads names from the disk. It may block.
    pub list: &'a dyn Fn(Listing<'_>) -> Vec<String>,
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
        let last = self.words.last().and_then(|word| self.spec.option(word.value));
        if let Some(kind) = last.and_then(|option| option.value) {
            return self.value(kind, typed);
        }
        if self.in_condition() {
            return match typed.text.split_once('=') {
                Some((name, _)) => self.assigned(name, &typed.behind(name.len() + 1)),
                None => typed.choose(self.fields(typed.text)),
            };
        }
        if let Some(positional) = self.due()
            && !typed.text.starts_with('-')
        {
            return self.value(positional.completes, typed);
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
                    // What is an argument already need not be offered as an option too.
                    offered.extend(self.options().into_iter().filter(|option| option.detail != STATION_ID.help));
                    typed.choose(offered)
                }
            },
        }
    }

    /// Whether the word at the cursor belongs to the condition of an answer rule.
    fn in_condition(&self) -> bool {
        self.spec.words.contains(&CONDITION) && self.words.iter().skip(1).any(|word| word.value == CONDITION)
    }

    /// The words without the options that name a station, which may stand before the arguments.
    fn leading(&self) -> Vec<&Word<'_>> {
        let mut leading = Vec::new();
        let mut words = self.words.iter();
        while let Some(word) = words.next() {
            match self.spec.station_option(word.value) {
                Some(_) => _ = words.next(),
                None => leading.push(word),
            }
        }
        leading
    }

    /// The argument that comes next.
    fn due(&self) -> Option<&'static Positional> {
        let leading = self.leading();
        let mut taken = leading.iter();
        let mut before = None;
        for positional in self.positionals() {
            if positional.behind.is_some_and(|wanted| before != Some(wanted)) {
                continue;
            }
            before = Some(match taken.next() {
                Some(word) => word.value,
                None => return Some(positional),
            });
        }
        None
    }

    /// The misbehaviour that the line names, in the command that switches them on.
    fn misbehaviour(&self) -> Option<&'static MisbehaviourSpec> {
        let takes = self.spec.positionals.iter().any(|positional| positional.completes == CompletionKind::Misbehaviour);
        takes.then(|| self.leading().into_iter().find_map(|word| MisbehaviourSpec::named(word.value))).flatten()
    }

    /// The arguments that come first in this line.
    fn positionals(&self) -> impl Iterator<Item = &'static Positional> {
        self.spec.positionals_beside(self.words)
    }

    fn options(&self) -> Vec<CommandCandidate> {
        let options =
            self.spec.options.iter().filter(|option| option.repeats || !self.words.iter().any(|word| option.is(word.value)));
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
            CompletionKind::Cable => typed.choose(CableKind::ALL.map(|cable| candidate(cable.name(), cable.description()))),
            CompletionKind::FeatureProfiles => {
                let start = typed.text.rfind(',').map_or(0, |comma| comma + 1);
                typed.behind(start).choose(FeatureProfile::ALL.map(|profile| candidate(profile.name(), "")))
            }
            CompletionKind::Phases => typed.choose([candidate("1", ""), candidate("3", "")]),
            CompletionKind::Quirk => typed.choose(
                StationQuirk::shipped().map(|quirk| candidate(quirk.name().to_owned(), quirk.description().to_owned())),
            ),
            CompletionKind::Transport => typed.choose([candidate("websocket", "SRPC, OCPP-J"), candidate("soap", "OCPP-S")]),
            CompletionKind::Transports => typed.choose([
                candidate("websocket", "SRPC, OCPP-J"),
                candidate("soap", "OCPP-S"),
                candidate("both", "on the same port"),
            ]),
            CompletionKind::UnknownProtocol => typed.choose([
                candidate(UnknownProtocol::Close.name(), "after the handshake, as OCPP-J says"),
                candidate(UnknownProtocol::Refuse.name(), "the request, without an upgrade"),
            ]),
            CompletionKind::SecurityProfile => typed.choose([
                candidate("0", "without TLS and password"),
                candidate("1", "a password"),
                candidate("2", "TLS and a password"),
                candidate("3", "TLS with certificates of both sides"),
            ]),
            CompletionKind::TlsVersion => {
                let spoken = TlsVersion::ALL.into_iter().filter(|version| HAS_OPENSSL || *version >= TlsVersion::V1_2);
                typed.choose(spoken.map(|version| candidate(version.number(), "")))
            }
            CompletionKind::SubprotocolOrder => typed.choose([
                candidate(SubprotocolOrder::Newest.name(), "the newest version"),
                candidate(SubprotocolOrder::Offered.name(), "the first one that the station offers"),
            ]),
            CompletionKind::PasswordAction => typed.choose([
                candidate("list", "the stations that have a password"),
                candidate("set", "the password of a station"),
                candidate("remove", "the password of a station"),
                candidate("save", "the passwords to the file that they came from"),
            ]),
            CompletionKind::YesNo => typed.choose([candidate("true", ""), candidate("false", "")]),
            CompletionKind::Registration => typed.choose(REGISTRATIONS.map(|status| candidate(status, ""))),
            CompletionKind::ExportFormat => {
                typed.choose(ExportFormat::ALL.map(|format| candidate(format.name(), format.help())))
            }
            CompletionKind::Strictness => typed.choose(Strictness::ALL.map(|strictness| candidate(strictness.name(), ""))),
            CompletionKind::Word(word) => typed.choose([candidate(word, "")]),
            CompletionKind::Plugin => {
                typed.choose((self.context.list)(Listing::Plugins).into_iter().map(|name| candidate(name, "")))
            }
            CompletionKind::Side => typed.choose([
                candidate("cs", "central system"),
                candidate("cp", "charge point"),
                candidate("station", "where it is called over SOAP"),
            ]),
            CompletionKind::Misbehaviour => {
                let role = self.words.iter().find_map(|word| match word.value {
                    "cs" => Some(Role::CentralSystem),
                    "cp" => Some(Role::ChargePoint),
                    _ => None,
                });
                let fitting = MISBEHAVIOURS.iter().filter(|spec| role.is_none_or(|role| spec.fits(role)));
                typed.choose(fitting.map(|spec| candidate(spec.name, spec.does)))
            }
            CompletionKind::MisbehaviourTarget => {
                let words = [
                    candidate("cs", "every link of our central systems"),
                    candidate("cp", "every link of our charge points"),
                    candidate("all", "every link"),
                    candidate("list", "what is on"),
                    candidate("off", "switch off"),
                ];
                let is_first = self.words.is_empty();
                let words = words.into_iter().filter(|word| is_first || !matches!(word.text.as_str(), "list" | "off"));
                let mut stations = self.stations(None, typed);
                let words = choose(typed.text, words);
                stations.candidates.extend(words);
                stations
            }
            CompletionKind::Command => commands(typed, self.context),
            CompletionKind::Action(role) => typed.choose(self.context.grammar.actions(role).map(|name| candidate(name, ""))),
            CompletionKind::ActionCommand => {
                let actions = self.context.grammar.commands().iter().filter(|command| command.action.is_some());
                let actions = actions.map(|command| candidate(command.name.clone(), command.summary.clone()));
                let upgrade = candidate(UPGRADE_WORD, "the handshake of a WebSocket");
                typed.choose(actions.chain((self.spec.name == "answer").then_some(upgrade)))
            }
            CompletionKind::ErrorCode => {
                typed.choose(ErrorCode::in_use().map(|code| candidate(code.name(), code.description())))
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
        let stations = self.context.stations.iter().filter(|station| role.is_none_or(|role| station.our_role == role));
        let mut stations: Vec<_> = stations.collect();
        stations.sort_by_key(|station| !station.is_connected);
        let stations = stations.into_iter().map(|station| {
            let state = if station.is_connected { "connected" } else { "not connected" };
            candidate(quote(&station.identity), state)
        });
        let mut completions = typed.behind(start + sign).choose(stations);
        if start == 0 {
            let groups = choose(typed.text, self.several());
            if sign > 0 && !groups.is_empty() {
                return Completions { span: typed.span.clone(), candidates: groups };
            }
            completions.candidates.extend(groups);
        }
        completions
    }

    /// The targets that are several stations.
    fn several(&self) -> Vec<CommandCandidate> {
        let mut offered = vec![
            candidate("@all", "every connected station"),
            candidate("@marked", "the marked stations"),
            candidate("@filter", "the stations that the filter shows"),
        ];
        let groups = self.context.groups.iter();
        offered
            .extend(groups.map(|group| candidate(format!("@{}", quote(&group.name)), format!("group of {}", group.stations))));
        offered
    }

    fn at(&self, typed: &Typed<'_>) -> Completions {
        let mut offered = Vec::new();
        if self.spec.at_target {
            offered.extend(self.several());
            let stations = self.context.stations.iter();
            offered.extend(stations.map(|station| candidate(format!("@{}", quote(&station.identity)), "station")));
        }
        if self.spec.takes == ArgumentStyle::Payload {
            let files = (self.context.list)(Listing::Files(typed.text[1..].trim_start_matches('"')));
            offered.extend(files.into_iter().map(|file| candidate(format!("@{}", quote(&file)), "file")));
        }
        typed.choose(offered)
    }

    /// The message that `name=value` is about.
    fn message(&self) -> Option<&MessageDefinition> {
        let named = |place: usize| {
            let skipped = self.spec.positionals.len() - self.positionals().count();
            let leading = self.leading();
            leading.get(place.checked_sub(skipped)?).and_then(|word| self.context.grammar.find_action(word).ok())
        };
        if let Some((initiator, action)) = &self.spec.action {
            return self.request(*initiator, action);
        }
        match self.spec.message? {
            MessageSource::RequestAt(place) => named(place).and_then(|(initiator, action)| self.request(initiator, action)),
            MessageSource::ResponseAt(place) if self.in_condition() => {
                named(place).and_then(|(initiator, action)| self.request(initiator, action))
            }
            MessageSource::ResponseAt(place) => {
                let (initiator, action) = named(place)?;
                self.versions().find_map(|version| self.context.catalog.action(version, initiator, action)).map(|a| &a.response)
            }
        }
    }

    fn request(&self, initiator: Role, action: &str) -> Option<&MessageDefinition> {
        self.versions().find_map(|version| self.context.catalog.action(version, initiator, action)).map(|found| &found.request)
    }

    fn versions(&self) -> impl Iterator<Item = Version> {
        self.context.versions.iter().copied().chain(Version::WITHOUT_LINK)
    }

    /// Names of fields or settings, as far as they were not used yet.
    fn names(&self, typed: &str) -> Vec<CommandCandidate> {
        let used = |name: &str| self.words.iter().any(|word| word.value.starts_with(name) && name.ends_with('='));
        let mut names = match self.spec.takes {
            ArgumentStyle::Payload => self.fields(typed),
            ArgumentStyle::Nothing | ArgumentStyle::Settings => Vec::new(),
        };
        let misbehaviour = self.misbehaviour();
        let fits = |named: &&NamedValue| {
            let parameter = misbehaviour.and_then(|spec| Some((spec, MisbehaviourParameter::named(named.name)?)));
            parameter.is_none_or(|(spec, parameter)| spec.has(parameter))
        };
        names.extend(self.named().iter().filter(fits).map(|named| candidate(format!("{}=", named.name), named.value)));
        names.retain(|name| !used(&name.text));
        names
    }

    /// The names that belong to the command itself.
    fn named(&self) -> &'static [NamedValue] {
        match self.spec.named_after {
            Some((first, named)) if self.words.first().is_some_and(|word| word.value == first) => named,
            _ => self.spec.named,
        }
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
        let named = self.spec.named.iter().find(|named| named.name == name).map(|named| named.completes);
        match (named, self.spec.takes) {
            (Some(kind), _) if kind != CompletionKind::Nothing => self.value(kind, typed),
            (_, ArgumentStyle::Payload) => {
                let (Some(message), Ok(steps)) = (self.message(), path::parse(name)) else { return typed.nothing() };
                if typed.text.starts_with(['{', '[']) {
                    return self.json(typed, Some(message), &steps);
                }
                let values = compose::complete_value(message, &steps, "", 0, self.context.known, ProposalScope::Typed);
                typed.choose(values.into_iter().map(|value| candidate(as_typed(&value.label, &value.insert), value.note())))
            }
            _ => typed.nothing(),
        }
    }

    /// Completion inside of JSON.
    fn json(&self, typed: &Typed<'_>, message: Option<&MessageDefinition>, base: &[PathStep]) -> Completions {
        let Some(message) = message else { return typed.nothing() };
        let found =
            compose::complete_value(message, base, typed.text, typed.text.len(), self.context.known, ProposalScope::Typed);
        let Some(first) = found.first() else { return typed.nothing() };
        let start = typed.span.start;
        Completions {
            span: start + first.span.start..start + first.span.end,
            candidates: found
                .into_iter()
                .map(|value| {
                    // Nothing is selected in a command line, so a placeholder would have to be removed: the value comes next.
                    let end = if value.select.is_empty() { value.insert.len() } else { value.select.start };
                    let text =
                        value.insert[..end].trim_end_matches(if value.select.is_empty() { '\0' } else { '"' }).to_owned();
                    CommandCandidate { text, detail: value.note(), required: value.required }
                })
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
