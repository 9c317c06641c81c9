//! Which message contains which fact about a station. Only messages that change a known fact are read as JSON; the
//! others cost a comparison.

use super::{BootSummary, ConfigurationKey, ConnectorSummary, MOST_KEYS, REMEMBERED, StationSummary, TransactionSummary};
use crate::trace::fields::{BorrowedObject, BorrowedValue, member, number, object, short, text};
use crate::trace::{FrameKind, FrameVerdict, Record, RecordKind, Store};

/// Takes a record in. The calls of answers are among the records.
pub(super) fn record(station: &mut StationSummary, record: &Record<'_>, records: &Store) {
    let kind = match record.kind {
        RecordKind::Frame(_, kind) => kind,
        RecordKind::Connected => {
            station.handshake = Some(record.sequence);
            return;
        }
        RecordKind::Refused | RecordKind::Retry if record.handshake().is_some() => {
            station.handshake = Some(record.sequence);
            return;
        }
        RecordKind::Timeout | RecordKind::Unreachable => {
            station.fault_micros = Some(record.monotonic_micros);
            return;
        }
        _ => return,
    };
    station.rate.count(record.monotonic_micros);
    if kind.is_error() || kind == FrameKind::Malformed || record.verdict == FrameVerdict::Invalid {
        station.fault_micros = Some(record.monotonic_micros);
    }
    let Some(action) = record.action else { return };
    match (kind, action) {
        (FrameKind::Call, "Heartbeat") => station.heartbeat_micros = Some(record.monotonic_micros),
        (FrameKind::Call, "BootNotification") => read(record, |payload| boot(station, record, payload)),
        (FrameKind::Result, "BootNotification") => read(record, |payload| booted(station, payload)),
        (FrameKind::Call, "StatusNotification") => read(record, |payload| status(station, record, payload)),
        (FrameKind::Result, "StartTransaction") => read(record, |answer| {
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
        ) => read(record, |answer| {
            let call = record.partner.and_then(|call| records.get(call));
            if let Some(call) = call {
                read(&call, |asked| station.charging.answered(action, asked, answer, record.wall_micros));
            }
        }),
        (FrameKind::Call, "StopTransaction") => read(record, |payload| stop(station, record, payload)),
        (FrameKind::Result, "GetConfiguration") => read(record, |payload| configuration(station, payload)),
        (FrameKind::Result, "ChangeConfiguration") => read(record, |answer| {
            let call = record.partner.and_then(|call| records.get(call));
            if let (Some(call), Some(status)) = (call, text(answer, "status")) {
                read(&call, |asked| changed(station, asked, status));
            }
        }),
        _ => {}
    }
}

/// Hands the payload of a call or a result over, when it is an object.
fn read(record: &Record<'_>, take: impl FnOnce(&BorrowedObject<'_>)) {
    if let Some(payload) = object(record) {
        take(&payload);
    }
}

fn boot(station: &mut StationSummary, record: &Record<'_>, payload: &BorrowedObject<'_>) {
    let fields = payload.iter().take(MOST_KEYS).map(|(name, value)| {
        let value = value.as_str().map_or_else(|| short(&value.to_string()), short);
        (short(name), value)
    });
    station.boot =
        Some(BootSummary { fields: fields.collect(), wall_micros: record.wall_micros, status: None, interval: None });
    station.heartbeat_micros = Some(record.monotonic_micros);
}

fn booted(station: &mut StationSummary, answer: &BorrowedObject<'_>) {
    let boot = station.boot.get_or_insert_default();
    boot.status = text(answer, "status");
    // `heartbeatInterval` is the name in OCPP 1.2 and 1.5.
    let interval = number(answer, "interval").or_else(|| number(answer, "heartbeatInterval"));
    boot.interval = interval.and_then(|seconds| u64::try_from(seconds).ok());
}

fn status(station: &mut StationSummary, record: &Record<'_>, payload: &BorrowedObject<'_>) {
    let (Some(connector), Some(status)) = (number(payload, "connectorId"), text(payload, "status")) else { return };
    if station.connectors.len() < MOST_KEYS || station.connectors.contains_key(&connector) {
        let error = text(payload, "errorCode").filter(|code| &**code != "NoError");
        station.connectors.insert(connector, ConnectorSummary { status, error, wall_micros: record.wall_micros });
    }
}

fn start(station: &mut StationSummary, record: &Record<'_>, asked: &BorrowedObject<'_>, answer: &BorrowedObject<'_>) {
    let Some(id) = number(answer, "transactionId") else { return };
    station.transactions.push_back(TransactionSummary {
        id,
        connector: number(asked, "connectorId").unwrap_or(0),
        id_tag: text(asked, "idTag").unwrap_or_default(),
        meter_start: number(asked, "meterStart"),
        began_micros: record.wall_micros,
        ..TransactionSummary::default()
    });
    if station.transactions.len() > REMEMBERED {
        station.transactions.pop_front();
    }
}

fn stop(station: &mut StationSummary, record: &Record<'_>, payload: &BorrowedObject<'_>) {
    let id = number(payload, "transactionId");
    let Some(transaction) = station.transactions.iter_mut().rev().find(|transaction| Some(transaction.id) == id) else {
        return;
    };
    transaction.ended_micros = Some(record.wall_micros);
    transaction.meter_stop = number(payload, "meterStop");
    transaction.reason = text(payload, "reason");
    let connector = transaction.connector;
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
