//! Calls through our proxy against a bare relay of the same libraries, which reads and writes messages and nothing else, and the latency that
//! either adds. Proxy, relay and central system run in this process, each on one worker thread of its own, with the allocator of the program;
//! throughput is by the processor time of the threads. Twice: each station calls again after its answer, so that one of the three has no pause;
//! and all of them call at a rate that leaves every processor pauses. Run it with `cargo bench --bench proxy`, or with a number of pairs:
//! `cargo bench --bench proxy -- 1000`.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    clippy::allow_attributes,
    reason = "a benchmark prints and gives up"
)]

mod support;

use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use ocpp_tui::clock::now;
use ocpp_tui::hub::{Hub, ProxyOptions};
use ocpp_tui::link::LinkSettings;
use ocpp_tui::ocpp::Catalog;
use ocpp_tui::trace;
use support::kernel::cpu_seconds;
use support::stations::{self, Station};
use support::{bare, median, one_worker};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio_tungstenite::tungstenite::ClientRequestBuilder;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::header::SEC_WEBSOCKET_PROTOCOL;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{accept_hdr_async_with_config, client_async_with_config};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Pairs, unless another number is given.
const PAIRS: usize = 32;
/// Calls in a measurement.
const CALLS: usize = 12_288;
/// Measurements of either; they take turns.
const REPETITIONS: usize = 5;
/// Calls a second of all stations together, where they call at a rate: a hundred times that of a thousand real ones.
const RATE: f64 = 4_000.0;
/// How long they do.
const PACED: Duration = Duration::from_secs(3);
/// The threads of our proxy.
const OURS: &str = "ours";
const RECORDER: &str = "recorder";
const RELAY: &str = "relay";

fn main() {
    let pairs = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(PAIRS);
    let (ours, relay, upstream) = (one_worker(OURS), one_worker(RELAY), one_worker("upstream"));
    let upstream_port = upstream.block_on(async { upstream.spawn(bare::listen(0)).await.expect("a server") });
    let relay_port = relay.block_on(async { relay.spawn(relay_to(upstream_port)).await.expect("a relay") });
    let (_hub, our_port) = ours.block_on(async { ours.spawn(proxy_to(upstream_port)).await.expect("a proxy") });
    let clients = Builder::new_current_thread().enable_all().build().expect("a runtime");

    let mut direct = clients.block_on(stations::connect(upstream_port, pairs));
    let mut through_relay = clients.block_on(stations::connect(relay_port, pairs));
    let mut through_ours = clients.block_on(stations::connect(our_port, pairs));
    for (name, threads, stations) in
        [("bare relay", &[RELAY][..], &mut through_relay), ("ours", &[OURS, RECORDER][..], &mut through_ours)]
    {
        measure(&clients, stations, threads); // warm up
        let seconds = (0..REPETITIONS).map(|_| measure(&clients, stations, threads).iter().sum()).collect();
        println!("{name:<12} {:>9.0} calls a CPU second", CALLS as f64 / median(seconds));
    }
    let mut ratios = (Vec::new(), Vec::new());
    for _ in 0..REPETITIONS {
        let bare: f64 = measure(&clients, &mut through_relay, &[RELAY])[0];
        let [link, recorder] = measure(&clients, &mut through_ours, &[OURS, RECORDER])[..] else { return };
        ratios.0.push(bare / link);
        ratios.1.push(bare / (link + recorder));
    }
    println!("ratio        {:>9.2} of the links alone, {:.2} with the recorder", median(ratios.0), median(ratios.1));

    println!("latency of a call, {pairs} pairs, each calls after its answer:");
    for (name, stations) in [("direct", &mut direct), ("bare relay", &mut through_relay), ("ours", &mut through_ours)] {
        let rounds = (CALLS / pairs).max(4);
        let (back, mut latencies) = clients.block_on(stations::latencies(std::mem::take(stations), rounds));
        *stations = back;
        latencies.sort_unstable();
        let at = |part: f64| micros(latencies[((latencies.len() - 1) as f64 * part) as usize]);
        println!("{name:<12} p50 {:>7.0} µs  p99 {:>7.0} µs", at(0.5), at(0.99));
    }

    println!("the same at {RATE:.0} calls a second of all together:");
    for (name, threads, stations) in [
        ("direct", &[][..], &mut direct),
        ("bare relay", &[RELAY][..], &mut through_relay),
        ("ours", &[OURS, RECORDER][..], &mut through_ours),
    ] {
        let spent = || threads.iter().map(|name| cpu_seconds(name)).sum::<f64>();
        let before = spent();
        let (back, mut latencies) = clients.block_on(paced(std::mem::take(stations)));
        *stations = back;
        latencies.sort_unstable();
        let at = |part: f64| micros(latencies[((latencies.len() - 1) as f64 * part) as usize]);
        let each = (spent() - before) / latencies.len() as f64 * 1e6;
        println!("{name:<12} p50 {:>7.0} µs  p99 {:>7.0} µs  processor {each:>5.1} µs a call", at(0.5), at(0.99));
    }
}

/// Lets the stations call in turn, at the rate; the times to the answers.
async fn paced(stations: Vec<Station>) -> (Vec<Station>, Vec<Duration>) {
    let (began, count) = (Instant::now() + Duration::from_millis(50), stations.len());
    let period = Duration::from_secs_f64(count as f64 / RATE);
    let tasks = stations.into_iter().enumerate().map(|(number, mut station)| {
        tokio::spawn(async move {
            let mut latencies = Vec::new();
            let mut next = began + period.mul_f64(number as f64 / count as f64);
            while next < began + PACED {
                tokio::time::sleep_until(next.into()).await;
                let sent = Instant::now();
                station.call(1, 1).await;
                latencies.push(sent.elapsed());
                next += period;
            }
            (station, latencies)
        })
    });
    let done = futures_util::future::join_all(tasks).await.into_iter().map(|done| done.expect("no station fails"));
    let (stations, latencies): (Vec<_>, Vec<_>) = done.unzip();
    (stations, latencies.concat())
}

fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

/// Our proxy, and its port.
async fn proxy_to(upstream: u16) -> (Hub, u16) {
    let (events, _recorder) = trace::start(64 << 20, now()).expect("a thread for the recorder");
    let hub = Hub::new(Catalog::embedded(), LinkSettings::default(), events);
    let port = hub.start_proxy(ProxyOptions::new(format!("ws://127.0.0.1:{upstream}"))).await.expect("a free port").port();
    (hub, port)
}

/// The bare relay: it listens on a free port of the loopback, which is returned, and passes messages on in the background.
async fn relay_to(upstream: u16) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
    let port = listener.local_addr().expect("a bound socket").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(pass_on(stream, upstream));
        }
    });
    port
}

async fn pass_on(stream: TcpStream, upstream: u16) {
    stream.set_nodelay(true).expect("an option of TCP");
    let config = || Some(WebSocketConfig::default().read_buffer_size(2 * 1024).write_buffer_size(4 * 1024));
    #[expect(clippy::result_large_err, reason = "the library's type")]
    let agree = |request: &Request, mut response: Response| -> Result<Response, ErrorResponse> {
        response.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, request.headers()[SEC_WEBSOCKET_PROTOCOL].clone());
        Ok(response)
    };
    let station = accept_hdr_async_with_config(stream, agree, config()).await.expect("a handshake");
    let beyond = TcpStream::connect(("127.0.0.1", upstream)).await.expect("the server listens");
    beyond.set_nodelay(true).expect("an option of TCP");
    let uri = format!("ws://127.0.0.1:{upstream}/CP").parse().expect("a URL");
    let request = ClientRequestBuilder::new(uri).with_sub_protocol("ocpp1.6");
    let (beyond, _) = client_async_with_config(request, beyond, config()).await.expect("the handshake");
    let ((mut to_station, mut from_station), (mut to_beyond, mut from_beyond)) = (station.split(), beyond.split());
    let there = async {
        while let Some(Ok(message)) = from_station.next().await {
            to_beyond.send(message).await.expect("up");
        }
    };
    let back = async {
        while let Some(Ok(message)) = from_beyond.next().await {
            to_station.send(message).await.expect("up");
        }
    };
    tokio::join!(there, back);
}

/// The CPU seconds that the threads of these names spend on one measurement.
fn measure(clients: &Runtime, stations: &mut [Station], threads: &[&str]) -> Vec<f64> {
    let spent = || threads.iter().map(|name| cpu_seconds(name));
    let before: Vec<f64> = spent().collect();
    clients.block_on(stations::call(stations, (CALLS / stations.len()).max(1), 1));
    spent().zip(before).map(|(after, before)| after - before).collect()
}
