//! The list of all pages that every page has: the versions, and in each the actions by the side that sends them.

use super::markup::Markup;
use super::version_page;
use crate::docgen::book::{Book, VersionMatter, sender};
use crate::ocpp::Role;

/// Writes the list for the page at `path`; `root` is the way from there to the site's own folder.
pub(super) fn write(out: &mut Markup, book: &Book, root: &str, path: &str) {
    out.element("nav", &[("id", "all"), ("aria-label", "All pages")], |out| {
        let item = |out: &mut Markup, target: &str, text: &str| {
            let href = format!("{root}{target}");
            let mut attributes = vec![("href", &*href)];
            if target == path {
                attributes.push(("aria-current", "page"));
            }
            out.text_element("a", &attributes, text);
        };
        out.element("p", &[], |out| item(out, "index.html", "Actions and error codes"));
        out.element("p", &[], |out| item(out, "words.html", "Fields and values"));
        for matter in &book.versions {
            // The list of the version that is being read is open.
            let is_open = path.split('/').next() == Some(&matter.slug());
            let attributes: &[_] = if is_open { &[("open", "")] } else { &[] };
            out.element("details", attributes, |out| {
                out.text_element("summary", &[], &format!("OCPP {}", matter.version));
                out.element("p", &[], |out| item(out, &version_page(matter.version), "Overview"));
                for role in Role::ALL {
                    group(out, matter, role, &item);
                }
            });
        }
    });
}

fn group(out: &mut Markup, matter: &VersionMatter, role: Role, item: &dyn Fn(&mut Markup, &str, &str)) {
    if matter.actions_of(role).next().is_none() {
        return;
    }
    out.text_element("h4", &[], &sender(matter.version, role));
    out.element("ul", &[], |out| {
        for action in matter.actions_of(role) {
            let target = format!("{}/{}.html", matter.slug(), action.page);
            out.element("li", &[], |out| item(out, &target, &action.definition.name));
        }
    });
}
