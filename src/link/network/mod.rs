//! How connections are made: over the operating system's TCP, or in memory between the central systems and charge
//! points of one session. The protocols on a connection are the matter of the listener, the dialer and SOAP.

mod abortive_close;
mod memory;
mod observed_socket;
mod socket;

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::Arc;

use tokio::net::{TcpListener, TcpSocket, TcpStream, lookup_host};

pub(super) use abortive_close::AbortiveClose;
use memory::{HERE, MemoryListener, MemoryPorts};
pub(super) use observed_socket::{ObservedSocket, ReadObserver};
pub(super) use socket::Socket;

/// How many connections may wait to be accepted.
const BACKLOG: u32 = 4096;

/// How connections are made. The default is the operating system's TCP; clones of a network in memory are the same network.
#[derive(Debug, Clone, Default)]
pub struct Network(Option<Arc<MemoryPorts>>);

/// Where connections arrive. Its port is free again when it is dropped.
#[derive(Debug)]
pub struct Listener(Arrivals);

#[derive(Debug)]
enum Arrivals {
    Tcp(TcpListener),
    Memory(MemoryListener),
}

impl Network {
    /// A network of its own, invisible from outside: every host is this one, port 0 is the next free number from 40000 on, and nothing
    /// is lost or late. Numbers are given out in the same order again in every such network.
    pub fn in_memory() -> Network {
        Network(Some(Arc::default()))
    }

    /// Whether everything happens in this process, so that no real time passes on the way.
    pub fn is_in_memory(&self) -> bool {
        self.0.is_some()
    }

    /// Binds the address. Without a host all addresses of both families are bound, or those of IPv4 where there is no IPv6.
    ///
    /// # Errors
    /// When the port is in use, not permitted, or the host is not one of this machine.
    pub async fn bind(&self, host: Option<&str>, port: u16) -> io::Result<Listener> {
        let Some(host) = host.filter(|_| !self.is_in_memory()) else { return self.bind_everywhere(port) };
        let mut bound = Err(ErrorKind::AddrNotAvailable.into());
        for address in lookup_host((host, port)).await? {
            bound = listen(address);
            if bound.is_ok() {
                break;
            }
        }
        bound
    }

    /// Binds all addresses, without waiting for a name to be looked up.
    ///
    /// # Errors
    /// When the port is in use or not permitted.
    pub fn bind_everywhere(&self, port: u16) -> io::Result<Listener> {
        if let Some(ports) = &self.0 {
            return Ok(Listener(Arrivals::Memory(ports.listen(port)?)));
        }
        match listen((Ipv6Addr::UNSPECIFIED, port).into()) {
            Err(error) if error.kind() != ErrorKind::AddrInUse => listen((Ipv4Addr::UNSPECIFIED, port).into()),
            bound => bound,
        }
    }

    /// The addresses of a host.
    pub(super) async fn addresses(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        match &self.0 {
            Some(_) => Ok(vec![SocketAddr::new(HERE, port)]),
            None => Ok(lookup_host((host, port)).await?.collect()),
        }
    }

    /// Connects to one address.
    pub(super) async fn connect(&self, address: SocketAddr) -> io::Result<Socket> {
        match &self.0 {
            Some(ports) => Ok(Socket::Memory(Box::new(ports.connect(address.port())?))),
            None => Ok(Socket::Tcp(TcpStream::connect(address).await?)),
        }
    }

    /// The address of this machine on the way to a host. Nothing is sent: a UDP socket only looks the route up.
    pub(super) async fn address_towards(&self, host: &str, port: u16) -> io::Result<IpAddr> {
        if self.is_in_memory() {
            return Ok(HERE);
        }
        let family = if host.parse::<IpAddr>().is_ok_and(|address| address.is_ipv6()) { "[::]:0" } else { "0.0.0.0:0" };
        let socket = tokio::net::UdpSocket::bind(family).await?;
        socket.connect((host, port)).await?;
        Ok(socket.local_addr()?.ip())
    }

    /// The address of this machine on the way to the outside, when there is one. Nothing is sent either.
    pub fn outward_address(&self) -> Option<IpAddr> {
        if self.is_in_memory() {
            return Some(HERE);
        }
        let socket = UdpSocket::bind(("0.0.0.0", 0)).ok()?;
        socket.connect(("192.0.2.1", 9)).ok()?; // an address for documentation (RFC 5737)
        let address = socket.local_addr().ok()?.ip();
        (!address.is_unspecified() && !address.is_loopback()).then_some(address)
    }
}

/// The backlog. Many stations may connect at the same moment, for example after a power cut; none should have to try
/// again because the backlog is full.
fn listen(address: SocketAddr) -> io::Result<Listener> {
    let socket = if address.is_ipv6() { TcpSocket::new_v6() } else { TcpSocket::new_v4() }?;
    // The port of a session that has just ended is free at once.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(Listener(Arrivals::Tcp(socket.listen(BACKLOG)?)))
}

impl Listener {
    /// The bound address.
    ///
    /// # Errors
    /// When the operating system does not return it.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        match &self.0 {
            Arrivals::Tcp(listener) => listener.local_addr(),
            Arrivals::Memory(listener) => Ok(SocketAddr::new(HERE, listener.port())),
        }
    }

    /// The next connection, with the address of the other end. Nothing is lost when the waiting is broken off.
    pub(super) async fn accept(&mut self) -> io::Result<(Socket, SocketAddr)> {
        match &mut self.0 {
            Arrivals::Tcp(listener) => {
                let (stream, peer) = listener.accept().await?;
                Ok((Socket::Tcp(stream), SocketAddr::new(peer.ip().to_canonical(), peer.port())))
            }
            Arrivals::Memory(listener) => {
                let socket = listener.accept().await;
                let peer = socket.peer;
                Ok((Socket::Memory(Box::new(socket)), peer))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[tokio::test]
    async fn what_is_written_at_one_end_is_read_at_the_other() {
        for (network, port) in [(Network::default(), None), (Network::in_memory(), Some(40_000))] {
            let mut listener = network.bind(Some("127.0.0.1"), 0).await.unwrap();
            let address = listener.local_addr().unwrap();
            assert!(port.is_none_or(|port| port == address.port()), "{address}");
            let mut ours = network.connect(address).await.unwrap();
            let (mut theirs, _) = listener.accept().await.unwrap();
            assert_eq!(ours.peer().unwrap(), address);
            ours.set_nodelay();
            ours.write_all(b"hello").await.unwrap();
            let mut received = [0; 5];
            theirs.read_exact(&mut received).await.unwrap();
            assert_eq!(&received, b"hello");
            drop(ours);
            assert_eq!(theirs.read(&mut received).await.unwrap(), 0, "end of stream");
        }
    }

    #[tokio::test]
    async fn memory_returns_the_errors_of_the_operating_system() {
        let mut errors = Vec::new();
        for network in [Network::default(), Network::in_memory()] {
            let refused = network.connect((HERE, 9).into()).await.map(drop).unwrap_err();
            let taken = network.bind(Some("127.0.0.1"), 0).await.unwrap();
            let port = taken.local_addr().unwrap().port();
            let twice = network.bind(Some("127.0.0.1"), port).await.map(drop).unwrap_err();
            errors.push((refused.kind(), refused.to_string(), twice.kind(), twice.to_string()));
        }
        assert_eq!(errors[0], errors[1]);
        assert_eq!((errors[1].0, errors[1].2), (ErrorKind::ConnectionRefused, ErrorKind::AddrInUse));
    }

    #[tokio::test]
    async fn a_network_in_memory_is_shared_by_its_clones_only() {
        let network = Network::in_memory();
        let listener = network.clone().bind_everywhere(9000).unwrap();
        let address = network.addresses("anywhere.example", 9000).await.unwrap()[0];
        assert!(network.connect(address).await.is_ok());
        assert!(Network::in_memory().connect(address).await.is_err());
        assert_eq!(network.outward_address(), Some(HERE));
        assert_eq!(network.address_towards("::1", 9000).await.unwrap(), HERE);
        drop(listener);
        assert!(network.connect(address).await.is_err());
        network.bind(None, 9000).await.unwrap();
    }

    #[test]
    fn the_choice_costs_a_connection_over_tcp_next_to_nothing() {
        assert!(size_of::<Socket>() <= size_of::<TcpStream>() + size_of::<usize>());
    }
}
