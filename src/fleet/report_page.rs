//! A report as one page of HTML, with its charts inside: readable without scripts and without a network.

use std::fmt::Write;
use std::path::Path;

use super::fleet_report::{ActionReport, FleetReport, IntervalReport, written_time};

/// The size of a chart.
const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 160.0;

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1c2330;background:#fff}\
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}table{border-collapse:collapse;width:100%}\
th,td{text-align:right;padding:.25rem .6rem;border-bottom:1px solid #d5dae3}th:first-child,td:first-child{text-align:left}\
svg{width:100%;height:auto;background:#f6f8fb}.wide{overflow-x:auto}figure{margin:1rem 0}figcaption{color:#5a6475}\
@media(prefers-color-scheme:dark){body{color:#d8dee9;background:#14181f}th,td{border-color:#2c3442}svg{background:#1b212b}figcaption{color:#93a0b4}}";

/// A report as the end of a file's name says: `.json`, `.html` or `.txt`; `None` for another one.
pub fn report_text(report: &FleetReport, file: &Path) -> Option<String> {
    match file.extension()?.to_str()? {
        // a report can always be written: its keys are texts
        "json" => serde_json::to_string_pretty(report).ok().map(|text| text + "\n"),
        "html" => Some(report_page(report)),
        "txt" => Some(report.summary().join("\n") + "\n"),
        _ => None,
    }
}

/// The page.
fn report_page(report: &FleetReport) -> String {
    let mut page = String::new();
    // writing to a text cannot fail
    let _ = write!(
        page,
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>ocpp-tui fleet report</title><style>{STYLE}</style></head><body><h1>Fleet of {} stations</h1><p>{}, {:.0} s, seed {}</p>",
        report.stations,
        escaped(&report.began),
        report.seconds,
        report.seeds.iter().map(u64::to_string).collect::<Vec<_>>().join(", "),
    );
    let figures = [
        ("Connected at most", report.connected.to_string()),
        ("Reconnects", report.reconnects.to_string()),
        ("Failed attempts to connect", report.refusals.to_string()),
        ("Transactions that began", report.transactions.started.to_string()),
        ("Transactions that ended", report.transactions.ended.to_string()),
        ("Energy of these", format!("{:.1} kWh", report.transactions.energy_wh / 1000.0)),
        ("Answers a second", format!("{:.1}", report.answers_per_second())),
    ];
    page.push_str("<table>");
    for (name, value) in figures {
        let _ = write!(page, "<tr><td>{name}</td><td>{value}</td></tr>");
    }
    page.push_str("</table><h2>Calls</h2><div class=\"wide\"><table><tr><th>Action</th><th>Calls</th><th>Errors</th><th>No answer</th><th>Median</th><th>p90</th><th>p99</th><th>p99.9</th><th>Longest</th></tr>");
    row(&mut page, "All", &report.all);
    for (action, calls) in &report.actions {
        row(&mut page, action, calls);
    }
    page.push_str("</table></div>");
    if let Some(planned) = &report.from_planned_time {
        let time = |part| planned.quantile(part).map_or_else(|| "-".to_owned(), written_time);
        let _ = write!(
            page,
            "<p>From the planned time of a call to its answer, waiting included: median {}, p99 {}, longest {}.</p>",
            time(0.5),
            time(0.99),
            time(1.0)
        );
    }
    if !report.all.codes.is_empty() {
        page.push_str("<h2>Errors</h2><table>");
        for (code, count) in &report.all.codes {
            let _ = write!(page, "<tr><td>{}</td><td>{count}</td></tr>", escaped(code));
        }
        page.push_str("</table>");
    }
    page.push_str("<h2>Over time</h2>");
    // the charts have one time axis, which is that of the run
    let time = (report.intervals.as_slice(), report.seconds);
    chart(
        &mut page,
        "Answers a second",
        time,
        |interval| interval.answers as f64 / interval.seconds.max(0.001),
        |value| format!("{value:.0}"),
    );
    let p99 = |interval: &IntervalReport| interval.latency.quantile(0.99).unwrap_or(0.0);
    chart(&mut page, "p99 of the latency", time, p99, written_time);
    chart(&mut page, "Stations connected", time, |interval| interval.connected as f64, |value| format!("{value:.0}"));
    chart(&mut page, "Failures", time, |interval| interval.failures as f64, |value| format!("{value:.0}"));
    page.push_str("<h2>Latency</h2>");
    histogram(&mut page, report);
    page.push_str("</body></html>\n");
    page
}

fn row(page: &mut String, name: &str, calls: &ActionReport) {
    let time = |part| calls.latency.quantile(part).map_or_else(|| "-".to_owned(), written_time);
    let _ = write!(
        page,
        "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
        escaped(name),
        calls.calls,
        calls.errors,
        calls.timeouts,
        time(0.5),
        time(0.9),
        time(0.99),
        time(0.999),
        time(1.0)
    );
}

/// A line over time.
fn chart(
    page: &mut String,
    title: &str,
    (intervals, end): (&[IntervalReport], f64),
    value: impl Fn(&IntervalReport) -> f64,
    written: impl Fn(f64) -> String,
) {
    let highest = intervals.iter().map(&value).fold(0.0, f64::max);
    let end = end.max(0.001);
    let mut points = String::new();
    for interval in intervals {
        let x = (interval.from + interval.seconds / 2.0) / end * WIDTH;
        let y = HEIGHT - 8.0 - value(interval) / highest.max(f64::MIN_POSITIVE) * (HEIGHT - 24.0);
        let _ = write!(points, "{x:.1},{y:.1} ");
    }
    let label = |page: &mut String, x: f64, y: f64, anchor: &str, text: &str| {
        let _ =
            write!(page, "<text x=\"{x}\" y=\"{y}\" font-size=\"11\" text-anchor=\"{anchor}\" fill=\"#7a8699\">{text}</text>");
    };
    let _ = write!(page, "<figure><svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{title}\">");
    label(page, 4.0, 12.0, "start", &written(highest));
    label(page, WIDTH - 4.0, HEIGHT - 12.0, "end", &format!("{end:.0} s"));
    let _ = write!(
        page,
        "<polyline fill=\"none\" stroke=\"#3b7dd8\" stroke-width=\"2\" points=\"{points}\"/></svg>\
         <figcaption>{title}, highest {}, over {end:.0} s</figcaption></figure>",
        written(highest)
    );
}

/// Bars for the powers of two of the latency.
fn histogram(page: &mut String, report: &FleetReport) {
    let octaves = report.all.latency.0.octaves();
    let highest = octaves.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1) as f64;
    let step = WIDTH / octaves.len().max(1) as f64;
    let _ = write!(page, "<figure><svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"Latency\">");
    for (place, (from, count)) in octaves.iter().enumerate() {
        let height = *count as f64 / highest * (HEIGHT - 40.0);
        let (x, y) = (place as f64 * step, HEIGHT - 20.0 - height);
        let label = written_time(*from as f64 / 1e6);
        let _ = write!(
            page,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{height:.1}\" fill=\"#3b7dd8\"><title>{count} from {label}</title></rect>\
             <text x=\"{:.1}\" y=\"{HEIGHT}\" font-size=\"11\" text-anchor=\"middle\" fill=\"#7a8699\">{label}</text>",
            (step - 2.0).max(1.0),
            x + step / 2.0
        );
    }
    page.push_str("</svg><figcaption>Answers by latency; each bar is twice as long as the one before</figcaption></figure>");
}

/// Text from outside.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_from_outside_are_text() {
        let mut report = FleetReport::default();
        report.actions.insert("<script>alert(1)</script>".into(), ActionReport::default());
        report.all.codes.insert("\"><img src=x>".into(), 1);
        let page = report_page(&report);
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && page.contains("&quot;&gt;&lt;img"), "{page}");
        assert!(!page.contains("<script") && !page.contains("<img"));
    }

    #[test]
    fn every_interval_is_a_point() {
        let interval =
            |second: f64| IntervalReport { from: second, seconds: 1.0, answers: second as u64, ..IntervalReport::default() };
        let report = FleetReport {
            seconds: 10.0,
            intervals: (0..5).map(|second| interval(f64::from(second))).collect(),
            ..FleetReport::default()
        };
        let page = report_page(&report);
        let points = page.split("points=\"").nth(1).unwrap().split('"').next().unwrap();
        assert_eq!(points.split_whitespace().count(), 5);
        assert!(page.contains("highest 4, over 10 s"));
    }

    /// By a browser, where `OCPP_TUI_BROWSER` names a Chromium.
    #[test]
    fn a_browser_draws_the_charts() {
        let Ok(browser) = std::env::var("OCPP_TUI_BROWSER") else {
            return eprintln!("skipped: OCPP_TUI_BROWSER names no browser");
        };
        let interval = |second: u32| IntervalReport {
            from: f64::from(second),
            seconds: 1.0,
            answers: u64::from(second % 7),
            connected: 5,
            ..IntervalReport::default()
        };
        let report = FleetReport { seconds: 60.0, intervals: (0..60).map(interval).collect(), ..FleetReport::default() };
        // the page has no scripts; this copy has one, which measures where the lines are
        let measure = "<script>onload=()=>{const ends=[...document.querySelectorAll('polyline')].map(line=>{\
            const box=line.getBoundingClientRect(),frame=line.ownerSVGElement.getBoundingClientRect();\
            return (box.right-frame.left)/frame.width});\
            document.title=`ends ${ends.length} ${Math.min(...ends)} ${document.documentElement.scrollWidth<=innerWidth}`}</script></body>";
        let folder = tempfile::tempdir().unwrap();
        let page = folder.path().join("report.html");
        std::fs::write(&page, report_page(&report).replacen("</body>", measure, 1)).unwrap();
        let run = std::process::Command::new(&browser)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=5000", "--dump-dom"])
            .arg(format!("file://{}", page.display()))
            .output()
            .unwrap();
        let dom = String::from_utf8_lossy(&run.stdout).into_owned();
        let title = dom.split("<title>ends ").nth(1).and_then(|rest| rest.split("</title>").next());
        let words: Vec<&str> = title.unwrap_or_else(|| panic!("{dom}")).split(' ').collect();
        assert_eq!((words[0], words[2]), ("4", "true"), "four charts, and no wider than the window");
        assert!(words[1].parse::<f64>().unwrap() > 0.97, "a chart ends before the run: {words:?}");
    }
}
