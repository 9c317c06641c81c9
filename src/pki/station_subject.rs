//! Whether the certificate that a station shows is its own: the common name is its identity or its serial number, and the organization is
//! the operator (OCPP 2.0.1 part 2, A00.FR.404 and 405). Whether the chain is in order was checked by TLS.

use super::certificate_facts::CertificateFacts;

/// Why a certificate is not that of the station.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StationCertificateFault {
    /// It is damaged.
    #[error("the certificate of the station is not readable as X.509")]
    Unreadable,
    /// It names no one.
    #[error("the certificate of the station has no common name, which must be its serial number (A00.FR.405)")]
    NoName,
    /// It is that of another station.
    #[error(
        "the certificate is for `{found}`, which is neither the identity `{identity}` nor the serial number `{serial}` of the station \
         (A00.FR.405)"
    )]
    OtherName {
        /// The common name.
        found: Box<str>,
        /// The identity of the station.
        identity: Box<str>,
        /// The serial number that it has reported.
        serial: Box<str>,
    },
    /// It is that of another station which is known.
    #[error("the certificate is for `{found}`, which is {whose}, and not for `{identity}` (A00.FR.405)")]
    Taken {
        /// The common name.
        found: Box<str>,
        /// Whose it is, in words.
        whose: Box<str>,
        /// The identity of the station.
        identity: Box<str>,
    },
    /// It is of another operator.
    #[error("the certificate is of the operator `{found}`, and not of `{wanted}` (A00.FR.404)")]
    OtherOperator {
        /// The organization.
        found: Box<str>,
        /// The operator.
        wanted: Box<str>,
    },
}

/// What the common name of a certificate proves about the station that shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubjectProof {
    /// There is no certificate.
    NoCertificate,
    /// It is the identity of the station, or the serial number that it has reported.
    Proven,
    /// It is this name, and the station has reported no serial number with which it could be compared.
    Unproven(Box<str>),
}

/// Checks the first certificate of a chain in DER. The serial number is the one that the station has reported; while it has reported none
/// every common name may be it, and nothing is proven. Without an operator every organization will do.
///
/// # Errors
/// When the certificate belongs to another station or another operator.
pub fn check_station(
    chain: &[impl AsRef<[u8]>],
    identity: &str,
    serial: Option<&str>,
    operator: Option<&str>,
) -> Result<SubjectProof, StationCertificateFault> {
    let Some(first) = chain.first() else { return Ok(SubjectProof::NoCertificate) };
    let facts = CertificateFacts::read(first.as_ref()).ok_or(StationCertificateFault::Unreadable)?;
    let name = facts.common_name.as_deref().ok_or(StationCertificateFault::NoName)?;
    if let Some(serial) = serial.filter(|serial| name != identity && name != *serial) {
        let (found, identity, serial) = (name.into(), identity.into(), serial.into());
        return Err(StationCertificateFault::OtherName { found, identity, serial });
    }
    match operator.filter(|operator| facts.organization.as_deref() != Some(operator)) {
        Some(wanted) => {
            let found = facts.organization.as_deref().unwrap_or_default().into();
            Err(StationCertificateFault::OtherOperator { found, wanted: wanted.into() })
        }
        None if name == identity || serial.is_some() => Ok(SubjectProof::Proven),
        None => Ok(SubjectProof::Unproven(name.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::{CertificateTerms, KeyAlgorithm, TestAuthority};

    #[test]
    fn the_name_and_the_operator_must_be_those_of_the_station() {
        let now = jiff::Timestamp::now();
        let authority = TestAuthority::create("Lab CA", KeyAlgorithm::Ecdsa, now).unwrap();
        let chain = authority.issue(&CertificateTerms::station("SN-1", "Operator"), now).unwrap().chain;
        let fault =
            |identity, serial, operator| check_station(&chain, identity, serial, operator).err().map(|fault| fault.to_string());
        assert_eq!(fault("CP1", Some("SN-1"), Some("Operator")), None);
        assert_eq!(fault("SN-1", Some("SN-2"), None), None, "the identity will do");
        assert_eq!(fault("CP1", None, None), None, "the serial number is not known yet");
        let proof = |identity, serial| check_station(&chain, identity, serial, None);
        assert_eq!(proof("CP1", None), Ok(SubjectProof::Unproven("SN-1".into())));
        assert_eq!([proof("CP1", Some("SN-1")), proof("SN-1", None)], [Ok(SubjectProof::Proven), Ok(SubjectProof::Proven)]);
        assert!(fault("CP1", Some("SN-2"), None).unwrap().starts_with("the certificate is for `SN-1`, which is neither"));
        let other = fault("CP1", Some("SN-1"), Some("Other")).unwrap();
        assert_eq!(other, "the certificate is of the operator `Operator`, and not of `Other` (A00.FR.404)");
        let nameless = CertificateTerms { organization: None, ..CertificateTerms::station("", "") };
        let nameless = authority.issue(&nameless, now).unwrap().chain;
        assert!(check_station(&nameless, "CP1", Some("SN-1"), None).is_err());
        assert_eq!(check_station(&[[0_u8]], "CP1", None, None), Err(StationCertificateFault::Unreadable));
        assert_eq!(
            check_station(&[[0_u8; 1]; 0], "CP1", None, None),
            Ok(SubjectProof::NoCertificate),
            "without a certificate there is nothing to check"
        );
    }
}
