//! How a selection was found, in the words of its definition: for `extensions: { explain: true }`.

use serde_json::{Value as Json, json};

use crate::catalog::selection_predicate::Subject;
use crate::catalog::work::{FoundBy, OrderedBy, TotalBy, Work};
use crate::domain::dictionary::Dictionary;

pub fn explained(dictionary: &Dictionary, work: &Work) -> Json {
    let of = |subject: Subject| match subject {
        Subject::Code => "code",
        Subject::Parent => "parent",
        Subject::ValidFrom => "validFrom",
        Subject::ValidTo => "validTo",
        Subject::Attribute(at) => dictionary.attributes[at].code(),
        Subject::Absent => "an attribute that the edition does not have",
    };
    let found_by = match work.found_by {
        FoundBy::ValidTime => "valid time".to_owned(),
        FoundBy::Code => "code".to_owned(),
        FoundBy::Hierarchy => "hierarchy".to_owned(),
        FoundBy::Values(subject) => format!("values of {}", of(subject)),
        FoundBy::Range(subject) => format!("order of {}", of(subject)),
        FoundBy::TextParts(subject) => format!("parts of the text of {}", of(subject)),
        FoundBy::Sets => "several indexes".to_owned(),
        FoundBy::Search => "text search".to_owned(),
    };
    let total_by = match work.total_by {
        TotalBy::NotWanted => Json::Null,
        TotalBy::Index => "index".into(),
        TotalBy::Walk => "walk".into(),
    };
    let ordered_by = match work.ordered_by {
        OrderedBy::Code => "code",
        OrderedBy::Index => "index",
        OrderedBy::Sort => "sort",
    };
    json!({
        "dictionary": dictionary.code.as_str(),
        "foundBy": found_by,
        "candidates": work.candidates_count,
        "tested": work.tested_count,
        "totalBy": total_by,
        "orderedBy": ordered_by,
    })
}
