//! The executable: arguments in, exit code out. Everything that only the program needs is here; the library does the work.
//!
//! | file | subject |
//! |---|---|
//! | `arguments`, `test_arguments`, `machine_arguments`, `tls_arguments`, `access_arguments`, `credential_arguments`, `seconds`, `version_argument`, `role_argument`, `whole_number` | the command line |
//! | `session` | puts a session together and runs the front end that fits |
//! | `screen`, `plugins` | the options of the full screen and of plugins, from arguments, settings file and saved state |
//! | `test`, `test_output` | `ocpp-tui test` |
//! | `probe`, `probe_arguments` | `ocpp-tui probe` |
//! | `proxy_arguments` | `ocpp-tui proxy` |
//! | `sentence` | an error as the sentence that is printed |
//! | `capture` | `ocpp-tui open` and `ocpp-tui convert` |
//! | `stats` | `ocpp-tui stats` |
//! | `replay`, `replay_arguments` | `ocpp-tui replay` |
//! | `capture_options` | what is captured of a session |
//! | `config`, `docs`, `demo`, `ca` with `ca_arguments` | the commands of the same names |

mod access_arguments;
mod arguments;
mod ca;
mod ca_arguments;
mod capture;
mod capture_options;
#[cfg(test)]
mod command_line_page;
mod config;
mod control;
mod control_arguments;
mod credential_arguments;
mod ctl;
mod demo;
mod docs;
mod fleet;
mod fleet_arguments;
mod identity_range;
mod machine_arguments;
mod plain_port;
mod plugins;
mod probe;
mod probe_arguments;
mod proxy_arguments;
mod replay;
mod replay_arguments;
mod role_argument;
mod screen;
mod seconds;
mod sentence;
mod session;
mod shipped_scenarios;
mod stats;
mod subprotocol_arguments;
mod test;
mod test_arguments;
mod test_output;
mod test_report;
mod tls_arguments;
mod version_argument;
mod whole_number;

pub use arguments::arguments;
pub use credential_arguments::hide_password;
pub use sentence::sentence;
pub use session::{CANNOT_START, run};
