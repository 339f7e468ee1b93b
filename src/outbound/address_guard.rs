//! Which addresses may be asked: none of this machine, of private networks or of links, unless the installation allows them. It is asked
//! after every resolution of a name, so that a name that moves to such an address is refused too.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::str::FromStr;
use std::sync::Arc;
use std::{fmt, io};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// A range of addresses, as `10.0.0.0/8` or a single one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    fn contains(self, address: IpAddr) -> bool {
        let (own, bits, other) = match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => (u128::from(own.to_bits()), 32, u128::from(other.to_bits())),
            (IpAddr::V6(own), IpAddr::V6(other)) => (own.to_bits(), 128, other.to_bits()),
            _ => return false,
        };
        let shift = u32::from(bits - self.prefix);
        own.checked_shr(shift) == other.checked_shr(shift)
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a range of addresses: write it like 10.0.0.0/8 or 192.0.2.7");
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.trim().parse().map_err(|_| wrong())?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(longest), |prefix| prefix.trim().parse().map_err(|_| wrong()))?;
        if prefix > longest { Err(wrong()) } else { Ok(Self { address, prefix }) }
    }
}

/// Says of each address whether it may be asked. Cheap to clone.
#[derive(Clone)]
pub struct AddressGuard {
    allowed: Arc<[Network]>,
    look_up: Arc<LookUp>,
}

/// The addresses of a name and a port, by whoever knows names.
type LookUp = dyn Fn(String, u16) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>> + Send + Sync;

impl Default for AddressGuard {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl fmt::Debug for AddressGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AddressGuard").field("allowed", &self.allowed).finish_non_exhaustive()
    }
}

impl AddressGuard {
    /// Addresses of these networks may be asked although they are not of the public network.
    pub fn new(allowed: Vec<Network>) -> Self {
        let system = |host: String, port: u16| -> Pin<Box<dyn Future<Output = _> + Send>> {
            Box::pin(async move { Ok(tokio::net::lookup_host((host, port)).await?.collect()) })
        };
        Self { allowed: allowed.into(), look_up: Arc::new(system) }
    }

    /// The same with names that others know.
    #[cfg(test)]
    pub fn with_names(self, known: impl Fn(&str) -> Vec<IpAddr> + Send + Sync + 'static) -> Self {
        let look_up = move |host: String, port: u16| -> Pin<Box<dyn Future<Output = _> + Send>> {
            let found = known(&host).into_iter().map(|address| SocketAddr::new(address, port)).collect();
            Box::pin(async move { Ok(found) })
        };
        Self { look_up: Arc::new(look_up), ..self }
    }

    pub fn allows(&self, address: IpAddr) -> bool {
        // An address of the old kind in the clothes of the new one is what it is underneath.
        let address = address.to_canonical();
        self.allowed.iter().any(|network| network.contains(address)) || is_public(address)
    }

    /// Refuses a host that is an address and may not be asked; names are looked at when they are resolved.
    pub fn check_host(&self, host: &str) -> Result<(), String> {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        match bare.parse::<IpAddr>() {
            Ok(address) if !self.allows(address) => Err(refusal(host, address)),
            _ => Ok(()),
        }
    }

    /// The addresses of a name that may be asked; refused when there is none.
    pub async fn resolve(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, String> {
        let found = (self.look_up)(host.to_owned(), port).await.map_err(|error| format!("the name {host} is not known: {error}"))?;
        let open: Vec<SocketAddr> = found.iter().copied().filter(|address| self.allows(address.ip())).collect();
        match (found.first(), open.is_empty()) {
            (Some(first), true) => Err(refusal(host, first.ip())),
            (None, _) => Err(format!("the name {host} has no address")),
            _ => Ok(open),
        }
    }
}

fn refusal(host: &str, address: IpAddr) -> String {
    format!("{host} is at {address}, an address of this machine or of a private network: the operator allows such by --outbound-allow")
}

impl Resolve for AddressGuard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            // The port is put in by who asked.
            let found = guard.resolve(name.as_str(), 0).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is of the public network (the registries of special addresses, RFC 6890 and its updates).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_shared = a == 100 && (64..128).contains(&b);
    let is_protocol = (a, b, c) == (192, 0, 0);
    let is_benchmark = a == 198 && (b == 18 || b == 19);
    let is_relay = (a, b, c) == (192, 88, 99);
    !(a == 0
        || a >= 240
        || address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || is_shared
        || is_protocol
        || is_benchmark
        || is_relay)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    // Of 2000::/3 all is given out or will be, but for documentation, tunnels that hide an address of the old kind, and protocols.
    let is_global = (0x2000..0x4000).contains(&a);
    let is_documentation = (a, b) == (0x2001, 0x0db8) || (a == 0x3fff && b < 0x1000);
    let is_tunnel = a == 0x2002 || (a == 0x2001 && b < 0x0200);
    is_global && !is_documentation && !is_tunnel
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_network_may_be_asked() {
        let guard = AddressGuard::default();
        for public in ["8.8.8.8", "95.173.136.70", "2a00:1450:4010::1", "2001:4860:4860::8888", "::ffff:8.8.8.8"] {
            assert!(guard.allows(public.parse().unwrap()), "{public}");
        }
        for private in [
            "0.0.0.0",
            "127.0.0.1",
            "127.8.8.8",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "2001::1",
            "64:ff9b::7f00:1",
            "fec0::1",
            "100::1",
        ] {
            assert!(!guard.allows(private.parse().unwrap()), "{private}");
        }
    }

    #[test]
    fn an_installation_allows_its_own_networks() {
        let guard = AddressGuard::new(vec!["127.0.0.0/8".parse().unwrap(), "10.1.0.0/16".parse().unwrap(), "fd12::/16".parse().unwrap()]);
        for (address, expected) in [
            ("127.0.0.1", true),
            ("::ffff:127.0.0.1", true),
            ("10.1.9.9", true),
            ("10.2.0.1", false),
            ("fd12::5", true),
            ("fd13::5", false),
            ("::1", false),
        ] {
            assert_eq!(guard.allows(address.parse().unwrap()), expected, "{address}");
        }
        assert!(AddressGuard::new(vec!["0.0.0.0/0".parse().unwrap()]).allows("10.0.0.1".parse().unwrap()));
        assert!(
            guard.check_host("[fd13::5]").is_err() && guard.check_host("127.0.0.1").is_ok() && guard.check_host("svod.example").is_ok()
        );
        for wrong in ["", "10.0.0.0/33", "10.0.0/8", "x", "::/129", "10.0.0.0/-1"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }
}
