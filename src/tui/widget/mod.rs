//! Widgets that several panes share. Nothing here depends on stations or records.

pub(super) mod format;
mod input_line;
mod json;
mod line_writer;
mod narrowed;
mod popup;
mod viewport;
mod xml;

pub use input_line::InputLine;
pub use json::{TextInk, colour_line, lay_out};
pub use line_writer::{LineWriter, head, width_of, wrap};
pub use narrowed::NarrowedList;
pub use popup::{clear_below, draw_box, draw_candidates};
pub use viewport::Viewport;
pub use xml::lay_out_xml;
