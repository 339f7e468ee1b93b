//! One item version as an object of the typed schema. It remembers the point of both times at which it was read, and what is read
//! through it inherits that point.

use std::sync::Arc;

use apollo_compiler::resolvers::{FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use apollo_compiler::response::JsonValue;

use super::super::argument::Arguments;
use super::super::fault::{Fault, Outcome};
use super::super::scope::Scope;
use super::super::shape::{ItemField, Shape};
use super::publication::PublicationObject;
use super::{arguments_of, coordinate, language_of};
use crate::app::reading::Coordinate;
use crate::domain::definition::{AttributeDefinition, AttributeType};
use crate::domain::dictionary::Dictionary;
use crate::domain::item::{ItemVersion, Retirement};
use crate::domain::text::Language;
use crate::domain::validity::Date;
use crate::domain::value::Value;

#[derive(Clone)]
pub struct Item<'q> {
    pub scope: &'q Scope,
    pub shape_index: usize,
    /// The definition in whose order the values stand.
    pub dictionary: Arc<Dictionary>,
    pub version: Arc<ItemVersion>,
    /// Where it was read.
    pub at: Coordinate,
    /// The publication that replaced it, in a history.
    pub superseded_seq: Option<i64>,
}

impl<'q> Item<'q> {
    pub fn new(scope: &'q Scope, shape_index: usize, dictionary: Arc<Dictionary>, version: Arc<ItemVersion>, at: Coordinate) -> Self {
        Self { scope, shape_index, dictionary, version, at, superseded_seq: None }
    }

    pub fn shape(&self) -> &'q Shape {
        &self.scope.typed.shapes[self.shape_index]
    }

    /// As a value of the answer, which counts it. `weight` is that of the field that it is the value of.
    pub fn resolved<'a>(self) -> Outcome<ResolvedValue<'a>>
    where
        'q: 'a,
    {
        Ok(ResolvedValue::object(self))
    }

    pub fn resolved_or_null<'a>(item: Option<Self>) -> Outcome<ResolvedValue<'a>>
    where
        'q: 'a,
    {
        item.map_or_else(|| Ok(ResolvedValue::null()), |item| item.resolved())
    }

    /// The value of an attribute of the newest definition, if the edition has that attribute.
    fn value(&self, attribute: usize) -> Option<&Value> {
        self.version.value(self.shape().position_in(&self.dictionary, attribute)?)
    }

    fn definition(&self, attribute: usize) -> &'q AttributeDefinition {
        &self.shape().dictionary.attributes[attribute].definition
    }

    fn field<'a>(&'a self, field: ItemField, arguments: Arguments<'a>) -> Outcome<ResolvedValue<'a>> {
        match field {
            ItemField::Code => self.text(&self.version.code),
            ItemField::Attribute(at) if self.definition(at).kind == AttributeType::Reference => self.reference(at, arguments),
            ItemField::Attribute(at) => self.attribute(at, language_of(arguments)),
            ItemField::ReferenceCode(at) => self.reference_codes(at),
            ItemField::Parent => self.parent(arguments),
            ItemField::ParentCode => self.optional_text(self.version.parent()),
            ItemField::Children => self.children(arguments),
            ItemField::Ancestors => self.ancestors(arguments),
            ItemField::Descendants => self.descendants(arguments),
            ItemField::ValidFrom => self.date(self.version.validity().from()),
            ItemField::ValidTo => self.date(self.version.validity().to()),
            ItemField::Reason => self.optional_text(self.retirement().map(|retirement| retirement.reason.as_str())),
            ItemField::Successors => self.successors(arguments),
            ItemField::SuccessorCodes => self.texts(self.successor_codes()),
            ItemField::Publication => PublicationObject::resolved(self.scope, Some(self.version.published_seq)),
            ItemField::SupersededIn => PublicationObject::resolved(self.scope, self.superseded_seq),
            ItemField::History => self.history(arguments),
        }
    }

    fn text<'a>(&self, text: &str) -> Outcome<ResolvedValue<'a>> {
        Ok(ResolvedValue::leaf(text))
    }

    fn optional_text<'a>(&self, text: Option<&str>) -> Outcome<ResolvedValue<'a>> {
        text.map_or_else(|| Ok(ResolvedValue::null()), |text| self.text(text))
    }

    fn texts<'a>(&self, texts: impl Iterator<Item = &'a str>) -> Outcome<ResolvedValue<'a>> {
        let texts: Vec<ResolvedValue<'a>> = texts.map(|text| self.text(text)).collect::<Outcome<_>>()?;
        Ok(ResolvedValue::list(texts))
    }

    fn date<'a>(&self, date: Option<Date>) -> Outcome<ResolvedValue<'a>> {
        self.optional_text(date.map(|date| date.to_string()).as_deref())
    }

    fn attribute(&self, at: usize, language: Language) -> Outcome<ResolvedValue<'_>> {
        let definition = self.definition(at);
        let value = self.value(at);
        if definition.list {
            let values = value.map(Value::each).unwrap_or_default().iter();
            let leaves: Vec<ResolvedValue<'_>> =
                values.filter_map(|value| self.leaf(definition, value, language).transpose()).collect::<Outcome<_>>()?;
            return Ok(ResolvedValue::list(leaves));
        }
        let leaf = value.map(|value| self.leaf(definition, value, language)).transpose()?;
        Ok(leaf.flatten().unwrap_or_else(ResolvedValue::null))
    }

    /// A single value; `None` when an old edition has one that does not fit the type of today.
    fn leaf(&self, definition: &AttributeDefinition, value: &Value, language: Language) -> Outcome<Option<ResolvedValue<'_>>> {
        let json = match (definition.kind, value) {
            (AttributeType::String | AttributeType::Text, Value::Text(text)) => return self.text(text).map(Some),
            (AttributeType::String | AttributeType::Text, Value::Localized(texts)) => return self.text(texts.get(language)).map(Some),
            (AttributeType::Enum, Value::Text(code)) if definition.values.iter().any(|value| value.code == code.as_str()) => {
                return self.text(code).map(Some);
            }
            (AttributeType::Integer, Value::Integer(number)) => JsonValue::from(*number),
            (AttributeType::Boolean, Value::Boolean(flag)) => JsonValue::from(*flag),
            (AttributeType::Decimal, Value::Decimal(number)) => JsonValue::from(number.to_string()),
            (AttributeType::Date, Value::Date(date)) => JsonValue::from(date.to_string()),
            _ => return Ok(None),
        };
        Ok(Some(ResolvedValue::leaf(json)))
    }

    fn reference_codes(&self, at: usize) -> Outcome<ResolvedValue<'_>> {
        let codes = self.value(at).map(Value::texts).unwrap_or_default();
        if self.definition(at).list { self.texts(codes.into_iter()) } else { self.optional_text(codes.first().copied()) }
    }

    /// The items that a reference names, as they were at the point of both times. Those that were not are left out.
    fn reference<'a>(&'a self, at: usize, arguments: Arguments<'a>) -> Outcome<ResolvedValue<'a>> {
        let target = self.shape().targets[at].ok_or_else(|| Fault::internal("a reference outside the schema was asked for"))?;
        let at_then = coordinate(arguments, self.scope, self.at)?;
        let codes = self.value(at).map(Value::texts).unwrap_or_default();
        if self.definition(at).list {
            let found = codes.into_iter().filter_map(move |code| self.scope.find_item(target, code, at_then).transpose());
            Ok(self.scope.list(found.map(move |item| item?.resolved())))
        } else {
            let found = codes.first().map(|code| self.scope.find_item(target, code, at_then)).transpose()?;
            Item::resolved_or_null(found.flatten())
        }
    }

    fn retirement(&self) -> Option<&Retirement> {
        self.version.stretch.retirement.as_deref()
    }

    fn successor_codes(&self) -> impl Iterator<Item = &str> {
        self.retirement().map(|retirement| retirement.successors.as_slice()).unwrap_or_default().iter().map(|code| code.as_str())
    }

    /// Successors begin when the item ends, so they are looked for then, unless the read is of a later day.
    fn successors<'a>(&'a self, arguments: Arguments<'a>) -> Outcome<ResolvedValue<'a>> {
        let end = self.version.validity().to().unwrap_or(self.at.valid_on);
        let inherited = Coordinate { valid_on: self.at.valid_on.max(end), ..self.at };
        let at = coordinate(arguments, self.scope, inherited)?;
        let found = self.successor_codes().filter_map(move |code| self.scope.find_item(self.shape_index, code, at).transpose());
        Ok(self.scope.list(found.map(move |item| item?.resolved())))
    }
}

impl ObjectValue for Item<'_> {
    fn type_name(&self) -> &str {
        &self.shape().names.item
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        let field = self.shape().field(info.field_name()).ok_or_else(|| self.unknown_field_error(info))?;
        let resolved = self.scope.check_going().and_then(|()| self.field(field, arguments_of(info)));
        resolved.map_err(|fault| fault.into())
    }
}
