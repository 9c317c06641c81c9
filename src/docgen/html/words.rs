//! All names of fields and all values on one page, each with the messages that have it: what the browser's search is for.

use std::collections::BTreeMap;

use super::markup::Markup;
use super::{page as whole_page, table};
use crate::docgen::book::Book;
use crate::ocpp::Version;

/// Where a word occurs: by message, the versions with the way to the page.
type Places<'book> = BTreeMap<(&'book str, &'static str), Vec<(Version, String)>>;

/// Words with the places where they occur.
type Words<'book> = BTreeMap<&'book str, Places<'book>>;

/// The page.
pub(super) fn page(book: &Book) -> String {
    let (fields, values) = collect(book);
    whole_page(book, "All fields and values", "words.html", |out| {
        out.element("p", &[], |out| {
            out.text("Search this page for a word. ");
            out.link("#fields", "Fields");
            out.text(", ");
            out.link("#values", "values");
            out.text(".");
        });
        for (title, id, words) in [("Fields", "fields", &fields), ("Values", "values", &values)] {
            out.text_element("h2", &[("id", id)], title);
            table(out, &["Word", "Where"], |out| words.iter().for_each(|(word, places)| line(out, word, places)));
        }
    })
}

/// The names of fields and the values, with their places.
fn collect<'a>(book: &'a Book) -> (Words<'a>, Words<'a>) {
    let mut fields: Words<'a> = BTreeMap::new();
    let mut values: Words<'a> = BTreeMap::new();
    for matter in &book.versions {
        for action in &matter.actions {
            for message in &action.messages {
                let href = format!("{}/{}.html#{}", matter.slug(), action.page, message.part.to_ascii_lowercase());
                let note = |words: &mut Words<'a>, word: &'a str| {
                    let places = words.entry(word).or_default().entry((&*action.definition.name, message.part)).or_default();
                    // A field may occur in several places of one message.
                    if places.iter().all(|(version, _)| *version != matter.version) {
                        places.push((matter.version, href.clone()));
                    }
                };
                for row in &message.rows {
                    note(&mut fields, row.name.as_str());
                    row.values.iter().for_each(|(value, _)| note(&mut values, value.as_str()));
                }
            }
        }
    }
    (fields, values)
}

fn line(out: &mut Markup, word: &str, places: &Places) {
    out.element("tr", &[], |out| {
        out.element("td", &[], |out| out.text_element("code", &[], word));
        out.element("td", &[], |out| {
            for (index, ((action, part), versions)) in places.iter().enumerate() {
                out.text(if index > 0 { "; " } else { "" });
                out.text(&format!("{action} {}", part.to_ascii_lowercase()));
                for (version, href) in versions {
                    out.text(" ");
                    out.link(href, &version.to_string());
                }
            }
        });
    });
}
