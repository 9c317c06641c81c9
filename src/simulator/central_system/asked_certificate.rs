//! What a station asks for in a request for a certificate, and the choice of one of its requests.

use std::fmt;

/// Which of the requests of a station is meant: the last one of those that fit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestChoice {
    /// The type of the certificate, upper and lower case being the same; `None` for any.
    pub certificate_type: Option<String>,
    /// The number of the request; `None` for any.
    pub number: Option<i64>,
}

impl RequestChoice {
    /// Whether a request is one of those that are meant.
    pub fn means(&self, asked: &AskedCertificate) -> bool {
        let is_type = |name: &String| name.eq_ignore_ascii_case(&asked.certificate_type);
        self.certificate_type.as_ref().is_none_or(is_type) && self.number.is_none_or(|number| asked.number == Some(number))
    }
}

/// What a station has asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedCertificate {
    /// The type of the certificate; that of the link where the station has named none.
    pub certificate_type: Box<str>,
    /// The number of the request, where it has one.
    pub number: Option<i64>,
    /// The subject.
    pub subject: Box<str>,
    /// The kind and size of the key.
    pub key: Box<str>,
}

/// As in a sentence: `ChargingStationCertificate, request 7`.
impl fmt::Display for AskedCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.certificate_type)?;
        self.number.map_or(Ok(()), |number| write!(f, ", request {number}"))
    }
}
