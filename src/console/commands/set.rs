//! `set`: settings of all links of a role, and the address at which a SOAP station is called. One table of the settings serves the
//! parser, completion and help.

use std::fmt;
use std::time::Duration;

use super::context::CommandContext;
use super::entry::CommandEntry;
use crate::console::output::{CommandFailure, CommandOutput};
use crate::console::syntax::arguments::Arguments;
use crate::console::syntax::duration;
use crate::console::syntax::edit::{Assignment, PayloadStep};
use crate::console::syntax::error::{CommandError, ExecutionError, UsageFault, short};
use crate::console::syntax::spec::{
    ArgumentStyle, CommandSpec, CompletionKind, NamedValue, Positional, STATION_ID, argument, optional,
};
use crate::console::syntax::target::Target;
use crate::console::syntax::token::{Spanned, quote, unquote};
use crate::hub::LinkCommand;
use crate::link::HttpUrl;
use crate::ocpp::{Role, Strictness, suggest};
use crate::sanitize::escape_control;
use crate::simulator::{REGISTRATIONS, SigningRule};

pub(super) const SET: CommandEntry<SetCommand> = CommandEntry {
    spec: CommandSpec::new("set", "change settings of all links, or where a SOAP station is called")
        .arguments(
            const {
                &[
                    argument("<cs|cp>", CompletionKind::Side),
                    Positional {
                        behind: Some("station"),
                        ..optional("<station>", CompletionKind::Station(Some(Role::CentralSystem)))
                    },
                ]
            },
        )
        .options(&[STATION_ID])
        .takes(ArgumentStyle::Settings)
        .named(SETTINGS)
        .named_after("station", ADDRESS)
        .example("set cs timeout=30"),
    parse: |words| parse(&words.sorted()?),
};

/// All settings, as they are written.
const SETTINGS: &[NamedValue] = &[
    NamedValue {
        name: "websocket_ping_interval",
        value: "number",
        help: "set the websocket ping interval (0 for disabling).",
        completes: CompletionKind::Nothing,
    },
    NamedValue {
        name: "print_xml",
        value: "boolean",
        help: "in SOAP mode, print the raw SOAP content.",
        completes: CompletionKind::YesNo,
    },
    NamedValue {
        name: "timeout",
        value: "duration",
        help: "how long an answer is waited for: 30, 500ms, 1m.",
        completes: CompletionKind::Nothing,
    },
    NamedValue {
        name: "calls_in_flight",
        value: "number",
        help: "how many calls may wait for their answers on one link (1 is what OCPP allows).",
        completes: CompletionKind::Nothing,
    },
    NamedValue {
        name: "registration",
        value: "registration (Accepted, Pending or Rejected)",
        help: "how the central system answers BootNotification.",
        completes: CompletionKind::Registration,
    },
    NamedValue {
        name: "energy_price",
        value: "price",
        help: "what a kWh costs, for the totalCost in the central system's answers to TransactionEvent; 0 is no price.",
        completes: CompletionKind::Nothing,
    },
    NamedValue {
        name: "sign_certificates",
        value: "rule (good, off, intermediate, missing-intermediate, expired, not-yet-valid, wrong-name or foreign)",
        help: "which certificate the central system sends to a station that asks for one, when there is a test CA (ocpp-tui ca init).",
        completes: CompletionKind::Nothing,
    },
    NamedValue {
        name: "strictness",
        value: "strictness (tolerant or strict)",
        help: "whether calls that deviate from the specification are served (tolerant) or refused (strict).",
        completes: CompletionKind::Strictness,
    },
];

/// The settings that only a central system has.
const OF_CENTRAL_SYSTEM: &[&str] = &["registration", "energy_price", "sign_certificates"];

/// What is set of a station.
const ADDRESS: &[NamedValue] = &[NamedValue {
    name: "callback",
    value: "the URL at which it is called over SOAP",
    help: "",
    completes: CompletionKind::Nothing,
}];

/// Changes settings.
#[derive(Debug, Clone, PartialEq)]
pub enum SetCommand {
    /// Of all links of a role.
    Links {
        /// Our role on these links.
        role: Role,
        /// What changes, in this order.
        changes: Vec<SettingChange>,
    },
    /// Call stations over SOAP at this address instead of the one that they name.
    CallAt {
        /// Which stations.
        target: Target,
        /// The URL; `None` is the one of the station's From header again.
        url: Option<String>,
    },
}

/// A setting and its new value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SettingChange {
    /// Seconds between WebSocket pings; 0 turns them off.
    WebSocketPingInterval(u32),
    /// Whether SOAP messages are shown as XML.
    PrintXml(bool),
    /// The timeout of calls.
    Timeout(Duration),
    /// How many of our calls may wait for their answers on one link at the same time.
    CallsInFlight(u32),
    /// The status of registrations.
    Registration(&'static str),
    /// What a kWh costs; 0 is no price.
    EnergyPrice(f64),
    /// Which certificates stations get that ask for one.
    SignCertificates(SigningRule),
    /// Whether calls that deviate from the specification are served.
    Strictness(Strictness),
}

fn parse(arguments: &Arguments<'_>) -> Result<SetCommand, CommandError> {
    let role = match arguments.positionals[0].value {
        "cs" => Role::CentralSystem,
        "cp" => Role::ChargePoint,
        "station" => return call_at(arguments),
        other => return Err(arguments.usage(UsageFault::Unexpected(short(other)), &arguments.positionals[0])),
    };
    if let Some(word) = arguments.raw(STATION_ID.flag) {
        // A setting is one of all links of the role.
        return Err(arguments.usage(UsageFault::Unexpected(short(STATION_ID.flag)), word));
    }
    if arguments.steps.is_empty() {
        let mut usage = "set <cs|cp> variable=value ...\nSupported settings:".to_owned();
        for setting in SETTINGS {
            usage.push_str(&format!("\n- {}=<{}> : {}", setting.name, setting.value, setting.help));
        }
        return Err(CommandError::SetUsage { usage });
    }
    let assignments = arguments.steps.iter().filter_map(|step| match step {
        PayloadStep::Assign(assignment) => Some(assignment),
        PayloadStep::Whole(_) | PayloadStep::File(_) => None,
    });
    let changes = assignments.map(|assignment| change(role, &assignment.path, &assignment.value)).collect::<Result<_, _>>()?;
    Ok(SetCommand::Links { role, changes })
}

/// `set station CP1 callback=http://…`; an empty address is the one that the station names itself.
fn call_at(arguments: &Arguments<'_>) -> Result<SetCommand, CommandError> {
    let missing = || arguments.missing("<station>");
    let target = match (arguments.named_target(Role::CentralSystem)?, arguments.positionals.get(1)) {
        (Some(target), _) => target,
        (None, Some(station)) => Target::parse(&unquote(station.value)).ok_or_else(missing)?,
        (None, None) => return Err(missing()),
    };
    let [PayloadStep::Assign(Assignment { path, value })] = &arguments.steps[..] else {
        return Err(arguments.missing("callback=<url>"));
    };
    if path.value != "callback" {
        return Err(CommandError::UnknownSetting {
            name: path.value.clone(),
            nearest: Some("callback"),
            span: path.span.clone(),
        });
    }
    let url = unquote(&value.value);
    if !url.is_empty() {
        HttpUrl::parse(&url).map_err(|error| CommandError::BadUrl { error, span: value.span.clone() })?;
    }
    Ok(SetCommand::CallAt { target, url: (!url.is_empty()).then_some(url) })
}

/// Reads one `name=value`.
fn change(role: Role, name: &Spanned<String>, value: &Spanned<String>) -> Result<SettingChange, CommandError> {
    let has = |setting: &&NamedValue| role == Role::CentralSystem || !OF_CENTRAL_SYSTEM.contains(&setting.name);
    let Some(setting) = SETTINGS.iter().filter(has).find(|setting| setting.name == name.value) else {
        return Err(CommandError::UnknownSetting {
            name: name.value.clone(),
            nearest: suggest(&name.value, SETTINGS.iter().filter(has).map(|setting| setting.name)),
            span: name.span.clone(),
        });
    };
    let text = unquote(&value.value);
    SettingChange::read(setting.name, &text).ok_or_else(|| CommandError::BadSetting {
        name: setting.name,
        wanted: setting.value,
        span: value.span.clone(),
    })
}

impl SettingChange {
    fn read(name: &str, text: &str) -> Option<SettingChange> {
        match name {
            "websocket_ping_interval" => text.parse().ok().map(SettingChange::WebSocketPingInterval),
            "print_xml" => text.parse().ok().map(SettingChange::PrintXml),
            "timeout" => duration::parse(text).filter(|length| !length.is_zero()).map(SettingChange::Timeout),
            "calls_in_flight" => text.parse().ok().filter(|calls| *calls > 0).map(SettingChange::CallsInFlight),
            "registration" => REGISTRATIONS.into_iter().find(|status| *status == text).map(SettingChange::Registration),
            "energy_price" => {
                text.parse().ok().filter(|price: &f64| price.is_finite() && *price >= 0.0).map(SettingChange::EnergyPrice)
            }
            "sign_certificates" => SigningRule::parse(text).map(SettingChange::SignCertificates),
            "strictness" => Strictness::parse(text).map(SettingChange::Strictness),
            _ => None,
        }
    }
}

impl SetCommand {
    pub(super) async fn run(&self, context: &CommandContext<'_>) -> Result<CommandOutput, CommandFailure> {
        match self {
            SetCommand::Links { role, changes } => set(*role, changes, context),
            SetCommand::CallAt { target, url } => {
                let url = url.as_deref().and_then(|url| HttpUrl::parse(url).ok()); // the parser has refused others
                let at = match &url {
                    Some(url) => format!("called at {}", escape_control(&url.to_string())),
                    None => "called at the address of its From header again".to_owned(),
                };
                context.order(Role::CentralSystem, target, LinkCommand::CallAt(url), |names| format!("{names}: {at}."))
            }
        }
    }
}

fn set(role: Role, changes: &[SettingChange], context: &CommandContext<'_>) -> Result<CommandOutput, CommandFailure> {
    let mut output = CommandOutput::default();
    for change in changes {
        let any = context.hub.change_settings(role, |link| match change {
            SettingChange::WebSocketPingInterval(seconds) => {
                link.ping_interval = (*seconds > 0).then(|| Duration::from_secs(u64::from(*seconds)));
            }
            SettingChange::Timeout(timeout) => link.call_timeout = *timeout,
            SettingChange::CallsInFlight(calls) => link.calls_in_flight = (*calls).max(1) as usize,
            SettingChange::Strictness(strictness) => link.strictness = *strictness,
            // Those of the hub and of the central systems, below.
            SettingChange::PrintXml(_)
            | SettingChange::Registration(_)
            | SettingChange::EnergyPrice(_)
            | SettingChange::SignCertificates(_) => {}
        });
        if let SettingChange::PrintXml(on) = change {
            context.hub.set_print_xml(role, *on);
        }
        context.hub.change_central_systems(|settings| match change {
            SettingChange::Registration(status) => (*status).clone_into(&mut settings.registration),
            SettingChange::EnergyPrice(price) => settings.energy_price = (*price > 0.0).then_some(*price),
            SettingChange::SignCertificates(rule) => settings.signing = *rule,
            _ => {}
        });
        if !any {
            let none = match role {
                Role::CentralSystem => ExecutionError::NoCentralSystem,
                Role::ChargePoint => ExecutionError::NoChargePoints,
            };
            return Err(none.into());
        }
        // A charge point reports it itself, once a link, when it begins.
        if role == Role::CentralSystem && matches!(change, SettingChange::WebSocketPingInterval(1..)) {
            output.stamped("WebSocket ping from CS to CP enabled by user.");
        }
    }
    let changes: Vec<String> = changes.iter().map(ToString::to_string).collect();
    output.done = Some(format!("Set for all links as {role}: {}.", changes.join(", ")));
    Ok(output)
}

impl fmt::Display for SetCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SetCommand::Links { role, changes } => {
                write!(f, "set {}", role.short())?;
                changes.iter().try_for_each(|change| write!(f, " {change}"))
            }
            SetCommand::CallAt { target, url } => {
                f.write_str("set station ")?;
                match target {
                    Target::These(names) => f.write_str(&quote(&names.join(",")))?,
                    target => write!(f, "{target}")?,
                }
                write!(f, " callback={}", quote(url.as_deref().unwrap_or_default()))
            }
        }
    }
}

impl fmt::Display for SettingChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SettingChange::WebSocketPingInterval(seconds) => write!(f, "websocket_ping_interval={seconds}"),
            SettingChange::PrintXml(on) => write!(f, "print_xml={on}"),
            SettingChange::Timeout(length) => write!(f, "timeout={}", duration::print(*length)),
            SettingChange::CallsInFlight(calls) => write!(f, "calls_in_flight={calls}"),
            SettingChange::Registration(status) => write!(f, "registration={status}"),
            SettingChange::EnergyPrice(price) => write!(f, "energy_price={price}"),
            SettingChange::SignCertificates(rule) => write!(f, "sign_certificates={}", rule.name()),
            SettingChange::Strictness(strictness) => write!(f, "strictness={}", strictness.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_as_they_are_written() {
        for (name, value) in [
            ("websocket_ping_interval", "0"),
            ("print_xml", "true"),
            ("timeout", "500ms"),
            ("calls_in_flight", "3"),
            ("strictness", "strict"),
            ("registration", "Pending"),
            ("energy_price", "0.35"),
            ("sign_certificates", "wrong-name"),
        ] {
            let setting =
                change(Role::CentralSystem, &Spanned::new(name.to_owned(), 0..0), &Spanned::new(value.to_owned(), 0..0))
                    .unwrap();
            assert_eq!(setting.to_string(), format!("{name}={value}"));
        }
    }

    #[test]
    fn every_setting_refuses_what_it_is_not() {
        for spec in SETTINGS {
            let error =
                change(Role::CentralSystem, &Spanned::new(spec.name.to_owned(), 0..0), &Spanned::new("x".to_owned(), 3..4))
                    .unwrap_err();
            assert_eq!(error.to_string(), format!("Error: argument provided for {} is not a {}.", spec.name, spec.value));
        }
    }

    #[test]
    fn a_charge_point_has_no_settings_of_a_central_system() {
        for name in OF_CENTRAL_SYSTEM {
            let error = change(Role::ChargePoint, &Spanned::new((*name).to_owned(), 0..0), &Spanned::new("1".to_owned(), 0..0));
            assert!(matches!(error, Err(CommandError::UnknownSetting { .. })), "{name}");
        }
    }
}
