//! One handshake of OpenSSL, where we listen and where we connect: who shows what, and what is noted of it, also when it fails.

use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;

use openssl::error::ErrorStack;
use openssl::ssl::{AlpnError, ClientHelloResponse, Ssl, SslContextBuilder, SslMethod, SslVerifyMode, select_next_proto};
use openssl::stack::Stack;
use openssl::x509::X509Name;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::{ServerName, UnixTime};
use rustls::server::danger::ClientCertVerifier;
use rustls::sign::CertifiedKey;

use super::OpensslStream;
use super::chain_judge::ChainJudge;
use super::context::context;
use super::identity::OpensslIdentity;
use crate::link::network::{ReadObserver, Socket};
use crate::link::tls::certified_key::is_for;
use crate::link::tls::client_hello::{ReadHello, asks_for_certificate};
use crate::link::tls::names::{HTTP, TlsVersions};
use crate::link::tls::tap::{HandshakeTap, TappedSocket};
use crate::link::tls::verifier::{HandshakeNotes, NotingClientVerifier, NotingServerVerifier};

/// The protocol on the connection as a list of one (RFC 7301 §3.1).
const HTTP_LIST: &[u8] = b"\x08http/1.1";
/// Required of a server that asks for certificates, although no session is resumed.
const SESSION_CONTEXT: &[u8] = b"ocpp-tui";

/// What a server shows and wants.
pub(in crate::link::tls) struct ServerTerms {
    /// Our certificates, each as both libraries have it.
    pub identities: Vec<(Arc<CertifiedKey>, OpensslIdentity)>,
    /// What checks clients; without it none is asked for a certificate.
    pub clients: Option<Arc<NotingClientVerifier>>,
    pub versions: TlsVersions,
    pub tap: HandshakeTap,
    pub notes: HandshakeNotes,
}

/// What a client shows and wants.
pub(in crate::link::tls) struct ClientTerms {
    /// The name that is asked for and checked.
    pub name: ServerName<'static>,
    /// Our certificate.
    pub own: Option<OpensslIdentity>,
    /// What checks the server.
    pub server: NotingServerVerifier,
    pub versions: TlsVersions,
    pub tap: HandshakeTap,
    pub notes: HandshakeNotes,
}

/// Makes the handshake with a client.
pub(in crate::link::tls) async fn accept(
    socket: TappedSocket<Socket>,
    terms: ServerTerms,
) -> io::Result<OpensslStream<Socket>> {
    let ServerTerms { identities, clients, versions, tap, notes } = terms;
    let shown: Vec<OpensslIdentity> = identities.iter().map(|(_, identity)| identity.clone()).collect();
    let ssl = Ssl::new(&server_context(identities, clients, versions, tap.clone())?.build())?;
    let mut stream = OpensslStream::new(ssl, socket)?;
    let accepted = Pin::new(&mut stream).accept().await;
    // Before the suite is chosen no certificate is.
    if stream.ssl().current_cipher().is_some()
        && let Some(used) = shown.iter().find(|identity| identity.is_used(stream.ssl()))
    {
        notes.lock().own_chain.clone_from(&used.chain);
    }
    if accepted.is_err() {
        // Of what is no TLS the library takes the first five bytes only.
        Some(tap).came(stream.get_ref().unread());
    }
    accepted.map_err(socket_error)?;
    Ok(stream)
}

fn server_context(
    identities: Vec<(Arc<CertifiedKey>, OpensslIdentity)>,
    clients: Option<Arc<NotingClientVerifier>>,
    versions: TlsVersions,
    tap: HandshakeTap,
) -> Result<SslContextBuilder, ErrorStack> {
    let mut context = context(SslMethod::tls_server(), versions)?;
    context.set_session_id_context(SESSION_CONTEXT)?;
    context.set_num_tickets(0)?;
    // A client that names other protocols only is served all the same.
    context.set_alpn_select_callback(|_, offered| {
        select_next_proto(HTTP_LIST, offered).filter(|name| *name == HTTP).ok_or(AlpnError::NOACK)
    });
    context.set_client_hello_callback(move |ssl, _| {
        let name = ReadHello::read(&tap.bytes()).and_then(|hello| hello.server_name);
        let name = name.and_then(|name| ServerName::try_from(name.into_string()).ok());
        let is_named = |own: &Arc<CertifiedKey>| name.as_ref().is_some_and(|name| is_for(own, name));
        let any = identities.iter().any(|(own, _)| is_named(own));
        let chosen = identities.iter().filter(|(own, _)| !any || is_named(own));
        // Of two with the same kind of key the first one counts.
        let chosen: Vec<_> = chosen.map(|(_, identity)| identity).collect();
        chosen.iter().rev().try_for_each(|identity| identity.install(ssl))?;
        Ok(ClientHelloResponse::SUCCESS)
    });
    if let Some(clients) = clients {
        let mut names = Stack::new()?;
        for subject in clients.root_hint_subjects() {
            names.push(X509Name::from_der(subject.as_ref())?)?;
        }
        context.set_client_ca_list(names);
        let required = clients.client_auth_mandatory();
        let judge =
            ChainJudge::new(Box::new(move |own, issuers| clients.verify_client_cert(own, issuers, UnixTime::now()).map(drop)));
        let more = if required { SslVerifyMode::FAIL_IF_NO_PEER_CERT } else { SslVerifyMode::empty() };
        context.set_verify_callback(SslVerifyMode::PEER | more, move |is_fine, chain| judge.goes_on(is_fine, chain));
    }
    Ok(context)
}

/// Makes the handshake with a server.
pub(in crate::link::tls) async fn connect(
    socket: TappedSocket<Socket>,
    terms: ClientTerms,
) -> io::Result<OpensslStream<Socket>> {
    let ClientTerms { name, own, server, versions, tap, notes } = terms;
    let mut context = context(SslMethod::tls_client(), versions)?;
    context.set_alpn_protos(HTTP_LIST)?;
    let checked = name.clone();
    let judge = ChainJudge::new(Box::new(move |own, issuers| {
        server.verify_server_cert(own, issuers, &checked, &[], UnixTime::now()).map(drop)
    }));
    context.set_verify_callback(SslVerifyMode::PEER, move |is_fine, chain| judge.goes_on(is_fine, chain));
    let mut ssl = Ssl::new(&context.build())?;
    match &name {
        ServerName::DnsName(name) => {
            ssl.set_hostname(name.as_ref())?;
            ssl.param_mut().set_host(name.as_ref())?;
        }
        ServerName::IpAddress(address) => ssl.param_mut().set_ip(IpAddr::from(*address))?,
        _ => {}
    }
    if let Some(own) = &own {
        own.install(&mut ssl)?;
    }
    let mut stream = OpensslStream::new(ssl, socket)?;
    let connected = Pin::new(&mut stream).connect().await;
    // In TLS 1.3 it cannot be seen whether the server asks for a certificate; one that has been given is for that.
    let hidden = stream.ssl().version2() == Some(openssl::ssl::SslVersion::TLS1_3);
    if let Some(own) = own.filter(|_| hidden || asks_for_certificate(&tap.bytes())) {
        notes.lock().own_chain = own.chain;
    }
    connected.map_err(socket_error)?;
    Ok(stream)
}

/// An error of the socket stays one; one of the library goes along as it is.
fn socket_error(error: openssl::ssl::Error) -> io::Error {
    error.into_io_error().unwrap_or_else(io::Error::other)
}
