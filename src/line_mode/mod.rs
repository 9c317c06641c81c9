//! The session line by line, for pipes, scripts, CI and screen readers: commands on the input, one line an event on the output.
//! Floor 5: it knows no ratatui.

mod event_line;
mod printer;
mod prompt;
mod reader;
mod session;
mod soap_line;

pub use printer::print;
pub use session::{LineOptions, LogFormat, run};
