//! What a request stores of a change that was worked out whole: a row for each item, or packs where there are very many.
//! It is made before the transaction that stores it, which would hold up other writers.

use std::sync::Arc;
use std::thread;

use super::content::published_timeline;
use super::filing::Touched;
use crate::app::acting::Acting;
use crate::app::publishing::WorkedOut;
use crate::catalog::Head;
use crate::db;
use crate::db::change_request_content::StoredItem;
use crate::db::change_request_pack::{ITEMS_PER_PACK, ItemPack, PackedFor, PackedItem, Packer};
use crate::domain::account::AccountId;
use crate::domain::change_request::RequestId;
use crate::domain::dictionary::Dictionary;
use crate::domain::error::{Error, Result};
use crate::domain::item_table::Cursor;
use crate::domain::publication::{RowChanges, State};
use crate::domain::text::ItemCode;
use crate::domain::timeline_json::timeline_json;

/// From how many items on they are packed. Fewer are rows, which stewards edit one by one.
const PACKED_ITEMS_MIN: usize = 5_000;

/// How many threads pack; more would take what readers need.
const PACKING_THREADS: usize = 2;

/// The part of a request that is about one dictionary.
pub(super) struct DraftContent {
    pub touched: Touched,
    items: Vec<StoredItem>,
    packs: Vec<ItemPack>,
}

/// Where the items of a change come from.
struct Changed<'a> {
    head: &'a Head,
    dictionary: Arc<Dictionary>,
    after: &'a State,
    rows: &'a RowChanges,
}

impl DraftContent {
    /// Of all dictionaries that a change touches.
    pub fn of_all(head: &Head, touched: Vec<Touched>, worked_out: WorkedOut) -> Result<Vec<Self>> {
        let mut contents = Vec::with_capacity(touched.len());
        for touched in touched {
            let found = worked_out.after.get(&touched.code).zip(worked_out.rows.get(&touched.code));
            let Some((after, rows)) = found else { continue };
            let changed = Changed { head, dictionary: Arc::clone(&after.dictionary), after, rows };
            let codes = rows.codes();
            let (items, packs) = if codes.len() < PACKED_ITEMS_MIN {
                let mut items = after.items.cursor();
                (codes.iter().map(|code| changed.stored_item(code, &mut items)).collect(), Vec::new())
            } else {
                (Vec::new(), changed.packs(&codes)?)
            };
            contents.push(Self { touched, items, packs });
        }
        Ok(contents)
    }

    pub fn store(&self, acting: &mut Acting<'_>, request: RequestId, head: &Head) -> Result<()> {
        db::change_request_content::put_dictionary(acting.connection, &self.touched.stored(request, head))?;
        let of = PackedFor { request, dictionary: self.touched.code.clone(), changed_by: acting.account_id()?, changed_at: acting.now };
        let item = |item: &StoredItem| StoredItem { request, changed_by: of.changed_by, changed_at: of.changed_at, ..item.clone() };
        let items: Vec<StoredItem> = self.items.iter().map(item).collect();
        db::change_request_content::insert_items(acting.connection, &items)?;
        db::change_request_pack::insert_all(acting.connection, &self.packs, &of)
    }
}

impl Changed<'_> {
    /// Base and proposal of an item, of which `after` finds the versions.
    fn timelines(&self, code: &ItemCode, after: &mut Cursor<'_>) -> (String, String) {
        let base = timeline_json(&self.dictionary, &published_timeline(self.head, &self.dictionary, code));
        let proposed = after.versions_of(code).iter().map(|version| &version.stretch);
        (base, timeline_json(&self.dictionary, proposed))
    }

    /// Whose it is, is said when it is stored.
    fn stored_item(&self, code: &ItemCode, after: &mut Cursor<'_>) -> StoredItem {
        let (base, proposed) = self.timelines(code, after);
        StoredItem {
            request: RequestId(0),
            dictionary: self.dictionary.code.clone(),
            code: code.clone(),
            base,
            proposed,
            is_restored: self.rows.restored.contains(code),
            comment: String::new(),
            changed_by: AccountId::SVOD,
            changed_at: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    fn packs(&self, codes: &[ItemCode]) -> Result<Vec<ItemPack>> {
        let share = codes.len().div_ceil(PACKING_THREADS).next_multiple_of(ITEMS_PER_PACK);
        thread::scope(|scope| {
            let packing: Vec<_> = codes.chunks(share).map(|codes| scope.spawn(|| self.packs_of(codes))).collect();
            let mut packs = Vec::with_capacity(codes.len() / ITEMS_PER_PACK + 1);
            for packed in packing {
                packs.extend(packed.join().map_err(|_| Error::internal("packing the items of a request failed"))??);
            }
            Ok(packs)
        })
    }

    fn packs_of(&self, codes: &[ItemCode]) -> Result<Vec<ItemPack>> {
        let of = PackedFor {
            request: RequestId(0),
            dictionary: self.dictionary.code.clone(),
            changed_by: AccountId::SVOD,
            changed_at: jiff::Timestamp::UNIX_EPOCH,
        };
        let mut packer = Packer::new()?;
        let mut packs = Vec::new();
        let mut after = self.after.items.cursor();
        for codes in codes.chunks(ITEMS_PER_PACK) {
            for code in codes {
                let (base, proposed) = self.timelines(code, &mut after);
                let is_restored = self.rows.restored.contains(code);
                packer.push(&PackedItem { code, base: &base, proposed: &proposed, is_restored });
            }
            packs.extend(packer.finish(&of)?);
        }
        Ok(packs)
    }
}
