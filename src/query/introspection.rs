//! What an answer to `__schema` and `__type` takes. apollo-compiler gives these answers by itself, so they are walked and counted
//! before it does: the walk ends where the limit is, and costs no more than the answer would.

use apollo_compiler::ast::{DirectiveDefinition, EnumValueDefinition, FieldDefinition, InputValueDefinition, Type, Value};
use apollo_compiler::executable::{Field, Operation, Selection, SelectionSet};
use apollo_compiler::response::JsonMap;
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{ExecutableDocument, Schema};

/// What a field takes in memory and in the answer besides its name and its value.
const FIELD_BYTES: usize = 64;

/// A thing that introspection tells of.
enum Element<'a> {
    Schema,
    Type(&'a ExtendedType),
    /// A list of a type or a type that is never null.
    Wrapped(Type),
    Field(&'a FieldDefinition),
    Input(&'a InputValueDefinition),
    EnumValue(&'a EnumValueDefinition),
    Directive(&'a DirectiveDefinition),
}

struct Walk<'a> {
    schema: &'a Schema,
    document: &'a ExecutableDocument,
    variables: &'a JsonMap,
    bytes: usize,
    bytes_max: usize,
}

/// The bytes of what an operation asks of the schema; more than `bytes_max` when it is more. What is selected twice under one name
/// counts twice.
pub fn bytes_of(schema: &Schema, document: &ExecutableDocument, operation: &Operation, variables: &JsonMap, bytes_max: usize) -> usize {
    let mut walk = Walk { schema, document, variables, bytes: 0, bytes_max };
    walk.roots(&operation.selection_set);
    walk.bytes
}

impl<'a> Walk<'a> {
    fn roots(&mut self, set: &'a SelectionSet) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => match field.name.as_str() {
                    "__schema" => self.object(&field.selection_set, &Element::Schema),
                    "__type" => {
                        if let Some(found) = self.name_argument(field).and_then(|name| self.schema.types.get(name)) {
                            self.object(&field.selection_set, &Element::Type(found));
                        }
                    }
                    _ => {}
                },
                Selection::InlineFragment(inline) => self.roots(&inline.selection_set),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.document.fragments.get(&spread.fragment_name) {
                        self.roots(&fragment.selection_set);
                    }
                }
            }
        }
    }

    fn name_argument(&self, field: &'a Field) -> Option<&'a str> {
        match field.specified_argument_by_name("name")?.as_ref() {
            Value::Variable(variable) => self.variables.get(variable.as_str())?.as_str(),
            value => value.as_str(),
        }
    }

    fn object(&mut self, set: &'a SelectionSet, element: &Element<'a>) {
        for selection in &set.selections {
            if self.bytes > self.bytes_max {
                return;
            }
            match selection {
                Selection::Field(field) => self.field(field, element),
                Selection::InlineFragment(inline) => self.object(&inline.selection_set, element),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.document.fragments.get(&spread.fragment_name) {
                        self.object(&fragment.selection_set, element);
                    }
                }
            }
        }
    }

    fn field(&mut self, field: &'a Field, element: &Element<'a>) {
        let name = field.name.as_str();
        self.bytes += FIELD_BYTES + field.response_key().len() + element.text_bytes(name);
        for part in element.parts(self.schema, name) {
            self.object(&field.selection_set, &part);
        }
    }
}

impl<'a> Element<'a> {
    /// The length of the text that a field tells.
    fn text_bytes(&self, field: &str) -> usize {
        let (name, description) = match self {
            Self::Schema | Self::Wrapped(_) => (0, None),
            Self::Type(of) => (of.name().len(), of.description()),
            Self::Field(field) => (field.name.len(), field.description.as_ref()),
            Self::Input(input) => (input.name.len(), input.description.as_ref()),
            Self::EnumValue(value) => (value.value.len(), value.description.as_ref()),
            Self::Directive(directive) => (directive.name.len(), directive.description.as_ref()),
        };
        match field {
            "name" => name,
            "description" => description.map_or(0, |text| text.len()),
            _ => 0,
        }
    }

    /// The things that a field leads to. What is deprecated counts, although only who asks for it gets it.
    fn parts(&self, schema: &'a Schema, field: &str) -> Vec<Element<'a>> {
        let named = |name: &str| schema.types.get(name).map(Element::Type).into_iter().collect();
        match (self, field) {
            (Self::Schema, "types") => schema.types.values().map(Element::Type).collect(),
            (Self::Schema, "queryType") => schema.schema_definition.query.as_ref().map(|name| named(name.as_str())).unwrap_or_default(),
            (Self::Schema, "directives") => schema.directive_definitions.values().map(|of| Element::Directive(of)).collect(),
            (Self::Type(ExtendedType::Object(of)), "fields") => of.fields.values().map(|field| Element::Field(field)).collect(),
            (Self::Type(ExtendedType::InputObject(of)), "inputFields") => of.fields.values().map(|field| Element::Input(field)).collect(),
            (Self::Type(ExtendedType::Enum(of)), "enumValues") => of.values.values().map(|value| Element::EnumValue(value)).collect(),
            (Self::Field(field), "args") => field.arguments.iter().map(|input| Element::Input(input)).collect(),
            (Self::Directive(directive), "args") => directive.arguments.iter().map(|input| Element::Input(input)).collect(),
            (Self::Field(field), "type") => vec![Self::of_type(schema, field.ty.clone())],
            (Self::Input(input), "type") => vec![Self::of_type(schema, input.ty.as_ref().clone())],
            (Self::Wrapped(of), "ofType") => match of {
                Type::NonNullNamed(name) | Type::Named(name) => named(name.as_str()),
                Type::NonNullList(inner) => vec![Self::Wrapped(Type::List(inner.clone()))],
                Type::List(inner) => vec![Self::of_type(schema, inner.as_ref().clone())],
            },
            _ => Vec::new(),
        }
    }

    fn of_type(schema: &'a Schema, of: Type) -> Self {
        let found = if let Type::Named(name) = &of { schema.types.get(name.as_str()) } else { None };
        found.map_or(Self::Wrapped(of), Self::Type)
    }
}
