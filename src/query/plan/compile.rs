//! From a validated operation to its plan: fragments spread, selections under one key merged, conditions decided, names resolved to
//! what they mean. Follows CollectFields of the specification (6.3.2), once for each object of the query and not for each of the answer.

use apollo_compiler::executable::{Field as Selected, Operation, Selection, SelectionSet};
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::{ExecutableDocument, Name, Node};
use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashSet};

use super::super::fault::{Fault, Outcome};
use super::super::shape::ItemField;
use super::super::typed::{RootField, TypedSchema};
use super::arguments::{ArgumentPlan, Bound};
use super::coercion::Coercion;
use super::{ConnectionKind, EdgeKind, Field, ItemKind, Items, Plain, PlainKind, Plan, RootKind};
use crate::domain::definition::AttributeType;

/// The fields of one key, wherever the query selects it.
type Grouped<'a> = IndexMap<&'a Name, Vec<&'a Node<Selected>>, FxBuildHasher>;

/// Makes the plan of a valid operation for the values that its conditions have.
pub fn compile(typed: &TypedSchema, document: &ExecutableDocument, operation: &Operation, variables: &JsonMap) -> Outcome<Plan> {
    let mut compiler = Compiler { typed, document, variables, arguments: Vec::new(), asks_schema: false };
    let root = compiler.fields(&[&operation.selection_set], |compiler, name, fields| compiler.root(name, fields))?;
    Ok(Plan {
        root,
        arguments: compiler.arguments,
        operation_name: operation.name.as_ref().map(|name| name.as_str().into()),
        asks_schema: compiler.asks_schema,
    })
}

struct Compiler<'a> {
    typed: &'a TypedSchema,
    document: &'a ExecutableDocument,
    variables: &'a JsonMap,
    arguments: Vec<ArgumentPlan>,
    asks_schema: bool,
}

/// The selection sets of the fields that are one key of the answer.
fn sets<'a>(fields: &[&'a Node<Selected>]) -> Vec<&'a SelectionSet> {
    fields.iter().map(|field| &field.selection_set).collect()
}

fn unknown(name: &str, of: &str) -> Fault {
    Fault::internal(format!("a valid query selects the field {name} of {of}"))
}

impl<'a> Compiler<'a> {
    /// The keys of an object in the order of the answer, each made by `kind`.
    fn fields<K>(
        &mut self,
        sets: &[&'a SelectionSet],
        mut kind: impl FnMut(&mut Self, &str, &[&'a Node<Selected>]) -> Outcome<K>,
    ) -> Outcome<Box<[Field<K>]>> {
        let mut grouped = Grouped::default();
        let mut fragments = FxHashSet::default();
        sets.iter().for_each(|set| self.collect(set, &mut fragments, &mut grouped));
        let each = grouped.into_iter().map(|(key, fields)| {
            let first = fields[0];
            let arguments = self.arguments_of(first);
            let kind = kind(self, &first.name, &fields)?;
            let location = first.name.location().and_then(|location| location.line_column(&self.document.sources));
            let is_nullable = !first.definition.ty.is_non_null();
            Ok(Field { key: format!("\"{key}\":").into(), kind, arguments, is_nullable, location })
        });
        each.collect()
    }

    fn collect(&self, set: &'a SelectionSet, fragments: &mut FxHashSet<&'a Name>, grouped: &mut Grouped<'a>) {
        for selection in set.selections.iter().filter(|selection| self.is_included(selection)) {
            match selection {
                Selection::Field(field) => grouped.entry(field.response_key()).or_default().push(field),
                // Every type is an object, so a fragment that is valid here applies here.
                Selection::InlineFragment(inline) => self.collect(&inline.selection_set, fragments, grouped),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.document.fragments.get(&spread.fragment_name)
                        && fragments.insert(&spread.fragment_name)
                    {
                        self.collect(&fragment.selection_set, fragments, grouped);
                    }
                }
            }
        }
    }

    fn is_included(&self, selection: &Selection) -> bool {
        let condition = |directive: &str| {
            let value = selection.directives().get(directive)?.specified_argument_by_name("if")?;
            match value.as_variable() {
                Some(variable) => self.variables.get(variable.as_str()).and_then(JsonValue::as_bool),
                None => value.to_bool(),
            }
        };
        !condition("skip").unwrap_or(false) && condition("include").unwrap_or(true)
    }

    fn arguments_of(&mut self, field: &Node<Selected>) -> Option<usize> {
        if field.definition.arguments.is_empty() {
            return None;
        }
        let has_variables = field.arguments.iter().any(|argument| has_variable(&argument.value));
        self.arguments.push(if has_variables {
            ArgumentPlan::Variable(Node::clone(field))
        } else {
            let coercion = Coercion { schema: &self.typed.schema, variables: &JsonMap::new(), sources: &self.document.sources };
            ArgumentPlan::Constant(Box::new(coercion.arguments(field).map(Bound::new)))
        });
        Some(self.arguments.len() - 1)
    }

    fn root(&mut self, name: &str, fields: &[&'a Node<Selected>]) -> Outcome<RootKind> {
        match name {
            "__typename" => return Ok(RootKind::TypeName),
            "__schema" | "__type" => {
                self.asks_schema = true;
                return Ok(RootKind::Introspection);
            }
            _ => {}
        }
        let of = sets(fields);
        Ok(match self.typed.root(name).ok_or_else(|| unknown(name, "Query"))? {
            RootField::Publication => RootKind::Publication(self.plain(&of)?),
            RootField::Publications => RootKind::Publications(self.plain(&of)?),
            RootField::Dictionary => RootKind::Dictionary(self.plain(&of)?),
            RootField::Dictionaries => RootKind::Dictionaries(self.plain(&of)?),
            RootField::Changes => RootKind::Changes(self.plain(&of)?),
            RootField::Single(shape) => RootKind::Single(shape, self.items(shape, &of)?),
            RootField::List(shape) => RootKind::List(shape, self.connection(shape, &of)?),
            RootField::History(shape) => RootKind::History(shape, self.items(shape, &of)?),
        })
    }

    fn connection(&mut self, shape: usize, of: &[&'a SelectionSet]) -> Outcome<Box<[Field<ConnectionKind>]>> {
        self.fields(of, |compiler, name, fields| {
            let of = sets(fields);
            Ok(match name {
                "__typename" => ConnectionKind::TypeName,
                "nodes" => ConnectionKind::Nodes(compiler.items(shape, &of)?),
                "edges" => ConnectionKind::Edges(compiler.edges(shape, &of)?),
                "pageInfo" => ConnectionKind::PageInfo(compiler.plain(&of)?),
                "totalCount" => ConnectionKind::TotalCount,
                "publication" => ConnectionKind::Publication(compiler.plain(&of)?),
                "validOn" => ConnectionKind::ValidOn,
                _ => return Err(unknown(name, "a connection")),
            })
        })
    }

    fn edges(&mut self, shape: usize, of: &[&'a SelectionSet]) -> Outcome<Box<[Field<EdgeKind>]>> {
        self.fields(of, |compiler, name, fields| {
            Ok(match name {
                "__typename" => EdgeKind::TypeName,
                "cursor" => EdgeKind::Cursor,
                "node" => EdgeKind::Node(compiler.items(shape, &sets(fields))?),
                _ => return Err(unknown(name, "an edge")),
            })
        })
    }

    fn items(&mut self, shape: usize, of: &[&'a SelectionSet]) -> Outcome<Items> {
        self.fields(of, |compiler, name, fields| {
            if name == "__typename" {
                return Ok(ItemKind::TypeName);
            }
            let of = sets(fields);
            let known = &compiler.typed.shapes[shape];
            let field = known.field(name).ok_or_else(|| unknown(name, &known.names.item))?;
            Ok(match field {
                ItemField::Attribute(at) if known.dictionary.attributes[at].definition.kind == AttributeType::Reference => {
                    let target = known.targets[at].ok_or_else(|| unknown(name, &known.names.item))?;
                    ItemKind::Items(field, target, compiler.items(target, &of)?)
                }
                ItemField::Parent
                | ItemField::Children
                | ItemField::Ancestors
                | ItemField::Descendants
                | ItemField::Successors
                | ItemField::History => ItemKind::Items(field, shape, compiler.items(shape, &of)?),
                ItemField::Publication | ItemField::SupersededIn => ItemKind::Plain(field, compiler.plain(&of)?),
                _ => ItemKind::Leaf(field),
            })
        })
    }

    fn plain(&mut self, of: &[&'a SelectionSet]) -> Outcome<Plain> {
        self.fields(of, |compiler, _, fields| Ok(PlainKind { name: fields[0].name.clone(), of: compiler.plain(&sets(fields))? }))
    }
}

fn has_variable(value: &apollo_compiler::ast::Value) -> bool {
    use apollo_compiler::ast::Value;
    match value {
        Value::Variable(_) => true,
        Value::List(elements) => elements.iter().any(|element| has_variable(element)),
        Value::Object(fields) => fields.iter().any(|(_, value)| has_variable(value)),
        _ => false,
    }
}
