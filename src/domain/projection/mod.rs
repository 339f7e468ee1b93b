//! Projections at work: what a receiver is sent of each item, compiled when the definition is read, so that a wrong one is refused
//! before anybody exports. Deliberately unknown: bytes, encodings and quotes (the exchange writes them), and where items come from.

pub mod definition;

mod cell;
mod dates;
pub(super) mod expression;
pub(super) mod functions;
mod row;
mod values;

use std::collections::BTreeSet;

use super::definition::Definition;
use super::dictionary::Dictionary;
use super::text::DictionaryCode;
use cell::{Column, ColumnProblem};
use definition::{ColumnDefinition, ProjectionDefinition, ProjectionSeparator, Quoting};
use expression::{BUILT_IN, Expression, Reads, Scope};

pub use cell::Finding;
pub use row::{Find, Found, ProjectionFault, Projector};

/// How many columns a projection may have, and how many a dictionary projections.
const COLUMNS_MAX: usize = 200;
const PROJECTIONS_MAX: usize = 50;

/// A projection that was compiled.
#[derive(Debug)]
pub struct Projection {
    pub definition: ProjectionDefinition,
    columns: Vec<Column>,
    when: Option<Expression>,
    split: Option<Expression>,
    reads: Reads,
    /// The attributes that `ref` goes through, and the dictionaries that they lead to.
    targets: Vec<(String, DictionaryCode)>,
}

/// What is wrong with a projection: where in it, and a sentence.
pub struct ProjectionProblem {
    pub path: Vec<String>,
    pub message: String,
}

impl Projection {
    /// Compiles the projections of a definition, or says everything that is wrong with them; other dictionaries are not looked at.
    pub fn compile_all(definition: &Definition) -> Result<Vec<Self>, Vec<ProjectionProblem>> {
        let mut problems = Vec::new();
        if definition.projections.len() > PROJECTIONS_MAX {
            let message = format!("there are {}, and at most {PROJECTIONS_MAX} are allowed", definition.projections.len());
            problems.push(ProjectionProblem { path: Vec::new(), message });
        }
        let mut seen = BTreeSet::new();
        let mut compiled = Vec::with_capacity(definition.projections.len());
        for (at, projection) in definition.projections.iter().enumerate() {
            let mut report = |path: &[&str], message: String| {
                let path = std::iter::once(at.to_string()).chain(path.iter().map(|step| (*step).to_owned())).collect();
                problems.push(ProjectionProblem { path, message });
            };
            if DictionaryCode::parse(&projection.code).is_none() {
                report(&["code"], format!("`{}` is not a code: {}", projection.code, DictionaryCode::PATTERN));
            }
            if !seen.insert(&projection.code) {
                report(&["code"], format!("`{}` is there twice", projection.code));
            }
            compiled.extend(Self::compile(projection, definition, &mut report));
        }
        if problems.is_empty() { Ok(compiled) } else { Err(problems) }
    }

    fn compile(projection: &ProjectionDefinition, definition: &Definition, report: &mut dyn FnMut(&[&str], String)) -> Option<Self> {
        if projection.quoting == Quoting::Esnsi && projection.separator == ProjectionSeparator::Comma {
            report(&["quoting"], "the quoting `esnsi` turns separators into commas, so a comma cannot be the separator".to_owned());
        }
        check_columns(projection, report);
        check_rows(projection, report);
        let mut condition = |key: &str, source: &Option<String>| {
            let compiled = Expression::compile(source.as_ref()?, &Scope { definition, has_part: false });
            compiled.map_err(|messages| messages.into_iter().for_each(|message| report(&[key], message))).ok()
        };
        let (when, split) = (condition("when", &projection.when), condition("split", &projection.split));
        let scope = Scope { definition, has_part: projection.split.is_some() };
        let mut columns = Vec::with_capacity(projection.columns.len());
        for (at, column) in projection.columns.iter().enumerate() {
            let at = at.to_string();
            match Column::compile(column, &scope) {
                Ok(column) => columns.push(column),
                Err(found) => {
                    found.into_iter().for_each(|ColumnProblem { key, message }| report(&["columns", &at, key], message));
                }
            }
        }
        let mut reads = Reads::default();
        let expressions = columns.iter().map(Column::expression).chain(&when).chain(&split);
        expressions.for_each(|expression| reads.add(&expression.reads));
        let through: BTreeSet<&String> = reads.references.iter().map(|(attribute, _)| attribute).collect();
        let target = |attribute: &&String| {
            let known = definition.attributes.iter().find(|known| known.code == ***attribute)?;
            Some(((*attribute).clone(), DictionaryCode::parse(known.to.as_deref()?)?))
        };
        let targets = through.iter().filter_map(target).collect();
        Some(Self { definition: projection.clone(), columns, when, split, reads, targets })
    }

    /// The dictionaries that `ref` leads to, each once.
    pub fn target_codes(&self) -> BTreeSet<&DictionaryCode> {
        self.targets.iter().map(|(_, code)| code).collect()
    }

    /// What the projection reads of items of a target that the target does not have, in sentences; whoever has the target asks.
    pub fn check_target(&self, target: &Dictionary) -> Vec<String> {
        let is_of_target = |attribute: &String| self.targets.iter().any(|(through, code)| through == attribute && *code == target.code);
        let is_known = |field: &str| target.position(field).is_some() || BUILT_IN.contains(&field);
        let reads = self.reads.references.iter().filter(|(attribute, _)| is_of_target(attribute));
        let unknown = reads.filter_map(|(attribute, field)| Some((attribute, field.as_deref().filter(|field| !is_known(field))?)));
        unknown
            .map(|(attribute, field)| {
                format!(
                    "the projection `{}` reads `ref.{attribute}.{field}`, and `{}` has no attribute `{field}`",
                    self.definition.code, target.code
                )
            })
            .collect()
    }
}

fn check_columns(projection: &ProjectionDefinition, report: &mut dyn FnMut(&[&str], String)) {
    let count = projection.columns.len();
    if count == 0 || count > COLUMNS_MAX {
        report(&["columns"], format!("there are {count}, and a projection has 1 to {COLUMNS_MAX}"));
    }
    let mut seen = BTreeSet::new();
    for (at, ColumnDefinition { name, .. }) in projection.columns.iter().enumerate() {
        if name.is_empty() || name.contains(['\n', '\r', '\t']) {
            report(&["columns", &at.to_string(), "name"], "a column has a name of one line".to_owned());
        } else if !seen.insert(name) {
            report(&["columns", &at.to_string(), "name"], format!("`{name}` is there twice"));
        }
    }
}

fn check_rows(projection: &ProjectionDefinition, report: &mut dyn FnMut(&[&str], String)) {
    for (at, row) in projection.rows.iter().enumerate() {
        for name in row.values.keys().filter(|name| !projection.columns.iter().any(|column| column.name == **name)) {
            report(&["rows", &at.to_string(), "values", name], format!("there is no column `{name}`"));
        }
    }
}

#[cfg(test)]
mod tests;
