//! What the rules of the user do to a frame of a pair: one after the other, each on what the rule before it left.

use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::frame_text::{gate_frame, marked_edited, with_action, with_payload};
use super::passing::PassingFate;
use super::reading::{FrameReader, ReadFrame, speaker};
use super::state::{RelayContext, RelayState};
use crate::clock::Moment;
use crate::link::intercept::gate::FrameOutline;
use crate::link::intercept::rewrite::{RewriteChange, RewriteRule};
use crate::ocpp::MessageDefinition;
use crate::trace::{Frame, FrameKind, FrameText, PairLeg};

impl RelayState {
    /// A frame as the rules leave it, and how it goes on.
    pub(super) fn rewrite(
        &mut self,
        from: PairLeg,
        mut read: ReadFrame,
        mut text: FrameText,
        now: Moment,
    ) -> (ReadFrame, FrameText, PassingFate) {
        let mut fate = PassingFate::default();
        let gate = self.context.gate.clone();
        for rule in &*gate.rewrites().all() {
            let Frame { direction, kind, code, .. } = read.frame;
            let action = read.frame.action.as_deref().unwrap_or_default();
            let outline = FrameOutline { direction, kind, action, code, text: &text };
            if !gate.selects(&rule.filter, self.context.station, outline, now) {
                continue;
            }
            let before = fate.is_plain();
            match &rule.change {
                RewriteChange::Drop => fate.dropped = true,
                RewriteChange::Duplicate => fate.twice = true,
                RewriteChange::Reorder => fate.behind = true,
                RewriteChange::Delay(delay) => fate.delay = Some(fate.delay.unwrap_or_default() + *delay),
                RewriteChange::Payload(_) | RewriteChange::Replace(..) | RewriteChange::Action(_) => {
                    let changed = self.changed_text(from, &read, &text, &rule.change).filter(|changed| **changed != *text);
                    rule.count(changed.is_some());
                    let Some(changed) = changed else { continue };
                    let changed = FrameText::from(changed);
                    let RelayContext { catalog, numbers, version, .. } = &self.context;
                    let mut reader = FrameReader { catalog, version: *version, numbers, open: &mut self.open };
                    let ReadFrame { frame, id, answers, definition } = reader.reread(from, read, &changed);
                    let frame = marked_edited(frame, &text, &name_of(rule));
                    read = ReadFrame { frame, id, answers, definition };
                    text = changed;
                    continue;
                }
            }
            rule.count(true);
            if before || fate.dropped {
                fate.by = name_of(rule).into();
            }
            if fate.dropped {
                break;
            }
        }
        (read, text, fate)
    }

    /// What a change makes of a text; `None` where it has nothing to change.
    fn changed_text(&self, from: PairLeg, read: &ReadFrame, text: &Utf8Bytes, change: &RewriteChange) -> Option<String> {
        let frame = &read.frame;
        match change {
            RewriteChange::Payload(change) => {
                let payload = gate_frame(frame, self.context.version)?.payload;
                let action = frame.action.as_deref().unwrap_or_default();
                let caller = if frame.kind.is_request() { from } else { from.other() };
                let definition = self.context.catalog.action(self.context.version, speaker(caller), action);
                let message: Option<&MessageDefinition> = match frame.kind {
                    FrameKind::Call | FrameKind::Send => definition.map(|definition| &definition.request),
                    FrameKind::Result => definition.map(|definition| &definition.response),
                    FrameKind::Error | FrameKind::ResultError | FrameKind::Malformed => None,
                };
                let changed = change(&payload, action, message);
                if changed == payload { None } else { with_payload(text, (frame.kind, frame.kind), &changed) }
            }
            RewriteChange::Replace(expression, by) => Some(expression.replace_all(text, by.as_str()).into_owned()),
            RewriteChange::Action(name) if frame.kind.is_request() => with_action(text, name),
            _ => None,
        }
    }
}

/// How a rule is named where a frame is marked with what it did.
pub(super) fn name_of(rule: &RewriteRule) -> String {
    format!("rewrite rule {}", rule.number)
}

impl PassingFate {
    /// Whether nothing was decided about it.
    pub(super) fn is_plain(&self) -> bool {
        !self.dropped && !self.twice && !self.behind && self.delay.is_none()
    }
}
