//! Pages of lists by the Cursor Connections specification, once for all kinds of entries.

use std::borrow::Cow;

use async_graphql::connection::PageInfo;
use async_graphql::{Object, OutputType, Result, TypeName};

use super::cursor;
use super::fault::{bad_input, error};
use super::limits::ManagementLimits;

/// Entries of a page when nobody says how many.
pub const PAGE_SIZE_DEFAULT: usize = 50;

/// What a list costs: its entries as often as there may be some. It is asked before arguments are checked.
pub fn page_cost(first: Option<i32>, of_one: usize) -> usize {
    let first = first.map_or(PAGE_SIZE_DEFAULT, |first| usize::try_from(first).unwrap_or(0));
    first.saturating_mul(of_one).saturating_add(1)
}

/// What a list without pages costs: most have a handful of entries.
pub fn list_cost(of_one: usize) -> usize {
    of_one.saturating_mul(5).saturating_add(1)
}

/// Which part of which list is wanted.
#[derive(Debug, Clone)]
pub struct Seek {
    list: String,
    pub first: usize,
    /// The key of the entry that the page comes after.
    pub after: Option<String>,
}

impl Seek {
    /// Reads `first` and `after` of a list; `list` tells its cursors from others.
    pub fn read(limits: &ManagementLimits, list: impl Into<String>, first: Option<i32>, after: Option<&str>) -> Result<Self> {
        let list = list.into();
        let max = limits.page_size_max;
        let first = match first {
            None => PAGE_SIZE_DEFAULT,
            Some(first) => match usize::try_from(first) {
                Ok(first) if first <= max => first,
                Ok(first) => {
                    return Err(error("LIMIT_EXCEEDED", format!("`first` is {first}, and at most {max} are given (page_size_max)")));
                }
                Err(_) => return Err(bad_input("`first` must not be negative")),
            },
        };
        let foreign = || bad_input("`after` is not a cursor of this list: take `endCursor` of the page before");
        let after = after.map(|cursor| cursor::read(cursor, &list, limits.cursor_bytes_max).ok_or_else(foreign)).transpose()?;
        Ok(Self { list, first, after })
    }

    /// The key of the entry before the page as a number.
    pub fn after_number(&self) -> Result<Option<i64>> {
        let wrong = |_| bad_input("`after` is not a cursor of this list");
        self.after.as_deref().map(str::parse).transpose().map_err(wrong)
    }

    /// How many entries to look for: one more than wanted tells whether there is a next page.
    pub fn count(&self) -> usize {
        self.first.saturating_add(1)
    }

    /// Makes a page of the entries after the cursor, of which at most `count()` are looked at.
    pub fn page<T>(&self, entries: impl IntoIterator<Item = T>, key: impl Fn(&T) -> String) -> Page<T> {
        let mut edges: Vec<Edge<T>> = Vec::new();
        let mut has_next = false;
        for entry in entries {
            if edges.len() == self.first {
                has_next = true;
                break;
            }
            edges.push(Edge { cursor: cursor::write(&self.list, &key(&entry)), node: entry });
        }
        Page { edges, has_next, has_previous: self.after.is_some(), total_count: None }
    }
}

/// A page of a list.
pub struct Page<T> {
    edges: Vec<Edge<T>>,
    has_next: bool,
    has_previous: bool,
    total_count: Option<i64>,
}

/// An entry of a page with its place in the list.
pub struct Edge<T> {
    cursor: String,
    node: T,
}

impl<T> Page<T> {
    pub fn with_total(self, total_count: impl TryInto<i64>) -> Self {
        Self { total_count: total_count.try_into().ok(), ..self }
    }

    pub fn map<U>(self, change: impl Fn(T) -> U) -> Page<U> {
        let edges = self.edges.into_iter().map(|edge| Edge { cursor: edge.cursor, node: change(edge.node) }).collect();
        Page { edges, has_next: self.has_next, has_previous: self.has_previous, total_count: self.total_count }
    }
}

impl<T: OutputType> TypeName for Page<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", T::type_name()).into()
    }
}

impl<T: OutputType> TypeName for Edge<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", T::type_name()).into()
    }
}

/// A page of a list, by the Cursor Connections specification.
#[Object(name_type)]
impl<T: OutputType> Page<T> {
    /// The entries without their cursors.
    async fn nodes(&self) -> Vec<&T> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    /// The entries with their cursors.
    async fn edges(&self) -> &[Edge<T>] {
        &self.edges
    }

    /// Whether and how to go on.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_previous_page: self.has_previous,
            has_next_page: self.has_next,
            start_cursor: self.edges.first().map(|edge| edge.cursor.clone()),
            end_cursor: self.edges.last().map(|edge| edge.cursor.clone()),
        }
    }

    /// How many entries the whole list has; null where counting them would cost too much.
    async fn total_count(&self) -> Option<i64> {
        self.total_count
    }
}

/// An entry of a page with its place in the list.
#[Object(name_type)]
impl<T: OutputType> Edge<T> {
    /// To be given as `after` for what comes after this entry.
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    /// The entry.
    async fn node(&self) -> &T {
        &self.node
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_go_on_where_they_ended() {
        let limits = ManagementLimits::default();
        let read = |first, after: Option<&str>| Seek::read(&limits, "numbers", first, after);
        let first = read(Some(2), None).expect("it is in bounds");
        let page = first.page(1..=5, ToString::to_string);
        assert!(page.has_next && !page.has_previous);
        let end = page.edges.last().map(|edge| edge.cursor.clone()).expect("there are two");
        let second = read(Some(3), Some(&end)).expect("it is our cursor");
        assert_eq!(second.after_number().ok().flatten(), Some(2));
        let page = second.page(3..=5, ToString::to_string);
        assert!(!page.has_next && page.has_previous);
        assert!(read(Some(201), None).is_err() && read(Some(-1), None).is_err() && read(None, Some("x")).is_err());
    }
}
