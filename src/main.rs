//! The process: reads the arguments, prints one error, sets the exit code.

mod cli;

use std::io::{self, Write as _};
use std::process::ExitCode;

fn main() -> ExitCode {
    cli::hide_password();
    match cli::run(&cli::arguments()) {
        Ok(code) => code,
        Err(error) => {
            // Where standard error is closed, the exit code is all that is left.
            let _ = writeln!(io::stderr(), "ocpp-tui: {}", cli::sentence(&error));
            ExitCode::from(cli::CANNOT_START)
        }
    }
}
