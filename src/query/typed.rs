//! The schema that a set of definitions makes, ready to validate and to answer queries, with the queries it has validated before.
//! Immutable: when a definition is published, a new one takes its place, and queries that run keep theirs.

use std::sync::Arc;

use apollo_compiler::collections::HashMap;
use apollo_compiler::schema::Implementers;
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Schema};
use rustc_hash::{FxHashMap, FxHashSet};

use super::document::DocumentCache;
use super::limits::QueryLimits;
use super::names::check_names;
use super::schema;
use super::shape::Shape;
use crate::catalog::Head;
use crate::domain::dictionary::Dictionary;
use crate::domain::error::Error;
use crate::domain::text::DictionaryCode;

pub struct TypedSchema {
    pub sdl: Arc<str>,
    pub schema: Valid<Schema>,
    pub implementers: HashMap<Name, Implementers>,
    /// In the order of the dictionaries' codes.
    pub shapes: Vec<Shape>,
    pub documents: DocumentCache,
    /// The dictionaries that its readers may not see.
    hidden: FxHashSet<DictionaryCode>,
    roots: FxHashMap<String, RootField>,
}

/// A field of `Query`; shapes go by their index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RootField {
    Publication,
    Publications,
    Dictionary,
    Dictionaries,
    Changes,
    Single(usize),
    List(usize),
    History(usize),
}

impl TypedSchema {
    /// Builds the schema of what is published and not hidden. Whether names fit is asked of all: what is there for one caller
    /// must not depend on what another sees. A dictionary whose names cannot stand beside the others' is left out and logged:
    /// publishing refuses such a definition, so one can only come from a version of Svod whose own names were fewer.
    pub fn build(head: &Head, hidden: FxHashSet<DictionaryCode>, limits: &QueryLimits) -> Result<Self, Error> {
        let dictionaries: Vec<&Arc<Dictionary>> = head.dictionaries.values().map(|resident| &resident.current.dictionary).collect();
        let mut unfit = FxHashSet::default();
        for (code, problem) in check_names(dictionaries.iter().copied()) {
            tracing::error!(dictionary = %code, problem, "a dictionary is left out of the data API");
            unfit.insert(code);
        }
        let fit = dictionaries.into_iter().filter(|dictionary| !unfit.contains(&dictionary.code) && !hidden.contains(&dictionary.code));
        let shapes = Shape::linked(fit.map(Arc::clone));
        let sdl = schema::sdl(&shapes);
        let schema = Schema::parse_and_validate(&sdl, "schema.graphql")
            .map_err(|problems| Error::Internal(format!("the typed schema is not valid: {}", problems.errors)))?;
        Ok(Self {
            sdl: sdl.into(),
            implementers: schema.implementers_map(),
            schema,
            roots: roots(&shapes),
            shapes,
            documents: DocumentCache::new(limits.cached_bytes_max),
            hidden,
        })
    }

    /// Whether a dictionary is not there for the readers of this schema.
    pub fn hides(&self, dictionary: &DictionaryCode) -> bool {
        !self.hidden.is_empty() && self.hidden.contains(dictionary)
    }

    pub fn hides_anything(&self) -> bool {
        !self.hidden.is_empty()
    }

    pub fn root(&self, field: &str) -> Option<RootField> {
        self.roots.get(field).copied()
    }
}

fn roots(shapes: &[Shape]) -> FxHashMap<String, RootField> {
    let mut roots: FxHashMap<String, RootField> = FxHashMap::default();
    roots.insert("publication".to_owned(), RootField::Publication);
    roots.insert("publications".to_owned(), RootField::Publications);
    roots.insert("dictionary".to_owned(), RootField::Dictionary);
    roots.insert("dictionaries".to_owned(), RootField::Dictionaries);
    roots.insert("changes".to_owned(), RootField::Changes);
    for (at, shape) in shapes.iter().enumerate() {
        let names = &shape.names;
        roots.insert(names.single_field.clone(), RootField::Single(at));
        roots.insert(names.list_field.clone(), RootField::List(at));
        roots.insert(names.history_field.clone(), RootField::History(at));
    }
    roots
}
