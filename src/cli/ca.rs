//! `ocpp-tui ca`: the test CA from the command line. What it can do is in `pki` and in the folder of `config`.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use jiff::Timestamp;
use ocpp_tui::clock;
use ocpp_tui::config::{AuthorityFolder, Paths, machine_names, private_file};
use ocpp_tui::pki::{
    CertificateDefect, CertificateFacts, CertificateRequest, CertificateUse, ExpectedChain, KeyAlgorithm, RevocationFacts,
    chain_pem, check_chain, read_certificates, read_pem,
};
use ocpp_tui::sanitize::escape_control;
use ocpp_tui::text_file;

use super::ca_arguments::{AuthorityCommand, IssueArguments};

/// Runs `ca`.
///
/// # Errors
/// When the folder of the CA or a file cannot be used.
pub fn ca(command: &AuthorityCommand) -> anyhow::Result<ExitCode> {
    let folder = Paths::find()?.authority();
    let now = clock::now().wall;
    let text = match command {
        AuthorityCommand::Init { force } => init(&folder, *force, now)?,
        AuthorityCommand::Issue(arguments) => issue(&folder, arguments, now)?,
        AuthorityCommand::Show { file: Some(file) } => show_file(&folder, file, now)?,
        AuthorityCommand::Show { file: None } => show(&folder, now)?,
        AuthorityCommand::Revoke { certificate } => revoke(&folder, certificate.as_deref(), now)?,
    };
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error).context("nothing can be printed"),
        _ => Ok(ExitCode::SUCCESS),
    }
}

fn init(folder: &Path, force: bool, now: Timestamp) -> anyhow::Result<String> {
    let (authority, is_new) = match force {
        true => (AuthorityFolder::create_again(folder, now)?, true),
        false => AuthorityFolder::open_or_create(folder, now)?,
    };
    let done = if is_new { "the test CA was made" } else { "the test CA is there already" };
    Ok(format!("{done}; a peer must trust {}\n", authority.root_file().display()))
}

fn issue(folder: &Path, arguments: &IssueArguments, now: Timestamp) -> anyhow::Result<String> {
    let (authority, _) = AuthorityFolder::open_or_create(folder, now)?;
    let terms = arguments.terms(machine_names);
    let out = arguments.out.clone().unwrap_or_else(|| PathBuf::from("."));
    let (chain, key, name) = match &arguments.csr {
        None => {
            let issued = authority.issue(&terms, now)?;
            (issued.chain, Some(issued.key), terms.common_name.clone())
        }
        Some(file) => {
            let text = text_file::read(file).with_context(|| unreadable(file))?;
            let request = CertificateRequest::from_pem(&text).with_context(|| file.display().to_string())?;
            let is_rsa = &*request.key.kind == "RSA" || terms.defects.contains(&CertificateDefect::Sha1);
            let kind = if is_rsa { KeyAlgorithm::Rsa } else { KeyAlgorithm::Ecdsa };
            let chain = authority.authority(kind, now)?.sign(&request, &terms, now)?;
            authority.note(&chain)?;
            (chain, None, request.common_name.as_deref().unwrap_or("certificate").to_owned())
        }
    };
    let certificate = out.join(format!("{}.pem", file_name(&name)));
    let key_file = out.join(format!("{}-key.pem", file_name(&name)));
    fs::create_dir_all(&out).with_context(|| format!("{} cannot be created", out.display()))?;
    for file in [Some(&certificate), key.as_ref().map(|_| &key_file)].into_iter().flatten() {
        if file.exists() && !arguments.force {
            bail!("{} exists; choose another folder with --out, or overwrite it with --force", file.display());
        }
    }
    if let Some(key) = &key {
        write(&key_file, &key.to_pem())?;
    }
    write(&certificate, &chain_pem(&chain))?;
    let root = match chain.first().and_then(|der| CertificateFacts::read(der)) {
        Some(facts) if &*facts.key.kind == "RSA" => authority.rsa_root_file(),
        _ => None,
    };
    let root = root.unwrap_or_else(|| authority.root_file());
    let mut text = format!("certificate  {}\n", certificate.display());
    if key.is_some() {
        text += &format!("private key  {}\n", key_file.display());
    }
    text += &format!("trusted by   {}\n", root.display());
    Ok(text)
}

/// A name as the name of a file: what could be a path or hidden is replaced.
fn file_name(name: &str) -> String {
    let safe = |character: char| if character.is_alphanumeric() || "-_.".contains(character) { character } else { '_' };
    let name: String = name.chars().map(safe).collect();
    let name = name.trim_start_matches('.');
    if name.is_empty() { "certificate".to_owned() } else { name.to_owned() }
}

fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    let written = private_file(file).and_then(|mut opened| opened.write_all(text.as_bytes()));
    written.with_context(|| format!("{} cannot be written", file.display()))
}

fn unreadable(file: &Path) -> String {
    format!("{} cannot be read", file.display())
}

fn show(folder: &Path, now: Timestamp) -> anyhow::Result<String> {
    let authority = AuthorityFolder::open(folder)?;
    let mut text = format!("test CA  {}\n", authority.path().display());
    for (file, der) in [Some(authority.root_file()), authority.rsa_root_file()].into_iter().flatten().zip(authority.roots()?) {
        text += &format!("\n{}\n", file.display());
        if let Some(facts) = CertificateFacts::read(&der) {
            text += &facts_text(&facts, now);
        }
    }
    let revocations = authority.revocations()?;
    let is_revoked = |serial: &str| revocations.iter().any(|list| list.revoked.iter().any(|entry| &*entry.serial == serial));
    let issued = authority.issued()?;
    text += &format!("\n{} certificates issued\n", issued.len());
    for entry in issued {
        let state = match (is_revoked(&entry.serial), entry.expires < now) {
            (true, _) => "revoked",
            (_, true) => "expired",
            _ => "valid",
        };
        text += &format!("  {}  {state:<7}  until {}  {}\n", entry.serial, day(entry.expires), escape_control(&entry.subject));
    }
    Ok(text)
}

fn show_file(folder: &Path, file: &Path, now: Timestamp) -> anyhow::Result<String> {
    let text = text_file::read(file).with_context(|| unreadable(file))?;
    let blocks = read_pem(&text).with_context(|| file.display().to_string())?;
    let mut parts = Vec::new();
    for (index, block) in blocks.iter().enumerate() {
        let number = format!("{} {}", index + 1, escape_control(&block.label));
        let facts = match block.label.as_str() {
            "CERTIFICATE" => CertificateFacts::read(&block.der).map(|facts| facts_text(&facts, now)),
            "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => match CertificateRequest::from_der(&block.der) {
                Ok(request) => Some(request_text(&request)),
                Err(fault) => Some(row("fault", &fault.to_string())),
            },
            "X509 CRL" => RevocationFacts::read(&block.der).map(|list| list_text(&list)),
            label if label.ends_with("PRIVATE KEY") => Some(row("content", "a private key, which is not shown")),
            _ => Some(row("content", &format!("{} bytes of a kind that is not known here", block.der.len()))),
        };
        parts.push(format!("{number}\n{}", facts.unwrap_or_else(|| row("fault", "it is not readable"))));
    }
    if let Ok(chain) = read_certificates(&text) {
        parts.push(verdict(folder, &chain, now));
    }
    Ok(parts.join("\n"))
}

/// Whether the test CA trusts a chain.
fn verdict(folder: &Path, chain: &[Vec<u8>], now: Timestamp) -> String {
    let authority = AuthorityFolder::open(folder);
    let (roots, revocations) = match &authority {
        Ok(authority) => (authority.roots().unwrap_or_default(), authority.revocations().unwrap_or_default()),
        Err(_) => (Vec::new(), Vec::new()),
    };
    let expected = ExpectedChain { purpose: CertificateUse::Any, host: None, now, revocations: &revocations };
    let result = match check_chain(chain, &roots, &expected) {
        Ok(()) => "in order: the chain leads to the test CA".to_owned(),
        Err(fault) => escape_control(&fault.to_string()).into_owned(),
    };
    format!("checked against the test CA\n{}", row("result", &result))
}

fn row(name: &str, value: &str) -> String {
    format!("  {name:<10} {value}\n")
}

fn facts_text(facts: &CertificateFacts, now: Timestamp) -> String {
    let mut text = row("subject", &escape_control(&facts.subject));
    let issuer = if facts.is_self_issued() { "itself".to_owned() } else { escape_control(&facts.issuer).into_owned() };
    text += &row("issuer", &issuer);
    text += &row("serial", &facts.serial);
    text += &row("valid", &format!("from {} to {}{}", facts.not_before, facts.not_after, validity(facts, now)));
    text += &row("key", &facts.key.to_string());
    text += &row("signature", &facts.signature_algorithm);
    if !facts.names.is_empty() {
        let names: Vec<String> = facts.names.iter().map(ToString::to_string).collect();
        text += &row("names", &escape_control(&names.join(", ")));
    }
    if !facts.usages.is_empty() {
        text += &row("for", &facts.usages.join(", "));
    }
    if facts.is_authority {
        text += &row("CA", "yes");
    }
    text + &row("SHA-256", &facts.fingerprint)
}

fn validity(facts: &CertificateFacts, now: Timestamp) -> String {
    let days = facts.not_after.duration_since(now).as_hours() / 24;
    match (now > facts.not_after, now < facts.not_before) {
        (true, _) => ", expired".to_owned(),
        (_, true) => ", not yet valid".to_owned(),
        _ if days < 30 => format!(", expires in {days} days"),
        _ => String::new(),
    }
}

fn request_text(request: &CertificateRequest) -> String {
    [row("subject", &escape_control(&request.subject)), row("key", &request.key.to_string()), row("signature", "fits the key")]
        .concat()
}

fn list_text(list: &RevocationFacts) -> String {
    let mut text = row("issuer", &escape_control(&list.issuer));
    text += &row("made", &list.this_update.to_string());
    if let Some(next) = list.next_update {
        text += &row("next", &next.to_string());
    }
    for entry in &list.revoked {
        text += &row("revoked", &format!("{} on {}", entry.serial, entry.at));
    }
    text
}

fn revoke(folder: &Path, certificate: Option<&str>, now: Timestamp) -> anyhow::Result<String> {
    let authority = AuthorityFolder::open(folder)?;
    let mut text = String::new();
    for serial in certificate.map_or_else(|| Ok(Vec::new()), |certificate| serials(&authority, certificate))? {
        let done = if authority.revoke(&serial, now)? { "revoked" } else { "was revoked before" };
        text += &format!("{serial} {done}\n");
    }
    text += &format!("revocation list {}\n", authority.list_file(now)?.display());
    Ok(text)
}

/// The serial numbers that are meant: of a file, of what was issued under a name, or the text itself.
fn serials(authority: &AuthorityFolder, certificate: &str) -> anyhow::Result<Vec<String>> {
    let file = Path::new(certificate);
    if file.is_file() {
        let text = text_file::read(file).with_context(|| unreadable(file))?;
        let chain = read_certificates(&text).with_context(|| file.display().to_string())?;
        let first = chain.first().and_then(|der| CertificateFacts::read(der));
        let facts = first.with_context(|| format!("{}: the certificate is not readable", file.display()))?;
        return Ok(vec![facts.serial.into()]);
    }
    let named: Vec<String> =
        authority.issued()?.into_iter().filter(|entry| entry.name == certificate).map(|entry| entry.serial).collect();
    let is_serial = !certificate.is_empty() && certificate.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':');
    if named.is_empty() && !is_serial {
        bail!("{certificate} is no PEM file, no serial number, and nothing was issued under this name; see `ocpp-tui ca show`");
    }
    Ok(if named.is_empty() { vec![certificate.to_owned()] } else { named })
}

fn day(time: Timestamp) -> String {
    time.to_string().chars().take(10).collect()
}
