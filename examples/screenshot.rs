//! Creates the pictures of the README from a real run: `cargo build --release && cargo run --release --example screenshot`. It opens the
//! console as a central system in a pseudo-terminal, connects charge points from a second process, sends a call through the editor, and
//! writes the screen as SVG.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "the program only draws a picture; it may end")]

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::num::NonZero;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use vt100::{Cell, Color, Parser};

const COLUMNS: u16 = 128;
const ROWS: u16 = 38;
/// The size of a cell in the picture.
const CELL: (f32, f32) = (8.4, 18.0);
const PORT: &str = "9180";

fn main() -> Result<()> {
    let program = std::env::current_exe()?.ancestors().nth(2).context("the target folder")?.join("ocpp-tui");
    let pty = native_pty_system().openpty(PtySize { rows: ROWS, cols: COLUMNS, pixel_width: 0, pixel_height: 0 })?;
    let mut command = CommandBuilder::new(&program);
    command.args(["cs", "--port", PORT, "--host", "127.0.0.1"]);
    command.env("TERM", "xterm-256color");
    let mut console = pty.slave.spawn_command(command)?;
    let screen = Arc::new(Mutex::new(Parser::new(nonzero(ROWS)?, nonzero(COLUMNS)?, 0)));
    let mut reader = pty.master.try_clone_reader()?;
    let follower = screen.clone();
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(read @ 1..) = reader.read(&mut bytes) {
            follower.lock().expect("no thread panics while it holds the lock").process(&bytes[..read]);
        }
    });
    let mut keys = pty.master.take_writer()?;
    let wait = |text: &str| wait_for(&screen, text);
    wait("Listening on")?;
    let url = format!("ws://127.0.0.1:{PORT}");
    let mut stations = Command::new(&program)
        .args(["--plain", "cp", "--phases", "3", &url, "BERLIN-01", "BERLIN-02", "LYON-07", "OSLO-12", "PORTO-03"])
        .stdin(Stdio::piped()) // at the end of its input the program would end
        .stdout(Stdio::null())
        .spawn()?;
    wait("5/5 connected")?;
    let mut press = |text: &str| -> Result<()> {
        keys.write_all(text.as_bytes())?;
        keys.flush()?;
        Ok(())
    };
    // Meter values every two seconds, with power; both stations that charge first have the time for a curve.
    for (key, value) in [
        ("MeterValuesSampledData", "Power.Active.Import,Energy.Active.Import.Register,Current.Import"),
        ("MeterValueSampleInterval", "2"),
    ] {
        press(&format!(":remote_changeconfiguration --remote-id @all key={key} value=\"{value}\"\r"))?;
        wait("5 results")?;
        press("\x0c")?;
    }
    for (station, tag) in [("BERLIN-01", "04A2B3C4D5E6F7"), ("OSLO-12", "04B1C2D3E4F5A6")] {
        press(&format!(":remote_remotestarttransaction --remote-id {station} connectorId=1 idTag={tag}\r"))?;
        std::thread::sleep(Duration::from_secs(6));
    }
    press(
        ":remote_setchargingprofile --remote-id OSLO-12 connectorId=1 csChargingProfiles={\"chargingProfileId\":1,\"stackLevel\":0,\"chargingProfilePurpose\":\"TxDefaultProfile\",\"chargingProfileKind\":\"Relative\",\"chargingSchedule\":{\"chargingRateUnit\":\"A\",\"chargingSchedulePeriod\":[{\"startPeriod\":0,\"limit\":16},{\"startPeriod\":15,\"limit\":10}]}}\r",
    )?;
    std::thread::sleep(Duration::from_secs(20));
    // A remote call that is edited in the editor: third station, new call, RemoteStartTransaction.
    press("1gjje")?;
    wait("new call")?;
    press("remotesta\r")?;
    wait("✓ valid")?;
    press("\x1b[15~")?; // F5
    wait("to LYON-07?")?; // an action with a physical effect needs a confirmation
    press("y")?;
    std::thread::sleep(Duration::from_secs(6)); // until the car charges
    save(&screen, "docs/screen.svg")?;
    press("4")?;
    std::thread::sleep(Duration::from_secs(1));
    press("j")?;
    std::thread::sleep(Duration::from_secs(1));
    save(&screen, "docs/transactions.svg")?;
    press("q")?;
    press("Q")?;
    stations.wait()?;
    console.kill()?;
    Ok(())
}

/// Writes the screen as it is into a file of the project.
fn save(screen: &Mutex<Parser>, file: &str) -> Result<()> {
    let svg = svg(screen.lock().expect("no thread panics while it holds the lock").screen());
    std::fs::write(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(file), svg)?;
    Ok(())
}

fn wait_for(screen: &Mutex<Parser>, text: &str) -> Result<()> {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(10) {
        if screen.lock().expect("no thread panics while it holds the lock").screen().contents().contains(text) {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    bail!("{text:?} does not appear:\n{}", screen.lock().expect("no thread panics while it holds the lock").screen().contents())
}

fn svg(screen: &vt100::Screen) -> String {
    let (width, height) = (f32::from(COLUMNS) * CELL.0 + 24.0, f32::from(ROWS) * CELL.1 + 24.0);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"ui-monospace, 'DejaVu Sans Mono', \
         Menlo, Consolas, monospace\" font-size=\"14\">\n<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#1b1e26\"/>\n"
    );
    for row in 0..ROWS {
        for column in 0..COLUMNS {
            let Some(cell) = screen.cell(row, column) else { continue };
            draw(cell, row, column, &mut svg);
        }
    }
    svg.push_str("</svg>\n");
    svg
}

/// Draws one cell. Every character has its own position, so the picture does not depend on the character widths of the font.
fn draw(cell: &Cell, row: u16, column: u16, svg: &mut String) {
    let (x, y) = (12.0 + f32::from(column) * CELL.0, 12.0 + f32::from(row) * CELL.1);
    let (mut front, mut back) = (colour(cell.fgcolor(), "#cdd3de"), colour(cell.bgcolor(), "#1b1e26"));
    if cell.inverse() {
        (front, back) = (back, front);
    }
    let _ = if back == "#1b1e26" {
        Ok(())
    } else {
        writeln!(svg, "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{}\" fill=\"{back}\"/>", CELL.0 + 0.3, CELL.1)
    };
    let text = cell.contents().replace('&', "&amp;").replace('<', "&lt;");
    if text.trim().is_empty() {
        return;
    }
    let weight = if cell.bold() { " font-weight=\"bold\"" } else { "" };
    let faint = if cell.dim() { " opacity=\"0.65\"" } else { "" };
    let baseline = y + 13.5;
    let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{baseline:.1}\" fill=\"{front}\"{weight}{faint}>{text}</text>");
}

fn colour(colour: Color, default: &str) -> String {
    const SIXTEEN: [&str; 16] = [
        "#3b4252", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#cdd3de", "#7f8796", "#ff7a85",
        "#b5e08f", "#ffd68a", "#82c4ff", "#dd94f0", "#74d3df", "#ffffff",
    ];
    match colour {
        Color::Default => default.to_owned(),
        Color::Idx(index) => SIXTEEN.get(usize::from(index)).map_or_else(|| default.to_owned(), |c| (*c).to_owned()),
        Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
    }
}

fn nonzero(size: u16) -> Result<NonZero<u16>> {
    NonZero::new(size).context("a size of zero")
}
