//! The cases of the certification about TLS over real links with TLS, in security profile 3: a central system at `--url`, and charge points at
//! `--listen` that trust the certificates which are named. What misbehaves is issued by a test CA of the test.

use ocpp_tui::hub::{CentralSystemOptions, ChargePointOptions, CredentialOptions, DialTlsOptions, ListenTlsOptions};
use ocpp_tui::link::CertificateFiles;
use ocpp_tui::ocpp::{SecurityProfile, Version};

use crate::stage::{Played, Stage, shipped};
use crate::support::certificates::CertificateFolder;
use crate::support::{central_system_options, charge_point, free_port, hub};

const PROFILE: SecurityProfile = SecurityProfile::TlsClientCertificate;

fn named((certificate, key): (std::path::PathBuf, std::path::PathBuf)) -> CertificateFiles {
    CertificateFiles { certificate, key: Some(key) }
}

async fn play(arguments: Vec<String>) -> Played {
    let run = move || Stage::new().play(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
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
