//! Which misbehaviours there are, and when each is carried out. What a person reads of them is in `table`.

/// A misbehaviour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MisbehaviourKind {
    /// A status instead of 101.
    Status,
    /// 101 without a subprotocol.
    NoSubprotocol,
    /// 101 with a subprotocol that was not offered.
    OtherSubprotocol,
    /// 101 with an extension that was not offered.
    Extension,
    /// 101 with a wrong `Sec-WebSocket-Accept`.
    WrongAccept,
    /// The answer byte by byte.
    SlowAnswer,
    /// Nothing is read at first.
    SlowAccept,
    /// The end right behind the beginning.
    AcceptClose,
    /// A certificate that has expired.
    ExpiredCertificate,
    /// A certificate for another name.
    WrongNameCertificate,
    /// A certificate of another CA.
    ForeignCertificate,
    /// A certificate that has signed itself.
    SelfSignedCertificate,
    /// A certificate without the one of its issuer.
    NoIntermediate,
    /// No certificate.
    NoCertificate,
    /// TLS 1.1 alone.
    OnlyTls11,
    /// TLS 1.2 alone.
    OnlyTls12,
    /// TLS 1.3 alone.
    OnlyTls13,
    /// The handshake of TLS byte by byte.
    SlowTls,
    /// Nothing of the handshake of TLS.
    SilentTls,
    /// A reset inside of the handshake of TLS.
    ResetTls,
    /// Something else than a ClientHello.
    NoHello,
    /// A close frame.
    Close,
    /// No pongs.
    NoPong,
    /// Nothing is read.
    ReadsNothing,
    /// Nothing is sent.
    SaysNothing,
    /// A reset inside of a frame.
    Reset,
    /// Frames that are masked, or not, as only the other side may.
    WrongMask,
    /// Messages in fragments.
    Fragments,
    /// One byte at a time.
    ByteByByte,
    /// Many pings.
    PingFlood,
    /// A text that is no UTF-8.
    BadUtf8,
    /// A large text.
    Oversized,
    /// A pong without a ping.
    UnaskedPong,
    /// A reserved bit.
    ReservedBit,
    /// A request without subprotocols.
    OfferNothing,
    /// A request of another version of the WebSocket protocol.
    WrongVersion,
    /// A request without a key.
    NoKey,
    /// A request for another host.
    WrongHost,
    /// A request in HTTP/1.0.
    Http10,
    /// A request for another path.
    WrongPath,
    /// The request byte by byte.
    SlowRequest,
    /// Wrong credentials.
    WrongPassword,
    /// A second connection at the same time.
    TwoConnections,
    /// An envelope as another content type.
    SoapContentType,
    /// A status without an envelope.
    SoapNoEnvelope,
    /// An answer that ends inside of its body.
    SoapTruncated,
    /// An answer to another message.
    SoapRelatesTo,
}

impl MisbehaviourKind {
    /// Whether a certificate with a fault is shown.
    pub fn is_about_certificate(self) -> bool {
        matches!(
            self,
            MisbehaviourKind::ExpiredCertificate
                | MisbehaviourKind::WrongNameCertificate
                | MisbehaviourKind::ForeignCertificate
                | MisbehaviourKind::SelfSignedCertificate
                | MisbehaviourKind::NoIntermediate
        )
    }
}

/// When a misbehaviour is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MisbehaviourStage {
    /// Before it is known who the peer is: only for a listener as a whole.
    Connection,
    /// In the handshake of TLS. Where we listen it is not known yet who the peer is.
    Tls,
    /// With the request or the answer of HTTP.
    Handshake,
    /// With the answer to a request over SOAP.
    Answer,
    /// On a link that is up, from now on.
    Link,
    /// On a link that is up, once.
    LinkOnce,
}
