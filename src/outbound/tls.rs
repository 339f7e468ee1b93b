//! The cryptography of TLS: one provider for the whole process, which every client of this floor needs before it is made.
//! What is connected to, and who is trusted, the clients know.

use std::sync::Once;

/// Makes `ring` the provider of the process. It may be called any number of times.
pub fn prepare() {
    static PREPARED: Once = Once::new();
    PREPARED.call_once(|| {
        // Another provider that somebody installed before does as well.
        if rustls::crypto::ring::default_provider().install_default().is_err() {
            tracing::debug!("TLS has a provider already");
        }
    });
}
