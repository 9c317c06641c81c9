//! Extensions of WebSocket: compression, and an unknown one.

use crate::probe::check::{CheckRun, ProbeArea, ProbeCheck};
use crate::probe::client::HandshakeEnd;
use crate::probe::judgement::CheckJudgement;

pub(super) const CHECKS: &[ProbeCheck] = &[
    ProbeCheck {
        name: "extension.deflate",
        area: ProbeArea::Extensions,
        tries: "permessage-deflate is offered",
        clause: "OCPP 2.0.1 part 4 §3.3; RFC 7692",
        needs: &[],
        run: CheckRun::Handshake(
            |session, identity| {
                session.request_for(identity).with("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits")
            },
            deflate,
        ),
    },
    ProbeCheck {
        name: "extension.unknown",
        area: ProbeArea::Extensions,
        tries: "an unknown extension is offered",
        clause: "RFC 6455 §9.1",
        needs: &[],
        run: CheckRun::Handshake(
            |session, identity| session.request_for(identity).with("Sec-WebSocket-Extensions", "x-ocpp-tui-probe"),
            unknown,
        ),
    },
];

/// Required of a CSMS since OCPP 2.0.1; a link without it works all the same.
fn deflate(end: &HandshakeEnd) -> CheckJudgement {
    let Ok(answer) = &end.answer else { return CheckJudgement::not_supported(end.words()) };
    match answer.value("Sec-WebSocket-Extensions") {
        Some(agreed) if end.is_link() => CheckJudgement::supported(format!("101 with {agreed}")),
        _ if end.is_link() => CheckJudgement::not_supported("101 without the extension"),
        _ => CheckJudgement::not_supported(end.words()),
    }
}

fn unknown(end: &HandshakeEnd) -> CheckJudgement {
    let Ok(answer) = &end.answer else { return CheckJudgement::not_supported(end.words()) };
    match answer.value("Sec-WebSocket-Extensions") {
        Some(agreed) if end.is_link() => {
            CheckJudgement::breaks(format!("101 with {agreed}"), "agree only to extensions that are implemented")
        }
        _ if end.is_link() => CheckJudgement::keeps("101 without the extension"),
        Some(_) | None => CheckJudgement::not_supported(end.words()).advising("ignore extensions that are not known"),
    }
}
