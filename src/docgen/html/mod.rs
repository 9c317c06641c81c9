//! The book as a static site: no scripts, one page an action, a page a version, an index and a list of all fields and
//! values; every page has links to all others. The content of the pages is in the other files of this folder; their style is in
//! `style.css`.

mod action;
mod index;
mod markup;
mod navigation;
mod version;
mod words;

use self::markup::Markup;
use super::DocFile;
use super::book::{Book, version_slug};
use super::difference::FieldChange;
use crate::ocpp::Version;

/// All pages and the style sheet.
pub(super) fn files(book: &Book) -> Vec<DocFile> {
    let mut files = vec![
        DocFile { path: "style.css".to_owned(), text: include_str!("style.css").to_owned() },
        DocFile { path: "index.html".to_owned(), text: index::page(book) },
        DocFile { path: "words.html".to_owned(), text: words::page(book) },
    ];
    for matter in &book.versions {
        let folder = matter.slug();
        files.push(DocFile { path: format!("{folder}/index.html"), text: version::page(book, matter) });
        for action in &matter.actions {
            files.push(DocFile { path: format!("{folder}/{}.html", action.page), text: action::page(book, matter, action) });
        }
    }
    files
}

/// A page of the book at `path`, from the site's own folder.
fn page(book: &Book, title: &str, path: &str, body: impl FnOnce(&mut Markup)) -> String {
    let mut out = Markup::document();
    let root = if path.contains('/') { "../" } else { "" };
    out.element("html", &[("lang", "en")], |out| {
        out.element("head", &[], |out| {
            out.void("meta", &[("charset", "utf-8")]);
            out.void("meta", &[("name", "viewport"), ("content", "width=device-width, initial-scale=1")]);
            out.void("meta", &[("name", "color-scheme"), ("content", "light dark")]);
            out.text_element("title", &[], title);
            out.void("link", &[("rel", "stylesheet"), ("href", &format!("{root}style.css"))]);
        });
        out.element("body", &[], |out| {
            out.element("header", &[], |out| {
                out.link(&format!("{root}index.html"), "OCPP messages");
                out.text_element("a", &[("href", "#all"), ("class", "narrow")], "All messages");
            });
            out.element("main", &[], |out| {
                out.text_element("h1", &[], title);
                body(out);
            });
            navigation::write(out, book, root, path);
            out.element("footer", &[], |out| out.text("Made from the definitions by ocpp-tui docs."));
        });
    });
    out.finish()
}

/// A table. On a narrow screen each of its rows becomes a block, so that nothing needs sideways scrolling.
fn table(out: &mut Markup, heads: &[&str], rows: impl FnOnce(&mut Markup)) {
    out.element("table", &[], |out| {
        out.element("thead", &[], |out| {
            out.element("tr", &[], |out| {
                for head in heads {
                    out.text_element("th", &[("scope", "col")], head);
                }
            });
        });
        out.element("tbody", &[], rows);
    });
}

/// A list of changes, or nothing when there are none.
fn changes(out: &mut Markup, changes: &[FieldChange]) {
    if changes.is_empty() {
        return;
    }
    out.element("ul", &[], |out| {
        for change in changes {
            out.element("li", &[], |out| {
                out.text_element("code", &[], &change.path);
                out.text(" ");
                out.text(&change.text);
            });
        }
    });
}

/// The way to a version's page from the site's own folder.
fn version_page(version: Version) -> String {
    format!("{}/index.html", version_slug(version))
}
