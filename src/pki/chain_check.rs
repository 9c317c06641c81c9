//! Whether a chain of certificates is in order: issuers up to a trusted root, signatures, validity, uses, names, revocation (RFC 5280
//! §6). The first broken rule is the result, from the certificate of the peer upwards. Policies and name constraints are not looked at.

use jiff::Timestamp;
use x509_parser::certificate::X509Certificate;
use x509_parser::error::X509Error;
use x509_parser::extensions::ParsedExtension;

use super::certificate_facts::{CertificateFacts, WEAK, parse};
use super::chain_fault::ChainFault;
use super::revocation_facts::RevocationFacts;

/// The most certificates from the first one to its root.
const LONGEST: usize = 10;
/// The shortest keys in bits (OCPP 2.0.1 part 2, A00.FR.503 ff.).
const SHORTEST_RSA: usize = 2048;
const SHORTEST_CURVE: usize = 224;

/// What the first certificate of a chain is used for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CertificateUse {
    /// A TLS server.
    Server,
    /// A TLS client.
    Client,
    /// Anything: the extended key usage is not looked at.
    #[default]
    Any,
}

/// What is expected of a chain, besides that its issuers are in order.
#[derive(Debug, Clone, Copy)]
pub struct ExpectedChain<'a> {
    /// The use of the first certificate.
    pub purpose: CertificateUse,
    /// The host that it must be for: a name or an address.
    pub host: Option<&'a str>,
    /// The time at which it must be valid.
    pub now: Timestamp,
    /// What issuers have revoked.
    pub revocations: &'a [RevocationFacts],
}

/// Checks a chain, the certificate of the peer first; the order of the others does not matter. Certificates are in DER. A certificate
/// that is itself a trusted root is in order as far as its signature is concerned.
///
/// # Errors
/// The first rule that is broken.
pub fn check_chain(
    chain: &[impl AsRef<[u8]>],
    roots: &[impl AsRef<[u8]>],
    expected: &ExpectedChain<'_>,
) -> Result<(), ChainFault> {
    let mut links = Vec::new();
    for (index, der) in chain.iter().enumerate() {
        links.push(ChainLink::read(der.as_ref()).ok_or(ChainFault::Unreadable { number: index + 1 })?);
    }
    let Some(first) = links.first() else { return Err(ChainFault::NoCertificate) };
    // a root that is not readable is none
    let roots: Vec<ChainLink<'_>> = roots.iter().filter_map(|der| ChainLink::read(der.as_ref())).collect();
    first.check_alone(expected.now)?;
    first.check_use(expected)?;
    let mut current = first;
    for below in 0..LONGEST {
        if roots.iter().any(|root| root.der == current.der) {
            return Ok(());
        }
        let (issuer, is_root) = current.issuer(first, &links, &roots)?;
        issuer.check_alone(expected.now)?;
        issuer.check_authority(current, below)?;
        current.check_revocation(issuer, expected.revocations)?;
        if is_root {
            return Ok(());
        }
        current = issuer;
    }
    Err(ChainFault::PathTooLong { issuer: current.name() })
}

/// Checks a certificate that shall become a trusted root, in DER: it has signed itself, is a CA, and is valid.
///
/// # Errors
/// The first rule that is broken.
pub fn check_root(der: &[u8], now: Timestamp) -> Result<(), ChainFault> {
    let root = ChainLink::read(der).ok_or(ChainFault::Unreadable { number: 1 })?;
    root.check_alone(now)?;
    if !root.facts.is_self_issued() {
        return Err(ChainFault::NotARoot { subject: root.name(), issuer: root.issuer_name() });
    }
    match root.certificate.verify_signature(None) {
        Ok(()) => root.check_authority(&root, 0),
        Err(X509Error::SignatureUnsupportedAlgorithm) => {
            Err(ChainFault::UnknownAlgorithm { subject: root.name(), algorithm: root.facts.signature_algorithm.clone() })
        }
        Err(_) => Err(ChainFault::WrongSignature { subject: root.name(), issuer: root.issuer_name() }),
    }
}

/// A certificate of the chain.
struct ChainLink<'a> {
    der: &'a [u8],
    facts: CertificateFacts,
    certificate: X509Certificate<'a>,
}

impl<'a> ChainLink<'a> {
    fn read(der: &'a [u8]) -> Option<ChainLink<'a>> {
        Some(ChainLink { der, facts: CertificateFacts::read(der)?, certificate: parse(der)? })
    }

    fn name(&self) -> Box<str> {
        self.facts.short_name().into()
    }

    /// The rules that a certificate keeps or breaks by itself.
    fn check_alone(&self, now: Timestamp) -> Result<(), ChainFault> {
        let (facts, subject) = (&self.facts, self.name());
        if now > facts.not_after {
            return Err(ChainFault::Expired { subject, at: facts.not_after });
        }
        if now < facts.not_before {
            return Err(ChainFault::NotYetValid { subject, at: facts.not_before });
        }
        let shortest = if matches!(&*facts.key.kind, "RSA" | "DSA") { SHORTEST_RSA } else { SHORTEST_CURVE };
        if facts.key.bits != 0 && facts.key.bits < shortest {
            return Err(ChainFault::WeakKey { subject, key: facts.key.to_string().into() });
        }
        let unknown = self.certificate.extensions().iter().find(|extension| {
            let parsed = extension.parsed_extension();
            extension.critical && (parsed.unsupported() || matches!(parsed, ParsedExtension::ParseError { .. }))
        });
        match unknown {
            Some(extension) => Err(ChainFault::UnknownExtension { subject, extension: extension.oid.to_string().into() }),
            None => Ok(()),
        }
    }

    /// The rules for the certificate of the peer.
    fn check_use(&self, expected: &ExpectedChain<'_>) -> Result<(), ChainFault> {
        let facts = &self.facts;
        let usage = self.certificate.extended_key_usage().ok().flatten().map(|usage| usage.value);
        let (is_allowed, wanted) = match expected.purpose {
            CertificateUse::Server => (usage.is_none_or(|usage| usage.any || usage.server_auth), "a TLS server"),
            CertificateUse::Client => (usage.is_none_or(|usage| usage.any || usage.client_auth), "a TLS client"),
            CertificateUse::Any => (true, ""),
        };
        if !is_allowed {
            return Err(ChainFault::WrongUse { subject: self.name(), wanted });
        }
        match expected.host.filter(|host| !facts.is_for_host(host)) {
            Some(host) => Err(ChainFault::WrongHost { host: host.into(), names: names_in(facts) }),
            None => Ok(()),
        }
    }

    /// The certificate whose key has signed this one, and whether it is a root.
    fn issuer<'l>(
        &self,
        first: &ChainLink<'_>,
        links: &'l [ChainLink<'a>],
        roots: &'l [ChainLink<'a>],
    ) -> Result<(&'l ChainLink<'a>, bool), ChainFault> {
        let (subject, issuer) = (self.name(), self.issuer_name());
        if WEAK.contains(&&*self.facts.signature_algorithm) {
            return Err(ChainFault::WeakSignature { subject, algorithm: self.facts.signature_algorithm.clone() });
        }
        let candidates = roots.iter().map(|root| (root, true)).chain(links.iter().map(|link| (link, false)));
        let mut named = candidates.filter(|(link, _)| link.facts.has_issued(&self.facts) && link.der != self.der).peekable();
        if named.peek().is_none() {
            return Err(match (self.facts.is_self_issued(), self.der == first.der) {
                (true, true) => ChainFault::SelfSigned { subject },
                (true, false) => ChainFault::UntrustedRoot { subject: first.name(), root: subject },
                (false, _) => ChainFault::UnknownIssuer { subject, issuer },
            });
        }
        let mut fault = ChainFault::WrongSignature { subject: subject.clone(), issuer };
        for (link, is_root) in named {
            match self.certificate.verify_signature(Some(link.certificate.public_key())) {
                Ok(()) => return Ok((link, is_root)),
                Err(X509Error::SignatureUnsupportedAlgorithm) => {
                    let algorithm = self.facts.signature_algorithm.clone();
                    fault = ChainFault::UnknownAlgorithm { subject: subject.clone(), algorithm };
                }
                Err(_) => {}
            }
        }
        Err(fault)
    }

    fn issuer_name(&self) -> Box<str> {
        self.facts.issuer_common_name.clone().unwrap_or_else(|| self.facts.issuer.clone())
    }

    /// Whether it may have issued `issued`, which has `below` certificates of authorities between itself and the peer's certificate.
    fn check_authority(&self, issued: &ChainLink<'_>, below: usize) -> Result<(), ChainFault> {
        let may_sign = self.certificate.key_usage().ok().flatten().is_none_or(|usage| usage.value.key_cert_sign());
        if !self.facts.is_authority || !may_sign {
            return Err(ChainFault::NotAnAuthority { subject: issued.name(), issuer: self.name() });
        }
        let limit = self.certificate.basic_constraints().ok().flatten().and_then(|it| it.value.path_len_constraint);
        match limit.filter(|limit| below > *limit as usize) {
            Some(_) => Err(ChainFault::PathTooLong { issuer: self.name() }),
            None => Ok(()),
        }
    }

    fn check_revocation(&self, issuer: &ChainLink<'_>, revocations: &[RevocationFacts]) -> Result<(), ChainFault> {
        let key = issuer.certificate.public_key();
        let serial = &self.facts.serial;
        match revocations.iter().find_map(|list| list.revocation(self.facts.issuer_der(), key, serial)) {
            Some(at) => Err(ChainFault::Revoked { subject: self.name(), serial: serial.clone(), at }),
            None => Ok(()),
        }
    }
}

/// The names of a certificate in a sentence.
fn names_in(facts: &CertificateFacts) -> Box<str> {
    let names: Vec<String> = facts.names.iter().map(|name| format!("`{name}`")).collect();
    if names.is_empty() { format!("`{}`", facts.short_name()).into() } else { names.join(", ").into() }
}

#[cfg(test)]
#[path = "tests/chain_check.rs"]
mod tests;
