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

use std::process::ExitCode;

#[expect(clippy::print_stderr, reason = "no front end runs when the program cannot start or has ended")]
fn main() -> ExitCode {
    match start::run(&cli::arguments()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("ocpp-tui: {error:#}");
            ExitCode::from(start::CANNOT_START)
        }
    }
}
