//! Who may connect with a certificate: of which station, of which operator, at which port; and a test CA that cannot be used.

use ocpp_tui::clock::now;
use ocpp_tui::config::AuthorityFolder;
use ocpp_tui::hub::{
    CentralSystemOptions, ChargePointOptions, CredentialOptions, DialTlsOptions, HubError, ListenTlsOptions, SoapOptions,
};
use ocpp_tui::link::{ExtraHeaders, TlsVersion};
use ocpp_tui::ocpp::{Role, SecurityProfile, StationPassword, Version};
use ocpp_tui::trace::{Record, RecordKind};

use crate::support::certificates::CertificateFolder;
use crate::support::{central_system_options, charge_point, hub, record, station};
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
    let port = hub.start_central_system(CentralSystemOptions { tls, ..central_system_options() }).await.unwrap().port();
    hub.start_charge_point(charge_point(port, "CP1", Version::V1_6, false)).unwrap();
    station(&hub, Role::CentralSystem, "CP1").await;
    let noted = |record: &Record<'_>| record.text.contains("is open to other users") && record.text.contains("do not need it");
    record(&hub, "the note", noted).await;
    let secured =
        ChargePointOptions { url: format!("wss://localhost:{port}"), ..charge_point(port, "CP2", Version::V1_6, false) };
    let error = hub.start_charge_point(secured).unwrap_err();
    assert!(matches!(error, HubError::TestAuthority(_)), "{error}");
    hub.end().await;
}
