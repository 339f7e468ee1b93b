//! Runs a plan over the catalogue, straight into the bytes of the answer. Nothing here waits, except for the database where a query
//! asks for what is not resident; and nothing is built in between: what is found is written where it is found.

use std::cell::{Cell, OnceCell, RefCell};

use super::argument::Arguments;
use super::fault::{Fault, Outcome};
use super::plan::arguments::{Bindings, Bound};
use super::plan::{Field, Plan};
use super::scope::Scope;
use super::typed::TypedSchema;
use crate::app::reading::Coordinate;
use crate::catalog::work::Work;
use crate::catalog::{DictionarySnapshot, Resident};
use output::{Output, PropagateNull, Step, Written};

mod changes;
mod connection;
mod explain;
mod hierarchy;
mod history;
mod item;
pub mod output;
mod passport;
mod publication;
mod root;

#[cfg(test)]
pub use self::{
    changes::asked_changes,
    connection::{list_name, read_search},
    history::coordinate_of,
    passport::access_name,
    publication::{publication_cursor, read_publication_cursor},
};

/// One request at work.
pub struct Run<'q> {
    scope: &'q Scope,
    plan: &'q Plan,
    bindings: &'q Bindings<'q>,
    typed: &'q TypedSchema,
    /// The dictionaries by shape, each looked up once.
    residents: Box<[OnceCell<Option<&'q Resident>>]>,
    /// Whether all that was read was asked for at a named date and publication.
    is_pinned: Cell<bool>,
    /// How selections were found, where the caller wants to know.
    explained: Option<RefCell<Vec<serde_json::Value>>>,
}

/// What the arguments of a field without arguments are.
static NO_VALUES: std::sync::LazyLock<apollo_compiler::response::JsonMap> = std::sync::LazyLock::new(Default::default);

impl<'q> Run<'q> {
    pub fn new(scope: &'q Scope, plan: &'q Plan, bindings: &'q Bindings<'q>, is_explained: bool) -> Self {
        let typed = &*scope.typed;
        let residents = typed.shapes.iter().map(|_| OnceCell::new()).collect();
        let explained = is_explained.then(Default::default);
        Self { scope, plan, bindings, typed, residents, is_pinned: Cell::new(true), explained }
    }

    pub fn is_pinned(&self) -> bool {
        self.is_pinned.get()
    }

    pub fn into_explained(self) -> Option<Vec<serde_json::Value>> {
        self.explained.map(RefCell::into_inner)
    }

    fn resident(&self, shape: usize) -> Option<&'q Resident> {
        *self.residents[shape].get_or_init(|| self.scope.resident(shape))
    }

    /// A dictionary as it was known at a publication.
    fn snapshot(&self, shape: usize, publication: i64) -> Outcome<Option<&'q DictionarySnapshot>> {
        match self.resident(shape) {
            Some(resident) => self.scope.snapshot_of(resident, shape, publication),
            None => Ok(None),
        }
    }

    /// The arguments of a field; `None` where it takes none.
    fn bound<K>(&self, field: &Field<K>, out: &mut Output<'q>) -> Result<Option<&'q Bound>, PropagateNull> {
        match field.arguments {
            None => Ok(None),
            Some(at) => self.bindings.get(at).map(Some).map_err(|refusal| out.refuse(refusal)),
        }
    }

    /// Both times of a field; what is not said is inherited.
    fn coordinate(&self, bound: Option<&Bound>, inherited: Coordinate) -> Outcome<Coordinate> {
        let Some(bound) = bound else { return Ok(inherited) };
        if bound.is_at_an_instant() {
            self.is_pinned.set(false);
        }
        bound.coordinate(self.scope, inherited)
    }

    /// Writes the value of a field in which something may fail: then it is null, or what it is in.
    fn composite<K>(&self, field: &'q Field<K>, out: &mut Output<'q>, write: impl FnOnce(&mut Output<'q>) -> Written) -> Written {
        let begin = out.bytes.len();
        out.enter(Step::Key(field.name()));
        let outer = out.locate(field.location);
        let written = write(out);
        out.locate(outer);
        out.leave();
        match written {
            // What a limit has cut short is not given at all.
            Err(PropagateNull) if field.is_nullable && !self.scope.is_stopped() => {
                out.bytes.truncate(begin);
                out.null();
                Ok(())
            }
            written => written,
        }
    }

    /// Writes a list of objects.
    fn list<T>(
        &self,
        out: &mut Output<'q>,
        elements: impl Iterator<Item = T>,
        mut write: impl FnMut(&mut Output<'q>, T) -> Written,
    ) -> Written {
        out.bytes.push(b'[');
        for (at, element) in elements.enumerate() {
            out.comma(at == 0);
            out.enter(Step::Index(at));
            let written = write(out, element);
            out.leave();
            written?;
        }
        out.bytes.push(b']');
        Ok(())
    }

    /// Writes an object key by key.
    fn object<K>(
        &self,
        out: &mut Output<'q>,
        fields: &'q [Field<K>],
        mut write: impl FnMut(&mut Output<'q>, &'q Field<K>) -> Written,
    ) -> Written {
        out.bytes.push(b'{');
        for (at, field) in fields.iter().enumerate() {
            out.comma(at == 0);
            out.raw(&field.key);
            write(out, field)?;
        }
        out.bytes.push(b'}');
        self.told(out, self.scope.check_bytes(out.bytes.len()))
    }

    /// An outcome whose fault is told as an error of the field at hand.
    fn told<T>(&self, out: &mut Output<'q>, outcome: Outcome<T>) -> Result<T, PropagateNull> {
        outcome.map_err(|fault: Fault| out.fail(&fault))
    }

    /// Notes how items were found, where the caller wants to know.
    fn explain(&self, shape: usize, work: &Work) {
        if let Some(explained) = &self.explained {
            let dictionary = &self.typed.shapes[shape].dictionary;
            explained.borrow_mut().push(explain::explained(dictionary, work));
        }
    }

    /// Counts an object that stands for an item, a publication or another thing of which there may be many.
    fn count_node(&self, out: &mut Output<'q>) -> Written {
        self.told(out, self.scope.count_node())
    }
}

/// The arguments of a field as they are read by name.
fn arguments_of<'a>(bound: Option<&'a Bound>) -> Arguments<'a> {
    bound.map_or_else(|| Arguments::new(&NO_VALUES), Bound::arguments)
}
