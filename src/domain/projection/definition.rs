//! Projections as the owner of a dictionary writes them: what a receiver is sent, column by column.
//! Plain data; `mod.rs` beside it makes it work, and the exchange writes the bytes.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::text::{DictionaryCode, Label};

/// The pattern of codes in words, for those who broke it; editors show it too.
const CODE_IN_WORDS: &str = "must be lower-case Latin letters, digits and `_`, a letter first, at most 63 in all";

/// A file of rows as one receiver wants it, made of the items by expressions in CEL, the Common Expression Language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectionDefinition {
    /// The stable code of the projection: the end of its address and what `svod export --projection` takes.
    #[schemars(regex(pattern = DictionaryCode::PATTERN), extend("patternErrorMessage" = CODE_IN_WORDS))]
    pub code: String,
    /// What it is called.
    pub name: Label,
    /// For whom it is, and on what it rests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Label>,
    /// How characters become bytes. What an encoding does not have is an error, unless whoever exports names a substitute.
    #[serde(default, skip_serializing_if = "is_default")]
    pub encoding: ProjectionEncoding,
    /// What stands between two cells.
    #[serde(default, skip_serializing_if = "is_default")]
    pub separator: ProjectionSeparator,
    /// What ends a row.
    #[serde(default, skip_serializing_if = "is_default")]
    pub line_end: ProjectionLineEnd,
    /// Whether the names of the columns are the first row.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub has_header: bool,
    /// Whether an empty line follows the last row.
    #[serde(default, skip_serializing_if = "is_default")]
    pub final_blank_line: bool,
    /// What becomes of cells that hold separators, quotes or line breaks.
    #[serde(default, skip_serializing_if = "is_default")]
    pub quoting: Quoting,
    /// Which versions of an item become rows.
    #[serde(default, skip_serializing_if = "is_default")]
    pub versions: ProjectedVersions,
    /// CEL: only the items for which this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// CEL that gives a list: an item becomes as many rows, each with its element as `part` and its number, from 0, as `part_number`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<String>,
    /// The columns, in order.
    pub columns: Vec<ColumnDefinition>,
    /// Rows that are in every file, whatever the items are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<ConstantRow>,
}

/// One column: an expression, and what is done to its text, in the order of these keys.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ColumnDefinition {
    /// What heads the column.
    pub name: String,
    /// CEL over `item`, `parent`, `ref`, `dictionary` and `valid_on`. A path alone, such as `ref.region.name`, gives nothing where a
    /// value is absent; anything more asks with `has()`.
    pub value: String,
    /// What is written for an absent value; a date such as `2999-12-31` is then written as dates are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub empty: Option<String>,
    /// Dates before this one are written as this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earliest: Option<String>,
    /// How a date is written: `yyyy`, `MM`, `dd` and what stands between them. Without it as `2024-02-29`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_format: Option<String>,
    /// The receiver's word for each value; a value that is not among them is an error.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub map: BTreeMap<String, String>,
    /// So many characters are kept, from the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub cut: Option<u32>,
    /// Filled up before its first character.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pad_left: Option<Padding>,
    /// Filled up behind its last character.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pad_right: Option<Padding>,
    /// What stands between the values of a list: a comma when left out. All the above is done to each value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub join: Option<String>,
    /// Whether the receiver refuses a row without it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub required: bool,
    /// The greatest length that the receiver takes, in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub length_max: Option<u32>,
    /// A regular expression that the receiver holds a filled cell to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
}

/// To which width a text is filled up, and with what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Padding {
    /// In characters.
    #[schemars(range(min = 1, max = 1000))]
    pub width: u32,
    /// One character.
    pub with: String,
}

/// A row that is in every file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConstantRow {
    /// Where it stands among the rows of items.
    #[serde(default, skip_serializing_if = "is_default")]
    pub position: RowPosition,
    /// The cells by the names of their columns, as they are written; those that are left out are empty.
    pub values: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RowPosition {
    /// Before them, behind the header.
    #[default]
    First,
    /// After them.
    Last,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ProjectionEncoding {
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    #[serde(rename = "windows-1251")]
    Windows1251,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ProjectionSeparator {
    #[default]
    #[serde(rename = ",")]
    Comma,
    #[serde(rename = ";")]
    Semicolon,
    #[serde(rename = "tab")]
    Tab,
    #[serde(rename = "|")]
    Pipe,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProjectionLineEnd {
    #[default]
    Lf,
    Crlf,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Quoting {
    /// As RFC 4180: a cell that needs quotes gets them, and nothing is lost.
    #[default]
    Minimal,
    /// As ЕСНСИ is sent files: line breaks and tabs are dropped, the separator becomes a comma, and quotes are put around a cell only
    /// where it holds some.
    Esnsi,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProjectedVersions {
    /// The one that is valid on the date.
    #[default]
    Valid,
    /// The one that is valid on the date, or else the last that was before: closed items stay in the file.
    Latest,
    /// All of them, whenever they are valid.
    All,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn yes() -> bool {
    true
}

fn is_yes(flag: &bool) -> bool {
    *flag
}
