//! The subprotocols of a handshake: which one is chosen, which version an unusual spelling means, and what is done when none is common.
//! The HTTP around it is `handshake`'s.

use crate::ocpp::Version;
use crate::trace::HandshakeFinding;

/// The subprotocol of OCPP 2.0, which 2.0.1 has replaced. No program may speak it.
const WITHDRAWN: &str = "ocpp2.0";

/// The options of a central system about subprotocols.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SubprotocolPolicy {
    /// Whether a subprotocol with another spelling, such as `ocpp1.6j`, is accepted as the version that it means.
    pub tolerant: bool,
    /// What is done without a common subprotocol.
    pub unknown: UnknownProtocol,
    /// Which of several common ones is chosen.
    pub order: SubprotocolOrder,
}

/// Which of several common subprotocols is chosen. A server may take any (RFC 6455 §4.2.2); a client lists them in its own order of
/// preference (OCPP 2.1 part 4 §3.1.2), but many stations list them as they came to speak them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SubprotocolOrder {
    /// The newest version.
    #[default]
    Newest,
    /// The first one in the client's list.
    Offered,
}

impl SubprotocolOrder {
    /// Both.
    pub const ALL: [SubprotocolOrder; 2] = [SubprotocolOrder::Newest, SubprotocolOrder::Offered];

    /// The name by which the user selects it.
    pub const fn name(self) -> &'static str {
        match self {
            SubprotocolOrder::Newest => "newest",
            SubprotocolOrder::Offered => "offered",
        }
    }
}

/// What is done with a handshake that offers no subprotocol that is spoken here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UnknownProtocol {
    /// The handshake is finished and the connection closed at once, as OCPP-J 1.6 §3.2 wants it.
    #[default]
    Close,
    /// The request is refused, and there is no upgrade.
    Refuse,
}

impl UnknownProtocol {
    /// Both.
    pub const ALL: [UnknownProtocol; 2] = [UnknownProtocol::Close, UnknownProtocol::Refuse];

    /// The name by which the user selects it.
    pub const fn name(self) -> &'static str {
        match self {
            UnknownProtocol::Close => "close",
            UnknownProtocol::Refuse => "refuse",
        }
    }
}

/// The subprotocol that a handshake agrees on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ChosenSubprotocol<'a> {
    /// What it means.
    pub version: Version,
    /// The client's own spelling, which the answer repeats.
    pub name: &'a str,
}

impl ChosenSubprotocol<'_> {
    /// What is odd about the spelling.
    pub fn finding(&self) -> Option<HandshakeFinding> {
        (self.name != self.version.subprotocol())
            .then(|| HandshakeFinding::SubprotocolSpelling { offered: self.name.into(), version: self.version })
    }
}

/// The one of the client's subprotocols that is spoken here; of several the one that the order says. The comparison ignores case, as that
/// of ocppjs does. Other spellings count only when they are tolerated, and only when there is no right one.
pub(super) fn choose_subprotocol<'a>(
    offered: &[&'a str],
    spoken: &[Version],
    policy: SubprotocolPolicy,
) -> Option<ChosenSubprotocol<'a>> {
    let choice = |means: fn(&str) -> Option<Version>| {
        let mut common = names(offered).filter_map(move |name| {
            let version = means(name).filter(|version| spoken.contains(version))?;
            Some(ChosenSubprotocol { version, name })
        });
        match policy.order {
            SubprotocolOrder::Offered => common.next(),
            // Of two spellings of one version the first one.
            SubprotocolOrder::Newest => common.reduce(|best, next| if next.version > best.version { next } else { best }),
        }
    };
    choice(named).or_else(|| policy.tolerant.then(|| choice(meant)).flatten())
}

/// Why there is no common subprotocol, in a sentence.
pub(super) fn no_common_subprotocol(offered: &[&str], spoken: &[Version]) -> String {
    let list = offered.join(", ");
    let list = if list.is_empty() { "nothing" } else { &list };
    let here: Vec<&str> = spoken.iter().map(|version| version.subprotocol()).collect();
    let mut sentence = format!("no common subprotocol: {list} was offered, {} is spoken here", here.join(", "));
    for (name, version) in misspelled(offered, spoken) {
        sentence.push_str(&format!("; {name} must be written {}", version.subprotocol()));
    }
    if names(offered).any(|name| name.eq_ignore_ascii_case(WITHDRAWN)) {
        let instead = Version::V2_0_1.subprotocol();
        sentence.push_str(&format!("; OCPP 2.0 was withdrawn in favour of 2.0.1, which is offered as {instead}"));
    }
    sentence
}

/// The offers that mean a version that is spoken here, in a spelling that is not right.
pub(super) fn misspelled<'a>(offered: &[&'a str], spoken: &[Version]) -> Vec<(&'a str, Version)> {
    let odd = names(offered).filter(|name| named(name).is_none());
    odd.filter_map(|name| Some((name, meant(name).filter(|version| spoken.contains(version))?))).collect()
}

/// The names in some header lines.
fn names<'a>(offered: &[&'a str]) -> impl Iterator<Item = &'a str> {
    offered.iter().flat_map(|list| list.split(',')).map(str::trim)
}

/// The version with this name.
fn named(name: &str) -> Option<Version> {
    Version::ALL.into_iter().find(|version| name.eq_ignore_ascii_case(version.subprotocol()))
}

/// The version that a spelling means: `ocpp1.6j`, `ocpp16`, `OCPP-J 1.6`, `ocpp/1.6`, `v1.6`, `1.6`, and the like.
fn meant(name: &str) -> Option<Version> {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    let behind_name = plain.strip_prefix("ocpp").unwrap_or(&plain).trim_start_matches(['j', 'v']);
    let number = behind_name.strip_suffix("json").unwrap_or(behind_name).trim_end_matches('j');
    Version::ALL.into_iter().find(|version| number.chars().eq(version.number().chars().filter(char::is_ascii_digit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRICT: SubprotocolPolicy =
        SubprotocolPolicy { tolerant: false, unknown: UnknownProtocol::Close, order: SubprotocolOrder::Newest };
    const TOLERANT: SubprotocolPolicy = SubprotocolPolicy { tolerant: true, ..STRICT };
    const OFFERED: SubprotocolPolicy = SubprotocolPolicy { order: SubprotocolOrder::Offered, ..STRICT };

    fn choose(offered: &[&'static str], spoken: &[Version], policy: SubprotocolPolicy) -> Option<(Version, &'static str)> {
        choose_subprotocol(offered, spoken, policy).map(|chosen| (chosen.version, chosen.name))
    }

    #[test]
    fn the_newest_common_subprotocol_wins_or_the_first_one() {
        let all = Version::ALL;
        assert_eq!(choose(&["ocpp1.5, ocpp2.1, ocpp2.0.1,ocpp1.6"], &all, STRICT), Some((Version::V2_1, "ocpp2.1")));
        assert_eq!(choose(&["ocpp1.5, ocpp2.1, ocpp2.0.1,ocpp1.6"], &all, OFFERED), Some((Version::V1_5, "ocpp1.5")));
        assert_eq!(
            choose(&["ocpp1.5, ocpp2.1, OCPP1.6"], &Version::SOAP, STRICT),
            Some((Version::V1_6, "OCPP1.6")),
            "as spelt"
        );
        let lines = ["ocpp1.2", "ocpp2.0.1"];
        assert_eq!(choose(&lines, &all, STRICT), Some((Version::V2_0_1, "ocpp2.0.1")), "several header lines");
        assert_eq!(choose(&lines, &all, OFFERED), Some((Version::V1_2, "ocpp1.2")));
        assert_eq!(choose(&["ocpp1.6"], &[Version::V1_5], STRICT), None);
        assert_eq!(choose(&["OCPP1.6,ocpp1.6"], &all, STRICT), Some((Version::V1_6, "OCPP1.6")));
        assert_eq!(choose(&["1.6", ""], &all, STRICT), None, "a bare number is no subprotocol");
        assert_eq!(choose(&["ocpp2.0"], &all, TOLERANT), None, "2.0 was withdrawn");
    }

    #[test]
    fn another_spelling_counts_only_when_it_is_tolerated_and_there_is_no_right_one() {
        for name in ["ocpp1.6j", "ocpp1.6J", "ocpp1.6-json", "ocpp16", "OCPP-J 1.6", "ocpp/1.6", "ocpp_1_6", "v1.6", "1.6"] {
            assert_eq!(choose(&[name], &Version::ALL, STRICT), None, "{name}");
            assert_eq!(choose(&[name], &Version::ALL, TOLERANT), Some((Version::V1_6, name)));
            assert_eq!(choose(&[name], &[Version::V1_5], TOLERANT), None, "{name} is not spoken");
        }
        for name in ["", "ocpp", "ocpp2.0", "ocpp2.2", "ocpp1.61", "ocpp1", "mqtt", "soap1.6", "6"] {
            assert_eq!(choose(&[name], &Version::ALL, TOLERANT), None, "{name}");
        }
        assert_eq!(choose(&["ocpp1.6j, ocpp1.5"], &Version::ALL, TOLERANT), Some((Version::V1_5, "ocpp1.5")));
    }

    #[test]
    fn every_spelling_but_the_right_one_is_a_finding() {
        let finding = |name| choose_subprotocol(&[name], &Version::ALL, TOLERANT).unwrap().finding();
        assert_eq!(finding("ocpp1.6"), None);
        for name in ["OCPP1.6", "ocpp1.6j"] {
            let message = finding(name).unwrap().to_string();
            assert!(message.contains(name) && message.contains("ocpp1.6"), "{message}");
        }
    }

    #[test]
    fn a_refusal_says_how_a_subprotocol_is_written() {
        let message = |offered: &[&str]| no_common_subprotocol(offered, &[Version::V1_5, Version::V1_6]);
        assert!(message(&["ocpp2.0"]).ends_with("; OCPP 2.0 was withdrawn in favour of 2.0.1, which is offered as ocpp2.0.1"));
        assert_eq!(message(&[]), "no common subprotocol: nothing was offered, ocpp1.5, ocpp1.6 is spoken here");
        assert_eq!(
            message(&["ocpp1.6j, ocpp2.0.1", "ocpp12"]),
            "no common subprotocol: ocpp1.6j, ocpp2.0.1, ocpp12 was offered, ocpp1.5, ocpp1.6 is spoken here; ocpp1.6j must be \
             written ocpp1.6"
        );
    }
}
