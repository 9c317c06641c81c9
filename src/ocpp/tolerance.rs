//! Which faulty frames are served and which are refused, in each version and in both strictnesses: one table, which the codec of frames
//! asks and from which the table in `docs/srpc.md` is made. Faults of payloads are found in `check/`; which of them are tolerated is
//! decided there.

use super::ErrorCode;

/// Whether what deviates from the specification, but has a clear meaning, is served.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Strictness {
    /// It is served, with a finding.
    #[default]
    Tolerant,
    /// It is refused with the error that the specification names.
    Strict,
}

impl Strictness {
    /// Both.
    pub const ALL: [Strictness; 2] = [Strictness::Tolerant, Strictness::Strict];

    /// The word for it in settings.
    pub const fn name(self) -> &'static str {
        match self {
            Strictness::Tolerant => "tolerant",
            Strictness::Strict => "strict",
        }
    }

    /// The one with this name.
    pub fn parse(name: &str) -> Option<Strictness> {
        Strictness::ALL.into_iter().find(|strictness| strictness.name() == name)
    }
}

/// A way in which a frame deviates from `[2, "id", "Action", {}]` and its kin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameDeviation {
    /// U+FEFF before the text.
    ByteOrderMark,
    /// NUL behind the text.
    TrailingNul,
    /// Text that is not JSON.
    NotJson,
    /// JSON that is not an array, or an array without a type.
    NoMessage,
    /// A type that no message has.
    UnknownType,
    /// The type in another form than a bare digit.
    OddType,
    /// No id, or one that is neither a text nor a number.
    UnreadableId,
    /// An id that is a number.
    NumericId,
    /// An id without characters.
    EmptyId,
    /// An id with more characters than the version allows.
    LongId,
    /// A call without an action, or with one that is not a text.
    NoAction,
    /// A call without a payload.
    MissingPayload,
    /// More elements than a call has.
    FurtherElements,
    /// `null` as a payload that has no required fields.
    NullPayload,
    /// A name that occurs twice in one object.
    DoubledName,
}

/// What a receiver does with a faulty call. Of a faulty answer the deviation is recorded, because answers are not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameTreatment {
    /// It serves the call and records the deviation.
    Served,
    /// It answers with this error.
    Refused(ErrorCode),
    /// It records the frame and does not answer.
    Unanswered,
}

/// One line of the table.
#[derive(Debug)]
pub struct ToleranceRule {
    deviation: FrameDeviation,
    tolerant: FrameTreatment,
    strict: FrameTreatment,
}

use ErrorCode::{FormationViolation, MessageTypeNotSupported, ProtocolError, RpcFrameworkError, TypeConstraintViolation};
use FrameDeviation as D;
use FrameTreatment::{Refused, Served, Unanswered};

const fn rule(deviation: FrameDeviation, tolerant: FrameTreatment, strict: FrameTreatment) -> ToleranceRule {
    ToleranceRule { deviation, tolerant, strict }
}

/// SRPC of 1.2 and 1.5. No document defines it, so the tolerant side is what ocppjs does, where it does not end with a crash.
pub(super) const SRPC: &[ToleranceRule] = &[
    rule(D::ByteOrderMark, Served, Unanswered),
    rule(D::TrailingNul, Served, Unanswered),
    rule(D::NotJson, Unanswered, Unanswered),
    rule(D::NoMessage, Unanswered, Unanswered),
    rule(D::UnknownType, Unanswered, Unanswered),
    rule(D::OddType, Served, Refused(FormationViolation)),
    rule(D::UnreadableId, Refused(FormationViolation), Refused(FormationViolation)),
    rule(D::NumericId, Served, Refused(FormationViolation)),
    rule(D::EmptyId, Served, Refused(FormationViolation)),
    rule(D::LongId, Refused(ProtocolError), Refused(ProtocolError)),
    rule(D::NoAction, Refused(FormationViolation), Refused(FormationViolation)),
    rule(D::MissingPayload, Refused(TypeConstraintViolation), Refused(FormationViolation)),
    rule(D::FurtherElements, Served, Refused(FormationViolation)),
    rule(D::NullPayload, Refused(TypeConstraintViolation), Refused(TypeConstraintViolation)),
    rule(D::DoubledName, Served, Refused(FormationViolation)),
];

/// OCPP-J 1.6: §4.1 defines the elements, §4.2.3 the errors. RFC 8259 §8.1 lets a reader ignore a byte order mark.
pub(super) const OCPP_J_1_6: &[ToleranceRule] = &[
    rule(D::ByteOrderMark, Served, Refused(FormationViolation)),
    rule(D::TrailingNul, Served, Refused(FormationViolation)),
    rule(D::NotJson, Refused(FormationViolation), Refused(FormationViolation)),
    rule(D::NoMessage, Unanswered, Unanswered),
    rule(D::UnknownType, Refused(FormationViolation), Refused(FormationViolation)),
    rule(D::OddType, Served, Refused(FormationViolation)),
    rule(D::UnreadableId, Refused(FormationViolation), Refused(FormationViolation)),
    rule(D::NumericId, Served, Refused(FormationViolation)),
    rule(D::EmptyId, Served, Refused(FormationViolation)),
    rule(D::LongId, Served, Refused(FormationViolation)),
    rule(D::NoAction, Refused(FormationViolation), Refused(FormationViolation)),
    rule(D::MissingPayload, Served, Refused(FormationViolation)),
    rule(D::FurtherElements, Served, Refused(FormationViolation)),
    rule(D::NullPayload, Served, Refused(TypeConstraintViolation)),
    rule(D::DoubledName, Served, Refused(FormationViolation)),
];

/// OCPP-J 2.x (2.0.1 part 4 §4.2.3 and §4.4): an unknown type and a frame without a readable id have codes of their own.
pub(super) const OCPP_J_2_X: &[ToleranceRule] = &[
    rule(D::ByteOrderMark, Served, Refused(FormationViolation)),
    rule(D::TrailingNul, Served, Refused(FormationViolation)),
    rule(D::NotJson, Refused(RpcFrameworkError), Refused(RpcFrameworkError)),
    rule(D::NoMessage, Refused(RpcFrameworkError), Refused(RpcFrameworkError)),
    rule(D::UnknownType, Refused(MessageTypeNotSupported), Refused(MessageTypeNotSupported)),
    rule(D::OddType, Served, Refused(FormationViolation)),
    rule(D::UnreadableId, Refused(RpcFrameworkError), Refused(RpcFrameworkError)),
    rule(D::NumericId, Served, Refused(FormationViolation)),
    rule(D::EmptyId, Served, Refused(FormationViolation)),
    rule(D::LongId, Served, Refused(FormationViolation)),
    rule(D::NoAction, Refused(FormationViolation), Refused(FormationViolation)),
    rule(D::MissingPayload, Served, Refused(FormationViolation)),
    rule(D::FurtherElements, Served, Refused(FormationViolation)),
    rule(D::NullPayload, Served, Refused(TypeConstraintViolation)),
    rule(D::DoubledName, Served, Refused(FormationViolation)),
];

impl ToleranceRule {
    /// What the rules of a version say about a deviation.
    pub(super) fn find(rules: &[ToleranceRule], deviation: FrameDeviation, strictness: Strictness) -> FrameTreatment {
        let rule = rules.iter().find(|rule| rule.deviation == deviation);
        rule.map_or(Unanswered, |rule| match strictness {
            Strictness::Tolerant => rule.tolerant,
            Strictness::Strict => rule.strict,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::generated_page::assert_generated;
    use crate::ocpp::{FindingRule, Version};

    const BEGIN: &str = "<!-- tolerances -->\n";
    const END: &str = "<!-- end of tolerances -->";

    /// The deviations in the order of the page, in its words.
    const ROWS: &[(FrameDeviation, &str)] = &[
        (D::ByteOrderMark, "a byte order mark (U+FEFF) before the text"),
        (D::TrailingNul, "NUL bytes behind the text"),
        (D::NotJson, "text that is not JSON, but begins like a call with an id: `[2,\"id\",`"),
        (
            D::NoMessage,
            "other text that is not JSON; JSON that is not an array; an array whose first element is no type; answered under the id `\"-1\"`",
        ),
        (D::UnknownType, "another type number, with a readable id"),
        (D::OddType, "the type in another form than a bare digit: `\"2\"`, `2.0`"),
        (D::UnreadableId, "an id that is missing, `null`, or neither text nor number; answered under the id `\"-1\"`"),
        (D::NumericId, "an id that is a number; it is returned as it was written"),
        (D::EmptyId, "the id `\"\"`"),
        (D::LongId, "an id of more than 36 characters"),
        (D::NoAction, "a call without an action, or with an action that is not a text"),
        (D::MissingPayload, "a call without a payload; served as `null`"),
        (D::FurtherElements, "a call with more than four elements; the rest is ignored"),
        (D::NullPayload, "`null` as the payload, where `{}` is valid; served as `{}`"),
        (D::DoubledName, "a name that occurs twice in one object; the last one counts"),
    ];

    fn table() -> String {
        let mut table =
            "| deviation | SRPC | SRPC, strict | 1.6 | 1.6, strict | 2.x | 2.x, strict |\n|---|---|---|---|---|---|---|\n"
                .to_owned();
        for (deviation, words) in ROWS {
            write!(table, "| {words} |").unwrap();
            for version in [Version::V1_5, Version::V1_6, Version::V2_0_1] {
                for strictness in Strictness::ALL {
                    match version.dialect().treatment(*deviation, strictness) {
                        Served => write!(table, " served |").unwrap(),
                        Refused(code) => write!(table, " `{}` |", version.dialect().sent_error_name(code)).unwrap(),
                        Unanswered => write!(table, " no answer |").unwrap(),
                    }
                }
            }
            table.push('\n');
        }
        table
    }

    #[test]
    fn the_page_documents_the_tolerances() {
        assert_generated("docs/srpc.md", BEGIN, END, &table());
    }

    #[test]
    fn every_table_has_every_deviation_once() {
        for version in Version::ALL {
            let table = version.dialect().frame_tolerances;
            assert_eq!(table.len(), ROWS.len());
            for (deviation, _) in ROWS {
                assert_eq!(table.iter().filter(|rule| rule.deviation == *deviation).count(), 1, "{deviation:?}");
            }
        }
    }

    /// What strict refuses is refused with the code that the rule of its finding has.
    #[test]
    fn findings_have_the_codes_of_the_table() {
        for version in Version::ALL {
            for (deviation, rule) in [(D::NullPayload, FindingRule::Type), (D::DoubledName, FindingRule::DoubledName)] {
                let treatment = version.dialect().treatment(deviation, Strictness::Strict);
                assert_eq!(treatment, Refused(rule.error_code(version)), "{deviation:?} in {version}");
            }
        }
    }

    #[test]
    fn strictness_has_names() {
        for strictness in Strictness::ALL {
            assert_eq!(Strictness::parse(strictness.name()), Some(strictness));
        }
        assert_eq!((Strictness::parse("lax"), Strictness::default()), (None, Strictness::Tolerant));
    }
}
