//! Checks of a station's handshake: subprotocols, path, headers, credentials, and what it offers in TLS.

use super::request_head::RequestHead;
use super::visit::{StationSeen, StationTls};
use crate::ocpp::Version;
use crate::probe::check::{CheckRun, ProbeArea, ProbeCheck};
use crate::probe::client::shown;
use crate::probe::judgement::CheckJudgement;

const KEY: &str = "RFC 6455 §4.1";

pub(super) const CHECKS: &[ProbeCheck] = &[
    check(
        "handshake.subprotocols",
        "the subprotocols that it offers",
        "OCPP-J 1.6 §3.1.2; OCPP 2.1 part 4 §3.1.2",
        subprotocols,
    ),
    check("handshake.path", "the path of its request", "OCPP-J 1.6 §3.1.1", path),
    check("handshake.headers", "Host, Upgrade, Connection, key and version", KEY, headers),
    check("handshake.fresh-key", "another key in each handshake", KEY, fresh_key),
    check("handshake.extensions", "the extensions that it offers", "RFC 7692; OCPP 2.0.1 part 4 §3.3", extensions),
    check("handshake.user-agent", "what it calls itself", "", user_agent),
    check("handshake.credentials", "its credentials", "OCPP 1.6 security whitepaper, profiles 1 to 3", credentials),
    check(
        "handshake.tls-versions",
        "the versions of TLS that it offers",
        "OCPP 2.0.1 part 2, profiles 2 and 3: TLS 1.2 or later",
        tls_versions,
    ),
    check(
        "handshake.tls-suites",
        "the cipher suites that it offers",
        "OCPP 1.6 security whitepaper, A00.FR.317-320; 2.0.1 part 2, A00.FR.318-321",
        tls_suites,
    ),
    check("handshake.tls-name", "the name that it asks for (SNI)", "RFC 6066 §3", tls_name),
    check("handshake.tls-trust", "whether it takes the certificate of the probe", "", tls_trust),
];

const fn check(
    name: &'static str,
    tries: &'static str,
    clause: &'static str,
    judge: fn(&StationSeen) -> CheckJudgement,
) -> ProbeCheck {
    ProbeCheck { name, area: ProbeArea::StationHandshake, tries, clause, needs: &[], run: CheckRun::Station(judge) }
}

/// Judges the first request.
fn first(seen: &StationSeen, judge: impl Fn(&RequestHead) -> CheckJudgement) -> CheckJudgement {
    seen.request().map_or_else(|| CheckJudgement::not_tried(seen.reason()), judge)
}

fn subprotocols(seen: &StationSeen) -> CheckJudgement {
    first(seen, |head| {
        let offered: Vec<&str> = head.list("Sec-WebSocket-Protocol").collect();
        let came = shown(&offered.join(", "));
        if offered.is_empty() {
            return CheckJudgement::breaks("none", "offer the subprotocol of each version that is spoken, such as ocpp1.6");
        }
        if offered.iter().any(|name| Version::ALL.iter().any(|version| version.subprotocol() == *name)) {
            return CheckJudgement::keeps(came);
        }
        CheckJudgement::breaks(came, "write subprotocols as they are registered, such as ocpp1.6 or ocpp2.0.1")
    })
}

fn path(seen: &StationSeen) -> CheckJudgement {
    first(seen, |head| {
        let path = head.path.split('?').next().unwrap_or_default();
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        let came = shown(&head.path);
        match &segments[..] {
            [] | [.., ""] => CheckJudgement::breaks(came, "end the path with the identity, without a slash behind it"),
            all if all.contains(&"") => CheckJudgement::breaks(came, "put one slash before the identity, not two"),
            _ => CheckJudgement::keeps(came),
        }
    })
}

fn headers(seen: &StationSeen) -> CheckJudgement {
    first(seen, |head| {
        let key = head.value("Sec-WebSocket-Key").unwrap_or_default();
        let is_key = key.len() == 24 && key.ends_with("==");
        let wrong: Vec<&str> = [
            (head.method == "GET" && head.version == "HTTP/1.1", "GET and HTTP/1.1"),
            (head.values("Host").count() == 1, "one Host"),
            (head.has_token("Upgrade", "websocket"), "Upgrade: websocket"),
            (head.has_token("Connection", "Upgrade"), "Connection: Upgrade"),
            (head.value("Sec-WebSocket-Version") == Some("13"), "Sec-WebSocket-Version: 13"),
            (is_key, "a Sec-WebSocket-Key of 16 bytes in Base64"),
        ]
        .into_iter()
        .filter_map(|(is_right, name)| (!is_right).then_some(name))
        .collect();
        if wrong.is_empty() {
            CheckJudgement::keeps("all of them")
        } else {
            CheckJudgement::breaks(
                format!("missing or wrong: {}", wrong.join(", ")),
                "write the request as RFC 6455 §4.1 has it",
            )
        }
    })
}

fn fresh_key(seen: &StationSeen) -> CheckJudgement {
    let keys = seen.visits.iter().filter_map(|visit| visit.request.as_ref()?.value("Sec-WebSocket-Key"));
    let mut keys: Vec<&str> = keys.collect();
    let count = keys.len();
    if count < 2 {
        return CheckJudgement::not_tried(seen.reason());
    }
    keys.sort_unstable();
    keys.dedup();
    if keys.len() == count {
        return CheckJudgement::keeps(format!("{count} handshakes, {count} keys"));
    }
    CheckJudgement::breaks(format!("{count} handshakes, {} keys", keys.len()), "choose the key at random for each connection")
}

fn extensions(seen: &StationSeen) -> CheckJudgement {
    first(seen, |head| match head.value("Sec-WebSocket-Extensions") {
        Some(offered) => CheckJudgement::supported(shown(offered)),
        None => CheckJudgement::not_supported("none"),
    })
}

fn user_agent(seen: &StationSeen) -> CheckJudgement {
    first(seen, |head| match head.value("User-Agent") {
        Some(name) => CheckJudgement::supported(shown(name)),
        None => CheckJudgement::not_supported("no User-Agent"),
    })
}

fn credentials(seen: &StationSeen) -> CheckJudgement {
    first(seen, |head| match head.value("Authorization").and_then(|value| value.split_once(' ')) {
        // Never the value: reports are shared.
        Some((scheme, value)) if scheme.eq_ignore_ascii_case("Basic") => {
            CheckJudgement::supported(format!("Basic, {} characters", value.trim().len()))
        }
        Some(_) => CheckJudgement::breaks("another scheme than Basic", "security profiles 1 and 2 use Basic authentication"),
        None => CheckJudgement::not_supported("none"),
    })
}

/// Judges what it did in TLS.
fn tls(seen: &StationSeen, judge: impl Fn(&StationTls) -> CheckJudgement) -> CheckJudgement {
    match (seen.tls(), seen.request()) {
        (Some(tls), _) => judge(tls),
        (None, Some(_)) => CheckJudgement::not_applicable("the station connects without TLS"),
        (None, None) => CheckJudgement::not_tried(seen.reason()),
    }
}

fn tls_versions(seen: &StationSeen) -> CheckJudgement {
    tls(seen, |tls| {
        let came = tls.offer.versions.join(", ");
        if tls.offer.versions.iter().any(|version| matches!(&**version, "TLS 1.2" | "TLS 1.3")) {
            return CheckJudgement::keeps(came);
        }
        CheckJudgement::breaks(came, "speak TLS 1.2 or later")
    })
}

/// A station needs one of two pairs.
fn tls_suites(seen: &StationSeen) -> CheckJudgement {
    const PAIRS: [[&str; 2]; 2] = [
        ["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"],
        ["TLS_RSA_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_256_GCM_SHA384"],
    ];
    tls(seen, |tls| {
        let suites = &tls.offer.cipher_suites;
        let came = format!("{} suites: {}", suites.len(), shown(&suites.join(", ")));
        let has = |name: &&str| suites.iter().any(|suite| **suite == **name);
        if PAIRS.iter().any(|pair| pair.iter().all(has)) {
            return CheckJudgement::keeps(came);
        }
        let remedy = "offer both suites of a pair: ECDHE_ECDSA or RSA, each with AES_128_GCM_SHA256 and AES_256_GCM_SHA384";
        CheckJudgement::breaks(came, remedy)
    })
}

fn tls_name(seen: &StationSeen) -> CheckJudgement {
    tls(seen, |tls| match &tls.server_name {
        Some(name) => CheckJudgement::supported(shown(name)),
        None => CheckJudgement::not_supported("none, as for an address"),
    })
}

fn tls_trust(seen: &StationSeen) -> CheckJudgement {
    tls(seen, |tls| match &tls.fault {
        None => CheckJudgement::supported("the handshake succeeds"),
        Some(fault) => CheckJudgement::not_supported(fault.clone())
            .advising("install the CA of this certificate in the station to see the rest: ocpp-tui ca show names its file"),
    })
}
