//! The first page: which action is in which version, and the error codes.

use super::{page as whole_page, table, version_page};
use crate::docgen::book::Book;
use crate::ocpp::ErrorCode;

/// The page.
pub(super) fn page(book: &Book) -> String {
    whole_page(book, "OCPP messages", "index.html", |out| {
        out.element("p", &[], |out| {
            out.text("The messages of OCPP as ocpp-tui checks them. By version:");
            for matter in &book.versions {
                out.text(" ");
                out.link(&version_page(matter.version), &format!("OCPP {}", matter.version));
                if let Some((before, _)) = &matter.since {
                    out.text(" (");
                    out.link(&format!("{}#changes", version_page(matter.version)), &format!("since {before}"));
                    out.text(")");
                }
            }
            out.text(". By word: ");
            out.link("words.html", "all fields and values");
            out.text(".");
        });
        let versions: Vec<String> = book.versions.iter().map(|matter| matter.version.to_string()).collect();
        let mut heads = vec!["Action", "Sent"];
        heads.extend(versions.iter().map(String::as_str));
        table(out, &heads, |out| {
            for (name, initiator) in book.names() {
                out.element("tr", &[], |out| {
                    out.text_element("td", &[], name);
                    out.text_element("td", &[], &book.sender_of(initiator, name));
                    for matter in &book.versions {
                        out.element("td", &[], |out| match matter.action(initiator, name) {
                            Some(action) => {
                                out.link(&format!("{}/{}.html", matter.slug(), action.page), &matter.version.to_string());
                            }
                            None => out.text("–"),
                        });
                    }
                });
            }
        });
        out.text_element("h2", &[("id", "errors")], "Error codes");
        table(out, &["Code", "Description"], |out| {
            for code in ErrorCode::in_use() {
                out.element("tr", &[], |out| {
                    out.element("td", &[], |out| out.text_element("code", &[], code.name()));
                    out.text_element("td", &[], code.description());
                });
            }
        });
    })
}
