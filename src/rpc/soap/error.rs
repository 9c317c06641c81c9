//! Why a text is not an envelope.

use thiserror::Error;

/// A text that is not an envelope. It is never half an envelope: the sender gets a fault, and the trace shows the text.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{problem} (at byte {offset})")]
pub struct ReadError {
    /// The byte of the text at which the problem shows.
    pub offset: usize,
    /// What is wrong.
    #[source]
    pub problem: ReadProblem,
}

/// What is wrong with a text that is not an envelope.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReadProblem {
    /// There is nothing, or nothing but blanks.
    #[error("the body is empty")]
    Empty,
    /// The bytes are not of the encoding in which they should be.
    #[error("the bytes are not text in {0}")]
    NotText(String),
    /// The encoding is one that is not understood.
    #[error("the encoding {0} is not known here; send UTF-8")]
    UnknownEncoding(String),
    /// There is text, but no element.
    #[error("this is not XML")]
    NotXml,
    /// The first element is another one.
    #[error("this is not a SOAP envelope but <{0}>")]
    NotAnEnvelope(String),
    /// The XML breaks its own rules.
    #[error("the XML is not well-formed: {0}")]
    Malformed(String),
    /// The text ends before its last element does.
    #[error("the text ends inside <{0}>")]
    Truncated(String),
    /// A document type. With it come entities and references to other files, so none is read (SOAP 1.2 part 1 §5 forbids it).
    #[error("a document type is not allowed in a SOAP message")]
    DocumentType,
    /// A reference to something that only a document type could declare.
    #[error("the entity {0} is not one of XML's own five")]
    Entity(String),
    /// More bytes than the limit.
    #[error("the text is larger than {0} bytes")]
    TooLarge(usize),
    /// Elements inside elements without an end.
    #[error("the elements are nested deeper than {0}")]
    TooDeep(usize),
    /// More elements and attributes than the limit.
    #[error("there are more than {0} elements and attributes")]
    TooMany(usize),
    /// An envelope without a body.
    #[error("the envelope has no Body")]
    NoBody,
    /// The same part of an envelope twice.
    #[error("the envelope has a second {0}")]
    SecondPart(&'static str),
    /// A second message in one body. Document/literal has one.
    #[error("the Body holds a second message, <{0}>")]
    SecondMessage(String),
    /// A header that must not be repeated is there twice (WS-Addressing 1.0 §3.2).
    #[error("the header {0} occurs twice")]
    DuplicateHeader(String),
}
