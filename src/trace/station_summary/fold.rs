//! Which message contains which fact about a station. Only messages that change a known fact are read as JSON; the
//! others cost a comparison. What only OCPP 2.x has is in `events` and in `device_model`.

use super::{BootSummary, ConfigurationKey, ConnectorPlace, ConnectorSummary, MOST_KEYS, StationSummary, TransactionSummary};
use crate::ocpp::TreeMember;
use crate::trace::device_model::{ReportOddity, is_about_model};
use crate::trace::fields::{BorrowedObject, BorrowedValue, LONGEST, RecordPayload, id, member, number, object, short, text};
use crate::trace::{FrameKind, FrameVerdict, Record, RecordKind, Store};

/// Takes a record in. The calls of answers are among the records. Returns what is odd about it among the messages before.
pub(super) fn record(
    station: &mut StationSummary,
    record: &Record<'_>,
    payload: &RecordPayload<'_, '_>,
    records: &Store,
) -> Option<ReportOddity> {
    let kind = match record.kind {
        RecordKind::Frame(_, kind) => kind,
        RecordKind::Connected => {
            station.handshake = Some(record.sequence);
            station.attempted(record.sequence, record.link);
            return None;
        }
        RecordKind::Refused | RecordKind::Retry if record.attempt().is_some() => {
            if record.handshake().is_some() {
                station.handshake = Some(record.sequence);
            }
            station.attempted(record.sequence, None);
            return None;
        }
        RecordKind::Disconnected | RecordKind::Lost => {
            station.ended(record.sequence, record.link);
            return None;
        }
        RecordKind::Timeout | RecordKind::Unreachable => {
            station.fault_micros = Some(record.monotonic_micros);
            if record.attempt().is_some() {
                station.attempted(record.sequence, None);
            }
            return None;
        }
        _ => return None,
    };
    station.rate.count(record.monotonic_micros);
    if kind.is_error() || kind == FrameKind::Malformed || record.verdict == FrameVerdict::Invalid {
        station.fault_micros = Some(record.monotonic_micros);
    }
    let action = record.action?;
    if let Some(needs_call) = is_about_model(kind, action) {
        if record.text.len() > LONGEST {
            return Some(station.model.get_or_insert_default().pass_over(record.text.len()));
        }
        return model(station, record, payload.object()?, needs_call.then_some(records), action);
    }
    match (kind, action) {
        (FrameKind::Call, "Heartbeat") => station.heartbeat_micros = Some(record.monotonic_micros),
        (FrameKind::Call, "BootNotification") => with(payload, |payload| boot(station, record, payload)),
        (FrameKind::Result, "BootNotification") => with(payload, |payload| booted(station, payload)),
        (FrameKind::Call, "StatusNotification") => with(payload, |payload| status(station, record, payload)),
        (FrameKind::Result, "StartTransaction") => with(payload, |answer| {
            let call = record.partner.and_then(|call| records.get(call));
            if let Some(call) = call {
                read(&call, |asked| start(station, record, asked, answer));
            }
        }),
        (
            FrameKind::Result,
            "SetChargingProfile"
            | "ClearChargingProfile"
            | "GetCompositeSchedule"
            | "RemoteStartTransaction"
            | "RequestStartTransaction",
        ) => with(payload, |answer| {
            let call = record.partner.and_then(|call| records.get(call));
            if let Some(call) = call {
                read(&call, |asked| station.charging.answered(action, asked, answer, record.wall_micros));
            }
        }),
        (FrameKind::Call, "StopTransaction") => with(payload, |payload| stop(station, record, payload)),
        (FrameKind::Result, "GetConfiguration") => with(payload, |payload| configuration(station, payload)),
        (FrameKind::Result, "ChangeConfiguration") => with(payload, |answer| {
            let call = record.partner.and_then(|call| records.get(call));
            if let (Some(call), Some(status)) = (call, text(answer, "status")) {
                read(&call, |asked| changed(station, asked, status));
            }
        }),
        (FrameKind::Call, "TransactionEvent") => with(payload, |payload| station.transaction_event(record, payload)),
        (FrameKind::Result, "GetLocalListVersion") => with(payload, |answer| {
            let version = number(answer, "listVersion").or_else(|| number(answer, "versionNumber"));
            station.local_list = version.or(station.local_list);
        }),
        (FrameKind::Result, "SendLocalList") => with(payload, |answer| {
            let call = record.partner.and_then(|call| records.get(call));
            if let Some(call) = call.filter(|_| text(answer, "status").as_deref() == Some("Accepted")) {
                let version =
                    |asked: &BorrowedObject<'_>| number(asked, "listVersion").or_else(|| number(asked, "versionNumber"));
                read(&call, |asked| station.local_list = version(asked).or(station.local_list));
            }
        }),
        _ => {}
    }
    None
}

/// Hands a message about the device model over. `records` are there when its call is needed.
fn model(
    station: &mut StationSummary,
    record: &Record<'_>,
    payload: &BorrowedObject<'_>,
    records: Option<&Store>,
    action: &str,
) -> Option<ReportOddity> {
    let call = records.and_then(|records| records.get(record.partner?));
    let asked = call.as_ref().and_then(object);
    if action == "NotifyEvent" {
        station.availability_event(record, payload);
    }
    station.model.get_or_insert_default().take(action, payload, asked.as_deref(), record.wall_micros)
}

/// Hands the payload of the record over, when it is an object.
fn with(payload: &RecordPayload<'_, '_>, take: impl FnOnce(&BorrowedObject<'_>)) {
    if let Some(payload) = payload.object() {
        take(payload);
    }
}

/// The same for the payload of another record.
fn read(record: &Record<'_>, take: impl FnOnce(&BorrowedObject<'_>)) {
    if let Some(payload) = object(record) {
        take(&payload);
    }
}

fn boot(station: &mut StationSummary, record: &Record<'_>, payload: &BorrowedObject<'_>) {
    let mut fields = Vec::new();
    boot_fields(payload, &mut fields);
    station.boot = Some(BootSummary { fields, wall_micros: record.wall_micros, status: None, interval: None });
    station.heartbeat_micros = Some(record.monotonic_micros);
}

/// The fields of a boot notification; in OCPP 2.x they are in objects, whose names say nothing more.
fn boot_fields(payload: &BorrowedObject<'_>, fields: &mut Vec<(Box<str>, Box<str>)>) {
    for TreeMember { name, value } in payload {
        match value {
            _ if fields.len() >= MOST_KEYS => return,
            BorrowedValue::Object(inside) if matches!(&**name, "chargingStation" | "modem") => boot_fields(inside, fields),
            BorrowedValue::Text(text) => fields.push((short(name), short(text))),
            other => fields.push((short(name), short(&other.to_value().to_string()))),
        }
    }
}

fn booted(station: &mut StationSummary, answer: &BorrowedObject<'_>) {
    let boot = station.boot.get_or_insert_default();
    boot.status = text(answer, "status");
    // `heartbeatInterval` is the name in OCPP 1.2 and 1.5.
    let interval = number(answer, "interval").or_else(|| number(answer, "heartbeatInterval"));
    boot.interval = interval.and_then(|seconds| u64::try_from(seconds).ok());
}

fn status(station: &mut StationSummary, record: &Record<'_>, payload: &BorrowedObject<'_>) {
    let status = text(payload, "status").or_else(|| text(payload, "connectorStatus"));
    let (Some(connector), Some(status)) = (number(payload, "connectorId"), status) else { return };
    let place = ConnectorPlace { evse: number(payload, "evseId").unwrap_or_default(), connector };
    let error = member(payload, "errorCode").and_then(BorrowedValue::as_str).filter(|code| *code != "NoError").map(short);
    station.put_connector(place, ConnectorSummary { status, error, wall_micros: record.wall_micros });
}

fn start(station: &mut StationSummary, record: &Record<'_>, asked: &BorrowedObject<'_>, answer: &BorrowedObject<'_>) {
    let Some(id) = id(answer, "transactionId") else { return };
    station.put_transaction(TransactionSummary {
        id,
        place: ConnectorPlace::numbered(number(asked, "connectorId").unwrap_or(0)),
        id_tag: text(asked, "idTag").unwrap_or_default(),
        meter_start: number(asked, "meterStart"),
        began_micros: record.wall_micros,
        ..TransactionSummary::default()
    });
}

fn stop(station: &mut StationSummary, record: &Record<'_>, payload: &BorrowedObject<'_>) {
    let Some(transaction) = id(payload, "transactionId").and_then(|id| station.transaction_mut(&id)) else { return };
    transaction.ended_micros = Some(record.wall_micros);
    transaction.meter_stop = number(payload, "meterStop");
    transaction.reason = text(payload, "reason");
    let connector = transaction.place.number();
    station.charging.ended(connector, record.wall_micros);
}

fn configuration(station: &mut StationSummary, payload: &BorrowedObject<'_>) {
    let Some(BorrowedValue::Array(keys)) = member(payload, "configurationKey") else { return };
    for key in keys.iter().filter_map(BorrowedValue::as_object) {
        let Some(name) = text(key, "key") else { continue };
        let read_only = member(key, "readonly").and_then(BorrowedValue::as_bool).unwrap_or_default();
        let change = station.configuration.get(&name).and_then(|known| known.change.clone());
        put_key(station, name, ConfigurationKey { value: text(key, "value"), read_only, change });
    }
}

fn changed(station: &mut StationSummary, asked: &BorrowedObject<'_>, status: Box<str>) {
    let Some(name) = text(asked, "key") else { return };
    let known = station.configuration.get(&name).cloned();
    if matches!(&*status, "Accepted" | "RebootRequired") {
        let key = ConfigurationKey { value: text(asked, "value"), read_only: false, change: Some(status) };
        put_key(station, name, key);
    } else if let Some(known) = known {
        put_key(station, name, ConfigurationKey { change: Some(status), ..known });
    }
}

fn put_key(station: &mut StationSummary, name: Box<str>, key: ConfigurationKey) {
    if station.configuration.len() < MOST_KEYS || station.configuration.contains_key(&name) {
        station.configuration.insert(name, key);
    }
}
