//! What happens later and beside requests. Each job can be run twice without harm.

pub mod delivering;
pub mod following;
pub mod importing;
pub mod periodic;
pub mod scheduling;
