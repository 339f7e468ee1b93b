//! What goes out over the network: requests to receivers and brokers, and the addresses that may be asked at all.
//! The only floor that knows clients of HTTP and of NATS; it knows neither the database nor who is to be told what.

pub mod address_guard;
pub mod feed_client;
pub mod nats;
pub mod signature;
pub mod signing_key;
pub mod sink;
pub mod span_posting;
mod tls;
pub mod webhook;
