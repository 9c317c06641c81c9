//! The options about subprotocols, which a central system has and the tests of a charge point.

use clap::{Args, ValueEnum};
use ocpp_tui::link::{SubprotocolOrder, SubprotocolPolicy, UnknownProtocol};

/// The options about unusual subprotocols.
#[derive(Debug, Clone, Copy, Args)]
pub struct SubprotocolArguments {
    /// Accept other spellings of a WebSocket subprotocol, like ocpp1.6j
    #[arg(long)]
    pub tolerate_subprotocol: bool,
    /// What to do with a handshake without a common subprotocol
    #[arg(long, value_enum, default_value_t = UnknownProtocolArgument::Close, value_name = "WHAT")]
    pub unknown_protocol: UnknownProtocolArgument,
    /// Which subprotocol to choose when several are common
    #[arg(long, value_enum, default_value_t = SubprotocolOrderArgument::Newest, value_name = "ORDER")]
    pub subprotocol_order: SubprotocolOrderArgument,
}

impl SubprotocolArguments {
    /// The policy of the options.
    pub fn policy(self) -> SubprotocolPolicy {
        let unknown = match self.unknown_protocol {
            UnknownProtocolArgument::Close => UnknownProtocol::Close,
            UnknownProtocolArgument::Refuse => UnknownProtocol::Refuse,
        };
        let order = match self.subprotocol_order {
            SubprotocolOrderArgument::Newest => SubprotocolOrder::Newest,
            SubprotocolOrderArgument::Offered => SubprotocolOrder::Offered,
        };
        SubprotocolPolicy { tolerant: self.tolerate_subprotocol, unknown, order }
    }
}

/// Which subprotocol to choose when several are common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SubprotocolOrderArgument {
    /// The newest version
    Newest,
    /// The first one in the list of the charge point
    Offered,
}

/// What to do with a handshake without a common subprotocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum UnknownProtocolArgument {
    /// Finish the handshake and close the connection, as OCPP-J says
    Close,
    /// Refuse the request, without an upgrade
    Refuse,
}
