//! The session line by line, for pipes, scripts, CI and screen readers: commands on the input, one line an event on the output.
//! It does not use ratatui.

mod event_line;
mod printer;
mod prompt;
mod reader;
mod session;
mod soap_line;
mod stamped_lines;
mod story_line;

pub use printer::{LogFormat, print};
pub use session::{LineOptions, run};

#[cfg(test)]
mod tests;
