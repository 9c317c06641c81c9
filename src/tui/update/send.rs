//! Sending the text of the editor: confirmation of faults and of physical actions, one order or a batch, the summary at the end.

use super::effect::UpdateEffect;
use super::{drafts, results};
use crate::compose::{self, SpanMap, UsedValues, line_and_column};
use crate::config::SavedPart;
use crate::console::{self, GivenCalls};
use crate::hub::{LinkCommand, Order, Receipt};
use crate::link::ReleaseAction;
use crate::rpc::OutgoingPayload;
use crate::trace::unmask_payload;
use crate::tui::app::App;
use crate::tui::assist;
use crate::tui::context::ReadContext;
use crate::tui::state::{ConfirmPurpose, ConfirmQuestion, Editor, RepeatPlan, SendBatch, SendTemplate};
use crate::tui::widget::format::duration;

/// A call to more stations than this is confirmed, whatever the action.
const MANY: usize = 10;

/// Sends the text of the editor. A fault is confirmed with the same key; a physical effect or many stations with `y`.
pub fn send(app: &mut App, pace: RepeatPlan, stays: bool, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    if app.batch.as_ref().is_some_and(SendBatch::is_sending) {
        app.toasts.error("The last order is still being repeated; Esc stops it", outside.now.monotonic_micros);
        return Vec::new();
    }
    let Some(editor) = app.overlays.get_mut::<Editor>() else { return Vec::new() };
    editor.hide_proposals();
    if editor.objection().is_some() && !editor.armed {
        editor.armed = true;
        return Vec::new();
    }
    let subject = &editor.subject;
    let physical = console::is_physical(&subject.action);
    let many = subject.targets.len() > MANY;
    let doubled = doubled_names(&editor.text()).filter(|_| !subject.is_raw());
    if app.confirm && (physical || many || doubled.is_some()) {
        let times = if pace.times > 1 { format!("{} times ", pace.times) } else { String::new() };
        let doubled = doubled.map(|doubled| format!(" {doubled}")).unwrap_or_default();
        let text = format!("{} {times}to {}?{doubled}", subject.what(), subject.names);
        app.overlays.open(ConfirmQuestion { text, purpose: ConfirmPurpose::Send { pace, stays } });
        return Vec::new();
    }
    submit(app, pace, stays, outside)
}

/// The question about a payload with a name that occurs twice in its object; `None` without one.
fn doubled_names(text: &str) -> Option<String> {
    let map = SpanMap::of(text);
    let key = map.repeated_keys().first()?;
    let (line, column) = line_and_column(text, key.start);
    Some(format!("{} occurs twice in its object (line {line}, column {column}).", &text[key.clone()]))
}

/// Makes the order. The payload leaves as it is in the editor. Text that is no JSON cannot be a payload, so it is put into a frame
/// unchanged.
pub fn submit(app: &mut App, pace: RepeatPlan, stays: bool, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let now = outside.now.monotonic_micros;
    let Some(editor) = app.overlays.get_mut::<Editor>() else { return Vec::new() };
    let (subject, typed) = (&editor.subject, editor.text());
    // Every station must have a value for every variable, before anything is sent.
    let mut text = None;
    for station in &subject.targets {
        if !compose::has_variables(&typed) {
            break;
        }
        match compose::resolve(&typed, &assist::template_values(*station, 1, outside)) {
            Ok(resolved) => _ = text.get_or_insert(resolved.text),
            Err((_, fault)) => {
                app.toasts.error(format!("Nothing was sent: {fault}"), now);
                return Vec::new();
            }
        }
    }
    let template = text.is_some().then(|| SendTemplate { text: typed.clone(), action: subject.action.clone(), made: 0 });
    let text = text.unwrap_or(typed);
    let command = if let Some(held) = subject.held {
        let waiting = outside.gate.held().into_iter().find(|frame| frame.number == held.number);
        let text = waiting.map_or_else(|| text.clone(), |frame| unmask_payload(&text, &frame.payload.to_string()));
        match OutgoingPayload::parse(&text) {
            Ok(payload) => LinkCommand::Release { number: held.number, action: ReleaseAction::Go(Some(payload)) },
            Err(_) => {
                app.toasts.error("What waits goes on with a payload, and this is no JSON", now);
                return Vec::new();
            }
        }
    } else {
        command(&subject.action, text, now)
    };
    if let LinkCommand::Call { action, payload } = &command {
        app.used.insert(action.clone(), UsedValues::of(payload.value()));
    }
    let what = subject.what().to_owned();
    let order = Order { targets: subject.targets.clone(), command };
    editor.stays = stays;
    if order.targets.len() == 1 && pace == RepeatPlan::ONCE {
        app.single = Some((order.clone(), outside.contents.records().range().end));
        return vec![UpdateEffect::Submit { order, what }];
    }
    let mut effects = Vec::new();
    if stays {
        editor.armed = false;
    } else {
        effects.extend(leave_editor(app));
    }
    let mut batch = SendBatch::new(order, what, pace, now, outside.contents.records().range().end);
    batch.template = template;
    app.batch = Some(batch);
    effects.extend(continue_batch(app, outside));
    effects
}

/// What a text is sent as: a call, or a frame where it is a whole one or no JSON.
fn command(action: &str, text: String, now: u64) -> LinkCommand {
    if action.is_empty() {
        return LinkCommand::Raw(text);
    }
    match OutgoingPayload::parse(&text) {
        Ok(payload) => LinkCommand::Call { action: action.to_owned(), payload },
        Err(_) => LinkCommand::Raw(format!("[2,\"raw-{now}\",\"{action}\",{text}]")),
    }
}

/// Closes the editor and removes the draft of what was sent.
fn leave_editor(app: &mut App) -> Option<UpdateEffect> {
    let editor = app.overlays.close::<Editor>()?;
    let forgotten = drafts::forget(app, &editor.subject);
    (forgotten || editor.revision > 0).then_some(UpdateEffect::Keep(SavedPart::Drafts))
}

/// Hands out the orders of the batch that are due, and ends the batch when everything is answered.
pub fn continue_batch(app: &mut App, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let now = outside.now.monotonic_micros;
    let Some(batch) = &mut app.batch else { return Vec::new() };
    let mut effects = Vec::new();
    for _ in 0..batch.due(now) {
        let Some(template) = &mut batch.template else {
            effects.push(UpdateEffect::Give(batch.order.clone()));
            continue;
        };
        let mut refused = Vec::new();
        for station in &batch.order.targets {
            template.made += 1;
            match compose::resolve(&template.text, &assist::template_values(*station, template.made, outside)) {
                Ok(resolved) => {
                    let command = command(&template.action, resolved.text, now);
                    effects.push(UpdateEffect::Give(Order { targets: vec![*station], command }));
                }
                Err((_, fault)) => refused.push((*station, fault.to_string())),
            }
        }
        for refusal in refused {
            batch.count_receipt(Receipt { taken: Vec::new(), refused: vec![refusal] });
        }
    }
    batch.count_answers(outside.contents);
    if effects.is_empty() && batch.is_over() {
        let mut summary = batch.summary();
        if let Some((_, reason)) = &batch.refusal {
            summary = format!("{summary} ({reason})");
        }
        let only = batch.only().and_then(|(answer, latency)| Some((results::meaning(answer, outside)?, latency)));
        if let Some((meaning, latency)) = only {
            let names = assist::names(&batch.order.targets, outside.contents);
            summary = format!("{} → {names}: {meaning}  {}", batch.what, duration(latency));
        }
        app.toasts.result(summary.clone(), batch.failed(), now);
        if let Some(batch) = app.batch.take().filter(|batch| matches!(batch.order.command, LinkCommand::Call { .. })) {
            // When nothing failed, the sentence says all; a list that opens would take the next key.
            let waiting = !batch.touched && batch.failed();
            results::keep(app, batch.result(summary), waiting, outside);
        }
        app.batch = None;
    }
    effects
}

/// Counts what the links did with an order of the batch.
pub fn given(app: &mut App, receipt: Receipt) {
    if let Some(batch) = &mut app.batch {
        batch.count_receipt(receipt);
    }
}

/// Stops a batch that is still being sent. False when there is none.
pub fn stop(app: &mut App) -> bool {
    let Some(batch) = app.batch.as_mut().filter(|batch| batch.is_sending()) else { return false };
    batch.stop();
    true
}

/// Reports the result of a single order. The editor closes when a link accepted it, unless it has to stay open.
pub fn submitted(app: &mut App, what: &str, receipt: &Receipt, outside: &ReadContext<'_>) -> Vec<UpdateEffect> {
    let now = outside.now.monotonic_micros;
    if let Some((station, reason)) = receipt.refused.first() {
        let name = assist::names(&[*station], outside.contents);
        app.toasts.error(format!("{what} did not go to {name}: {reason}"), now);
    }
    if receipt.taken.is_empty() {
        if let Some(editor) = app.overlays.get_mut::<Editor>() {
            editor.armed = false;
        }
        return Vec::new();
    }
    if receipt.refused.is_empty() {
        app.toasts.done(format!("{what} → {}", assist::names(&receipt.taken, outside.contents)), now);
    }
    app.trace.await_call(receipt.taken.clone(), what.to_owned());
    let single = app.single.take().filter(|(order, _)| matches!(order.command, LinkCommand::Call { .. }));
    if let Some((order, from)) = single.filter(|(order, _)| order.targets == receipt.taken) {
        let names = assist::names(&order.targets, outside.contents);
        let calls = GivenCalls { order, action: what.to_owned(), receipt: receipt.clone(), from };
        app.batch = Some(SendBatch::given(calls, names, now));
    }
    match app.overlays.get_mut::<Editor>().filter(|editor| editor.stays) {
        Some(editor) => {
            editor.armed = false;
            Vec::new()
        }
        None => leave_editor(app).into_iter().collect(),
    }
}

/// Counts the answers to the calls of a command, as to those of the editor. While another order is being counted only their number is shown.
pub fn called(app: &mut App, calls: GivenCalls, outside: &ReadContext<'_>) {
    let now = outside.now.monotonic_micros;
    let names = assist::names(&calls.order.targets, outside.contents);
    app.toasts.info(format!("{} → {names}", calls.action), now);
    if app.batch.is_none() {
        app.batch = Some(SendBatch::given(calls, names, now));
    }
}
