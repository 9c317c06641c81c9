//! The formats that records are written in, by name and by what a file is called.

use std::path::Path;

/// A format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExportFormat {
    /// A capture of ours.
    Native,
    /// Open OCPP Trace 1.1.
    OpenOcppTrace,
    /// One JSON object an event, as `--log-format jsonl` prints them.
    Jsonl,
    /// One line an event.
    Text,
    /// A table of the exchanges.
    CsvExchanges,
    /// A table of the meter values.
    CsvMeter,
    /// A report for an issue tracker.
    Markdown,
    /// A sequence diagram.
    Mermaid,
    /// A report for a browser.
    Html,
    /// Packets for Wireshark.
    Pcapng,
    /// A line for a shell that sends the message, for each.
    Shell,
}

impl ExportFormat {
    /// All of them.
    pub const ALL: [ExportFormat; 11] = [
        ExportFormat::Native,
        ExportFormat::OpenOcppTrace,
        ExportFormat::Jsonl,
        ExportFormat::Text,
        ExportFormat::CsvExchanges,
        ExportFormat::CsvMeter,
        ExportFormat::Markdown,
        ExportFormat::Mermaid,
        ExportFormat::Html,
        ExportFormat::Pcapng,
        ExportFormat::Shell,
    ];

    /// Its name in commands.
    pub const fn name(self) -> &'static str {
        match self {
            ExportFormat::Native => "native",
            ExportFormat::OpenOcppTrace => "open-ocpp-trace",
            ExportFormat::Jsonl => "jsonl",
            ExportFormat::Text => "text",
            ExportFormat::CsvExchanges => "csv-exchanges",
            ExportFormat::CsvMeter => "csv-meter",
            ExportFormat::Markdown => "markdown",
            ExportFormat::Mermaid => "mermaid",
            ExportFormat::Html => "html",
            ExportFormat::Pcapng => "pcapng",
            ExportFormat::Shell => "shell",
        }
    }

    /// What it is, in a few words.
    pub const fn help(self) -> &'static str {
        match self {
            ExportFormat::Native => "A capture of this program, with every event as it was",
            ExportFormat::OpenOcppTrace => "Open OCPP Trace 1.1: one message of OCPP a line, for other tools",
            ExportFormat::Jsonl => "One JSON object an event, as --log-format jsonl prints them",
            ExportFormat::Text => "One line an event",
            ExportFormat::CsvExchanges => "A table of the exchanges, for a spreadsheet",
            ExportFormat::CsvMeter => "A table of the meter values, for a spreadsheet",
            ExportFormat::Markdown => "A report in Markdown, for an issue tracker",
            ExportFormat::Mermaid => "A sequence diagram of Mermaid",
            ExportFormat::Html => "A report in one HTML file: ladder, exchanges, statistics, charts",
            ExportFormat::Pcapng => "Packets for Wireshark, made of the messages",
            ExportFormat::Shell => "A line of curl or websocat for each message",
        }
    }

    /// The format of this name.
    pub fn of_name(name: &str) -> Option<ExportFormat> {
        ExportFormat::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The format that a file of this name most likely shall have.
    pub fn of_path(path: &Path) -> Option<ExportFormat> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        Some(match &*extension {
            "jsonl" | "ndjson" => ExportFormat::OpenOcppTrace,
            "txt" | "log" => ExportFormat::Text,
            "csv" => ExportFormat::CsvExchanges,
            "md" => ExportFormat::Markdown,
            "mmd" | "mermaid" => ExportFormat::Mermaid,
            "html" | "htm" => ExportFormat::Html,
            "pcapng" | "pcap" => ExportFormat::Pcapng,
            "sh" => ExportFormat::Shell,
            _ => return None,
        })
    }
}
