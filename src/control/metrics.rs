//! Figures of the session for Prometheus: links, calls, answers, errors, latencies, in the text format 0.0.4. They are read only and have no
//! token; identities of stations are not in them.

use std::convert::Infallible;
use std::fmt::Write;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;

use crate::hub::Hub;
use crate::ocpp::Role;
use crate::trace::statistics::{CallStatistics, TrafficStatistics};
use crate::trace::{Contents, LinkState, Sequence, Trace};

/// How often new records are counted, so that none leaves the memory before.
const COUNT_EVERY: Duration = Duration::from_millis(250);
/// The most records that are counted under one lock.
const BATCH: u64 = 4096;
/// How long the head of a request may take.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
#[error("Metrics cannot be served at {address}: {error}. Name another address with --metrics.")]
pub struct MetricsServerError {
    address: SocketAddr,
    error: io::Error,
}

/// A server of figures.
#[derive(Debug)]
pub struct MetricsServer {
    listener: TcpListener,
    address: SocketAddr,
}

impl MetricsServer {
    /// Listens; nothing is served yet.
    ///
    /// # Errors
    /// When the address is in use or is none of this machine.
    pub async fn bind(address: SocketAddr) -> Result<MetricsServer, MetricsServerError> {
        let failed = |error| MetricsServerError { address, error };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(MetricsServer { listener, address })
    }

    /// Where it listens, with the port that was taken.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until the session ends.
    pub async fn serve(self, hub: Hub) {
        let end = hub.shutdown().clone();
        let counted = Arc::new(CountedTraffic { trace: hub.trace().clone(), count: Mutex::default() });
        let counting = async {
            loop {
                counted.catch_up();
                tokio::time::sleep(COUNT_EVERY).await;
            }
        };
        let accepting = async {
            loop {
                match self.listener.accept().await {
                    Ok((stream, _)) => {
                        let counted = counted.clone();
                        tokio::spawn(async move {
                            let service = service_fn(|request| {
                                let counted = counted.clone();
                                async move { Ok::<_, Infallible>(respond(&request, &counted)) }
                            });
                            let served = http1::Builder::new()
                                .timer(TokioTimer::new())
                                .header_read_timeout(HEAD_TIMEOUT)
                                .serve_connection(TokioIo::new(stream), service);
                            // How a connection ends matters to its client only.
                            let _ = served.await;
                        });
                    }
                    // too many open files, which passes
                    Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
                }
            }
        };
        tokio::select! {
            () = end.cancelled() => {}
            () = counting => {}
            () = accepting => {}
        }
    }
}

fn respond(request: &Request<Incoming>, counted: &CountedTraffic) -> Response<Full<Bytes>> {
    let (status, text) = match (request.method(), request.uri().path()) {
        (&Method::GET, "/metrics") => (StatusCode::OK, counted.text()),
        (_, "/metrics") => (StatusCode::METHOD_NOT_ALLOWED, "/metrics takes GET only.\n".to_owned()),
        _ => (StatusCode::NOT_FOUND, "There is /metrics only.\n".to_owned()),
    };
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8"));
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(ALLOW, HeaderValue::from_static("GET"));
    }
    response
}

/// What was counted of a trace.
struct CountedTraffic {
    trace: Arc<Trace>,
    count: Mutex<(Sequence, u64, TrafficStatistics)>,
}

impl CountedTraffic {
    /// Counts what is new.
    fn catch_up(&self) {
        let mut count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        let (next, missed, statistics) = &mut *count;
        loop {
            let contents = self.trace.read();
            let here = contents.records().range();
            *missed += here.start.saturating_sub(*next);
            *next = (*next).max(here.start);
            let end = here.end.min(*next + BATCH);
            for record in contents.records().iter(*next..end) {
                let role = record.station.and_then(|key| contents.stations().get(key)).map(|row| row.our_role);
                statistics.take(&record, role, None);
            }
            *next = end;
            if end == here.end {
                return;
            }
        }
    }

    fn text(&self) -> String {
        self.catch_up();
        let count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, missed, statistics) = &*count;
        exposition(&self.trace.read(), statistics, *missed)
    }
}

/// A counter of each action: its name, what it counts, and how it is read.
type ActionCounter = (&'static str, &'static str, fn(&CallStatistics) -> u64);

const COUNTERS: &[ActionCounter] = &[
    ("ocpp_calls_total", "Calls, by action and by who made them", |calls| calls.calls),
    ("ocpp_results_total", "Calls that ended with a result", |calls| calls.results),
    ("ocpp_timeouts_total", "Calls without an answer in time", |calls| calls.timeouts),
    ("ocpp_undelivered_total", "Calls that could not be delivered", |calls| calls.undelivered),
    ("ocpp_invalid_frames_total", "Frames that break the definitions", |calls| calls.invalid),
];

/// The figures as text.
fn exposition(contents: &Contents, statistics: &TrafficStatistics, missed: u64) -> String {
    let mut text = String::new();
    // writing to a text cannot fail
    let mut line = |line: std::fmt::Arguments<'_>| {
        let _ = writeln!(text, "{line}");
    };
    line(format_args!("# HELP ocpp_links Stations by the state of their link\n# TYPE ocpp_links gauge"));
    for role in [Role::CentralSystem, Role::ChargePoint] {
        for state in ["new", "connecting", "connected", "waiting", "gone"] {
            let is_in = |state_of: LinkState| state_of.to_string() == state;
            let rows = contents.stations().rows().iter().filter(|row| row.our_role == role && is_in(row.state));
            line(format_args!("ocpp_links{{role=\"{}\",state=\"{state}\"}} {}", role.short(), rows.count()));
        }
    }
    for (name, help, value) in COUNTERS {
        line(format_args!("# HELP {name} {help}\n# TYPE {name} counter"));
        for action in statistics.actions() {
            line(format_args!("{name}{{{}}} {}", labels(&action.action, action.initiator), value(&action.calls)));
        }
    }
    line(format_args!(
        "# HELP ocpp_errors_total Calls that ended with an error, by its code\n# TYPE ocpp_errors_total counter"
    ));
    for action in statistics.actions() {
        for (code, count) in &action.calls.codes {
            let code = code.map_or("other", |code| code.name());
            line(format_args!("ocpp_errors_total{{{},code=\"{code}\"}} {count}", labels(&action.action, action.initiator)));
        }
    }
    line(format_args!(
        "# HELP ocpp_call_duration_seconds From a call to its answer\n# TYPE ocpp_call_duration_seconds histogram"
    ));
    for action in statistics.actions() {
        let (labels, latency) = (labels(&action.action, action.initiator), &action.calls.latency);
        let mut below = 0;
        for (from, count) in latency.octaves() {
            below += count;
            let end = if from == 0 { 1 } else { from.saturating_mul(2) };
            line(format_args!("ocpp_call_duration_seconds_bucket{{{labels},le=\"{}\"}} {below}", end as f64 / 1e6));
        }
        line(format_args!("ocpp_call_duration_seconds_bucket{{{labels},le=\"+Inf\"}} {}", latency.total()));
        line(format_args!("ocpp_call_duration_seconds_sum{{{labels}}} {}", latency.sum() as f64 / 1e6));
        line(format_args!("ocpp_call_duration_seconds_count{{{labels}}} {}", latency.total()));
    }
    let all = statistics.all();
    line(format_args!("# HELP ocpp_bytes_total Bytes of messages\n# TYPE ocpp_bytes_total counter"));
    line(format_args!("ocpp_bytes_total{{direction=\"in\"}} {}", all.bytes_in));
    line(format_args!("ocpp_bytes_total{{direction=\"out\"}} {}", all.bytes_out));
    line(format_args!(
        "# HELP ocpp_unreadable_frames_total Frames that could not be read\n# TYPE ocpp_unreadable_frames_total counter"
    ));
    line(format_args!("ocpp_unreadable_frames_total {}", all.unreadable));
    line(format_args!(
        "# HELP ocpp_records_missed_total Records that left the memory before they were counted\n# TYPE ocpp_records_missed_total counter"
    ));
    line(format_args!("ocpp_records_missed_total {missed}"));
    text
}

/// The labels of an action, which a peer may have invented.
fn labels(action: &str, initiator: Role) -> String {
    let action = action.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("action=\"{action}\",initiator=\"{}\"", initiator.short())
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::*;
    use crate::clock::now;
    use crate::link::LinkSettings;
    use crate::ocpp::Catalog;
    use crate::trace;
    use crate::trace::test_exchanges::Exchanges;

    #[test]
    fn labels_are_quoted() {
        assert_eq!(labels("a\"b\\c\nd", Role::ChargePoint), r#"action="a\"b\\c\nd",initiator="cp""#);
    }

    #[test]
    fn buckets_grow_to_the_count() {
        let mut statistics = TrafficStatistics::default();
        let mut exchanges = Exchanges::new();
        for seconds in [0, 2, 2, 99] {
            exchanges.call("CP1", "Heartbeat", "{}");
            exchanges.at_micros += seconds * 1_000_000;
            exchanges.answer("CP1", "Heartbeat", r#"{"currentTime":"2026-03-04T10:00:00Z"}"#);
        }
        let records = exchanges.contents.records();
        records.iter(records.range()).for_each(|record| statistics.take(&record, Some(Role::CentralSystem), None));
        let text = exposition(&exchanges.contents, &statistics, 0);
        let buckets: Vec<u64> = text
            .lines()
            .filter(|line| line.starts_with("ocpp_call_duration_seconds_bucket{action=\"Heartbeat\""))
            .map(|line| line.rsplit(' ').next().unwrap().parse().unwrap())
            .collect();
        assert!(text.contains("ocpp_call_duration_seconds_sum{action=\"Heartbeat\",initiator=\"cp\"} 107"), "{text}");
        assert!(buckets.is_sorted() && buckets.last() == Some(&4), "{text}");
        assert!(text.contains("ocpp_calls_total{action=\"Heartbeat\",initiator=\"cp\"} 4"), "{text}");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn figures_are_served() {
        let (events, _recorder) = trace::start(1 << 20, now()).unwrap();
        let hub = Hub::new(Catalog::embedded(), LinkSettings::default(), events);
        let server = MetricsServer::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = server.address();
        let error = MetricsServer::bind(address).await.unwrap_err().to_string();
        assert!(error.contains("Name another address with --metrics"), "{error}");
        let serving = tokio::spawn(server.serve(hub.clone()));
        for (request, status, part) in [
            ("GET /metrics", "200", "ocpp_links{role=\"cs\",state=\"connected\"} 0"),
            ("GET /", "404", "There is /metrics only"),
            ("POST /metrics", "405", "allow: GET"),
        ] {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(format!("{request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes()).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")) && answer.contains(part), "{answer}");
        }
        hub.end().await;
        serving.await.unwrap();
    }
}
