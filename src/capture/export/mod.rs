//! Records as files for others: programs, spreadsheets, reports, Wireshark. A file a format; which there are is in `export_format`, and
//! `write_export` writes any of them.

mod csv_cells;
mod csv_exchanges;
mod csv_meter;
mod export_format;
mod export_scope;
mod html;
#[cfg(test)]
mod identity_tests;
mod lines;
mod markdown;
mod mermaid;
mod native;
mod packet_writer;
mod pcapng;
mod shell;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(in crate::capture) mod trace_rules;
mod write_export;

pub use export_format::ExportFormat;
pub use export_scope::ExportScope;
pub(in crate::capture) use native::each_event;
pub use shell::shell_line;
pub use write_export::write_export;

/// For the tests of the readers.
#[cfg(test)]
pub(in crate::capture) mod test_packets {
    pub(in crate::capture) use super::packet_writer::{PacketWriter, WrittenConnection, socket_frame};
}
