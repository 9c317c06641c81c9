//! The process: reads the arguments, prints one error, sets the exit code.

mod cli;

use std::io::{self, Write as _};
use std::process::ExitCode;

/// The allocator of the system keeps its memory for each thread in pieces that it asks the kernel for page by page; a link that is read by one
/// thread and recorded by another pays for that with each message.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>()).any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

fn main() -> ExitCode {
    cli::hide_password();
    match cli::run(&cli::arguments()) {
        Ok(code) => code,
        // Who reads the output has enough of it, like `head`.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // Where standard error is closed, the exit code is all that is left.
            let _ = writeln!(io::stderr(), "ocpp-tui: {}", cli::sentence(&error));
            ExitCode::from(cli::CANNOT_START)
        }
    }
}
