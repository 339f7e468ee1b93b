//! Change requests over the management API: what is to be read of them, what may be done to them, and how they are waited for; one
//! file per part. What is allowed, the use cases decide.

mod changed;
mod dictionary;
mod drafting;
mod editing;
mod item;
mod loader;
mod object;
mod payload;
mod reviewing;
mod stage;
mod validation;

pub use changed::ChangeRequestSubscription;
pub use drafting::DraftingMutation;
pub use editing::EditingMutation;
pub use object::{ChangeRequestObject, ChangeRequestQuery, read_id};
pub use reviewing::ReviewingMutation;
