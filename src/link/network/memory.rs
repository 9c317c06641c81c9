//! The network in memory: a table of the ports with a listener, and pairs of streams. Its numbers depend on nothing but the
//! order of what is asked.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{DuplexStream, duplex};
use tokio::sync::mpsc;

/// Where everything in memory is.
pub(super) const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// How many bytes may be under way in each direction.
const ROOM: usize = 64 * 1024;
/// The first port that is given out for port 0.
const FIRST_FREE: u16 = 40_000;
/// The port that the first connecting side comes from.
const FIRST_PEER: u16 = 50_000;

/// One end of a connection in memory.
#[derive(Debug)]
pub(in crate::link) struct MemorySocket {
    pub stream: DuplexStream,
    pub peer: SocketAddr,
}

/// The ports with a listener.
#[derive(Debug, Default)]
pub(super) struct MemoryPorts(Mutex<Table>);

#[derive(Debug)]
struct Table {
    listening: HashMap<u16, mpsc::UnboundedSender<MemorySocket>>,
    next_free: u16,
    next_peer: u16,
}

impl Default for Table {
    fn default() -> Table {
        Table { listening: HashMap::new(), next_free: FIRST_FREE, next_peer: FIRST_PEER }
    }
}

/// The number after this one, from the first again behind the last.
fn after(port: u16, first: u16) -> u16 {
    port.checked_add(1).unwrap_or(first)
}

impl Table {
    /// A port without a listener; `None` when there is none.
    fn free_port(&mut self) -> Option<u16> {
        for _ in FIRST_FREE..=u16::MAX {
            let port = self.next_free;
            self.next_free = after(port, FIRST_FREE);
            if !self.listening.contains_key(&port) {
                return Some(port);
            }
        }
        None
    }
}

impl MemoryPorts {
    /// Listens at a port; 0 is any free one.
    pub fn listen(self: &Arc<MemoryPorts>, port: u16) -> io::Result<MemoryListener> {
        let mut table = self.lock();
        let port = if port == 0 { table.free_port().ok_or_else(address_in_use)? } else { port };
        if table.listening.contains_key(&port) {
            return Err(address_in_use());
        }
        let (sender, arrivals) = mpsc::unbounded_channel();
        table.listening.insert(port, sender);
        Ok(MemoryListener { port, arrivals, ports: self.clone() })
    }

    /// Connects to the listener of a port.
    pub fn connect(&self, port: u16) -> io::Result<MemorySocket> {
        let mut table = self.lock();
        let peer = SocketAddr::new(HERE, table.next_peer);
        let listener = table.listening.get(&port).ok_or_else(connection_refused)?;
        let (ours, theirs) = duplex(ROOM);
        listener.send(MemorySocket { stream: theirs, peer }).map_err(|_| connection_refused())?;
        table.next_peer = after(table.next_peer, FIRST_PEER);
        Ok(MemorySocket { stream: ours, peer: SocketAddr::new(HERE, port) })
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where connections arrive. The port is free again when this is dropped.
#[derive(Debug)]
pub(super) struct MemoryListener {
    port: u16,
    arrivals: mpsc::UnboundedReceiver<MemorySocket>,
    ports: Arc<MemoryPorts>,
}

impl MemoryListener {
    /// The port at which it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The next connection.
    pub async fn accept(&mut self) -> MemorySocket {
        match self.arrivals.recv().await {
            Some(socket) => socket,
            // The sender is in the table for as long as this listener exists.
            None => std::future::pending().await,
        }
    }
}

impl Drop for MemoryListener {
    fn drop(&mut self) {
        self.ports.lock().listening.remove(&self.port);
    }
}

/// The error of an operating system for a port that is taken, with its text.
fn address_in_use() -> io::Error {
    #[cfg(unix)]
    return rustix::io::Errno::ADDRINUSE.into();
    #[cfg(not(unix))]
    return io::ErrorKind::AddrInUse.into();
}

/// The error of an operating system for a port at which no program listens, with its text.
fn connection_refused() -> io::Error {
    #[cfg(unix)]
    return rustix::io::Errno::CONNREFUSED.into();
    #[cfg(not(unix))]
    return io::ErrorKind::ConnectionRefused.into();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_ports_are_counted_up_and_those_in_use_left_out() {
        let ports = Arc::new(MemoryPorts::default());
        let first = ports.listen(0).unwrap();
        let named = ports.listen(FIRST_FREE + 1).unwrap();
        let second = ports.listen(0).unwrap();
        assert_eq!((first.port(), named.port(), second.port()), (FIRST_FREE, FIRST_FREE + 1, FIRST_FREE + 2));
        drop(first);
        assert_eq!(ports.listen(0).unwrap().port(), FIRST_FREE + 3, "a number is not given out again at once");
        ports.lock().next_free = u16::MAX;
        let last = ports.listen(0).unwrap();
        assert_eq!((last.port(), ports.listen(0).unwrap().port()), (u16::MAX, FIRST_FREE));
    }

    #[tokio::test]
    async fn clients_are_distinguished_by_their_port() {
        let ports = Arc::new(MemoryPorts::default());
        let mut listener = ports.listen(9000).unwrap();
        let _ours = [ports.connect(9000).unwrap(), ports.connect(9000).unwrap()];
        let peers = [listener.accept().await.peer, listener.accept().await.peer];
        assert_eq!(peers, [SocketAddr::new(HERE, FIRST_PEER), SocketAddr::new(HERE, FIRST_PEER + 1)]);
    }
}
