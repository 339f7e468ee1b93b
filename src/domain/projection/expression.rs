//! Expressions of projections in CEL: compiled, and held to the names that there are before anything is worked out. With `rule.rs` and
//! its neighbours here the only code that knows the CEL library. Deliberately unknown: items, rows and files.

use std::collections::BTreeSet;

use cel::Program;
use cel::common::ast::{CallExpr, EntryExpr, Expr, IdedExpr};

use crate::domain::definition::Definition;

/// How long an expression may be, in characters: longer ones nobody reads.
const SOURCE_LENGTH_MAX: usize = 2_000;

/// How deep loops (`map`, `filter`, `all` …) may stand in one another. The work of each is bounded by the lists of one item, so two of
/// them are at most its square.
const LOOPS_DEPTH_MAX: usize = 2;

/// What expressions may call beside the operators: what CEL has, and what `functions.rs` adds.
const FUNCTIONS: [&str; 18] = [
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "string",
    "int",
    "uint",
    "double",
    "bool",
    "dyn",
    "type",
    "pad_left",
    "pad_right",
    "cut",
    "join",
    "date_text",
    "day_before",
];

/// What every item has besides its attributes.
pub const BUILT_IN: [&str; 6] = ["code", "parent", "valid_from", "valid_to", "reason", "successors"];

/// The day from which the item does not hold any more, whatever became of the version at hand; of the item itself only.
pub const CLOSED_ON: &str = "closed_on";

/// A value by its name alone: `item.okato`, `parent.code`, `ref.region.name.en`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValuePath {
    pub of: Of,
    /// `code`, `parent`, an attribute …
    pub field: String,
    /// `ru` or `en`.
    pub language: Option<String>,
}

/// Whose value it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    Item,
    Parent,
    /// What the attribute of this code refers to.
    Reference(String),
}

/// An expression that was compiled.
#[derive(Debug)]
pub struct Expression {
    pub source: String,
    pub(in crate::domain) program: Program,
    /// Set when it is nothing but a path.
    pub path: Option<ValuePath>,
    pub reads: Reads,
}

/// What an expression reads, so that nothing else is handed over.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Reads {
    pub item: BTreeSet<String>,
    pub parent: BTreeSet<String>,
    /// By attribute: the fields of what it refers to; all of them where the whole is read.
    pub references: BTreeSet<(String, Option<String>)>,
}

impl Reads {
    pub fn add(&mut self, other: &Reads) {
        self.item.extend(other.item.iter().cloned());
        self.parent.extend(other.parent.iter().cloned());
        self.references.extend(other.references.iter().cloned());
    }
}

/// What an expression may read.
pub struct Scope<'a> {
    pub definition: &'a Definition,
    /// Whether `part` and `part_number` are there.
    pub has_part: bool,
}

impl Expression {
    /// Compiles a source, or says everything that is wrong with it.
    pub fn compile(source: &str, scope: &Scope<'_>) -> Result<Self, Vec<String>> {
        if source.chars().nth(SOURCE_LENGTH_MAX).is_some() {
            return Err(vec![format!("it has more than {SOURCE_LENGTH_MAX} characters: split the column, or shorten it")]);
        }
        let program = Program::compile(source).map_err(|error| vec![format!("it is not a CEL expression: {error}")])?;
        let mut walk = Walk { scope, bound: Vec::new(), reads: Reads::default(), problems: Vec::new() };
        walk.expression(program.expression(), 0);
        let Walk { reads, mut problems, .. } = walk;
        let functions = program.references().functions().into_iter().map(str::to_owned).collect::<BTreeSet<_>>();
        for unknown in functions.iter().filter(|name| is_called_by_name(name) && !FUNCTIONS.contains(&name.as_str())) {
            problems.push(format!("it calls `{unknown}`, and there is only {}", FUNCTIONS.join(", ")));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let path = path_of(program.expression()).and_then(|segments| value_path(&segments, scope));
        Ok(Self { source: source.to_owned(), program, path, reads })
    }
}

/// Operators have names that nobody could write as a call.
fn is_called_by_name(name: &str) -> bool {
    name.starts_with(|letter: char| letter.is_ascii_alphabetic())
}

/// The segments of `a.b.c`.
fn path_of(expression: &IdedExpr) -> Option<Vec<&str>> {
    match &expression.expr {
        Expr::Ident(name) => Some(vec![name]),
        Expr::Select(select) if !select.test => {
            let mut segments = path_of(&select.operand)?;
            segments.push(&select.field);
            Some(segments)
        }
        _ => None,
    }
}

/// The path that a checked expression is, unless it has to be worked out.
fn value_path(segments: &[&str], scope: &Scope<'_>) -> Option<ValuePath> {
    let language = |rest: &[&str]| match rest {
        [] => Some(None),
        [language] => Some(Some((*language).to_owned())),
        _ => None,
    };
    let (of, field, rest) = match segments {
        ["item", field, rest @ ..] => (Of::Item, *field, rest),
        ["parent", field, rest @ ..] => (Of::Parent, *field, rest),
        ["ref", attribute, field, rest @ ..] => (Of::Reference((*attribute).to_owned()), *field, rest),
        _ => return None,
    };
    let is_list = match &of {
        Of::Reference(attribute) => attribute_of(scope.definition, attribute).is_some_and(|attribute| attribute.list),
        _ => false,
    };
    Some(ValuePath { of, field: field.to_owned(), language: language(rest)? }).filter(|_| !is_list)
}

fn attribute_of<'d>(definition: &'d Definition, code: &str) -> Option<&'d crate::domain::definition::AttributeDefinition> {
    definition.attributes.iter().find(|attribute| attribute.code == code)
}

/// Looks at every name of an expression.
struct Walk<'a> {
    scope: &'a Scope<'a>,
    /// The variables of the loops around.
    bound: Vec<String>,
    reads: Reads,
    problems: Vec<String>,
}

impl Walk<'_> {
    fn expression(&mut self, expression: &IdedExpr, loops: usize) {
        match &expression.expr {
            Expr::Unspecified | Expr::Literal(_) => {}
            Expr::Ident(name) => self.path(&[name]),
            Expr::Select(select) => match path_of(&select.operand) {
                Some(mut segments) => {
                    segments.push(&select.field);
                    self.path(&segments);
                }
                None => self.expression(&select.operand, loops),
            },
            Expr::Call(CallExpr { target, args, .. }) => {
                target.iter().for_each(|target| self.expression(target, loops));
                args.iter().for_each(|argument| self.expression(argument, loops));
            }
            Expr::List(list) => list.elements.iter().for_each(|element| self.expression(element, loops)),
            Expr::Map(map) => map.entries.iter().for_each(|entry| self.entry(&entry.expr, loops)),
            Expr::Struct(structure) => structure.entries.iter().for_each(|entry| self.entry(&entry.expr, loops)),
            Expr::Comprehension(comprehension) => {
                if loops == LOOPS_DEPTH_MAX {
                    self.problems.push(format!("loops stand more than {LOOPS_DEPTH_MAX} deep in one another"));
                    return;
                }
                self.expression(&comprehension.iter_range, loops);
                let bound_before = self.bound.len();
                self.bound.extend([comprehension.iter_var.clone(), comprehension.accu_var.clone()]);
                self.bound.extend(comprehension.iter_var2.clone());
                for part in [&comprehension.accu_init, &comprehension.loop_cond, &comprehension.loop_step, &comprehension.result] {
                    self.expression(part, loops + 1);
                }
                self.bound.truncate(bound_before);
            }
        }
    }

    fn entry(&mut self, entry: &EntryExpr, loops: usize) {
        match entry {
            EntryExpr::StructField(field) => self.expression(&field.value, loops),
            EntryExpr::MapEntry(entry) => {
                self.expression(&entry.key, loops);
                self.expression(&entry.value, loops);
            }
        }
    }

    /// A name with what is read of it.
    fn path(&mut self, segments: &[&str]) {
        let Some((root, rest)) = segments.split_first() else { return };
        if self.bound.iter().any(|bound| bound == root) {
            return;
        }
        match (*root, rest) {
            ("item" | "parent", [field, rest @ ..]) => self.of_item(root, field, rest),
            ("ref", [attribute, rest @ ..]) => self.of_reference(attribute, rest),
            ("dictionary", ["code" | "edition"] | ["name", "ru" | "en"]) | ("valid_on", []) => {}
            ("part" | "part_number", _) if self.scope.has_part => {}
            ("part" | "part_number", _) => {
                self.problems.push(format!("it reads `{root}`, which is only in columns, and only with `split`"));
            }
            ("item" | "parent" | "ref", []) => {
                let example = if *root == "ref" { "ref.region.name" } else { "item.code" };
                self.problems.push(format!("it reads `{root}` as a whole: say what of it is meant, as in `{example}`"));
            }
            ("dictionary", _) => self.problems.push("of `dictionary` there are `code`, `edition`, `name.ru` and `name.en`".to_owned()),
            _ => {
                let part = if self.scope.has_part { ", `part`, `part_number`" } else { "" };
                let message = format!("it reads `{root}`, and there are only `item`, `parent`, `ref`, `dictionary`, `valid_on`{part}");
                self.problems.push(message);
            }
        }
    }

    fn of_item(&mut self, root: &str, field: &str, rest: &[&str]) {
        let definition = self.scope.definition;
        if root == "parent" && definition.hierarchy.is_none() {
            self.problems.push("it reads `parent`, and this dictionary has no hierarchy".to_owned());
            return;
        }
        let attribute = attribute_of(definition, field);
        let is_built_in = BUILT_IN.contains(&field) || (field == CLOSED_ON && root == "item");
        if attribute.is_none() && !is_built_in {
            let known: Vec<&str> = definition.attributes.iter().map(|attribute| attribute.code.as_str()).collect();
            let message = format!("there is no attribute `{field}`: `{root}` has {} and {}", BUILT_IN.join(", "), known.join(", "));
            self.problems.push(message);
            return;
        }
        let is_localized = attribute.is_some_and(|attribute| attribute.localized);
        if let [language, ..] = rest
            && !(is_localized && rest.len() == 1 && ["ru", "en"].contains(language))
        {
            let message = if is_localized {
                format!("of `{root}.{field}` there are `ru` and `en`")
            } else {
                format!("there is nothing in `{root}.{field}`: it is a single value")
            };
            self.problems.push(message);
            return;
        }
        let reads = if root == "item" { &mut self.reads.item } else { &mut self.reads.parent };
        reads.insert(field.to_owned());
    }

    /// What is read of a target is held to the target's definition where that is known: see `Projection::check_target`.
    fn of_reference(&mut self, attribute: &str, rest: &[&str]) {
        let known = attribute_of(self.scope.definition, attribute);
        let Some(known) = known.filter(|known| known.to.is_some()) else {
            self.problems.push(format!("there is no reference attribute `{attribute}`, so there is no `ref.{attribute}`"));
            return;
        };
        if known.list && !rest.is_empty() {
            self.problems.push(format!("`ref.{attribute}` is a list: go through it with `ref.{attribute}.map(one, one.…)`"));
            return;
        }
        self.reads.references.insert((attribute.to_owned(), rest.first().map(|field| (*field).to_owned())));
    }
}
