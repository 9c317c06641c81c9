//! What a row of the table of misbehaviours is made of. The rows are in `table`.

use super::kind::{MisbehaviourKind, MisbehaviourStage};
use super::parameter::{MisbehaviourParameter as P, ParameterValue};
use crate::link::tls::HAS_OPENSSL;
use crate::ocpp::{Role, Transport};

/// A parameter of a misbehaviour, and its value when none is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfferedParameter(pub P, pub DefaultValue);

/// The value of a parameter that is not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefaultValue {
    /// What the parameter is about is left out.
    Absent,
    /// A number.
    Number(u64),
    /// Milliseconds.
    Millis(u64),
    /// A text.
    Text(&'static str),
}

impl DefaultValue {
    /// As a value.
    pub fn value(self) -> Option<ParameterValue> {
        match self {
            DefaultValue::Absent => None,
            DefaultValue::Number(number) => Some(ParameterValue::Number(number)),
            DefaultValue::Millis(millis) => Some(ParameterValue::Time(std::time::Duration::from_millis(millis))),
            DefaultValue::Text(text) => Some(ParameterValue::Text(text.into())),
        }
    }
}

/// The row of a misbehaviour.
#[derive(Debug, Clone, Copy)]
pub struct MisbehaviourSpec {
    /// Which.
    pub kind: MisbehaviourKind,
    /// Its name.
    pub name: &'static str,
    /// What it does, behind the name of who does it.
    pub does: &'static str,
    /// What was done, for the trace.
    pub done: &'static str,
    /// The clause that it breaks, or why it breaks none.
    pub clause: &'static str,
    /// Our roles in which it can be carried out.
    pub roles: &'static [Role],
    /// The transports on which it can be.
    pub transports: &'static [Transport],
    /// When.
    pub stage: MisbehaviourStage,
    /// Its parameters.
    pub parameters: &'static [OfferedParameter],
}

pub(super) const CS: &[Role] = &[Role::CentralSystem];
pub(super) const CP: &[Role] = &[Role::ChargePoint];
pub(super) const BOTH: &[Role] = &[Role::CentralSystem, Role::ChargePoint];
pub(super) const WEBSOCKET: &[Transport] = &[Transport::WebSocket];
pub(super) const SOAP: &[Transport] = &[Transport::Soap];
pub(super) const ANY: &[Transport] = &[Transport::WebSocket, Transport::Soap];
pub(super) const PAUSE: OfferedParameter = OfferedParameter(P::Pause, DefaultValue::Millis(50));

impl MisbehaviourSpec {
    /// Whether it has a parameter.
    pub fn has(&self, parameter: P) -> bool {
        self.parameters.iter().any(|offered| offered.0 == parameter)
    }

    /// Why this build cannot carry it out, when it cannot.
    pub fn lack(&self) -> Option<&'static str> {
        (self.kind == MisbehaviourKind::OnlyTls11 && !HAS_OPENSSL).then_some(
            "needs OpenSSL, and this build has none: rustls speaks TLS 1.2 and 1.3 only; \"cargo install --path . --features openssl\" in the \
             sources makes a build that has it, with a C compiler, perl and make",
        )
    }

    /// Whether it can be carried out in this role.
    pub fn fits(&self, our_role: Role) -> bool {
        self.roles.contains(&our_role)
    }
}
