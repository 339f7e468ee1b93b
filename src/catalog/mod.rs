//! What is read: published state, resident and immutable. A reader takes one `Arc` and sees one publication, whole.
//! It knows neither the database nor GraphQL: `app` fills it, `query` and `http` read it.

pub mod edition;
mod folding;
pub mod head;
pub mod older;
mod patience;
pub mod phrase;
mod positions;
mod rows;
mod segment;
mod segment_order;
mod segment_text;
mod segment_validity;
mod segment_values;
mod segments;
pub mod selection;
mod selection_by_code;
mod selection_by_key;
pub mod selection_order;
mod selection_plan;
pub mod selection_predicate;
pub mod selection_walk;
mod subject;
pub mod text_index;
pub mod work;

#[cfg(test)]
mod older_tests;
#[cfg(test)]
pub(crate) mod selection_by_walking;
#[cfg(test)]
mod selection_index_tests;
#[cfg(test)]
mod selection_tests;

pub use edition::DictionarySnapshot;
pub use head::{Catalog, Head, Resident};
pub use older::OlderStatistics;
pub use patience::Interrupted;
