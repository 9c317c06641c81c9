//! What a line asks for, ready to be carried out. Which words lead here is in `table` and `build`, how a command is written again in
//! `print`.

use std::ops::Range;
use std::time::Duration;

use super::hold::HoldCommand;
use super::scenario::SaveScenario;
pub use super::table::MessageForm;
use super::target::Target;
use super::token::Spanned;
use crate::hub::{CentralSystemOptions, ChargePointOptions};
use crate::ocpp::{ErrorCode, Role, Version};

/// A command. A role in it is always the role that *we* play in the matter: `bootnotification` is said by our charge point,
/// `remote_reset` by our central system.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Be a central system.
    StartCentralSystem(CentralSystemOptions),
    /// Be one more charge point.
    StartChargePoint(ChargePointOptions),
    /// Send a call, made of the default payload and what was written about it.
    Call(CallCommand),
    /// Send a call whose payload is this text, checked by nobody.
    Send(SendCommand),
    /// Send a text as it is.
    SendRaw {
        /// Who sends.
        initiator: Role,
        /// Over whose link.
        target: Target,
        /// The text.
        text: String,
        /// Whether the HTTP headers of the exchange are shown (SOAP).
        show_headers: bool,
    },
    /// Send a WebSocket ping.
    Ping {
        /// Who sends.
        initiator: Role,
        /// Over whose link.
        target: Target,
    },
    /// Change settings of all links of a role.
    Set {
        /// Our role on these links.
        role: Role,
        /// What changes, in this order.
        settings: Vec<SetCommand>,
    },
    /// Call a station over SOAP at this address instead of the one that it names itself.
    CallAt {
        /// Which.
        target: Target,
        /// The URL; `None` is the one of its From header again.
        url: Option<String>,
    },
    /// Look whether anybody answers at the address at which a peer is called over SOAP.
    Probe {
        /// Whose.
        target: Target,
    },
    /// Change the default payload of a call that we send.
    Default {
        /// Who sends.
        initiator: Role,
        /// The action.
        action: String,
        /// How the default changes.
        change: DefaultChange,
    },
    /// Change how we answer a call.
    Answer {
        /// Who sends the call; we answer it as the other role.
        initiator: Role,
        /// The action.
        action: String,
        /// On whose link; `None` is every link, also of stations that come later.
        target: Option<Target>,
        /// Whether only the next call is answered so.
        once: bool,
        /// How.
        answering: AnswerCommand,
    },
    /// Stop frames, list them, let them go on.
    Hold(HoldCommand),
    /// Make a test script of what was recorded.
    SaveScenario(SaveScenario),
    /// List how calls are answered on purpose.
    Answers,
    /// Show help, about everything or one command.
    Help(Option<String>),
    /// List the plugins.
    Plugins {
        /// Whether with memory, events and errors.
        long: bool,
    },
    /// Do something with a plugin.
    Plugin {
        /// What.
        deed: PluginAction,
        /// Its name.
        name: String,
    },
    /// List the stations.
    Stations,
    /// Print what a message looks like.
    Show {
        /// What of it.
        shown: MessageForm,
        /// Who sends the call.
        initiator: Role,
        /// The action.
        action: String,
        /// The version; `None` is the newest that has the action.
        version: Option<Version>,
        /// Whether the response is meant.
        response: bool,
    },
    /// Connect simulated stations that are down, now.
    Connect {
        /// Which.
        target: Target,
    },
    /// Close links.
    Disconnect {
        /// Our role on them; `None` when the command does not say.
        role: Option<Role>,
        /// Whose.
        target: Target,
    },
    /// End the program.
    Quit,
}

/// What is done with a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PluginAction {
    /// Load it, again when it is loaded.
    Load,
    /// Unload it.
    Unload,
    /// Load it again.
    Reload,
    /// Tell everything about it.
    Show,
}

/// A call whose payload is made here.
#[derive(Debug, Clone, PartialEq)]
pub struct CallCommand {
    /// Who sends.
    pub initiator: Role,
    /// The action, spelled as in the catalog.
    pub action: String,
    /// To or from whom.
    pub target: Target,
    /// What is written about the payload.
    pub payload: PayloadEdit,
    /// Whether it is sent although it breaks the definitions.
    pub force: bool,
}

/// A call whose payload is text.
#[derive(Debug, Clone, PartialEq)]
pub struct SendCommand {
    /// Who sends.
    pub initiator: Role,
    /// To or from whom.
    pub target: Target,
    /// The action, as typed.
    pub action: String,
    /// The payload, as typed.
    pub payload: String,
    /// Whether the HTTP headers of the exchange are shown (SOAP).
    pub show_headers: bool,
}

/// Changes of a payload, in the order in which they were typed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PayloadEdit {
    /// The changes.
    pub steps: Vec<PayloadStep>,
}

/// One change of a payload.
#[derive(Debug, Clone, PartialEq)]
pub enum PayloadStep {
    /// `name=value`.
    Assign(Assignment),
    /// The whole payload, as typed.
    Whole(Spanned<String>),
    /// The whole payload, from this file.
    File(Spanned<String>),
}

impl PayloadStep {
    /// Where it was typed.
    pub const fn span(&self) -> Range<usize> {
        match self {
            PayloadStep::Assign(assignment) => assignment.path.span.start..assignment.value.span.end,
            PayloadStep::Whole(text) | PayloadStep::File(text) => text.span.start..text.span.end,
        }
    }
}

/// `name=value`, as typed: what the value means depends on the field, and the field on the version of the link.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    /// The path of the field.
    pub path: Spanned<String>,
    /// The value.
    pub value: Spanned<String>,
}

/// A setting and its new value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetCommand {
    /// Seconds between WebSocket pings; 0 turns them off.
    WebSocketPingInterval(u32),
    /// Whether SOAP messages are shown as XML.
    PrintXml(bool),
    /// How long an answer is waited for.
    Timeout(Duration),
    /// How many of our calls may wait for their answers on one link at the same time.
    CallsInFlight(u32),
}

/// How the default payload of a call changes.
#[derive(Debug, Clone, PartialEq)]
pub enum DefaultChange {
    /// These changes apply to every later call.
    Set(PayloadEdit),
    /// Back to what it was at first.
    Reset,
}

/// How a call is answered.
#[derive(Debug, Clone, PartialEq)]
pub enum AnswerCommand {
    /// As if nothing had ever been said about it.
    AsUsual,
    /// On purpose.
    OnPurpose {
        /// What is said.
        reply: AnswerReply,
        /// How long it is held back.
        delay: Option<Duration>,
    },
}

/// What is said in answer to a call.
#[derive(Debug, Clone, PartialEq)]
pub enum AnswerReply {
    /// What would have been said anyway.
    Usual,
    /// The usual result with these changes.
    Result(PayloadEdit),
    /// An error.
    Error {
        /// Its code.
        code: ErrorCode,
        /// Its description; `None` is the one that belongs to the code.
        description: Option<String>,
    },
    /// Nothing.
    Silence,
}
