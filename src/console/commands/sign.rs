//! `sign`: sends a station a certificate that it has asked for, signed by the test CA, also with a fault on purpose; and `sign … list`, what it
//! has asked for. What happens without the command is the setting `sign_certificates`.

use std::fmt;

use super::context::CommandContext;
use super::entry::CommandEntry;
use crate::console::output::{CommandFailure, CommandOutput};
use crate::console::syntax::edit::PayloadStep;
use crate::console::syntax::error::{CommandError, UsageFault};
use crate::console::syntax::spec::{ArgumentStyle, CommandSpec, CompletionKind, NamedValue, argument};
use crate::console::syntax::target::Target;
use crate::console::syntax::token::{quote, unquote};
use crate::ocpp::{Role, suggest};
use crate::sanitize::escape_control;
use crate::simulator::{RequestChoice, SigningRule};
use crate::trace::StationKey;

/// The word that lists the requests.
const LIST: &str = "list";

/// How a certificate can be signed: the names of all rules but `off`; and the word that lists the requests.
const WORDS: [&str; SigningRule::ALL.len()] = {
    let mut names = [LIST; SigningRule::ALL.len()];
    let mut index = 1;
    while index < names.len() {
        names[index] = SigningRule::ALL[index].0;
        index += 1;
    }
    names
};

const TYPE: NamedValue = NamedValue {
    name: "type",
    value: "the type of the certificate, such as V2GCertificate",
    help: "",
    completes: CompletionKind::Nothing,
};
const REQUEST: NamedValue =
    NamedValue { name: "request", value: "the number of the request (2.1)", help: "", completes: CompletionKind::Nothing };

pub(super) const SIGN: CommandEntry<SignCommand> = CommandEntry {
    spec: CommandSpec::new("sign", "sign a request for a certificate of a station with the test CA, and send it; without more, the last one")
        .arguments(const { &[argument("<station>", CompletionKind::Station(Some(Role::CentralSystem)))] })
        .takes(ArgumentStyle::Settings)
        .named(&[TYPE, REQUEST])
        .words(&WORDS)
        .synopsis(
            "<station> [good | intermediate | missing-intermediate | expired | not-yet-valid | wrong-name | foreign] [type=<type>] [request=<number>] | <station> list",
        )
        .example("sign CP1"),
    parse: |words| {
        let mut arguments = words.sorted()?;
        let number = arguments.take_named(REQUEST.name).map(|word| {
            let number = unquote(&word.value).parse::<i64>();
            number.map_err(|_| CommandError::BadArgument { name: REQUEST.name, wanted: "a whole number".to_owned(), span: word.span })
        });
        let certificate_type = arguments.take_named(TYPE.name).map(|word| unquote(&word.value));
        let choice = RequestChoice { certificate_type, number: number.transpose()? };
        if let Some(PayloadStep::Assign(assignment)) = arguments.steps.first() {
            let (name, span) = (assignment.path.value.clone(), assignment.path.span.clone());
            let nearest = suggest(&name, [TYPE.name, REQUEST.name]);
            return Err(CommandError::UnknownSetting { name, nearest, span });
        }
        if let Some(second) = arguments.words.get(1) {
            return Err(arguments.usage(UsageFault::Unexpected(second.value.to_owned()), second));
        }
        let station = unquote(arguments.positionals[0].value);
        Ok(match arguments.words.first().map(|word| word.value) {
            Some(LIST) => SignCommand::List { station },
            word => {
                let rule = word.and_then(SigningRule::parse).unwrap_or_default();
                SignCommand::Sign { station, rule, choice }
            }
        })
    },
};

/// Signs a request for a certificate, or lists them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignCommand {
    /// Sign one.
    Sign {
        /// The station.
        station: String,
        /// How it is signed.
        rule: SigningRule,
        /// Which request.
        choice: RequestChoice,
    },
    /// List what it has asked for.
    List {
        /// The station.
        station: String,
    },
}

impl SignCommand {
    pub(super) async fn run(&self, context: &CommandContext<'_>) -> Result<CommandOutput, CommandFailure> {
        let (SignCommand::Sign { station, .. } | SignCommand::List { station }) = self;
        let target = Target::These(vec![station.clone()]);
        let stations = context.resolve(Role::CentralSystem, &target, |_| true)?;
        match self {
            SignCommand::Sign { rule, choice, .. } => Ok(sign(&stations, *rule, choice, context)),
            SignCommand::List { .. } => {
                let asked: Vec<_> = stations.iter().flat_map(|station| context.hub.signing_requests(*station)).collect();
                if asked.is_empty() {
                    return Ok(CommandOutput::info("It has asked for no certificate."));
                }
                let lines = asked
                    .iter()
                    .map(|asked| escape_control(&format!("{asked}: {}, {}", asked.subject, asked.key)).into_owned());
                Ok(CommandOutput::text("Requests for certificates, the oldest first", lines))
            }
        }
    }
}

fn sign(stations: &[StationKey], rule: SigningRule, choice: &RequestChoice, context: &CommandContext<'_>) -> CommandOutput {
    let mut output = CommandOutput::default();
    let mut signed = Vec::new();
    for station in stations {
        let name = context.names(&[*station]);
        match context.hub.sign_request(*station, choice, rule) {
            Ok(asked) => signed.push(format!("{} ({})", name, escape_control(&asked.to_string()))),
            Err(fault) => output.add(CommandFailure::plain(format!("Error: {name}: {}.", escape_control(&fault.to_string())))),
        }
    }
    if !signed.is_empty() && !output.failed() {
        output.done = Some(format!("CertificateSigned is sent to {}.", signed.join(", ")));
    }
    output
}

impl fmt::Display for SignCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SignCommand::List { station } => write!(f, "sign {} {LIST}", quote(station)),
            SignCommand::Sign { station, rule, choice } => {
                write!(f, "sign {}", quote(station))?;
                if *rule != SigningRule::default() {
                    write!(f, " {}", rule.name())?;
                }
                if let Some(name) = &choice.certificate_type {
                    write!(f, " {}={}", TYPE.name, quote(name))?;
                }
                choice.number.map_or(Ok(()), |number| write!(f, " {}={number}", REQUEST.name))
            }
        }
    }
}
