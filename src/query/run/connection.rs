//! A page of a list of items, by the Cursor Connections specification.

use std::cell::LazyCell;

use super::super::argument::Arguments;
use super::super::cursor::{self, ListName};
use super::super::fault::{Fault, Outcome};
use super::super::filter::FilterReader;
use super::super::plan::{ConnectionKind, EdgeKind, Field};
use super::super::schema::PAGE_SIZE_DEFAULT;
use super::super::scope::Scope;
use super::super::shape::Shape;
use super::item::Item;
use super::output::{Output, Written};
use super::publication::PageInfo;
use super::{Run, arguments_of};
use crate::app::reading::Coordinate;
use crate::catalog::DictionarySnapshot;
use crate::catalog::selection::{Outcome as Found, Page, Selection};
use crate::catalog::selection_order::Row;

/// Texts of more rows are searched where nobody waits for the thread.
const INLINE_SEARCH_ROWS_MAX: usize = 5_000;

type Fields<'q> = &'q [Field<ConnectionKind>];

/// A page that was found.
struct Connection<'q> {
    shape_index: usize,
    at: Coordinate,
    /// The list as its cursors name it: made only where there are any.
    list: LazyCell<ListName, Box<dyn FnOnce() -> ListName + 'q>>,
    /// `None` when the dictionary was not published yet.
    found: Option<FoundIn<'q>>,
}

struct FoundIn<'q> {
    snapshot: &'q DictionarySnapshot,
    selection: Selection,
    page: Found,
}

impl<'q> Connection<'q> {
    fn rows(&self) -> impl Iterator<Item = (&FoundIn<'q>, Row)> {
        self.found.iter().flat_map(|found| found.page.rows.iter().map(move |row| (found, *row)))
    }

    fn item(&self, found: &FoundIn<'q>, row: Row) -> Item<'q> {
        let snapshot = found.snapshot;
        let version = snapshot.version(row.position as usize);
        Item { shape_index: self.shape_index, dictionary: &snapshot.dictionary, version, at: self.at, superseded_seq: None }
    }

    fn cursor(&self, found: &FoundIn<'q>, row: Row) -> String {
        cursor::write(&self.list, &found.selection.place_of(found.snapshot, row))
    }

    fn page_info(&self) -> PageInfo<'_> {
        let cursor = |row: Option<(&FoundIn<'q>, Row)>| row.map(|(found, row)| self.cursor(found, row));
        PageInfo {
            has_next: self.found.as_ref().is_some_and(|found| found.page.has_next),
            has_previous: self.found.as_ref().is_some_and(|found| found.page.has_previous),
            start_cursor: Box::new(move || cursor(self.rows().next())),
            end_cursor: Box::new(move || cursor(self.rows().last())),
        }
    }
}

impl<'q> Run<'q> {
    pub fn connection(
        &self,
        out: &mut Output<'q>,
        shape_index: usize,
        field: &'q Field<super::super::plan::RootKind>,
        of: Fields<'q>,
    ) -> Written {
        let bound = self.bound(field, out)?;
        let at = self.coordinate(bound, self.scope.now());
        let page = self.find_page(shape_index, arguments_of(bound), at, of);
        let page = self.told(out, page)?;
        let shape = &self.typed.shapes[shape_index];
        self.object(out, of, |out, field| {
            match &field.kind {
                ConnectionKind::TypeName => out.text(&shape.names.connection),
                ConnectionKind::TotalCount => match page.found.as_ref().map_or(Some(0), |found| found.page.total_count) {
                    Some(count) => out.integer(count as i64),
                    None => return self.composite(field, out, |out| Err(out.fail(&Fault::internal("the total was not counted")))),
                },
                ConnectionKind::ValidOn => out.date(page.at.valid_on),
                ConnectionKind::Nodes(of) => {
                    return self.composite(field, out, |out| {
                        self.list(out, page.rows(), |out, (found, row)| self.item(out, of, page.item(found, row)))
                    });
                }
                ConnectionKind::Edges(of) => {
                    return self.composite(field, out, |out| {
                        self.list(out, page.rows(), |out, (found, row)| self.edge(out, of, &page, found, row))
                    });
                }
                ConnectionKind::PageInfo(of) => {
                    return self.composite(field, out, |out| self.page_info(out, of, &page.page_info()));
                }
                ConnectionKind::Publication(of) => {
                    return self.composite(field, out, |out| self.publication(out, of, Some(page.at.publication)));
                }
            }
            Ok(())
        })
    }

    fn edge(&self, out: &mut Output<'q>, of: &'q [Field<EdgeKind>], page: &Connection<'q>, found: &FoundIn<'q>, row: Row) -> Written {
        self.object(out, of, |out, field| {
            match &field.kind {
                EdgeKind::TypeName => out.text(&self.typed.shapes[page.shape_index].names.edge),
                EdgeKind::Cursor => out.text(&page.cursor(found, row)),
                EdgeKind::Node(of) => return self.composite(field, out, |out| self.item(out, of, page.item(found, row))),
            }
            Ok(())
        })
    }

    fn find_page(&self, shape_index: usize, arguments: Arguments<'q>, at: Outcome<Coordinate>, of: Fields<'q>) -> Outcome<Connection<'q>> {
        let scope = self.scope;
        let first = arguments.page_size(scope, PAGE_SIZE_DEFAULT)?;
        let at = at?;
        let shape = &self.typed.shapes[shape_index];
        let search = read_search(scope, arguments)?;
        // A filter is read even when there is nothing to filter, so that what is wrong with it is always told.
        let snapshot = self.snapshot(shape_index, at.publication)?;
        let dictionary = snapshot.map_or(&shape.dictionary, |snapshot| &snapshot.dictionary);
        let mut reader = FilterReader::new(shape, dictionary, &scope.limits);
        let filter = arguments.get("filter").map(|json| reader.read(json)).transpose().map_err(|fault| fault.within("filter"))?;
        let (orders, order_names) = reader.orders(arguments.get("orderBy"))?;
        let selection = Selection::new(at.valid_on, filter, search.clone(), &orders);
        let list: Box<dyn FnOnce() -> ListName + 'q> = Box::new(move || {
            let name = list_name(shape, &order_names, search.is_some());
            ListName::new(name, search.as_deref(), arguments.get("filter"))
        });
        let list = LazyCell::new(list);
        let Some(snapshot) = snapshot else { return Ok(Connection { shape_index, at, list, found: None }) };
        let after = arguments.text("after")?;
        let after = after.map(|text| cursor::read(text, &list, selection.orders(), snapshot)).transpose();
        let after = after.map_err(|fault| fault.within("after"))?;
        let is_total_wanted = of.iter().any(|field| matches!(field.kind, ConnectionKind::TotalCount));
        let offset = arguments.offset()?;
        // A search of texts cannot be interrupted, and makes its index first where there is none.
        let is_small = snapshot.has_text_index() && snapshot.items.versions().len() <= INLINE_SEARCH_ROWS_MAX;
        if selection.searches() && !is_small {
            scope.check_blocking()?;
        }
        let page = scope.select(snapshot, &selection, &Page { first, after, offset, is_total_wanted })?;
        self.explain(shape_index, &page.work);
        Ok(Connection { shape_index, at, list, found: Some(FoundIn { snapshot, selection, page }) })
    }
}

/// A blank search text is the empty field of a form: nothing is searched for.
pub fn read_search(scope: &Scope, arguments: Arguments<'_>) -> Outcome<Option<String>> {
    let Some(text) = arguments.text("search")?.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    let (length, max) = (text.chars().count(), scope.limits.search_length_max);
    if length > max {
        let message = format!("has {length} characters, and at most {max} are searched for (search_length_max)");
        return Err(Fault::limit(message).within("search"));
    }
    Ok(Some(text.to_owned()))
}

pub fn list_name(shape: &Shape, orders: &[String], is_search: bool) -> String {
    let order = match orders {
        [] if is_search => "best first".to_owned(),
        [] => "by CODE ASC".to_owned(),
        names => format!("by {}", names.join(", ")),
    };
    format!("{} {order}", shape.names.list_field)
}
