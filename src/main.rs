//! The executable: arguments in, exit code out.

mod check;
mod cli;
mod demo;
mod plugins;
mod reference;
mod scenarios;
mod screen;
mod size;
mod start;

use std::io::{self, Write as _};
use std::process::ExitCode;

fn main() -> ExitCode {
    match start::run(&cli::arguments()) {
        Ok(code) => code,
        Err(error) => {
            // Where nobody reads it, the exit code tells.
            let _ = writeln!(io::stderr(), "ocpp-tui: {error:#}");
            ExitCode::from(start::CANNOT_START)
        }
    }
}
