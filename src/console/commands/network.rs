//! `network <station> latency=200ms loss=1%` makes the network of links bad on purpose, `network list` shows what is on, `network off` ends
//! it. What a fault does to which frame is decided in `link`.

use std::fmt::{self, Write as _};
use std::ops::Range;
use std::time::{Duration, Instant};

use super::context::CommandContext;
use super::entry::CommandEntry;
use super::misbehave::{MisbehaviourTarget, role_of, scope_name, scopes, target_of};
use crate::clock::now;
use crate::console::output::{CommandFailure, CommandOutput};
use crate::console::syntax::arguments::CommandWords;
use crate::console::syntax::duration;
use crate::console::syntax::error::CommandError;
use crate::console::syntax::spec::{ArgumentStyle, CommandSpec, CompletionKind, NamedValue, Positional, argument, optional};
use crate::console::syntax::token::{Spanned, Word, unquote};
use crate::link::{ActiveNetworkFault, FaultSchedule, MisbehaviourScope, NetworkFault};
use crate::ocpp::{Role, Transport, suggest};
use crate::sanitize::escape_control;
use crate::trace::{Direction, StationKey};

const OFF: &str = "off";
const LIST: &str = "list";
const HALF_OPEN: &str = "half-open";

const fn named(name: &'static str, value: &'static str) -> NamedValue {
    NamedValue { name, value, help: "", completes: CompletionKind::Nothing }
}

/// What a fault is made of.
const NAMED: &[NamedValue] = &[
    named("latency", "how long a frame is on its way, as in 200ms"),
    named("jitter", "how much longer or shorter at most, as in 50ms"),
    named("loss-of-frames", "the share that is lost, as in 1%; loss means the same"),
    named("duplicate", "the share that arrives twice, as in 1%"),
    named("reorder", "the share that the next frame overtakes, as in 1%"),
    named("truncate", "the share that arrives without its second half, as in 1%"),
    named("bandwidth", "bits a second, as in 9600 or 64k"),
    named("stall", "how long nothing gets through at first, as in 10s"),
    named("cut-after", "after how many frames the connection breaks"),
    named("dir", "in or out: what the peer sends or what we send; both without it"),
    named("seed", "a number: the same seed and frames, the same faults"),
    NamedValue { name: "as", value: "cs or cp: our end of the link", help: "", completes: CompletionKind::Side },
];
/// The other name of `loss-of-frames`.
const LOSS: &str = "loss";

pub(super) const NETWORK: CommandEntry<NetworkCommand> = CommandEntry {
    spec: CommandSpec::new("network", "make the network of links bad on purpose: slow, lossy, narrow, broken")
        .arguments(
            const {
                &[
                    argument("<station|cs|cp|all>", CompletionKind::MisbehaviourTarget),
                    Positional { behind: Some(OFF), ..optional("<of>", CompletionKind::MisbehaviourTarget) },
                ]
            },
        )
        .takes(ArgumentStyle::Settings)
        .named(NAMED)
        .words(&[HALF_OPEN])
        .synopsis(
            "<station|cs|cp|all> latency=200ms jitter=50ms loss-of-frames=1% duplicate=1% reorder=1% truncate=1% bandwidth=9600 stall=10s \
             cut-after=20 half-open [dir=in|out] [as=cs|cp] [seed=N] [every 5m for 10s] | list | off [<station|cs|cp|all>]",
        )
        .example("network CP1 latency=200ms jitter=50ms loss-of-frames=1%"),
    parse,
};

/// Makes networks bad, or good again, or lists those that are bad.
#[derive(Debug, Clone, PartialEq)]
pub enum NetworkCommand {
    /// Switch faults on.
    On {
        /// For whom.
        target: MisbehaviourTarget,
        /// Our role, where the line names it.
        our_role: Option<Role>,
        /// What. A seed that was not written is 0 here and drawn when it runs.
        fault: NetworkFault,
        /// Whether a seed was written.
        is_seeded: bool,
    },
    /// List those that are on.
    List,
    /// Switch them off.
    Off {
        /// For whom they were switched on; `None` is everywhere.
        target: Option<MisbehaviourTarget>,
        /// Our role, where the line names it.
        our_role: Option<Role>,
    },
}

/// Whether a word is one of a network fault, for a command of another kind that gets it.
pub(super) fn is_network_word(word: &str) -> bool {
    let name = word.split_once('=').map_or(word, |(name, _)| name);
    name == HALF_OPEN || name == LOSS || NAMED.iter().take(9).any(|known| known.name == name)
}

fn bad(name: &'static str, wanted: &str, span: Range<usize>) -> CommandError {
    CommandError::BadArgument { name, wanted: wanted.to_owned(), span }
}

fn parse(words: &CommandWords<'_>) -> Result<NetworkCommand, CommandError> {
    let Some((first, rest)) = words.words.split_first() else {
        return Err(words.sorted().map_or_else(|error| error, |arguments| arguments.missing("<station|cs|cp|all>")));
    };
    match (first.value, rest) {
        (LIST, []) => return Ok(NetworkCommand::List),
        (OFF, []) => return Ok(NetworkCommand::Off { target: None, our_role: None }),
        (OFF, [target]) => return Ok(NetworkCommand::Off { target: Some(target_of(target)?), our_role: None }),
        (OFF, [target, role]) if role.value.starts_with("as=") => {
            return Ok(NetworkCommand::Off { target: Some(target_of(target)?), our_role: Some(side(role)?) });
        }
        (LIST | OFF, [.., more]) => return Err(bad("<of>", "one of cs, cp, all, or stations", more.span.clone())),
        _ => {}
    }
    let target = target_of(first)?;
    let mut read = FaultReader::default();
    let mut rest = rest;
    while let [word, after @ ..] = rest {
        rest = match (word.value, after) {
            ("every", [every, of, lasting, after @ ..]) if of.value == "for" => {
                read.schedule(every, lasting)?;
                after
            }
            ("every", _) => return Err(bad("every", "two lengths of time, as in every 5m for 10s", word.span.clone())),
            _ => {
                read.word(word)?;
                after
            }
        };
    }
    let FaultReader { fault: NetworkFault { seed, direction, schedule, .. }, .. } = read;
    let nothing = NetworkFault { direction, schedule, seed, ..NetworkFault::default() };
    if read.fault == nothing {
        return Err(bad("<fault>", "at least one fault, as in latency=200ms", words.line.len()..words.line.len()));
    }
    Ok(NetworkCommand::On { target, our_role: read.our_role, fault: read.fault, is_seeded: read.is_seeded })
}

fn side(word: &Word<'_>) -> Result<Role, CommandError> {
    let value = word.value.strip_prefix("as=").unwrap_or_default();
    role_of(&Spanned::new(value.to_owned(), word.span.clone()))
}

/// Reads the words of a fault.
#[derive(Default)]
struct FaultReader {
    fault: NetworkFault,
    our_role: Option<Role>,
    is_seeded: bool,
}

impl FaultReader {
    fn schedule(&mut self, every: &Word<'_>, lasting: &Word<'_>) -> Result<(), CommandError> {
        let [every_read, lasting_read] =
            [every, lasting].map(|word| duration::parse(&unquote(word.value)).filter(|time| !time.is_zero()));
        let wanted = "a length of time, as in 5m or 10s";
        let every_read = every_read.ok_or_else(|| bad("every", wanted, every.span.clone()))?;
        let lasting = lasting_read
            .filter(|lasting| *lasting < every_read)
            .ok_or_else(|| bad("for", "a length of time that is shorter than the one behind every", lasting.span.clone()))?;
        self.fault.schedule = Some(FaultSchedule { every: every_read, lasting });
        Ok(())
    }

    fn word(&mut self, word: &Word<'_>) -> Result<(), CommandError> {
        if word.value == HALF_OPEN {
            self.fault.half_open = true;
            return Ok(());
        }
        let unknown = |name: &str| {
            let known = NAMED.iter().map(|named| named.name).chain([HALF_OPEN, "every"]);
            let nearest = suggest(name, known);
            CommandError::UnknownSetting { name: name.to_owned(), nearest, span: word.span.clone() }
        };
        let (name, value) = word.value.split_once('=').ok_or_else(|| unknown(word.value))?;
        let value = unquote(value);
        let named = NAMED.iter().find(|named| named.name == name || (name == LOSS && named.name == "loss-of-frames"));
        let name = named.ok_or_else(|| unknown(name))?.name;
        let fault = &mut self.fault;
        let time =
            || duration::parse(&value).ok_or_else(|| bad(name, "a length of time, as in 200ms or 10s", word.span.clone()));
        let share = || share(&value).ok_or_else(|| bad(name, "a share from 0% to 100%", word.span.clone()));
        match name {
            "latency" => fault.latency = time()?,
            "jitter" => fault.jitter = time()?,
            "loss-of-frames" => fault.loss = share()?,
            "duplicate" => fault.duplicate = share()?,
            "reorder" => fault.reorder = share()?,
            "truncate" => fault.truncate = share()?,
            "stall" => fault.stall = Some(time()?),
            "bandwidth" => {
                let read = bandwidth(&value)
                    .ok_or_else(|| bad(name, "a number of bits a second, as in 9600 or 64k", word.span.clone()))?;
                fault.bandwidth = Some(read);
            }
            "cut-after" => {
                let count = value.parse().ok().filter(|count| *count > 0);
                fault.cut_after = Some(count.ok_or_else(|| bad(name, "a number of frames from 1 on", word.span.clone()))?);
            }
            "dir" => {
                fault.direction = Some(match &*value {
                    "in" => Direction::In,
                    "out" => Direction::Out,
                    _ => return Err(bad(name, "in or out", word.span.clone())),
                });
            }
            "seed" => {
                fault.seed = value.parse().map_err(|_| bad(name, "a number", word.span.clone()))?;
                self.is_seeded = true;
            }
            _ => self.our_role = Some(role_of(&Spanned::new(value, word.span.clone()))?),
        }
        Ok(())
    }
}

/// `1%`, or `0.01`.
fn share(text: &str) -> Option<f64> {
    let read = match text.strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f64>().ok()? / 100.0,
        None => text.parse().ok()?,
    };
    (0.0..=1.0).contains(&read).then_some(read)
}

/// `9600`, `64k` or `2M`.
fn bandwidth(text: &str) -> Option<u32> {
    let (digits, factor) = match text.chars().last()? {
        'k' => (&text[..text.len() - 1], 1_000),
        'M' => (&text[..text.len() - 1], 1_000_000),
        _ => (text, 1),
    };
    digits.parse::<u32>().ok()?.checked_mul(factor).filter(|bits| *bits > 0)
}

impl NetworkCommand {
    pub(super) async fn run(&self, context: &CommandContext<'_>) -> Result<CommandOutput, CommandFailure> {
        match self {
            NetworkCommand::List => Ok(list(context)),
            NetworkCommand::On { target, our_role, fault, is_seeded } => {
                let mut output = CommandOutput::default();
                let scopes = scopes(target, *our_role, context, &mut output)?;
                let (scopes, over_soap) = without_soap(scopes, context)?;
                let seed = if *is_seeded { fault.seed } else { u64::from(fastrand::u16(..)) };
                let fault = NetworkFault { seed, ..fault.clone() };
                let since = now().monotonic;
                context.hub.impair(|plan| {
                    for scope in &scopes {
                        let text = format!("network {} {}", scope_name(*scope, context), WrittenFault(&fault));
                        plan.switch_on(ActiveNetworkFault { scope: *scope, fault: fault.clone(), since, text });
                    }
                });
                let mut done = format!(
                    "The network of {target} has from now on: {}; network list shows what is on.",
                    WrittenFault(&fault)
                );
                if !over_soap.is_empty() {
                    let _ = write!(done, " SOAP is not affected: {}.", context.names(&over_soap)); // a String takes everything
                }
                output.done = Some(done);
                Ok(output)
            }
            NetworkCommand::Off { target, our_role } => {
                let mut output = CommandOutput::default();
                let scopes = match target {
                    None => vec![None],
                    Some(target) => scopes(target, *our_role, context, &mut output)?.into_iter().map(Some).collect(),
                };
                let off: usize = context.hub.impair(|plan| scopes.into_iter().map(|scope| plan.switch_off(scope)).sum());
                output.done = Some(match off {
                    0 => "No network was bad on purpose.".to_owned(),
                    1 => "1 network is good again.".to_owned(),
                    off => format!("{off} networks are good again."),
                });
                Ok(output)
            }
        }
    }
}

/// Those of the scopes whose frames can meet a fault, and the stations that cannot, because they speak SOAP.
fn without_soap(
    mut scopes: Vec<MisbehaviourScope>,
    context: &CommandContext<'_>,
) -> Result<(Vec<MisbehaviourScope>, Vec<StationKey>), CommandFailure> {
    let mut left_out = Vec::new();
    scopes.retain(|scope| match scope {
        MisbehaviourScope::Station(_, key) => {
            let contents = context.hub.trace().read();
            let is_soap = contents.stations().get(*key).is_some_and(|row| row.transport == Some(Transport::Soap));
            left_out.extend(is_soap.then_some(*key));
            !is_soap
        }
        MisbehaviourScope::All | MisbehaviourScope::Role(_) => true,
    });
    if scopes.is_empty() && !left_out.is_empty() {
        let names = context.names(&left_out);
        return Err(CommandFailure::plain(format!("Error: network faults are for WebSockets, not for SOAP: {names}.")));
    }
    Ok((scopes, left_out))
}

fn list(context: &CommandContext<'_>) -> CommandOutput {
    let active = context.hub.network_faults().active();
    if active.is_empty() {
        return CommandOutput::info("No network is bad on purpose.");
    }
    let moment = now().monotonic;
    CommandOutput::text(
        "Network faults",
        active.iter().map(|one| format!("{}{}", escape_control(&one.text), when(one, moment))).collect::<Vec<_>>(),
    )
}

/// Whether a scheduled fault is happening.
fn when(one: &ActiveNetworkFault, now: Instant) -> String {
    match one.fault.schedule {
        None => String::new(),
        Some(_) if one.is_happening(now) => "  (now)".to_owned(),
        Some(_) => "  (between two times)".to_owned(),
    }
}

/// A fault as it is written.
struct WrittenFault<'a>(&'a NetworkFault);

impl fmt::Display for WrittenFault<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fault = self.0;
        let time = |time: Duration| (!time.is_zero()).then(|| duration::print(time));
        let share = |share: f64| (share > 0.0).then(|| format!("{}%", share * 100.0));
        let values = [
            ("latency", time(fault.latency)),
            ("jitter", time(fault.jitter)),
            ("loss-of-frames", share(fault.loss)),
            ("duplicate", share(fault.duplicate)),
            ("reorder", share(fault.reorder)),
            ("truncate", share(fault.truncate)),
            ("bandwidth", fault.bandwidth.map(|bits| bits.to_string())),
            ("stall", fault.stall.map(duration::print)),
            ("cut-after", fault.cut_after.map(|count| count.to_string())),
            ("dir", fault.direction.map(|direction| if direction == Direction::In { "in" } else { "out" }.to_owned())),
        ];
        let mut words: Vec<String> =
            values.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value?))).collect();
        if fault.half_open {
            words.push(HALF_OPEN.to_owned());
        }
        let is_by_chance = fault.loss + fault.duplicate + fault.reorder + fault.truncate > 0.0 || !fault.jitter.is_zero();
        if is_by_chance || fault.seed > 0 {
            words.push(format!("seed={}", fault.seed));
        }
        if let Some(FaultSchedule { every, lasting }) = fault.schedule {
            words.push(format!("every {} for {}", duration::print(every), duration::print(lasting)));
        }
        f.write_str(&words.join(" "))
    }
}

impl fmt::Display for NetworkCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let our_role = match self {
            NetworkCommand::List => return f.write_str("network list"),
            NetworkCommand::Off { target, our_role } => {
                f.write_str("network off")?;
                target.as_ref().map_or(Ok(()), |target| write!(f, " {target}"))?;
                our_role
            }
            NetworkCommand::On { target, our_role, fault, is_seeded } => {
                let written = WrittenFault(fault).to_string();
                let written = if *is_seeded { written } else { written.replace(" seed=0", "") };
                write!(f, "network {target} {written}")?;
                our_role
            }
        };
        our_role.map_or(Ok(()), |role| write!(f, " as={}", role.short()))
    }
}
