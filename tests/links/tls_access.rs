//! Who may connect with a certificate: of which station, of which operator, at which port; and a test CA that cannot be used.

use ocpp_tui::clock::now;
use ocpp_tui::config::AuthorityFolder;
use ocpp_tui::hub::{
    CentralSystemOptions, ChargePointOptions, CredentialOptions, DialTlsOptions, HubError, ListenTlsOptions, SoapOptions,
};
use ocpp_tui::link::{ExtraHeaders, TlsVersion};
use ocpp_tui::ocpp::{Role, SecurityProfile, StationPassword, Version};
use ocpp_tui::pki::CertificateRequest;
use ocpp_tui::trace::{CloseReason, Direction, FrameKind, Record, RecordKind};
use serde_json::json;

use crate::support::certificates::CertificateFolder;
use crate::support::{call, central_system, central_system_options, charge_point, hub, record, station, until};
use crate::tls::{listen, pair, secured};

/// A station over SOAP keeps its link while connections come and go: each of them has a certificate of its own.
#[tokio::test]
async fn each_connection_over_soap_is_checked_against_the_identity() {
    let ca = CertificateFolder::new("Test CA");
    let (served, stranger) = (hub(), hub());
    let profile = SecurityProfile::TlsClientCertificate;
    let port = listen(&served, &ca, profile, TlsVersion::V1_3).await;
    let over_soap = |certificate: &str| ChargePointOptions {
        url: format!("https://localhost:{port}/"),
        soap: Some(SoapOptions::default()),
        tls: DialTlsOptions {
            ca: vec![ca.ca()],
            certificate: Some(pair(ca.station(certificate))),
            ..DialTlsOptions::default()
        },
        ..secured(&ca, port, "CP1", Version::V1_6, profile)
    };
    served.start_charge_point(over_soap("CP1")).unwrap();
    let at_central = station(&served, Role::CentralSystem, "CP1").await;
    let booted = |record: &Record<'_>| {
        record.station == Some(at_central) && record.action == Some("BootNotification") && record.text.contains("Response")
    };
    record(&served, "the answer to BootNotification", booted).await;
    stranger.start_charge_point(over_soap("CP2")).unwrap();
    let refused =
        |record: &Record<'_>| record.kind == RecordKind::Refused && record.text.contains("the certificate is for `CP2`");
    record(&served, "the refusal", refused).await;
    for hub in [served, stranger] {
        hub.end().await;
    }
}

/// In profile 3 a certificate is the proof: a password that is listed is not asked for, and without TLS no station gets in.
#[tokio::test]
async fn in_profile_3_the_certificate_counts_and_not_the_password() {
    let (hub, ca) = (hub(), CertificateFolder::new("Test CA"));
    let profile = SecurityProfile::TlsClientCertificate;
    let (certificates, client_ca) = (vec![pair(ca.server())], vec![ca.ca()]);
    let tls = ListenTlsOptions { port: Some(0), certificates, client_ca, ..ListenTlsOptions::default() };
    let options = CentralSystemOptions { security_profile: profile, tls, ..central_system_options() };
    let plain = hub.start_central_system(options).await.unwrap().port();
    let secure = hub.listening().iter().find(|listening| listening.tls).unwrap().address.port();
    hub.passwords().write("CP1", "0123456789abcdef").unwrap();
    hub.start_charge_point(secured(&ca, secure, "CP1", Version::V2_0_1, profile)).unwrap();
    station(&hub, Role::CentralSystem, "CP1").await;
    for password in [None, Some(StationPassword::of_text("0123456789abcdef"))] {
        let identity = if password.is_some() { "CP1" } else { "CP2" };
        let credentials = CredentialOptions { password, ..CredentialOptions::default() };
        let options = ChargePointOptions { credentials, ..charge_point(plain, identity, Version::V1_6, false) };
        hub.start_charge_point_as(&format!("PLAIN-{identity}"), options, ExtraHeaders::default()).unwrap();
        let words = format!("{identity}: it shows no certificate that is in order, which security profile 3 requires");
        record(&hub, &words, |record| record.kind == RecordKind::Refused && record.text.contains(&words)).await;
    }
    hub.end().await;
}

/// The operator is the organization of the certificates, where one is named.
#[tokio::test]
async fn a_station_of_another_operator_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let hub = hub();
    hub.use_authority(folder.path().join("ca"));
    let profile = SecurityProfile::TlsClientCertificate;
    let organization = Some("Operator".to_owned());
    let tls = ListenTlsOptions { port: Some(0), alone: true, organization, ..ListenTlsOptions::default() };
    let options = CentralSystemOptions { security_profile: profile, tls, ..central_system_options() };
    let port = hub.start_central_system(options).await.unwrap().port();
    let of = |identity: &str, organization: Option<&str>| ChargePointOptions {
        url: format!("wss://localhost:{port}"),
        credentials: CredentialOptions { profile: Some(profile), ..CredentialOptions::default() },
        tls: DialTlsOptions { organization: organization.map(str::to_owned), ..DialTlsOptions::default() },
        ..charge_point(port, identity, Version::V2_0_1, false)
    };
    hub.start_charge_point(of("CP1", Some("Operator"))).unwrap();
    station(&hub, Role::CentralSystem, "CP1").await;
    hub.start_charge_point(of("CP2", None)).unwrap();
    let words = "the certificate is of the operator `ocpp-tui`, and not of `Operator`";
    record(&hub, words, |record| record.kind == RecordKind::Refused && record.text.contains(words)).await;
    hub.end().await;
}

/// A test CA that others may read is no reason to stop a station that does not need it.
#[cfg(unix)]
#[tokio::test]
async fn a_test_ca_that_cannot_be_used_stops_only_what_needs_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let authority = folder.path().join("ca");
    AuthorityFolder::open_or_create(&authority, now().wall).unwrap();
    std::fs::set_permissions(authority.join("ca-key.pem"), std::fs::Permissions::from_mode(0o644)).unwrap();
    let (hub, ca) = (hub(), CertificateFolder::new("Test CA"));
    hub.use_authority(authority);
    // A central system with certificates of its own does not need it either.
    let tls = ListenTlsOptions { port: Some(0), certificates: vec![pair(ca.server())], ..ListenTlsOptions::default() };
    let plain = hub.start_central_system(CentralSystemOptions { tls, ..central_system_options() }).await.unwrap().port();
    let port = hub.listening().iter().find(|listening| listening.tls).unwrap().address.port();
    hub.start_charge_point(charge_point(plain, "CP1", Version::V1_6, false)).unwrap();
    station(&hub, Role::CentralSystem, "CP1").await;
    let noted = |record: &Record<'_>| record.text.contains("is open to other users") && record.text.contains("do not need it");
    record(&hub, "the note", noted).await;
    let error = hub.start_charge_point(with_own_certificate(port)).unwrap_err();
    assert!(matches!(error, HubError::TestAuthority(_)), "{error}");
    // With TLS it is trusted beside the CAs of the system, so without it a station may still do.
    let secured =
        ChargePointOptions { url: format!("wss://localhost:{port}"), ..charge_point(port, "CP2", Version::V1_6, false) };
    hub.start_charge_point(secured).unwrap();
    let noted = |record: &Record<'_>| record.text.contains("Certificates of the test CA are not trusted");
    record(&hub, "the note about TLS", noted).await;
    let refused = |record: &Record<'_>| record.kind == RecordKind::Retry && record.text.contains("is issued by \"Test CA\"");
    record(&hub, "the check of the chain", refused).await;
    let tls = DialTlsOptions { ca: vec![ca.ca()], ..DialTlsOptions::default() };
    let named =
        ChargePointOptions { tls, url: format!("wss://localhost:{port}"), ..charge_point(port, "CP3", Version::V1_6, false) };
    hub.start_charge_point(named).unwrap();
    station(&hub, Role::CentralSystem, "CP3").await;
    hub.end().await;
}

/// A station that needs a certificate of the test CA.
#[cfg(unix)]
fn with_own_certificate(port: u16) -> ChargePointOptions {
    let credentials =
        CredentialOptions { profile: Some(SecurityProfile::TlsClientCertificate), ..CredentialOptions::default() };
    ChargePointOptions {
        url: format!("wss://localhost:{port}"),
        credentials,
        ..charge_point(port, "CP9", Version::V1_6, false)
    }
}

/// While a station has reported no serial number, the name of its certificate is let in with a finding unless it is that of another station.
/// What it boots with decides.
#[tokio::test]
async fn a_certificate_is_compared_with_the_serial_number_of_the_boot() {
    let profile = SecurityProfile::TlsClientCertificate;
    for version in [Version::V1_6, Version::V2_0_1] {
        let (hub, ca) = (hub(), CertificateFolder::new("Test CA"));
        let port = listen(&hub, &ca, profile, TlsVersion::V1_3).await;
        let start = |identity: &str, name: &str, serial: &str| {
            let mut options = ChargePointOptions {
                tls: DialTlsOptions {
                    ca: vec![ca.ca()],
                    certificate: Some(pair(ca.station(name))),
                    ..DialTlsOptions::default()
                },
                ..secured(&ca, port, identity, version, profile)
            };
            options.machine.equipment.serial_number = serial.to_owned();
            hub.start_charge_point(options).unwrap();
        };
        let refused = async |words: &str| {
            record(&hub, words, |record| record.kind == RecordKind::Refused && record.text.contains(words)).await;
        };
        start("CP1", "SN-1", "SN-1");
        let at_central = station(&hub, Role::CentralSystem, "CP1").await;
        let of_station = |record: &Record<'_>| record.station == Some(at_central);
        let (_, notes) = record(&hub, "the link", |record| of_station(record) && record.kind == RecordKind::Connected).await;
        assert!(notes.contains("its certificate is for \"SN-1\", which is not its identity"), "{notes}");
        let accepted = |record: &Record<'_>| {
            of_station(record) && record.action == Some("BootNotification") && record.text.contains("Accepted")
        };
        record(&hub, "the boot", accepted).await;
        start("CP2", "CP1", "SN-2");
        refused("the certificate is for `CP1`, which is the identity of another station, and not for `CP2`").await;
        start("CP3", "SN-1", "SN-3");
        refused("the certificate is for `SN-1`, which is the serial number of `CP1`, and not for `CP3`").await;
        start("CP4", "SN-4", "SN-9");
        let words = "it reports the serial number `SN-9` and has the certificate of `SN-4`: it is rejected";
        record(&hub, words, |record| record.kind == RecordKind::Failure && record.text.contains(words)).await;
        record(&hub, "the rejection", |record| {
            record.action == Some("BootNotification") && record.text.contains("\"Rejected\"")
        })
        .await;
        record(&hub, "the end of the link", |record| record.close_reason() == Some(&CloseReason::OtherStation)).await;
        refused("the certificate is for `SN-4`, which is neither the identity `CP4` nor the serial number `SN-9`").await;
        hub.end().await;
    }
}

/// The operator is that of the station's own request for a certificate too, so that the certificate it gets is let in.
#[tokio::test]
async fn a_station_asks_for_a_certificate_of_its_operator() {
    for version in [Version::V1_6, Version::V2_1] {
        let hub = hub();
        let port = central_system(&hub, &Version::ALL).await;
        let tls = DialTlsOptions { organization: Some("Operator".to_owned()), ..DialTlsOptions::default() };
        hub.start_charge_point(ChargePointOptions { tls, ..charge_point(port, "CP1", version, true) }).unwrap();
        let at_central = station(&hub, Role::CentralSystem, "CP1").await;
        let (action, message) = match version {
            Version::V1_6 => ("ExtendedTriggerMessage", "SignChargePointCertificate"),
            _ => ("TriggerMessage", "SignChargingStationCertificate"),
        };
        hub.submit(&call(at_central, action, json!({ "requestedMessage": message })));
        let asked = until(hub.trace(), "the request", |contents| {
            let records = contents.records();
            let mut calls = records.iter(records.range()).filter(|record| {
                record.station == Some(at_central) && record.kind == RecordKind::Frame(Direction::In, FrameKind::Call)
            });
            let call = calls.find(|record| record.action == Some("SignCertificate"))?;
            let text: serde_json::Value = serde_json::from_str(call.text).ok()?;
            CertificateRequest::from_pem(text[3]["csr"].as_str()?).ok()
        })
        .await;
        assert_eq!(asked.organization.as_deref(), Some("Operator"), "{version}");
        hub.end().await;
    }
}
