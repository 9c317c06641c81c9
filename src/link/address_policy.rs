//! Which addresses may connect to a central system of ours, how many connections each may have, and whose word about the address of a
//! client counts. Passwords are not its matter.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use hyper::header::{FORWARDED, HeaderMap, HeaderName};
use ipnet::IpNet;

/// The header of proxies that is older than `Forwarded` (RFC 7239) and more common.
const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// Its companion with the protocol that the client speaks.
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Which addresses may connect. The default lets everybody in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddressPolicy {
    /// The networks from which stations may connect; all when there is none.
    pub allowed: Vec<IpNet>,
    /// The proxies whose word about the address of a client counts.
    pub trusted_proxies: Vec<IpNet>,
    /// How many connections an address may have at the same time; `None` for any number.
    pub connections: Option<u32>,
}

/// Why a connection is not served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum AddressRefusal {
    /// It comes from outside the allowed networks.
    #[error("{0} is in none of the networks that --allow names")]
    NotAllowed(IpAddr),
    /// Its address has too many.
    #[error("{address} has {limit} connections already, which is the limit (--connections-per-address)")]
    TooMany {
        /// The address.
        address: IpAddr,
        /// The limit.
        limit: u32,
    },
}

impl AddressPolicy {
    /// A network as the user writes it: `10.0.0.0/8`, or one address.
    pub fn read_network(text: &str) -> Option<IpNet> {
        text.parse().ok().or_else(|| text.parse().ok().map(|address: IpAddr| IpNet::from(address)))
    }

    /// Whether stations may connect from this address.
    pub fn allows(&self, address: IpAddr) -> bool {
        self.allowed.is_empty() || self.allowed.iter().any(|network| network.contains(&address))
    }

    /// Whether it is one of the proxies whose word counts.
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(&address))
    }

    /// The client behind a request: what a trusted proxy says about it, otherwise the peer itself. Of several addresses the last one counts
    /// that is not itself a trusted proxy; those before it may be made up by the client.
    pub fn client_of(&self, peer: SocketAddr, headers: &HeaderMap) -> RequestClient {
        let mut client = RequestClient { address: peer, secured: false };
        if !self.trusts(peer.ip()) {
            return client;
        }
        let mut chain = forwarded(headers);
        if chain.is_empty() {
            chain = forwarded_for(headers);
        }
        for hop in chain.into_iter().rev() {
            client.secured = hop.secured;
            let Some(address) = hop.address else { break };
            client.address = address;
            if !self.trusts(address.ip()) {
                break;
            }
        }
        client.address.set_ip(client.address.ip().to_canonical());
        client
    }
}

/// Who sends a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestClient {
    /// Its address.
    pub address: SocketAddr,
    /// Whether TLS secures its way to the proxy before us.
    pub secured: bool,
}

/// A client as a proxy names it.
#[derive(Debug, Clone, Copy)]
struct ForwardedHop {
    /// `None` for one that is hidden.
    address: Option<SocketAddr>,
    /// Whether it came over TLS.
    secured: bool,
}

/// What one limit is for: an address of IPv4, or a network of IPv6 that one subscriber has.
pub fn limited_address(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from(u128::from(address) & !u128::from(u64::MAX))),
    }
}

/// The clients in the headers `Forwarded`.
fn forwarded(headers: &HeaderMap) -> Vec<ForwardedHop> {
    let read = |element: &str| {
        let value_of = |wanted: &str| {
            let mut pairs = element.split(';').filter_map(|pair| pair.split_once('='));
            let (_, value) = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted))?;
            Some(value.trim().trim_matches('"'))
        };
        ForwardedHop { address: value_of("for").and_then(address), secured: value_of("proto").is_some_and(is_secured) }
    };
    listed(headers, &FORWARDED).map(read).collect()
}

/// The clients in the headers `X-Forwarded-For`. Most proxies overwrite `X-Forwarded-Proto`; where each adds to it, there are as many values.
fn forwarded_for(headers: &HeaderMap) -> Vec<ForwardedHop> {
    let addresses: Vec<_> = listed(headers, &X_FORWARDED_FOR).map(|text| address(text.trim())).collect();
    let protocols: Vec<bool> = listed(headers, &X_FORWARDED_PROTO).map(|text| is_secured(text.trim())).collect();
    let last = protocols.last().copied().unwrap_or_default();
    if addresses.is_empty() && last {
        return vec![ForwardedHop { address: None, secured: true }];
    }
    let each = protocols.len() == addresses.len();
    let secured = |index: usize| if each { protocols[index] } else { last };
    addresses.into_iter().enumerate().map(|(index, address)| ForwardedHop { address, secured: secured(index) }).collect()
}

/// The elements of a list in all headers of a name.
fn listed<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','))
}

/// Whether a protocol that a proxy names has TLS. Some name that of the WebSocket.
fn is_secured(protocol: &str) -> bool {
    ["https", "wss"].iter().any(|secured| protocol.eq_ignore_ascii_case(secured))
}

/// An address with or without a port; the brackets of IPv6 may be missing without one.
fn address(text: &str) -> Option<SocketAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    text.parse().ok().or_else(|| bare.parse().ok().map(|address: IpAddr| SocketAddr::new(address, 0)))
}

/// How many connections each address has.
#[derive(Debug, Clone, Default)]
pub(super) struct ConnectionCounts(Arc<Mutex<HashMap<IpAddr, u32>>>);

/// A connection that is counted until this is dropped.
#[derive(Debug)]
pub(super) struct ConnectionPass {
    counts: ConnectionCounts,
    address: IpAddr,
}

impl ConnectionCounts {
    /// Counts a connection of a client.
    ///
    /// # Errors
    /// When the client may not connect, or has too many connections.
    pub fn enter(&self, policy: &AddressPolicy, client: IpAddr) -> Result<Option<Arc<ConnectionPass>>, AddressRefusal> {
        if !policy.allows(client) {
            return Err(AddressRefusal::NotAllowed(client));
        }
        let Some(limit) = policy.connections else { return Ok(None) };
        let address = limited_address(client);
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address).or_default();
        if *count >= limit {
            return Err(AddressRefusal::TooMany { address: client, limit });
        }
        *count += 1;
        Ok(Some(Arc::new(ConnectionPass { counts: self.clone(), address })))
    }
}

impl Drop for ConnectionPass {
    fn drop(&mut self) {
        let mut counts = self.counts.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut count) = counts.entry(self.address) {
            *count.get_mut() -= 1; // it was counted in `enter`
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(allowed: &[&str], proxies: &[&str]) -> AddressPolicy {
        let networks = |texts: &[&str]| texts.iter().map(|text| AddressPolicy::read_network(text).unwrap()).collect();
        AddressPolicy { allowed: networks(allowed), trusted_proxies: networks(proxies), connections: None }
    }

    #[test]
    fn networks_are_read_and_matched() {
        let policy = policy(&["10.0.0.0/8", "::1", "192.0.2.7"], &[]);
        for (address, allowed) in [("10.1.2.3", true), ("::1", true), ("192.0.2.7", true), ("192.0.2.8", false), ("::2", false)]
        {
            assert_eq!(policy.allows(address.parse().unwrap()), allowed, "{address}");
        }
        assert!(AddressPolicy::default().allows("203.0.113.9".parse().unwrap()));
        for wrong in ["", "10.0.0.0/33", "localhost", "10.0.0"] {
            assert_eq!(AddressPolicy::read_network(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn only_trusted_proxies_speak_for_others() {
        let policy = policy(&[], &["127.0.0.1", "10.0.0.0/8"]);
        let client = |peer: &str, lines: &[(HeaderName, &str)]| {
            let mut headers = HeaderMap::new();
            headers.extend(lines.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())));
            policy.client_of(peer.parse().unwrap(), &headers).address.to_string()
        };
        let spoofed = [(X_FORWARDED_FOR, "203.0.113.9")];
        assert_eq!(client("192.0.2.1:5", &spoofed), "192.0.2.1:5");
        assert_eq!(client("127.0.0.1:5", &spoofed), "203.0.113.9:0");
        assert_eq!(client("127.0.0.1:5", &[]), "127.0.0.1:5");
        // What stands left of the first foreign address comes from the client.
        assert_eq!(client("127.0.0.1:5", &[(X_FORWARDED_FOR, "1.2.3.4, 203.0.113.9, 10.0.0.2")]), "203.0.113.9:0");
        assert_eq!(client("127.0.0.1:5", &[(X_FORWARDED_FOR, "1.2.3.4"), (X_FORWARDED_FOR, "2001:db8::7")]), "[2001:db8::7]:0");
        assert_eq!(client("127.0.0.1:5", &[(X_FORWARDED_FOR, "1.2.3.4, nonsense")]), "127.0.0.1:5");
        assert_eq!(
            client("127.0.0.1:5", &[(FORWARDED, r#"proto=http;For="[2001:db8::7]:4711", for=10.0.0.2"#)]),
            "[2001:db8::7]:4711"
        );
        assert_eq!(client("127.0.0.1:5", &[(FORWARDED, "for=_hidden"), spoofed[0].clone()]), "127.0.0.1:5");
    }

    #[test]
    fn a_trusted_proxy_says_whether_its_client_came_over_tls() {
        let policy = policy(&[], &["127.0.0.1", "10.0.0.0/8"]);
        let secured = |peer: &str, lines: &[(HeaderName, &str)]| {
            let mut headers = HeaderMap::new();
            headers.extend(lines.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())));
            policy.client_of(peer.parse().unwrap(), &headers).secured
        };
        let (proto, forwarded_for) = (X_FORWARDED_PROTO, (X_FORWARDED_FOR, "203.0.113.9"));
        assert!(secured("127.0.0.1:5", &[forwarded_for.clone(), (proto.clone(), "https")]));
        assert!(secured("127.0.0.1:5", &[(proto.clone(), "wss")]), "also without an address");
        assert!(!secured("192.0.2.1:5", &[forwarded_for.clone(), (proto.clone(), "https")]), "others are not believed");
        assert!(!secured("127.0.0.1:5", &[forwarded_for.clone(), (proto.clone(), "http")]));
        assert!(!secured("127.0.0.1:5", &[forwarded_for]));
        // The way of the client counts, and not that between the proxies.
        let two = (X_FORWARDED_FOR, "203.0.113.9, 10.0.0.2");
        assert!(secured("127.0.0.1:5", &[two.clone(), (proto.clone(), "https, http")]));
        assert!(!secured("127.0.0.1:5", &[two, (proto, "http, https")]));
        assert!(secured("127.0.0.1:5", &[(FORWARDED, "for=203.0.113.9;proto=https, for=10.0.0.2;proto=http")]));
        assert!(!secured("127.0.0.1:5", &[(FORWARDED, "proto=https;for=1.2.3.4, for=203.0.113.9")]), "the first is made up");
        assert!(secured("127.0.0.1:5", &[(FORWARDED, "for=_hidden;proto=\"https\"")]));
    }

    #[test]
    fn connections_of_an_address_are_limited_until_they_end() {
        let counts = ConnectionCounts::default();
        let policy = AddressPolicy { connections: Some(2), ..policy(&["2001:db8::/32"], &[]) };
        let enter = |address: &str| counts.enter(&policy, address.parse().unwrap());
        let first = enter("2001:db8::1").unwrap();
        let second = enter("2001:db8::2").unwrap();
        assert!(matches!(enter("2001:db8::3"), Err(AddressRefusal::TooMany { limit: 2, .. })), "one network");
        assert!(matches!(enter("192.0.2.1"), Err(AddressRefusal::NotAllowed(_))));
        assert!(enter("2001:db8:0:1::3").unwrap().is_some());
        drop(first);
        assert!(enter("2001:db8::3").is_ok());
        drop(second);
        assert!(counts.0.lock().unwrap().is_empty(), "nothing is kept of addresses without a connection");
    }
}
