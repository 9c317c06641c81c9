//! The misbehaviours: one row each, of which the command, its help and completion, the documentation and the tests are made. How each is
//! carried out is in `answer`, `request`, `odd_writer`, `tls` and the actor of a link.

mod handshake_rows;
mod link_rows;
mod opening_rows;
mod soap_rows;

use super::kind::{MisbehaviourKind, MisbehaviourStage};
use super::parameter::{MisbehaviourParameter as P, ParameterValue};
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

const CS: &[Role] = &[Role::CentralSystem];
const CP: &[Role] = &[Role::ChargePoint];
const BOTH: &[Role] = &[Role::CentralSystem, Role::ChargePoint];
const WEBSOCKET: &[Transport] = &[Transport::WebSocket];
const SOAP: &[Transport] = &[Transport::Soap];
const ANY: &[Transport] = &[Transport::WebSocket, Transport::Soap];
const PAUSE: OfferedParameter = OfferedParameter(P::Pause, DefaultValue::Millis(50));

/// The rows, by what they are about.
const GROUPS: [&[MisbehaviourSpec]; 4] =
    [opening_rows::OPENING, handshake_rows::HANDSHAKE, link_rows::LINK, soap_rows::SOAP_ANSWER];

const COUNT: usize = GROUPS[0].len() + GROUPS[1].len() + GROUPS[2].len() + GROUPS[3].len();

/// All misbehaviours, in the order in which they are listed.
pub const MISBEHAVIOURS: &[MisbehaviourSpec] = {
    const ALL: [MisbehaviourSpec; COUNT] = {
        let mut all = [GROUPS[0][0]; COUNT];
        let (mut place, mut group) = (0, 0);
        while group < GROUPS.len() {
            let mut row = 0;
            while row < GROUPS[group].len() {
                all[place] = GROUPS[group][row];
                (place, row) = (place + 1, row + 1);
            }
            group += 1;
        }
        all
    };
    &ALL
};

impl MisbehaviourSpec {
    /// The row of this name.
    pub fn named(name: &str) -> Option<&'static MisbehaviourSpec> {
        MISBEHAVIOURS.iter().find(|spec| spec.name == name)
    }

    /// Whether it has a parameter.
    pub fn has(&self, parameter: P) -> bool {
        self.parameters.iter().any(|offered| offered.0 == parameter)
    }

    /// Whether it can be carried out in this role.
    pub fn fits(&self, our_role: Role) -> bool {
        self.roles.contains(&our_role)
    }
}
