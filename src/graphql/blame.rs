//! The origin of each value of an item: the publication that made it what it is, and through it the request and its people.

use async_graphql::{ID, Object, Result};

use super::item_version::recorded;
use super::publication::PublicationObject;
use super::scalar::CalendarDate;
use super::view::View;
use crate::app::reading::{Coordinate, RecordedVersion};
use crate::domain::blame::{Blame, Blamed, Recorded, blame};
use crate::domain::text::DictionaryCode;

/// Where one value comes from.
pub struct AttributeBlame {
    view: View,
    /// Absent for the parent.
    attribute: Option<String>,
    blame: Blame,
}

/// Where the value of an attribute comes from.
#[Object]
impl AttributeBlame {
    /// The code of the attribute; null: what the item stands under.
    async fn attribute(&self) -> Option<ID> {
        self.attribute.as_deref().map(Into::into)
    }

    /// The publication that made the value what it is: its change request tells who wrote it and who approved it, when, and on what basis.
    async fn publication(&self) -> Option<PublicationObject> {
        PublicationObject::find(&self.view, self.blame.published_seq)
    }

    /// The first day on which the value holds without a break; null: since ever.
    async fn since(&self) -> Option<CalendarDate> {
        self.blame.since.map(CalendarDate)
    }
}

/// The origins of all values of an item at one point of both times.
pub async fn read(view: &View, dictionary: &DictionaryCode, code: &str, at: Coordinate) -> Result<Vec<AttributeBlame>> {
    let Some((dictionary, history)) = recorded(view, dictionary, code, at.publication).await? else { return Ok(Vec::new()) };
    let told = |recorded: &RecordedVersion| (recorded.version.published_seq, recorded.superseded_seq);
    let history = history.iter().map(|recorded| (&recorded.version.stretch, told(recorded)));
    let history: Vec<Recorded<'_>> =
        history.map(|(stretch, (published_seq, superseded_seq))| Recorded { stretch, published_seq, superseded_seq }).collect();
    let object = |blame: Blame| {
        let attribute = match blame.subject {
            Blamed::Parent => None,
            Blamed::Attribute(position) => Some(dictionary.attributes.get(position)?.code().to_owned()),
        };
        Some(AttributeBlame { view: view.clone(), attribute, blame })
    };
    Ok(blame(&history, at.valid_on).into_iter().filter_map(object).collect())
}
