//! The structure of a dictionary as its definition says it: attributes, rules, approval. Plain data, copied out of the definition.

use async_graphql::{Enum, ID, SimpleObject};

use super::scalar::LocalizedText;
use crate::domain::definition::{
    Access, ApprovalRole, ApprovalStage, AttributeDefinition, AttributeType, Check, EnumValue, RuleDefinition,
};
use crate::domain::projection::definition::ProjectionDefinition;

/// Who may read a dictionary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "Access", remote = "Access")]
pub enum AccessValue {
    /// Everybody, without an account.
    Public,
    /// Whoever has an account or a token.
    Internal,
    /// Whoever has a role on the dictionary.
    Restricted,
}

/// What the values of an attribute are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "AttributeType", remote = "AttributeType")]
pub enum AttributeTypeValue {
    /// One line of text.
    String,
    /// Text of several lines.
    Text,
    /// A whole number between ±(2^53 - 1).
    Integer,
    /// An exact decimal number, in quotes.
    Decimal,
    /// True or false.
    Boolean,
    /// A day of the calendar.
    Date,
    /// One of the `values`.
    Enum,
    /// The code of an item of the dictionary `to`.
    Reference,
}

/// How strictly a reference must resolve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "ReferenceCheck", remote = "Check")]
pub enum CheckValue {
    /// For the whole interval of the version that holds it.
    Strict,
    /// It names an item that was published; when that is valid is not checked.
    Warn,
}

/// A role that can approve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "ApprovalRole", remote = "ApprovalRole")]
pub enum ApprovalRoleValue {
    /// Somebody who decides on changes that others made.
    Approver,
    /// The owner of the dictionary.
    Owner,
}

/// A value of an enumeration.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "EnumValue")]
pub struct EnumValueObject {
    /// The code, as items have it.
    code: ID,
    /// What people read.
    label: LocalizedText,
}

impl From<&EnumValue> for EnumValueObject {
    fn from(value: &EnumValue) -> Self {
        Self { code: value.code.as_str().into(), label: (&value.label).into() }
    }
}

/// A typed field of an item.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Attribute")]
pub struct AttributeObject {
    /// The stable code: the key in `Item.attributes` and the column of a file.
    code: ID,
    /// What it is called in forms and tables.
    label: LocalizedText,
    /// What it means, for those who fill it in.
    description: Option<LocalizedText>,
    /// What its values are.
    #[graphql(name = "type")]
    kind: AttributeTypeValue,
    /// Whether it has several values.
    list: bool,
    /// Whether every item has a value.
    required: bool,
    /// Whether no two items have the same value on any one date.
    unique: bool,
    /// Whether a value is a text in two languages.
    localized: bool,
    /// Whether `search` finds it.
    search: bool,
    /// The least length, in characters.
    length_min: Option<u32>,
    /// The greatest length, in characters.
    length_max: Option<u32>,
    /// The least number, or the earliest date.
    min: Option<String>,
    /// The greatest number, or the latest date.
    max: Option<String>,
    /// A regular expression that a value matches.
    pattern: Option<String>,
    /// The code of the dictionary that a reference points to.
    to: Option<ID>,
    /// How strictly a reference must resolve; null for what is no reference.
    check: Option<CheckValue>,
    /// The values of an enumeration.
    values: Vec<EnumValueObject>,
}

impl From<&AttributeDefinition> for AttributeObject {
    fn from(definition: &AttributeDefinition) -> Self {
        let is_reference = definition.kind == AttributeType::Reference;
        Self {
            code: definition.code.as_str().into(),
            label: (&definition.label).into(),
            description: definition.description.as_ref().map(Into::into),
            kind: definition.kind.into(),
            list: definition.list,
            required: definition.required,
            unique: definition.unique,
            localized: definition.localized,
            search: definition.search,
            length_min: definition.length_min,
            length_max: definition.length_max,
            min: definition.min.as_ref().map(ToString::to_string),
            max: definition.max.as_ref().map(ToString::to_string),
            pattern: definition.pattern.clone(),
            to: definition.to.as_deref().map(Into::into),
            check: is_reference.then(|| definition.check.unwrap_or_default().into()),
            values: definition.values.iter().map(Into::into).collect(),
        }
    }
}

/// What must hold between the attributes of one item.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Rule")]
pub struct RuleObject {
    /// The code that its violations carry.
    code: ID,
    /// A condition in CEL: the rule is asked only where it holds.
    when: Option<String>,
    /// A condition in CEL that must hold.
    expect: String,
    /// What a person is told when it does not.
    message: LocalizedText,
}

impl From<&RuleDefinition> for RuleObject {
    fn from(rule: &RuleDefinition) -> Self {
        Self { code: rule.code.as_str().into(), when: rule.when.clone(), expect: rule.expect.clone(), message: (&rule.message).into() }
    }
}

/// A file as one receiver wants it: `GET /export/{dictionary}/{code}` sends it.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Projection")]
pub struct ProjectionObject {
    /// The stable code: the end of its address.
    code: ID,
    /// What it is called.
    name: LocalizedText,
    /// For whom it is, and on what it rests.
    description: Option<LocalizedText>,
    /// The names of its columns, in order.
    columns: Vec<String>,
}

impl From<&ProjectionDefinition> for ProjectionObject {
    fn from(projection: &ProjectionDefinition) -> Self {
        Self {
            code: projection.code.as_str().into(),
            name: (&projection.name).into(),
            description: projection.description.as_ref().map(Into::into),
            columns: projection.columns.iter().map(|column| column.name.clone()).collect(),
        }
    }
}

/// A stage of approval.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "ApprovalStage")]
pub struct ApprovalStageObject {
    /// What the stage is called.
    name: LocalizedText,
    /// Whose approval it takes.
    role: ApprovalRoleValue,
    /// How many people must approve.
    quorum: u32,
}

impl From<&ApprovalStage> for ApprovalStageObject {
    fn from(stage: &ApprovalStage) -> Self {
        Self { name: (&stage.name).into(), role: stage.role.into(), quorum: stage.quorum }
    }
}

/// Who must agree before a change is published.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "ApprovalPolicy")]
pub struct ApprovalPolicyObject {
    /// Whether nobody approves a change that they made.
    pub four_eyes: bool,
    /// The stages, in order.
    pub stages: Vec<ApprovalStageObject>,
}
