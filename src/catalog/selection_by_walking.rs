//! How a selection was answered before there were indexes, kept to compare with: everything is looked at, sorted and cut.
//! It uses no index, not even for what stands under an item.

use rustc_hash::FxHashMap;

use super::edition::DictionarySnapshot;
use super::patience::Patience;
use super::positions::Positions;
use super::selection::{Outcome, Page, Selection};
use super::selection_order::{Place, Row, SortKey, compare_keys, keys_of};
use super::selection_predicate::{Descendants, Matcher};
use super::work::{FoundBy, OrderedBy, TotalBy, Work};

impl Outcome {
    /// What was found, however it was.
    pub(crate) fn found(&self) -> (&[Row], bool, bool, Option<usize>) {
        (&self.rows, self.has_next, self.has_previous, self.total_count)
    }
}

impl Selection {
    pub(crate) fn page_by_walking(&self, snapshot: &DictionarySnapshot, page: &Page) -> Outcome {
        let under = self.under_by_walking(snapshot);
        let patience = Patience::new(&|| true);
        let matcher = Matcher::new(snapshot, self.predicate.as_ref(), &under, &patience);
        let hits: Option<FxHashMap<usize, f32>> = self.search.as_ref().map(|text| snapshot.search(text).into_iter().collect());
        let mut count = 0;
        let mut keyed: Vec<(Vec<Option<SortKey>>, Row)> = Vec::new();
        for (position, version) in snapshot.items.versions().iter().enumerate() {
            let score = match &hits {
                Some(hits) => hits.get(&position).copied(),
                None => Some(0.0),
            };
            let Some(score) = score.filter(|_| version.validity().contains(self.valid_on) && matcher.matches(position as u32)) else {
                continue;
            };
            count += 1;
            let row = Row { position: position as u32, score };
            let keys = keys_of(&self.orders, snapshot, row);
            let is_after =
                |place: &Place| compare_keys(&self.orders, &keys, &place.keys).then_with(|| version.code.cmp(&place.code)).is_gt();
            if page.after.as_ref().is_none_or(is_after) {
                keyed.push((keys, row));
            }
        }
        keyed.sort_by(|(a, row_a), (b, row_b)| compare_keys(&self.orders, a, b).then(row_a.position.cmp(&row_b.position)));
        let left = keyed.len();
        let skipped = page.offset.min(left);
        let rows: Vec<Row> = keyed.into_iter().map(|(_, row)| row).skip(skipped).take(page.first).collect();
        let work = Work {
            found_by: FoundBy::ValidTime,
            candidates_count: count,
            tested_count: count,
            total_by: TotalBy::Walk,
            ordered_by: OrderedBy::Sort,
        };
        Outcome {
            has_next: left > skipped + rows.len(),
            has_previous: count > left || skipped > 0,
            total_count: page.is_total_wanted.then_some(count),
            rows,
            work,
        }
    }

    fn under_by_walking(&self, snapshot: &DictionarySnapshot) -> Descendants<'_> {
        let mut ancestors = Vec::new();
        self.predicate.iter().for_each(|predicate| predicate.collect_ancestors(&mut ancestors));
        let mut all = Descendants::default();
        for ancestor in ancestors {
            let mut found = Positions::none_of(snapshot.items.versions().len());
            let mut to_visit = vec![ancestor.as_str()];
            while let Some(parent) = to_visit.pop() {
                for (position, version) in snapshot.items.versions().iter().enumerate() {
                    let is_child = version.parent() == Some(parent) && version.validity().contains(self.valid_on);
                    if is_child && snapshot.dictionary.is_hierarchical() && found.insert(position as u32) {
                        to_visit.push(&version.code);
                    }
                }
            }
            all.insert(ancestor.as_str(), found);
        }
        all
    }
}
