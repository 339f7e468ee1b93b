//! "Did you mean": what apollo-compiler says of an unknown name, with the known name that it comes nearest to.

use apollo_compiler::Schema;
use apollo_compiler::schema::ExtendedType;

/// The message with a suggestion, where a known name is near enough to be meant.
pub fn with_suggestion(message: String, schema: &Schema) -> String {
    let Some((unknown, known)) = unknown_name(&message, schema) else { return message };
    match nearest(unknown, known) {
        Some(name) => format!("{message}: did you mean `{name}`?"),
        None => message,
    }
}

/// The name that a message says is unknown, and those that could stand in its place.
fn unknown_name<'a>(message: &'a str, schema: &'a Schema) -> Option<(&'a str, Vec<&'a str>)> {
    let parts: Vec<&str> = message.split('`').collect();
    match parts.as_slice() {
        ["type ", owner, " does not have a field ", field, ""] => Some((field, members(schema, owner)?)),
        ["field ", field, " does not exist on ", owner, ""] => Some((field, members(schema, owner)?)),
        ["value ", value, " does not exist on ", owner, ""] => Some((value, members(schema, owner)?)),
        ["the argument ", argument, " is not supported by ", owner, ""] => {
            let (type_name, field) = owner.split_once('.')?;
            let field = schema.get_object(type_name)?.fields.get(field)?;
            Some((argument, field.arguments.iter().map(|argument| argument.name.as_str()).collect()))
        }
        _ => None,
    }
}

fn members<'a>(schema: &'a Schema, type_name: &str) -> Option<Vec<&'a str>> {
    match schema.types.get(type_name)? {
        ExtendedType::Object(object) => Some(object.fields.keys().map(|name| name.as_str()).collect()),
        ExtendedType::InputObject(input) => Some(input.fields.keys().map(|name| name.as_str()).collect()),
        ExtendedType::Enum(of_values) => Some(of_values.values.keys().map(|name| name.as_str()).collect()),
        _ => None,
    }
}

/// One slip in three letters, and never more than three; or a beginning of at least three letters.
fn nearest<'a>(unknown: &str, known: Vec<&'a str>) -> Option<&'a str> {
    let slips_max = (unknown.chars().count() / 3).clamp(1, 3);
    let distance = |name: &&str| {
        let is_begun = unknown.len() >= 3 && name.starts_with(unknown);
        if is_begun { 1 } else { strsim::damerau_levenshtein(unknown, name) }
    };
    known.into_iter().map(|name| (distance(&name), name)).filter(|(slips, _)| *slips <= slips_max).min().map(|(_, name)| name)
}
