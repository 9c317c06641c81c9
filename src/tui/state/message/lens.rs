//! The lens: the message as a peer of another version or transport would see it, and what is lost on the way.

use super::line::{LineTone, TextLine};
use super::shape::{self, FrameShape};
use crate::ocpp::lens::{LensContext, LensForm, LensView, translate};
use crate::ocpp::{MessagePart, Transport};
use crate::rpc::soap::{ANONYMOUS, RequestHeaders, ResponseHeaders, write_request, write_response};
use crate::rpc::srpc::{MessageId, encode_call, encode_result};
use crate::trace::Record;
use crate::trace::decode::id_text;
use crate::tui::context::ReadContext;
use crate::tui::widget::{lay_out, lay_out_xml};

/// The lines of a record in a form; `None` is the one that stands beside its own.
pub(super) fn lines(record: &Record<'_>, form: Option<LensForm>, outside: &ReadContext<'_>, limit: usize) -> Vec<TextLine> {
    let Some(shape) = FrameShape::of(record, outside) else {
        return vec![TextLine::new("The lens shows calls and results of actions that the definitions know.", LineTone::Muted)];
    };
    let Some(payload) = shape::payload(record) else {
        return vec![TextLine::new("There is no payload to show: it does not read as JSON.", LineTone::Muted)];
    };
    let form = form.unwrap_or_else(|| LensForm::beside(shape.version, record.transport));
    let own = LensForm { version: shape.version, transport: record.transport };
    let mut lines = vec![
        TextLine::new(format!("{own} as {form}"), LineTone::Title)
            .and("   lens 1.2S, 1.5S, 1.6J, 2.0.1 … on the command line: another one", LineTone::Muted),
    ];
    let part = if shape.is_result { MessagePart::Response } else { MessagePart::Request };
    let view = match translate(outside.catalog, &shape.definition, part, &payload, (form.version, LensContext::default())) {
        Ok(view) => view,
        Err(error) => {
            lines.push(TextLine::new(format!("✗ {error}"), LineTone::Error).hanging(2));
            return lines;
        }
    };
    lines.extend(losses(&view, form));
    match &view.payload {
        Some(_) => {
            lines.push(TextLine::default());
            lines.extend(message(&view, part, (record, &shape), (form, outside), limit));
        }
        None => {
            lines.push(TextLine::default());
            let text = "Messages of 1.x and 2.x do not stand for each other; these are the differences.";
            lines.push(TextLine::new(text, LineTone::Muted));
        }
    }
    lines
}

/// What is not the same, each with its place.
fn losses(view: &LensView, form: LensForm) -> Vec<TextLine> {
    let mut lines: Vec<TextLine> = view
        .losses
        .iter()
        .map(|loss| {
            let tone = if loss.is_fatal() { LineTone::Error } else { LineTone::Warning };
            let sign = if loss.is_fatal() { "✗ " } else { "~ " };
            let text = format!("{}: {}", loss.pointer, loss.sentence(form.version));
            TextLine::new(sign, tone).and(text, tone).hanging(2)
        })
        .collect();
    if lines.is_empty() {
        lines.push(TextLine::new("✓ ", LineTone::Good).and("Nothing is lost.", LineTone::Base));
    }
    lines
}

/// The frame or the envelope.
fn message(
    view: &LensView,
    part: MessagePart,
    (record, shape): (&Record<'_>, &FrameShape),
    (form, outside): (LensForm, &ReadContext<'_>),
    limit: usize,
) -> Vec<TextLine> {
    let Some(payload) = view.payload.clone() else { return Vec::new() };
    let id = id_text(record).unwrap_or("1");
    let (version, action) = (form.version, &*view.action.name);
    match form.transport {
        Transport::WebSocket => {
            let text = match part {
                MessagePart::Request => encode_call(id, action, &payload.into()),
                MessagePart::Response => encode_result(&MessageId::text(id), &payload.into()),
            };
            lay_out(&text, limit).lines().map(TextLine::json).collect()
        }
        Transport::Soap => {
            let row = record.station.and_then(|key| outside.contents.stations().get(key));
            let text = match part {
                MessagePart::Request => {
                    let identity = row.map_or_else(String::new, |row| row.identity.to_string());
                    let to = ANONYMOUS.to_owned();
                    let headers = RequestHeaders { identity, to, message_id: Some(id.to_owned()), ..RequestHeaders::default() };
                    write_request(outside.catalog, version, shape.initiator, action, &payload, &headers)
                }
                MessagePart::Response => {
                    let headers = ResponseHeaders {
                        message_id: format!("{id}-answer"),
                        relates_to: Some(id.to_owned()),
                        to: ANONYMOUS.to_owned(),
                    };
                    write_response(outside.catalog, version, shape.initiator, action, &payload, &headers)
                }
            };
            lay_out_xml(&text, limit).iter().map(|line| super::soap::xml_line(line)).collect()
        }
    }
}
