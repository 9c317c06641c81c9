//! The reports of `test`: which files they are written to, and what they say of the run itself.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use ocpp_tui::scenario::ScenarioOptions;
use ocpp_tui::scenario::report::{ReportFormat, ReportHead};

/// Parameters with one of these in their names are not shown.
const SECRET: [&str; 5] = ["password", "passwd", "secret", "token", "key"];

/// Opens the files of the reports. None of them is one of the scenarios, nor looks like one.
///
/// # Errors
/// When one cannot be written, or its format does not exist.
pub fn reports(words: &[String], files: &[PathBuf]) -> anyhow::Result<Vec<(ReportFormat, String, File)>> {
    let open = |pair: &[String]| {
        let [format, name] = pair else { bail!("--report takes a format and a file, like --report junit report.xml") };
        let known = ReportFormat::ALL.map(ReportFormat::name);
        let Some(format) = ReportFormat::ALL.into_iter().find(|known| known.name() == format) else {
            bail!("{format} is no format of a report; it is one of {}", known.join(", "));
        };
        let path = Path::new(name);
        if name == "-" || path.extension().is_some_and(|ending| ending == "js") || files.iter().any(|file| file == path) {
            bail!("{name} is no place for a report; --report takes a format and a file, like --report junit report.xml");
        }
        let file = File::create(name)
            .with_context(|| format!("the report {name} cannot be written; name a file in a folder that exists"))?;
        Ok((format, name.clone(), file))
    };
    words.chunks(2).map(open).collect()
}

/// What the reports say of a run that began then.
pub fn head(options: &ScenarioOptions, began: (jiff::Timestamp, Instant)) -> ReportHead {
    let took = Duration::from_millis(u64::try_from(began.1.elapsed().as_millis()).unwrap_or(u64::MAX));
    let under_test = match (&options.url, &options.listen) {
        (Some(url), _) => format!("the central system at {}", without_query(url)),
        (None, Some(listen)) => {
            let host = listen.host.as_deref().unwrap_or("*");
            format!("the charge point that connects to {host}:{}{}", listen.port, listen.endpoint)
        }
        (None, None) => "both sides simulated".to_owned(),
    };
    let put = |name: &str, value: String| (name.to_owned(), value);
    let mut environment = vec![
        put(
            "program",
            format!("ocpp-tui {} on {} {}", env!("CARGO_PKG_VERSION"), std::env::consts::OS, std::env::consts::ARCH),
        ),
        put("under test", under_test),
    ];
    environment.extend(options.identity.as_ref().map(|identity| put("identity", identity.clone())));
    environment.push(put("began", began.0.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()));
    environment.push(put("took", format!("{:.1} s", took.as_secs_f64())));
    let flags = [
        ("--virtual-time", options.virtual_time),
        ("--unattended", options.unattended),
        ("--warnings-as-errors", options.warnings_as_errors),
        ("--fail-fast", options.fail_fast),
    ];
    let flags: Vec<&str> = flags.into_iter().filter_map(|(name, given)| given.then_some(name)).collect();
    if !flags.is_empty() {
        environment.push(put("options", flags.join(" ")));
    }
    for (name, value) in &options.parameters {
        let lower = name.to_lowercase();
        let secret = SECRET.iter().any(|word| lower.contains(word));
        environment.push(put(&format!("--set {name}"), if secret { "(not shown)".to_owned() } else { value.clone() }));
    }
    ReportHead { seed: options.seed, environment }
}

/// A URL without what stands behind its question mark, which is a token as a rule.
fn without_query(url: &str) -> &str {
    url.split('?').next().unwrap_or_default()
}
