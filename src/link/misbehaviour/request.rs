//! The head of our request for a WebSocket, altered. The library writes a right one (RFC 6455 §4.1). Pure.

use super::kind::MisbehaviourKind;
use super::parameter::MisbehaviourParameter as P;
use super::plan::ActiveMisbehaviour;

/// Where a head ends.
const END: &[u8] = b"\r\n\r\n";

/// Takes the head of a request off the bytes; `None` when it is not whole yet.
pub(super) fn take_head(bytes: &mut Vec<u8>) -> Option<String> {
    let end = bytes.windows(END.len()).position(|window| window == END)? + END.len();
    let head = bytes.drain(..end).collect::<Vec<u8>>();
    Some(String::from_utf8_lossy(&head).into_owned())
}

/// A head as this misbehaviour has it; another kind of misbehaviour leaves it as it is. The ends of lines stay what they are.
pub(in crate::link) fn altered(head: &str, one: &ActiveMisbehaviour) -> String {
    let replaced = |name: &str, value: Option<Box<str>>| {
        let lines = head.split_inclusive('\n').filter_map(|line| {
            let is_it = line.split_once(':').is_some_and(|(other, _)| other.eq_ignore_ascii_case(name));
            let end = if line.ends_with("\r\n") { "\r\n" } else { "\n" };
            match (is_it, &value) {
                (false, _) => Some(line.to_owned()),
                (true, Some(value)) => Some(format!("{name}: {value}{end}")),
                (true, None) => None,
            }
        });
        lines.collect::<String>()
    };
    match one.kind() {
        MisbehaviourKind::OfferNothing => replaced("Sec-WebSocket-Protocol", None),
        MisbehaviourKind::NoKey => replaced("Sec-WebSocket-Key", None),
        MisbehaviourKind::WrongVersion => {
            replaced("Sec-WebSocket-Version", one.number(P::Version).map(|version| version.to_string().into()))
        }
        MisbehaviourKind::WrongHost => replaced("Host", one.text(P::Host)),
        MisbehaviourKind::Http10 => head.replacen(" HTTP/1.1", " HTTP/1.0", 1),
        MisbehaviourKind::WrongPath => {
            let (first, rest) = head.split_once('\n').unwrap_or((head, ""));
            let mut words: Vec<&str> = first.split(' ').collect();
            let path = one.text(P::Path).unwrap_or_default();
            if let [_, target, _] = &mut words[..] {
                *target = &path;
            }
            format!("{}\n{rest}", words.join(" "))
        }
        _ => head.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{CommandedMisbehaviour, MisbehaviourPlan, MisbehaviourScope, MisbehaviourSpec};
    use super::*;

    const HEAD: &str = "GET /CP1 HTTP/1.1\r\nHost: h:9000\r\nsec-websocket-key: abc\r\nSec-WebSocket-Version: 13\r\n\
                        Sec-WebSocket-Protocol: ocpp1.6\r\nSec-WebSocket-Protocol: ocpp1.5\r\n\r\n";

    fn altered_by(name: &str, head: &str) -> String {
        let plan = MisbehaviourPlan::default();
        let spec = MisbehaviourSpec::named(name).unwrap();
        plan.switch_on(MisbehaviourScope::All, CommandedMisbehaviour { spec, values: Vec::new(), times: None }, String::new());
        altered(head, &plan.active()[0])
    }

    #[test]
    fn each_changes_its_own_line() {
        for (name, before, after) in [
            ("no-key", "sec-websocket-key: abc\r\n", ""),
            ("wrong-version", "Version: 13", "Version: 8"),
            ("wrong-host", "Host: h:9000", "Host: wrong.invalid"),
            ("http-1-0", "HTTP/1.1", "HTTP/1.0"),
            ("wrong-path", "/CP1", "/wrong/path"),
            ("offer-nothing", "Sec-WebSocket-Protocol: ocpp1.6\r\nSec-WebSocket-Protocol: ocpp1.5\r\n", ""),
        ] {
            assert_eq!(altered_by(name, HEAD), HEAD.replacen(before, after, 1), "{name}");
            let recorded = HEAD.replace("\r\n", "\n");
            assert_eq!(altered_by(name, &recorded), altered_by(name, HEAD).replace("\r\n", "\n"), "{name}");
        }
        assert_eq!(altered_by("no-pong", HEAD), HEAD);
    }

    #[test]
    fn a_head_is_taken_when_it_is_whole() {
        let mut bytes = HEAD.as_bytes()[..20].to_vec();
        assert_eq!(take_head(&mut bytes), None);
        bytes.extend_from_slice(&HEAD.as_bytes()[20..]);
        bytes.extend_from_slice(b"more");
        assert_eq!(take_head(&mut bytes).as_deref(), Some(HEAD));
        assert_eq!(bytes, b"more");
    }
}
