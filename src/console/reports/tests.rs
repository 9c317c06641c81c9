//! Tables of small traces, in every format.

use super::*;
use crate::ocpp::Role;
use crate::trace::{Direction, Event, EventKind, Frame, FrameKind, Stamp, filter};

/// 2026-03-04T10:00:00Z.
const BEGAN: i64 = 1_772_618_400_000_000;

/// A transaction of a station with a hostile name, and what is known of it.
fn trace() -> (Contents, StationSummaries) {
    let mut contents = Contents::new(1 << 20);
    let station = contents.station(Role::CentralSystem, "CP\u{1b}1");
    let exchanges = [
        (
            "StartTransaction",
            r#"{"connectorId":1,"idTag":"=A|B,C","meterStart":1000,"timestamp":"2026-03-04T10:00:00Z"}"#,
            r#"{"transactionId":33}"#,
        ),
        (
            "MeterValues",
            r#"{"connectorId":1,"transactionId":33,"meterValue":[{"timestamp":"2026-03-04T10:10:00Z","sampledValue":[{"value":"2200"}]}]}"#,
            "{}",
        ),
        (
            "StopTransaction",
            r#"{"transactionId":33,"meterStop":3200,"timestamp":"2026-03-04T10:20:00Z","reason":"Local"}"#,
            "{}",
        ),
    ];
    for (index, (action, asked, answer)) in exchanges.into_iter().enumerate() {
        let texts = [
            (FrameKind::Call, format!(r#"[2,"{index}","{action}",{asked}]"#)),
            (FrameKind::Result, format!(r#"[3,"{index}",{answer}]"#)),
        ];
        for (kind, text) in texts {
            let direction = if kind == FrameKind::Call { Direction::In } else { Direction::Out };
            let frame = Frame {
                direction,
                kind,
                action: Some(action.into()),
                text: text.into(),
                content: None,
                exchange: Some(index as u64),
                code: None,
                findings: Vec::new(),
                remark: None,
                origin: None,
            };
            let stamp = Stamp { wall_micros: BEGAN + index as i64 * 600_000_000, monotonic_micros: index as u64 * 600_000_000 };
            contents.apply(&Event { station: Some(station), stamp, kind: EventKind::Frame(frame) }, &mut String::new());
        }
    }
    let mut summaries = StationSummaries::default();
    while summaries.catch_up(&contents, 100) {}
    (contents, summaries)
}

fn with_trace<T>(look: impl FnOnce(&ReportContext<'_>) -> T) -> T {
    let (contents, summaries) = trace();
    let (wall_micros, monotonic_micros) = (BEGAN + 3_600_000_000, 3_600_000_000);
    let statistics = summaries.statistics();
    look(&ReportContext {
        summaries: &summaries,
        statistics,
        contents: &contents,
        zone: &TimeZone::UTC,
        wall_micros,
        monotonic_micros,
    })
}

fn written(kind: ReportKind, format: TableFormat) -> String {
    with_trace(|from| report_text(kind.report(), from, &kind.report().rows(from), format))
}

#[test]
fn transactions_are_written_in_every_format() {
    let columns = written(ReportKind::Transactions, TableFormat::Columns);
    assert_eq!(
        columns,
        "station   #  tx  tag     start     lasts    energy  power  curve  end    odd\n\
         CP\\u{1b}1  1  33  =A|B,C  10:00:00  20:00  2.2 kWh      ·  █▇     Local"
            .replace("lasts    energy", "lasts   energy")
            .replace("station   #", "station    #")
    );
    let markdown = written(ReportKind::Transactions, TableFormat::Markdown);
    let sentence = "1 transactions with 2.2 kWh; 0 run, 0 have something missing or odd.";
    assert!(markdown.starts_with(&format!("# Transactions\n\n{sentence}\n\n| station | # | tx |")), "{markdown}");
    assert!(markdown.contains("| ---: |") && markdown.contains(r"=A\|B,C"), "{markdown}");
    let csv = written(ReportKind::Transactions, TableFormat::Csv);
    assert!(csv.contains(r#",33,"'=A|B,C",10:00:00,20:00,2.2 kWh,"#), "no formula: {csv}");
    let json: Value = serde_json::from_str(&written(ReportKind::Transactions, TableFormat::Json)).unwrap();
    let row = &json[0];
    assert_eq!((&row["transactionId"], &row["energyWh"], &row["seconds"]), (&"33".into(), &2_200.0.into(), &1_200.into()));
    assert_eq!(row["powerCurve"], serde_json::json!([["2026-03-04T10:10:00Z", 7_200.0], ["2026-03-04T10:20:00Z", 6_000.0]]));
}

#[test]
fn rows_pass_a_filter_by_their_cells_or_by_their_records() {
    with_trace(|from| {
        let report = ReportKind::Transactions.report();
        let row = report.rows(from)[0];
        let now = jiff::Timestamp::from_microsecond(from.wall_micros).unwrap().to_zoned(TimeZone::UTC);
        let context = FilterContext::new(from.contents, &now);
        let passes = |text: &str| passes(report, from, row, text, &filter::parse(text).unwrap(), &context);
        for text in ["", "local", "33", "2.2 kwh", "tx:33", "$.reason=Local", "cp:CP*", "since:2h"] {
            assert!(passes(text), "{text}");
        }
        for text in ["34", "tx:34", "$.reason=Remote", "cp:X", "since:5m"] {
            assert!(!passes(text), "{text}");
        }
        let frames = report.frames(from, row).unwrap();
        assert_eq!((frames.station, frames.filter.as_str()), (Some(StationKey(0)), "tx:33"));
    });
}

#[test]
fn statistics_and_faults_have_a_row_for_everything() {
    let actions: Value = serde_json::from_str(&written(ReportKind::Actions, TableFormat::Json)).unwrap();
    assert_eq!(
        (&actions[0]["action"], &actions[0]["initiator"], &actions[0]["calls"]),
        (&"StartTransaction".into(), &"cp".into(), &1.into())
    );
    assert_eq!(actions[0]["latency"]["count"], 1);
    let stations = written(ReportKind::Stations, TableFormat::Columns);
    assert!(stations.lines().count() == 2 && stations.contains("CP\\u{1b}1"), "{stations}");
    let faults = written(ReportKind::Faults, TableFormat::Markdown);
    assert!(faults.contains("\n0 faults and 0 tolerated deviations in 0 groups at 0 stations.\n"), "{faults}");
    for kind in ReportKind::ALL {
        with_trace(|from| {
            let report = kind.report();
            for row in report.rows(from).into_iter().chain([u64::MAX]) {
                for column in 0..=report.columns().len() {
                    report.cell(from, row, column);
                    report.rank(from, row, column);
                }
                assert!(report.frames(from, row).is_none_or(|frames| filter::parse(&frames.filter).is_ok()));
            }
        });
    }
}

#[test]
fn files_are_written_by_their_ending() {
    for (file, format) in [
        ("a.md", Some(TableFormat::Markdown)),
        ("x/b.JSON", Some(TableFormat::Json)),
        ("c.csv", Some(TableFormat::Csv)),
        ("d", None),
        ("e.txt", None),
    ] {
        assert_eq!(TableFormat::of_file(file), format, "{file}");
    }
}

#[test]
fn ranks_put_the_largest_first_and_nothing_last() {
    let mut ranks = vec![ReportRank::Nothing, ReportRank::Number(1.0), ReportRank::Number(9.0)];
    ranks.sort_by(ReportRank::order);
    assert_eq!(ranks, [ReportRank::Number(9.0), ReportRank::Number(1.0), ReportRank::Nothing]);
    assert_eq!(ReportRank::text("b").order(&ReportRank::text("A")), Ordering::Greater);
}
