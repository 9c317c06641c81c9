//! Tables with a message in a column: comma, semicolon, tab or bar between the fields, with or without a line of names. Without one the
//! fields are known by what is in them.

use super::field_frames::FieldFrames;
use super::field_names::{FieldRole, FieldValues, is_message};
use super::foreign_item::ForeignItem;
use super::line_format::{FormatContext, LineFormat};
use super::log_clock::LogClock;
use super::message_sides::MessageWay;
use crate::capture::event_source::UnreadLine;
use crate::capture::line::LineFault;

const DELIMITERS: [u8; 4] = *b",;\t|";
/// The most that one record may have, in bytes.
const LARGEST: usize = 16 << 20;

/// The reader, when a record has a message in a field of its own.
pub(super) fn recognise(lines: &[&str], context: &FormatContext) -> Option<Box<dyn LineFormat>> {
    let (delimiter, columns) =
        DELIMITERS.into_iter().find_map(|delimiter| Some((delimiter, columns(lines, delimiter, context)?)))?;
    let mut table = CsvTable { delimiter, columns, frames: FieldFrames::new(context), begun: String::new(), begun_at: 0 };
    let mut records = JoinedRecords::new(delimiter);
    for line in lines {
        if let Some(fields) = records.add(line).and_then(|record| fields(&record, delimiter)) {
            table.frames.look_ahead(&table.values(&fields));
        }
    }
    Some(Box::new(table))
}

/// What the columns hold; `None` when no field is a message.
fn columns(lines: &[&str], delimiter: u8, context: &FormatContext) -> Option<Vec<Option<FieldRole>>> {
    let mut records = JoinedRecords::new(delimiter);
    let mut complete = lines.iter().filter_map(|line| records.add(line)).filter(|record| !record.trim().is_empty());
    let first = fields(&complete.next()?, delimiter)?;
    if first.len() < 2 {
        return None;
    }
    let named: Vec<_> = first.iter().map(|name| FieldRole::of_name(name)).collect();
    let has_names = named.iter().flatten().count() >= 2 && !first.iter().any(|field| is_message(field.trim()));
    let mut sample = if has_names { complete.next().and_then(|record| fields(&record, delimiter)) } else { Some(first) }?;
    let mut roles = if has_names { named } else { Vec::new() };
    // A line of names may have empty ones, and names that say nothing.
    sample.resize(sample.len().max(roles.len()), String::new());
    roles.resize(sample.len(), None);
    for (role, field) in roles.iter_mut().zip(&sample) {
        let field = field.trim();
        if is_message(field) {
            *role = Some(FieldRole::Message);
        } else if !has_names {
            *role = role_of_value(field, context);
        }
    }
    let has = |wanted| roles.contains(&Some(wanted));
    if !has_names && !has(FieldRole::Station) {
        // The one field that is a bare word is the name of the station.
        let is_word = |field: &str| !field.is_empty() && field.chars().all(|c| c.is_alphanumeric() || "-_.*:".contains(c));
        let mut words = roles.iter_mut().zip(&sample).filter(|(role, field)| role.is_none() && is_word(field.trim()));
        if let (Some((role, _)), None) = (words.next(), words.next()) {
            *role = Some(FieldRole::Station);
        }
    }
    let has = |wanted| roles.contains(&Some(wanted));
    let in_parts =
        has_names && has(FieldRole::Id) && has(FieldRole::Action) && (has(FieldRole::Payload) || has(FieldRole::Message));
    (sample.iter().any(|field| is_message(field.trim())) || in_parts).then_some(roles)
}

fn role_of_value(field: &str, context: &FormatContext) -> Option<FieldRole> {
    if MessageWay::of_word(field).is_some() {
        return Some(FieldRole::Way);
    }
    (LogClock::new(context.zone.clone(), &[]).at(field) != 0).then_some(FieldRole::Time)
}

struct CsvTable {
    delimiter: u8,
    columns: Vec<Option<FieldRole>>,
    frames: FieldFrames,
    begun: String,
    begun_at: u64,
}

impl CsvTable {
    fn values(&self, fields: &[String]) -> FieldValues {
        let mut values = FieldValues::default();
        for (role, field) in self.columns.iter().zip(fields) {
            if let Some(role) = role {
                values.take(*role, field);
            }
        }
        values
    }
}

impl LineFormat for CsvTable {
    fn line(&mut self, number: u64, text: &str, out: &mut Vec<ForeignItem>) -> Result<(), LineFault> {
        if self.begun.is_empty() {
            self.begun_at = number;
        } else {
            self.begun.push('\n');
        }
        self.begun.push_str(text);
        if !is_complete(&self.begun, self.delimiter) {
            if self.begun.len() <= LARGEST {
                return Ok(());
            }
            self.begun.clear();
            return Err(LineFault::NoMessage("it begins a field whose quotation mark is not closed".to_owned()));
        }
        let record = std::mem::take(&mut self.begun);
        let fields = fields(&record, self.delimiter);
        let fields = fields.ok_or_else(|| LineFault::NoMessage("it is no record of a table".to_owned()))?;
        let is_heading = self.begun_at == 1 && fields.iter().filter_map(|name| FieldRole::of_name(name)).count() >= 2;
        if !is_heading {
            let values = self.values(&fields);
            self.frames.record(&values, out);
        }
        Ok(())
    }

    fn end(&mut self, out: &mut Vec<ForeignItem>) {
        if !std::mem::take(&mut self.begun).is_empty() {
            let fault = LineFault::NoMessage("it begins a field whose quotation mark is not closed".to_owned());
            out.push(ForeignItem::Unread(UnreadLine { unit: "line", number: self.begun_at, fault }));
        }
        self.frames.end(out);
    }
}

/// Lines, joined to records where a quoted field goes on.
struct JoinedRecords {
    delimiter: u8,
    begun: String,
}

impl JoinedRecords {
    fn new(delimiter: u8) -> JoinedRecords {
        JoinedRecords { delimiter, begun: String::new() }
    }

    fn add(&mut self, line: &str) -> Option<String> {
        if !self.begun.is_empty() {
            self.begun.push('\n');
        }
        self.begun.push_str(line);
        is_complete(&self.begun, self.delimiter).then(|| std::mem::take(&mut self.begun))
    }
}

/// Whether no quoted field goes on behind the record. A quotation mark within a field that is not quoted means nothing.
fn is_complete(record: &str, delimiter: u8) -> bool {
    let (mut quoted, mut starts) = (false, true);
    for byte in record.bytes() {
        match byte {
            b'"' if quoted || starts => {
                quoted = !quoted;
                starts = !quoted;
            }
            b'\n' if !quoted => starts = true,
            _ if byte == delimiter && !quoted => starts = true,
            _ if !quoted => starts = false,
            _ => {}
        }
    }
    !quoted
}

/// The fields of a record.
fn fields(record: &str, delimiter: u8) -> Option<Vec<String>> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(record.as_bytes());
    let fields = reader.records().next()?.ok()?;
    Some(fields.iter().map(str::to_owned).collect())
}
