//! The sentences of failed handshakes: the side, the step and the cause, and the remedy. What an alert or a broken chain means is in `alert` and
//! `chain_refusal`; which cause an error has is in `fault`.

use rustls::AlertDescription;

use super::DEFAULT_TLS_PORT;
use super::alert::{AlertMeaning, alert_name, from_client, from_server};
use super::fault::{TlsFault, TlsFaultCause};
use super::limits::{HAS_OPENSSL, has_any_of_ours};
use super::names::{TlsVersion, TlsVersions, called};

/// How many suites of an offer are listed.
const LISTED: usize = 4;

impl TlsFault {
    /// The side, the step and the cause.
    pub fn sentence(&self) -> String {
        let peer = called(self.peer);
        match &self.cause {
            TlsFaultCause::Alert { alert, .. } => {
                let cause = self.filled(self.meaning(*alert).cause);
                format!("the {peer} closed the TLS handshake with alert {}: {cause}", alert_name(*alert))
            }
            TlsFaultCause::Chain(refusal) => format!("we closed the TLS handshake: {}", refusal.sentence),
            TlsFaultCause::NoCertificate => {
                format!("we closed the TLS handshake: the {peer} sent no certificate, which security profile 3 requires")
            }
            TlsFaultCause::NoVersion { offered, ours } => {
                let theirs = if offered.is_empty() { "an older TLS".to_owned() } else { offered.join(", ") };
                format!("the TLS handshake failed at the version: the {peer} has {theirs} only, we have {ours}")
            }
            TlsFaultCause::NoSuite(offered) if has_any_of_ours(offered) => {
                format!(
                    "the TLS handshake failed at the cipher suite: the {peer} offers none that fits the key of our certificate, but {}",
                    listed(offered)
                )
            }
            TlsFaultCause::NoSuite(offered) => {
                let lack = if HAS_OPENSSL { "rustls" } else { "this build" };
                format!(
                    "the TLS handshake failed at the cipher suite: the {peer} offers {}, and {lack} lacks them",
                    listed(offered)
                )
            }
            TlsFaultCause::NoSignature => {
                format!(
                    "the TLS handshake failed at the signature: the {peer} accepts none that the key of our certificate makes"
                )
            }
            TlsFaultCause::Incompatible(what) => {
                format!("the TLS handshake failed at the {peer}'s offer: nothing in common ({what})")
            }
            TlsFaultCause::PlainHttp(_) => "plain HTTP was spoken to the TLS port".to_owned(),
            TlsFaultCause::TlsOnPlainPort(_) => "TLS was spoken to the plain port".to_owned(),
            TlsFaultCause::ProxyHeader => {
                "the PROXY protocol was spoken from an address that is not that of a trusted proxy".to_owned()
            }
            TlsFaultCause::NoTls(line) if line.starts_with("HTTP/") => {
                format!("the {peer} answered our ClientHello with plain HTTP ({line})")
            }
            TlsFaultCause::NoTls(line) => format!("what the {peer} sent is no TLS; it begins with \"{line}\""),
            TlsFaultCause::Silent(limit) => {
                format!("the {peer} sent nothing more in the TLS handshake for {} s", limit.as_secs_f64())
            }
            TlsFaultCause::Closed { answered: true } => {
                format!("the {peer} closed the connection in the TLS handshake without an alert")
            }
            TlsFaultCause::Closed { answered: false } if self.connects => {
                format!("the {peer} closed the connection before its ClientHello was complete")
            }
            TlsFaultCause::Closed { answered: false } => {
                format!("the {peer} closed the connection at our ClientHello without a word of TLS")
            }
            TlsFaultCause::Broken(error) => format!("the connection to the {peer} broke in the TLS handshake: {error}"),
            TlsFaultCause::Name(name) => format!("no certificate can be for the host {name:?}, so TLS cannot begin"),
            TlsFaultCause::Misbehaved(what) => {
                format!("we closed the TLS handshake: the {peer} breaks its rules ({what})")
            }
            TlsFaultCause::OnPurpose(done) => format!("the TLS handshake failed on purpose: we {done}"),
        }
    }

    /// What to do about it.
    pub fn remedy(&self) -> String {
        let peer = called(self.peer);
        match &self.cause {
            TlsFaultCause::Alert { alert, .. } => self.filled(self.meaning(*alert).remedy),
            TlsFaultCause::Chain(refusal) => refusal.remedy.to_string(),
            TlsFaultCause::NoCertificate => {
                format!("install a certificate at the {peer} that its CA has issued, and choose security profile 3 there")
            }
            TlsFaultCause::NoVersion { ours, .. } if ours.lowest > TlsVersion::V1_2 => {
                "\"misbehave off\" ends the limit to TLS 1.3".to_owned()
            }
            TlsFaultCause::NoVersion { ours: TlsVersions { highest: TlsVersion::V1_2, .. }, offered }
                if offered.iter().any(|name| &**name == "TLS 1.3") =>
            {
                format!("leave out --tls-max, or enable TLS 1.2 at the {peer}")
            }
            TlsFaultCause::NoVersion { .. } if HAS_OPENSSL => {
                format!("enable TLS 1.2 at the {peer}, or speak TLS 1.0 and 1.1 with --tls-min 1.0")
            }
            TlsFaultCause::NoVersion { .. } => {
                format!(
                    "enable TLS 1.2 at the {peer}; TLS 1.0 and 1.1 has a build with the feature openssl (--tls-min 1.0), or a TLS proxy between"
                )
            }
            TlsFaultCause::NoSuite(offered) if has_any_of_ours(offered) => {
                "give a second certificate with another key with --cert and --key (ECDSA or RSA)".to_owned()
            }
            TlsFaultCause::NoSuite(_) if HAS_OPENSSL => {
                format!("enable TLS_ECDHE suites at the {peer}, or speak TLS_RSA suites with --tls-rsa")
            }
            TlsFaultCause::NoSuite(_) => {
                format!(
                    "enable TLS_ECDHE suites at the {peer}; TLS_RSA suites has a build with the feature openssl (--tls-rsa), or a TLS proxy between"
                )
            }
            TlsFaultCause::NoSignature => "give a certificate with another key with --cert and --key (ECDSA or RSA)".to_owned(),
            TlsFaultCause::Incompatible(_) => format!("compare the offer of the {peer} with ours"),
            TlsFaultCause::PlainHttp(Some(port)) => {
                format!("the URL begins with ws:// or http://; write wss:// or https://, or use port {port}, which has no TLS")
            }
            TlsFaultCause::PlainHttp(None) => {
                "the URL begins with ws:// or http://; write wss:// or https://, or open a port without TLS with --port"
                    .to_owned()
            }
            TlsFaultCause::TlsOnPlainPort(Some(port)) => {
                format!("the URL begins with wss:// or https://; use port {port}, which has TLS, or write ws:// or http://")
            }
            TlsFaultCause::TlsOnPlainPort(None) => {
                format!(
                    "the URL begins with wss:// or https://; open a port with TLS with --tls-port {DEFAULT_TLS_PORT}, or write ws:// or http://"
                )
            }
            TlsFaultCause::ProxyHeader => {
                "name the address of the proxy with --trusted-proxy, or switch the PROXY protocol off there".to_owned()
            }
            TlsFaultCause::NoTls(_) if self.connects => {
                format!("look at what connects to this port; the {peer} has to speak TLS")
            }
            TlsFaultCause::NoTls(_) => "this port has no TLS; write ws:// or http://, or name the port that has it".to_owned(),
            TlsFaultCause::Silent(_) => {
                format!("look whether the {peer} hangs, and whether something in between holds packets back")
            }
            TlsFaultCause::Closed { answered: true } if self.connects => format!(
                "some libraries close without a word where they do not trust a certificate: install its CA certificate at the {peer}"
            ),
            TlsFaultCause::Closed { .. } => format!("look into the log of the {peer}; the port may be one without TLS"),
            TlsFaultCause::Broken(_) => "look at the network in between".to_owned(),
            TlsFaultCause::Name(_) => "name another one with --sni NAME".to_owned(),
            TlsFaultCause::Misbehaved(_) => format!("look at the library of the {peer}, and at proxies in between"),
            TlsFaultCause::OnPurpose(_) => "\"misbehave off\" ends it".to_owned(),
        }
    }

    /// What an alert means, with the names in it.
    fn filled(&self, text: &str) -> String {
        let TlsFaultCause::Alert { issuer, end, name, .. } = &self.cause else { return text.to_owned() };
        text.replace("{peer}", called(self.peer))
            .replace("{issuer}", issuer.as_deref().unwrap_or("our CA"))
            .replace("{end}", end.as_deref().unwrap_or("an unknown day"))
            .replace("{name}", name.as_deref().unwrap_or("that was asked for"))
    }

    fn meaning(&self, alert: AlertDescription) -> AlertMeaning {
        if self.connects { from_client(alert) } else { from_server(alert) }
    }
}

/// A list of suites, cut where it is long.
fn listed(suites: &[Box<str>]) -> String {
    let suites: Vec<&str> = suites.iter().map(|name| &**name).filter(|name| !name.ends_with("_SCSV")).collect();
    let shown = suites[..suites.len().min(LISTED)].join(", ");
    match suites.len().saturating_sub(LISTED) {
        0 if suites.is_empty() => "nothing".to_owned(),
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::chain_refusal::ChainRefusal;
    use super::*;
    #[cfg(not(feature = "openssl"))]
    use crate::generated_page::assert_generated;
    use crate::ocpp::Role;

    const OLD_SUITE: &str = "TLS_RSA_WITH_AES_128_CBC_SHA";

    fn names(names: &[&str]) -> Vec<Box<str>> {
        names.iter().map(|name| (*name).into()).collect()
    }

    /// A cause, whether the peer connects to us, and parts of its sentence and its remedy.
    type Example = (bool, TlsFaultCause, &'static str, &'static str);

    /// Every cause, towards a station that connects to us and a central system that we connect to.
    fn examples() -> Vec<Example> {
        let alert = |alert| TlsFaultCause::Alert { alert, issuer: Some("Test CA".into()), end: None, name: None };
        let chain = || TlsFaultCause::Chain(ChainRefusal::new("the certificate of x expired", "renew it"));
        let limit = Duration::from_secs(10);
        vec![
            (
                true,
                alert(AlertDescription::UnknownCA),
                "the station closed the TLS handshake with alert unknown_ca: it does not trust \"Test CA\"",
                "install that CA certificate at the station",
            ),
            (
                false,
                alert(AlertDescription::CertificateRequired),
                "the central system closed the TLS handshake with alert certificate_required: it requires a client certificate",
                "--client-cert and --client-key",
            ),
            (
                false,
                alert(AlertDescription::HandshakeFailure),
                "alert handshake_failure: it takes none of the suites",
                "--tls-min 1.0",
            ),
            (false, alert(AlertDescription::ProtocolVersion), "alert protocol_version", "--tls-min 1.0"),
            (false, chain(), "we closed the TLS handshake: the certificate of x expired", "renew it"),
            (true, TlsFaultCause::NoCertificate, "the station sent no certificate", "install a certificate at the station"),
            (
                true,
                TlsFaultCause::NoVersion { offered: names(&["TLS 1.0"]), ours: TlsVersions::up_to(TlsVersion::V1_3) },
                "at the version: the station has TLS 1.0 only, we have TLS 1.2 and 1.3",
                "--tls-min 1.0",
            ),
            (
                true,
                TlsFaultCause::NoVersion { offered: names(&["TLS 1.3"]), ours: TlsVersions::up_to(TlsVersion::V1_2) },
                "the station has TLS 1.3 only, we have TLS 1.2",
                "leave out --tls-max",
            ),
            (
                true,
                TlsFaultCause::NoSuite(names(&[OLD_SUITE])),
                "the station offers TLS_RSA_WITH_AES_128_CBC_SHA, and ",
                "--tls-rsa",
            ),
            (
                true,
                TlsFaultCause::NoSuite(names(&["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"])),
                "none that fits the key of our certificate",
                "a second certificate",
            ),
            (true, TlsFaultCause::NoSignature, "at the signature", "another key"),
            (true, TlsFaultCause::PlainHttp(Some(9000)), "plain HTTP was spoken to the TLS port", "port 9000"),
            (true, TlsFaultCause::TlsOnPlainPort(Some(9443)), "TLS was spoken to the plain port", "port 9443"),
            (true, TlsFaultCause::TlsOnPlainPort(None), "TLS was spoken to the plain port", "--tls-port 9443"),
            (true, TlsFaultCause::ProxyHeader, "the PROXY protocol was spoken", "--trusted-proxy"),
            (false, TlsFaultCause::NoTls("HTTP/1.1 400".into()), "answered our ClientHello with plain HTTP", "write ws://"),
            (true, TlsFaultCause::Silent(limit), "sent nothing more in the TLS handshake for 10 s", "hangs"),
            (true, TlsFaultCause::Closed { answered: true }, "without an alert", "install its CA certificate"),
            (false, TlsFaultCause::Closed { answered: false }, "at our ClientHello", "log of the central system"),
            (false, TlsFaultCause::Name("a_b".into()), "the host \"a_b\"", "--sni NAME"),
            (
                true,
                TlsFaultCause::OnPurpose("reset the connection in the TLS handshake, as commanded".into()),
                "failed on purpose: we reset the connection",
                "misbehave off",
            ),
        ]
    }

    fn fault_of(connects: bool, cause: TlsFaultCause) -> TlsFault {
        let peer = if connects { Role::ChargePoint } else { Role::CentralSystem };
        TlsFault { peer, connects, cause }
    }

    #[test]
    fn each_cause_names_the_side_the_step_and_a_remedy() {
        for (connects, cause, sentence, remedy) in examples() {
            let fault = fault_of(connects, cause);
            assert!(fault.sentence().contains(sentence), "{fault}");
            assert!(fault.remedy().contains(remedy), "{fault}");
            assert_eq!(fault.to_string(), format!("{}; {}", fault.sentence(), fault.remedy()));
        }
    }

    /// The page is about the default build.
    #[cfg(not(feature = "openssl"))]
    #[test]
    fn the_page_documents_the_faults() {
        let mut table = "\n| sentence | what to do |\n|---|---|\n".to_owned();
        for (connects, cause, ..) in examples() {
            let fault = fault_of(connects, cause);
            let cell = |text: String| text.replace('|', "\\|").replace('<', "&lt;");
            table.push_str(&format!("| {} | {} |\n", cell(fault.sentence()), cell(fault.remedy())));
        }
        table.push('\n');
        assert_generated("docs/security.md", "<!-- tls failures: begin -->\n", "<!-- tls failures: end -->", &table);
    }

    #[test]
    fn every_alert_has_a_cause_and_a_remedy_for_both_sides() {
        for number in 0..=u8::MAX {
            for connects in [true, false] {
                let cause = TlsFaultCause::Alert { alert: number.into(), issuer: None, end: None, name: None };
                let fault = TlsFault { peer: Role::ChargePoint, connects, cause };
                let text = fault.to_string();
                assert!(text.starts_with("the station closed the TLS handshake with alert "), "{text}");
                assert!(!text.contains('{') && !text.contains('}'), "{text}");
            }
        }
    }

    #[test]
    fn long_lists_are_cut() {
        assert_eq!(listed(&names(&["A", "B", "C", "D", "E", "F", "TLS_FALLBACK_SCSV"])), "A, B, C, D and 2 more");
        assert_eq!(listed(&[]), "nothing");
    }
}
