//! The sentences about an attempt to connect that failed: who ended it, in which step, why, and what to do. Those about TLS are made in
//! `link::tls`, which has the certificates. docs/security.md lists them, and a test holds that list.

use std::borrow::Cow;
use std::fmt;

use super::connection_failure::{ConnectionFailure, ConnectionStep, FailureCause};

impl fmt::Display for ConnectionFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = self.side.words();
        match &self.cause {
            FailureCause::UnknownHost { host } => write!(f, "the name {host} has no address"),
            FailureCause::ConnectionRefused { address } => write!(f, "nothing listens at {address}"),
            FailureCause::Unreachable { address, error } => write!(f, "{address} cannot be reached: {error}"),
            FailureCause::TimedOut { limit } => {
                let seconds = limit.as_secs_f64();
                match self.step {
                    ConnectionStep::Resolve => write!(f, "the name of the host was not looked up within {seconds} s"),
                    ConnectionStep::Connect => write!(f, "there was no TCP connection within {seconds} s"),
                    ConnectionStep::Tls => write!(f, "{side} did not finish the TLS handshake within {seconds} s"),
                    ConnectionStep::Request => write!(f, "{side} connected and sent no request within {seconds} s"),
                    ConnectionStep::Answer => write!(f, "{side} did not answer the request within {seconds} s"),
                }
            }
            FailureCause::Silent => write!(f, "{side} connected and closed the connection without a byte"),
            FailureCause::Broken { error } => {
                write!(f, "the connection broke in the step {}: {error}", self.step.words())
            }
            FailureCause::Tls { sentence, .. } => f.write_str(sentence),
            FailureCause::NoHttp { fault } => write!(f, "{side} sent no HTTP request: {fault}"),
            FailureCause::NoHandshake { fault }
            | FailureCause::WrongPath { fault }
            | FailureCause::NoSubprotocol { fault }
            | FailureCause::Unauthorized { fault } => write!(f, "{side} refused the request: {fault}"),
            FailureCause::AddressRefused { fault } => write!(f, "{side} closed the connection without an answer: {fault}"),
            FailureCause::NotAdmitted { status, fault } => write!(f, "{side} refused the request with {status}: {fault}"),
            FailureCause::Status { status, reason, location } => {
                write!(f, "{side} answered {status} instead of 101")?;
                if let Some(reason) = reason {
                    write!(f, ": {reason}")?;
                }
                location.as_ref().map_or(Ok(()), |location| write!(f, "; it sends to {location}"))
            }
            FailureCause::NoSubprotocolChosen { offered } => {
                write!(f, "{side} chose no subprotocol; {offered} was offered")
            }
            FailureCause::OtherSubprotocol { offered } => {
                write!(f, "{side} chose a subprotocol that was not offered; {offered} was")
            }
            FailureCause::Extension { name } => {
                write!(f, "{side} agreed on the extension {name}, which was not offered (RFC 6455 §4.1)")
            }
            FailureCause::AcceptKey => {
                write!(f, "{side} answered with a wrong Sec-WebSocket-Accept (RFC 6455 §4.2.2)")
            }
            FailureCause::BadAnswer { fault } => write!(f, "{side} did not answer as a WebSocket server: {fault}"),
            FailureCause::NoRequest { fault } => write!(f, "the request cannot be made: {fault}"),
            FailureCause::NeverUsed => {
                write!(f, "{side} closed the connection behind the answer 101, before it was a WebSocket")
            }
        }
    }
}

impl ConnectionFailure {
    /// What to do about it, one sentence.
    pub fn remedy(&self) -> Cow<'static, str> {
        match &self.cause {
            FailureCause::UnknownHost { .. } => "correct the name in the URL, or use an address".into(),
            FailureCause::ConnectionRefused { .. } => {
                "start the central system, or correct host and port in the URL; in a container the port must be published".into()
            }
            FailureCause::Unreachable { .. } => "check network, VPN and firewall between the two".into(),
            FailureCause::TimedOut { .. } => match self.step {
                ConnectionStep::Resolve => "check the name server of this machine, or use an address",
                ConnectionStep::Connect => "the host is off, or a firewall drops what is sent to it; test the port from another machine",
                ConnectionStep::Tls => "what is at the other end may not speak TLS, or waits; check the port",
                ConnectionStep::Request => {
                    "it was a port scan, a load balancer, or a station that waits for the central system to speak first"
                }
                ConnectionStep::Answer => "the program on this port is no central system, or it is overloaded",
            }
            .into(),
            FailureCause::Silent => {
                "it was a port scan or the health check of a load balancer; a station that does this gave up in its own code: read its log"
                    .into()
            }
            FailureCause::Broken { .. } if self.step == ConnectionStep::Answer => {
                "the central system or something before it ended the connection; perhaps the port speaks TLS: try wss://".into()
            }
            FailureCause::Broken { .. } => "something between the two ended the connection; look at proxies and firewalls".into(),
            FailureCause::Tls { remedy, .. } => remedy.clone().into_string().into(),
            FailureCause::NoHttp { .. } => "something else speaks to the port; check what is configured in the station".into(),
            FailureCause::NoHandshake { .. } => {
                "the URL was opened by a browser or a script, or a proxy in between does not pass the upgrade on".into()
            }
            FailureCause::WrongPath { .. } => "correct the URL in the station, or the endpoint (cs --endpoint)".into(),
            FailureCause::NoSubprotocol { .. } => "let both sides speak a common version (cs --protocol)".into(),
            FailureCause::Unauthorized { .. } => {
                "enter the same password on both sides; the user name is the identity, and a key of 1.6 is hexadecimal".into()
            }
            FailureCause::AddressRefused { .. } => "allow the address (cs --allow), or raise the limit of connections".into(),
            FailureCause::NotAdmitted { .. } => "let the central system admit the station, or use another identity".into(),
            FailureCause::Status { status, .. } => status_remedy(*status).into(),
            FailureCause::NoSubprotocolChosen { .. } => "the central system speaks another version; choose one with -p".into(),
            FailureCause::BadAnswer { .. } => {
                "perhaps the port speaks TLS: try wss://; else the fault is in the central system, or in a proxy before it".into()
            }
            FailureCause::OtherSubprotocol { .. } | FailureCause::AcceptKey => {
                "the fault is in the central system, or in a proxy before it".into()
            }
            FailureCause::Extension { .. } => "switch compression off in the central system: it was not asked for".into(),
            FailureCause::NoRequest { .. } => "correct the URL or the headers".into(),
            FailureCause::NeverUsed => "the log of the station has the reason; a proxy in between may have ended it".into(),
        }
    }
}

/// What to do about a status with which a central system answers a handshake.
fn status_remedy(status: u16) -> &'static str {
    match status {
        300..=399 => "use the URL that it names; a handshake does not follow it by itself",
        400 => "compare the request with what the central system wants: its subprotocol, its headers",
        401 | 407 => "give the password (--password), or another one; the user name is the identity",
        403 => {
            "the central system knows the station and does not admit it: its settings there, or a certificate that is wanted"
        }
        404 => "correct the path of the URL, or let the central system know the identity",
        426 => "the program on this port expects another protocol, or a proxy in between removes the upgrade",
        429 => "the central system limits attempts: wait for the time in Retry-After",
        500..=599 => "the fault is in the central system, or in a proxy before it: read its log",
        _ => "the program on this port is no central system, or the path is not the one for stations",
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::time::Duration;

    use super::*;
    use crate::generated_page::assert_generated;
    use crate::trace::FailureSide;

    const BEGIN: &str = "<!-- failures: begin -->\n";
    const END: &str = "<!-- failures: end -->\n";

    /// A failure of each kind, as the page lists them.
    fn examples() -> Vec<ConnectionFailure> {
        use ConnectionStep::{Answer, Connect, Request, Resolve, Tls};
        use FailureSide::{CentralSystem, Network, Station};
        let limit = Duration::from_secs(10);
        let address = "192.0.2.7:9443".parse().unwrap();
        let status = |status, reason: Option<&str>, location: Option<&str>| FailureCause::Status {
            status,
            reason: reason.map(Into::into),
            location: location.map(Into::into),
        };
        let mut causes = vec![
            (Network, Resolve, FailureCause::UnknownHost { host: "csms.example".into() }),
            (Network, Resolve, FailureCause::TimedOut { limit }),
            (Network, Connect, FailureCause::ConnectionRefused { address }),
            (Network, Connect, FailureCause::Unreachable { address, error: "No route to host".into() }),
            (Network, Connect, FailureCause::TimedOut { limit }),
            (Network, Request, FailureCause::Broken { error: "Connection reset by peer".into() }),
            (Station, Request, FailureCause::Silent),
            (Station, Request, FailureCause::TimedOut { limit }),
            (Station, Tls, FailureCause::TimedOut { limit }),
            (CentralSystem, Tls, FailureCause::TimedOut { limit }),
            (Station, Request, FailureCause::NoHttp { fault: "it begins with \"hello\"".into() }),
            (
                CentralSystem,
                Request,
                FailureCause::NoHandshake { fault: "the header \"Upgrade: websocket\" is missing".into() },
            ),
            (CentralSystem, Request, FailureCause::WrongPath { fault: "/ends/ ends without an identity".into() }),
            (
                CentralSystem,
                Request,
                FailureCause::NoSubprotocol {
                    fault: "no common subprotocol: ocpp1.6j was offered, ocpp1.6 is spoken here".into(),
                },
            ),
            (CentralSystem, Request, FailureCause::Unauthorized { fault: "the password of CP1 is another one".into() }),
            (CentralSystem, Request, FailureCause::AddressRefused { fault: "192.0.2.9 is in no network of --allow".into() }),
            (CentralSystem, Request, FailureCause::NotAdmitted { status: 403, fault: "CP9 is not known here".into() }),
            (Station, Request, FailureCause::NoRequest { fault: "the URL has a blank".into() }),
            (CentralSystem, Answer, FailureCause::TimedOut { limit }),
            (CentralSystem, Answer, status(302, None, Some("https://other.example/"))),
            (CentralSystem, Answer, status(400, None, None)),
            (CentralSystem, Answer, status(401, None, None)),
            (CentralSystem, Answer, status(403, None, None)),
            (CentralSystem, Answer, status(404, Some("unknown station"), None)),
            (CentralSystem, Answer, status(426, None, None)),
            (CentralSystem, Answer, status(429, None, None)),
            (CentralSystem, Answer, status(500, None, None)),
            (CentralSystem, Answer, status(200, None, None)),
            (CentralSystem, Answer, FailureCause::NoSubprotocolChosen { offered: "ocpp1.6".into() }),
            (CentralSystem, Answer, FailureCause::OtherSubprotocol { offered: "ocpp1.6".into() }),
            (CentralSystem, Answer, FailureCause::Extension { name: "permessage-deflate".into() }),
            (CentralSystem, Answer, FailureCause::AcceptKey),
            (CentralSystem, Answer, FailureCause::Broken { error: "the connection ended without a goodbye".into() }),
            (CentralSystem, Answer, FailureCause::BadAnswer { fault: "it is no HTTP".into() }),
            (Station, Answer, FailureCause::NeverUsed),
        ];
        causes.sort_by_key(|(_, step, _)| *step); // stable: inside a step as above
        causes.into_iter().map(|(side, step, cause)| ConnectionFailure { side, step, cause }).collect()
    }

    fn table() -> String {
        let mut table = String::from("\n| step | ended by | sentence | what to do |\n|---|---|---|---|\n");
        for failure in examples() {
            let ConnectionFailure { side, step, .. } = &failure;
            writeln!(table, "| {} | {} | {failure} | {} |", step.words(), side.words(), failure.remedy()).unwrap();
        }
        table.push('\n');
        table
    }

    #[test]
    fn the_page_documents_the_failures() {
        assert_generated("docs/security.md", BEGIN, END, &table());
    }

    #[test]
    fn every_cause_has_an_example_with_a_sentence_and_a_remedy() {
        let examples = examples();
        let source = include_str!("connection_failure.rs");
        let names = source.lines().filter_map(|line| line.trim().strip_suffix("\",")?.split_once("=> \""));
        let causes: Vec<&str> =
            names.filter(|(variant, _)| variant.starts_with("FailureCause::")).map(|(_, name)| name).collect();
        assert!(causes.len() > 15, "{causes:?}");
        for cause in causes {
            assert!(examples.iter().any(|failure| failure.cause.name() == cause), "{cause} has no example");
        }
        for failure in examples {
            let (sentence, remedy) = (failure.to_string(), failure.remedy());
            assert!(!remedy.is_empty() && !remedy.ends_with('.') && !sentence.ends_with('.'), "{sentence}: {remedy}");
        }
    }
}
