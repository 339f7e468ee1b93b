//! The fields of `Query`: where every read begins, today and at the latest publication unless it says otherwise.

use apollo_compiler::resolvers::{FieldError, ObjectValue, ResolveInfo, ResolvedValue};

use super::super::argument::Arguments;
use super::super::fault::{Fault, Outcome};
use super::super::scope::Scope;
use super::super::typed::RootField;
use super::changes::ChangePage;
use super::connection::Connection;
use super::history::history_of;
use super::item::Item;
use super::passport::DictionaryObject;
use super::publication::{PublicationConnection, PublicationObject};
use super::{arguments_of, coordinate};

pub struct Root<'q>(pub &'q Scope);

impl<'q> Root<'q> {
    fn field<'a>(&'a self, field: RootField, info: &ResolveInfo<'a>) -> Outcome<ResolvedValue<'a>> {
        let (scope, arguments) = (self.0, arguments_of(info));
        scope.check_going()?;
        match field {
            RootField::Publication => self.publication(arguments),
            RootField::Publications => Ok(ResolvedValue::object(PublicationConnection::read(scope, arguments)?)),
            RootField::Dictionary => self.dictionary(arguments),
            RootField::Dictionaries => self.dictionaries(arguments),
            RootField::Changes => Ok(ResolvedValue::object(ChangePage::read(scope, arguments)?)),
            RootField::Single(shape) => {
                let at = coordinate(arguments, scope, scope.now())?;
                Item::resolved_or_null(scope.find_item(shape, &arguments.id("code")?, at)?)
            }
            RootField::List(shape) => Ok(ResolvedValue::object(Connection::read(scope, shape, info)?)),
            RootField::History(shape) => {
                let at = coordinate(arguments, scope, scope.now())?;
                history_of(scope, shape, &arguments.id("code")?, at)
            }
        }
    }

    fn publication(&self, arguments: Arguments<'_>) -> Outcome<ResolvedValue<'q>> {
        let asked = arguments.knowledge()?;
        let number = arguments.integer("number");
        if number.is_some() && asked.known_at.is_some() {
            return Err(Fault::input("give `number` or `knownAt`, not both"));
        }
        let seq = match number {
            Some(number) => number,
            None => arguments.publication(self.0, self.0.reader.head.seq())?,
        };
        PublicationObject::resolved(self.0, Some(seq))
    }

    fn dictionary(&self, arguments: Arguments<'_>) -> Outcome<ResolvedValue<'q>> {
        let code = arguments.id("code")?;
        let publication = arguments.publication(self.0, self.0.reader.head.seq())?;
        let shape = self.0.typed.shapes.iter().position(|shape| shape.dictionary.code.as_str() == code);
        let found = shape.map(|shape| DictionaryObject::find(self.0, shape, publication)).transpose()?;
        Ok(found.flatten().unwrap_or_else(ResolvedValue::null))
    }

    fn dictionaries(&self, arguments: Arguments<'_>) -> Outcome<ResolvedValue<'q>> {
        let scope = self.0;
        let publication = arguments.publication(scope, scope.reader.head.seq())?;
        let shapes = 0..scope.typed.shapes.len();
        Ok(scope.list(shapes.filter_map(move |shape| DictionaryObject::find(scope, shape, publication).transpose())))
    }
}

impl ObjectValue for Root<'_> {
    fn type_name(&self) -> &str {
        "Query"
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        let field = self.0.typed.root(info.field_name()).ok_or_else(|| self.unknown_field_error(info))?;
        self.field(field, info).map_err(|fault| fault.into())
    }
}
