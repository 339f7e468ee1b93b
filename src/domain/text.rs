//! Texts in the two languages of the service, and the codes by which things are named.

use std::fmt;

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The languages that stewards see. Russian is the one that is always filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    Ru,
    En,
}

/// A label or message of a definition: Russian always, English where there is one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// По-русски.
    pub ru: String,
    /// In English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
}

impl Label {
    /// The text in a language, in Russian where there is none in that language.
    pub fn get(&self, language: Language) -> &str {
        match (language, &self.en) {
            (Language::En, Some(en)) => en,
            _ => &self.ru,
        }
    }
}

/// A localised value of an item. At least one language is filled.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Localized {
    pub ru: Option<CompactString>,
    pub en: Option<CompactString>,
}

impl Localized {
    /// The text in a language, or in the other one where that is blank.
    pub fn get(&self, language: Language) -> &str {
        let (wanted, other) = match language {
            Language::Ru => (&self.ru, &self.en),
            Language::En => (&self.en, &self.ru),
        };
        wanted.as_deref().or(other.as_deref()).unwrap_or_default()
    }

    pub fn texts(&self) -> impl Iterator<Item = &str> {
        [self.ru.as_deref(), self.en.as_deref()].into_iter().flatten()
    }
}

/// The stable code of a dictionary: `offices`. Lower-case Latin letters, digits and `_`, at most 63.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DictionaryCode(CompactString);

impl DictionaryCode {
    pub const PATTERN: &str = "^[a-z][a-z0-9_]{0,62}$";

    pub fn parse(text: &str) -> Option<Self> {
        let first_is_letter = text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
        let rest_is_plain = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        (first_is_letter && rest_is_plain && text.len() <= 63).then(|| Self(CompactString::new(text)))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DictionaryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The code of an item: any printable text of 1 to 100 characters with no space at its ends. Leading zeros matter.
pub type ItemCode = CompactString;

/// The longest item code, in characters.
pub const ITEM_CODE_LENGTH_MAX: usize = 100;

/// `okved_section` as GraphQL writes it: `okvedSection`.
pub fn camel_case(code: &str) -> String {
    let mut camel = String::with_capacity(code.len());
    let mut capital_next = false;
    for letter in code.chars() {
        if letter == '_' {
            capital_next = !camel.is_empty();
        } else if capital_next {
            camel.push(letter.to_ascii_uppercase());
            capital_next = false;
        } else {
            camel.push(letter);
        }
    }
    camel
}

/// `CriminalCodeProvision` as a GraphQL field: `criminalCodeProvision`.
pub fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    match letters.next() {
        Some(first) => first.to_ascii_lowercase().to_string() + letters.as_str(),
        None => String::new(),
    }
}

/// `validFrom` as an enum value of GraphQL: `VALID_FROM`.
pub fn screaming_case(code: &str) -> String {
    let mut screaming = String::with_capacity(code.len() + 4);
    for letter in code.chars() {
        if letter.is_ascii_uppercase() {
            screaming.push('_');
        }
        screaming.push(letter.to_ascii_uppercase());
    }
    screaming
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_change_their_dress() {
        assert_eq!(camel_case("criminal_code"), "criminalCode");
        assert_eq!(camel_case("valid_from"), "validFrom");
        assert_eq!(lower_first("Office"), "office");
        assert_eq!(screaming_case("validFrom"), "VALID_FROM");
        assert_eq!(screaming_case("alpha_2"), "ALPHA_2");
    }

    #[test]
    fn dictionary_codes_are_plain() {
        assert!(DictionaryCode::parse("case_types2").is_some());
        for wrong in ["", "Offices", "2x", "_x", "a-b", "справочник"] {
            assert!(DictionaryCode::parse(wrong).is_none(), "{wrong}");
        }
    }
}
