//! What goes out over the network: requests to receivers and brokers, and the addresses that may be asked at all.
//! The only floor that knows clients of HTTP and of NATS; it knows neither the database nor who is to be told what.

pub mod feed_client;
pub mod signing_key;
mod tls;
