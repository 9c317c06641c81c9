//! `sign`: sends a station the certificate that it has asked for last, signed by the test CA, also with a fault on purpose. What happens
//! without the command is the setting `sign_certificates`.

use std::fmt;

use super::context::CommandContext;
use super::entry::CommandEntry;
use crate::console::output::{CommandFailure, CommandOutput};
use crate::console::syntax::error::UsageFault;
use crate::console::syntax::spec::{CommandSpec, CompletionKind, argument};
use crate::console::syntax::target::Target;
use crate::console::syntax::token::{quote, unquote};
use crate::ocpp::Role;
use crate::simulator::SigningRule;

/// How a certificate can be signed: the names of all rules but `off`.
const SIGNED: [&str; SigningRule::ALL.len() - 1] = {
    let mut names = [""; SigningRule::ALL.len() - 1];
    let mut index = 0;
    while index < names.len() {
        names[index] = SigningRule::ALL[index + 1].0;
        index += 1;
    }
    names
};

pub(super) const SIGN: CommandEntry<SignCommand> = CommandEntry {
    spec: CommandSpec::new("sign", "sign the last request for a certificate of a station with the test CA, and send it")
        .arguments(const { &[argument("<station>", CompletionKind::Station(Some(Role::CentralSystem)))] })
        .words(&SIGNED)
        .synopsis("<station> [good | intermediate | missing-intermediate | expired | not-yet-valid | wrong-name | foreign]")
        .example("sign CP1"),
    parse: |words| {
        let arguments = words.sorted()?;
        let rule = arguments.words.first().and_then(|word| SigningRule::parse(&word.value.to_ascii_lowercase()));
        if let Some(second) = arguments.words.get(1) {
            return Err(arguments.usage(UsageFault::Unexpected(second.value.to_owned()), second));
        }
        Ok(SignCommand { station: unquote(arguments.positionals[0].value), rule: rule.unwrap_or_default() })
    },
};

/// Signs a request for a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignCommand {
    /// The station.
    pub station: String,
    /// How it is signed.
    pub rule: SigningRule,
}

impl SignCommand {
    pub(super) async fn run(&self, context: &CommandContext<'_>) -> Result<CommandOutput, CommandFailure> {
        let target = Target::These(vec![self.station.clone()]);
        let stations = context.resolve(Role::CentralSystem, &target, |_| true)?;
        let mut output = CommandOutput::default();
        for station in &stations {
            if let Err(fault) = context.hub.sign_request(*station, self.rule) {
                output.add(CommandFailure::plain(format!("Error: {}: {fault}.", context.names(&[*station]))));
            }
        }
        if !output.failed() {
            output.done = Some(format!("CertificateSigned is sent to {}.", context.names(&stations)));
        }
        Ok(output)
    }
}

impl fmt::Display for SignCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sign {}", quote(&self.station))?;
        if self.rule == SigningRule::default() { Ok(()) } else { write!(f, " {}", self.rule.name()) }
    }
}
