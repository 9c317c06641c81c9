//! The names and addresses under which other machines reach this one, for the certificate of a server that runs here.

use std::net::IpAddr;

/// The host name, `localhost` and the addresses of all interfaces; the host name first, when there is one. Link-local IPv6 addresses are
/// left out, because they mean something only together with an interface.
pub fn machine_names() -> Vec<String> {
    let mut names: Vec<String> = host_name().into_iter().collect();
    names.extend(["localhost", "127.0.0.1", "::1"].map(str::to_owned));
    // without the list of interfaces there are still the names
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    let mut addresses: Vec<IpAddr> = interfaces.iter().map(|interface| interface.ip()).filter(is_for_others).collect();
    addresses.sort_unstable();
    for address in addresses {
        let address = address.to_string();
        if !names.contains(&address) {
            names.push(address);
        }
    }
    names
}

fn is_for_others(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !address.is_unspecified(),
        IpAddr::V6(address) => !address.is_unicast_link_local() && !address.is_unspecified(),
    }
}

/// The host name, when it can be written into a certificate.
pub(super) fn host_name() -> Option<String> {
    #[cfg(unix)]
    let name = rustix::system::uname().nodename().to_str().ok().map(str::to_owned);
    #[cfg(not(unix))]
    let name = std::env::var("COMPUTERNAME").ok().map(|name| name.to_ascii_lowercase());
    let is_name = |name: &String| {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        !name.is_empty() && name != "localhost" && name.bytes().all(is_part)
    };
    name.filter(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_names_and_no_name_twice() {
        let names = machine_names();
        for name in ["localhost", "127.0.0.1", "::1"] {
            assert_eq!(names.iter().filter(|it| *it == name).count(), 1, "{names:?}");
        }
        assert!(!names.iter().any(|name| name.starts_with("fe80")), "{names:?}");
    }
}
