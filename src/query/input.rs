//! What apollo-compiler lets through of the inputs that a query writes: fields given twice (specification, 5.6.3), variables that may
//! be null inside lists that hold no null, decimals that would lose digits, and conditions that are null when the query is run.

use apollo_compiler::ast::{Type, Value};
use apollo_compiler::executable::{DirectiveList, Operation, Selection, SelectionSet};
use apollo_compiler::response::{GraphQLError, JsonMap, JsonValue};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{ExecutableDocument, Node, Schema};
use rust_decimal::Decimal;
use rustc_hash::FxHashSet;

use super::fault::{Fault, FaultCode};
use super::scalar::exact_decimal;

/// Everything that is wrong with the inputs of a valid document.
pub fn check(schema: &Schema, document: &ExecutableDocument) -> Vec<GraphQLError> {
    let mut errors = Vec::new();
    for operation in document.operations.iter() {
        let mut check = Check { schema, document, operation, errors: &mut errors };
        for variable in &operation.variables {
            if let Some(value) = &variable.default_value {
                check.value(value, Some(&variable.ty), false);
            }
        }
        walk(document, &operation.selection_set, &mut FxHashSet::default(), &mut |selection| {
            let Selection::Field(field) = selection else { return };
            for argument in &field.arguments {
                let definition = field.definition.argument_by_name(&argument.name);
                check.value(&argument.value, definition.map(|definition| &*definition.ty), false);
            }
        });
    }
    // Operations may share fragments.
    let mut told: Vec<GraphQLError> = Vec::new();
    for error in errors {
        if !told.iter().any(|other| (&other.message, &other.locations) == (&error.message, &error.locations)) {
            told.push(error);
        }
    }
    told
}

/// Refuses variables by which a selection would neither be taken nor left out.
pub fn check_conditions(document: &ExecutableDocument, operation: &Operation, variables: &JsonMap) -> Result<(), Box<GraphQLError>> {
    let mut found = None;
    walk(document, &operation.selection_set, &mut FxHashSet::default(), &mut |selection| {
        let directives = directives_of(selection).iter().filter(|directive| matches!(directive.name.as_str(), "skip" | "include"));
        for directive in directives {
            let Some(value) = directive.specified_argument_by_name("if") else { continue };
            if let Some(name) = value.as_variable()
                && !variables.get(name.as_str()).is_some_and(JsonValue::is_boolean)
            {
                let message = format!("the variable ${name} is null, and @{} needs true or false", directive.name);
                found.get_or_insert_with(|| Box::new(located(FaultCode::BadUserInput, message, value, document)));
            }
        }
    });
    found.map_or(Ok(()), Err)
}

/// The values of the variables that the conditions of an operation ask for, in the order in which they stand there.
pub fn conditions(document: &ExecutableDocument, operation: &Operation, variables: &JsonMap) -> Box<[bool]> {
    let mut values = Vec::new();
    if !operation.variables.iter().any(|variable| variable.ty.inner_named_type() == "Boolean") {
        return values.into();
    }
    walk(document, &operation.selection_set, &mut FxHashSet::default(), &mut |selection| {
        let directives = directives_of(selection).iter().filter(|directive| matches!(directive.name.as_str(), "skip" | "include"));
        let asked = directives.filter_map(|directive| directive.specified_argument_by_name("if")?.as_variable());
        values.extend(asked.map(|name| variables.get(name.as_str()).and_then(JsonValue::as_bool).unwrap_or_default()));
    });
    values.into()
}

fn directives_of(selection: &Selection) -> &DirectiveList {
    match selection {
        Selection::Field(field) => &field.directives,
        Selection::FragmentSpread(spread) => &spread.directives,
        Selection::InlineFragment(inline) => &inline.directives,
    }
}

/// Shows every selection once, those of fragments included.
fn walk<'a>(
    document: &'a ExecutableDocument,
    set: &'a SelectionSet,
    fragments: &mut FxHashSet<&'a str>,
    visit: &mut dyn FnMut(&'a Selection),
) {
    for selection in &set.selections {
        visit(selection);
        let inner = match selection {
            Selection::Field(field) => Some(&field.selection_set),
            Selection::InlineFragment(inline) => Some(&inline.selection_set),
            Selection::FragmentSpread(spread) => {
                let fragment = document.fragments.get(&spread.fragment_name).filter(|_| fragments.insert(&spread.fragment_name));
                fragment.map(|fragment| &fragment.selection_set)
            }
        };
        if let Some(inner) = inner {
            walk(document, inner, fragments, visit);
        }
    }
}

struct Check<'a> {
    schema: &'a Schema,
    document: &'a ExecutableDocument,
    operation: &'a Operation,
    errors: &'a mut Vec<GraphQLError>,
}

impl Check<'_> {
    /// `of` is the type of the place where the value stands, where the schema knows one.
    fn value(&mut self, value: &Node<Value>, of: Option<&Type>, is_in_list: bool) {
        match value.as_ref() {
            Value::Object(fields) => self.object(fields, of),
            Value::List(elements) => {
                let of = of.filter(|of| of.is_list()).map(Type::item_type);
                elements.iter().for_each(|element| self.value(element, of, true));
            }
            Value::Variable(name) if is_in_list && of.is_some_and(Type::is_non_null) => self.list_variable(name, value),
            Value::Int(number) if is_decimal(of) => self.decimal(number.as_str(), value),
            Value::Float(number) if is_decimal(of) => self.decimal(number.as_str(), value),
            _ => {}
        }
    }

    fn object(&mut self, fields: &[(apollo_compiler::Name, Node<Value>)], of: Option<&Type>) {
        let mut names = FxHashSet::default();
        let input = of.and_then(|of| match self.schema.types.get(of.inner_named_type()) {
            Some(ExtendedType::InputObject(input)) => Some(input),
            _ => None,
        });
        for (name, value) in fields {
            if !names.insert(name) {
                self.tell(format!("the field `{name}` is given twice in one input object"), value);
            }
            let of = input.and_then(|input| input.fields.get(name)).map(|field| field.ty.clone());
            self.value(value, of.as_deref(), false);
        }
    }

    fn list_variable(&mut self, name: &str, value: &Node<Value>) {
        let Some(variable) = self.operation.variables.iter().find(|variable| variable.name == name) else { return };
        let has_default = variable.default_value.as_ref().is_some_and(|default| !default.is_null());
        if !variable.ty.is_non_null() && !has_default {
            let message = format!("the variable ${name} may be null, and the list holds no null: declare it as {}!", variable.ty);
            self.tell(message, value);
        }
    }

    /// A number goes through JSON, where it may become a float.
    fn decimal(&mut self, written: &str, value: &Node<Value>) {
        let Some(exact) = exact_decimal(written) else { return };
        let number: Option<serde_json::Number> = written.parse().ok();
        let carried: Option<Decimal> = number.and_then(|number| exact_decimal(&number.to_string()));
        if carried != Some(exact) {
            self.tell(format!("the number {written} has more digits than a number keeps: write it as a string, \"{written}\""), value);
        }
    }

    fn tell(&mut self, message: String, value: &Node<Value>) {
        self.errors.push(located(FaultCode::ValidationFailed, message, value, self.document));
    }
}

fn is_decimal(of: Option<&Type>) -> bool {
    of.is_some_and(|of| of.inner_named_type() == "Decimal")
}

fn located(code: FaultCode, message: String, value: &Node<Value>, document: &ExecutableDocument) -> GraphQLError {
    let mut error = Fault::new(code, message).to_error();
    error.locations.extend(value.line_column_range(&document.sources).map(|range| range.start));
    error
}
