//! HTML that cannot be ill-formed: elements are closed by construction, and every text and attribute is escaped. It is written so that
//! an XML parser reads it too.
//! Ours, because a template language (`askama`, `maud`) is more to read than these seven functions.

use crate::ocpp::xml::{escape_attribute, escape_text};

/// A document in the making.
pub(super) struct Markup {
    out: String,
}

impl Markup {
    /// An empty document.
    pub fn document() -> Markup {
        Markup { out: "<!DOCTYPE html>\n".to_owned() }
    }

    /// The document.
    pub fn finish(mut self) -> String {
        self.out.push('\n');
        self.out
    }

    /// An element with something in it.
    pub fn element(&mut self, name: &'static str, attributes: &[(&'static str, &str)], inside: impl FnOnce(&mut Markup)) {
        self.tag(name, attributes);
        self.out.push('>');
        inside(self);
        self.out.extend(["</", name, ">"]);
        if matches!(name, "p" | "h1" | "h2" | "h3" | "tr" | "li" | "ul" | "table" | "pre" | "head" | "nav" | "main" | "section")
        {
            self.out.push('\n');
        }
    }

    /// An element with a text in it.
    pub fn text_element(&mut self, name: &'static str, attributes: &[(&'static str, &str)], text: &str) {
        self.element(name, attributes, |out| out.text(text));
    }

    /// An element that never has anything in it, such as `meta`.
    pub fn void(&mut self, name: &'static str, attributes: &[(&'static str, &str)]) {
        self.tag(name, attributes);
        self.out.push_str("/>\n");
    }

    /// A text.
    pub fn text(&mut self, text: &str) {
        escape_text(&mut self.out, &crate::sanitize::escape_control(text));
    }

    /// A preformatted block.
    pub fn block(&mut self, text: &str) {
        self.element("pre", &[], |out| {
            out.element("code", &[], |out| {
                for (index, line) in text.lines().enumerate() {
                    if index > 0 {
                        out.out.push('\n');
                    }
                    out.text(line);
                }
            });
        });
    }

    /// A link.
    pub fn link(&mut self, href: &str, text: &str) {
        self.text_element("a", &[("href", href)], text);
    }

    fn tag(&mut self, name: &'static str, attributes: &[(&'static str, &str)]) {
        self.out.extend(["<", name]);
        for (name, value) in attributes {
            self.out.extend([" ", name, "=\""]);
            escape_attribute(&mut self.out, value);
            self.out.push('"');
        }
    }
}
