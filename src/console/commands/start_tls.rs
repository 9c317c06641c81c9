//! The options about TLS and security profiles of `start_cs` and `start_cp`.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::console::syntax::arguments::{Arguments, read};
use crate::console::syntax::error::{CommandError, UsageFault};
use crate::console::syntax::spec::{CompletionKind, OptionSpec, added, switch};
use crate::console::syntax::token::{quote, unquote};
use crate::hub::{DialTlsOptions, ListenTlsOptions};
use crate::link::{CertificateFiles, TlsLimits, TlsVersion};
use crate::ocpp::SecurityProfile;

/// Which security profile.
pub(super) const PROFILE: OptionSpec =
    added("--security-profile", CompletionKind::SecurityProfile, "security profile of OCPP, 0 to 3; default: 0");
/// The port for TLS.
pub(super) const PORT: OptionSpec =
    added("--tls-port", CompletionKind::Nothing, "port for TLS, default: 9443 when another option asks for TLS");
/// A certificate of a central system.
pub(super) const CERTIFICATE: OptionSpec =
    added("--cert", CompletionKind::Nothing, "PEM file of a certificate; may be repeated").repeated();
/// Its key.
pub(super) const KEY: OptionSpec =
    added("--key", CompletionKind::Nothing, "PEM file of the key of a certificate, in the same order").repeated();
/// The CA of client certificates.
pub(super) const CLIENT_CA: OptionSpec =
    added("--client-ca", CompletionKind::Nothing, "PEM file of a CA of client certificates; may be repeated").repeated();
/// The operator.
pub(super) const ORGANIZATION: OptionSpec =
    added("--organization", CompletionKind::Nothing, "operator that the certificates of charge points must name, default: any");
/// The operator in a certificate of the test CA.
pub(super) const OWN_ORGANIZATION: OptionSpec =
    added("--organization", CompletionKind::Nothing, "operator in the certificate of the test CA, default: ocpp-tui");
/// The lowest version.
pub(super) const LOWEST: OptionSpec =
    added("--tls-min", CompletionKind::TlsVersion, "lowest version of TLS, 1.2 or 1.3, with OpenSSL from 1.0 on; default: 1.2");
/// The highest version.
pub(super) const HIGHEST: OptionSpec =
    added("--tls-max", CompletionKind::TlsVersion, "highest version of TLS, 1.2 or 1.3; default: 1.3");
/// Suites without forward secrecy.
pub(super) const STATIC_RSA: OptionSpec =
    switch("--tls-rsa", "speak suites without forward secrecy (TLS_RSA), too; needs a build with OpenSSL");
/// A CA that a charge point trusts.
pub(super) const CA: OptionSpec = added(
    "--ca",
    CompletionKind::Nothing,
    "PEM file of a CA to trust, default: those of the operating system; may be repeated",
)
.repeated();
/// The certificate of a charge point.
pub(super) const CLIENT_CERTIFICATE: OptionSpec =
    added("--client-cert", CompletionKind::Nothing, "PEM file of the certificate of the charge point");
/// Its key.
pub(super) const CLIENT_KEY: OptionSpec = added("--client-key", CompletionKind::Nothing, "PEM file of its key");
/// Accepts every certificate.
pub(super) const INSECURE: OptionSpec = switch("--insecure", "accept every certificate of the central system");
/// The name that is asked for.
pub(super) const NAME: OptionSpec =
    added("--sni", CompletionKind::Nothing, "name to ask for and to check, instead of the host of the URL");

/// The security profile.
pub(super) fn read_profile(arguments: &Arguments<'_>) -> Result<SecurityProfile, CommandError> {
    let profile = |text: &str| text.parse().ok().and_then(SecurityProfile::of_number);
    let word = arguments.raw(PROFILE.flag);
    word.map_or(Ok(SecurityProfile::default()), |word| read(word, PROFILE.flag, "a number from 0 to 3", profile))
}

/// TLS of a central system whose port without TLS is open or closed.
pub(super) fn read_listening(arguments: &Arguments<'_>, alone: bool) -> Result<ListenTlsOptions, CommandError> {
    let port = arguments.raw(PORT.flag);
    Ok(ListenTlsOptions {
        port: port.map(|word| read(word, PORT.flag, "a port number", |text| text.parse().ok())).transpose()?,
        alone,
        certificates: pairs(arguments, &CERTIFICATE, &KEY)?,
        client_ca: files(arguments, &CLIENT_CA),
        organization: arguments.text(ORGANIZATION.flag),
        limits: limits(arguments)?,
    })
}

/// TLS of a charge point.
pub(super) fn read_dialling(arguments: &Arguments<'_>) -> Result<DialTlsOptions, CommandError> {
    Ok(DialTlsOptions {
        ca: files(arguments, &CA),
        certificate: pairs(arguments, &CLIENT_CERTIFICATE, &CLIENT_KEY)?.pop(),
        organization: arguments.text(OWN_ORGANIZATION.flag),
        insecure: arguments.has(INSECURE.flag),
        server_name: arguments.text(NAME.flag),
        limits: limits(arguments)?,
    })
}

fn limits(arguments: &Arguments<'_>) -> Result<TlsLimits, CommandError> {
    let version = |option: &OptionSpec, default| {
        let word = arguments.raw(option.flag);
        word.map_or(Ok(default), |word| read(word, option.flag, "1.0, 1.1, 1.2 or 1.3", TlsVersion::of_number))
    };
    let TlsLimits { lowest, highest, .. } = TlsLimits::default();
    Ok(TlsLimits {
        lowest: version(&LOWEST, lowest)?,
        highest: version(&HIGHEST, highest)?,
        static_rsa: arguments.has(STATIC_RSA.flag),
    })
}

fn files(arguments: &Arguments<'_>, option: &OptionSpec) -> Vec<PathBuf> {
    arguments.all(option.flag).map(|word| unquote(word.value).into()).collect()
}

fn pairs(arguments: &Arguments<'_>, certificate: &OptionSpec, key: &OptionSpec) -> Result<Vec<CertificateFiles>, CommandError> {
    let pairs = CertificateFiles::pairs(&files(arguments, certificate), &files(arguments, key));
    pairs.map_err(|_| match arguments.raw(key.flag) {
        Some(word) => arguments.usage(UsageFault::Unpaired(certificate.flag, key.flag), word),
        None => arguments.missing(key.flag),
    })
}

/// Writes the options of a central system that differ from the defaults.
pub(super) fn write_listening(f: &mut fmt::Formatter<'_>, profile: SecurityProfile, tls: &ListenTlsOptions) -> fmt::Result {
    write_profile(f, profile)?;
    if let Some(port) = tls.port {
        write!(f, " {} {port}", PORT.flag)?;
    }
    tls.certificates.iter().try_for_each(|files| write_pair(f, files, &CERTIFICATE, &KEY))?;
    tls.client_ca.iter().try_for_each(|file| write_file(f, &CLIENT_CA, file))?;
    write_organization(f, tls.organization.as_deref())?;
    write_limits(f, tls.limits)
}

/// Writes the options of a charge point that differ from the defaults.
pub(super) fn write_dialling(f: &mut fmt::Formatter<'_>, profile: SecurityProfile, tls: &DialTlsOptions) -> fmt::Result {
    write_profile(f, profile)?;
    tls.ca.iter().try_for_each(|file| write_file(f, &CA, file))?;
    tls.certificate.iter().try_for_each(|files| write_pair(f, files, &CLIENT_CERTIFICATE, &CLIENT_KEY))?;
    write_organization(f, tls.organization.as_deref())?;
    if tls.insecure {
        write!(f, " {}", INSECURE.flag)?;
    }
    if let Some(name) = &tls.server_name {
        write!(f, " {} {}", NAME.flag, quote(name))?;
    }
    write_limits(f, tls.limits)
}

fn write_profile(f: &mut fmt::Formatter<'_>, profile: SecurityProfile) -> fmt::Result {
    if profile == SecurityProfile::default() { Ok(()) } else { write!(f, " {} {profile}", PROFILE.flag) }
}

fn write_organization(f: &mut fmt::Formatter<'_>, organization: Option<&str>) -> fmt::Result {
    organization.map_or(Ok(()), |name| write!(f, " {} {}", ORGANIZATION.flag, quote(name)))
}

fn write_limits(f: &mut fmt::Formatter<'_>, limits: TlsLimits) -> fmt::Result {
    let TlsLimits { lowest, highest, .. } = TlsLimits::default();
    if limits.lowest != lowest {
        write!(f, " {} {}", LOWEST.flag, limits.lowest)?;
    }
    if limits.highest != highest {
        write!(f, " {} {}", HIGHEST.flag, limits.highest)?;
    }
    if limits.static_rsa { write!(f, " {}", STATIC_RSA.flag) } else { Ok(()) }
}

fn write_pair(f: &mut fmt::Formatter<'_>, files: &CertificateFiles, certificate: &OptionSpec, key: &OptionSpec) -> fmt::Result {
    write_file(f, certificate, &files.certificate)?;
    files.key.iter().try_for_each(|file| write_file(f, key, file))
}

fn write_file(f: &mut fmt::Formatter<'_>, option: &OptionSpec, file: &Path) -> fmt::Result {
    write!(f, " {} {}", option.flag, quote(&file.to_string_lossy()))
}
