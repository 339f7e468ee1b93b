//! What a validated operation asks for, worked out once: selected fields with their merged selections, keys as the answer writes them,
//! arguments read as far as no variable is in them. A plan is made for one combination of `@skip` and `@include`, so it has no
//! conditions. It knows the schema and no data: a plan is good for as long as the schema is.

use apollo_compiler::Name;
use apollo_compiler::parser::LineColumn;

use super::shape::ItemField;
use arguments::ArgumentPlan;

pub mod arguments;
pub mod coercion;
pub mod compile;

pub struct Plan {
    pub root: Box<[Field<RootKind>]>,
    /// The arguments of all fields that take any and were given some, or have defaults that matter.
    pub arguments: Vec<ArgumentPlan>,
    pub operation_name: Option<std::sync::Arc<str>>,
    /// Whether it asks for `__schema` or `__type`.
    pub asks_schema: bool,
}

/// One key of an object in the answer.
pub struct Field<K> {
    /// `"key":`, as it stands in the answer.
    pub key: Box<str>,
    pub kind: K,
    /// Where its arguments are in the plan; `None` for a field that takes none.
    pub arguments: Option<usize>,
    /// Whether it becomes null when something inside it fails; otherwise what it is in does.
    pub is_nullable: bool,
    /// Where the query selects it first.
    pub location: Option<LineColumn>,
}

impl<K> Field<K> {
    /// The key without its quotes, as paths of errors name it.
    pub fn name(&self) -> &str {
        &self.key[1..self.key.len() - 2]
    }
}

pub type Items = Box<[Field<ItemKind>]>;
pub type Plain = Box<[Field<PlainKind>]>;

/// A field of `Query`; shapes go by their index.
pub enum RootKind {
    TypeName,
    /// Answered by apollo-compiler.
    Introspection,
    Publication(Plain),
    Publications(Plain),
    Dictionary(Plain),
    Dictionaries(Plain),
    Changes(Plain),
    Single(usize, Items),
    List(usize, Box<[Field<ConnectionKind>]>),
    History(usize, Items),
}

pub enum ConnectionKind {
    TypeName,
    Nodes(Items),
    Edges(Box<[Field<EdgeKind>]>),
    PageInfo(Plain),
    TotalCount,
    Publication(Plain),
    ValidOn,
}

pub enum EdgeKind {
    TypeName,
    Cursor,
    Node(Items),
}

pub enum ItemKind {
    TypeName,
    /// A value of the item itself.
    Leaf(ItemField),
    /// Items that are reached through it; references lead to the shape of the index.
    Items(ItemField, usize, Items),
    /// A publication.
    Plain(ItemField, Plain),
}

/// A field of an object that is no item. There are few of these in an answer, so they go by their names.
pub struct PlainKind {
    pub name: Name,
    pub of: Plain,
}
