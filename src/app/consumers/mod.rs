//! Registered consumers of the feed: who they are, how far they are, and who says so. Stewards register and manage them here; delivering
//! to them is done elsewhere, with what `delivering` gives. It knows no network.

mod confirming;
mod delivering;
mod listing;
mod managing;
mod measuring;
mod pinging;
mod registering;

use std::fmt;
use std::sync::Arc;

pub use confirming::Confirmation;
pub use delivering::{DELIVERIES_KEPT_MAX, Failure, Lease};
pub use listing::ConsumerMeasure;
pub use managing::ConsumerChange;
pub use measuring::{DURATION_BOUNDS_S, DeliveryMeasure, DeliveryMeasures};
pub use pinging::Ping;
pub use registering::NewConsumer;

pub use crate::db::consumer::{ConsumerFilter, LEASE_MS_MAX};

use measuring::Measured;

use super::acting::{Acting, Acts};
use super::feed::Feed;
use super::secrets::Secrets;
use crate::db::{self, Engine};
use crate::domain::account::{AccountId, Authority, Role};
use crate::domain::consumer::{Consumer, SigningKind, SigningSecret, public_key_text};
use crate::domain::error::{Error, Result};

/// Most consumers of the service, and of one account.
const CONSUMERS_MAX: i64 = 10_000;
const CONSUMERS_PER_ACCOUNT_MAX: i64 = 100;

/// Works out the public key to the seed of a private one; handed in, since this floor has no cryptography.
#[derive(Clone)]
pub struct PublicKeyOf(Arc<WorkOut>);

type WorkOut = dyn Fn(&[u8; 32]) -> Result<[u8; 32]> + Send + Sync;

impl PublicKeyOf {
    pub fn new(work_out: impl Fn(&[u8; 32]) -> Result<[u8; 32]> + Send + Sync + 'static) -> Self {
        Self(Arc::new(work_out))
    }
}

impl fmt::Debug for PublicKeyOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublicKeyOf")
    }
}

/// What consumers need of the settings.
#[derive(Debug, Clone)]
pub struct ConsumersSettings {
    /// How long a node may deliver to a consumer without asking again: so long it takes until another takes over from one that died.
    pub lease_ms: u64,
    pub public_key_of: PublicKeyOf,
}

/// The use cases of consumers. Cheap to clone.
#[derive(Clone)]
pub struct Consumers {
    acts: Acts,
    feed: Feed,
    secrets: Secrets,
    settings: ConsumersSettings,
    delivered: DeliveryMeasures,
    measured: Measured,
}

/// A consumer with a secret that is told this once: what its receiver verifies signatures with.
#[derive(Debug, Clone)]
pub struct WithSecret {
    pub consumer: Consumer,
    /// `whsec_…`, or the public key `whpk_…` of a pair whose private key stays here; `None` where nothing is signed.
    pub secret: Option<String>,
}

impl Consumers {
    pub fn new(acts: Acts, feed: Feed, secrets: Secrets, settings: ConsumersSettings) -> Self {
        Self { acts, feed, secrets, settings, delivered: DeliveryMeasures::default(), measured: Measured::default() }
    }

    /// What this process has counted of its deliveries.
    pub fn delivery_measures(&self) -> &DeliveryMeasures {
        &self.delivered
    }

    fn make_secret(&self, kind: SigningKind) -> Result<SigningSecret> {
        Ok(match kind {
            SigningKind::Hmac => SigningSecret::Hmac(self.secrets.bytes::<32>()?.to_vec()),
            SigningKind::Ed25519 => SigningSecret::Ed25519(self.secrets.bytes()?),
        })
    }

    /// What a receiver verifies with.
    fn told_secret(&self, secret: &SigningSecret) -> Result<String> {
        match secret {
            SigningSecret::Hmac(_) => Ok(secret.text()),
            SigningSecret::Ed25519(seed) => (self.settings.public_key_of.0)(seed).map(|key| public_key_text(&key)),
        }
    }
}

/// Whether somebody may know of a consumer: its own account, administrators and auditors.
fn may_see(authority: &Authority, consumer: &Consumer) -> bool {
    authority.account_id() == Some(consumer.account) || oversees(authority)
}

fn oversees(authority: &Authority) -> bool {
    authority.holds_everywhere(Role::Administrator) || authority.holds_everywhere(Role::Auditor)
}

fn not_found(code: &str) -> Error {
    // What is no code is not repeated.
    let is_code = crate::domain::text::DictionaryCode::parse(code).is_some();
    Error::not_found(if is_code { format!("there is no consumer {code}") } else { "there is no such consumer".to_owned() })
}

fn find_visible(connection: &mut Engine, authority: &Authority, code: &str) -> Result<Consumer> {
    let found = db::consumer::find_by_code(connection, code)?;
    found.filter(|consumer| may_see(authority, consumer)).ok_or_else(|| not_found(code))
}

/// The consumer to be changed: by administrators, or by its own account.
fn get_manageable(acting: &mut Acting<'_>, code: &str) -> Result<Consumer> {
    let own = acting.account_id()?;
    let consumer = find_visible(acting.connection, &acting.authority, code)?;
    check_manager(&acting.authority, own, consumer.account)?;
    Ok(consumer)
}

fn check_manager(authority: &Authority, own: AccountId, account: AccountId) -> Result<()> {
    if own == account || authority.holds_everywhere(Role::Administrator) {
        return Ok(());
    }
    Err(Error::forbidden("a consumer is managed by administrators and by its own account: ask one of them"))
}
