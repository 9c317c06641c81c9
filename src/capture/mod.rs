//! The record on disk: every event of a session as a line of a file, and the way back. The format is that of `line`; docs/capture.md
//! describes it. What an event is belongs to `trace`.

mod consumer_view;
mod disk_file;
mod event_source;
mod export;
mod file;
mod foreign_frame;
mod formats;
mod frame_line;
mod known_station;
mod line;
mod line_source;
mod load;
mod open_ocpp_trace;
mod reader;
mod redact;
mod redacted_copy;
mod ring;
mod rotation;
#[cfg(test)]
mod sample_events;
mod writer;

pub use consumer_view::ConsumerView;
pub use event_source::UnreadLine;
pub use export::{ExportFormat, ExportScope, shell_line, write_export};
pub use file::{CaptureFileError, CapturePlace, CaptureTarget};
pub use line::{CAPTURE_VERSION, CaptureHeader, CaptureLine, LineFault};
pub use load::{LoadCount, load, load_growing, load_while};
pub use open_ocpp_trace::{ExportCount, write_open_ocpp_trace};
pub use reader::{CaptureReadError, CaptureReader};
pub use redact::{RedactionReport, Redactor, SecretKind};
pub use redacted_copy::{RedactedCopy, redacted_copy};
pub use ring::CaptureRing;
pub use rotation::{CaptureRotation, RotationError};
pub use writer::{CaptureState, CaptureWriter};
