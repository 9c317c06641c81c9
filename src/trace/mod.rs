//! The events of a session, kept for readers: events from the actors go through the recorder into a store that is
//! bounded in bytes, and into the table of stations. It draws nothing and depends on no reader.

mod attempt_certificates;
mod attempt_report;
mod attempt_section;
mod close_reason;
mod connection_attempt;
mod connection_failure;
mod contents;
pub mod decode;
mod describe;
pub mod device_model;
mod event;
mod event_tap;
pub mod export;
mod failure_words;
pub mod faults;
mod fields;
pub mod filter;
mod frame_content;
mod handshake_finding;
mod immediate;
mod interner;
pub mod line_words;
mod link_state;
mod message_rate;
mod new_record;
mod page_desk;
mod page_queue;
mod page_scan;
mod page_search;
mod pair;
mod pinned_pages;
mod queue;
mod record;
mod recorder;
mod row_kind;
mod secrets;
mod sender;
pub mod sequence_numbers;
mod station_keys;
mod station_names;
pub mod station_summary;
mod stations;
pub mod statistics;
mod store;
#[cfg(test)]
pub(crate) mod test_exchanges;
mod tls_findings;
pub mod transactions;
mod upstream_link;

pub use attempt_report::{attempt_outcome, attempt_report, connects};
pub use attempt_section::{AttemptLine, AttemptReport, AttemptSection, FactTone, StepTime};
pub use close_reason::{CloseReason, WireFault};
pub use connection_attempt::{ChainVerdict, ClientOffer, ConnectionAttempt, ConnectionSteps, StationProof, TlsFacts};
pub use connection_failure::{ConnectionFailure, ConnectionStep, FailureCause, FailureSide};
pub use contents::{Contents, Trace};
pub use describe::{exchange_meaning, payload_meaning, record_meaning};
pub use event::{
    Direction, Event, EventKind, Frame, FrameKind, FrameOrigin, FrameText, NoteTopic, RetryCause, Sequence, SilenceCause,
    Stamp, StationKey,
};
pub use event_tap::{EventTap, TappedFrame};
pub use frame_content::{FrameContent, RecordContent};
pub use handshake_finding::HandshakeFinding;
pub use link_state::{LinkSecurity, LinkState};
pub use message_rate::MessageRate;
pub use page_scan::{PageScan, ScanCondition, ScanHit};
pub use pair::{FramePassage, Intervention, InterventionKind, PairLeg, PairLegs, SplitLatency};
pub use pinned_pages::{PinError, PinnedPages};
pub use record::{
    ConnectedDetail, FrameVerdict, JudgedFrame, ListeningDetail, Record, RecordDetail, RecordKind, RefusedDetail,
    ReleasedDetail,
};
#[cfg(test)]
pub(crate) use recorder::direct_with_events;
pub use recorder::{direct, start};
pub use row_kind::RowKind;
pub use secrets::{MaskedFrame, hidden, json_elements, json_members, mask_payload, mask_record, mask_text, unmask_payload};
pub use sender::{EventSender, NumberSource};
pub use station_names::{natural_order, station_names};
pub use stations::{GroupCounts, GroupRow, StationRow, StationTable};
pub use store::{PageHandle, Store};
pub use tls_findings::tls_findings;
pub use upstream_link::UpstreamLink;
