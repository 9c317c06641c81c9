//! Frames of a WebSocket: pings, fragments, sizes, and frames that must end the link.

use std::time::Duration;

use serde_json::Value;

use crate::ocpp::Version;
use crate::probe::check::{CheckFuture, CheckNeed, CheckRun, ProbeArea, ProbeCheck};
use crate::probe::client::{Heard, ProbeLink, WireFrame, opcode};
use crate::probe::judgement::CheckJudgement;
use crate::probe::link_script::{HearUntil, LinkScript, UNKNOWN_ACTION, unknown_call};
use crate::probe::milliseconds::milliseconds;
use crate::probe::session::{FrameTally, ProbeSession};

/// The sizes of calls that are tried, in bytes.
const SIZES: [usize; 8] = [1 << 10, 8 << 10, 16 << 10, 64 << 10, 128 << 10, 256 << 10, 1 << 20, 4 << 20];

pub(super) const CHECKS: &[ProbeCheck] = &[
    check(
        "websocket.ping",
        "a ping with 4 bytes",
        "RFC 6455 §5.5.2, §5.5.3",
        CheckRun::Own(|session, identity| ping(session, identity, 4)),
    ),
    check(
        "websocket.long-ping",
        "a ping with 125 bytes",
        "RFC 6455 §5.5.3",
        CheckRun::Own(|session, identity| ping(session, identity, 125)),
    ),
    check(
        "websocket.pong",
        "a pong without a ping",
        "RFC 6455 §5.5.3",
        CheckRun::Link(
            || LinkScript { frames: vec![WireFrame::new(opcode::PONG, "unasked")], until: HearUntil::Settled },
            stays_open,
        ),
    ),
    check(
        "websocket.fragments",
        "a call in three fragments with a ping between",
        "RFC 6455 §5.4",
        CheckRun::Link(fragments, answered),
    ),
    check("websocket.bytewise", "a call in fragments of one byte", "RFC 6455 §5.4", CheckRun::Link(bytewise, answered)),
    check(
        "websocket.binary",
        "a call in a binary frame",
        "OCPP-J 1.6 §4.1.2; RFC 6455 §7.4.1",
        CheckRun::Link(
            || LinkScript {
                frames: vec![WireFrame::new(opcode::BINARY, unknown_call("\"binary\""))],
                until: HearUntil::Settled,
            },
            binary,
        ),
    ),
    check(
        "websocket.sizes",
        "calls of 1 KiB to 4 MiB",
        "RFC 6455 §7.4.1",
        CheckRun::Own(|session, identity| Box::pin(sizes(session, identity))),
    ),
    check(
        "websocket.unmasked",
        "a frame without a mask",
        "RFC 6455 §5.1",
        CheckRun::Link(
            || LinkScript::fatal(WireFrame::text(&unknown_call("\"unmasked\"")).unmasked()),
            |heard, _| must_fail(heard, 1002, "close the link when a client sends a frame without a mask, with 1002"),
        ),
    ),
    check(
        "websocket.bad-utf8",
        "a text that is not UTF-8",
        "RFC 6455 §8.1",
        CheckRun::Link(
            || LinkScript::fatal(WireFrame::new(opcode::TEXT, b"[2,\"\xFF\xFE\",\"OcppTuiProbe\",{}]".to_vec())),
            |heard, _| must_fail(heard, 1007, "close the link when a text is not UTF-8, with 1007"),
        ),
    ),
    check(
        "websocket.reserved-bit",
        "RSV1 without an extension",
        "RFC 6455 §5.2",
        CheckRun::Link(
            || LinkScript::fatal(WireFrame { reserved: 4, ..WireFrame::text(&unknown_call("\"reserved\"")) }),
            |heard, _| must_fail(heard, 1002, "close the link when a reserved bit has no meaning, with 1002"),
        ),
    ),
    check(
        "websocket.reserved-opcode",
        "the opcode 3",
        "RFC 6455 §5.2",
        CheckRun::Link(
            || LinkScript::fatal(WireFrame::new(3, "x")),
            |heard, _| must_fail(heard, 1002, "close the link when an opcode is reserved, with 1002"),
        ),
    ),
    check(
        "websocket.fragmented-ping",
        "a ping that is a fragment",
        "RFC 6455 §5.5",
        CheckRun::Link(|| LinkScript::fatal(WireFrame::new(opcode::PING, "x").unfinished()), should_fail),
    ),
    check(
        "websocket.too-long-ping",
        "a ping with 126 bytes",
        "RFC 6455 §5.5",
        CheckRun::Link(|| LinkScript::fatal(WireFrame::new(opcode::PING, vec![b'x'; 126])), should_fail),
    ),
    check(
        "websocket.continuation",
        "a continuation of nothing",
        "RFC 6455 §5.4",
        CheckRun::Link(
            || LinkScript::fatal(WireFrame::new(opcode::CONTINUATION, unknown_call("\"continuation\""))),
            should_fail,
        ),
    ),
    check("websocket.all-frames", "all frames that the central system sent", "RFC 6455 §5", CheckRun::AllFrames),
];

const fn check(name: &'static str, tries: &'static str, clause: &'static str, run: CheckRun) -> ProbeCheck {
    ProbeCheck { name, area: ProbeArea::WebSocket, tries, clause, needs: &[CheckNeed::Link], run }
}

/// Sends a ping of this length.
fn ping<'a>(session: &'a ProbeSession, identity: &'a str, length: usize) -> CheckFuture<'a> {
    Box::pin(async move {
        let payload = vec![b'p'; length];
        let Ok(mut link) = session.link(identity).await else { return CheckJudgement::not_tried("no link this time") };
        let mut heard = Heard::default();
        link.send(&[WireFrame::new(opcode::PING, payload.clone())]).await;
        link.hear(&mut heard, session.options.timeout, |heard| heard.is_over() || heard.pong(&payload).is_some()).await;
        session.finish(link).await;
        judge_ping(&heard, &payload)
    })
}

fn judge_ping(heard: &Heard, payload: &[u8]) -> CheckJudgement {
    match heard.pong(payload) {
        Some(after) => CheckJudgement::supported(format!("a pong after {}", milliseconds(after))),
        None => {
            let other = heard.events.iter().any(|(_, event)| matches!(event, crate::probe::client::PeerEvent::Pong(_)));
            let came = if other { "a pong with another payload".to_owned() } else { heard.words() };
            CheckJudgement::breaks(came, "answer each ping with a pong that has its payload")
        }
    }
}

fn fragments() -> LinkScript {
    let text = unknown_call("\"fragments\"");
    let (first, rest) = text.split_at(5);
    let (second, third) = rest.split_at(8);
    let frames = vec![
        WireFrame::text(first).unfinished(),
        WireFrame::new(opcode::PING, "between"),
        WireFrame::new(opcode::CONTINUATION, second).unfinished(),
        WireFrame::new(opcode::CONTINUATION, third),
    ];
    LinkScript { frames, until: HearUntil::Answer("fragments".into()) }
}

fn bytewise() -> LinkScript {
    let text = unknown_call("\"bytewise\"");
    let last = text.len() - 1;
    let frame = |(place, byte): (usize, u8)| WireFrame {
        is_final: place == last,
        ..WireFrame::new(if place == 0 { opcode::TEXT } else { opcode::CONTINUATION }, [byte])
    };
    LinkScript { frames: text.bytes().enumerate().map(frame).collect(), until: HearUntil::Answer("bytewise".into()) }
}

/// Any answer shows that the fragments were put together.
fn answered(heard: &Heard, _: Version) -> CheckJudgement {
    if heard.answers().next().is_some() {
        return CheckJudgement::supported(heard.words());
    }
    if heard.is_over() {
        return CheckJudgement::breaks(
            heard.words(),
            "put the fragments of a message together; control frames may stand between",
        );
    }
    CheckJudgement::not_supported(heard.words())
}

/// Nothing comes back, and the link stays.
pub(super) fn stays_open(heard: &Heard, _: Version) -> CheckJudgement {
    if heard.is_over() {
        return CheckJudgement::breaks(heard.words(), "ignore it; the link stays");
    }
    CheckJudgement::keeps("ignored")
}

fn binary(heard: &Heard, _: Version) -> CheckJudgement {
    match heard.answer(&Value::from("binary")) {
        Some(answer) => CheckJudgement::supported(format!("served like a text: {}", answer.words())),
        None if heard.is_over() => CheckJudgement::keeps(heard.ending()),
        None => CheckJudgement::keeps("ignored"),
    }
}

/// Sends calls of growing size until one is refused.
async fn sizes(session: &ProbeSession, identity: &str) -> CheckJudgement {
    let mut largest = None;
    for size in SIZES {
        let Ok(mut link) = session.link(identity).await else { return CheckJudgement::not_tried("no link this time") };
        let heard = send_sized(&mut link, size, session.options.timeout).await;
        session.finish(link).await;
        if heard.answers().next().is_none() {
            return judge_sizes(largest, Some((size, &heard)));
        }
        largest = Some(size);
    }
    judge_sizes(largest, None)
}

async fn send_sized(link: &mut ProbeLink, size: usize, limit: Duration) -> Heard {
    let (begin, end) = (format!("[2,\"size\",\"{UNKNOWN_ACTION}\",{{\"x\":\""), "\"}]");
    let filler = "x".repeat(size - begin.len() - end.len());
    let mut heard = Heard::default();
    link.send(&[WireFrame::text(&format!("{begin}{filler}{end}"))]).await;
    link.hear(&mut heard, limit, |heard| heard.is_over() || heard.answers().next().is_some()).await;
    heard
}

fn judge_sizes(largest: Option<usize>, refused: Option<(usize, &Heard)>) -> CheckJudgement {
    let kib = |size: usize| if size < 1 << 20 { format!("{} KiB", size >> 10) } else { format!("{} MiB", size >> 20) };
    match (largest, refused) {
        (Some(largest), None) => CheckJudgement::supported(format!("answered up to {}", kib(largest))),
        (Some(largest), Some((size, heard))) => {
            let came = format!("answered up to {}; {}: {}", kib(largest), kib(size), heard.words());
            CheckJudgement::supported(came)
        }
        (None, Some((size, heard))) => CheckJudgement::not_supported(format!("{}: {}", kib(size), heard.words()))
            .advising("take calls of at least some KiB"),
        (None, None) => CheckJudgement::not_tried("no size was tried"),
    }
}

/// RFC 6455 says that the link must fail.
pub(super) fn must_fail(heard: &Heard, code: u16, remedy: &'static str) -> CheckJudgement {
    if !heard.is_over() {
        return CheckJudgement::breaks(format!("{}, and the link stays open", heard.words()), remedy);
    }
    match heard.close().and_then(|close| close.code) {
        Some(known) if known == code => CheckJudgement::keeps(heard.ending()),
        _ => CheckJudgement::keeps(format!("{}; the code for it is {code}", heard.ending())),
    }
}

/// A sender must not do it; what a receiver does about it is left open.
fn should_fail(heard: &Heard, _: Version) -> CheckJudgement {
    if heard.is_over() {
        CheckJudgement::keeps(heard.ending())
    } else {
        CheckJudgement::not_supported(format!("{}, and the link stays open", heard.words()))
            .advising("close the link with 1002, so that the fault is seen at the sender")
    }
}

/// What all frames of the central system were like.
pub fn judge_all_frames(tally: &FrameTally) -> CheckJudgement {
    match (tally.frames, &tally.faults[..]) {
        (0, _) => CheckJudgement::not_tried("no frame came"),
        (frames, []) => CheckJudgement::keeps(format!("{frames} frames, all of them right")),
        (frames, faults) => CheckJudgement::breaks(
            format!("in {frames} frames: {}", faults.join("; ")),
            "frames of a server follow RFC 6455 §5",
        ),
    }
}
