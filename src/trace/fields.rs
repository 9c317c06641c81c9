//! Single values out of payloads, read liberally: summaries use what is there and pass over the rest. A record is taken apart in `decode`.

use std::cell::OnceCell;

use super::Record;
use super::decode::visit_payload;
use crate::ocpp::{JsonTree, TreeMember, TreeSeed};

/// Longer messages are not read for a summary, in bytes.
pub(super) const LONGEST: usize = 256 * 1024;
/// Longer texts are cut.
const LONGEST_TEXT: usize = 500;

/// An object whose names and texts are those of the record: these payloads are read for every record of their kind, and a tree of owned
/// texts costs several times as much.
pub(super) type BorrowedObject<'a> = [TreeMember<'a>];
/// A value in it.
pub(super) type BorrowedValue<'a> = JsonTree<'a>;

/// The payload of a record, which is read when the first reader asks for it, and once for all of them.
pub(super) struct RecordPayload<'r, 'a> {
    record: &'r Record<'a>,
    object: OnceCell<Option<Vec<TreeMember<'a>>>>,
}

impl<'r, 'a> RecordPayload<'r, 'a> {
    /// That of this record.
    pub fn of(record: &'r Record<'a>) -> RecordPayload<'r, 'a> {
        RecordPayload { record, object: OnceCell::new() }
    }

    /// The object that it is; as [`object`].
    pub fn object(&self) -> Option<&BorrowedObject<'a>> {
        self.object.get_or_init(|| object(self.record)).as_deref()
    }
}

/// The payload of a call or a result, when it is an object of at most `LONGEST` bytes.
pub(super) fn object<'a>(record: &Record<'a>) -> Option<Vec<TreeMember<'a>>> {
    if record.text.len() > LONGEST {
        return None;
    }
    match visit_payload(record, TreeSeed { has_doubled_names: &mut false }) {
        Some(JsonTree::Object(members)) => Some(members),
        _ => None,
    }
}

/// The value of a field; of a name that occurs twice the last one counts.
pub(super) fn member<'o, 'a>(payload: &'o BorrowedObject<'a>, field: &str) -> Option<&'o BorrowedValue<'a>> {
    payload.iter().find(|member| member.name == field).map(|member| &member.value)
}

/// A text, cut at a length that is worth keeping.
pub(super) fn short(text: &str) -> Box<str> {
    // Nearly every text has no more bytes than that, and then no characters are counted.
    if text.len() <= LONGEST_TEXT {
        return text.into();
    }
    let end = text.char_indices().nth(LONGEST_TEXT).map_or(text.len(), |(at, _)| at);
    text[..end].into()
}

/// The text in a field.
pub(super) fn text(payload: &BorrowedObject<'_>, field: &str) -> Option<Box<str>> {
    member(payload, field)?.as_str().map(short)
}

/// A whole number, also one that is written as a text.
pub(super) fn number(payload: &BorrowedObject<'_>, field: &str) -> Option<i64> {
    let value = member(payload, field)?;
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// A number, also one that is written as a text.
pub(super) fn real(payload: &BorrowedObject<'_>, field: &str) -> Option<f64> {
    let value = member(payload, field)?;
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()).filter(|number| number.is_finite())
}

/// A number or a text as a text: the ids of transactions are numbers in OCPP 1.x and texts later.
pub(super) fn id(payload: &BorrowedObject<'_>, field: &str) -> Option<Box<str>> {
    match member(payload, field)? {
        JsonTree::Text(text) => Some(short(text.trim())).filter(|text| !text.is_empty()),
        JsonTree::Number(number) => Some(number.to_string().into()),
        _ => None,
    }
}

/// The object in a field.
pub(super) fn inner<'o, 'a>(payload: &'o BorrowedObject<'a>, field: &str) -> Option<&'o BorrowedObject<'a>> {
    member(payload, field)?.as_object()
}

/// The objects of a list.
pub(super) fn list<'o, 'a>(payload: &'o BorrowedObject<'a>, field: &str) -> impl Iterator<Item = &'o BorrowedObject<'a>> {
    member(payload, field).and_then(JsonTree::as_array).into_iter().flatten().filter_map(JsonTree::as_object)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters() {
        for text in ["", "Charging", &"é".repeat(LONGEST_TEXT), &"é".repeat(LONGEST_TEXT / 2), &"x".repeat(LONGEST_TEXT)] {
            assert_eq!(&*short(text), text);
        }
        for text in ["é", "x", "⚡"] {
            assert_eq!(*short(&text.repeat(LONGEST_TEXT + 1)), text.repeat(LONGEST_TEXT));
        }
    }
}
