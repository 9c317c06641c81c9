//! The lines of a SOAP frame in their colours. The lines are made in `state::soap`.

use super::json::json;
use crate::rpc::soap::HeaderSeverity;
use crate::text_width::behind_columns;
use crate::tui::state::SoapLine;
use crate::tui::theme::Styles;
use crate::tui::widget::LineWriter;

/// Draws one line without its first columns.
pub(super) fn draw(line: &SoapLine, left: usize, styles: &Styles, writer: &mut LineWriter<'_>) {
    let text = line.text();
    let text = behind_columns(text, left);
    let style = match line {
        SoapLine::Json(_) => return json(text, styles, writer),
        SoapLine::Xml(_) => return xml(text, styles, writer),
        SoapLine::Title(_) => styles.title,
        SoapLine::Http(_) => styles.base,
        SoapLine::Header(HeaderSeverity::Good, _) => styles.good,
        SoapLine::Header(HeaderSeverity::Note, _) => styles.muted,
        SoapLine::Header(HeaderSeverity::Warning, _) => styles.warning,
        SoapLine::Header(HeaderSeverity::Error, _) => styles.error,
    };
    writer.text(text, style);
}

/// Writes a line of XML: tags apart from what stands between them.
fn xml(mut text: &str, styles: &Styles, writer: &mut LineWriter<'_>) {
    while !text.is_empty() && writer.room() > 0 {
        let (end, style) = match text.starts_with('<') {
            true => (text.find('>').map_or(text.len(), |end| end + 1), styles.json_key),
            false => (text.find('<').unwrap_or(text.len()), styles.json_text),
        };
        writer.text(&text[..end], style);
        text = &text[end..];
    }
}
