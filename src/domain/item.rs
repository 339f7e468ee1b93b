//! Items: what is said of one thing over one interval, and the timeline that such versions make.
//! It knows the algebra of one item; `item_table.rs` holds many, `validation.rs` judges them.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::dictionary::Dictionary;
use super::text::ItemCode;
use super::validity::{Date, Validity};
use super::value::{Value, write_json_string};

/// How many versions one item may have in one edition: bounds the work that a single item can make.
pub const ITEM_VERSIONS_MAX: usize = 1_000;

/// What is said of an item, whenever it holds. Values stand in the order of the definition's attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    pub parent: Option<ItemCode>,
    pub values: Box<[Option<Value>]>,
}

/// Why an item's last version ends, and what came after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retirement {
    pub reason: String,
    /// Codes in the same dictionary; none, one, or several after a split.
    pub successors: Vec<ItemCode>,
}

/// A stretch of an item's timeline that is not published yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    pub validity: Validity,
    pub content: Content,
    pub retirement: Option<Box<Retirement>>,
}

/// An item's content over one interval, as a publication made it known.
#[derive(Debug, PartialEq, Eq)]
pub struct ItemVersion {
    pub code: ItemCode,
    pub stretch: Stretch,
    /// SHA-256 of the canonical line.
    pub digest: [u8; 32],
    /// The publication that made it known.
    pub published_seq: i64,
}

impl ItemVersion {
    pub fn new(dictionary: &Dictionary, code: ItemCode, stretch: Stretch, published_seq: i64) -> Self {
        let digest = Sha256::digest(canonical_line(dictionary, &code, &stretch)).into();
        Self { code, stretch, digest, published_seq }
    }

    pub fn validity(&self) -> Validity {
        self.stretch.validity
    }

    pub fn parent(&self) -> Option<&str> {
        self.stretch.content.parent.as_deref()
    }

    pub fn value(&self, position: usize) -> Option<&Value> {
        self.stretch.content.values.get(position)?.as_ref()
    }

    /// What the version takes in memory, roughly.
    pub fn estimated_bytes(&self) -> usize {
        // Two counters, and what allocations cost beside what is in them.
        const OVERHEAD: usize = 32;
        let content = &self.stretch.content;
        let values: usize = content.values.iter().flatten().map(Value::heap_bytes).sum();
        size_of::<Self>() + OVERHEAD + size_of_val(&*content.values) + values
    }
}

/// The attributes as the database keeps them: a canonical JSON object without the absent ones.
pub fn attributes_json(dictionary: &Dictionary, content: &Content) -> String {
    let mut json = String::with_capacity(256);
    json.push('{');
    for position in dictionary.canonical_order() {
        if let Some(value) = &content.values[*position] {
            if json.len() > 1 {
                json.push(',');
            }
            write_json_string(dictionary.attributes[*position].code(), &mut json);
            json.push(':');
            value.write_json(&mut json);
        }
    }
    json.push('}');
    json
}

/// The retirement as the database keeps it.
pub fn retirement_json(retirement: &Retirement) -> String {
    let mut json = String::from("{\"reason\":");
    write_json_string(&retirement.reason, &mut json);
    json.push_str(",\"successors\":[");
    for (at, code) in retirement.successors.iter().enumerate() {
        if at > 0 {
            json.push(',');
        }
        write_json_string(code, &mut json);
    }
    json.push_str("]}");
    json
}

/// The line of an item version that digests are made of: RFC 8785 canonical JSON, absent members left out,
/// except for the two ends of the interval, which are `null` when open.
pub fn canonical_line(dictionary: &Dictionary, code: &str, stretch: &Stretch) -> String {
    let date = |date: Option<Date>| date.map_or_else(|| "null".to_owned(), |date| format!("\"{date}\""));
    let mut line = String::with_capacity(384);
    line.push_str("{\"attributes\":");
    line.push_str(&attributes_json(dictionary, &stretch.content));
    line.push_str(",\"code\":");
    write_json_string(code, &mut line);
    if let Some(parent) = &stretch.content.parent {
        line.push_str(",\"parent\":");
        write_json_string(parent, &mut line);
    }
    if let Some(retirement) = &stretch.retirement {
        line.push_str(",\"retirement\":");
        line.push_str(&retirement_json(retirement));
    }
    line.push_str(",\"validFrom\":");
    line.push_str(&date(stretch.validity.from()));
    line.push_str(",\"validTo\":");
    line.push_str(&date(stretch.validity.to()));
    line.push('}');
    line
}

/// The digest of an edition: what it holds, chained to the edition before and to the definition.
pub fn edition_digest<'a>(before: Option<&[u8; 32]>, definition: &[u8; 32], items: impl Iterator<Item = &'a Arc<ItemVersion>>) -> [u8; 32] {
    edition_digest_of_lines(before, definition, items.map(|item| &item.digest))
}

/// The same from the digests of the canonical lines, for whoever holds copies of the items in another form.
pub fn edition_digest_of_lines<'a>(
    before: Option<&[u8; 32]>,
    definition: &[u8; 32],
    lines: impl Iterator<Item = &'a [u8; 32]>,
) -> [u8; 32] {
    let mut of_items = Sha256::new();
    for line in lines {
        of_items.update(line);
    }
    let mut chained = Sha256::new();
    chained.update(before.unwrap_or(&[0; 32]));
    chained.update(definition);
    chained.update(of_items.finalize());
    chained.finalize().into()
}

/// The stretches of published versions, to be changed.
pub fn timeline_of(versions: &[Arc<ItemVersion>]) -> Vec<Stretch> {
    versions.iter().map(|version| version.stretch.clone()).collect()
}

/// Says `content` over `validity`, whatever was said there before; neighbours that say the same become one.
pub fn overlay(timeline: Vec<Stretch>, validity: Validity, content: Content) -> Vec<Stretch> {
    let mut stretches = cut(timeline, validity);
    // The cut takes the retirement of an interval that ended inside; a later stretch brings its own.
    let said = Stretch { validity, content, retirement: None };
    let at = stretches.partition_point(|stretch| stretch.validity.is_before(validity));
    stretches.insert(at, said);
    coalesce(stretches)
}

/// Takes an interval out of a timeline.
pub fn cut(timeline: Vec<Stretch>, taken: Validity) -> Vec<Stretch> {
    let mut left = Vec::with_capacity(timeline.len() + 2);
    for stretch in timeline {
        if !stretch.validity.overlaps(taken) {
            left.push(stretch);
            continue;
        }
        let (before, after) = stretch.validity.without(taken);
        if let Some(validity) = before {
            left.push(Stretch { validity, content: stretch.content.clone(), retirement: None });
        }
        if let Some(validity) = after {
            left.push(Stretch { validity, ..stretch });
        }
    }
    left
}

/// Ends an item on a date: nothing holds from then on. `None` when nothing held then anyway.
pub fn retire(timeline: Vec<Stretch>, on: Date, retirement: Retirement) -> Option<Vec<Stretch>> {
    let from_then = Validity::starting(on);
    if !timeline.iter().any(|stretch| stretch.validity.overlaps(from_then)) {
        return None;
    }
    let mut left = cut(timeline, from_then);
    if let Some(last) = left.last_mut() {
        last.retirement = Some(Box::new(retirement));
    }
    Some(left)
}

/// Gives the last stretch its retirement back when a timeline still ends on the day on which it ended before.
pub fn keep_retirement(before: &[Arc<ItemVersion>], after: &mut [Stretch]) {
    if let (Some(before), Some(after)) = (before.last(), after.last_mut())
        && after.retirement.is_none()
        && after.validity.end_key() == before.validity().end_key()
    {
        after.retirement.clone_from(&before.stretch.retirement);
    }
}

/// Joins neighbours that meet and say the same.
pub(super) fn coalesce(stretches: Vec<Stretch>) -> Vec<Stretch> {
    let mut joined: Vec<Stretch> = Vec::with_capacity(stretches.len());
    for stretch in stretches {
        match joined.last_mut() {
            Some(last) if last.validity.meets(stretch.validity) && last.content == stretch.content => {
                last.validity = last.validity.joined(stretch.validity);
                last.retirement = stretch.retirement;
            }
            _ => joined.push(stretch),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(number: i16) -> Date {
        Date::constant(2000, 1, 1).saturating_add(jiff::Span::new().days(number))
    }

    fn content(letter: u8) -> Content {
        Content { parent: Some(ItemCode::new(letter.to_string())), values: Box::new([]) }
    }

    proptest! {
        /// The naive model: what is said on each day, kept day by day.
        #[test]
        fn overlay_agrees_with_a_model_by_days(acts in prop::collection::vec((0i16..20, 1i16..10, 0u8..3, any::<bool>()), 0..12)) {
            let mut timeline: Vec<Stretch> = Vec::new();
            let mut model: [Option<u8>; 32] = [None; 32];
            for (from, length, letter, is_cut) in acts {
                let validity = Validity::new(Some(day(from)), Some(day(from + length))).unwrap();
                timeline = if is_cut { cut(timeline, validity) } else { overlay(timeline, validity, content(letter)) };
                for said in &mut model[from as usize..(from + length) as usize] {
                    *said = (!is_cut).then_some(letter);
                }
            }
            for (number, said) in model.iter().enumerate() {
                let date = day(number as i16);
                let found = timeline.iter().find(|stretch| stretch.validity.contains(date)).map(|stretch| stretch.content.clone());
                prop_assert_eq!(found, said.map(content));
            }
            for pair in timeline.windows(2) {
                prop_assert!(pair[0].validity.is_before(pair[1].validity));
            }
        }
    }

    #[test]
    fn saying_the_same_again_changes_nothing() {
        let timeline = overlay(Vec::new(), Validity::ALWAYS, content(1));
        let again = overlay(timeline.clone(), Validity::starting(day(5)), content(1));
        assert_eq!(again, timeline);
    }

    #[test]
    fn retiring_keeps_what_was_and_says_why() {
        let timeline = overlay(Vec::new(), Validity::ALWAYS, content(1));
        let retirement = Retirement { reason: "слияние".to_owned(), successors: vec!["2".into()] };
        let retired = retire(timeline, day(5), retirement.clone()).unwrap();
        assert_eq!(retired.len(), 1);
        assert_eq!(retired[0].validity, Validity::new(None, Some(day(5))).unwrap());
        assert_eq!(retired[0].retirement.as_deref(), Some(&retirement));
        assert_eq!(retire(retired, day(7), retirement), None);
    }
}
