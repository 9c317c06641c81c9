//! `ocpp-tui ca`: certificates that other tools accept or refuse. Checks by OpenSSL are skipped, and say so, where it is not installed.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// A test CA in a folder of its own.
struct Laboratory {
    home: tempfile::TempDir,
}

impl Laboratory {
    fn new() -> Laboratory {
        Laboratory { home: tempfile::tempdir().unwrap() }
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_ocpp-tui"))
            .arg("ca")
            .args(arguments)
            .current_dir(self.home.path())
            .env("XDG_DATA_HOME", self.home.path().join("data"))
            .output()
            .unwrap();
        let Output { status, stdout, stderr } = output;
        (status.code().unwrap(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
    }

    /// Runs it, and it succeeds.
    fn ca(&self, arguments: &[&str]) -> String {
        let (code, output, error) = self.run(arguments);
        assert_eq!((code, error.as_str()), (0, ""), "{arguments:?}");
        output
    }

    fn root(&self) -> String {
        self.home.path().join("data/ocpp-tui/ca/ca.pem").to_str().unwrap().to_owned()
    }

    /// What OpenSSL says, and whether it is content; `None` where it is not installed.
    fn openssl(&self, arguments: &[&str]) -> Option<(bool, String)> {
        let output = Command::new("openssl").args(arguments).current_dir(self.home.path()).output();
        let Ok(output) = output else {
            println!("skipped: openssl is not installed");
            return None;
        };
        let text = [output.stdout, output.stderr].concat();
        Some((output.status.success(), String::from_utf8_lossy(&text).into_owned()))
    }
}

#[test]
fn the_ca_is_made_once_and_its_files_are_closed() {
    let lab = Laboratory::new();
    let (code, output, error) = lab.run(&["show"]);
    assert_eq!((code, output.as_str()), (2, ""));
    assert!(error.contains("make one with `ocpp-tui ca init`") && error.lines().count() == 1, "{error}");
    assert!(lab.ca(&["init"]).contains(&format!("the test CA was made; a peer must trust {}", lab.root())));
    let root = fs::read(lab.root()).unwrap();
    assert!(lab.ca(&["init"]).contains("there already"));
    assert_eq!(fs::read(lab.root()).unwrap(), root);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let key = lab.root().replace("ca.pem", "ca-key.pem");
        fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
        let (code, _, error) = lab.run(&["issue", "--server"]);
        assert_eq!(code, 2);
        assert!(error.contains(&format!("`chmod 600 {key}`")) && error.lines().count() == 1, "{error}");
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    }
    lab.ca(&["init", "--force"]);
    assert_ne!(fs::read(lab.root()).unwrap(), root);
}

#[test]
fn other_tools_accept_what_was_issued() {
    let lab = Laboratory::new();
    lab.ca(&["issue", "--server", "--name", "csms.example.com", "--name", "192.0.2.1"]);
    lab.ca(&["issue", "--station", "SN-1", "--organization", "Operator", "--intermediate"]);
    lab.ca(&["issue", "--server", "--rsa", "--name", "old.example.com"]);
    let root = lab.root();
    let rsa_root = root.replace("ca.pem", "ca-rsa.pem");
    for arguments in [
        &[
            "-CAfile",
            &root,
            "-x509_strict",
            "-purpose",
            "sslserver",
            "-verify_hostname",
            "csms.example.com",
            "csms.example.com.pem",
        ][..],
        &["-CAfile", &root, "-verify_ip", "192.0.2.1", "csms.example.com.pem"],
        &["-CAfile", &root, "-x509_strict", "-purpose", "sslclient", "-untrusted", "SN-1.pem", "SN-1.pem"],
        &["-CAfile", &rsa_root, "-x509_strict", "-purpose", "sslserver", "old.example.com.pem"],
    ] {
        let Some((accepted, text)) = lab.openssl(&[&["verify"], arguments].concat()) else { return };
        assert!(accepted, "{arguments:?}: {text}");
    }
    let (_, text) = lab.openssl(&["x509", "-in", "SN-1.pem", "-noout", "-subject", "-serial"]).unwrap();
    assert!(text.contains("O = Operator, CN = SN-1"), "{text}");
    let serial = text.lines().find_map(|line| line.strip_prefix("serial=")).unwrap().to_ascii_lowercase();
    let shown = lab.ca(&["show", "SN-1.pem"]);
    assert!(shown.contains(&serial) && shown.contains("in order: the chain leads to the test CA"), "{shown}");
    for name in ["csms.example.com", "old.example.com"] {
        let key = |arguments: &[&str]| lab.openssl(arguments).unwrap().1;
        let of_key = key(&["pkey", "-in", &format!("{name}-key.pem"), "-pubout"]);
        assert_eq!(of_key, key(&["x509", "-in", &format!("{name}.pem"), "-noout", "-pubkey"]), "{name}");
        assert!(of_key.contains("PUBLIC KEY"), "{of_key}");
    }
}

#[test]
fn other_tools_refuse_what_is_faulty() {
    let lab = Laboratory::new();
    for (option, reason, ours) in [
        ("--expired", "certificate has expired", "expired on"),
        ("--not-yet-valid", "not yet valid", "is still to come"),
        ("--wrong-name", "hostname mismatch", "in order"),
        ("--self-signed", "self-signed certificate", "is self-signed"),
        ("--foreign", "unable to get local issuer", "is not a trusted root"),
        ("--missing-intermediate", "unable to get local issuer", "is not in the chain"),
        ("--sha1", "too weak", "sha1WithRSAEncryption, which is too weak"),
    ] {
        lab.ca(&["issue", "--server", "--name", "csms.example.com", option, "--out", option.trim_start_matches('-')]);
        let folder = lab.home.path().join(option.trim_start_matches('-'));
        let mut files = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        let certificate = files.find(|path| !path.to_str().unwrap().contains("-key")).unwrap();
        let certificate = certificate.to_str().unwrap();
        let shown = lab.ca(&["show", certificate]);
        assert!(shown.contains(ours), "{option}: {shown}");
        let root = if option == "--sha1" { lab.root().replace("ca.pem", "ca-rsa.pem") } else { lab.root() };
        let arguments = ["verify", "-CAfile", &root, "-auth_level", "2", "-verify_hostname", "csms.example.com", certificate];
        let Some((accepted, text)) = lab.openssl(&arguments) else { continue };
        assert!(!accepted && text.contains(reason), "{option}: {text}");
    }
}

#[test]
fn requests_of_other_tools_are_signed() {
    let lab = Laboratory::new();
    for (kind, root) in [("ec", "ca.pem"), ("rsa", "ca-rsa.pem")] {
        let algorithm =
            if kind == "ec" { &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"][..] } else { &["-newkey", "rsa:2048"] };
        let rest = ["-nodes", "-keyout", "key.pem", "-out", "request.pem", "-subj", "/O=Operator/CN=SN-2"];
        let Some((made, text)) = lab.openssl(&[&["req"], algorithm, &rest].concat()) else { return };
        assert!(made, "{text}");
        assert!(lab.ca(&["show", "request.pem"]).contains("O=Operator, CN=SN-2"));
        lab.ca(&["issue", "--csr", "request.pem", "--days", "10", "--force"]);
        let root = lab.root().replace("ca.pem", root);
        let (accepted, text) = lab.openssl(&["verify", "-CAfile", &root, "-purpose", "sslclient", "SN-2.pem"]).unwrap();
        assert!(accepted, "{text}");
    }
    let (code, _, error) = lab.run(&["issue", "--csr", "SN-2.pem"]);
    assert_eq!(code, 2);
    assert!(error.contains("SN-2.pem: the text has no block CERTIFICATE REQUEST, only CERTIFICATE"), "{error}");
}

#[test]
fn other_tools_obey_the_revocation_list() {
    let lab = Laboratory::new();
    lab.ca(&["issue", "--station", "SN-1"]);
    lab.ca(&["issue", "--station", "SN-2"]);
    let output = lab.ca(&["revoke", "SN-1"]);
    assert!(output.contains(" revoked\n"), "{output}");
    assert!(lab.ca(&["revoke", "SN-1.pem"]).contains("was revoked before"));
    assert!(lab.ca(&["show", "SN-1.pem"]).contains("was revoked on"));
    assert!(lab.ca(&["show"]).contains("revoked  until"));
    let list = lab.root().replace("ca.pem", "crl.pem");
    assert!(lab.ca(&["show", &list]).contains("revoked"));
    for (name, is_good) in [("SN-1", false), ("SN-2", true)] {
        let file = format!("{name}.pem");
        let arguments = ["verify", "-CAfile", &lab.root(), "-crl_check", "-CRLfile", &list, &file];
        let Some((accepted, text)) = lab.openssl(&arguments) else { return };
        assert_eq!(accepted, is_good, "{text}");
        assert_eq!(text.contains("certificate revoked"), !is_good, "{text}");
    }
    let (code, _, error) = lab.run(&["revoke", "SN-9"]);
    assert_eq!(code, 2);
    assert!(error.contains("nothing was issued under this name"), "{error}");
}

#[test]
fn files_are_not_overwritten_and_bad_input_is_one_sentence() {
    let lab = Laboratory::new();
    lab.ca(&["issue", "--server", "--name", "a.example"]);
    let before = fs::read(lab.home.path().join("a.example.pem")).unwrap();
    let folder = lab.home.path();
    fs::write(folder.join("none.pem"), "hello").unwrap();
    fs::write(folder.join("broken.pem"), "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n").unwrap();
    for (arguments, words) in [
        (&["issue", "--server", "--name", "a.example"][..], "overwrite it with --force"),
        (&["issue", "--server", "--name", "münchen.example"], "neither a host name in ASCII nor an address"),
        (&["show", "none.pem"], "it is not PEM"),
        (&["show", "broken.pem"], "block 1, CERTIFICATE, is not Base64"),
        (&["show", "missing.pem"], "missing.pem cannot be read"),
        (&["issue", "--csr", "none.pem"], "it is not PEM"),
    ] {
        let (code, output, error) = lab.run(arguments);
        assert_eq!((code, output.as_str()), (2, ""), "{arguments:?}");
        assert!(error.contains(words) && error.lines().count() == 1, "{arguments:?}: {error}");
    }
    assert_eq!(fs::read(folder.join("a.example.pem")).unwrap(), before);
    assert_eq!(lab.run(&["issue"]).0, 2, "it must be said for whom");
    let shown = lab.ca(&["show", "a.example-key.pem"]);
    assert!(shown.contains("a private key, which is not shown"), "{shown}");
    assert!(!Path::new(&folder.join("..-key.pem")).exists());
}
