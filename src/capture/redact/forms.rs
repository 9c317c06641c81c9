//! What tells something by its form alone, wherever it stands in a text: addresses, hosts of URLs, mail addresses, PEM.

use std::net::IpAddr;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::secret_kind::SecretKind;

/// One alternative a form; the group that took part says which. A pattern that does not compile is a mistake that the test below finds.
static FORMS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let pem = r"-----BEGIN (?P<label>[A-Z0-9 ]+)-----(?P<pem>[^-]+)-----END";
    let url = r"(?i:\b[a-z][a-z0-9+.-]*://)(?:(?P<user>[^/@\s\x22'<>]*)@)?(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<host>[^/:\s\x22'<>?#,;)]+))";
    let header = r"(?im:^host:)[ \t]*(?P<header>[^\s:]+)";
    let mail = r"(?P<mail>[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,})";
    let mac = r"\b(?P<mac>[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5})\b";
    let four = r"\b(?P<four>(?:[0-9]{1,3}\.){3}[0-9]{1,3})\b";
    let colons = r"(?P<colons>[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:]*(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3})?)";
    Regex::new(&[pem, url, header, mail, mac, four, colons].join("|")).ok()
});

/// The places of a text, in order, and what stands there.
pub(super) fn places(text: &str) -> Vec<(SecretKind, Range<usize>)> {
    let Some(forms) = FORMS.as_ref().filter(|_| text.contains([':', '.', '@']) || text.contains("-----")) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for captures in forms.captures_iter(text) {
        if let Some(pem) = captures.name("pem") {
            let is_key = captures.name("label").is_some_and(|label| label.as_str().ends_with("KEY"));
            let kind = if is_key { SecretKind::Key } else { SecretKind::Certificate };
            found.push((kind, pem.range()));
        }
        if let Some(user) = captures.name("user").filter(|user| !user.is_empty()) {
            found.push((SecretKind::Key, user.range()));
        }
        let names = ["six", "host", "header", "mail", "mac", "four", "colons"];
        for place in names.into_iter().filter_map(|name| Some((name, captures.name(name)?))) {
            let (name, place) = place;
            let is_address = !matches!(name, "six" | "four" | "colons") || place.as_str().parse::<IpAddr>().is_ok();
            if is_address && tells(place.as_str()) {
                found.push((SecretKind::Address, place.range()));
            }
        }
    }
    found
}

/// Whether a host or an address is one of many machines: not this machine itself, and not a place for one.
pub(super) fn tells(host: &str) -> bool {
    match host.parse::<IpAddr>() {
        Ok(address) => !address.is_loopback() && !address.is_unspecified(),
        Err(_) => !host.eq_ignore_ascii_case("localhost") && host.contains(char::is_alphanumeric),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        places(text).into_iter().map(|(_, range)| &text[range]).collect()
    }

    #[test]
    fn addresses_hosts_and_keys_are_found_by_their_form() {
        assert!(FORMS.is_some());
        assert_eq!(found("ftp://me:pw@files.example.com:21/x?y"), ["me:pw", "files.example.com"]);
        assert_eq!(found("ws://[fe80::1]:9000/a and 10.0.0.7:80"), ["fe80::1", "10.0.0.7"]);
        assert_eq!(found("from fe80::a:1, 00:1A:2B:3C:4D:5E"), ["fe80::a:1", "00:1A:2B:3C:4D:5E"]);
        assert_eq!(found("GET / HTTP/1.1\r\nHost: cs.example:9000\r\n"), ["cs.example"]);
        assert_eq!(found("mail jo@example.org."), ["jo@example.org"]);
        assert_eq!(found("-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----"), ["\nAAAA\n"]);
        for text in [
            "2026-01-01T10:00:00.000Z",
            "localhost:9000",
            "ws://localhost:1/",
            "127.0.0.1:80",
            "[::1]:9000",
            "1.2.3",
            "999.1.1.1",
        ] {
            assert_eq!(found(text), <[&str; 0]>::default(), "{text}");
        }
    }
}
