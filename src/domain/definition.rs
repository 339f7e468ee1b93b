//! The definition of a dictionary as its owner writes it: passport, structure, rules and approval policy.
//! It is plain data, the same in `dictionary.toml`, in the database and in the JSON Schema; `dictionary.rs` makes it work.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::projection::definition::ProjectionDefinition;
use super::text::{DictionaryCode, Label};

/// The patterns below in words, for those who broke them; editors show these too.
const CODE_IN_WORDS: &str = "must be lower-case Latin letters, digits and `_`, a letter first, at most 63 in all";
const TYPE_IN_WORDS: &str = "must be Latin letters and digits, a capital first, at most 63 in all";
const ENUM_VALUE_IN_WORDS: &str = "must be capital Latin letters, digits and `_`, a letter first, at most 63 in all";

/// One dictionary: whose it is, what its items look like, what must hold, and who approves a change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "Svod dictionary definition")]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// The stable code of the dictionary. In camelCase it is the GraphQL field of its list.
    #[schemars(regex(pattern = DictionaryCode::PATTERN), extend("patternErrorMessage" = CODE_IN_WORDS))]
    pub code: String,
    /// The GraphQL type of one item. With a small first letter it is the GraphQL field of one item.
    #[serde(rename = "type")]
    #[schemars(regex(pattern = "^[A-Z][A-Za-z0-9]{0,62}$"), extend("patternErrorMessage" = TYPE_IN_WORDS))]
    pub type_name: String,
    /// What the dictionary is called.
    pub name: Label,
    /// What is in it, in a sentence or two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Label>,
    /// The attribute shown as an item's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display: Option<String>,
    pub passport: Passport,
    #[serde(default, skip_serializing_if = "CodeRule::is_default")]
    pub code_rule: CodeRule,
    /// Present when items stand under one another: the parent is the built-in `parent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hierarchy: Option<Hierarchy>,
    /// What is kept of each item besides its code, in the order in which it is shown.
    #[serde(default)]
    pub attributes: Vec<AttributeDefinition>,
    /// What must hold between the attributes of one item.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleDefinition>,
    /// The files that receivers are sent, each in its own form.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub projections: Vec<ProjectionDefinition>,
    #[serde(default)]
    pub approval: Approval,
}

/// Whose dictionary it is and what it rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Passport {
    /// The body that answers for the content.
    pub owner: String,
    /// The act that establishes the dictionary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
    /// Where the content came from, under which licence, and what was done to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// How often the content is to be renewed, in days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 36500))]
    pub update_period_days: Option<u32>,
    #[serde(default)]
    pub access: Access,
}

/// Who may read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Without an account.
    Public,
    /// With any account or token.
    #[default]
    Internal,
    /// With a role on this dictionary.
    Restricted,
}

/// What a code looks like.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeRule {
    /// A regular expression that every code matches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// How codes are made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Label>,
    /// Characters that are dropped from a code when a file is read, such as the spaces of `80 601 404`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub remove: String,
}

impl CodeRule {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// How strictly a reference or a parent must be valid while the item that holds it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// It must resolve for the whole interval of the version that holds it.
    #[default]
    Strict,
    /// It must name an item that was published; when that is valid is not checked.
    Warn,
}

/// What an item must have for the dates on which something that it refers to is no longer valid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnRetire {
    /// Nothing will do: what is referred to is not retired while it is.
    #[default]
    Block,
    /// Successors of the retired item that are valid then; a reference to it stays and leads to them.
    Successor,
}

/// Where an item's parent comes from when a file names none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ParentFrom {
    /// Only from the column `parent`.
    #[default]
    Column,
    /// The longest shorter code that begins the item's code: 01.11 stands under 01.1.
    Prefix,
    /// The same, and beginnings filled up with zeros to the length of the code: 80601404 stands under 80601400.
    ZeroPaddedPrefix,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hierarchy {
    #[serde(default)]
    pub check: Check,
    /// What the retirement of a parent asks for, where the check is strict: `block` when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_retire: Option<OnRetire>,
    /// How many items may have no parent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub roots_max: Option<u32>,
    #[serde(default)]
    pub parent_from: ParentFrom,
    /// With a prefix: how many characters of a code may be its parent's code; every number of them when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prefix_lengths: Vec<usize>,
    /// With a prefix: an attribute whose value is the code of the parent when no shorter code is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root_attribute: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttributeType {
    /// One line of text.
    String,
    /// Text of several lines.
    Text,
    /// A whole number from -9007199254740991 to 9007199254740991, which every JSON reader keeps exact.
    Integer,
    /// An exact decimal number.
    Decimal,
    /// True or false.
    Boolean,
    /// A day of the calendar: 2024-02-29.
    Date,
    /// One of the `values`.
    Enum,
    /// The code of an item of the dictionary `to`.
    Reference,
}

/// A typed field of an item. Which constraints fit which type is checked when the definition is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttributeDefinition {
    /// The stable code of the attribute: the column of a file and, in camelCase, the GraphQL field.
    #[schemars(regex(pattern = DictionaryCode::PATTERN), extend("patternErrorMessage" = CODE_IN_WORDS))]
    pub code: String,
    /// What its values are.
    #[serde(rename = "type")]
    pub kind: AttributeType,
    /// Several values instead of one; in a CSV cell they are separated by `|`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub list: bool,
    /// What the attribute is called in forms, tables and the headers of files.
    pub label: Label,
    /// What it means, for those who fill it in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Label>,
    /// Every item has a value.
    #[serde(default, skip_serializing_if = "is_false")]
    pub required: bool,
    /// No two items have the same value on any one date.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unique: bool,
    /// A text in Russian and in English: the columns `name` (or `name_ru`) and `name_en`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub localized: bool,
    /// Found by `search`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub search: bool,
    /// The least length, in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length_min: Option<u32>,
    /// The greatest length, in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length_max: Option<u32>,
    /// The least number, or the earliest date as `"1900-01-01"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<Bound>,
    /// The greatest number, or the latest date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Bound>,
    /// A regular expression that the value matches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// The dictionary that a reference points to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = DictionaryCode::PATTERN), extend("patternErrorMessage" = CODE_IN_WORDS))]
    pub to: Option<String>,
    /// How strictly the reference must resolve.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<Check>,
    /// What the retirement of the target asks for, where the check is strict: `block` when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_retire: Option<OnRetire>,
    /// The values of an enum.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<EnumValue>,
}

/// A whole number, or a date or exact decimal as text. A number with a fraction becomes text when it is read, since writers of JSON
/// do not agree on how to write it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged, from = "WrittenBound")]
pub enum Bound {
    Integer(i64),
    Text(String),
}

/// A bound as it is written.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
enum WrittenBound {
    Integer(i64),
    Float(f64),
    Text(String),
}

impl From<WrittenBound> for Bound {
    fn from(written: WrittenBound) -> Self {
        const EXACT: i64 = super::value::INTEGER_MAX;
        match written {
            WrittenBound::Integer(number) if (-EXACT..=EXACT).contains(&number) => Self::Integer(number),
            WrittenBound::Integer(number) => Self::Text(number.to_string()),
            WrittenBound::Float(number) if number.fract() == 0.0 && number.abs() <= EXACT as f64 => Self::Integer(number as i64),
            WrittenBound::Float(number) => Self::Text(number.to_string()),
            WrittenBound::Text(text) => Self::Text(text),
        }
    }
}

impl JsonSchema for Bound {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        WrittenBound::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        WrittenBound::json_schema(generator)
    }

    fn inline_schema() -> bool {
        WrittenBound::inline_schema()
    }
}

impl std::fmt::Display for Bound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Bound::Integer(number) => write!(f, "{number}"),
            Bound::Text(text) => f.write_str(text),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnumValue {
    /// As GraphQL writes it: `IN_FORCE`.
    #[schemars(regex(pattern = "^[A-Z][A-Z0-9_]{0,62}$"), extend("patternErrorMessage" = ENUM_VALUE_IN_WORDS))]
    pub code: String,
    /// What people read.
    pub label: Label,
}

/// A condition over one item in CEL, the Common Expression Language; `item` holds what is filled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleDefinition {
    /// The stable code of the rule, which its violations carry.
    #[schemars(regex(pattern = DictionaryCode::PATTERN), extend("patternErrorMessage" = CODE_IN_WORDS))]
    pub code: String,
    /// The rule is asked only where this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// What must hold.
    pub expect: String,
    /// What a person is told when it does not.
    pub message: Label,
}

/// Who must agree before a change is published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// Nobody approves a change that they made.
    #[serde(default = "yes")]
    pub four_eyes: bool,
    /// The stages, in order.
    #[serde(default)]
    pub stages: Vec<ApprovalStage>,
}

impl Default for Approval {
    fn default() -> Self {
        Self { four_eyes: true, stages: Vec::new() }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalStage {
    /// What the stage is called.
    pub name: Label,
    /// Whose approval it takes.
    pub role: ApprovalRole,
    /// How many people must approve.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 20))]
    pub quorum: u32,
}

/// The roles that can approve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalRole {
    Approver,
    Owner,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

fn yes() -> bool {
    true
}

fn one() -> u32 {
    1
}
