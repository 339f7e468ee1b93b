//! A page of a list of items, by the Cursor Connections specification.

use std::sync::Arc;

use apollo_compiler::ExecutableDocument;
use apollo_compiler::executable::{Selection as Selected, SelectionSet};
use apollo_compiler::resolvers::{FieldError, ObjectValue, ResolveInfo, ResolvedValue};

use super::argument::Arguments;
use super::cursor::{self, ListName};
use super::fault::{Fault, Outcome};
use super::filter::FilterReader;
use super::item::Item;
use super::publication::PublicationObject;
use super::schema::PAGE_SIZE_DEFAULT;
use super::scope::Scope;
use super::shape::Shape;
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
        let arguments = Arguments::of(info);
        let first = arguments.page_size(scope, PAGE_SIZE_DEFAULT)?;
        let at = arguments.coordinate(scope, scope.now())?;
        let shape = &scope.typed.shapes[shape_index];
        let search = read_search(scope, arguments)?;
        // A filter is read even when there is nothing to filter, so that what is wrong with it is always told.
        let snapshot = scope.snapshot(shape_index, at.publication)?;
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
        let page = Page { first, after, offset: 0, is_total_wanted: asks_for(info, "totalCount") };
        let page = scope.select(&snapshot, &selection, &page)?;
        Ok(Self { scope, shape_index, at, list, found: Some(FoundIn { snapshot, selection, page }) })
    }

    fn shape(&self) -> &'q Shape {
        &self.scope.typed.shapes[self.shape_index]
    }

    fn rows(&self) -> impl Iterator<Item = (&FoundIn, Row)> {
        self.found.iter().flat_map(|found| found.page.rows.iter().map(move |row| (found, *row)))
    }

    fn item(&self, found: &FoundIn, row: Row, weight: usize) -> Outcome<ResolvedValue<'q>> {
        let version = Arc::clone(found.snapshot.version(row.position as usize));
        Item::new(self.scope, self.shape_index, Arc::clone(&found.snapshot.dictionary), version, self.at).resolved(weight)
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

    fn field<'a>(&'a self, name: &str, weight: usize) -> Option<Outcome<ResolvedValue<'a>>> {
        Some(match name {
            "nodes" => Ok(self.scope.list(self.rows().map(move |(found, row)| self.item(found, row, weight)))),
            "edges" => Ok(self.scope.list(self.rows().map(move |(found, row)| {
                self.scope.count_bytes(weight)?;
                Ok(ResolvedValue::object(Edge { of: self, found, row }))
            }))),
            "pageInfo" => self.page_info().resolved(self.scope, weight),
            "totalCount" => {
                let count = self.found.as_ref().map_or(Some(0), |found| found.page.total_count);
                count.map(ResolvedValue::leaf).ok_or_else(|| Fault::internal("the total was not counted"))
            }
            "publication" => PublicationObject::resolved(self.scope, Some(self.at.publication), weight),
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
        let weight = self.scope.weight(Arguments::of(info));
        let resolved = self.field(info.field_name(), weight).ok_or_else(|| self.unknown_field_error(info))?;
        Ok(resolved?)
    }
}

/// A blank search text is the empty field of a form: nothing is searched for.
fn read_search(scope: &Scope, arguments: Arguments<'_>) -> Outcome<Option<String>> {
    let Some(text) = arguments.text("search")?.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    let (length, max) = (text.chars().count(), scope.limits.search_length_max);
    if length > max {
        let message = format!("has {length} characters, and at most {max} are searched for (search_length_max)");
        return Err(Fault::limit(message).within("search"));
    }
    Ok(Some(text.to_owned()))
}

fn list_name(shape: &Shape, orders: &[String], is_search: bool) -> String {
    let order = match orders {
        [] if is_search => "best first".to_owned(),
        [] => "by CODE ASC".to_owned(),
        names => format!("by {}", names.join(", ")),
    };
    format!("{} {order}", shape.names.list_field)
}

/// Whether a field is asked for under the one that is resolved. What `@skip` would take out counts, too.
pub fn asks_for(info: &ResolveInfo<'_>, name: &str) -> bool {
    info.field_selections().iter().any(|field| has_field(&field.selection_set, info.document(), name))
}

fn has_field(set: &SelectionSet, document: &ExecutableDocument, name: &str) -> bool {
    set.selections.iter().any(|selection| match selection {
        Selected::Field(field) => field.name == name,
        Selected::InlineFragment(inline) => has_field(&inline.selection_set, document, name),
        Selected::FragmentSpread(spread) => {
            document.fragments.get(&spread.fragment_name).is_some_and(|fragment| has_field(&fragment.selection_set, document, name))
        }
    })
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
        let scope = self.of.scope;
        match info.field_name() {
            "cursor" => Ok(scope.counted(ResolvedValue::leaf(self.of.cursor(self.found, self.row)))?),
            "node" => Ok(self.of.item(self.found, self.row, scope.weight(Arguments::of(info)))?),
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
    pub fn resolved(self, scope: &Scope, weight: usize) -> Outcome<ResolvedValue<'_>> {
        scope.count_bytes(weight)?;
        Ok(ResolvedValue::object(PageInfoObject { scope, info: self }))
    }
}

struct PageInfoObject<'q> {
    scope: &'q Scope,
    info: PageInfo,
}

impl ObjectValue for PageInfoObject<'_> {
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
        Ok(self.scope.counted(value)?)
    }
}
