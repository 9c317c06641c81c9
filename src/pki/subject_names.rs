//! The names of a certificate: those in the subject alternative name, and whether a host is one of them (RFC 6125, RFC 9525).

use std::net::IpAddr;

use x509_parser::extensions::GeneralName;

/// A name in the subject alternative name (RFC 5280 §4.2.1.6).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SubjectName {
    /// A host name; the first label may be `*`.
    Host(Box<str>),
    /// An address.
    Address(IpAddr),
    /// Any other, by its kind and value.
    Other(Box<str>),
}

impl std::fmt::Display for SubjectName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            SubjectName::Host(text) | SubjectName::Other(text) => f.write_str(text),
            SubjectName::Address(address) => write!(f, "{address}"),
        }
    }
}

impl SubjectName {
    pub(super) fn read(name: &GeneralName<'_>) -> SubjectName {
        match name {
            GeneralName::DNSName(host) => SubjectName::Host((*host).into()),
            GeneralName::IPAddress(bytes) => match address(bytes) {
                Some(address) => SubjectName::Address(address),
                None => SubjectName::Other(format!("an address of {} bytes", bytes.len()).into()),
            },
            GeneralName::RFC822Name(text) => SubjectName::Other(format!("email:{text}").into()),
            GeneralName::URI(text) => SubjectName::Other(format!("URI:{text}").into()),
            GeneralName::DirectoryName(name) => SubjectName::Other(format!("name:{name}").into()),
            _ => SubjectName::Other("a name of another kind".into()),
        }
    }
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let four = <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from);
    four.or_else(|| <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from))
}

/// Whether a certificate with these names is for a host, which is a name or an address. The common name counts only when there is no
/// other name: OCPP asks for the name of the central system in it (1.6 security whitepaper, A00.FR.307).
pub(super) fn is_for_host(names: &[SubjectName], common_name: Option<&str>, host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.');
    if let Ok(address) = host.parse::<IpAddr>() {
        return names.contains(&SubjectName::Address(address)) || names.is_empty() && common_name == Some(host);
    }
    if names.is_empty() {
        return common_name.is_some_and(|name| is_same_host(name, host));
    }
    names.iter().any(|name| matches!(name, SubjectName::Host(pattern) if is_same_host(pattern, host)))
}

/// Whether a host fits a name, whose first label may be `*` (RFC 9525 §6.3).
fn is_same_host(pattern: &str, host: &str) -> bool {
    let pattern = pattern.trim_end_matches('.');
    match pattern.strip_prefix("*.") {
        Some(domain) => {
            let rest = host.split_once('.').filter(|(label, _)| !label.is_empty());
            domain.contains('.') && rest.is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(domain))
        }
        None => pattern.eq_ignore_ascii_case(host),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_compared_by_the_rules_of_names() {
        let host = |name: &str| SubjectName::Host(name.into());
        let names =
            [host("CSMS.example.com"), host("*.lab.example.com"), host("*.com"), SubjectName::Address([192, 0, 2, 1].into())];
        for (wanted, is_for) in [
            ("csms.example.com", true),
            ("csms.example.com.", true),
            ("other.example.com", false),
            ("a.lab.example.com", true),
            ("a.b.lab.example.com", false),
            ("lab.example.com", false),
            (".lab.example.com", false),
            ("example.com", false),
            ("192.0.2.1", true),
            ("192.0.2.2", false),
            ("::1", false),
        ] {
            assert_eq!(is_for_host(&names, Some("other.example.com"), wanted), is_for, "{wanted}");
        }
        assert!(is_for_host(&[], Some("csms.example.com"), "csms.example.com"));
        assert!(is_for_host(&[], Some("192.0.2.1"), "192.0.2.1"));
        assert!(!is_for_host(&[], None, "csms.example.com"));
        assert!(is_for_host(&[SubjectName::Address("::1".parse().unwrap())], None, "[::1]"));
    }

    #[test]
    fn addresses_have_four_or_sixteen_bytes() {
        let read = |bytes| SubjectName::read(&GeneralName::IPAddress(bytes)).to_string();
        assert_eq!(read(&[127, 0, 0, 1]), "127.0.0.1");
        assert_eq!(read(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]), "::1");
        assert_eq!(read(&[1]), "an address of 1 bytes");
    }
}
