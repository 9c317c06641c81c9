//! Faults in the XML of a message that was understood all the same. A fault of the payload itself is a
//! [`Finding`](crate::ocpp::Finding).

/// The rule that the XML breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum XmlRule {
    /// The envelope is not one of SOAP 1.2, or its parts are put together in an unusual way.
    Envelope,
    /// A prefix is used that nothing declares. A strict reader refuses the whole text (Namespaces in XML 1.0 §5).
    UndeclaredPrefix,
    /// An element is not in the namespace of its service.
    Namespace,
    /// The elements are not in the order of the definition (`xs:sequence`).
    Order,
    /// An attribute that should not be there, or not with a prefix.
    Attribute,
    /// A name that was understood although it is spelt differently.
    Name,
    /// A value that was understood although XML Schema writes this type differently.
    Form,
    /// An element without content that should have been left out.
    Empty,
    /// Text where only elements are allowed.
    Text,
    /// Fewer elements than the definition requires, where JSON allows it.
    TooFew,
}

/// One remark about the XML of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XmlRemark {
    /// The rule that is broken.
    pub rule: XmlRule,
    /// The byte of the text at which the element or attribute in question begins.
    pub offset: usize,
    /// One sentence for the user.
    pub message: String,
}

/// Remarks in the order in which they were added. Their number is limited, because a text can have a million faults.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct XmlRemarks {
    list: Vec<XmlRemark>,
}

/// The most remarks of one text.
const MAX_REMARKS: usize = 100;

impl XmlRemarks {
    /// Adds a remark.
    pub fn add(&mut self, rule: XmlRule, offset: usize, message: impl FnOnce() -> String) {
        if self.list.len() < MAX_REMARKS {
            self.list.push(XmlRemark { rule, offset, message: message() });
        }
    }

    /// All remarks, by their place in the text.
    pub fn into_sorted(mut self) -> Vec<XmlRemark> {
        self.list.sort_by_key(|remark| remark.offset);
        self.list
    }
}
