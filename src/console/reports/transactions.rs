//! The table of transactions.

use serde_json::{Value, json};

use super::{CellTone, ReportCell, ReportColumn, ReportContext, ReportRank, ReportTable, RowFrames, json_time};
use crate::ocpp::units;
use crate::trace::Sequence;
use crate::trace::transactions::{MeterQuantity, SeenTransaction, TransactionOddity};

const COLUMNS: &[ReportColumn] = &[
    ReportColumn { heading: "station", width: 11, right: false, importance: 0 },
    ReportColumn { heading: "#", width: 2, right: true, importance: 3 },
    ReportColumn { heading: "tx", width: 9, right: true, importance: 1 },
    ReportColumn { heading: "tag", width: 9, right: false, importance: 6 },
    ReportColumn { heading: "start", width: 8, right: false, importance: 7 },
    ReportColumn { heading: "lasts", width: 8, right: true, importance: 4 },
    ReportColumn { heading: "energy", width: 8, right: true, importance: 2 },
    ReportColumn { heading: "power", width: 7, right: true, importance: 5 },
    ReportColumn { heading: "curve", width: 10, right: false, importance: 9 },
    ReportColumn { heading: "end", width: 14, right: false, importance: 8 },
    ReportColumn { heading: "odd", width: 15, right: false, importance: 3 },
];

/// The powers that a curve of one character each has.
const CURVE: usize = 10;

/// The table.
pub(super) struct TransactionsReport;

fn find<'a>(from: &ReportContext<'a>, row: u64) -> Option<&'a SeenTransaction> {
    from.summaries.transactions().get(row)
}

impl ReportTable for TransactionsReport {
    fn title(&self) -> &'static str {
        "Transactions"
    }

    fn columns(&self) -> &'static [ReportColumn] {
        COLUMNS
    }

    /// The newest first.
    fn rows(&self, from: &ReportContext<'_>) -> Vec<u64> {
        from.summaries.transactions().iter().rev().map(|transaction| transaction.number).collect()
    }

    fn cell(&self, from: &ReportContext<'_>, row: u64, column: usize) -> ReportCell {
        let Some(transaction) = find(from, row) else { return ReportCell::default() };
        let nothing = || ReportCell::new("·", CellTone::Muted);
        match COLUMNS.get(column).map_or("", |column| column.heading) {
            "station" => ReportCell::plain(from.identity(transaction.station)),
            "#" => ReportCell::or_nothing(transaction.connector.map(|connector| connector.to_string())),
            "tx" => ReportCell::new(units::short_id(transaction.id.as_deref().unwrap_or("?")), tone(transaction)),
            "tag" => {
                ReportCell::or_nothing(Some(units::short_id(&transaction.id_tag).into_owned()).filter(|tag| !tag.is_empty()))
            }
            "start" => ReportCell::plain(from.time(transaction.began_micros)),
            "lasts" => ReportCell::plain(units::clock(transaction.lasted_micros(from.wall_micros) / 1_000_000)),
            "energy" => ReportCell::or_nothing(transaction.energy().map(units::energy)),
            "power" => transaction.power().map_or_else(nothing, |power| ReportCell::new(units::power(power), CellTone::Good)),
            "curve" => ReportCell::plain(bars(&transaction.last_powers(CURVE))),
            "end" => match (&transaction.reason, transaction.ended_micros) {
                (_, None) if transaction.is_running() => {
                    ReportCell::new(transaction.charging_state.as_deref().unwrap_or("running"), CellTone::Good)
                }
                (_, None) => nothing(),
                (Some(reason), Some(_)) => ReportCell::plain(reason.to_string()),
                (None, Some(_)) => ReportCell::plain("stopped"),
            },
            "odd" => {
                let words: Vec<&str> = transaction.oddities.iter().map(TransactionOddity::word).collect();
                ReportCell::new(words.join(", "), CellTone::Warning)
            }
            _ => ReportCell::default(),
        }
    }

    fn rank(&self, from: &ReportContext<'_>, row: u64, column: usize) -> ReportRank {
        let Some(transaction) = find(from, row) else { return ReportRank::Nothing };
        match COLUMNS.get(column).map_or("", |column| column.heading) {
            "#" => ReportRank::number(transaction.connector.map(|connector| connector as f64)),
            "tx" => {
                let number = transaction.id.as_deref().map(|id| id.parse().map_err(|_| id));
                number.map_or(ReportRank::Nothing, |id: Result<f64, &str>| match id {
                    Ok(number) => ReportRank::Number(number),
                    Err(text) => ReportRank::text(text),
                })
            }
            "start" => ReportRank::Number(transaction.began_micros as f64),
            "lasts" => ReportRank::Number(transaction.lasted_micros(from.wall_micros) as f64),
            "energy" => ReportRank::number(transaction.energy()),
            "power" | "curve" => ReportRank::number(transaction.power()),
            "odd" => ReportRank::number(Some(transaction.oddities.iter().count() as f64).filter(|count| *count > 0.0)),
            _ => ReportRank::text(&self.cell(from, row, column).text),
        }
    }

    fn json(&self, from: &ReportContext<'_>, row: u64) -> Value {
        let Some(transaction) = find(from, row) else { return Value::Null };
        let last = |quantity| transaction.curve.last(quantity);
        let curve = transaction.curve.values(MeterQuantity::Power);
        let curve: Vec<Value> = curve.into_iter().map(|(at, power)| json!([json_time(at), power.round()])).collect();
        json!({
            "station": from.identity(transaction.station),
            "role": from.contents.stations().get(transaction.station).map(|row| row.our_role.short()),
            "transactionId": transaction.id,
            "evseId": transaction.connector.filter(|_| transaction.is_of_events),
            "connectorId": if transaction.is_of_events { transaction.evse_connector } else { transaction.connector },
            "idTag": Some(&transaction.id_tag).filter(|tag| !tag.is_empty()),
            "tagStatus": transaction.tag_status,
            "running": transaction.is_running(),
            "start": json_time(transaction.began_micros),
            "stop": transaction.ended_micros.map(json_time),
            "seconds": transaction.lasted_micros(from.wall_micros) / 1_000_000,
            "meterStart": transaction.meter_start,
            "meterStop": transaction.meter_stop,
            "energyWh": transaction.energy(),
            "powerW": last(MeterQuantity::Power),
            "currentA": last(MeterQuantity::Current),
            "stateOfChargePercent": last(MeterQuantity::Charge),
            "temperatureC": last(MeterQuantity::Temperature),
            "reason": transaction.reason,
            "chargingState": transaction.charging_state,
            "cost": transaction.cost,
            "odd": transaction.oddities.iter().map(TransactionOddity::word).collect::<Vec<_>>(),
            "powerCurve": curve,
        })
    }

    fn samples(&self, from: &ReportContext<'_>, row: u64) -> Vec<Sequence> {
        let Some(transaction) = find(from, row) else { return Vec::new() };
        let answer = transaction.start.and_then(|start| from.contents.records().get(start)?.partner);
        let all = [transaction.start, answer, transaction.stop, Some(transaction.last)];
        all.into_iter().flatten().collect()
    }

    fn frames(&self, from: &ReportContext<'_>, row: u64) -> Option<RowFrames> {
        find(from, row).map(|found| RowFrames { station: Some(found.station), filter: found.filter() })
    }

    fn sentence(&self, from: &ReportContext<'_>, rows: &[u64]) -> String {
        let found: Vec<_> = rows.iter().filter_map(|row| find(from, *row)).collect();
        let running = found.iter().filter(|transaction| transaction.is_running()).count();
        let odd = found.iter().filter(|transaction| !transaction.oddities.is_empty()).count();
        let energy: f64 = found.iter().filter_map(|transaction| transaction.energy()).sum();
        format!(
            "{} transactions with {}; {running} run, {odd} have something missing or odd.",
            found.len(),
            units::energy(energy)
        )
    }

    fn empty(&self) -> &'static [&'static str] {
        &[
            "No transaction yet.",
            "A charge point reports one with StartTransaction, a charging station of OCPP 2.x with TransactionEvent.",
            "Its meter values, its energy and its end follow here.",
            "At a charge point of ours, for example:",
            ":plug connector=1",
            ":present idTag=CARD1 connector=1",
            "From the central system:",
            ":remote_remotestarttransaction idTag=CARD1",
            "From a CSMS, OCPP 2.x:",
            ":remote_requeststarttransaction idToken.idToken=CARD1 idToken.type=Central",
        ]
    }
}

fn tone(transaction: &SeenTransaction) -> CellTone {
    if !transaction.oddities.is_empty() {
        CellTone::Warning
    } else if transaction.is_running() {
        CellTone::Good
    } else {
        CellTone::Plain
    }
}

/// A bar for each value, the highest as high as a line.
fn bars(values: &[f64]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let most = values.iter().copied().fold(1.0, f64::max);
    values.iter().map(|value| BARS[((value / most * 7.0).round().clamp(0.0, 7.0)) as usize]).collect()
}
