//! The budget of refusals that anybody can bring about without an account: so many are recorded in a minute, and the rest is counted,
//! so that nobody fills the disk with them. It does not know what was refused.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

/// Most refused credentials and sign-ins that are recorded of one address in a minute.
const REFUSALS_PER_ADDRESS_AND_MINUTE_MAX: u32 = 30;
/// And of all addresses together: one who attacks may have many.
const REFUSALS_PER_MINUTE_MAX: u32 = 600;
/// Most addresses that are told apart; the rest share one budget.
const ADDRESSES_MAX: usize = 10_000;

/// One budget for every path of the service. Cheap to clone.
#[derive(Clone, Default)]
pub struct RefusalBudget(Arc<Mutex<Budget>>);

impl RefusalBudget {
    /// How many refusals of an address were left out before this one; `None` when this one is to be left out too.
    pub fn take(&self, address: &str, now: Timestamp) -> Option<u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take(&counted_address(address), now)
    }
}

/// What an address is counted as. Whoever has one address of IPv6 has the 2^64 around it.
pub fn counted_address(address: &str) -> String {
    match address.parse() {
        Ok(std::net::IpAddr::V6(six)) => match six.to_ipv4_mapped() {
            Some(four) => four.to_string(),
            None => {
                let [a, b, c, d, ..] = six.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        },
        _ => address.chars().take(64).collect(),
    }
}

/// What was recorded in the present minute.
#[derive(Default)]
struct Budget {
    minute: i64,
    recorded: u32,
    by_address: HashMap<String, Recorded>,
}

#[derive(Default, Clone, Copy)]
struct Recorded {
    count: u32,
    /// How many were left out since the last record.
    omitted: u64,
}

impl Budget {
    /// How many were left out before this one; `None` when this one is to be left out too.
    fn take(&mut self, address: &str, now: Timestamp) -> Option<u64> {
        let minute = now.as_second().div_euclid(60);
        if minute != self.minute {
            self.minute = minute;
            self.recorded = 0;
            // What was left out is still to be said.
            self.by_address.retain(|_, recorded| recorded.omitted > 0);
            self.by_address.values_mut().for_each(|recorded| recorded.count = 0);
        }
        let is_told_apart = self.by_address.contains_key(address) || self.by_address.len() < ADDRESSES_MAX;
        let recorded = self.by_address.entry(if is_told_apart { address.to_owned() } else { String::new() }).or_default();
        if recorded.count >= REFUSALS_PER_ADDRESS_AND_MINUTE_MAX || self.recorded >= REFUSALS_PER_MINUTE_MAX {
            recorded.omitted += 1;
            return None;
        }
        recorded.count += 1;
        self.recorded += 1;
        Some(std::mem::take(&mut recorded.omitted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("it is in range")
    }

    #[test]
    fn a_budget_is_of_an_address_and_a_minute_and_what_is_left_out_is_said() {
        let mut budget = Budget::default();
        let recorded = (0..100).filter(|_| budget.take("a", at(60)).is_some()).count();
        assert_eq!(recorded, 30);
        assert_eq!(budget.take("b", at(60)), Some(0), "others have budgets of their own");
        assert_eq!(budget.take("a", at(120)), Some(70));
        assert_eq!(budget.take("a", at(120)), Some(0));
    }

    #[test]
    fn many_addresses_share_what_there_is() {
        let mut budget = Budget::default();
        let recorded = (0..50_000).filter(|address| budget.take(&address.to_string(), at(0)).is_some()).count();
        assert_eq!(recorded, 600);
        assert!(budget.by_address.len() <= ADDRESSES_MAX + 1);
    }

    #[test]
    fn an_address_of_ipv6_is_counted_with_its_network() {
        assert_eq!(counted_address("2001:db8:1:2:3:4:5:6"), counted_address("2001:db8:1:2::9"));
        assert_ne!(counted_address("2001:db8:1:2::9"), counted_address("2001:db8:1:3::9"));
        assert_eq!(counted_address("::ffff:10.0.0.1"), "10.0.0.1");
        assert_eq!(counted_address("10.0.0.1"), "10.0.0.1");
    }
}
