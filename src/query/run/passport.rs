//! Writes dictionaries about themselves: passport, attributes and editions, as they were at a publication.

use super::super::plan::{Field, Plain, PlainKind};
use super::super::schema::PAGE_SIZE_DEFAULT;
use super::output::{Output, Written};
use super::{Run, arguments_of};
use crate::catalog::DictionarySnapshot;
use crate::domain::attribute::type_name;
use crate::domain::definition::{Access, AttributeDefinition, EnumValue};
use crate::domain::text::{Label, Language, camel_case};

impl<'q> Run<'q> {
    pub fn dictionary(&self, out: &mut Output<'q>, of: &'q Plain, snapshot: &'q DictionarySnapshot) -> Written {
        self.count_node(out)?;
        self.object(out, of, |out, field| self.dictionary_field(out, field, snapshot))
    }

    fn dictionary_field(&self, out: &mut Output<'q>, field: &'q Field<PlainKind>, snapshot: &'q DictionarySnapshot) -> Written {
        let dictionary = &snapshot.dictionary;
        let definition = &dictionary.definition;
        let passport = &definition.passport;
        match field.kind.name.as_str() {
            "__typename" => out.text("Dictionary"),
            "code" => out.text(dictionary.code.as_str()),
            "name" => return self.label(out, field, Some(&definition.name)),
            "description" => return self.label(out, field, definition.description.as_ref()),
            "typeName" => out.text(&definition.type_name),
            "singleField" => out.text(&dictionary.single_field()),
            "listField" => out.text(&dictionary.list_field()),
            "owner" => out.text(&passport.owner),
            "basis" => out.optional_text(passport.basis.as_deref()),
            "source" => out.optional_text(passport.source.as_deref()),
            "updatePeriodDays" => optional_number(out, passport.update_period_days),
            "access" => out.text(access_name(passport.access)),
            "codePattern" => out.optional_text(definition.code_rule.pattern.as_deref()),
            "codeDescription" => return self.label(out, field, definition.code_rule.description.as_ref()),
            "isHierarchical" => out.boolean(dictionary.is_hierarchical()),
            "display" => out.optional_text(definition.display.as_deref()),
            "attributes" => {
                return self.composite(field, out, |out| {
                    self.list(out, dictionary.attributes.iter(), |out, attribute| {
                        self.attribute(out, &field.kind.of, &attribute.definition)
                    })
                });
            }
            "edition" => {
                return self.composite(field, out, |out| self.edition(out, &field.kind.of, &dictionary.code, &snapshot.edition));
            }
            "editions" => return self.composite(field, out, |out| self.editions(out, field, snapshot)),
            "itemsCount" => out.integer(snapshot.edition.items_count),
            _ => return self.unknown(out, field),
        }
        Ok(())
    }

    /// The editions from that of the snapshot back to the first.
    fn editions(&self, out: &mut Output<'q>, field: &'q Field<PlainKind>, snapshot: &'q DictionarySnapshot) -> Written {
        let bound = self.bound(field, out)?;
        let first = arguments_of(bound).page_size(self.scope, PAGE_SIZE_DEFAULT);
        let first = self.told(out, first)?;
        let code = &snapshot.dictionary.code;
        let resident = self.scope.reader.head.dictionaries.get(code);
        let editions = resident.map(|resident| resident.editions.as_slice()).unwrap_or_default();
        let known = editions.iter().rev().filter(|edition| edition.number <= snapshot.edition.number);
        self.list(out, known.take(first), |out, edition| self.edition(out, &field.kind.of, code, edition))
    }

    /// A text in the language that the field is asked for.
    fn label(&self, out: &mut Output<'q>, field: &'q Field<PlainKind>, label: Option<&Label>) -> Written {
        self.composite(field, out, |out| {
            let language = self.bound(field, out)?.map_or(Language::Ru, |bound| bound.language);
            out.optional_text(label.map(|label| label.get(language)));
            Ok(())
        })
    }

    fn attribute(&self, out: &mut Output<'q>, of: &'q Plain, definition: &'q AttributeDefinition) -> Written {
        self.object(out, of, |out, field| {
            match field.kind.name.as_str() {
                "__typename" => out.text("Attribute"),
                "code" => out.text(&definition.code),
                "field" => out.text(&camel_case(&definition.code)),
                "label" => return self.label(out, field, Some(&definition.label)),
                "description" => return self.label(out, field, definition.description.as_ref()),
                "type" => out.text(&type_name(definition.kind).to_uppercase()),
                "list" => out.boolean(definition.list),
                "required" => out.boolean(definition.required),
                "unique" => out.boolean(definition.unique),
                "localized" => out.boolean(definition.localized),
                "search" => out.boolean(definition.search),
                "lengthMin" => optional_number(out, definition.length_min),
                "lengthMax" => optional_number(out, definition.length_max),
                "min" => out.optional_text(definition.min.as_ref().map(ToString::to_string).as_deref()),
                "max" => out.optional_text(definition.max.as_ref().map(ToString::to_string).as_deref()),
                "pattern" => out.optional_text(definition.pattern.as_deref()),
                "to" => out.optional_text(definition.to.as_deref().filter(|to| self.scope.is_there(to))),
                "values" => {
                    return self.composite(field, out, |out| {
                        self.list(out, definition.values.iter(), |out, value| self.enum_value(out, &field.kind.of, value))
                    });
                }
                _ => return self.unknown(out, field),
            }
            Ok(())
        })
    }

    fn enum_value(&self, out: &mut Output<'q>, of: &'q Plain, value: &'q EnumValue) -> Written {
        self.object(out, of, |out, field| {
            match field.kind.name.as_str() {
                "__typename" => out.text("EnumValue"),
                "code" => out.text(&value.code),
                "label" => return self.label(out, field, Some(&value.label)),
                _ => return self.unknown(out, field),
            }
            Ok(())
        })
    }
}

fn optional_number(out: &mut Output<'_>, number: Option<u32>) {
    match number {
        Some(number) => out.integer(i64::from(number)),
        None => out.null(),
    }
}

pub fn access_name(access: Access) -> &'static str {
    match access {
        Access::Public => "PUBLIC",
        Access::Internal => "INTERNAL",
        Access::Restricted => "RESTRICTED",
    }
}
