//! All item versions of one dictionary at one publication, sorted by code and interval; it never changes.
//! The rows lie in blocks that end where an item ends. A changed table shares the blocks in which nothing changed, so that a
//! publication costs the blocks that it touches, and whoever keeps something about a block can keep it as long as the block.
//! Codes sort by their UTF-8 bytes, here as in digests, feeds and the data API.

use std::convert::Infallible;
use std::hash::{BuildHasher, BuildHasherDefault};
use std::ops::Range;
use std::sync::Arc;

use hashbrown::HashTable;
use rustc_hash::FxHasher;

use super::in_order::in_order;
use super::item::ItemVersion;
use super::text::ItemCode;
use super::validity::Date;

/// How many rows a new block has. Small in unit tests, so that small dictionaries have several.
const BLOCK_ROWS: usize = if cfg!(test) { 24 } else { 16_384 };

/// A block that grew beyond this is cut. With the versions of one last item it stays under what sixteen bits count.
const BLOCK_ROWS_MAX: usize = BLOCK_ROWS + BLOCK_ROWS / 2;

/// A block that shrank below this is joined with its neighbour.
const BLOCK_ROWS_MIN: usize = BLOCK_ROWS / 4;

const HASHER: BuildHasherDefault<FxHasher> = BuildHasherDefault::new();

/// An immutable table; a changed one shares the blocks that did not change.
#[derive(Debug, Default)]
pub struct ItemTable {
    blocks: Box<[Arc<ItemBlock>]>,
    /// The position of the first row of each block, and behind them the number of all rows.
    bases: Box<[u32]>,
    /// The first code of each block: an item is looked for without touching the blocks that do not have it.
    first_codes: Box<[ItemCode]>,
    items_count: usize,
}

/// Neighbouring rows of a table, with all versions of each of their items.
#[derive(Debug)]
pub struct ItemBlock {
    versions: Box<[Arc<ItemVersion>]>,
    /// For each item the offset of its first version. Holds offsets only, so it costs three bytes an item.
    first_by_code: HashTable<u16>,
    newest_seq: i64,
}

/// The rows of a table, in order.
#[derive(Debug, Clone, Copy)]
pub struct Versions<'a> {
    table: &'a ItemTable,
}

impl ItemTable {
    /// Sorts the versions of any number of items.
    pub fn new(mut versions: Vec<Arc<ItemVersion>>) -> Self {
        versions.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
        let mut blocks = Vec::new();
        cut(versions, &mut blocks);
        Self::of_blocks(blocks)
    }

    fn of_blocks(blocks: Vec<Arc<ItemBlock>>) -> Self {
        let mut bases = Vec::with_capacity(blocks.len() + 1);
        let mut base = 0;
        for block in &blocks {
            bases.push(base);
            base += block.versions.len() as u32;
        }
        bases.push(base);
        Self {
            bases: bases.into(),
            first_codes: blocks.iter().map(|block| block.versions[0].code.clone()).collect(),
            items_count: blocks.iter().map(|block| block.first_by_code.len()).sum(),
            blocks: blocks.into(),
        }
    }

    /// The table with the timelines of some items replaced, in the order of their codes; an empty timeline takes the item out.
    pub fn with<'a>(&self, replaced: impl IntoIterator<Item = (&'a ItemCode, &'a Vec<Arc<ItemVersion>>)>) -> Self {
        let mut replacements = replaced.into_iter().peekable();
        let mut made = Rebuilding::default();
        for (index, block) in self.blocks.iter().enumerate() {
            let end = self.first_codes.get(index + 1);
            let mut of_block = Vec::new();
            while let Some(replacement) = replacements.next_if(|(code, _)| end.is_none_or(|end| *code < end)) {
                of_block.push(replacement);
            }
            if of_block.is_empty() { made.keep(block) } else { made.add(block.with(&of_block)) }
        }
        made.add(replacements.flat_map(|(_, timeline)| timeline.iter().cloned()).collect());
        Self::of_blocks(made.finish())
    }

    /// All versions, by code and interval.
    pub fn versions(&self) -> Versions<'_> {
        Versions { table: self }
    }

    /// The version at a position among all versions.
    pub fn version(&self, position: usize) -> &Arc<ItemVersion> {
        let (block, offset) = self.locate(position as u32);
        &self.blocks[block].versions[offset as usize]
    }

    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// How many items there are, whenever they are valid.
    pub fn items_count(&self) -> usize {
        self.items_count
    }

    pub fn blocks(&self) -> &[Arc<ItemBlock>] {
        &self.blocks
    }

    /// The position of the first row of a block.
    pub fn base(&self, block: usize) -> u32 {
        self.bases[block]
    }

    /// The block in which a position lies, and the offset there.
    pub fn locate(&self, position: u32) -> (usize, u16) {
        // The first base is 0, so some base is not greater.
        let block = self.bases[..self.blocks.len()].partition_point(|base| *base <= position) - 1;
        (block, (position - self.bases[block]) as u16)
    }

    /// The position of the first row whose code is greater; the number of all rows when there is none.
    pub fn position_after(&self, code: &str) -> u32 {
        match self.block_of(code) {
            Some(block) => self.bases[block] + self.blocks[block].versions.partition_point(|version| version.code.as_str() <= code) as u32,
            None => 0,
        }
    }

    /// The block and the offsets there of the versions of an item; `None` when there is no such item.
    pub fn locate_versions(&self, code: &str) -> Option<(usize, Range<u16>)> {
        let block = self.block_of(code)?;
        Some((block, self.blocks[block].offsets_of(code)?))
    }

    /// The position of the first version of an item.
    pub fn first_position(&self, code: &str) -> Option<usize> {
        let block = self.block_of(code)?;
        Some(self.bases[block] as usize + self.blocks[block].first_offset(code)?)
    }

    /// For whoever looks for many items, in about the order of their codes.
    pub fn cursor(&self) -> Cursor<'_> {
        Cursor { table: self, block: 0, offset: 0 }
    }

    /// The versions of one item, by interval; none when there is no such item.
    pub fn versions_of(&self, code: &str) -> &[Arc<ItemVersion>] {
        match self.locate_versions(code) {
            Some((block, offsets)) => &self.blocks[block].versions[usize::from(offsets.start)..usize::from(offsets.end)],
            None => &[],
        }
    }

    /// The position of the version of an item that is valid on a date.
    pub fn position_at(&self, code: &str, on: Date) -> Option<usize> {
        let index = self.block_of(code)?;
        let block = &self.blocks[index];
        let first = block.first_offset(code)?;
        let versions = block.versions[first..].iter().take_while(|version| version.code == code);
        let offset = versions.enumerate().find(|(_, version)| version.validity().contains(on)).map(|(offset, _)| offset)?;
        Some(self.bases[index] as usize + first + offset)
    }

    /// The code of each item once, in order.
    pub fn codes(&self) -> impl Iterator<Item = &ItemCode> {
        self.blocks.iter().flat_map(|block| {
            let is_first = |at: &usize| *at == 0 || block.versions[at - 1].code != block.versions[*at].code;
            (0..block.versions.len()).filter(is_first).map(|at| &block.versions[at].code)
        })
    }

    /// The block in which an item lies if it is there.
    fn block_of(&self, code: &str) -> Option<usize> {
        self.first_codes.partition_point(|first| first.as_str() <= code).checked_sub(1)
    }
}

/// Finds items that are looked for in about the order of their codes: the one behind the last is found without a search.
#[derive(Debug)]
pub struct Cursor<'a> {
    table: &'a ItemTable,
    /// Where the rows after the last item that was found begin.
    block: usize,
    offset: usize,
}

impl<'a> Cursor<'a> {
    /// The versions of one item, by interval; none when there is no such item.
    pub fn versions_of(&mut self, code: &str) -> &'a [Arc<ItemVersion>] {
        self.find(code).map(|(_, versions)| versions).unwrap_or_default()
    }

    /// The same, with the position of the first of them.
    pub fn find(&mut self, code: &str) -> Option<(usize, &'a [Arc<ItemVersion>])> {
        if !self.next_is(code) {
            let (block, offsets) = self.table.locate_versions(code)?;
            (self.block, self.offset) = (block, usize::from(offsets.start));
        }
        let (block, first) = (self.block, self.offset);
        let rest = &self.table.blocks[block].versions[first..];
        let versions = &rest[..rest.iter().take_while(|version| version.code == code).count()];
        self.offset += versions.len();
        if versions.len() == rest.len() {
            (self.block, self.offset) = (block + 1, 0);
        }
        Some((self.table.bases[block] as usize + first, versions))
    }

    fn next_is(&self, code: &str) -> bool {
        let block = self.table.blocks.get(self.block);
        block.and_then(|block| block.versions.get(self.offset)).is_some_and(|version| version.code == code)
    }
}

impl ItemBlock {
    fn new(versions: Box<[Arc<ItemVersion>]>) -> Self {
        let mut first_by_code: HashTable<u16> = HashTable::with_capacity(versions.len());
        let rehash = |at: &u16| HASHER.hash_one(versions[usize::from(*at)].code.as_str());
        for (offset, version) in versions.iter().enumerate() {
            if offset == 0 || versions[offset - 1].code != version.code {
                first_by_code.insert_unique(HASHER.hash_one(version.code.as_str()), offset as u16, rehash);
            }
        }
        first_by_code.shrink_to_fit(rehash);
        let newest_seq = versions.iter().map(|version| version.published_seq).max().unwrap_or_default();
        Self { versions, first_by_code, newest_seq }
    }

    pub fn versions(&self) -> &[Arc<ItemVersion>] {
        &self.versions
    }

    /// The latest publication that made any of the rows known.
    pub fn newest_seq(&self) -> i64 {
        self.newest_seq
    }

    /// What the block takes without the versions that it points to.
    pub fn own_bytes(&self) -> usize {
        size_of::<Self>() + self.versions.len() * size_of::<Arc<ItemVersion>>() + self.first_by_code.allocation_size()
    }

    fn first_offset(&self, code: &str) -> Option<usize> {
        let is_it = |at: &u16| self.versions[usize::from(*at)].code == code;
        self.first_by_code.find(HASHER.hash_one(code), is_it).map(|at| usize::from(*at))
    }

    fn offsets_of(&self, code: &str) -> Option<Range<u16>> {
        let first = self.first_offset(code)?;
        let count = self.versions[first..].iter().take_while(|version| version.code == code).count();
        Some(first as u16..(first + count) as u16)
    }

    /// The rows with some timelines replaced, which are in the order of codes.
    fn with(&self, replaced: &[(&ItemCode, &Vec<Arc<ItemVersion>>)]) -> Vec<Arc<ItemVersion>> {
        let mut versions = Vec::with_capacity(self.versions.len() + replaced.len());
        let mut rest = &self.versions[..];
        for (code, timeline) in replaced {
            let (kept, from_code) = rest.split_at(rest.partition_point(|version| version.code < **code));
            versions.extend(kept.iter().cloned());
            versions.extend(timeline.iter().cloned());
            rest = &from_code[from_code.iter().take_while(|version| version.code == **code).count()..];
        }
        versions.extend(rest.iter().cloned());
        versions
    }
}

/// Makes a table of kept blocks and changed rows.
#[derive(Default)]
struct Rebuilding {
    blocks: Vec<Arc<ItemBlock>>,
    /// Changed rows after those of the blocks.
    pending: Vec<Arc<ItemVersion>>,
}

impl Rebuilding {
    fn keep(&mut self, block: &Arc<ItemBlock>) {
        if self.is_tiny() && self.pending.len() + block.versions.len() <= BLOCK_ROWS_MAX {
            self.pending.extend(block.versions.iter().cloned());
        } else {
            self.flush();
            self.blocks.push(Arc::clone(block));
        }
    }

    fn add(&mut self, mut rows: Vec<Arc<ItemVersion>>) {
        if !self.is_tiny() {
            self.flush();
        }
        self.pending.append(&mut rows);
    }

    /// Rows that wait for company.
    fn is_tiny(&self) -> bool {
        !self.pending.is_empty() && self.pending.len() < BLOCK_ROWS_MIN
    }

    fn flush(&mut self) {
        cut(std::mem::take(&mut self.pending), &mut self.blocks);
    }

    fn finish(mut self) -> Vec<Arc<ItemBlock>> {
        let pending_count = self.pending.len();
        let has_room = |block: &mut Arc<ItemBlock>| block.versions.len() + pending_count <= BLOCK_ROWS_MAX;
        if self.is_tiny()
            && let Some(last) = self.blocks.pop_if(has_room)
        {
            self.pending.splice(0..0, last.versions.iter().cloned());
        }
        self.flush();
        self.blocks
    }
}

/// Cuts sorted rows into blocks of about the same size, where an item ends.
fn cut(versions: Vec<Arc<ItemVersion>>, blocks: &mut Vec<Arc<ItemBlock>>) {
    if versions.is_empty() {
        return;
    }
    if versions.len() <= BLOCK_ROWS_MAX {
        return blocks.push(Arc::new(ItemBlock::new(versions.into())));
    }
    let blocks_count = versions.len().div_ceil(BLOCK_ROWS);
    let rows = versions.len().div_ceil(blocks_count);
    let mut left = &versions[..];
    let next = || {
        let mut end = rows.min(left.len());
        let last = end.checked_sub(1)?;
        end += left[end..].iter().take_while(|version| version.code == left[last].code).count();
        let (block, rest) = left.split_at(end);
        left = rest;
        Some(block)
    };
    let Ok(()) = in_order(
        next,
        |block: &[Arc<ItemVersion>]| Arc::new(ItemBlock::new(block.into())),
        |block| {
            blocks.push(block);
            Ok::<(), Infallible>(())
        },
    );
}

impl<'a> Versions<'a> {
    pub fn iter(self) -> <Self as IntoIterator>::IntoIter {
        self.into_iter()
    }

    pub fn len(self) -> usize {
        self.table.bases.last().map_or(0, |count| *count as usize)
    }

    pub fn is_empty(self) -> bool {
        self.table.blocks.is_empty()
    }
}

impl<'a> IntoIterator for Versions<'a> {
    type Item = &'a Arc<ItemVersion>;
    type IntoIter = std::iter::FlatMap<
        std::slice::Iter<'a, Arc<ItemBlock>>,
        std::slice::Iter<'a, Arc<ItemVersion>>,
        fn(&'a Arc<ItemBlock>) -> std::slice::Iter<'a, Arc<ItemVersion>>,
    >;

    fn into_iter(self) -> Self::IntoIter {
        self.table.blocks.iter().flat_map(|block| block.versions.iter())
    }
}

fn sort_key(version: &ItemVersion) -> (&ItemCode, Date) {
    (&version.code, version.validity().start_key())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::item::{Content, Stretch};
    use crate::domain::validity::Validity;
    use proptest::prelude::*;

    fn version(code: u8, start: i16, seq: i64) -> Arc<ItemVersion> {
        let from = (start > 0).then(|| Date::constant(2000, 1, 1).saturating_add(jiff::Span::new().days(start)));
        let to = Date::constant(2000, 1, 1).saturating_add(jiff::Span::new().days(start + 1));
        let content = Content { parent: None, values: Box::new([]) };
        let stretch = Stretch { validity: Validity::new(from, Some(to)).unwrap(), content, retirement: None };
        Arc::new(ItemVersion { code: format!("{code:03}").into(), stretch, digest: [0; 32], published_seq: seq })
    }

    fn timeline(code: u8, count: i16, seq: i64) -> Vec<Arc<ItemVersion>> {
        (0..count).map(|start| version(code, start, seq)).collect()
    }

    proptest! {
        /// The naive model: a map of timelines.
        #[test]
        fn a_changed_table_agrees_with_a_model(changes in prop::collection::vec(prop::collection::btree_map(any::<u8>(), 0i16..4, 0..60), 1..8)) {
            let mut model: BTreeMap<ItemCode, Vec<Arc<ItemVersion>>> = BTreeMap::new();
            let mut table = ItemTable::default();
            for (seq, change) in changes.into_iter().enumerate() {
                let replaced: BTreeMap<ItemCode, Vec<Arc<ItemVersion>>> =
                    change.iter().map(|(code, count)| (format!("{code:03}").into(), timeline(*code, *count, seq as i64))).collect();
                let before = table;
                table = before.with(&replaced);
                model.extend(replaced.clone());
                model.retain(|_, timeline| !timeline.is_empty());
                let expected: Vec<*const ItemVersion> = model.values().flatten().map(Arc::as_ptr).collect();
                prop_assert_eq!(table.versions().iter().map(Arc::as_ptr).collect::<Vec<_>>(), &expected[..]);
                prop_assert_eq!(table.versions().len(), expected.len());
                prop_assert_eq!(table.items_count(), model.len());
                prop_assert_eq!(table.codes().cloned().collect::<Vec<_>>(), model.keys().cloned().collect::<Vec<_>>());
                for (position, version) in model.values().flatten().enumerate() {
                    prop_assert!(Arc::ptr_eq(table.version(position), version));
                    prop_assert_eq!(table.position_at(&version.code, version.validity().start_key()), Some(position));
                }
                let (mut onwards, mut backwards) = (table.cursor(), table.cursor());
                for code in (0..=255u8).rev() {
                    let code = format!("{code:03}");
                    prop_assert_eq!(backwards.find(&code).map(|(position, _)| position), table.first_position(&code));
                }
                for code in 0..=255u8 {
                    let code = format!("{code:03}");
                    let found: Vec<*const ItemVersion> = table.versions_of(&code).iter().map(Arc::as_ptr).collect();
                    let by_cursor: Vec<*const ItemVersion> = onwards.versions_of(&code).iter().map(Arc::as_ptr).collect();
                    prop_assert_eq!(&by_cursor, &found);
                    prop_assert_eq!(found, model.get(code.as_str()).into_iter().flatten().map(Arc::as_ptr).collect::<Vec<_>>());
                    let after = model.values().flatten().filter(|version| version.code.as_str() <= code.as_str()).count();
                    prop_assert_eq!(table.position_after(&code) as usize, after);
                }
                for block in table.blocks() {
                    prop_assert!(block.versions.len() < BLOCK_ROWS_MAX + 4);
                    prop_assert_eq!(Some(block.newest_seq), block.versions.iter().map(|version| version.published_seq).max());
                }
                let tiny = table.blocks().iter().filter(|block| block.versions.len() < BLOCK_ROWS_MIN).count();
                prop_assert!(tiny <= 1 + table.blocks().len() / 2, "tiny blocks are joined");
            }
        }
    }

    #[test]
    fn one_change_leaves_the_other_blocks_shared() {
        let table = ItemTable::new((0..200).flat_map(|code| timeline(code, 2, 1)).collect());
        let blocks_count = table.blocks().len();
        assert!(blocks_count > 10);
        let changed = table.with(&BTreeMap::from([(ItemCode::from("100"), timeline(100, 3, 2))]));
        let is_shared = |block: &&Arc<ItemBlock>| table.blocks().iter().any(|before| Arc::ptr_eq(before, block));
        assert_eq!(changed.blocks().iter().filter(is_shared).count(), blocks_count - 1);
        assert_eq!(changed.versions().len(), 401);
    }
}
