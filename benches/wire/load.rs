//! The load, in a process of its own: stations that have their frames ready, send one, wait for the whole answer, and send the next one. They
//! do as little as possible, so that the server has the work. Each is a task on the runtime of the program, which serves all in turn.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use ocpp_tui::ocpp::Version;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::subject::pinned;
use crate::support::bare_soap::{HEARTBEAT, METER_VALUES, post};
use crate::support::{one_worker, stations};

/// The argument that makes this program the process of the stations.
pub const ROLE: &str = "be-stations";
/// The processor of the stations, when `taskset` can say so.
const PROCESSOR: usize = 1;
/// Connections that are made at the same time in the row of handshakes.
const MAKERS: usize = 32;
/// Handshakes at the same time when many stations connect.
const CONNECTING: usize = 64;

/// What stations send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Traffic {
    /// Heartbeat, StatusNotification and MeterValues of OCPP 1.6 in turn.
    Mixed,
    /// Heartbeat of OCPP 1.5.
    SoapHeartbeat,
    /// MeterValues of OCPP 1.5 with three readings.
    SoapMeterValues,
    /// Nothing; each measurement makes connections and ends them.
    Handshakes,
}

impl Traffic {
    const ALL: [(&str, Traffic); 4] = [
        ("mixed", Traffic::Mixed),
        ("soap-heartbeat", Traffic::SoapHeartbeat),
        ("soap-meter-values", Traffic::SoapMeterValues),
        ("handshakes", Traffic::Handshakes),
    ];

    fn word(self) -> &'static str {
        Traffic::ALL.iter().find(|(_, traffic)| *traffic == self).expect("all of them are listed").0
    }
}

/// What a measurement found: calls (or handshakes), the seconds that they took, and the times to their answers in microseconds.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    pub calls: f64,
    pub seconds: f64,
    pub p50: f64,
    pub p99: f64,
    pub p999: f64,
}

/// The process of the stations, as the benchmark sees it.
pub struct LoadProcess {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl LoadProcess {
    /// Starts it; returns when all stations are connected.
    pub fn start(traffic: Traffic, port: u16, count: usize) -> LoadProcess {
        let mut command: Command = pinned(PROCESSOR, &std::env::current_exe().expect("this program's path"));
        command.args([ROLE, traffic.word(), &port.to_string(), &count.to_string()]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a second process");
        let (input, output) = (child.stdin.take(), BufReader::new(child.stdout.take().expect("a pipe")));
        let mut load = LoadProcess { child, input, output };
        assert_eq!(load.line(), "connected");
        load
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("the stations speak");
        line.trim_end().to_owned()
    }

    /// Lets all stations call for so long.
    pub fn measure(&mut self, seconds: f64) -> Measured {
        let input = self.input.as_mut().expect("a pipe");
        input.write_all(format!("{seconds}\n").as_bytes()).expect("the stations read");
        let line = self.line();
        let figures: Vec<f64> = line.split(' ').map(|figure| figure.parse().expect("a number")).collect();
        let [calls, seconds, p50, p99, p999] = figures[..] else { panic!("five figures, not: {line}") };
        Measured { calls, seconds, p50, p99, p999 }
    }
}

impl Drop for LoadProcess {
    fn drop(&mut self) {
        self.input = None; // the process ends with its input
        let _ = self.child.wait(); // it may have failed already
    }
}

/// Is the process of the stations: connects, measures once for each line of its input, and ends with it.
pub fn be_stations(words: &[String]) {
    let [word, port, count] = words else { panic!("traffic, port and number, not: {words:?}") };
    let traffic = Traffic::ALL.iter().find(|(known, _)| known == word).expect("a known traffic").1;
    let (port, count) = (port.parse().expect("a port"), count.parse().expect("a number"));
    let runtime = one_worker("load");
    let mut stations = runtime.block_on(async move { tokio::spawn(connect(traffic, port, count)).await.expect("no panic") });
    println!("connected");
    for line in std::io::stdin().lines() {
        let time = Duration::from_secs_f64(line.expect("a line").trim().parse().expect("seconds"));
        let began = Instant::now();
        let mut latencies: Vec<Duration> = match traffic {
            Traffic::Handshakes => {
                let makers = (0..MAKERS).map(|number| tokio_task(&runtime, make_connections(port, number, began + time)));
                runtime.block_on(join_all(makers)).into_iter().flat_map(|made| made.expect("no panic")).collect()
            }
            _ => {
                let tasks = stations.drain(..).map(|station| tokio_task(&runtime, station.call_until(began + time)));
                let done: Vec<_> = runtime.block_on(join_all(tasks.collect::<Vec<_>>()));
                let (back, latencies): (Vec<_>, Vec<_>) = done.into_iter().map(|done| done.expect("no panic")).unzip();
                stations = back;
                latencies.concat()
            }
        };
        let seconds = began.elapsed().as_secs_f64();
        latencies.sort_unstable();
        let at = |part: f64| match latencies.len() {
            0 => 0.0,
            count => latencies[((count - 1) as f64 * part) as usize].as_secs_f64() * 1e6,
        };
        println!("{} {seconds} {} {} {}", latencies.len(), at(0.5), at(0.99), at(0.999));
    }
}

fn tokio_task<F>(runtime: &tokio::runtime::Runtime, future: F) -> tokio::task::JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    runtime.spawn(future)
}

async fn connect(traffic: Traffic, port: u16, count: usize) -> Vec<RawStation> {
    let mut stations = Vec::with_capacity(count);
    let numbers: Vec<usize> = (0..if traffic == Traffic::Handshakes { 0 } else { count }).collect();
    for some in numbers.chunks(CONNECTING) {
        let connecting = some.iter().map(|number| RawStation::connect(traffic, port, *number));
        stations.extend(join_all(connecting).await);
    }
    stations
}

/// Makes connections and ends them, one after the other, until then.
async fn make_connections(port: u16, number: usize, until: Instant) -> Vec<Duration> {
    let mut times = Vec::new();
    while Instant::now() < until {
        let began = Instant::now();
        let mut station = RawStation::connect(Traffic::Handshakes, port, number).await;
        times.push(began.elapsed());
        let normal = 1000_u16.to_be_bytes();
        station.stream.write_all(&masked_frame(0x8, &normal)).await.expect("the link is up");
        let mut rest = [0; 256];
        while station.stream.read(&mut rest).await.is_ok_and(|read| read > 0) {}
    }
    times
}

/// A connection of a station with the requests that it sends in turn.
struct RawStation {
    stream: TcpStream,
    is_http: bool,
    requests: Vec<Vec<u8>>,
    made: usize,
    unread: Vec<u8>,
}

impl RawStation {
    async fn connect(traffic: Traffic, port: u16, number: usize) -> RawStation {
        let identity = format!("CP{number:05}");
        let stream = TcpStream::connect(("127.0.0.1", port)).await.expect("the server listens");
        stream.set_nodelay(true).expect("an option of TCP");
        let is_http = matches!(traffic, Traffic::SoapHeartbeat | Traffic::SoapMeterValues);
        let requests = match traffic {
            Traffic::Mixed => stations::CALLS.iter().map(|text| masked_frame(0x1, text.as_bytes())).collect(),
            Traffic::SoapHeartbeat => vec![post(&identity, "Heartbeat", HEARTBEAT)],
            Traffic::SoapMeterValues => vec![post(&identity, "MeterValues", METER_VALUES)],
            Traffic::Handshakes => Vec::new(),
        };
        let mut station = RawStation { stream, is_http, requests, made: number, unread: Vec::new() };
        if !is_http {
            station.upgrade(&identity).await;
        }
        station
    }

    async fn upgrade(&mut self, identity: &str) {
        let request = format!(
            "GET /{identity} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: {}\r\n\r\n",
            Version::V1_6.subprotocol()
        );
        self.stream.write_all(request.as_bytes()).await.expect("the link is up");
        loop {
            if let Some(head) = self.unread.windows(4).position(|end| end == b"\r\n\r\n") {
                assert!(self.unread.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&self.unread));
                self.unread.drain(..head + 4);
                return;
            }
            self.read().await;
        }
    }

    async fn read(&mut self) {
        let mut buffer = [0; 4096];
        let read = self.stream.read(&mut buffer).await.expect("the link is up");
        assert!(read > 0, "the server ended the connection");
        self.unread.extend_from_slice(&buffer[..read]);
    }

    /// Calls without a pause until then; the times to the answers.
    async fn call_until(mut self, until: Instant) -> (RawStation, Vec<Duration>) {
        let mut latencies = Vec::new();
        while Instant::now() < until {
            let began = Instant::now();
            self.made += 1;
            let request = &self.requests[self.made % self.requests.len()];
            self.stream.write_all(request).await.expect("the link is up");
            while !self.take_answer().await {
                self.read().await;
            }
            latencies.push(began.elapsed());
        }
        (self, latencies)
    }

    /// Whether a whole answer was there. A ping is answered on the way.
    async fn take_answer(&mut self) -> bool {
        if self.is_http {
            let Some(length) = whole_response(&self.unread) else { return false };
            self.unread.drain(..length);
            return true;
        }
        while let Some((opcode, head, length)) = whole_frame(&self.unread) {
            let payload = &self.unread[head..head + length];
            match opcode {
                0x1 => assert!(payload.starts_with(b"[3,"), "{}", String::from_utf8_lossy(payload)),
                0x9 => self.stream.write_all(&masked_frame(0xa, payload)).await.expect("the link is up"),
                _ => panic!("a frame of the kind {opcode}"),
            }
            self.unread.drain(..head + length);
            if opcode == 0x1 {
                return true;
            }
        }
        false
    }
}

/// A frame of a client, whole. Its key is constant: what the server has to do does not depend on it.
fn masked_frame(opcode: u8, payload: &[u8]) -> Vec<u8> {
    const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];
    let mut frame = vec![0x80 | opcode];
    match payload.len() {
        short @ 0..=125 => frame.push(0x80 | short as u8),
        long => {
            frame.push(0x80 | 0x7e);
            frame.extend(u16::try_from(long).expect("a short message").to_be_bytes());
        }
    }
    frame.extend(KEY);
    frame.extend(payload.iter().zip(KEY.iter().cycle()).map(|(byte, key)| byte ^ key));
    frame
}

/// The kind of the first frame of a server, the length of its head and of its payload, when it is whole.
fn whole_frame(bytes: &[u8]) -> Option<(u8, usize, usize)> {
    let (head, length) = match bytes.get(1)? & 0x7f {
        short @ 0..=125 => (2, usize::from(short)),
        126 => (4, usize::from(u16::from_be_bytes([*bytes.get(2)?, *bytes.get(3)?]))),
        _ => panic!("no answer is that long"),
    };
    (bytes.len() >= head + length).then_some((bytes[0] & 0x0f, head, length))
}

/// The length of the first HTTP response, when it is whole.
fn whole_response(bytes: &[u8]) -> Option<usize> {
    const LENGTH: &[u8] = b"content-length:";
    let head = bytes.windows(4).position(|end| end == b"\r\n\r\n")?;
    assert!(bytes.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(bytes));
    let line = bytes[..head]
        .split(|byte| *byte == b'\n')
        .find(|line| line.get(..LENGTH.len()).is_some_and(|name| name.eq_ignore_ascii_case(LENGTH)));
    let length = line.and_then(|line| std::str::from_utf8(&line[LENGTH.len()..]).ok()?.trim().parse::<usize>().ok());
    let whole = head + 4 + length.expect("a length");
    (bytes.len() >= whole).then_some(whole)
}
