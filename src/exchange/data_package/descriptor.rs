//! What a data package says of its table: <https://specs.frictionlessdata.io>, version 1. Deliberately unknown: the items.

use serde_json::{Map, Value as Json, json};

use super::super::cells::{ItemColumn, columns};
use super::super::writing::ExportHead;
use crate::domain::attribute::Attribute;
use crate::domain::definition::{AttributeType, Bound};
use crate::domain::dictionary::Dictionary;
use crate::domain::text::{ITEM_CODE_LENGTH_MAX, Language};

/// The descriptor of a package whose items are in the file at `path`.
pub(super) fn of(dictionary: &Dictionary, head: &ExportHead, path: &str) -> Json {
    let definition = &dictionary.definition;
    let fields: Vec<Json> = columns(dictionary).into_iter().map(|column| field(column, dictionary, head)).collect();
    // With a single version of each item, its code is the key; of several the start tells them apart.
    let key: &[&str] = if head.valid_on.is_some() { &["code"] } else { &["code", "valid_from"] };
    let mut schema = json!({ "fields": fields, "missingValues": [""], "primaryKey": key });
    if definition.hierarchy.is_some() {
        schema["foreignKeys"] = json!([{ "fields": "parent", "reference": { "resource": "", "fields": "code" } }]);
    }
    let mut descriptor = json!({
        "profile": "tabular-data-package",
        "name": definition.code,
        "title": definition.name.ru,
        "version": head.edition.to_string(),
        "created": head.published_at.to_string(),
        "contributors": [{ "title": definition.passport.owner, "role": "publisher" }],
        "publication": head.publication,
        "resources": [{
            "profile": "tabular-data-resource",
            "name": definition.code,
            "title": definition.name.ru,
            "path": path,
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "dialect": { "delimiter": ",", "lineTerminator": "\r\n", "quoteChar": "\"", "doubleQuote": true, "header": true },
            "schema": schema,
        }],
    });
    if let Some(description) = &definition.description {
        descriptor["description"] = json!(description.ru);
    }
    if let Some(source) = &definition.passport.source {
        descriptor["sources"] = json!([{ "title": source }]);
    }
    if let Some(date) = head.valid_on {
        descriptor["validOn"] = json!(date.to_string());
    }
    descriptor
}

fn field(column: ItemColumn, dictionary: &Dictionary, head: &ExportHead) -> Json {
    let name = column.name(dictionary);
    match column {
        ItemColumn::Code => {
            let mut constraints = json!({ "required": true, "maxLength": ITEM_CODE_LENGTH_MAX });
            put_pattern(dictionary.definition.code_rule.pattern.as_deref(), &mut constraints);
            json!({ "name": name, "title": "Код", "type": "string", "constraints": constraints })
        }
        ItemColumn::Parent => json!({ "name": name, "title": "Вышестоящий", "type": "string" }),
        ItemColumn::ValidFrom => {
            json!({ "name": name, "title": "Действует с", "type": "date", "description": "Первый день действия; пусто – без начала" })
        }
        ItemColumn::ValidTo => {
            json!({ "name": name, "title": "Действует до", "type": "date", "description": "День, с которого не действует; пусто – без конца" })
        }
        ItemColumn::Attribute(position, language) => of_attribute(name, &dictionary.attributes[position], language, head),
    }
}

fn of_attribute(name: String, attribute: &Attribute, language: Option<Language>, head: &ExportHead) -> Json {
    let definition = &attribute.definition;
    let mut field = Map::new();
    let title = match language {
        Some(Language::En) => format!("{} (англ.)", definition.label.ru),
        _ => definition.label.ru.clone(),
    };
    field.insert("name".to_owned(), json!(name));
    field.insert("title".to_owned(), json!(title));
    field.insert("type".to_owned(), json!(if definition.list { "string" } else { type_name(definition.kind) }));
    if definition.kind == AttributeType::Boolean && !definition.list {
        field.insert("trueValues".to_owned(), json!(["true"]));
        field.insert("falseValues".to_owned(), json!(["false"]));
    }
    let mut description = definition.description.as_ref().map(|description| description.ru.clone()).unwrap_or_default();
    if definition.list {
        let separator = if description.is_empty() { "" } else { " " };
        description.push_str(&format!("{separator}(несколько значений через |)"));
    }
    if !description.is_empty() {
        field.insert("description".to_owned(), json!(description));
    }
    if let Some(to) = &definition.to {
        field.insert("refersTo".to_owned(), json!(to));
    }
    let mut constraints = Map::new();
    if definition.required && language != Some(Language::En) {
        constraints.insert("required".to_owned(), json!(true));
    }
    if definition.unique && head.valid_on.is_some() {
        constraints.insert("unique".to_owned(), json!(true));
    }
    let mut constraints = Json::Object(constraints);
    if !definition.list {
        put_value_constraints(attribute, &mut constraints);
    }
    if constraints.as_object().is_some_and(|constraints| !constraints.is_empty()) {
        field.insert("constraints".to_owned(), constraints);
    }
    Json::Object(field)
}

/// What holds for a single value; a list is a text, for which it does not.
fn put_value_constraints(attribute: &Attribute, constraints: &mut Json) {
    let definition = &attribute.definition;
    let bound = |bound: &Bound| match bound {
        Bound::Integer(number) => json!(number),
        Bound::Text(text) => json!(text),
    };
    let length_min = definition.length_min.map(|length| json!(length));
    let length_max = definition.length_max.map(|length| json!(length));
    let values: Vec<&str> = definition.values.iter().map(|value| value.code.as_str()).collect();
    let all = [
        ("minLength", length_min),
        ("maxLength", length_max),
        ("minimum", definition.min.as_ref().map(bound)),
        ("maximum", definition.max.as_ref().map(bound)),
        ("enum", (!values.is_empty()).then(|| json!(values))),
    ];
    for (name, constraint) in all {
        if let Some(constraint) = constraint {
            constraints[name] = constraint;
        }
    }
    put_pattern(definition.pattern.as_deref(), constraints);
}

/// Patterns are of another dialect here: those that mean the same in both are kept, which is nearly all.
fn put_pattern(pattern: Option<&str>, constraints: &mut Json) {
    let Some(pattern) = pattern else { return };
    let is_whole = pattern.starts_with('^') && pattern.ends_with('$');
    let is_shared = !["(?", "\\p", "\\P", "\\x", "\\u", "[[:", "&&", "\\z", "\\A"].iter().any(|own| pattern.contains(own));
    if is_whole && is_shared {
        constraints["pattern"] = json!(pattern);
    }
}

fn type_name(kind: AttributeType) -> &'static str {
    match kind {
        AttributeType::Integer => "integer",
        AttributeType::Decimal => "number",
        AttributeType::Boolean => "boolean",
        AttributeType::Date => "date",
        AttributeType::String | AttributeType::Text | AttributeType::Enum | AttributeType::Reference => "string",
    }
}
