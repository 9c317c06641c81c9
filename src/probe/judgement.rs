//! What a check found: what came, and what that means.

/// What the result of a check means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProbeVerdict {
    /// The peer can do it.
    Supported,
    /// It cannot, and no rule asks for it; or a rule only recommends it.
    NotSupported,
    /// It refuses what must be refused, or behaves as a rule asks.
    KeepsRule,
    /// It does what a rule forbids, or not what a rule requires.
    BreaksRule,
    /// There is no sense in the question for this peer.
    NotApplicable,
    /// It was not tried; the text says why.
    NotTried,
}

impl ProbeVerdict {
    /// All of them.
    pub const ALL: [ProbeVerdict; 6] = [
        ProbeVerdict::Supported,
        ProbeVerdict::NotSupported,
        ProbeVerdict::KeepsRule,
        ProbeVerdict::BreaksRule,
        ProbeVerdict::NotApplicable,
        ProbeVerdict::NotTried,
    ];

    /// The words for it.
    pub const fn words(self) -> &'static str {
        match self {
            ProbeVerdict::Supported => "supported",
            ProbeVerdict::NotSupported => "not supported",
            ProbeVerdict::KeepsRule => "keeps the rule",
            ProbeVerdict::BreaksRule => "breaks the rule",
            ProbeVerdict::NotApplicable => "not applicable",
            ProbeVerdict::NotTried => "not tried",
        }
    }

    /// The name of it in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            ProbeVerdict::Supported => "supported",
            ProbeVerdict::NotSupported => "notSupported",
            ProbeVerdict::KeepsRule => "keepsRule",
            ProbeVerdict::BreaksRule => "breaksRule",
            ProbeVerdict::NotApplicable => "notApplicable",
            ProbeVerdict::NotTried => "notTried",
        }
    }
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckJudgement {
    /// What it means.
    pub verdict: ProbeVerdict,
    /// What came. It may hold text of the peer.
    pub came: String,
    /// What to do about it; empty when there is nothing to do.
    pub remedy: &'static str,
}

impl CheckJudgement {
    fn new(verdict: ProbeVerdict, came: impl Into<String>) -> CheckJudgement {
        CheckJudgement { verdict, came: came.into(), remedy: "" }
    }

    pub(super) fn supported(came: impl Into<String>) -> CheckJudgement {
        CheckJudgement::new(ProbeVerdict::Supported, came)
    }

    pub(super) fn not_supported(came: impl Into<String>) -> CheckJudgement {
        CheckJudgement::new(ProbeVerdict::NotSupported, came)
    }

    pub(super) fn keeps(came: impl Into<String>) -> CheckJudgement {
        CheckJudgement::new(ProbeVerdict::KeepsRule, came)
    }

    pub(super) fn breaks(came: impl Into<String>, remedy: &'static str) -> CheckJudgement {
        CheckJudgement { remedy, ..CheckJudgement::new(ProbeVerdict::BreaksRule, came) }
    }

    pub(super) fn not_applicable(came: impl Into<String>) -> CheckJudgement {
        CheckJudgement::new(ProbeVerdict::NotApplicable, came)
    }

    pub(super) fn not_tried(came: impl Into<String>) -> CheckJudgement {
        CheckJudgement::new(ProbeVerdict::NotTried, came)
    }

    /// The same with an advice.
    pub(super) fn advising(self, remedy: &'static str) -> CheckJudgement {
        CheckJudgement { remedy, ..self }
    }
}
