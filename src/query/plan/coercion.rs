//! Arguments of a field from its text and the variables (specification, 6.4.1), with the messages that apollo-compiler gives:
//! it coerces arguments too, but only for resolvers of its own.

use apollo_compiler::ast::{Type, Value};
use apollo_compiler::executable::Field;
use apollo_compiler::parser::{SourceMap, SourceSpan};
use apollo_compiler::response::{GraphQLError, JsonMap, JsonValue};
use apollo_compiler::schema::{ExtendedType, InputObjectType};
use apollo_compiler::{Node, Schema};

use super::super::fault;

/// What is wrong with an argument. Boxed, since it is rare and large.
pub type Refusal = Box<GraphQLError>;

/// Where arguments are read: the schema, the values of the variables, and the text that locations are of.
pub struct Coercion<'a> {
    pub schema: &'a Schema,
    pub variables: &'a JsonMap,
    pub sources: &'a SourceMap,
}

impl Coercion<'_> {
    /// The arguments of a field that are given or have a default.
    pub fn arguments(&self, field: &Field) -> Result<JsonMap, Refusal> {
        let mut coerced = JsonMap::new();
        for definition in &field.definition.arguments {
            let name = &definition.name;
            let given = field.arguments.iter().find(|argument| argument.name == *name);
            if let Some(value) = given.map(|argument| &argument.value)
                && let Some(value) = self.argument(value, &definition.ty, name, definition.location())?
            {
                coerced.insert(name.as_str(), value);
            } else if let Some(default) = &definition.default_value {
                coerced.insert(name.as_str(), self.constant(default, &format!("argument {name}"))?);
            } else if definition.ty.is_non_null() {
                return Err(self.refused(format!("missing value for required argument {name}"), definition.location()));
            }
        }
        Ok(coerced)
    }

    /// `None` for a variable without a value: then it is as if the argument was not given.
    fn argument(&self, value: &Node<Value>, of: &Type, name: &str, location: Option<SourceSpan>) -> Result<Option<JsonValue>, Refusal> {
        let is_null = match value.as_ref() {
            Value::Variable(variable) => match self.variables.get(variable.as_str()) {
                None => return Ok(None),
                Some(value) if !(value.is_null() && of.is_non_null()) => return Ok(Some(value.clone())),
                Some(_) => true,
            },
            value => value.is_null() && of.is_non_null(),
        };
        if is_null {
            return Err(self.refused(format!("null value for non-nullable argument {name}"), location));
        }
        self.value(value, of, &format!("argument {name}")).map(Some)
    }

    fn value(&self, value: &Node<Value>, of: &Type, place: &str) -> Result<JsonValue, Refusal> {
        if value.is_null() {
            let message = || format!("null value for non-null {place}");
            return if of.is_non_null() { Err(self.refused(message(), value.location())) } else { Ok(JsonValue::Null) };
        }
        if let Some(variable) = value.as_variable() {
            let problem = match self.variables.get(variable.as_str()) {
                Some(found) if !(found.is_null() && of.is_non_null()) => return Ok(found.clone()),
                Some(_) => "null variable value",
                None if of.is_non_null() => "missing variable",
                None => return Ok(JsonValue::Null),
            };
            return Err(self.refused(format!("{problem} for non-null {place}"), value.location()));
        }
        if of.is_list() {
            // GraphQL takes a single value for a list of one.
            let elements = value.as_list().unwrap_or(std::slice::from_ref(value));
            return elements.iter().map(|element| self.value(element, of.item_type(), place)).collect();
        }
        match self.schema.types.get(of.inner_named_type()) {
            Some(ExtendedType::InputObject(input)) => self.object(value, input, place),
            _ => self.constant(value, place),
        }
    }

    fn object(&self, value: &Node<Value>, input: &InputObjectType, place: &str) -> Result<JsonValue, Refusal> {
        let Some(given) = value.as_object() else {
            let message = format!("could not coerce {place}: {value} to type {}", input.name);
            return Err(self.refused(message, value.location()));
        };
        let mut coerced = JsonMap::new();
        for (name, definition) in &input.fields {
            let place = format!("input field {}.{name}", input.name);
            if let Some((_, value)) = given.iter().find(|(given, _)| given == name) {
                coerced.insert(name.as_str(), self.value(value, &definition.ty, &place)?);
            } else if let Some(default) = &definition.default_value {
                coerced.insert(name.as_str(), self.constant(default, &place)?);
            } else if definition.ty.is_non_null() {
                let message = format!("Missing value for non-null input object field {}.{name}", input.name);
                return Err(self.refused(message, value.location()));
            }
        }
        Ok(coerced.into())
    }

    /// A value without variables. What fits its type, validation has seen.
    fn constant(&self, value: &Node<Value>, place: &str) -> Result<JsonValue, Refusal> {
        let number = |text: &str, what: &str| {
            let parsed: Result<serde_json::Number, _> = text.parse();
            parsed.map(JsonValue::Number).map_err(|_| self.refused(format!("{what} value overflow in {place}"), value.location()))
        };
        Ok(match value.as_ref() {
            Value::Null => JsonValue::Null,
            Value::Variable(_) => return Err(self.refused(format!("variable in default value of {place}."), value.location())),
            Value::Enum(name) => name.as_str().into(),
            Value::String(text) => text.as_str().into(),
            Value::Boolean(flag) => (*flag).into(),
            Value::Int(digits) => number(digits.as_str(), "int")?,
            Value::Float(digits) => number(digits.as_str(), "float")?,
            Value::List(elements) => elements.iter().map(|element| self.constant(element, place)).collect::<Result<_, _>>()?,
            Value::Object(fields) => {
                let fields = fields.iter().map(|(name, value)| Ok((name.as_str(), self.constant(value, place)?)));
                fields.collect::<Result<_, Refusal>>()?
            }
        })
    }

    fn refused(&self, message: String, location: Option<SourceSpan>) -> Refusal {
        let locations = location.and_then(|location| location.line_column(self.sources)).into_iter().collect();
        let mut error = GraphQLError { message, locations, path: Vec::new(), extensions: JsonMap::new() };
        fault::finish(&mut error);
        Box::new(error)
    }
}
