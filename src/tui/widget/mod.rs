//! Widgets that several panes share. Nothing here depends on stations or records.

mod chart;
pub(super) mod format;
mod input_line;
mod json;
mod line_writer;
mod narrowed;
mod popup;
mod rules;
mod viewport;
mod xml;

pub use chart::{ChartLine, ChartPicture, draw_chart};
pub use input_line::InputLine;
pub use json::{TextInk, colour_line, lay_out};
pub use line_writer::{LineWriter, head, wrap};
pub use narrowed::NarrowedList;
pub use popup::{BoxLook, clear_below, draw_box, draw_candidates};
pub use rules::{HEAVY_RULE, RULE, draw_vertical_rule};
pub use viewport::Viewport;
pub use xml::lay_out_xml;

pub use crate::text_width::width_of;
