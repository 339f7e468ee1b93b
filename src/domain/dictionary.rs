//! A dictionary at work: its definition compiled into attributes, patterns and rules.
//! It knows the shape of one item; the items themselves are in `item.rs`.

use std::collections::BTreeSet;

use regex::Regex;
use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};

use super::attribute::{Attribute, compile_pattern};
use super::definition::{AttributeType, Definition, ParentFrom};
use super::projection::Projection;
use super::rule::Rule;
use super::text::{DictionaryCode, camel_case, lower_first};

/// What `item.` and the columns of a file already mean, so that no attribute can be called so.
pub const RESERVED_CODES: [&str; 14] = [
    "code",
    "parent",
    "children",
    "ancestors",
    "descendants",
    "history",
    "successors",
    "successor_codes",
    "reason",
    "valid_from",
    "valid_to",
    "publication",
    "superseded_in",
    "id",
];

/// How many attributes a dictionary may have.
pub const ATTRIBUTES_MAX: usize = 200;

/// The longest text of a definition, in characters.
const TEXT_LENGTH_MAX: usize = 10_000;

/// How many people one stage of approval may ask for.
const QUORUM_MAX: u32 = 20;

/// A definition that makes sense, ready to be asked.
#[derive(Debug)]
pub struct Dictionary {
    pub code: DictionaryCode,
    pub definition: Definition,
    pub attributes: Vec<Attribute>,
    pub rules: Vec<Rule>,
    pub projections: Vec<Projection>,
    pub code_pattern: Option<Regex>,
    index: FxHashMap<String, usize>,
    /// Attribute positions in the order of canonical JSON.
    canonical_order: Vec<usize>,
}

/// What is wrong with a definition and where: a path of keys and indexes such as `attributes[2].to`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefinitionProblem {
    pub path: Vec<PathStep>,
    pub message: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathStep {
    Key(String),
    Index(usize),
}

impl DefinitionProblem {
    fn new(path: &[&str], message: impl Into<String>) -> Self {
        let step = |part: &&str| part.parse().map_or_else(|_| PathStep::Key((*part).to_owned()), PathStep::Index);
        Self { path: path.iter().map(step).collect(), message: message.into() }
    }

    /// The path as a person reads it.
    pub fn path_text(&self) -> String {
        let mut text = String::new();
        for step in &self.path {
            match step {
                PathStep::Key(key) if text.is_empty() => text.push_str(key),
                PathStep::Key(key) => text.push_str(&format!(".{key}")),
                PathStep::Index(index) => text.push_str(&format!("[{index}]")),
            }
        }
        text
    }
}

impl Dictionary {
    /// Compiles a definition, or says everything that is wrong with it. Other dictionaries are not looked at.
    pub fn compile(definition: Definition) -> Result<Self, Vec<DefinitionProblem>> {
        let mut problems = Vec::new();
        check_texts(&definition, &mut problems);
        if !problems.is_empty() {
            // The other problems quote what is wrong, which is no text to be quoted.
            return Err(problems);
        }
        let code = DictionaryCode::parse(&definition.code);
        if code.is_none() {
            problems.push(DefinitionProblem::new(&["code"], format!("`{}` is not a code: {}", definition.code, DictionaryCode::PATTERN)));
        }
        check_names(&definition, &mut problems);
        let attributes = compile_attributes(&definition, &mut problems);
        let rules = compile_rules(&definition, &mut problems);
        let projections = compile_projections(&definition, &mut problems);
        let code_pattern = definition.code_rule.pattern.as_deref().and_then(|source| match compile_pattern(source) {
            Ok(regex) => Some(regex),
            Err(message) => {
                problems.push(DefinitionProblem::new(&["code_rule", "pattern"], message));
                None
            }
        });
        check_mentions(&definition, &mut problems);
        check_approval(&definition, &mut problems);
        match code {
            Some(code) if problems.is_empty() => {
                let index = attributes.iter().enumerate().map(|(at, attribute)| (attribute.code().to_owned(), at)).collect();
                let mut canonical_order: Vec<usize> = (0..attributes.len()).collect();
                canonical_order.sort_by(|a, b| attributes[*a].code().cmp(attributes[*b].code()));
                Ok(Self { code, definition, attributes, rules, projections, code_pattern, index, canonical_order })
            }
            _ => Err(problems),
        }
    }

    /// The position of an attribute in `attributes` and in the values of an item.
    pub fn position(&self, attribute: &str) -> Option<usize> {
        self.index.get(attribute).copied()
    }

    pub fn projection(&self, code: &str) -> Option<&Projection> {
        self.projections.iter().find(|projection| projection.definition.code == code)
    }

    pub fn canonical_order(&self) -> &[usize] {
        &self.canonical_order
    }

    pub fn is_hierarchical(&self) -> bool {
        self.definition.hierarchy.is_some()
    }

    pub fn parent_from(&self) -> ParentFrom {
        self.definition.hierarchy.as_ref().map(|hierarchy| hierarchy.parent_from).unwrap_or_default()
    }

    /// The reference attributes with their positions and targets.
    pub fn references(&self) -> impl Iterator<Item = (usize, &Attribute, &DictionaryCode)> {
        self.attributes.iter().enumerate().filter_map(|(at, attribute)| attribute.to.as_ref().map(|to| (at, attribute, to)))
    }

    /// The GraphQL field of one item: `office`.
    pub fn single_field(&self) -> String {
        lower_first(&self.definition.type_name)
    }

    /// The GraphQL field of the list: `offices`.
    pub fn list_field(&self) -> String {
        camel_case(&self.definition.code)
    }

    /// The position of the attribute that names an item.
    pub fn display_position(&self) -> Option<usize> {
        self.definition.display.as_deref().and_then(|code| self.position(code))
    }

    /// The definition as the database keeps it: canonical JSON (RFC 8785).
    pub fn canonical_json(&self) -> String {
        canonical_json(&self.definition)
    }

    pub fn definition_digest(&self) -> [u8; 32] {
        Sha256::digest(self.canonical_json()).into()
    }
}

/// serde_json's map sorts its keys, and a definition holds no floating-point number that two writers write differently.
pub fn canonical_json(definition: &Definition) -> String {
    serde_json::to_value(definition).expect("a definition has string keys only").to_string()
}

fn check_names(definition: &Definition, problems: &mut Vec<DefinitionProblem>) {
    let type_name = &definition.type_name;
    let is_pascal =
        type_name.starts_with(|letter: char| letter.is_ascii_uppercase()) && type_name.chars().all(|letter| letter.is_ascii_alphanumeric());
    if !is_pascal {
        problems.push(DefinitionProblem::new(&["type"], format!("`{type_name}` is not a type name: ^[A-Z][A-Za-z0-9]*$")));
    }
    if lower_first(type_name) == camel_case(&definition.code) {
        let message = format!(
            "one item and the list would both be `{}`: name the type in the singular and the dictionary in the plural",
            lower_first(type_name)
        );
        problems.push(DefinitionProblem::new(&["type"], message));
    }
    if let Some(display) = &definition.display {
        match definition.attributes.iter().find(|attribute| attribute.code == *display) {
            None => problems.push(DefinitionProblem::new(&["display"], format!("there is no attribute `{display}`"))),
            Some(attribute) if !matches!(attribute.kind, AttributeType::String | AttributeType::Text) || attribute.list => {
                problems.push(DefinitionProblem::new(&["display"], format!("`{display}` is not a single string or text")));
            }
            Some(_) => {}
        }
    }
}

fn compile_attributes(definition: &Definition, problems: &mut Vec<DefinitionProblem>) -> Vec<Attribute> {
    if definition.attributes.len() > ATTRIBUTES_MAX {
        problems.push(DefinitionProblem::new(
            &["attributes"],
            format!("there are {}, and at most {ATTRIBUTES_MAX} are allowed", definition.attributes.len()),
        ));
    }
    let mut seen = BTreeSet::new();
    let mut compiled = Vec::with_capacity(definition.attributes.len());
    for (at, attribute) in definition.attributes.iter().enumerate() {
        let index = at.to_string();
        if DictionaryCode::parse(&attribute.code).is_none() {
            problems.push(DefinitionProblem::new(
                &["attributes", &index, "code"],
                format!("`{}` is not a code: {}", attribute.code, DictionaryCode::PATTERN),
            ));
        }
        if RESERVED_CODES.contains(&attribute.code.as_str()) {
            problems.push(DefinitionProblem::new(&["attributes", &index, "code"], format!("`{}` is reserved", attribute.code)));
        }
        // Two codes that differ in underscores only would meet in GraphQL, where both are written in camelCase.
        if !seen.insert(camel_case(&attribute.code)) {
            problems.push(DefinitionProblem::new(&["attributes", &index, "code"], format!("`{}` is there twice", attribute.code)));
        }
        let mut values = BTreeSet::new();
        for (value_at, value) in attribute.values.iter().enumerate() {
            if !values.insert(&value.code) {
                problems.push(DefinitionProblem::new(
                    &["attributes", &index, "values", &value_at.to_string(), "code"],
                    format!("`{}` is there twice", value.code),
                ));
            }
        }
        match Attribute::compile(attribute) {
            Ok(attribute) => compiled.push(attribute),
            Err(found) => problems.extend(found.into_iter().map(|p| DefinitionProblem::new(&["attributes", &index, p.key], p.message))),
        }
    }
    compiled
}

fn compile_rules(definition: &Definition, problems: &mut Vec<DefinitionProblem>) -> Vec<Rule> {
    let mut names: Vec<&str> = vec!["code", "parent"];
    names.extend(definition.attributes.iter().map(|attribute| attribute.code.as_str()));
    let mut compiled = Vec::with_capacity(definition.rules.len());
    let mut seen = BTreeSet::new();
    for (at, rule) in definition.rules.iter().enumerate() {
        let index = at.to_string();
        if !seen.insert(&rule.code) {
            problems.push(DefinitionProblem::new(&["rules", &index, "code"], format!("`{}` is there twice", rule.code)));
        }
        match Rule::compile(rule, &names) {
            Ok(rule) => compiled.push(rule),
            Err(found) => problems.extend(found.into_iter().map(|p| DefinitionProblem::new(&["rules", &index, p.key], p.message))),
        }
    }
    compiled
}

fn compile_projections(definition: &Definition, problems: &mut Vec<DefinitionProblem>) -> Vec<Projection> {
    Projection::compile_all(definition).unwrap_or_else(|found| {
        problems.extend(found.into_iter().map(|problem| {
            let path: Vec<&str> = std::iter::once("projections").chain(problem.path.iter().map(String::as_str)).collect();
            DefinitionProblem::new(&path, problem.message)
        }));
        Vec::new()
    })
}

fn check_mentions(definition: &Definition, problems: &mut Vec<DefinitionProblem>) {
    let Some(hierarchy) = &definition.hierarchy else { return };
    if let Some(root) = &hierarchy.root_attribute {
        if !definition.attributes.iter().any(|attribute| attribute.code == *root) {
            problems.push(DefinitionProblem::new(&["hierarchy", "root_attribute"], format!("there is no attribute `{root}`")));
        }
        if hierarchy.parent_from == ParentFrom::Column {
            problems.push(DefinitionProblem::new(
                &["hierarchy", "root_attribute"],
                "it works only where `parent_from` takes the parent from the code",
            ));
        }
    }
}

/// Every text of a definition is shown to somebody: none is endless, and none holds characters that nobody sees.
fn check_texts(definition: &Definition, problems: &mut Vec<DefinitionProblem>) {
    fn walk(json: &serde_json::Value, path: &mut Vec<String>, problems: &mut Vec<DefinitionProblem>) {
        let mut inside = |key: String, json: &serde_json::Value| {
            path.push(key);
            walk(json, path, problems);
            path.pop();
        };
        match json {
            serde_json::Value::Object(members) => members.iter().for_each(|(key, json)| inside(key.clone(), json)),
            serde_json::Value::Array(members) => members.iter().enumerate().for_each(|(at, json)| inside(at.to_string(), json)),
            serde_json::Value::String(text) => {
                let path: Vec<&str> = path.iter().map(String::as_str).collect();
                if text.chars().nth(TEXT_LENGTH_MAX).is_some() {
                    problems.push(DefinitionProblem::new(&path, format!("has more than {TEXT_LENGTH_MAX} characters")));
                } else if text.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t')) {
                    problems.push(DefinitionProblem::new(&path, "has a control character: take it out"));
                }
            }
            _ => {}
        }
    }
    let json = serde_json::to_value(definition).expect("a definition has string keys only");
    walk(&json, &mut Vec::new(), problems);
}

/// A stage that nobody has to approve would turn the rule of four eyes off without saying so.
fn check_approval(definition: &Definition, problems: &mut Vec<DefinitionProblem>) {
    for (at, stage) in definition.approval.stages.iter().enumerate() {
        if !(1..=QUORUM_MAX).contains(&stage.quorum) {
            let message = format!("{} is not a number of people from 1 to {QUORUM_MAX}", stage.quorum);
            problems.push(DefinitionProblem::new(&["approval", "stages", &at.to_string(), "quorum"], message));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_everything_that_is_wrong_at_once() {
        let definition: Definition = toml::from_str(
            r#"
            code = "office"
            type = "Office"
            name = { ru = "Органы" }
            display = "title"
            passport = { owner = "Управление" }
            hierarchy = { root_attribute = "section" }
            attributes = [
              { code = "name", type = "string", label = { ru = "Имя" }, values = [] },
              { code = "name", type = "enum", label = { ru = "Имя" } },
              { code = "parent", type = "date", label = { ru = "Дата" }, pattern = "x" },
            ]
            rules = [{ code = "r", expect = "1 +", message = { ru = "нет" } }]
            approval = { stages = [{ name = { ru = "Никто" }, role = "approver", quorum = 0 }] }
            "#,
        )
        .unwrap();
        let problems = Dictionary::compile(definition).expect_err("much is wrong");
        let paths: Vec<String> = problems.iter().map(DefinitionProblem::path_text).collect();
        assert_eq!(
            paths,
            [
                "type",
                "display",
                "attributes[1].code",
                "attributes[1].type",
                "attributes[2].code",
                "attributes[2].pattern",
                "rules[0].expect",
                "hierarchy.root_attribute",
                "hierarchy.root_attribute",
                "approval.stages[0].quorum"
            ]
        );
    }
}
