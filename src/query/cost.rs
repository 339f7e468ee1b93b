//! What a query would cost, told before it is run: how many values it would read, rows × fields, as far as the page sizes that it
//! names and the sizes of the dictionaries tell. What is truly read is counted while it runs, in `scope.rs`.

use super::fault::{Fault, Outcome};
use super::plan::arguments::Bindings;
use super::plan::{ConnectionKind, EdgeKind, Field, ItemKind, Items, Plain, Plan, RootKind};
use super::schema::{CHANGES_DEFAULT, CHILDREN_DEFAULT, PAGE_SIZE_DEFAULT};
use super::scope::Scope;
use super::shape::ItemField;

/// How many stand over an item, in a hierarchy as deep as they are.
const ANCESTORS_USUAL: u64 = 5;
/// How many versions an item has had, how many items a list of references names, how many things a passport lists.
const FEW: u64 = 4;
/// At how many levels an item can be found under others of the same list.
const LEVELS_USUAL: u64 = 8;

/// How many values an event of the feed is made of: all versions of an item, before and after.
const EVENT_VALUES: u64 = 10;

/// The values that an operation would read. Sums saturate: lists in lists multiply.
pub fn estimate(scope: &Scope, plan: &Plan, bindings: &Bindings<'_>) -> u64 {
    let estimate = Estimate { scope, bindings };
    plan.root.iter().map(|field| estimate.root(field)).fold(0, u64::saturating_add)
}

/// Refuses what would cost more than the limit.
pub fn check(cost: u64, scope: &Scope) -> Outcome<()> {
    let max = scope.limits.cost_max;
    if cost <= max {
        return Ok(());
    }
    Err(Fault::limit(format!(
        "the query would read about {cost} values, rows × fields, and at most {max} are read (cost_max): ask for fewer at once"
    )))
}

struct Estimate<'a> {
    scope: &'a Scope,
    bindings: &'a Bindings<'a>,
}

impl Estimate<'_> {
    fn root(&self, field: &Field<RootKind>) -> u64 {
        let inner = match &field.kind {
            RootKind::TypeName | RootKind::Introspection => 0,
            RootKind::Publication(of) | RootKind::Dictionary(of) => self.plain(of, 1),
            RootKind::Publications(of) => self.plain(of, self.first(field, PAGE_SIZE_DEFAULT)),
            RootKind::Dictionaries(of) => self.plain(of, self.scope.typed.shapes.len() as u64),
            RootKind::Changes(of) => self.changes(of, self.first(field, CHANGES_DEFAULT)),
            RootKind::Single(shape, of) => self.items(of, *shape, 1),
            RootKind::History(shape, of) => self.items(of, *shape, FEW),
            RootKind::List(shape, of) => {
                let rows = self.first(field, PAGE_SIZE_DEFAULT).min(self.size(*shape));
                of.iter().map(|field| self.of_connection(field, *shape, rows)).fold(0, u64::saturating_add)
            }
        };
        inner.saturating_add(1)
    }

    /// Events are read whatever is asked of them: without them nobody knows where the page ends.
    fn changes(&self, of: &Plain, rows: u64) -> u64 {
        let each = of.iter().map(|field| if field.kind.of.is_empty() { 1 } else { self.plain(&field.kind.of, rows) });
        each.fold(rows.saturating_mul(EVENT_VALUES), u64::saturating_add)
    }

    fn of_connection(&self, field: &Field<ConnectionKind>, shape: usize, rows: u64) -> u64 {
        match &field.kind {
            ConnectionKind::TypeName | ConnectionKind::TotalCount | ConnectionKind::ValidOn => 1,
            ConnectionKind::Nodes(of) => self.items(of, shape, rows),
            ConnectionKind::PageInfo(of) | ConnectionKind::Publication(of) => self.plain(of, 1),
            ConnectionKind::Edges(of) => {
                let of_edge = |field: &Field<EdgeKind>| match &field.kind {
                    EdgeKind::Node(of) => self.items(of, shape, rows),
                    EdgeKind::TypeName | EdgeKind::Cursor => rows,
                };
                of.iter().map(of_edge).fold(0, u64::saturating_add)
            }
        }
    }

    fn items(&self, of: &Items, shape: usize, rows: u64) -> u64 {
        let each = of.iter().map(|field| match &field.kind {
            ItemKind::TypeName | ItemKind::Leaf(_) => rows,
            ItemKind::Plain(_, of) => self.plain(of, rows),
            ItemKind::Items(led_by, target, of) => self.items(of, *target, self.rows_led_to(field, *led_by, shape, rows)),
        });
        each.fold(rows, u64::saturating_add)
    }

    /// How many items a field of so many rows leads to.
    fn rows_led_to(&self, field: &Field<ItemKind>, led_by: ItemField, shape: usize, rows: u64) -> u64 {
        let below = || rows.saturating_mul(self.first(field, CHILDREN_DEFAULT));
        match led_by {
            // An item stands under one parent only, so the children of distinct items are no more than there are items.
            ItemField::Children => below().min(self.size(shape)),
            ItemField::Descendants => below().min(self.size(shape).saturating_mul(LEVELS_USUAL)),
            ItemField::Ancestors => rows.saturating_mul(ANCESTORS_USUAL),
            ItemField::History => rows.saturating_mul(FEW),
            ItemField::Attribute(at) if self.scope.typed.shapes[shape].dictionary.attributes[at].definition.list => {
                rows.saturating_mul(FEW)
            }
            _ => rows,
        }
    }

    fn plain(&self, of: &Plain, rows: u64) -> u64 {
        let each =
            of.iter().map(|field| if field.kind.of.is_empty() { rows } else { self.plain(&field.kind.of, rows.saturating_mul(FEW)) });
        each.fold(rows, u64::saturating_add)
    }

    /// The page size that a field names. What is wrong with it is told when it is run.
    fn first<K>(&self, field: &Field<K>, default: usize) -> u64 {
        let bound = field.arguments.and_then(|at| self.bindings.get(at).ok());
        let first = bound.and_then(|bound| bound.arguments().integer("first"));
        first.map_or(default as u64, |first| u64::try_from(first).unwrap_or_default()).min(self.scope.limits.page_size_max as u64)
    }

    fn size(&self, shape: usize) -> u64 {
        self.scope.resident(shape).map_or(0, |resident| resident.current.items.versions().len() as u64)
    }
}
