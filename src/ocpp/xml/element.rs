//! An XML element of a text, with names and references resolved and with its position. The reader of the text is in `rpc/soap`.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// An element with everything inside it. Its name and its text are lent by the text that was read, where they stand there as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XmlElement<'text> {
    /// Its namespace; `None` when it is in none, or when its prefix is not declared.
    pub namespace: Option<Arc<str>>,
    /// Its name without a prefix.
    pub local: Cow<'text, str>,
    /// Its attributes, without the declarations of namespaces.
    pub attributes: Vec<XmlAttribute>,
    /// The elements in it.
    pub children: Vec<XmlElement<'text>>,
    /// The text in it, without the text of its children.
    pub text: Cow<'text, str>,
    /// Its position in the text, in bytes.
    pub span: Range<usize>,
}

/// An attribute of an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XmlAttribute {
    /// Its namespace. An attribute without a prefix is in none.
    pub namespace: Option<Arc<str>>,
    /// Its name without a prefix.
    pub local: String,
    /// Its value.
    pub value: String,
}

impl<'text> XmlElement<'text> {
    /// The first child of this name, in any namespace.
    pub fn child(&self, local: &str) -> Option<&XmlElement<'text>> {
        self.children.iter().find(|child| child.local == local)
    }

    /// The text without the whitespace around it.
    pub fn trimmed(&self) -> &str {
        self.text.trim()
    }

    /// Whether nothing but whitespace is in it.
    pub fn is_blank(&self) -> bool {
        self.children.is_empty() && self.text.trim().is_empty()
    }
}
