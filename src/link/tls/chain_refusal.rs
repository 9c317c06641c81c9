//! What is wrong with a peer's chain of certificates, in a sentence: the rule that it breaks, and what to do.

use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::{CertificateError, DistinguishedName};
use x509_parser::extensions::AccessDescription;
use x509_parser::oid_registry::OID_PKIX_ACCESS_DESCRIPTOR_CA_ISSUERS;
use x509_parser::prelude::{FromDer, GeneralName, ParsedExtension, X509Certificate, X509Name};

use super::names::called;
use crate::ocpp::Role;
use crate::pki::CertificateFacts;

/// Why a chain is not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::link) struct ChainRefusal {
    /// The rule that is broken.
    pub sentence: Box<str>,
    /// What to do.
    pub remedy: Box<str>,
    /// Whether the certificate of an intermediate CA is missing.
    pub lacks_intermediate: bool,
}

/// Whose chain is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CheckedPeer {
    /// The peer.
    pub role: Role,
    /// Whether it connects to us, with a client certificate.
    pub connects: bool,
}

impl CheckedPeer {
    /// How its certificate is called.
    fn certificate(self) -> String {
        let kind = if self.connects { "client certificate" } else { "certificate" };
        format!("the {kind} of the {}", called(self.role))
    }

    /// The option that names what is trusted.
    fn trust_option(self) -> &'static str {
        if self.connects { "--client-ca FILE" } else { "--ca FILE" }
    }

    fn purpose(self) -> &'static str {
        if self.connects { "clientAuth" } else { "serverAuth" }
    }
}

impl ChainRefusal {
    pub(super) fn new(sentence: impl Into<Box<str>>, remedy: impl Into<Box<str>>) -> ChainRefusal {
        ChainRefusal { sentence: sentence.into(), remedy: remedy.into(), lacks_intermediate: false }
    }

    /// What the library reports of a chain, the peer's own certificate first. `trusted` are the subjects of the roots.
    pub(super) fn of(
        error: &CertificateError,
        chain: &[CertificateDer<'_>],
        peer: CheckedPeer,
        trusted: &[DistinguishedName],
    ) -> ChainRefusal {
        let certificate = peer.certificate();
        let refusal = |sentence: String, remedy: String| ChainRefusal::new(sentence, remedy);
        match error {
            CertificateError::UnknownIssuer => {
                if let Some(lack) = lacking_intermediate(chain, trusted) {
                    return lack.refusal(peer);
                }
                let option = peer.trust_option();
                match issuer(chain) {
                    Some(ChainIssuer::Itself(name)) => refusal(
                        format!("{certificate} ({name}) is self-signed and not trusted here"),
                        format!("trust it with {option}"),
                    ),
                    Some(ChainIssuer::Other(name)) => refusal(
                        format!("{certificate} is issued by \"{name}\", which is not trusted here"),
                        format!(
                            "trust that CA with {option}; where it is an intermediate CA, the {} has to send its certificate too",
                            called(peer.role)
                        ),
                    ),
                    None => refusal(
                        format!("{certificate} is issued by a CA that is not trusted here"),
                        format!("trust its CA with {option}"),
                    ),
                }
            }
            CertificateError::NotValidForNameContext { expected, presented } => {
                let wanted = expected.to_str();
                let names: Vec<&str> = presented.iter().map(|name| plain_name(name)).collect();
                let sentence = if names.is_empty() {
                    format!("{certificate} has no subject alternative name, and so none that is {wanted}")
                } else {
                    format!("{certificate} is for {} and not for {wanted}", names.join(", "))
                };
                refusal(
                    sentence,
                    "connect to a name of the certificate, name one with --sni NAME, or issue a certificate for this one"
                        .into(),
                )
            }
            CertificateError::NotValidForName => refusal(
                format!("{certificate} is for another name"),
                "connect to a name of the certificate, name one with --sni NAME, or issue a certificate for this one".into(),
            ),
            CertificateError::ExpiredContext { time, not_after } => refusal(
                format!("{certificate} expired on {}", day(*not_after)),
                format!("renew it, or correct the clock of this machine, which is at {}", day(*time)),
            ),
            CertificateError::Expired => {
                refusal(format!("{certificate} has expired"), "renew it, or correct the clock of this machine".into())
            }
            CertificateError::NotValidYetContext { time, not_before } => refusal(
                format!("{certificate} is valid from {} only", day(*not_before)),
                format!("correct the clock of this machine, which is at {}, or issue another certificate", day(*time)),
            ),
            CertificateError::NotValidYet => refusal(
                format!("{certificate} is not valid yet"),
                "correct the clock of this machine, or issue another certificate".into(),
            ),
            CertificateError::Revoked => {
                refusal(format!("{certificate} is on the revocation list of its CA"), "issue a new one".into())
            }
            CertificateError::BadSignature => refusal(
                format!("the signature of {certificate} does not belong to the key of its issuer"),
                "issue it again; another CA of the same name may have signed it".into(),
            ),
            CertificateError::BadEncoding => {
                refusal(format!("{certificate} cannot be read as a certificate (X.509)"), "issue it again".into())
            }
            CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => refusal(
                format!("{certificate} is for another purpose: its extended key usage lacks {}", peer.purpose()),
                format!("issue one with {}", peer.purpose()),
            ),
            CertificateError::UnsupportedSignatureAlgorithmContext { .. }
            | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => refusal(
                format!("{certificate} is signed with {}, which is not accepted here", signature_algorithm(chain)),
                "issue one that is signed with SHA-256 or better".into(),
            ),
            CertificateError::UnhandledCriticalExtension => {
                refusal(format!("{certificate} has a critical extension that is not known here"), "issue one without it".into())
            }
            other => refusal(format!("{certificate} is not accepted: {other}"), "issue another one".into()),
        }
    }
}

/// A chain that ends below a trusted root: what it lacks.
struct LackingIntermediate {
    /// The issuer of the last certificate that was sent.
    issuer: String,
    /// How many were sent.
    sent: usize,
    /// The trusted root of the same operator; else the issuer says itself where its certificate is.
    root: Option<String>,
    /// Where the certificate of the issuer is to be had.
    at: Option<String>,
}

/// Whether the issuer of the last certificate is probably an intermediate CA that was not sent, rather than a root that is not trusted. No
/// certificate says so itself. A root of the same organization that is trusted hints at it, and so does the address of the issuer's certificate
/// (RFC 5280 §4.2.2.1), which is of no use for a root.
fn lacking_intermediate(chain: &[CertificateDer<'_>], trusted: &[DistinguishedName]) -> Option<LackingIntermediate> {
    let (_, last) = X509Certificate::from_der(chain.last()?).ok()?;
    if last.issuer() == last.subject() {
        return None;
    }
    let organization = |name: &X509Name<'_>| {
        let part = name.iter_organization().next()?;
        Some(part.as_str().ok()?.to_owned())
    };
    let wanted = organization(last.issuer());
    let root = trusted.iter().find_map(|root| {
        let (_, root) = X509Name::from_der(root.as_ref()).ok()?;
        (wanted.is_some() && organization(&root) == wanted && root != *last.issuer()).then(|| short_name(&root))
    });
    let at = issuer_address(&last);
    (root.is_some() || at.is_some()).then(|| LackingIntermediate {
        issuer: short_name(last.issuer()),
        sent: chain.len(),
        root,
        at,
    })
}

/// The common name, or the whole name where there is none.
fn short_name(name: &X509Name<'_>) -> String {
    let common = name.iter_common_name().next().and_then(|part| part.as_str().ok());
    common.map_or_else(|| name.to_string(), str::to_owned)
}

/// Where the certificate of the issuer is to be had.
fn issuer_address(certificate: &X509Certificate<'_>) -> Option<String> {
    certificate.extensions().iter().find_map(|extension| {
        let ParsedExtension::AuthorityInfoAccess(access) = extension.parsed_extension() else { return None };
        let is_issuer = |one: &&AccessDescription<'_>| one.access_method == OID_PKIX_ACCESS_DESCRIPTOR_CA_ISSUERS;
        match access.accessdescs.iter().find(is_issuer)?.access_location {
            GeneralName::URI(address) => Some(address.to_owned()),
            _ => None,
        }
    })
}

impl LackingIntermediate {
    fn refusal(self, peer: CheckedPeer) -> ChainRefusal {
        let LackingIntermediate { issuer, sent, root, at } = self;
        let side = called(peer.role);
        let below = root.map_or_else(String::new, |root| format!(" below the trusted root \"{root}\""));
        let certificates = if sent == 1 { "its own certificate only".to_owned() } else { format!("{sent} certificates") };
        let sentence = format!(
            "the chain of the {side} lacks the certificate of \"{issuer}\", as it seems an intermediate CA{below}; it sent {certificates}"
        );
        let at = at.map_or_else(String::new, |at| format!(" (it is at {at})"));
        let remedy = format!(
            "put the certificate of \"{issuer}\"{at} behind its own in the {side}'s chain, or trust that CA with {}",
            peer.trust_option()
        );
        ChainRefusal { lacks_intermediate: true, ..ChainRefusal::new(sentence, remedy) }
    }
}

/// Who issued the last certificate of a chain.
enum ChainIssuer {
    /// The only one is self-signed; its own name.
    Itself(String),
    Other(String),
}

fn issuer(chain: &[CertificateDer<'_>]) -> Option<ChainIssuer> {
    let last = CertificateFacts::read(chain.last()?)?;
    let itself = chain.len() == 1 && last.is_self_issued();
    let name = issuer_of(last);
    Some(if itself { ChainIssuer::Itself(name) } else { ChainIssuer::Other(name) })
}

/// The issuer of the last certificate of a chain, by its common name.
pub(super) fn issuer_name(chain: &[Box<[u8]>]) -> Option<String> {
    CertificateFacts::read(chain.last()?).map(issuer_of)
}

/// When the first certificate of a chain ends.
pub(super) fn end_of_validity(chain: &[Box<[u8]>]) -> Option<String> {
    Some(moment(CertificateFacts::read(chain.first()?)?.not_after))
}

/// The common name, or the whole name where there is none.
fn issuer_of(facts: CertificateFacts) -> String {
    facts.issuer_common_name.unwrap_or(facts.issuer).into()
}

fn signature_algorithm(chain: &[CertificateDer<'_>]) -> String {
    let algorithm = chain.first().and_then(|first| CertificateFacts::read(first)).map(|own| own.signature_algorithm);
    let Some(algorithm) = algorithm else { return "an algorithm".to_owned() };
    match algorithm.to_ascii_lowercase() {
        name if name.contains("sha1") => "SHA-1".to_owned(),
        name if name.contains("md5") => "MD5".to_owned(),
        _ => format!("the algorithm {algorithm}"),
    }
}

/// The library writes names with their kind, as in `DnsName("localhost")`.
fn plain_name(name: &str) -> &str {
    name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or(name).trim_matches('"')
}

/// A day and time in UTC.
pub(super) fn day(time: UnixTime) -> String {
    let time = i64::try_from(time.as_secs()).ok().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    time.map_or_else(|| "an unknown day".to_owned(), moment)
}

fn moment(time: jiff::Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use rustls::pki_types::ServerName;

    use super::*;

    const CENTRAL_SYSTEM: CheckedPeer = CheckedPeer { role: Role::CentralSystem, connects: false };
    const STATION: CheckedPeer = CheckedPeer { role: Role::ChargePoint, connects: true };

    fn at(seconds: u64) -> UnixTime {
        UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds))
    }

    #[test]
    fn each_rule_has_its_sentence_and_a_remedy() {
        let name = || ServerName::try_from("csms.example").unwrap();
        let presented = vec!["DnsName(\"localhost\")".to_owned(), "IpAddress(127.0.0.1)".to_owned()];
        for (error, sentence, remedy) in [
            (CertificateError::UnknownIssuer, "the certificate of the central system is issued by a CA", "--ca FILE"),
            (
                CertificateError::NotValidForNameContext { expected: name(), presented },
                "is for localhost, 127.0.0.1 and not for csms.example",
                "--sni NAME",
            ),
            (
                CertificateError::NotValidForNameContext { expected: name(), presented: Vec::new() },
                "has no subject alternative name, and so none that is csms.example",
                "--sni NAME",
            ),
            (
                CertificateError::ExpiredContext { time: at(86_400), not_after: at(0) },
                "expired on 1970-01-01 00:00 UTC",
                "which is at 1970-01-02",
            ),
            (
                CertificateError::NotValidYetContext { time: at(0), not_before: at(86_400) },
                "is valid from 1970-01-02 00:00 UTC only",
                "clock",
            ),
            (CertificateError::Revoked, "revocation list", "issue a new one"),
            (CertificateError::BadSignature, "does not belong to the key of its issuer", "issue it again"),
            (CertificateError::BadEncoding, "cannot be read", "issue it again"),
            (CertificateError::InvalidPurpose, "lacks serverAuth", "serverAuth"),
            (CertificateError::UnhandledCriticalExtension, "critical extension", "without it"),
            (CertificateError::ApplicationVerificationFailure, "is not accepted", "issue another one"),
        ] {
            let refusal = ChainRefusal::of(&error, &[], CENTRAL_SYSTEM, &[]);
            assert!(refusal.sentence.contains(sentence), "{refusal:?}");
            assert!(refusal.remedy.contains(remedy), "{refusal:?}");
        }
        let of_station = ChainRefusal::of(&CertificateError::UnknownIssuer, &[], STATION, &[]);
        assert!(of_station.sentence.starts_with("the client certificate of the station is"), "{of_station:?}");
        assert!(of_station.remedy.contains("--client-ca FILE"), "{of_station:?}");
    }
}
