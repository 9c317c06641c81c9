//! One actor per station: it owns the socket, correlates calls with answers, keeps timeouts, and records events.
//! It carries messages and never decides what to answer; a [`Behaviour`](crate::behaviour::Behaviour) does.

mod address_policy;
mod attempt_progress;
mod basic_credentials;
mod close_reason;
mod context;
mod conversation;
mod credential_news;
mod directory;
mod down;
mod endpoint;
mod extra_headers;
mod handshake;
mod handshake_headers;
mod impairment;
mod inbox;
mod intercept;
mod listener;
mod misbehaviour;
mod network;
mod opening;
mod order;
mod outgoing;
mod panic_guard;
mod proxy_header;
mod random;
mod rejection;
mod relay;
mod runtime;
mod settings;
mod soap;
mod subprotocol;
mod tls;
mod url_parts;
mod wake_gate;
mod websocket;

pub use address_policy::{AddressPolicy, limited_address};
pub use basic_credentials::{BasicCredentials, CredentialFault};
pub use context::{LinkContext, ListenerContext, ListenerPorts};
pub use directory::{Admission, Authentication, Directory, Handshake, NoStations, Refusal};
pub use endpoint::{Endpoint, EndpointPathError, StationPath, encode_identity};
pub use extra_headers::{ExtraHeaders, HeaderError};
pub use impairment::{ActiveNetworkFault, FaultSchedule, NetworkFault, NetworkFaultPlan};
pub use inbox::{LinkHandle, LinkInbox};
pub use intercept::gate::{Gate, HeldFrame, ReleaseAction};
pub use intercept::queue::InspectionVerdict;
pub use intercept::rewrite::{PayloadRewrite, RewriteChange, RewriteRule, RewriteRules};
pub use listener::accept;
pub use misbehaviour::{
    ActiveMisbehaviour, CommandedMisbehaviour, DefaultValue, FaultyCertificates, MISBEHAVIOURS, MisbehaviourKind,
    MisbehaviourParameter, MisbehaviourPlan, MisbehaviourScope, MisbehaviourSpec, MisbehaviourStage, OfferedParameter,
    PARAMETER_COUNT, PARAMETERS, ParameterForm, ParameterSpec, ParameterValue,
};
pub use network::{Listener, Network};
pub use order::{LinkCommand, LinkOrder};
pub use random::fresh_id;
pub use relay::{
    PathMap, RelayDirectory, RelayOptions, RelayRoute, RelayTarget, RelayTargetError, SoapRelayOptions, SoapRelayTarget,
    leads_back,
};
pub use runtime::runtime_builder;
pub use settings::{LinkSettings, SharedSettings};
pub use soap::{CallbackPort, FromProblem, HttpUrl, SharedCallbacks, SoapService, keep_serving};
pub use subprotocol::{SubprotocolOrder, SubprotocolPolicy, UnknownProtocol};
pub use tls::{
    AcceptorOptions, CertificateFileError, CertificateFiles, ConnectorOptions, DEFAULT_TLS_PORT, FileStamp, HAS_OPENSSL,
    ReadHello, TlsAcceptor, TlsConnector, TlsLimits, TlsLimitsError, TlsVersion, TrustedRoots, key_log_file, key_log_notice,
};
pub use url_parts::{UrlError, UrlParts, is_secure_url};
pub use websocket::dialer::{DialTarget, keep_connected};
pub use websocket::url::CentralSystemUrl;
