//! One attribute at work: reads text into values and holds values to the attribute's constraints.
//! It knows one value at a time; what holds between items is in `validation.rs`.

use compact_str::CompactString;
use regex::Regex;
use rust_decimal::Decimal;

use super::definition::{AttributeDefinition, AttributeType, Bound, Check};
use super::text::{DictionaryCode, Language, Localized};
use super::validity::{Date, parse_date};
use super::value::{INTEGER_MAX, Value};

/// An attribute whose constraints were compiled.
#[derive(Debug)]
pub struct Attribute {
    pub definition: AttributeDefinition,
    /// The target of a reference.
    pub to: Option<DictionaryCode>,
    pattern: Option<Regex>,
    min: Option<Limit>,
    max: Option<Limit>,
}

/// A bound in the type of its attribute.
#[derive(Debug, Clone, PartialEq)]
enum Limit {
    Number(Decimal),
    Date(Date),
}

/// What is wrong with a value: the rule's code and a sentence that follows the value's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub code: &'static str,
    pub message: String,
}

impl Fault {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// What is wrong with an attribute's definition: which key, and what was expected.
pub struct AttributeProblem {
    pub key: &'static str,
    pub message: String,
}

impl Attribute {
    /// Compiles a definition, or says everything that is wrong with it.
    pub fn compile(definition: &AttributeDefinition) -> Result<Self, Vec<AttributeProblem>> {
        let mut problems = Vec::new();
        let mut report = |key, message: String| problems.push(AttributeProblem { key, message });
        check_keys_fit_type(definition, &mut report);
        let pattern = definition.pattern.as_deref().and_then(|source| match compile_pattern(source) {
            Ok(regex) => Some(regex),
            Err(message) => {
                report("pattern", message);
                None
            }
        });
        let mut limit = |key, bound: &Option<Bound>| {
            let bound = bound.as_ref()?;
            let limit = Limit::read(bound, definition.kind);
            if limit.is_none() {
                report(key, format!("`{bound}` is not a bound for the type {}", type_name(definition.kind)));
            }
            limit
        };
        let has_range = has_range(definition.kind);
        let (min, max) = if has_range { (limit("min", &definition.min), limit("max", &definition.max)) } else { (None, None) };
        check_bounds(definition, min.as_ref(), max.as_ref(), &mut report);
        if problems.is_empty() {
            Ok(Self { definition: definition.clone(), to: definition.to.as_deref().and_then(DictionaryCode::parse), pattern, min, max })
        } else {
            Err(problems)
        }
    }

    pub fn code(&self) -> &str {
        &self.definition.code
    }

    pub fn check_mode(&self) -> Check {
        self.definition.check.unwrap_or_default()
    }

    /// Reads a cell of a file. The text is trimmed at its ends; it must not be blank.
    pub fn parse(&self, text: &str) -> Result<Value, Fault> {
        if !self.definition.list {
            return self.parse_one(text.trim());
        }
        let parts = text.split('|').map(str::trim).filter(|part| !part.is_empty());
        let values: Box<[Value]> = parts.map(|part| self.parse_one(part)).collect::<Result<_, _>>()?;
        Ok(Value::List(values))
    }

    fn parse_one(&self, text: &str) -> Result<Value, Fault> {
        let wrong = |expected: &str| Fault::new("type", format!("{} is not {expected}", quoted(text)));
        match self.definition.kind {
            AttributeType::String | AttributeType::Text if self.definition.localized => {
                let ru = Some(match self.definition.kind {
                    AttributeType::String => CompactString::new(one_line(text)),
                    _ => CompactString::new(text),
                });
                Ok(Value::Localized(Box::new(Localized { ru, en: None })))
            }
            AttributeType::Text | AttributeType::Reference => Ok(Value::Text(CompactString::new(text))),
            AttributeType::String => Ok(Value::Text(CompactString::new(one_line(text)))),
            AttributeType::Integer => match text.parse::<i64>() {
                Ok(number) if (-INTEGER_MAX..=INTEGER_MAX).contains(&number) => Ok(Value::Integer(number)),
                _ => Err(wrong("a whole number from -9007199254740991 to 9007199254740991")),
            },
            AttributeType::Decimal => match parse_decimal(text).ok_or(()) {
                // Minus zero would be a second way to write zero.
                Ok(number) if number.is_zero() => Ok(Value::Decimal(Decimal::ZERO)),
                Ok(number) => Ok(Value::Decimal(number.normalize())),
                Err(()) => Err(wrong("a decimal number with a point and at most 28 digits, such as 1234.56")),
            },
            AttributeType::Boolean => match text.to_lowercase().as_str() {
                "true" | "1" | "да" | "yes" => Ok(Value::Boolean(true)),
                "false" | "0" | "нет" | "no" => Ok(Value::Boolean(false)),
                _ => Err(wrong("true or false (1/0, да/нет, yes/no)")),
            },
            AttributeType::Date => parse_date(text).map(Value::Date).ok_or_else(|| wrong("a date as 2024-02-29 or 29.02.2024")),
            AttributeType::Enum => self.parse_enum(text).ok_or_else(|| {
                let codes: Vec<&str> = self.definition.values.iter().map(|value| value.code.as_str()).collect();
                wrong(&format!("one of {}", codes.join(", ")))
            }),
        }
    }

    /// An enum value may be given by its code or by a label.
    fn parse_enum(&self, text: &str) -> Option<Value> {
        let is_meant = |label: &str| label.to_lowercase() == text.to_lowercase();
        let mut values = self.definition.values.iter();
        let found = values
            .find(|value| is_meant(&value.code) || is_meant(value.label.get(Language::Ru)) || is_meant(value.label.get(Language::En)));
        found.map(|value| Value::Text(CompactString::new(&value.code)))
    }

    /// Reports everything that is wrong with a value on its own.
    pub fn check(&self, value: &Value, report: &mut impl FnMut(Fault)) {
        if self.definition.list != matches!(value, Value::List(_)) {
            report(Fault::new("type", if self.definition.list { "must be a list" } else { "must be a single value" }));
        }
        if value.each().is_empty() {
            report(Fault::new("type", "must not be an empty list"));
        }
        for value in value.each() {
            match value {
                Value::Localized(localized) => {
                    if self.definition.required && localized.ru.is_none() {
                        report(Fault::new("required", "is required in Russian"));
                    }
                    localized.texts().for_each(|text| self.check_text(text, report));
                }
                Value::Text(text) => self.check_text(text, report),
                Value::Integer(number) => self.check_range(&Limit::Number(Decimal::from(*number)), report),
                Value::Decimal(number) => self.check_range(&Limit::Number(*number), report),
                Value::Date(date) => self.check_range(&Limit::Date(*date), report),
                Value::Boolean(_) | Value::List(_) => {}
            }
        }
    }

    fn check_text(&self, text: &str, report: &mut impl FnMut(Fault)) {
        let definition = &self.definition;
        if definition.kind == AttributeType::Enum && !definition.values.iter().any(|value| value.code == text) {
            report(Fault::new("enum", format!("{} is not one of the values", quoted(text))));
        }
        let is_forbidden =
            |letter: char| letter.is_control() && !(definition.kind == AttributeType::Text && matches!(letter, '\n' | '\r' | '\t'));
        if text.contains(is_forbidden) {
            let message = match definition.kind {
                AttributeType::Text => "has a control character",
                _ => "has a line break or a control character; a text of several lines needs the type text",
            };
            report(Fault::new("control_character", format!("{} {message}", quoted(text))));
        }
        if definition.length_min.is_some() || definition.length_max.is_some() {
            let length = text.chars().count();
            if definition.length_max.is_some_and(|max| length > max as usize) {
                let max = definition.length_max.unwrap_or_default();
                report(Fault::new("length", format!("{} has {length} characters, and at most {max} are allowed", quoted(text))));
            }
            if definition.length_min.is_some_and(|min| length < min as usize) {
                let min = definition.length_min.unwrap_or_default();
                report(Fault::new("length", format!("{} has {length} characters, and at least {min} are needed", quoted(text))));
            }
        }
        if self.pattern.as_ref().is_some_and(|pattern| !pattern.is_match(text)) {
            let pattern = definition.pattern.as_deref().unwrap_or_default();
            report(Fault::new("pattern", format!("{} does not match {pattern}", quoted(text))));
        }
    }

    fn check_range(&self, value: &Limit, report: &mut impl FnMut(Fault)) {
        if self.min.as_ref().is_some_and(|min| value.is_less_than(min)) {
            let min = self.definition.min.as_ref().map(ToString::to_string).unwrap_or_default();
            report(Fault::new("range", format!("{value} is less than {min}")));
        }
        if self.max.as_ref().is_some_and(|max| max.is_less_than(value)) {
            let max = self.definition.max.as_ref().map(ToString::to_string).unwrap_or_default();
            report(Fault::new("range", format!("{value} is greater than {max}")));
        }
    }
}

impl Limit {
    fn read(bound: &Bound, kind: AttributeType) -> Option<Self> {
        match (kind, bound) {
            (AttributeType::Integer | AttributeType::Decimal, Bound::Integer(number)) => Some(Self::Number(Decimal::from(*number))),
            (AttributeType::Decimal, Bound::Text(text)) => parse_decimal(text).map(Self::Number),
            (AttributeType::Date, Bound::Text(text)) => parse_date(text).map(Self::Date),
            _ => None,
        }
    }

    fn is_less_than(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a < b,
            (Self::Date(a), Self::Date(b)) => a < b,
            _ => false,
        }
    }
}

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Date(date) => write!(f, "{date}"),
        }
    }
}

fn has_range(kind: AttributeType) -> bool {
    matches!(kind, AttributeType::Integer | AttributeType::Decimal | AttributeType::Date)
}

/// Reports bounds that no value can meet, and a target that is no code.
fn check_bounds(definition: &AttributeDefinition, min: Option<&Limit>, max: Option<&Limit>, report: &mut impl FnMut(&'static str, String)) {
    if let (Some(min), Some(max)) = (min, max)
        && max.is_less_than(min)
    {
        report("max", format!("the greatest value {max} is less than the least value {min}"));
    }
    if let Some(length_max) = definition.length_max
        && length_max < definition.length_min.unwrap_or(0).max(1)
    {
        report(
            "length_max",
            format!("a text of at most {length_max} characters cannot have at least {}", definition.length_min.unwrap_or(0).max(1)),
        );
    }
    if let Some(to) = definition.to.as_deref().filter(|to| DictionaryCode::parse(to).is_none()) {
        report("to", format!("`{to}` is not a code of a dictionary: {}", DictionaryCode::PATTERN));
    }
}

/// Reports keys that mean nothing for the type, and keys that the type needs.
fn check_keys_fit_type(definition: &AttributeDefinition, report: &mut impl FnMut(&'static str, String)) {
    use AttributeType::{Enum, Reference, String, Text};
    let kind = definition.kind;
    let is_text = matches!(kind, String | Text);
    let has_range = has_range(kind);
    let fits: [(&'static str, bool, bool, &str); 8] = [
        ("localized", definition.localized, is_text, "string or text"),
        ("length_min", definition.length_min.is_some(), is_text, "string or text"),
        ("length_max", definition.length_max.is_some(), is_text, "string or text"),
        ("pattern", definition.pattern.is_some(), is_text, "string or text"),
        ("min", definition.min.is_some(), has_range, "integer, decimal or date"),
        ("max", definition.max.is_some(), has_range, "integer, decimal or date"),
        ("to", definition.to.is_some(), kind == Reference, "reference"),
        ("values", !definition.values.is_empty(), kind == Enum, "enum"),
    ];
    for (key, is_present, fits_type, types) in fits {
        if is_present && !fits_type {
            report(key, format!("`{key}` belongs to the type {types}, and this is of type {}", type_name(kind)));
        }
    }
    if definition.check.is_some() && kind != Reference {
        report("check", format!("`check` belongs to the type reference, and this is of type {}", type_name(kind)));
    }
    if definition.on_retire.is_some() && kind != Reference {
        report("on_retire", format!("`on_retire` belongs to the type reference, and this is of type {}", type_name(kind)));
    }
    if kind == Reference && definition.to.is_none() {
        report("type", "a reference needs `to`, the code of a dictionary".to_owned());
    }
    if kind == Enum && definition.values.is_empty() {
        report("type", "an enum needs `values`".to_owned());
    }
    if definition.list && definition.localized {
        report("list", "a list cannot be localized".to_owned());
    }
    if definition.unique && (definition.list || definition.localized) {
        report("unique", "`unique` fits single values in one language only".to_owned());
    }
    if definition.search && !matches!(kind, String | Text | Enum) {
        report("search", format!("`search` fits texts, and this is of type {}", type_name(kind)));
    }
}

/// Spreadsheets leave TABs inside names; in one line of text a TAB is a space that nobody sees.
fn one_line(text: &str) -> std::borrow::Cow<'_, str> {
    if text.contains('\t') { text.replace('\t', " ").into() } else { text.into() }
}

/// Reads a decimal number exactly as it is written, or not at all: nothing is rounded.
pub fn parse_decimal(text: &str) -> Option<Decimal> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if is_digits(whole) && is_digits(fraction) { Decimal::from_str_exact(text).ok() } else { None }
}

/// Patterns are bounded, so that a definition cannot make the service slow.
pub fn compile_pattern(source: &str) -> Result<Regex, String> {
    let compiled = regex::RegexBuilder::new(source).size_limit(1 << 20).build();
    compiled.map_err(|error| format!("`{source}` is not a regular expression: {error}"))
}

/// The type as a definition writes it.
pub fn type_name(kind: AttributeType) -> &'static str {
    match kind {
        AttributeType::String => "string",
        AttributeType::Text => "text",
        AttributeType::Integer => "integer",
        AttributeType::Decimal => "decimal",
        AttributeType::Boolean => "boolean",
        AttributeType::Date => "date",
        AttributeType::Enum => "enum",
        AttributeType::Reference => "reference",
    }
}

/// A value as a message shows it: quoted, escaped and cut to a readable length.
pub fn quoted(text: &str) -> String {
    const SHOWN_MAX: usize = 80;
    let mut shown: String = text.chars().take(SHOWN_MAX).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    let escaped: String = shown
        .chars()
        .flat_map(|letter| if letter.is_control() { letter.escape_default().collect::<Vec<_>>() } else { vec![letter] })
        .collect();
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(toml: &str) -> Attribute {
        let definition: AttributeDefinition = toml::from_str(&format!("code = \"a\"\nlabel = {{ ru = \"а\" }}\n{toml}")).unwrap();
        Attribute::compile(&definition).ok().expect("the definition is right")
    }

    fn faults(attribute: &Attribute, text: &str) -> Vec<&'static str> {
        match attribute.parse(text) {
            Err(fault) => vec![fault.code],
            Ok(value) => {
                let mut codes = Vec::new();
                attribute.check(&value, &mut |fault| codes.push(fault.code));
                codes
            }
        }
    }

    #[test]
    fn each_type_takes_its_values_and_refuses_others() {
        let none: Vec<&str> = Vec::new();
        let cases = [
            ("type = \"string\"\nlength_max = 3", "абв", none.clone()),
            ("type = \"string\"\nlength_max = 3", "абвг", vec!["length"]),
            ("type = \"string\"", "две\nстроки", vec!["control_character"]),
            ("type = \"text\"", "две\nстроки", none.clone()),
            ("type = \"string\"\npattern = '^\\d+$'", "01", none.clone()),
            ("type = \"string\"\npattern = '^\\d+$'", "x", vec!["pattern"]),
            ("type = \"integer\"\nmin = 0\nmax = 5", "5", none.clone()),
            ("type = \"integer\"\nmin = 0\nmax = 5", "6", vec!["range"]),
            ("type = \"integer\"", "9007199254740992", vec!["type"]),
            ("type = \"integer\"", "1.0", vec!["type"]),
            ("type = \"decimal\"\nmax = 1.5", "1.50", none.clone()),
            ("type = \"decimal\"\nmax = \"1.5\"", "1.51", vec!["range"]),
            ("type = \"decimal\"", "1,5", vec!["type"]),
            ("type = \"decimal\"", "1_000.5", vec!["type"]),
            ("type = \"decimal\"", ".5", vec!["type"]),
            ("type = \"decimal\"", "0.12345678901234567890123456789012345678", vec!["type"]),
            ("type = \"boolean\"", "Да", none.clone()),
            ("type = \"boolean\"", "может быть", vec!["type"]),
            ("type = \"date\"\nmin = \"1900-01-01\"", "31.12.1899", vec!["range"]),
            ("type = \"date\"", "31.02.2024", vec!["type"]),
            ("type = \"enum\"\nvalues = [{ code = \"PART\", label = { ru = \"Часть\" } }]", "часть", none.clone()),
            ("type = \"enum\"\nvalues = [{ code = \"PART\", label = { ru = \"Часть\" } }]", "глава", vec!["type"]),
            ("type = \"string\"\nlist = true\nlength_max = 2", "аб| в |гдеж", vec!["length"]),
        ];
        for (definition, text, expected) in cases {
            assert_eq!(faults(&attribute(definition), text), expected, "{definition}: {text}");
        }
    }

    #[test]
    fn keys_that_do_not_fit_the_type_are_all_reported() {
        let definition: AttributeDefinition =
            toml::from_str("code = \"a\"\nlabel = { ru = \"а\" }\ntype = \"reference\"\nmin = 1\npattern = '('\nlocalized = true").unwrap();
        let problems = Attribute::compile(&definition).expect_err("much is wrong");
        let keys: Vec<&str> = problems.iter().map(|problem| problem.key).collect();
        assert_eq!(keys, ["localized", "pattern", "min", "type", "pattern"]);
    }
}
