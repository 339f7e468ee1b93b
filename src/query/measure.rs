//! What a query would cost, told from its text alone: how deep it is, how many fields it has once its fragments are spread.
//! What it truly reads is counted while it runs, in `scope.rs`.

use apollo_compiler::collections::HashMap;
use apollo_compiler::executable::{Field, Operation, Selection, SelectionSet};
use apollo_compiler::introspection::check_max_depth;
use apollo_compiler::response::GraphQLError;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Name};

use super::fault::Fault;
use super::limits::QueryLimits;

/// What a list with pages or a history weighs beside a field that weighs 1.
const LIST_WEIGHT: usize = 10;

/// The cost of a part of a query. Sums saturate: fragments can multiply beyond any number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Cost {
    depth: usize,
    complexity: usize,
    aliases: usize,
    introspection_depth: usize,
    introspection_complexity: usize,
}

/// Refuses a document when one of its operations is beyond a limit.
pub fn check(document: &Valid<ExecutableDocument>, limits: &QueryLimits) -> Result<(), Box<GraphQLError>> {
    let mut measured = Measure { document, fragments: HashMap::default() };
    for operation in document.operations.iter() {
        let cost = measured.selection_set(&operation.selection_set);
        let checks = [
            ("fields stand more than", "deep in one another", cost.depth, limits.depth_max, "depth_max"),
            (
                "fields of the introspection stand more than",
                "deep in one another",
                cost.introspection_depth,
                limits.introspection_depth_max,
                "introspection_depth_max",
            ),
            ("the query has a complexity of more than", "", cost.complexity, limits.complexity_max, "complexity_max"),
            (
                "the introspection has more than",
                "fields",
                cost.introspection_complexity,
                limits.introspection_complexity_max,
                "introspection_complexity_max",
            ),
            ("the query has more than", "aliases", cost.aliases, limits.aliases_max, "aliases_max"),
        ];
        for (before, after, measure, max, name) in checks {
            if measure > max {
                let after = if after.is_empty() { String::new() } else { format!(" {after}") };
                let found = if measure == usize::MAX { String::new() } else { format!(": it is {measure}") };
                return Err(Box::new(refusal(operation, document, format!("{before} {max}{after} ({name}){found}"))));
            }
        }
        check_introspection(document, operation)?;
    }
    Ok(())
}

fn refusal(operation: &Operation, document: &ExecutableDocument, message: String) -> GraphQLError {
    let mut error = Fault::limit(message).to_error();
    let location = operation.name.as_ref().and_then(Name::location);
    error.locations.extend(location.and_then(|location| location.line_column(&document.sources)));
    error
}

/// Lists of introspection that stand in one another multiply; apollo-compiler knows which.
fn check_introspection(document: &Valid<ExecutableDocument>, operation: &Operation) -> Result<(), Box<GraphQLError>> {
    let checked = check_max_depth(document, operation);
    checked.map_err(|error| {
        let locations = error.to_graphql_error(&document.sources).locations;
        Box::new(GraphQLError { locations, ..Fault::limit("lists of the introspection stand too deep in one another").to_error() })
    })
}

struct Measure<'a> {
    document: &'a ExecutableDocument,
    /// Each fragment is measured once; validation has made sure that none spreads itself.
    fragments: HashMap<&'a Name, Cost>,
}

impl<'a> Measure<'a> {
    fn selection_set(&mut self, set: &'a SelectionSet) -> Cost {
        let mut sum = Cost::default();
        for selection in &set.selections {
            sum.add(match selection {
                Selection::Field(field) => self.field(field),
                Selection::InlineFragment(inline) => self.selection_set(&inline.selection_set),
                Selection::FragmentSpread(spread) => self.fragment(&spread.fragment_name),
            });
        }
        sum
    }

    fn fragment(&mut self, name: &'a Name) -> Cost {
        if let Some(cost) = self.fragments.get(name) {
            return *cost;
        }
        let fragment = self.document.fragments.get(name);
        let cost = fragment.map(|fragment| self.selection_set(&fragment.selection_set)).unwrap_or_default();
        self.fragments.insert(name, cost);
        cost
    }

    fn field(&mut self, field: &'a Field) -> Cost {
        let inner = self.selection_set(&field.selection_set);
        let aliases = inner.aliases.saturating_add(usize::from(field.alias.is_some()));
        if matches!(field.name.as_str(), "__schema" | "__type") {
            return Cost {
                aliases,
                introspection_depth: inner.depth + 1,
                introspection_complexity: inner.complexity.saturating_add(1),
                ..Cost::default()
            };
        }
        let is_paged = field.definition.arguments.iter().any(|argument| argument.name == "first");
        let weight = if is_paged || field.name == "history" { LIST_WEIGHT } else { 1 };
        Cost { depth: inner.depth + 1, complexity: inner.complexity.saturating_add(weight), aliases, ..inner }
    }
}

impl Cost {
    fn add(&mut self, other: Self) {
        self.depth = self.depth.max(other.depth);
        self.introspection_depth = self.introspection_depth.max(other.introspection_depth);
        self.complexity = self.complexity.saturating_add(other.complexity);
        self.introspection_complexity = self.introspection_complexity.saturating_add(other.introspection_complexity);
        self.aliases = self.aliases.saturating_add(other.aliases);
    }
}
