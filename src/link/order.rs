//! Orders to a link: the commands of the user, and orders of the session itself.

use serde_json::Value;

use super::intercept::gate::ReleaseAction;
use super::intercept::queue::InspectionVerdict;
use super::soap::HttpUrl;
use crate::behaviour::{ActionObserver, Answer, CallObserver, PhysicalAction};
use crate::rpc::OutgoingPayload;

/// A command of the user or a script for a link.
#[derive(Debug, Clone, PartialEq)]
pub enum LinkCommand {
    /// Send a call when its turn comes.
    Call {
        /// The operation's name.
        action: String,
        /// Its payload.
        payload: OutgoingPayload,
    },
    /// Send this text as it is.
    Raw(String),
    /// Send this text as it is, and show the HTTP headers that go with it and with its answer (SOAP).
    RawShowingHeaders(String),
    /// Check whether a server answers at the address at which the peer is called (SOAP).
    Probe,
    /// Call the peer at this address (SOAP); `None` is the one of its `From` header again.
    CallAt(Option<HttpUrl>),
    /// Release a frame that is held on the link.
    Release {
        /// Its number.
        number: u64,
        /// What becomes of it.
        action: ReleaseAction,
    },
    /// Send a WebSocket ping.
    Ping,
    /// Close the link; a simulated station stays down.
    Disconnect,
    /// Cut the connection without a close frame, as when a cable is pulled; a simulated station stays down. Over SOAP, where no connection
    /// is held, it is the same as closing the link.
    Drop,
    /// Connect a simulated station that waits or is down, now.
    Connect,
    /// Do something at the machine of a simulated station.
    Act(PhysicalAction),
    /// The same for the link of a pair to its central system.
    Upstream(Box<LinkCommand>),
}

impl LinkCommand {
    /// Whether it makes sense only while the link is up.
    pub fn needs_link(&self) -> bool {
        if let LinkCommand::Upstream(command) = self {
            return command.needs_link();
        }
        !matches!(self, LinkCommand::Connect | LinkCommand::Disconnect | LinkCommand::Drop | LinkCommand::Act(_))
    }
}

/// An order of the session to a link.
#[derive(Debug)]
pub enum LinkOrder {
    /// A command of the user.
    User(LinkCommand),
    /// Send a call when its turn comes, for a caller that gets the result.
    Ask {
        /// The operation's name.
        action: String,
        /// Its payload.
        payload: Value,
        /// Gets the result.
        then: CallObserver,
    },
    /// The decision of a filter that had to be waited for; without an answer the next filter is asked.
    Answer {
        /// The ticket of the question.
        ticket: u64,
        /// The answer.
        answer: Option<Answer>,
    },
    /// A frame was inspected.
    Inspected {
        /// The ticket of the frame.
        ticket: u64,
        /// What becomes of it.
        verdict: InspectionVerdict,
    },
    /// Do something at the machine of a simulated station, for a caller that gets the result.
    Act {
        /// What.
        action: PhysicalAction,
        /// Hears the end.
        then: ActionObserver,
    },
    /// Give up the calls of ours that have no answer yet, and those that wait their turn.
    GiveUpCalls,
    /// Close the link because a newer one of the same station has taken its place.
    Replaced,
    /// Read the shared settings again.
    SettingsChanged,
    /// Look again at what is done wrong on purpose.
    MisbehaviourChanged,
}

impl LinkOrder {
    /// Whether it makes sense only while the link is up.
    pub fn needs_link(&self) -> bool {
        match self {
            LinkOrder::User(command) => command.needs_link(),
            LinkOrder::Act { .. } => false,
            _ => true,
        }
    }
}

impl From<LinkCommand> for LinkOrder {
    fn from(command: LinkCommand) -> LinkOrder {
        LinkOrder::User(command)
    }
}
