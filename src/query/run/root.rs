//! The fields of `Query`: where every read begins, today and at the latest publication unless it says otherwise.

use std::borrow::Cow;

use apollo_compiler::response::JsonMap;

use super::super::fault::{Fault, Outcome};
use super::super::plan::arguments::Bound;
use super::super::plan::{Field, RootKind};
use super::output::{Output, PropagateNull, Written};
use super::publication::PublicationPage;
use super::{Run, arguments_of};
use crate::app::reading::Coordinate;

impl<'q> Run<'q> {
    /// Writes the object of the answer. What is asked of the schema itself is known beforehand.
    pub fn root(&self, out: &mut Output<'q>, introspected: &JsonMap) -> Written {
        self.object(out, &self.plan.root, |out, field| match &field.kind {
            RootKind::TypeName => {
                out.text("Query");
                Ok(())
            }
            RootKind::Introspection => {
                let json = introspected.get(field.name()).map(serde_json::to_string);
                out.raw(json.and_then(Result::ok).as_deref().unwrap_or("null"));
                Ok(())
            }
            _ => self.composite(field, out, |out| {
                let going = self.scope.check_going();
                self.told(out, going)?;
                self.root_field(out, field)
            }),
        })
    }

    fn root_field(&self, out: &mut Output<'q>, field: &'q Field<RootKind>) -> Written {
        match &field.kind {
            RootKind::TypeName | RootKind::Introspection => Ok(()),
            RootKind::Publication(of) => {
                self.is_pinned.set(false);
                let bound = self.bound(field, out)?;
                let seq = self.asked_publication(bound);
                let seq = self.told(out, seq)?;
                self.publication(out, of, Some(seq))
            }
            RootKind::Publications(of) => {
                self.is_pinned.set(false);
                let bound = self.bound(field, out)?;
                let page = PublicationPage::read(self.scope, arguments_of(bound));
                let page = self.told(out, page)?;
                self.publications(out, of, &page)
            }
            RootKind::Dictionary(of) => self.root_dictionary(out, field, of),
            RootKind::Dictionaries(of) => {
                self.is_pinned.set(false);
                let bound = self.bound(field, out)?;
                let publication = arguments_of(bound).publication(self.scope, self.scope.reader.head.seq());
                let publication = self.told(out, publication)?;
                let shapes = 0..self.typed.shapes.len();
                let found = shapes.filter_map(|shape| self.snapshot(shape, publication).transpose());
                self.list(out, found, |out, snapshot| {
                    let snapshot = self.told(out, snapshot)?;
                    self.dictionary(out, of, snapshot)
                })
            }
            RootKind::Changes(of) => self.changes(out, field, of),
            RootKind::Single(shape, of) => {
                let (code, at) = self.asked_item(out, field)?;
                let found = self.find_item(*shape, &code, at);
                let found = self.told(out, found)?;
                self.item_or_null(out, of, found)
            }
            RootKind::List(shape, of) => {
                let bound = self.bound(field, out)?;
                self.note_pins(bound);
                self.connection(out, *shape, field, of)
            }
            RootKind::History(shape, of) => {
                let (code, at) = self.asked_item(out, field)?;
                self.history(out, of, *shape, &code, at)
            }
        }
    }

    /// The code that a field asks for, and where in the two times.
    fn asked_item(&self, out: &mut Output<'q>, field: &'q Field<RootKind>) -> Result<(Cow<'q, str>, Coordinate), PropagateNull> {
        let bound = self.bound(field, out)?;
        self.note_pins(bound);
        let at = self.coordinate(bound, self.scope.now());
        let at = self.told(out, at)?;
        let code = arguments_of(bound).id("code");
        Ok((self.told(out, code)?, at))
    }

    /// What names both its date and its publication is the same for ever.
    fn note_pins(&self, bound: Option<&Bound>) {
        let arguments = arguments_of(bound);
        if arguments.get("validOn").is_none() || arguments.get("publication").is_none() {
            self.is_pinned.set(false);
        }
    }

    fn asked_publication(&self, bound: Option<&Bound>) -> Outcome<i64> {
        let arguments = arguments_of(bound);
        let asked = arguments.knowledge()?;
        let number = arguments.integer("number");
        if number.is_some() && asked.known_at.is_some() {
            return Err(Fault::input("give `number` or `knownAt`, not both"));
        }
        match number {
            Some(number) => Ok(number),
            None => arguments.publication(self.scope, self.scope.reader.head.seq()),
        }
    }

    fn root_dictionary(&self, out: &mut Output<'q>, field: &'q Field<RootKind>, of: &'q super::super::plan::Plain) -> Written {
        self.is_pinned.set(false);
        let bound = self.bound(field, out)?;
        let code = arguments_of(bound).id("code");
        let code = self.told(out, code)?;
        let publication = arguments_of(bound).publication(self.scope, self.scope.reader.head.seq());
        let publication = self.told(out, publication)?;
        let shape = self.typed.shapes.iter().position(|shape| shape.dictionary.code.as_str() == code);
        let snapshot = shape.map_or(Ok(None), |shape| self.snapshot(shape, publication));
        match self.told(out, snapshot)? {
            Some(snapshot) => self.dictionary(out, of, snapshot),
            None => {
                out.null();
                Ok(())
            }
        }
    }
}
