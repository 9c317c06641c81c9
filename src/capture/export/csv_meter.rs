//! A table with a row for each value that a meter reported, as the message has it: nothing is converted or summed up.

use std::io::{self, Write};

use serde_json::Value;

use super::csv_cells::CsvCells;
use super::export_scope::{ExportScope, time_text};
use crate::capture::open_ocpp_trace::ExportCount;
use crate::trace::decode::payload_value;
use crate::trace::{FrameKind, Record, RecordKind};

const NAMES: [&str; 15] = [
    "time",
    "sampled",
    "station",
    "action",
    "connector",
    "evse",
    "transaction",
    "measurand",
    "phase",
    "location",
    "context",
    "unit",
    "value",
    "format",
    "record",
];
/// Lists that are nested deeper are not read.
const DEPTH: usize = 8;

/// Writes the table.
pub(super) fn write(out: &mut impl Write, scope: &ExportScope<'_>) -> io::Result<ExportCount> {
    let mut cells = CsvCells::new(out, &NAMES)?;
    let mut count = ExportCount::default();
    for record in scope.records() {
        let rows = rows_of(&record, scope);
        if rows.is_empty() {
            count.left_out += 1;
        }
        for row in rows {
            cells.row(&row.iter().map(String::as_str).collect::<Vec<_>>())?;
            count.written += 1;
        }
    }
    cells.finish()?;
    Ok(count)
}

/// The values of a message: when it was sampled, and then from `measurand` to `format` as the columns have them.
#[derive(Default)]
struct MeterRows {
    sampled: String,
    rows: Vec<(String, [String; 7])>,
}

fn rows_of(record: &Record<'_>, scope: &ExportScope<'_>) -> Vec<Vec<String>> {
    let (RecordKind::Frame(_, FrameKind::Call | FrameKind::Send), Some(action)) = (record.kind, record.action) else {
        return Vec::new();
    };
    let Some(Value::Object(payload)) = payload_value(record) else { return Vec::new() };
    let mut frame = MeterRows::default();
    for name in ["meterValue", "values", "transactionData"] {
        if let Some(value) = payload.get(name) {
            frame.walk(value, DEPTH);
        }
    }
    // The registers at both ends of a transaction.
    for (name, context) in [("meterStart", "Transaction.Begin"), ("meterStop", "Transaction.End")] {
        if let Some(value) = payload.get(name) {
            frame.sampled = payload.get("timestamp").map(text).unwrap_or_default();
            let [measurand, unit] = ["Energy.Active.Import.Register", "Wh"].map(str::to_owned);
            let plain = String::new;
            frame.push([measurand, plain(), plain(), context.to_owned(), unit, text(value), plain()]);
        }
    }
    let field = |value: Option<&Value>| value.map(text).unwrap_or_default();
    let evse = payload.get("evse").and_then(|evse| evse.get("id")).or(payload.get("evseId"));
    let connector = payload.get("connectorId").or(payload.get("evse").and_then(|evse| evse.get("connectorId")));
    let transaction =
        payload.get("transactionId").or(payload.get("transactionInfo").and_then(|info| info.get("transactionId")));
    let row = |(sampled, values): (String, [String; 7])| {
        let mut row = vec![time_text(record.wall_micros), sampled, scope.identity(record).to_owned(), action.to_owned()];
        row.extend([field(connector), field(evse), field(transaction)]);
        row.extend(values);
        row.push(record.sequence.to_string());
        row
    };
    frame.rows.into_iter().map(row).collect()
}

impl MeterRows {
    fn push(&mut self, values: [String; 7]) {
        self.rows.push((self.sampled.clone(), values));
    }

    fn walk(&mut self, value: &Value, depth: usize) {
        if depth == 0 {
            return;
        }
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.walk(item, depth - 1)),
            Value::Object(object) => {
                if let Some(at) = object.get("timestamp") {
                    self.sampled = text(at);
                }
                for name in ["meterValue", "sampledValue", "values", "transactionData"] {
                    if let Some(inner) = object.get(name) {
                        self.walk(inner, depth - 1);
                    }
                }
                match object.get("value").or_else(|| object.get("$value")) {
                    Some(inner @ (Value::Array(_) | Value::Object(_))) => self.walk(inner, depth - 1),
                    Some(scalar) => self.reading(scalar, object),
                    None => {}
                }
            }
            scalar => self.reading(scalar, &serde_json::Map::new()),
        }
    }

    fn reading(&mut self, value: &Value, attributes: &serde_json::Map<String, Value>) {
        let attribute = |name: &str| attributes.get(name).map(text).unwrap_or_default();
        let measurand = attribute("measurand");
        // What is left out means this (OCPP 1.6 §7.30, 2.0.1 part 2 SampledValueType).
        let measurand = if measurand.is_empty() { "Energy.Active.Import.Register".to_owned() } else { measurand };
        let of_unit = attributes.get("unitOfMeasure");
        let unit = of_unit.and_then(|unit| unit.get("unit")).map_or_else(|| attribute("unit"), text);
        let multiplier = of_unit.and_then(|unit| unit.get("multiplier")).and_then(Value::as_i64).filter(|power| *power != 0);
        let value = match multiplier {
            Some(power) => format!("{}e{power}", text(value)),
            None => text(value),
        };
        let unit = if unit.is_empty() && measurand.starts_with("Energy") { "Wh".to_owned() } else { unit };
        self.push([
            measurand,
            attribute("phase"),
            attribute("location"),
            attribute("context"),
            unit,
            value,
            attribute("format"),
        ]);
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
