//! A CodeSystem as FHIR R4 has it, <http://hl7.org/fhir/R4/codesystem.html>, as far as it is read. Deliberately unknown: columns.

use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CodeSystem<'a> {
    pub(super) url: Option<String>,
    pub(super) version: Option<String>,
    pub(super) name: Option<String>,
    pub(super) title: Option<String>,
    pub(super) content: Option<String>,
    #[serde(default)]
    pub(super) extension: Vec<Extension>,
    #[serde(default)]
    pub(super) property: Vec<PropertyDeclaration>,
    /// Kept as text, so that each concept knows its line.
    #[serde(default, borrow)]
    pub(super) concept: Vec<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Extension {
    pub(super) url: String,
    pub(super) value_code: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct PropertyDeclaration {
    pub(super) code: String,
    pub(super) uri: Option<String>,
    pub(super) description: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Concept<'a> {
    pub(super) code: String,
    pub(super) display: Option<String>,
    pub(super) definition: Option<String>,
    #[serde(default)]
    pub(super) designation: Vec<Designation>,
    #[serde(default, borrow)]
    pub(super) property: Vec<Property<'a>>,
    #[serde(default, borrow)]
    pub(super) concept: Vec<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Designation {
    pub(super) language: Option<String>,
    #[serde(rename = "use")]
    pub(super) usage: Option<Coding>,
    pub(super) value: String,
}

/// One value of a property; a property of several values is there several times.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Property<'a> {
    pub(super) code: String,
    value_code: Option<String>,
    value_string: Option<String>,
    value_date_time: Option<String>,
    value_boolean: Option<bool>,
    value_coding: Option<Coding>,
    /// Numbers keep their digits as they are written.
    #[serde(borrow)]
    value_integer: Option<&'a RawValue>,
    #[serde(borrow)]
    value_decimal: Option<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Coding {
    pub(super) code: Option<String>,
}

impl Property<'_> {
    pub(super) fn text(&self) -> Option<&str> {
        let truth = self.value_boolean.map(|truth| if truth { "true" } else { "false" });
        let texts = [&self.value_code, &self.value_string, &self.value_date_time].into_iter().find_map(Option::as_deref);
        let coding = self.value_coding.as_ref().and_then(|coding| coding.code.as_deref());
        let number = self.value_integer.or(self.value_decimal).map(RawValue::get);
        texts.or(truth).or(coding).or(number)
    }
}
