//! What refers to an item, and what became of an item that was retired.
//! It reads one world as it is; whether a retirement is allowed in it, `validation.rs` says.

use std::collections::{BTreeMap, BTreeSet};

use super::definition::{Check, OnRetire};
use super::item::ItemVersion;
use super::publication::{State, World};
use super::text::{DictionaryCode, ItemCode};
use super::validity::{Date, Validity};

/// One item that refers to another one, and when it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    pub dictionary: DictionaryCode,
    pub code: ItemCode,
    /// The code of the attribute, or `parent`.
    pub attribute: String,
    /// The dates on which it refers to the item without a break; another usage tells of others.
    pub validity: Validity,
    pub on_retire: OnRetire,
    pub check: Check,
}

/// Everything that refers to an item of a dictionary, by dictionary, item, attribute and time.
pub fn usages_of(world: &World, dictionary: &DictionaryCode, item: &str) -> Vec<Usage> {
    let mut usages = Vec::new();
    for (code, state) in world {
        let references: Vec<_> = state.dictionary.references().filter(|(_, _, to)| *to == dictionary).collect();
        let hierarchy = state.dictionary.definition.hierarchy.as_ref().filter(|_| code == dictionary);
        if references.is_empty() && hierarchy.is_none() {
            continue;
        }
        let mut found: BTreeMap<(&ItemCode, &str), (OnRetire, Check, Vec<Validity>)> = BTreeMap::new();
        for version in state.items.versions() {
            let mut note = |attribute, on_retire: Option<OnRetire>, check| {
                let usage = found.entry((&version.code, attribute));
                usage.or_insert_with(|| (on_retire.unwrap_or_default(), check, Vec::new())).2.push(version.validity());
            };
            if let Some(hierarchy) = hierarchy.filter(|_| version.parent() == Some(item)) {
                note("parent", hierarchy.on_retire, hierarchy.check);
            }
            for (at, attribute, _) in &references {
                if version.value(*at).is_some_and(|value| value.texts().contains(&item)) {
                    note(attribute.code(), attribute.definition.on_retire, attribute.check_mode());
                }
            }
        }
        for ((item, attribute), (on_retire, check, validities)) in found {
            usages.extend(joined(validities).into_iter().map(|validity| Usage {
                dictionary: code.clone(),
                code: item.clone(),
                attribute: attribute.to_owned(),
                validity,
                on_retire,
                check,
            }));
        }
    }
    usages
}

/// Intervals in order, those that meet as one.
fn joined(validities: Vec<Validity>) -> Vec<Validity> {
    let mut joined: Vec<Validity> = Vec::new();
    for validity in validities {
        match joined.last_mut() {
            Some(last) if last.meets(validity) => *last = last.joined(validity),
            _ => joined.push(validity),
        }
    }
    joined
}

/// What stands for an item on a date.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resolution {
    /// The item itself, or the successors that are valid on the date; in the order in which they were named.
    pub items: Vec<ItemCode>,
    /// Each item that was retired by then, and what it was replaced by.
    pub path: Vec<(ItemCode, Vec<ItemCode>)>,
}

/// Follows successors to what is valid on a date. `None`: there never was such an item. An annulled one leads nowhere.
pub fn resolve(state: &State, code: &str, on: Date) -> Option<Resolution> {
    if state.items.versions_of(code).is_empty() {
        return state.annulled.contains(code).then(Resolution::default);
    }
    let mut resolution = Resolution::default();
    let mut seen: BTreeSet<ItemCode> = BTreeSet::new();
    let mut next = vec![ItemCode::new(code)];
    while let Some(code) = next.pop() {
        if !seen.insert(code.clone()) {
            continue;
        }
        let versions = state.items.versions_of(&code);
        if versions.iter().any(|version| version.validity().contains(on)) {
            resolution.items.push(code);
        } else if let Some(last) = versions.iter().rev().find(|version| version.validity().end_key() <= on) {
            let successors = successors_of(last).to_vec();
            next.extend(successors.iter().rev().cloned());
            resolution.path.push((code, successors));
        }
    }
    Some(resolution)
}

fn successors_of(version: &ItemVersion) -> &[ItemCode] {
    version.stretch.retirement.as_ref().map(|retirement| retirement.successors.as_slice()).unwrap_or_default()
}

/// When an item is valid, or what replaced it is, from the replacement on; in the order of starts.
pub fn validities_with_successors(state: &State, item: &str) -> Vec<Validity> {
    let mut since: BTreeMap<&str, Date> = BTreeMap::new();
    let mut next = vec![(item, Date::MIN)];
    while let Some((code, from)) = next.pop() {
        // A code is looked at again only for an earlier date, so a circle of successors comes to an end.
        if since.get(code).is_some_and(|known| *known <= from) {
            continue;
        }
        since.insert(code, from);
        for version in state.items.versions_of(code) {
            let end = version.validity().end_key().max(from);
            next.extend(successors_of(version).iter().map(|successor| (successor.as_str(), end)));
        }
    }
    let of_one = |(code, from): (&str, Date)| {
        let versions = state.items.versions_of(code).iter();
        versions.filter_map(move |version| version.validity().intersection(Validity::starting(from))).collect::<Vec<Validity>>()
    };
    let mut validities: Vec<Validity> = since.into_iter().flat_map(of_one).collect();
    validities.sort_by_key(|validity| validity.start_key());
    validities
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::dictionary::Dictionary;
    use crate::domain::item::{Content, Retirement, Stretch};
    use crate::domain::item_table::ItemTable;

    fn year(number: i16) -> Date {
        Date::constant(number, 1, 1)
    }

    /// A code, its parent, its end and its successors.
    type Line<'a> = (&'a str, Option<&'a str>, Option<i16>, &'a [&'a str]);

    fn world(items: &[Line<'_>]) -> World {
        let toml = "code = \"units\"\ntype = \"Unit\"\nname = { ru = \"Отделы\" }\nhierarchy = { on_retire = \"successor\" }\n[passport]\nowner = \"Отдел\"\n";
        let dictionary = Arc::new(Dictionary::compile(toml::from_str(toml).unwrap()).unwrap());
        let version = |(code, parent, end, successors): &Line<'_>| {
            let successors: Vec<ItemCode> = successors.iter().map(|code| ItemCode::new(code)).collect();
            let retirement = end.map(|_| Box::new(Retirement { reason: String::new(), successors }));
            let validity = Validity::new(Some(year(2000)), end.map(year)).unwrap();
            let content = Content { parent: parent.map(ItemCode::new), values: Box::new([]) };
            Arc::new(ItemVersion::new(&dictionary, ItemCode::new(code), Stretch { validity, content, retirement }, 1))
        };
        let items = Arc::new(ItemTable::new(items.iter().map(version).collect()));
        let annulled = Arc::new(BTreeSet::from([ItemCode::new("x")]));
        World::from([(dictionary.code.clone(), State { dictionary, items, annulled })])
    }

    #[test]
    fn resolving_follows_splits_and_merges_and_leaves_circles() {
        let world = world(&[
            ("1", None, Some(2010), &["2", "3"]),
            ("2", None, Some(2015), &["4"]),
            ("3", None, None, &[]),
            ("4", None, None, &[]),
            ("5", None, Some(2010), &["6"]),
            ("6", None, Some(2011), &["5"]),
        ]);
        let state = world.values().next().unwrap();
        let items = |code, on| resolve(state, code, year(on)).map(|found| found.items.join(","));
        assert_eq!(items("1", 2005).as_deref(), Some("1"));
        assert_eq!(items("1", 2012).as_deref(), Some("2,3"));
        assert_eq!(items("1", 2015).as_deref(), Some("4,3"));
        assert_eq!(items("1", 1999).as_deref(), Some(""));
        assert_eq!(items("5", 2020).as_deref(), Some(""));
        assert_eq!((items("x", 2020).as_deref(), items("9", 2020)), (Some(""), None));
        let path = resolve(state, "1", year(2015)).unwrap().path;
        assert_eq!(path, [("1".into(), vec!["2".into(), "3".into()]), ("2".into(), vec!["4".into()])]);
        assert_eq!(Validity::starting(year(2000)).uncovered_by(validities_with_successors(state, "1")), None);
        assert_eq!(
            Validity::starting(year(2000)).uncovered_by(validities_with_successors(state, "5")),
            Some(Validity::starting(year(2011)))
        );
    }

    #[test]
    fn usages_are_found_with_what_they_ask_for() {
        let world = world(&[("1", None, None, &[]), ("2", Some("1"), Some(2010), &[]), ("3", Some("2"), None, &[])]);
        let units = DictionaryCode::parse("units").unwrap();
        let usages = usages_of(&world, &units, "1");
        let expected = Usage {
            dictionary: units.clone(),
            code: "2".into(),
            attribute: "parent".to_owned(),
            validity: Validity::new(Some(year(2000)), Some(year(2010))).unwrap(),
            on_retire: OnRetire::Successor,
            check: Check::Strict,
        };
        assert_eq!(usages, [expected]);
        assert_eq!(usages_of(&world, &units, "3"), []);
    }
}
