//! Misbehaviour on purpose in the handshake of TLS: both roles of ours in security profile 3, and what the side that behaves says. What it
//! says is read from the table in `docs/security.md`, so the page holds what is so.

use std::time::Duration;

use ocpp_tui::clock::now;
use ocpp_tui::console::Console;
use ocpp_tui::hub::{
    CentralSystemOptions, ChargePointOptions, CredentialOptions, DialTlsOptions, Hub, LinkCommand, ListenTlsOptions, Order,
    SoapOptions,
};
use ocpp_tui::link::{HAS_OPENSSL, LinkSettings, MISBEHAVIOURS, MisbehaviourStage, Network, TlsLimits, TlsVersion};
use ocpp_tui::ocpp::Role::{self, CentralSystem, ChargePoint};
use ocpp_tui::ocpp::{Catalog, SecurityProfile, Transport, Version};
use ocpp_tui::simulator::Profile;
use ocpp_tui::trace;

use crate::support::{central_system_options, charge_point, run_line, station, until};

const PAGE: &str = include_str!("../../docs/security.md");
const BEGIN: &str = "<!-- tls misbehaviours: begin -->";
const END: &str = "<!-- tls misbehaviours: end -->";
/// What the page says where the peer has nothing to say.
const NOTHING: &str = "nothing: the link comes up";
/// In the result of BootNotification, in either form.
const BOOTED: &str = "Accepted";

/// Who misbehaves, how, and what the other side says of it.
#[derive(Debug, Clone)]
struct Row {
    ours: Role,
    line: String,
    says: String,
}

/// The rows of the page: `| cs | \`line\` | sentence |`.
fn rows() -> Vec<Row> {
    let table = PAGE.split_once(BEGIN).and_then(|(_, rest)| rest.split_once(END)).expect("the table").0;
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim().strip_prefix("| ")?.strip_suffix(" |")?.split(" | ").collect();
        let [role, name, says] = cells[..] else { return None };
        let ours = [CentralSystem, ChargePoint].into_iter().find(|ours| ours.short() == role)?;
        let says = if says == NOTHING { BOOTED } else { says };
        Some(Row { ours, line: name.trim_matches('`').to_owned(), says: says.to_owned() })
    };
    table.lines().filter_map(row).collect()
}

/// Both roles in one session with a test CA.
struct Stage {
    hub: Hub,
    console: Console,
    port: u16,
    _authority: tempfile::TempDir,
}

impl Stage {
    async fn new(network: Network, highest: TlsVersion) -> Stage {
        let events = trace::direct(16 << 20, now());
        let (call_timeout, handshake_timeout) = (Duration::from_secs(2), Duration::from_secs(5));
        let settings = LinkSettings { call_timeout, handshake_timeout, ..LinkSettings::default() };
        let hub = Hub::with_network(Catalog::embedded(), settings, Profile::default(), events, network);
        let authority = tempfile::tempdir().unwrap();
        hub.use_authority(authority.path().join("ca"));
        let tls =
            ListenTlsOptions { port: Some(0), alone: true, limits: TlsLimits::up_to(highest), ..ListenTlsOptions::default() };
        let security_profile = SecurityProfile::TlsClientCertificate;
        let options = CentralSystemOptions { security_profile, tls, ..central_system_options() };
        let port = hub.start_central_system(options).await.unwrap().port();
        Stage { console: Console::new(hub.clone()), hub, port, _authority: authority }
    }

    fn start(&self, transport: Transport, highest: TlsVersion) {
        let credentials =
            CredentialOptions { profile: Some(SecurityProfile::TlsClientCertificate), ..CredentialOptions::default() };
        let tls = DialTlsOptions { limits: TlsLimits::up_to(highest), ..DialTlsOptions::default() };
        let options = ChargePointOptions { credentials, tls, ..charge_point(self.port, "CP1", Version::V1_6, true) };
        let options = match transport {
            Transport::WebSocket => ChargePointOptions { url: format!("wss://localhost:{}", self.port), ..options },
            Transport::Soap => ChargePointOptions {
                url: format!("https://localhost:{}/", self.port),
                soap: Some(SoapOptions::default()),
                ..options
            },
        };
        self.hub.start_charge_point(options).unwrap();
    }

    /// Waits until a side says it: the charge point with the station, the central system also without one.
    async fn says(&self, side: Role, words: &str) {
        until(self.hub.trace(), &format!("{side}: {words}"), |contents| {
            let station = contents.stations().find(side, "CP1").map(|row| row.key);
            let records = contents.records();
            let says = records.iter(records.range()).any(|record| {
                let is_theirs =
                    record.station.is_some() && record.station == station || side == CentralSystem && record.station.is_none();
                is_theirs && [&*record.summary(), &*record.notes(), record.text].iter().any(|text| text.contains(words))
            });
            says.then_some(())
        })
        .await;
    }
}

async fn play(network: Network, transport: Transport, row: Row) {
    let Row { ours, line, says } = row;
    let stage = Stage::new(network, TlsVersion::V1_3).await;
    let command = format!("misbehave {} {line}", ours.short());
    // The name is compared once the central system knows the serial number of the station.
    let is_later = ours == ChargePoint && line.starts_with("wrong-name");
    if is_later {
        stage.start(transport, TlsVersion::V1_3);
        stage.says(ChargePoint, BOOTED).await;
        let at = station(&stage.hub, ChargePoint, "CP1").await;
        assert!(!run_line(&stage.console, &command).await.contains("Error"));
        for command in [LinkCommand::Disconnect, LinkCommand::Connect] {
            stage.hub.submit(&Order { targets: vec![at], command });
        }
    } else {
        let said = run_line(&stage.console, &command).await;
        if !HAS_OPENSSL && line == "tls-1-1-only" {
            assert!(said.contains("needs OpenSSL") && said.contains("--features openssl"), "{said}");
            stage.hub.end().await;
            return;
        }
        assert!(!said.contains("Error"), "{line}: {said}");
        stage.start(transport, TlsVersion::V1_3);
    }
    let hears = if says == BOOTED { ChargePoint } else { ours.peer() };
    stage.says(hears, &says).await;
    // What was done is said, too.
    until(stage.hub.trace(), &format!("{line} as commanded"), |contents| {
        let records = contents.records();
        records.iter(records.range()).any(|record| record.summary().contains(", as commanded")).then_some(())
    })
    .await;
    stage.hub.end().await;
}

/// Plays all of them; those that fail are named together.
async fn play_all(transport: Transport, rows: Vec<Row>, network: fn() -> Network) {
    let mut failed = Vec::new();
    for row in rows {
        // The panic of one is no end of the others.
        if tokio::spawn(play(network(), transport, row.clone())).await.is_err() {
            failed.push(row);
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

/// Those that need no time limits, which are real over TCP.
fn quick() -> Vec<Row> {
    rows().into_iter().filter(|row| !row.line.starts_with("slow") && !row.line.starts_with("silent")).collect()
}

#[tokio::test(start_paused = true)]
async fn the_side_that_behaves_says_what_is_wrong_in_tls() {
    play_all(Transport::WebSocket, rows(), Network::in_memory).await;
}

#[tokio::test]
async fn it_says_so_over_tcp_and_over_https() {
    play_all(Transport::WebSocket, quick(), Network::default).await;
    let is_for_requests = |row: &Row| row.ours == CentralSystem || !row.line.starts_with("wrong-name");
    play_all(Transport::Soap, quick().into_iter().filter(is_for_requests).collect(), Network::default).await;
}

#[tokio::test]
async fn one_version_alone_fails_where_the_peer_lacks_it() {
    let (old, new) = (TlsVersion::V1_2, TlsVersion::V1_3);
    let stage = Stage::new(Network::default(), new).await;
    run_line(&stage.console, "misbehave cs tls-1-3-only").await;
    stage.start(Transport::WebSocket, old);
    stage.says(ChargePoint, "closed the TLS handshake with alert protocol_version").await;
    stage.says(CentralSystem, "at the version: the station has TLS 1.2 only, we have TLS 1.3").await;
    stage.hub.end().await;
    let stage = Stage::new(Network::default(), old).await;
    run_line(&stage.console, "misbehave cp tls-1-3-only").await;
    stage.start(Transport::WebSocket, new);
    stage.says(CentralSystem, "at the version: the station has TLS 1.3 only, we have TLS 1.2").await;
    stage.hub.end().await;
}

#[tokio::test]
async fn a_listener_does_not_know_the_station_yet_and_says_so() {
    let stage = Stage::new(Network::in_memory(), TlsVersion::V1_3).await;
    let said = run_line(&stage.console, "misbehave CP1 reset-tls").await;
    assert!(said.contains("before it is known which station connects; use misbehave cs reset-tls, or as=cp"), "{said}");
    let said = run_line(&stage.console, "misbehave CP1 reset-tls as=cp").await;
    assert!(!said.contains("Error"), "{said}");
    let said = run_line(&stage.console, "misbehave cs expired-certificate").await;
    assert!(said.contains("The test CA issues the certificate: a peer that does not trust"), "{said}");
    stage.hub.end().await;
}

#[test]
fn every_misbehaviour_in_tls_has_its_sentence_on_the_page() {
    let rows = rows();
    for spec in MISBEHAVIOURS.iter().filter(|spec| spec.stage == MisbehaviourStage::Tls) {
        for role in spec.roles {
            let is_it = |row: &Row| row.ours == *role && row.line.split(' ').next() == Some(spec.name);
            assert!(rows.iter().any(is_it), "{} as {role}", spec.name);
        }
    }
}
