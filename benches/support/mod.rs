//! What the benchmarks share: the session under test, the calls of the stations, and what the kernel says about this process.

#![allow(dead_code, clippy::allow_attributes, reason = "each benchmark uses its own part")]

pub mod bare;
pub mod bare_soap;
pub mod kernel;
pub mod stations;

use ocpp_tui::clock::now;
use ocpp_tui::hub::{CentralSystemOptions, Hub};
use ocpp_tui::link::{LinkSettings, runtime_builder};
use ocpp_tui::ocpp::Catalog;
use ocpp_tui::trace;
use tokio::runtime::Runtime;

/// The memory of the trace, the program's default.
const TRACE_MEMORY: usize = 64 << 20;

/// The program's runtime with one worker of this name, so that the kernel's figures can be told apart.
pub fn one_worker(name: &str) -> Runtime {
    runtime_builder().worker_threads(1).thread_name(name).build().expect("a runtime")
}

/// A session with a central system on a free port of the loopback, and its port.
pub async fn central_system() -> (Hub, u16) {
    let (events, _recorder) = trace::start(TRACE_MEMORY, now()).expect("a thread for the recorder");
    let hub = Hub::new(Catalog::embedded(), LinkSettings::default(), events);
    let options =
        CentralSystemOptions { first_transaction: Some(1), host: Some("127.0.0.1".into()), ..CentralSystemOptions::default() };
    let port = hub.start_central_system(options).await.expect("a free port").port();
    (hub, port)
}

/// A port of the loopback that was free a moment ago, for a server in a process of its own.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("a bound socket").port()
}

/// The middle one of some figures.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
