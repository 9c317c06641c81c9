//! The folder of the test CA, in folders of the tests.

use super::*;
use crate::pki::ChainFault;

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn later(days: i64) -> Timestamp {
    Timestamp::from_second(now().as_second() + days * 24 * 3600).unwrap()
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// A folder with a CA.
fn created() -> (tempfile::TempDir, AuthorityFolder) {
    let home = tempfile::tempdir().unwrap();
    let (found, is_new) = AuthorityFolder::open_or_create(&home.path().join("data/ca"), now()).unwrap();
    assert!(is_new);
    (home, found)
}

#[test]
fn a_ca_is_made_once() {
    let (_home, made) = created();
    let roots = made.roots().unwrap();
    let (again, is_new) = AuthorityFolder::open_or_create(made.path(), later(1)).unwrap();
    assert_eq!((again.roots().unwrap(), is_new), (roots.clone(), false));
    assert_eq!(AuthorityFolder::open(made.path()).unwrap().roots().unwrap(), roots);
    let new = AuthorityFolder::create_again(made.path(), now()).unwrap();
    assert_ne!(new.roots().unwrap(), roots);
    let empty = tempfile::tempdir().unwrap();
    let error = AuthorityFolder::open(empty.path()).unwrap_err().to_string();
    assert!(error.ends_with("make one with `ocpp-tui ca init`"), "{error}");
}

#[test]
fn of_many_at_once_one_makes_the_ca() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("ca");
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let folder = folder.clone();
            std::thread::spawn(move || {
                let (found, is_new) = AuthorityFolder::open_or_create(&folder, now()).unwrap();
                let server = found.server_certificate(KeyAlgorithm::Ecdsa, &names(&["localhost"]), now()).unwrap();
                (found.roots().unwrap(), is_new, server.chain)
            })
        })
        .collect();
    let results: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    assert_eq!(results.iter().filter(|(_, is_new, _)| *is_new).count(), 1);
    assert!(results.iter().all(|(roots, ..)| *roots == results[0].0));
}

#[cfg(unix)]
#[test]
fn files_are_closed_to_others_and_open_ones_are_refused() {
    use std::os::unix::fs::PermissionsExt;
    let (_home, made) = created();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let open = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    made.server_certificate(KeyAlgorithm::Ecdsa, &names(&["localhost"]), now()).unwrap();
    made.revoke("4a", now()).unwrap();
    for entry in fs::read_dir(made.path()).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    assert_eq!(mode(made.path()), 0o700);
    let key = made.path().join("ca-key.pem");
    open(&key, 0o640);
    let error = AuthorityFolder::open(made.path()).unwrap_err().to_string();
    assert!(
        error.contains("(mode 640)") && error.ends_with(&format!("close it with `chmod 600 {}`", key.display())),
        "{error}"
    );
    open(&key, 0o600);
    open(made.path(), 0o755);
    let error = AuthorityFolder::open_or_create(made.path(), now()).unwrap_err().to_string();
    assert!(error.ends_with(&format!("close it with `chmod 700 {}`", made.path().display())), "{error}");
}

#[test]
fn damaged_files_are_said_and_not_overwritten() {
    let (_home, made) = created();
    let key = made.path().join("ca-key.pem");
    let other = PrivateKey::generate(KeyAlgorithm::Ecdsa).unwrap().to_pem();
    for (text, expected) in [("", "there is no line"), (other.as_str(), "does not belong to the certificate")] {
        fs::write(&key, text).unwrap();
        let error = AuthorityFolder::open_or_create(made.path(), now()).unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains("ca init --force"), "{error}");
        assert_eq!(fs::read_to_string(&key).unwrap(), text);
    }
}

#[test]
fn the_certificate_of_the_server_is_kept_while_it_fits() {
    let (_home, made) = created();
    let issue = |names: &[String], now| made.server_certificate(KeyAlgorithm::Ecdsa, names, now).unwrap();
    let few = names(&["box", "localhost", "127.0.0.1"]);
    let first = issue(&few, now());
    let (chain, key) = made.server_files(KeyAlgorithm::Ecdsa);
    let written = [chain, key].map(|file| fs::read_to_string(file).unwrap());
    assert_eq!(written, [first.chain_pem(), first.key.to_pem()]);
    let again = issue(&few, later(1));
    assert_eq!((&again.chain, again.key.pkcs8_der()), (&first.chain, first.key.pkcs8_der()));
    assert_eq!(issue(&names(&["localhost"]), now()).chain, first.chain, "a name that is not needed does no harm");
    let more = names(&["box", "localhost", "127.0.0.1", "192.0.2.7"]);
    let second = issue(&more, now());
    assert!(CertificateFacts::read(&second.chain[0]).unwrap().is_for_host("192.0.2.7"));
    let third = issue(&more, later(340));
    assert_ne!(third.chain, second.chain, "it expires in 25 days");
    fs::write(made.path().join("server-key.pem"), "damaged").unwrap();
    assert_ne!(issue(&more, later(340)).chain, third.chain);
    let fourth = issue(&more, later(340));
    let serial = CertificateFacts::read(&fourth.chain[0]).unwrap().serial;
    made.revoke(&serial, later(340)).unwrap();
    assert_ne!(issue(&more, later(341)).chain, fourth.chain, "it was revoked");
}

#[test]
fn certificates_of_stations_are_kept_by_their_name() {
    let (_home, made) = created();
    let issue = |name: &str, operator: &str| {
        let terms = CertificateTerms::station(name, operator);
        made.station_certificate(&terms, now()).unwrap().chain
    };
    let first = issue("CP1", "Operator");
    assert_eq!(issue("CP1", "Operator"), first);
    assert_ne!(issue("CP2", "Operator"), first);
    assert_ne!(issue("CP1", "Other"), first);
    let odd = issue("../../CP 1/ü", "Operator");
    assert_eq!(CertificateFacts::read(&odd[0]).unwrap().common_name.as_deref(), Some("../../CP 1/ü"));
    assert!(made.station_files("CP2", KeyAlgorithm::Ecdsa).0.exists());
    let files = fs::read_dir(made.path().join("stations")).unwrap().count();
    assert_eq!(files, 6, "two for each name, in the folder of the stations");
    assert_eq!(made.issued().unwrap().len(), 4);
    assert_eq!(made.issued().unwrap()[1].name, "CP2");
}

#[test]
fn rsa_has_a_root_of_its_own() {
    let (_home, made) = created();
    assert_eq!((made.roots().unwrap().len(), made.rsa_root_file()), (1, None));
    let terms = CertificateTerms { defects: vec![CertificateDefect::Sha1], ..CertificateTerms::server(names(&["a"])) };
    let sha1 = made.issue(&terms, now()).unwrap();
    assert_eq!(sha1.key.kind(), KeyAlgorithm::Rsa);
    assert_eq!(made.roots().unwrap().len(), 2);
    let server = made.server_certificate(KeyAlgorithm::Rsa, &names(&["localhost"]), now()).unwrap();
    let root = made.authority(KeyAlgorithm::Rsa, now()).unwrap();
    let expected = ExpectedChain { purpose: CertificateUse::Server, host: Some("localhost"), now: now(), revocations: &[] };
    assert_eq!(check_chain(&server.chain, &[root.certificate()], &expected), Ok(()));
    let facts = CertificateFacts::read(&server.chain[0]).unwrap();
    assert_eq!((facts.key.to_string().as_str(), &*facts.signature_algorithm), ("RSA 2048", "sha256WithRSAEncryption"));
}

#[test]
fn what_was_revoked_is_in_the_list_of_each_root() {
    let (_home, made) = created();
    assert_eq!(made.revocations().unwrap(), []);
    let chain = made.issue(&CertificateTerms::station("CP1", "Operator"), now()).unwrap().chain;
    let serial = CertificateFacts::read(&chain[0]).unwrap().serial;
    assert!(made.revoke(&serial.to_ascii_uppercase(), now()).unwrap());
    assert!(!made.revoke(&serial, now()).unwrap());
    let revocations = made.revocations().unwrap();
    let expected = ExpectedChain { purpose: CertificateUse::Client, host: None, now: now(), revocations: &revocations };
    let fault = check_chain(&chain, &made.roots().unwrap(), &expected).unwrap_err();
    assert!(matches!(fault, ChainFault::Revoked { .. }), "{fault}");
    assert!(made.revoke("not hexadecimal", now()).is_err());
    assert_eq!(made.revocations().unwrap(), revocations, "a fault changes nothing");
    let file = made.list_file(later(100)).unwrap();
    assert!(fs::read_to_string(file).unwrap().starts_with("-----BEGIN X509 CRL-----"));
    assert_eq!(made.revocations().unwrap()[0].this_update, later(100));
    fs::write(made.path().join("revoked.json"), "{").unwrap();
    assert!(matches!(made.revoke("4a", now()), Err(AuthorityFolderError::DamagedList { .. })));
}
