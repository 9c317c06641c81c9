//! ocpp-tui: the terminal console of people who build charge points and central systems.
//!
//! The way of a message through the modules, from the wire to the screen and back:
//!
//! ```text
//! bytes ─► link (actor) ─► rpc codec ─► ocpp catalog ─► simulator ─► plugin ─► answer ─► bytes
//!              └─ Event ─► trace: recorder, store ─┬─► tui       full screen
//!                                                  ├─► lines     line by line
//!                                                  └─► scenario  test scripts
//! tui, lines ─► console (commands) ─► hub ─► link of that station
//! scenario ──────────────────────────► hub
//! ```
//!
//! A module uses only what stands on a floor below its own: `ocpp`, `rpc` and `script` are pure, `trace` and `link` stand above them, then
//! `simulator` and `plugin`, then `hub` and `transcript`, `console` and `compose`, and the front ends `tui`, `lines` and `scenario` on
//! top, with `docgen` beside them, which writes documentation of the catalog.

pub mod behaviour;
pub mod clock;
pub mod compose;
pub mod config;
pub mod console;
pub mod docgen;
pub mod hub;
pub mod javascript;
pub mod line_mode;
pub mod link;
pub mod ocpp;
pub mod plugin;
pub mod rpc;
pub mod sanitize;
pub mod scenario;
pub mod scenario_writer;
pub mod signals;
pub mod simulator;
pub mod trace;
pub mod tui;
