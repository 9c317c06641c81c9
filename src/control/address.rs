//! Where a session is driven from: a port of this machine's loopback, or a socket in the file system. Other addresses are refused, because
//! what reaches the port commands the session.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

/// The address of a control server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ControlAddress {
    /// A port of the loopback; 0 takes any free one.
    Port(SocketAddr),
    /// A Unix socket.
    Socket(PathBuf),
}

/// Why a text is no address for that.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ControlAddressError {
    /// Neither form.
    #[error("{text:?} is no control address; write 127.0.0.1:PORT or unix:PATH.")]
    Form {
        /// The text.
        text: String,
    },
    /// Others could reach it.
    #[error("{address} can be reached from other machines; control wants 127.0.0.1:PORT, [::1]:PORT or unix:PATH.")]
    NotLoopback {
        /// The address.
        address: SocketAddr,
    },
    /// The system has no Unix sockets.
    #[error("This system has no Unix sockets; write 127.0.0.1:PORT.")]
    NoSockets,
}

impl FromStr for ControlAddress {
    type Err = ControlAddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(path) = text.strip_prefix("unix:").filter(|path| !path.is_empty()) {
            return if cfg!(unix) { Ok(ControlAddress::Socket(path.into())) } else { Err(ControlAddressError::NoSockets) };
        }
        let text = text.strip_prefix("http://").map_or(text, |rest| rest.trim_end_matches('/'));
        let named = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
        let address: SocketAddr =
            named.as_deref().unwrap_or(text).parse().map_err(|_| ControlAddressError::Form { text: text.to_owned() })?;
        if address.ip().is_loopback() {
            Ok(ControlAddress::Port(address))
        } else {
            Err(ControlAddressError::NotLoopback { address })
        }
    }
}

impl fmt::Display for ControlAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ControlAddress::Port(address) => write!(f, "http://{address}"),
            ControlAddress::Socket(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_this_machine_are_read_and_written() {
        for (text, written) in [
            ("127.0.0.1:9100", "http://127.0.0.1:9100"),
            ("localhost:0", "http://127.0.0.1:0"),
            ("[::1]:9100", "http://[::1]:9100"),
            ("http://127.0.0.1:9100/", "http://127.0.0.1:9100"),
        ] {
            let address: ControlAddress = text.parse().unwrap();
            assert_eq!(address.to_string(), written);
            assert_eq!(written.parse(), Ok(address));
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_socket_is_an_address() {
        let address: ControlAddress = "unix:/run/x y.sock".parse().unwrap();
        assert_eq!(address.to_string(), "unix:/run/x y.sock");
    }

    #[test]
    fn other_addresses_are_refused() {
        for (text, part) in [
            ("0.0.0.0:9100", "other machines"),
            ("192.168.1.5:9100", "other machines"),
            ("9100", "no control address"),
            ("", "no control address"),
            ("unix:", "no control address"),
            ("localhost", "no control address"),
        ] {
            let error = text.parse::<ControlAddress>().unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
