//! A page of a list of items, by the Cursor Connections specification.

use std::sync::Arc;

use apollo_compiler::resolvers::{FieldError, ObjectValue, ResolveInfo, ResolvedValue};

use super::super::cursor::{self, ListName};
use super::super::fault::{Fault, Outcome};
use super::super::filter::FilterReader;
use super::super::run::{list_name, read_search};
use super::super::schema::PAGE_SIZE_DEFAULT;
use super::super::scope::Scope;
use super::super::shape::Shape;
use super::item::Item;
use super::publication::PublicationObject;
use super::{arguments_of, asks_for, coordinate};
use crate::app::reading::Coordinate;
use crate::catalog::DictionarySnapshot;
use crate::catalog::selection::{Outcome as Found, Page, Selection};
use crate::catalog::selection_order::Row;

pub struct Connection<'q> {
    scope: &'q Scope,
    shape_index: usize,
    at: Coordinate,
    /// The list as its cursors name it.
    list: ListName,
    /// `None` when the dictionary was not published yet.
    found: Option<FoundIn>,
}

struct FoundIn {
    snapshot: Arc<DictionarySnapshot>,
    selection: Selection,
    page: Found,
}

impl<'q> Connection<'q> {
    pub fn read(scope: &'q Scope, shape_index: usize, info: &ResolveInfo<'_>) -> Outcome<Self> {
        let arguments = arguments_of(info);
        let first = arguments.page_size(scope, PAGE_SIZE_DEFAULT)?;
        let at = coordinate(arguments, scope, scope.now())?;
        let shape = &scope.typed.shapes[shape_index];
        let search = read_search(scope, arguments)?;
        // A filter is read even when there is nothing to filter, so that what is wrong with it is always told.
        let snapshot = scope.whole(shape_index, at.publication)?;
        let dictionary = snapshot.as_ref().map_or(&shape.dictionary, |snapshot| &snapshot.dictionary);
        let mut reader = FilterReader::new(shape, dictionary, &scope.limits);
        let filter = arguments.get("filter").map(|json| reader.read(json)).transpose().map_err(|fault| fault.within("filter"))?;
        let (orders, order_names) = reader.orders(arguments.get("orderBy"))?;
        let list = ListName::new(list_name(shape, &order_names, search.is_some()), search.as_deref(), arguments.get("filter"));
        let selection = Selection::new(at.valid_on, filter, search, &orders);
        let Some(snapshot) = snapshot else { return Ok(Self { scope, shape_index, at, list, found: None }) };
        let after = arguments.text("after")?;
        let after = after.map(|text| cursor::read(text, &list, selection.orders(), &snapshot)).transpose();
        let after = after.map_err(|fault| fault.within("after"))?;
        let page = Page { first, after, offset: arguments.offset()?, is_total_wanted: asks_for(info, "totalCount") };
        let page = selection.page_by_walking(&snapshot, &page);
        Ok(Self { scope, shape_index, at, list, found: Some(FoundIn { snapshot, selection, page }) })
    }

    fn shape(&self) -> &'q Shape {
        &self.scope.typed.shapes[self.shape_index]
    }

    fn rows(&self) -> impl Iterator<Item = (&FoundIn, Row)> {
        self.found.iter().flat_map(|found| found.page.rows.iter().map(move |row| (found, *row)))
    }

    fn item(&self, found: &FoundIn, row: Row) -> Outcome<ResolvedValue<'q>> {
        let version = Arc::clone(found.snapshot.version(row.position as usize));
        Item::new(self.scope, self.shape_index, Arc::clone(&found.snapshot.dictionary), version, self.at).resolved()
    }

    fn cursor(&self, found: &FoundIn, row: Row) -> String {
        cursor::write(&self.list, &found.selection.place_of(&found.snapshot, row))
    }

    fn page_info(&self) -> PageInfo {
        let cursor = |row: Option<(&FoundIn, Row)>| row.map(|(found, row)| self.cursor(found, row));
        PageInfo {
            has_next: self.found.as_ref().is_some_and(|found| found.page.has_next),
            has_previous: self.found.as_ref().is_some_and(|found| found.page.has_previous),
            start_cursor: cursor(self.rows().next()),
            end_cursor: cursor(self.rows().last()),
        }
    }

    fn field<'a>(&'a self, name: &str) -> Option<Outcome<ResolvedValue<'a>>> {
        Some(match name {
            "nodes" => Ok(self.scope.list(self.rows().map(move |(found, row)| self.item(found, row)))),
            "edges" => Ok(self.scope.list(self.rows().map(move |(found, row)| Ok(ResolvedValue::object(Edge { of: self, found, row }))))),
            "pageInfo" => self.page_info().resolved(),
            "totalCount" => {
                let count = self.found.as_ref().map_or(Some(0), |found| found.page.total_count);
                count.map(ResolvedValue::leaf).ok_or_else(|| Fault::internal("the total was not counted"))
            }
            "publication" => PublicationObject::resolved(self.scope, Some(self.at.publication)),
            "validOn" => Ok(ResolvedValue::leaf(self.at.valid_on.to_string())),
            _ => return None,
        })
    }
}

impl ObjectValue for Connection<'_> {
    fn type_name(&self) -> &str {
        &self.shape().names.connection
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        let resolved = self.field(info.field_name()).ok_or_else(|| self.unknown_field_error(info))?;
        Ok(resolved?)
    }
}

struct Edge<'a> {
    of: &'a Connection<'a>,
    found: &'a FoundIn,
    row: Row,
}

impl ObjectValue for Edge<'_> {
    fn type_name(&self) -> &str {
        &self.of.shape().names.edge
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        match info.field_name() {
            "cursor" => Ok(ResolvedValue::leaf(self.of.cursor(self.found, self.row))),
            "node" => Ok(self.of.item(self.found, self.row)?),
            _ => Err(self.unknown_field_error(info)),
        }
    }
}

pub struct PageInfo {
    pub has_next: bool,
    pub has_previous: bool,
    pub start_cursor: Option<String>,
    pub end_cursor: Option<String>,
}

impl PageInfo {
    pub fn resolved<'a>(self) -> Outcome<ResolvedValue<'a>> {
        Ok(ResolvedValue::object(PageInfoObject { info: self }))
    }
}

struct PageInfoObject {
    info: PageInfo,
}

impl ObjectValue for PageInfoObject {
    fn type_name(&self) -> &str {
        "PageInfo"
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        let value = match info.field_name() {
            "hasNextPage" => ResolvedValue::leaf(self.info.has_next),
            "hasPreviousPage" => ResolvedValue::leaf(self.info.has_previous),
            "startCursor" => ResolvedValue::leaf(self.info.start_cursor.clone()),
            "endCursor" => ResolvedValue::leaf(self.info.end_cursor.clone()),
            _ => return Err(self.unknown_field_error(info)),
        };
        Ok(value)
    }
}
