//! The formats of other programs: what a file is, and what its lines say. Each format has a file, and a row in the table of recognisers
//! in `foreign_lines`. What becomes of a message is for `foreign_frame`, the merging of files for `load`.

mod csv_table;
mod field_frames;
mod field_names;
mod foreign_item;
mod foreign_lines;
mod json_objects;
mod line_format;
mod log_clock;
mod log_lines;
mod logs;
mod message_sides;
mod named_messages;
mod open_ocpp_trace;
mod packets;
mod pending_message;
mod session_lines;
#[cfg(test)]
mod tests;

pub(super) use foreign_lines::ForeignLines;
pub(super) use line_format::FormatContext;
pub(super) use packets::PacketFile;
