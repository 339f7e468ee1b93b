//! What is read: published state, resident and immutable. A reader takes one `Arc` and sees one publication, whole.
//! It knows neither the database nor GraphQL: `app` fills it, `query` and `http` read it.

pub mod edition;
pub mod head;
pub mod selection;
pub mod selection_order;
pub mod selection_predicate;
pub mod text_index;

#[cfg(test)]
mod selection_tests;

pub use edition::DictionarySnapshot;
pub use head::{Catalog, Head, Resident};
