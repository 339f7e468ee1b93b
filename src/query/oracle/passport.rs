//! Dictionaries about themselves: passport, attributes and editions, as they were at a publication.

use std::sync::Arc;

use apollo_compiler::resolvers::{FieldError, ObjectValue, ResolveInfo, ResolvedValue};

use super::super::argument::Arguments;
use super::super::fault::Outcome;
use super::super::run::access_name;
use super::super::schema::PAGE_SIZE_DEFAULT;
use super::super::scope::Scope;
use super::publication::EditionObject;
use super::{arguments_of, language_of};
use crate::catalog::DictionarySnapshot;
use crate::domain::attribute::type_name;
use crate::domain::definition::{AttributeDefinition, EnumValue};
use crate::domain::text::{Label, Language, camel_case};

pub struct DictionaryObject<'q> {
    scope: &'q Scope,
    snapshot: Arc<DictionarySnapshot>,
}

impl<'q> DictionaryObject<'q> {
    /// A dictionary as it was known at a publication; null when it was not.
    pub fn find(scope: &'q Scope, shape_index: usize, publication: i64) -> Outcome<Option<ResolvedValue<'q>>> {
        let Some(snapshot) = scope.whole(shape_index, publication)? else { return Ok(None) };
        Ok(Some(ResolvedValue::object(Self { scope, snapshot })))
    }

    fn attributes(&self) -> ResolvedValue<'_> {
        let scope = self.scope;
        scope.list(
            self.snapshot
                .dictionary
                .attributes
                .iter()
                .map(move |attribute| Ok(ResolvedValue::object(AttributeObject { scope, definition: &attribute.definition }))),
        )
    }

    fn editions(&self, arguments: Arguments<'_>) -> Outcome<ResolvedValue<'_>> {
        let first = arguments.page_size(self.scope, PAGE_SIZE_DEFAULT)?;
        let code = &self.snapshot.dictionary.code;
        let resident = self.scope.reader.head.dictionaries.get(code);
        let editions = resident.map(|resident| resident.editions.as_slice()).unwrap_or_default();
        let known = editions.iter().rev().filter(|edition| edition.number <= self.snapshot.edition.number);
        Ok(self.scope.list(known.take(first).map(move |edition| EditionObject::resolved(self.scope, code, edition))))
    }
}

impl ObjectValue for DictionaryObject<'_> {
    fn type_name(&self) -> &str {
        "Dictionary"
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        let arguments = arguments_of(info);
        let dictionary = &self.snapshot.dictionary;
        let definition = &dictionary.definition;
        let passport = &definition.passport;
        let value = match info.field_name() {
            "code" => ResolvedValue::leaf(dictionary.code.as_str()),
            "name" => label(&definition.name, language_of(arguments)),
            "description" => optional_label(definition.description.as_ref(), language_of(arguments)),
            "typeName" => ResolvedValue::leaf(definition.type_name.as_str()),
            "singleField" => ResolvedValue::leaf(dictionary.single_field()),
            "listField" => ResolvedValue::leaf(dictionary.list_field()),
            "owner" => ResolvedValue::leaf(passport.owner.as_str()),
            "basis" => ResolvedValue::leaf(passport.basis.clone()),
            "source" => ResolvedValue::leaf(passport.source.clone()),
            "updatePeriodDays" => ResolvedValue::leaf(passport.update_period_days),
            "access" => ResolvedValue::leaf(access_name(passport.access)),
            "codePattern" => ResolvedValue::leaf(definition.code_rule.pattern.clone()),
            "codeDescription" => optional_label(definition.code_rule.description.as_ref(), language_of(arguments)),
            "isHierarchical" => ResolvedValue::leaf(dictionary.is_hierarchical()),
            "display" => ResolvedValue::leaf(definition.display.clone()),
            "attributes" => self.attributes(),
            "edition" => EditionObject::resolved(self.scope, &dictionary.code, &self.snapshot.edition)?,
            "editions" => self.editions(arguments)?,
            "itemsCount" => ResolvedValue::leaf(self.snapshot.edition.items_count),
            _ => return Err(self.unknown_field_error(info)),
        };
        Ok(value)
    }
}

fn label<'a>(label: &Label, language: Language) -> ResolvedValue<'a> {
    ResolvedValue::leaf(label.get(language))
}

fn optional_label<'a>(text: Option<&Label>, language: Language) -> ResolvedValue<'a> {
    text.map_or_else(ResolvedValue::null, |text| label(text, language))
}

struct AttributeObject<'a> {
    scope: &'a Scope,
    definition: &'a AttributeDefinition,
}

impl AttributeObject<'_> {
    fn values(&self) -> ResolvedValue<'_> {
        self.scope.list(self.definition.values.iter().map(move |value| Ok(ResolvedValue::object(EnumValueObject { value }))))
    }
}

impl ObjectValue for AttributeObject<'_> {
    fn type_name(&self) -> &str {
        "Attribute"
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        let definition = self.definition;
        let arguments = arguments_of(info);
        let language = language_of(arguments);
        let value = match info.field_name() {
            "code" => ResolvedValue::leaf(definition.code.as_str()),
            "field" => ResolvedValue::leaf(camel_case(&definition.code)),
            "label" => label(&definition.label, language),
            "description" => optional_label(definition.description.as_ref(), language),
            "type" => ResolvedValue::leaf(type_name(definition.kind).to_uppercase()),
            "list" => ResolvedValue::leaf(definition.list),
            "required" => ResolvedValue::leaf(definition.required),
            "unique" => ResolvedValue::leaf(definition.unique),
            "localized" => ResolvedValue::leaf(definition.localized),
            "search" => ResolvedValue::leaf(definition.search),
            "lengthMin" => ResolvedValue::leaf(definition.length_min),
            "lengthMax" => ResolvedValue::leaf(definition.length_max),
            "min" => ResolvedValue::leaf(definition.min.as_ref().map(ToString::to_string)),
            "max" => ResolvedValue::leaf(definition.max.as_ref().map(ToString::to_string)),
            "pattern" => ResolvedValue::leaf(definition.pattern.clone()),
            "to" => ResolvedValue::leaf(definition.to.clone().filter(|to| self.scope.is_there(to))),
            "values" => self.values(),
            _ => return Err(self.unknown_field_error(info)),
        };
        Ok(value)
    }
}

struct EnumValueObject<'a> {
    value: &'a EnumValue,
}

impl ObjectValue for EnumValueObject<'_> {
    fn type_name(&self) -> &str {
        "EnumValue"
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        let value = match info.field_name() {
            "code" => ResolvedValue::leaf(self.value.code.as_str()),
            "label" => label(&self.value.label, language_of(arguments_of(info))),
            _ => return Err(self.unknown_field_error(info)),
        };
        Ok(value)
    }
}
