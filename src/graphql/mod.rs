//! How stewards ask: the management API. It knows no HTTP: `door.rs` is all that the carriers of it share with it.

pub mod door;
