//! `misbehave`: switch misbehaviours on purpose on and off, and list them; and `answer upgrade`, which is one of them. Which there are is a
//! table in `link`; the parser, completion and help follow it.

use std::fmt;

use super::context::CommandContext;
use super::entry::CommandEntry;
use crate::console::output::{CommandFailure, CommandOutput, ListedMisbehaviour, OutputKind, OutputLine, ScreenRequest};
use crate::console::syntax::arguments::{Arguments, read};
use crate::console::syntax::duration;
use crate::console::syntax::edit::PayloadStep;
use crate::console::syntax::error::{CommandError, UsageFault, short};
use crate::console::syntax::spec::{
    ArgumentStyle, CommandSpec, CompletionKind, NamedValue, Positional, argument, id_flag, optional,
};
use crate::console::syntax::target::Target;
use crate::console::syntax::token::{Spanned, Word, quote, unquote};
use crate::link::{
    ActiveMisbehaviour, CommandedMisbehaviour, MISBEHAVIOURS, MisbehaviourKind, MisbehaviourParameter, MisbehaviourScope,
    MisbehaviourSpec, MisbehaviourStage, PARAMETER_COUNT, PARAMETERS, ParameterValue,
};
use crate::ocpp::{Role, suggest};
use crate::sanitize::escape_control;
use crate::trace::StationTable;

/// What a number of times is.
const WANTED_TIMES: &str = "a number from 1 on";
/// The word before what is switched off.
const OFF: &str = "off";

const fn named(parameter: MisbehaviourParameter) -> NamedValue {
    let spec = PARAMETERS[parameter as usize];
    NamedValue { name: spec.name, value: spec.wanted, help: "", completes: CompletionKind::Nothing }
}

const TIMES: NamedValue =
    NamedValue { name: "times", value: "how often, from now on", help: "", completes: CompletionKind::Nothing };
const AS: NamedValue =
    NamedValue { name: "as", value: "cs or cp: our end of the station's link", help: "", completes: CompletionKind::Side };

/// The parameters of all misbehaviours, and those of the command.
const NAMED: [NamedValue; PARAMETER_COUNT + 2] = {
    let mut all = [TIMES; PARAMETER_COUNT + 2];
    let mut place = 0;
    while place < PARAMETER_COUNT {
        all[place] = named(PARAMETERS[place].parameter);
        place += 1;
    }
    all[PARAMETER_COUNT + 1] = AS;
    all
};

/// What `answer upgrade` takes.
pub(super) const UPGRADE: &[NamedValue] = &[
    named(MisbehaviourParameter::Status),
    named(MisbehaviourParameter::RetryAfter),
    named(MisbehaviourParameter::Location),
    named(MisbehaviourParameter::Challenge),
];

pub(super) const MISBEHAVE: CommandEntry<MisbehaveCommand> = CommandEntry {
    spec: CommandSpec::new("misbehave", "do something wrong on purpose on links, to see what the peer makes of it")
        .arguments(
            const {
                &[
                    argument("<station|cs|cp|all>", CompletionKind::MisbehaviourTarget),
                    Positional { behind: Some(OFF), ..optional("<of>", CompletionKind::MisbehaviourTarget) },
                    optional("<name>", CompletionKind::Misbehaviour),
                ]
            },
        )
        .takes(ArgumentStyle::Settings)
        .named(&NAMED)
        .synopsis("<station|cs|cp|all> <name> [parameter=value] [times=N] | list | off [<station|cs|cp|all>] [<name>]")
        .example("misbehave cs status status=429 retry_after=30 times=1"),
    parse: |words| parse(words.sorted()?),
};

/// Whose links misbehave.
#[derive(Debug, Clone, PartialEq)]
pub enum MisbehaviourTarget {
    /// All links.
    All,
    /// Those of a role of ours.
    Role(Role),
    /// Those of these stations.
    Stations(Target),
}

/// Switches misbehaviours on or off, or lists them.
#[derive(Debug, Clone, PartialEq)]
pub enum MisbehaveCommand {
    /// Switch one on.
    On {
        /// For whom.
        target: MisbehaviourTarget,
        /// Our role, where the line names it.
        our_role: Option<Role>,
        /// Which.
        commanded: CommandedMisbehaviour,
    },
    /// List those that are on.
    List,
    /// Switch some off.
    Off {
        /// For whom they were switched on; `None` is everywhere.
        target: Option<MisbehaviourTarget>,
        /// Our role, where the line names it.
        our_role: Option<Role>,
        /// Which; `None` is all.
        kind: Option<MisbehaviourKind>,
    },
}

fn parse(mut arguments: Arguments<'_>) -> Result<MisbehaveCommand, CommandError> {
    let our_role = arguments.take_named("as").map(|word| role_of(&word)).transpose()?;
    let words = std::mem::take(&mut arguments.positionals);
    match &words[..] {
        [list] if list.value == "list" => Ok(MisbehaveCommand::List),
        [off, rest @ ..] if off.value == OFF => {
            let (target, kind) = match rest {
                [] => (None, None),
                [one] if MisbehaviourSpec::named(one.value).is_some() => (None, Some(misbehaviour(one)?.kind)),
                [target] => (Some(target_of(target)?), None),
                [target, name, ..] => (Some(target_of(target)?), Some(misbehaviour(name)?.kind)),
            };
            if let Some(step) = arguments.steps.first() {
                let word = Spanned::new("", step.span());
                return Err(arguments.usage(UsageFault::Unexpected("a value".to_owned()), &word));
            }
            Ok(MisbehaveCommand::Off { target, our_role, kind })
        }
        [target, name] => {
            let (target, spec) = (target_of(target)?, misbehaviour(name)?);
            let commanded = commanded(&mut arguments, spec)?;
            Ok(MisbehaveCommand::On { target, our_role, commanded })
        }
        [list, more, ..] if list.value == "list" => Err(arguments.usage(UsageFault::Unexpected(short(more.value)), more)),
        _ => Err(arguments.missing("<name>")),
    }
}

/// What `answer upgrade` means: the status of all handshakes with our central systems, or of a station's.
pub(super) fn of_upgrade(
    arguments: &mut Arguments<'_>,
    target: Option<Target>,
    once: bool,
) -> Result<MisbehaveCommand, CommandError> {
    let target = target.map_or(MisbehaviourTarget::Role(Role::CentralSystem), MisbehaviourTarget::Stations);
    let our_role = Some(Role::CentralSystem);
    let kind = MisbehaviourKind::Status;
    if arguments.words.iter().any(|word| word.value == "default") {
        return Ok(MisbehaveCommand::Off { target: Some(target), our_role, kind: Some(kind) });
    }
    let Some(spec) = MISBEHAVIOURS.iter().find(|spec| spec.kind == kind).filter(|_| !arguments.steps.is_empty()) else {
        return Err(arguments.missing("status=<number> or default"));
    };
    let commanded = commanded(arguments, spec)?;
    let times = if once { Some(1) } else { commanded.times };
    Ok(MisbehaveCommand::On { target, our_role, commanded: CommandedMisbehaviour { times, ..commanded } })
}

/// The role that `as=` names.
pub(super) fn role_of(word: &Spanned<String>) -> Result<Role, CommandError> {
    match word.value.as_str() {
        "cs" => Ok(Role::CentralSystem),
        "cp" => Ok(Role::ChargePoint),
        _ => Err(CommandError::BadArgument { name: "as", wanted: "cs or cp".to_owned(), span: word.span.clone() }),
    }
}

/// The target that a word names.
pub(super) fn target_of(word: &Word<'_>) -> Result<MisbehaviourTarget, CommandError> {
    Ok(match word.value {
        "all" => MisbehaviourTarget::All,
        "cs" => MisbehaviourTarget::Role(Role::CentralSystem),
        "cp" => MisbehaviourTarget::Role(Role::ChargePoint),
        _ => {
            let wanted = "cs, cp, all, or stations";
            MisbehaviourTarget::Stations(read(word, "<station|cs|cp|all>", wanted, Target::parse)?)
        }
    })
}

fn misbehaviour(word: &Word<'_>) -> Result<&'static MisbehaviourSpec, CommandError> {
    MisbehaviourSpec::named(word.value).ok_or_else(|| {
        let nearest = suggest(word.value, MISBEHAVIOURS.iter().map(|spec| spec.name));
        let meant = nearest.map_or_else(|| ", as help misbehave lists them".to_owned(), |name| format!(", such as {name}"));
        CommandError::BadArgument { name: "<name>", wanted: format!("a misbehaviour{meant}"), span: word.span.clone() }
    })
}

/// Takes the values of a misbehaviour out of the words.
fn commanded(arguments: &mut Arguments<'_>, spec: &'static MisbehaviourSpec) -> Result<CommandedMisbehaviour, CommandError> {
    let mut values: Vec<(MisbehaviourParameter, ParameterValue)> = Vec::new();
    let mut times = None;
    for step in std::mem::take(&mut arguments.steps) {
        let PayloadStep::Assign(assignment) = step else {
            let word = Spanned::new("", step.span());
            return Err(arguments.usage(UsageFault::Unexpected("a payload".to_owned()), &word));
        };
        let (name, value) = (assignment.path, assignment.value);
        let text = unquote(&value.value);
        let bad = |name: &'static str, wanted: &str| CommandError::BadArgument {
            name,
            wanted: wanted.to_owned(),
            span: value.span.clone(),
        };
        if name.value == TIMES.name {
            let number = text.parse().ok().filter(|number| *number > 0);
            times = Some(number.ok_or_else(|| bad(TIMES.name, WANTED_TIMES))?);
            continue;
        }
        let Some(parameter) = MisbehaviourParameter::named(&name.value).filter(|parameter| spec.has(*parameter)) else {
            let known = spec.parameters.iter().map(|offered| offered.0.spec().name);
            let nearest = suggest(&name.value, known.chain([TIMES.name]));
            return Err(CommandError::UnknownSetting { name: name.value, nearest, span: name.span });
        };
        let known = parameter.spec();
        let read = parameter.read(&text, duration::parse).ok_or_else(|| bad(known.name, known.wanted))?;
        values.retain(|(other, _)| *other != parameter);
        values.push((parameter, read));
    }
    Ok(CommandedMisbehaviour { spec, values, times })
}

impl MisbehaveCommand {
    pub(super) async fn run(&self, context: &CommandContext<'_>) -> Result<CommandOutput, CommandFailure> {
        match self {
            MisbehaveCommand::List => Ok(list(context)),
            MisbehaveCommand::On { target, our_role, commanded } => {
                let note = match commanded.spec.kind.is_about_certificate() {
                    true => Some(lend_authority(context).await?),
                    false => None,
                };
                let mut output = switch_on(target, *our_role, commanded, context)?;
                if let Some(note) = note {
                    match &mut output.done {
                        // There is one line for both.
                        Some(done) if context.meant.full_screen => done.push_str(&format!(" {note}")),
                        _ => output.lines.push(OutputLine::new(OutputKind::Info, note)),
                    }
                }
                Ok(output)
            }
            MisbehaveCommand::Off { target, our_role, kind } => {
                let mut output = CommandOutput::default();
                let scopes = match target {
                    None => vec![None],
                    Some(target) => {
                        let role = our_role.or_else(|| only_role(*kind));
                        scopes(target, role, context, &mut output)?.into_iter().map(Some).collect()
                    }
                };
                let off: usize =
                    context.hub.misbehave(|plan| scopes.into_iter().map(|scope| plan.switch_off(scope, *kind)).sum());
                output.done = Some(match off {
                    0 => "No such misbehaviour was on.".to_owned(),
                    1 => "1 misbehaviour is off again.".to_owned(),
                    off => format!("{off} misbehaviours are off again."),
                });
                Ok(output)
            }
        }
    }
}

fn spec_of(kind: MisbehaviourKind) -> Option<&'static MisbehaviourSpec> {
    MISBEHAVIOURS.iter().find(|spec| spec.kind == kind)
}

/// The role of a misbehaviour that only one has.
fn only_role(kind: Option<MisbehaviourKind>) -> Option<Role> {
    match kind.and_then(spec_of)?.roles {
        [role] => Some(*role),
        _ => None,
    }
}

fn switch_on(
    target: &MisbehaviourTarget,
    our_role: Option<Role>,
    commanded: &CommandedMisbehaviour,
    context: &CommandContext<'_>,
) -> Result<CommandOutput, CommandFailure> {
    let spec = commanded.spec;
    let named_role = match target {
        MisbehaviourTarget::Role(role) => Some(*role),
        _ => our_role,
    };
    if let Some(role) = named_role.filter(|role| !spec.fits(*role)) {
        let text = format!("Error: {} is nothing that we do as {role}.", spec.name);
        return Err(CommandFailure::plain(text));
    }
    if let Some(lack) = spec.lack() {
        return Err(CommandFailure::plain(format!("Error: {} {lack}.", spec.name)));
    }
    let mut output = CommandOutput::default();
    let scopes = scopes(target, our_role.or_else(|| only_role(Some(spec.kind))), context, &mut output)?;
    // No name of a station comes with TLS: it names the host that the client wants.
    let is_early = |scope: &MisbehaviourScope| match spec.stage {
        MisbehaviourStage::Connection => matches!(scope, MisbehaviourScope::Station(..)),
        MisbehaviourStage::Tls => matches!(scope, MisbehaviourScope::Station(Role::CentralSystem, _)),
        _ => false,
    };
    if scopes.iter().any(is_early) {
        let end = if spec.fits(Role::ChargePoint) { ", or as=cp for a charge point of ours" } else { "" };
        let text = format!("Error: {} comes before it is known which station connects; use misbehave cs {0}{end}.", spec.name);
        return Err(CommandFailure::plain(text));
    }
    let whose = whose(&scopes, context);
    let line = context.line.trim();
    context.hub.misbehave(|plan| {
        scopes.iter().for_each(|scope| plan.switch_on(*scope, commanded.clone(), line.to_owned()));
    });
    let times = commanded.times.map_or_else(
        || "from now on".to_owned(),
        |times| match times {
            1 => "once".to_owned(),
            times => format!("{times} times"),
        },
    );
    output.done = Some(format!("{whose} {}, {times}; misbehave list shows what is on.", spec.does));
    Ok(output)
}

/// Lets the test CA issue the certificates with faults. Returns what the user has to know about it.
async fn lend_authority(context: &CommandContext<'_>) -> Result<String, CommandFailure> {
    match context.hub.lend_authority().await {
        Ok(Some(root)) => Ok(format!(
            "The test CA issues the certificate: a peer that does not trust {} sees an unknown CA besides.",
            root.display()
        )),
        Ok(None) => Ok("A CA of this session issues the certificate, which no peer trusts.".to_owned()),
        Err(error) => Err(CommandFailure::plain(format!("Error: {error}"))),
    }
}

/// Whom a target means. A station that was never there is known from now on. A pair has a link in either role.
pub(super) fn scopes(
    target: &MisbehaviourTarget,
    our_role: Option<Role>,
    context: &CommandContext<'_>,
    output: &mut CommandOutput,
) -> Result<Vec<MisbehaviourScope>, CommandFailure> {
    let target = match (target, our_role) {
        (MisbehaviourTarget::All, None) => return Ok(vec![MisbehaviourScope::All]),
        (MisbehaviourTarget::All, Some(role)) => return Ok(vec![MisbehaviourScope::Role(role)]),
        (MisbehaviourTarget::Role(role), _) => return Ok(vec![MisbehaviourScope::Role(*role)]),
        (MisbehaviourTarget::Stations(target), _) => target,
    };
    let keys = context.stations_or_new(our_role, target, output)?;
    let contents = context.hub.trace().read();
    let default = our_role.unwrap_or(Role::CentralSystem);
    let role = |key| contents.stations().get(key).map_or(default, |row| if row.is_pair() { default } else { row.our_role });
    Ok(keys.into_iter().map(|key| MisbehaviourScope::Station(role(key), key)).collect())
}

/// Who it is that misbehaves, at the beginning of a sentence.
fn whose(scopes: &[MisbehaviourScope], context: &CommandContext<'_>) -> String {
    let key = |scope: &MisbehaviourScope| match scope {
        MisbehaviourScope::Station(_, key) => Some(*key),
        _ => None,
    };
    let keys: Vec<_> = scopes.iter().filter_map(key).collect();
    match scopes {
        [MisbehaviourScope::All] => "Every link of ours".to_owned(),
        [MisbehaviourScope::Role(role)] => format!("Our {role}"),
        _ => format!("Our end of {}", context.names(&keys)),
    }
}

fn list(context: &CommandContext<'_>) -> CommandOutput {
    let active = context.hub.misbehaviour().active();
    if active.is_empty() {
        return CommandOutput::info("Nothing is done wrong on purpose.");
    }
    let contents = context.hub.trace().read();
    let listed: Vec<_> = active.iter().map(|one| listed(one, contents.stations())).collect();
    let lines = listed.iter().map(|one| format!("{}  ({})", escape_control(&one.line), one.does));
    let lines: Vec<String> = lines.collect();
    drop(contents);
    let screen = context.meant.full_screen.then_some(ScreenRequest::ListMisbehaviours(listed));
    CommandOutput { screen, ..CommandOutput::text("Misbehaviours", lines) }
}

/// A scope as the command line names it, with the role behind the station.
pub(super) fn scope_name(scope: MisbehaviourScope, context: &CommandContext<'_>) -> String {
    let (target, role) = written_scope(scope, context.hub.trace().read().stations());
    target + &role
}

/// A scope as the command line names it: whose links, and the option with our role.
fn written_scope(scope: MisbehaviourScope, stations: &StationTable) -> (String, String) {
    match scope {
        MisbehaviourScope::All => ("all".to_owned(), String::new()),
        MisbehaviourScope::Role(role) => (role.short().to_owned(), String::new()),
        MisbehaviourScope::Station(role, key) => {
            let identity = stations.get(key).map_or_else(String::new, |row| row.identity.to_string());
            (quote(&identity), format!(" as={}", role.short()))
        }
    }
}

fn listed(one: &ActiveMisbehaviour, stations: &StationTable) -> ListedMisbehaviour {
    let (target, role) = written_scope(one.scope, stations);
    let spec = one.commanded.spec;
    ListedMisbehaviour { line: one.text.clone(), off: format!("misbehave off {target} {}{role}", spec.name), does: spec.does }
}

impl fmt::Display for MisbehaviourTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MisbehaviourTarget::All => f.write_str("all"),
            MisbehaviourTarget::Role(role) => f.write_str(role.short()),
            MisbehaviourTarget::Stations(Target::These(names)) => f.write_str(&quote(&names.join(","))),
            MisbehaviourTarget::Stations(target) => target.fmt(f),
        }
    }
}

/// The values, with a blank before each.
fn write_values(f: &mut fmt::Formatter<'_>, commanded: &CommandedMisbehaviour) -> fmt::Result {
    for (parameter, value) in &commanded.values {
        write!(f, " {}={}", parameter.spec().name, quote(&value.to_string()))?;
    }
    commanded.times.map_or(Ok(()), |times| write!(f, " {}={times}", TIMES.name))
}

impl fmt::Display for MisbehaveCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let our_role = match self {
            MisbehaveCommand::List => return f.write_str("misbehave list"),
            MisbehaveCommand::On { target, our_role, commanded } => {
                write!(f, "misbehave {target} {}", commanded.spec.name)?;
                write_values(f, commanded)?;
                our_role
            }
            MisbehaveCommand::Off { target, our_role, kind } => {
                f.write_str("misbehave off")?;
                target.as_ref().map_or(Ok(()), |target| write!(f, " {target}"))?;
                kind.and_then(spec_of).map_or(Ok(()), |spec| write!(f, " {}", spec.name))?;
                our_role
            }
        };
        our_role.map_or(Ok(()), |role| write!(f, " {}={}", AS.name, role.short()))
    }
}

/// Writes the command as `answer upgrade`, which it was.
pub(super) fn write_upgrade(f: &mut fmt::Formatter<'_>, command: &MisbehaveCommand) -> fmt::Result {
    f.write_str("answer upgrade")?;
    let (target, commanded) = match command {
        MisbehaveCommand::On { target, commanded, .. } => (Some(target), Some(commanded)),
        MisbehaveCommand::Off { target, .. } => (target.as_ref(), None),
        MisbehaveCommand::List => (None, None),
    };
    if let Some(target @ MisbehaviourTarget::Stations(_)) = target {
        write!(f, " {} {target}", id_flag(Role::CentralSystem))?;
    }
    match commanded {
        Some(commanded) => write_values(f, commanded),
        None => f.write_str(" default"),
    }
}
