//! Files of the register: the published samples, what is refused, round trips, and the schemas of both generations.

mod reading;
mod sending;
mod writing;
