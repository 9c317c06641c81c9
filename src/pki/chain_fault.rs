//! The rule that a chain of certificates breaks: one sentence each, with the certificate it is about.

use jiff::Timestamp;

/// The rule that a chain breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainFault {
    /// There is no certificate.
    #[error("no certificate was sent")]
    NoCertificate,
    /// A certificate is damaged.
    #[error("certificate {number} of the chain is not readable as X.509")]
    Unreadable {
        /// Its place in the chain, from 1.
        number: usize,
    },
    /// A certificate is too old.
    #[error("the certificate of `{subject}` expired on {at}")]
    Expired {
        /// Its subject.
        subject: Box<str>,
        /// The end of its validity.
        at: Timestamp,
    },
    /// A certificate is for later.
    #[error("the certificate of `{subject}` is valid from {at} on, which is still to come; are the clocks right?")]
    NotYetValid {
        /// Its subject.
        subject: Box<str>,
        /// The begin of its validity.
        at: Timestamp,
    },
    /// A certificate has issued itself.
    #[error("the certificate of `{subject}` is self-signed, and it is not one of the trusted roots")]
    SelfSigned {
        /// Its subject.
        subject: Box<str>,
    },
    /// The chain ends in a root that is not trusted.
    #[error("the chain of `{subject}` ends in the root `{root}`, which is not trusted")]
    UntrustedRoot {
        /// The subject of the first certificate.
        subject: Box<str>,
        /// The subject of the root.
        root: Box<str>,
    },
    /// It shall be a root, and another has issued it.
    #[error("the certificate of `{subject}` is no root: `{issuer}` has issued it")]
    NotARoot {
        /// Its subject.
        subject: Box<str>,
        /// Its issuer.
        issuer: Box<str>,
    },
    /// A certificate of an issuer is missing.
    #[error("the issuer of `{subject}`, `{issuer}`, is not a trusted root, and its certificate is not in the chain")]
    UnknownIssuer {
        /// The subject of the certificate.
        subject: Box<str>,
        /// The issuer that it names.
        issuer: Box<str>,
    },
    /// The signature does not fit the issuer's key.
    #[error("the certificate of `{subject}` names `{issuer}` as its issuer, but was signed with another key")]
    WrongSignature {
        /// The subject of the certificate.
        subject: Box<str>,
        /// The issuer that it names.
        issuer: Box<str>,
    },
    /// The algorithm of the signature is not known.
    #[error("the certificate of `{subject}` is signed with {algorithm}, which cannot be checked here")]
    UnknownAlgorithm {
        /// The subject of the certificate.
        subject: Box<str>,
        /// The algorithm.
        algorithm: Box<str>,
    },
    /// The algorithm of the signature can be forged.
    #[error("the certificate of `{subject}` is signed with {algorithm}, which is too weak")]
    WeakSignature {
        /// The subject of the certificate.
        subject: Box<str>,
        /// The algorithm.
        algorithm: Box<str>,
    },
    /// The key is too short.
    #[error("the key of `{subject}`, {key}, is too short: OCPP asks for RSA 2048 or ECDSA 224 bits at least")]
    WeakKey {
        /// The subject of the certificate.
        subject: Box<str>,
        /// The kind and size.
        key: Box<str>,
    },
    /// An issuer may not issue.
    #[error("`{issuer}` issued the certificate of `{subject}`, but is not a CA (basic constraints, key usage)")]
    NotAnAuthority {
        /// The subject of the issued certificate.
        subject: Box<str>,
        /// The issuer.
        issuer: Box<str>,
    },
    /// There are more certificates between than the issuer allows.
    #[error("`{issuer}` allows fewer certificates below it than this chain has (path length)")]
    PathTooLong {
        /// The issuer.
        issuer: Box<str>,
    },
    /// The key is for another use.
    #[error("the certificate of `{subject}` is not for {wanted} (extended key usage)")]
    WrongUse {
        /// Its subject.
        subject: Box<str>,
        /// The use that was expected.
        wanted: &'static str,
    },
    /// A rule that it asks to be obeyed is not known.
    #[error("the certificate of `{subject}` has the critical extension {extension}, which is not known here")]
    UnknownExtension {
        /// Its subject.
        subject: Box<str>,
        /// The number of the extension.
        extension: Box<str>,
    },
    /// It is for another host.
    #[error("the certificate is for {names}, not for `{host}`")]
    WrongHost {
        /// The host that was expected.
        host: Box<str>,
        /// The names in the certificate.
        names: Box<str>,
    },
    /// The issuer takes it back.
    #[error("the certificate of `{subject}` with the serial number {serial} was revoked on {at}")]
    Revoked {
        /// Its subject.
        subject: Box<str>,
        /// Its serial number.
        serial: Box<str>,
        /// When.
        at: Timestamp,
    },
}
