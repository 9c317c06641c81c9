//! ocpp-tui: a terminal console for developers of charge points and central systems.
//!
//! The path of a message through the modules, from the wire to the screen and back:
//!
//! ```text
//! bytes ─► link (actor) ─► rpc codec ─► ocpp catalog ─► behaviour: propose ─► answer filters ─► answer leaves ─► commit
//!              └─ Event ─► trace: recorder, store ─┬─► tui        full screen
//!                                                  ├─► line_mode  line by line
//!                                                  └─► scenario   test scripts
//! tui, line_mode ─► console (commands) ─► hub ─► link of that station
//! scenario ────────────────────────────► hub
//! ```
//!
//! A module uses only modules of lower layers; `tests/protocol/floors.rs` holds this.
//!
//! | layer | modules |
//! |---|---|
//! | 6, front ends | [`tui`], [`line_mode`], [`scenario`], [`probe`] |
//! | 5 | [`console`], [`replay`] |
//! | 4 | [`hub`] |
//! | 3 | [`plugin`], [`scenario_writer`] |
//! | 2, siblings | [`link`], [`simulator`], [`capture`] |
//! | 1 | [`trace`], [`behaviour`], [`compose`], [`config`], [`docgen`] |
//! | 0, pure | [`ocpp`], [`rpc`], [`pki`], [`javascript`], [`clock`], [`sanitize`], [`text_file`] |

pub mod behaviour;
pub mod capture;
pub mod clock;
pub mod compose;
pub mod config;
pub mod console;
pub mod control;
pub mod docgen;
pub mod fleet;
#[cfg(test)]
mod generated_page;
pub mod hub;
pub mod javascript;
pub mod line_mode;
pub mod link;
pub mod ocpp;
pub mod pki;
pub mod plugin;
pub mod probe;
pub mod replay;
pub mod rpc;
pub mod sanitize;
pub mod scenario;
pub mod scenario_writer;
pub mod signals;
pub mod simulator;
pub mod text_file;
pub mod text_width;
pub mod trace;
pub mod tui;
