//! The stations of the benchmarks: connections that call and count answers, as cheaply as the library allows.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use futures_util::{SinkExt, StreamExt};
use ocpp_tui::ocpp::Version;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{ClientRequestBuilder, Message, Utf8Bytes};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

/// What stations of OCPP 1.6 call, in turn: the three calls that make up nearly all traffic of real stations.
pub const CALLS: [&str; 3] = [
    r#"[2,"4711-0001","Heartbeat",{}]"#,
    r#"[2,"4711-0002","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"Charging","timestamp":"2026-03-01T12:00:00Z"}]"#,
    r#"[2,"4711-0003","MeterValues",{"connectorId":1,"transactionId":17,"meterValue":[{"timestamp":"2026-03-01T12:00:00Z","sampledValue":[{"value":"18734.5","context":"Sample.Periodic","measurand":"Energy.Active.Import.Register","location":"Outlet","unit":"Wh"},{"value":"7360","measurand":"Power.Active.Import","unit":"W"},{"value":"31.9","measurand":"Current.Import","phase":"L1","unit":"A"}]}]}]"#,
];

/// A call of a charging transaction in OCPP 2.0.1, with the same three readings, around its sequence number.
const EVENT_2_0_1: [&str; 2] = [
    r#"[2,"4711-0004","TransactionEvent",{"eventType":"Updated","timestamp":"2026-03-01T12:00:00Z","triggerReason":"MeterValuePeriodic","seqNo":"#,
    r#","transactionInfo":{"transactionId":"17","chargingState":"Charging"},"evse":{"id":1,"connectorId":1},"meterValue":[{"timestamp":"2026-03-01T12:00:00Z","sampledValue":[{"value":18734.5,"context":"Sample.Periodic","measurand":"Energy.Active.Import.Register","location":"Outlet","unitOfMeasure":{"unit":"Wh"}},{"value":7360,"measurand":"Power.Active.Import","unitOfMeasure":{"unit":"W"}},{"value":31.9,"measurand":"Current.Import","phase":"L1","unitOfMeasure":{"unit":"A"}}]}]}]"#,
];

/// One connection of a station.
pub struct Station {
    socket: WebSocketStream<TcpStream>,
    version: Version,
    /// How many calls were made.
    made: usize,
}

impl Station {
    /// Connects to a port of the loopback with a version, 1.6 or 2.0.1.
    pub async fn connect(port: u16, version: Version, identity: &str) -> Station {
        let stream = TcpStream::connect(("127.0.0.1", port)).await.expect("the server listens");
        stream.set_nodelay(true).expect("an option of TCP");
        let uri = format!("ws://127.0.0.1:{port}/{identity}").parse().expect("a URL");
        let request = ClientRequestBuilder::new(uri).with_sub_protocol(version.subprotocol());
        let config = WebSocketConfig::default().read_buffer_size(8 * 1024);
        let (socket, _) = client_async_with_config(request, stream, Some(config)).await.expect("the handshake");
        Station { socket, version, made: 0 }
    }

    fn next_call(&mut self) -> Utf8Bytes {
        self.made += 1;
        match self.version {
            Version::V1_6 => Utf8Bytes::from_static(CALLS[self.made % CALLS.len()]),
            _ => format!("{}{}{}", EVENT_2_0_1[0], self.made, EVENT_2_0_1[1]).into(),
        }
    }

    /// Makes `rounds` times `window` calls: sends the whole window at once and waits for all its answers.
    pub async fn call(&mut self, rounds: usize, window: usize) {
        for _ in 0..rounds {
            for _ in 0..window {
                let call = self.next_call();
                self.socket.feed(Message::Text(call)).await.expect("the link is up");
            }
            self.socket.flush().await.expect("the link is up");
            let mut answers = 0;
            while answers < window {
                match self.socket.next().await.expect("the link is up") {
                    Ok(Message::Text(answer)) => {
                        assert!(answer.starts_with("[3,"), "{answer}");
                        answers += 1;
                    }
                    Ok(_) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        }
    }
}

/// Connects many stations of OCPP 1.6.
pub async fn connect(port: u16, count: usize) -> Vec<Station> {
    connect_with(port, Version::V1_6, count).await
}

/// Connects many stations of a version.
pub async fn connect_with(port: u16, version: Version, count: usize) -> Vec<Station> {
    let mut stations = Vec::with_capacity(count);
    for index in 0..count {
        stations.push(Station::connect(port, version, &format!("CP{index:05}")).await);
    }
    stations
}

/// Lets all stations call at the same time, each without a pause and one call after the other. Returns the stations and the latencies of
/// all calls. Each station is a task, because the runtime serves tasks in turn.
pub async fn latencies(stations: Vec<Station>, rounds: usize) -> (Vec<Station>, Vec<Duration>) {
    let tasks = stations.into_iter().map(|mut station| {
        tokio::spawn(async move {
            let mut latencies = Vec::with_capacity(rounds);
            for _ in 0..rounds {
                let began = Instant::now();
                station.call(1, 1).await;
                latencies.push(began.elapsed());
            }
            (station, latencies)
        })
    });
    let (stations, latencies): (Vec<_>, Vec<_>) =
        join_all(tasks).await.into_iter().map(|done| done.expect("no station fails")).unzip();
    (stations, latencies.concat())
}

/// Lets all stations call at the same time.
pub async fn call(stations: &mut [Station], rounds: usize, window: usize) {
    join_all(stations.iter_mut().map(|station| station.call(rounds, window))).await;
}
