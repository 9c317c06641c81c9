//! The cases of the certification about TLS over real links with TLS, in security profile 3: a central system at `--url`, and charge points at
//! `--listen` that trust the certificates which are named. What misbehaves is issued by a test CA of the test.

use jiff::Timestamp;
use ocpp_tui::config::AuthorityFolder;
use ocpp_tui::hub::{CentralSystemOptions, ChargePointOptions, CredentialOptions, DialTlsOptions, ListenTlsOptions};
use ocpp_tui::link::CertificateFiles;
use ocpp_tui::ocpp::{SecurityProfile, Version};
use ocpp_tui::pki::{CertificateTerms, KeyAlgorithm};

use crate::stage::{Played, Stage, shipped};
use crate::support::certificates::CertificateFolder;
use crate::support::{central_system_options, charge_point, free_port, hub};

const PROFILE: SecurityProfile = SecurityProfile::TlsClientCertificate;

fn named((certificate, key): (std::path::PathBuf, std::path::PathBuf)) -> CertificateFiles {
    CertificateFiles { certificate, key: Some(key) }
}

async fn play(arguments: Vec<String>) -> Played {
    play_on(Stage::new(), arguments).await
}

async fn play_on(stage: Stage, arguments: Vec<String>) -> Played {
    let run = move || stage.play(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    tokio::task::spawn_blocking(run).await.unwrap()
}

/// The arguments that choose these cases of a file.
fn cases(file: &str, ids: &[&str]) -> Vec<String> {
    let filters = ids.iter().flat_map(|id| ["--filter".to_owned(), (*id).to_owned()]);
    [shipped(file)].into_iter().chain(filters).collect()
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(' ').map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_central_system_with_tls() {
    let (hub, ca) = (hub(), CertificateFolder::new("Test CA"));
    let (certificates, client_ca) = (vec![named(ca.server())], vec![ca.ca()]);
    let tls = ListenTlsOptions { port: Some(0), alone: true, certificates, client_ca, ..ListenTlsOptions::default() };
    let options = CentralSystemOptions { security_profile: PROFILE, tls, ..central_system_options() };
    let port = hub.start_central_system(options).await.unwrap().port();
    let (certificate, key) = ca.station("CP1");
    let secured = format!(
        "--url wss://localhost:{port} --identity CP1 --security-profile 3 --ca {} --client-cert {} --client-key {}",
        ca.ca().display(),
        certificate.display(),
        key.display()
    );
    for (file, ids) in [
        ("certification/central-system/tc-086-087-tls.js", ["TC_086_CSMS", "TC_087_CSMS"].as_slice()),
        ("certification/csms/a-security.js", &["TC_A_04_CSMS", "TC_A_07_CSMS", "TC_A_08_CSMS"]),
    ] {
        play(cases(file, ids).into_iter().chain(words(&secured)).collect()).await.is_silent();
    }
    hub.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_point_with_tls() {
    let ca = CertificateFolder::new("Test CA");
    let (certificate, key) = ca.server();
    for (version, file, ids) in [
        (Version::V1_6, "certification/charge-point/tc-074-charge-point-certificate.js", ["TC_078_CS"].as_slice()),
        (Version::V2_0_1, "certification/charging-station/i-p-others.js", &["TC_A_04_CS", "TC_A_05_CS", "TC_A_07_CS"]),
    ] {
        let (hub, port) = (hub(), free_port());
        let credentials = CredentialOptions { profile: Some(PROFILE), ..CredentialOptions::default() };
        let tls =
            DialTlsOptions { ca: vec![ca.ca()], certificate: Some(named(ca.station("CP1"))), ..DialTlsOptions::default() };
        let station = ChargePointOptions { credentials, tls, ..charge_point(port, "CP1", version, true) };
        hub.start_charge_point(ChargePointOptions { url: format!("wss://localhost:{port}"), ..station }).unwrap();
        let listening = format!(
            "--listen 127.0.0.1:{port} --security-profile 3 --cert {} --key {} --client-ca {} --identity CP1 --set away=9000",
            certificate.display(),
            key.display(),
            ca.ca().display()
        );
        let played = play(cases(file, ids).into_iter().chain(words(&listening)).collect()).await;
        assert!(played.code == Some(0) && played.out.is_empty(), "{version}: {played}");
        hub.end().await;
    }
}

/// The central system of the scenario signs the request of the charge point with the test CA, and the charge point connects with the new
/// certificate.
#[tokio::test(flavor = "multi_thread")]
async fn a_charge_point_with_a_new_certificate() {
    let (stage, hub, port, now) = (Stage::new(), hub(), free_port(), Timestamp::now());
    let (ca, _) = AuthorityFolder::open_or_create(&stage.path("data/ocpp-tui/ca"), now).unwrap();
    ca.station_certificate(&CertificateTerms::station("CP1", "Operator"), now).unwrap();
    let certificate = Some(named(ca.station_files("CP1", KeyAlgorithm::default())));
    let credentials = CredentialOptions { profile: Some(PROFILE), ..CredentialOptions::default() };
    let tls = DialTlsOptions { ca: vec![ca.root_file()], certificate, ..DialTlsOptions::default() };
    let station = ChargePointOptions { credentials, tls, ..charge_point(port, "CP1", Version::V1_6, true) };
    hub.start_charge_point(ChargePointOptions { url: format!("wss://localhost:{port}"), ..station }).unwrap();
    let file = "certification/charge-point/tc-074-charge-point-certificate.js";
    let listening = format!("--listen 127.0.0.1:{port} --security-profile 3 --identity CP1 --set away=9000");
    let played = play_on(stage, cases(file, &["TC_074_CS"]).into_iter().chain(words(&listening)).collect()).await;
    assert!(played.code == Some(0) && played.out.is_empty(), "{played}");
    hub.end().await;
}
