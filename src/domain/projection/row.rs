//! Items into rows: one item at a time, its parent and what it refers to looked up as they were on the same date.
//! Deliberately unknown: which items there are, and what becomes of the rows.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use cel::{Context, Value as CelValue};
use jiff::ToSpan;

use super::cell::{Column, Finding};
use super::definition::RowPosition;
use super::expression::{CLOSED_ON, Expression, Of, ValuePath};
use super::values::{Produced, field_produced, item_map, produced};
use super::{Projection, functions};
use crate::domain::dictionary::Dictionary;
use crate::domain::item::ItemVersion;
use crate::domain::text::DictionaryCode;
use crate::domain::validity::Date;
use crate::domain::value::Value;

/// Into how many rows one item may be split.
const PARTS_MAX: usize = 1_000;

/// An item of some dictionary.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    pub dictionary: &'a Dictionary,
    pub version: &'a ItemVersion,
}

/// Gives the item of a dictionary, by its code, as it is valid on a date.
pub type Find<'a> = dyn Fn(&DictionaryCode, &str, Date) -> Option<Found<'a>> + 'a;

/// A row that cannot be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectionFault {
    pub item: String,
    /// The name of the column; `when` or `split`.
    pub column: String,
    pub expression: String,
    pub message: String,
}

impl fmt::Display for ProjectionFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "item {}, {}: `{}`: {}", self.item, self.column, self.expression, self.message)
    }
}

/// A projection at work on one edition and date.
pub struct Projector<'a> {
    projection: &'a Projection,
    dictionary: &'a Dictionary,
    edition: i64,
    valid_on: Date,
    find: Box<Find<'a>>,
    context: Context<'static, 'static>,
    /// The fields that are read of each target; `None` for all.
    target_fields: BTreeMap<&'a str, Option<BTreeSet<String>>>,
}

impl<'a> Projector<'a> {
    pub fn new(projection: &'a Projection, dictionary: &'a Dictionary, edition: i64, valid_on: Date, find: Box<Find<'a>>) -> Self {
        let mut context = functions::context();
        let name = &dictionary.definition.name;
        let names = [Some(("ru", name.ru.as_str())), name.en.as_deref().map(|en| ("en", en))];
        let names: HashMap<String, CelValue> =
            names.into_iter().flatten().map(|(language, text)| (language.to_owned(), CelValue::from(text))).collect();
        let of_dictionary = HashMap::from([
            ("code".to_owned(), CelValue::from(dictionary.code.as_str())),
            ("edition".to_owned(), CelValue::Int(edition)),
            ("name".to_owned(), CelValue::from(names)),
        ]);
        context.add_variable_from_value("dictionary", of_dictionary);
        context.add_variable_from_value("valid_on", valid_on.to_string());
        let mut target_fields: BTreeMap<&str, Option<BTreeSet<String>>> = BTreeMap::new();
        for (attribute, field) in &projection.reads.references {
            let fields = target_fields.entry(attribute).or_insert_with(|| Some(BTreeSet::new()));
            match (fields, field) {
                (Some(fields), Some(field)) => drop(fields.insert(field.clone())),
                (fields, _) => *fields = None,
            }
        }
        Self { projection, dictionary, edition, valid_on, find, context, target_fields }
    }

    /// The edition of the dictionary whose items are projected.
    pub fn edition(&self) -> i64 {
        self.edition
    }

    /// The names of the columns.
    pub fn header(&self) -> impl Iterator<Item = &'a str> {
        self.projection.columns.iter().map(|column| column.definition.name.as_str())
    }

    /// The rows that are in every file, at one of its ends.
    pub fn constant_rows(&self, position: RowPosition) -> impl Iterator<Item = Vec<String>> {
        let columns = &self.projection.columns;
        let rows = self.projection.definition.rows.iter().filter(move |row| row.position == position);
        rows.map(move |row| columns.iter().map(|column| row.values.get(&column.definition.name).cloned().unwrap_or_default()).collect())
    }

    /// Gives the rows of an item, one after another; none where the projection leaves it out.
    pub fn project(&self, version: &ItemVersion, take: &mut dyn FnMut(Vec<String>)) -> Result<(), ProjectionFault> {
        let subject = Subject::new(self, version);
        let mut context = self.context.new_inner_scope();
        self.bind(&subject, &mut context);
        if let Some(when) = &self.projection.when
            && !subject.holds("when", when, &context)?
        {
            return Ok(());
        }
        let Some(split) = &self.projection.split else {
            take(subject.row(&context)?);
            return Ok(());
        };
        for (number, part) in subject.parts(split, &context)?.into_iter().enumerate() {
            let mut context = context.new_inner_scope();
            context.add_variable_from_value("part", part);
            context.add_variable_from_value("part_number", number as i64);
            take(subject.row(&context)?);
        }
        Ok(())
    }

    /// What the receiver would refuse of a row.
    pub fn check(&self, item: &str, row: &[String], findings: &mut dyn FnMut(Finding)) {
        for (column, text) in self.projection.columns.iter().zip(row) {
            column.check(text, &mut |code, message| {
                findings(Finding { item: item.to_owned(), column: column.definition.name.clone(), code, message });
            });
        }
    }

    fn bind(&self, subject: &Subject<'_, '_>, context: &mut Context<'_, '_>) {
        let reads = &self.projection.reads;
        if !reads.item.is_empty() {
            let mut item = item_map(self.dictionary, subject.version, Some(&reads.item));
            if let Some(closed_on) = subject.closed_on().filter(|_| reads.item.contains(CLOSED_ON)) {
                item.insert(CLOSED_ON.to_owned(), CelValue::from(closed_on.to_string()));
            }
            context.add_variable_from_value("item", item);
        }
        if !reads.parent.is_empty() {
            let parent = subject.parent.map(|parent| item_map(parent.dictionary, parent.version, Some(&reads.parent)));
            context.add_variable_from_value("parent", parent.unwrap_or_default());
        }
        if !self.target_fields.is_empty() {
            let mut references: HashMap<String, CelValue> = HashMap::new();
            for (attribute, fields) in &self.target_fields {
                let map = |found: &Found<'_>| CelValue::from(item_map(found.dictionary, found.version, fields.as_ref()));
                let found = subject.referred(attribute);
                let value = match found.as_slice() {
                    [] => continue,
                    [one] if !subject.is_list(attribute) => map(one),
                    several => CelValue::from(several.iter().map(map).collect::<Vec<_>>()),
                };
                references.insert((*attribute).to_owned(), value);
            }
            context.add_variable_from_value("ref", references);
        }
    }
}

/// One item on its way.
struct Subject<'s, 'a> {
    projector: &'s Projector<'a>,
    version: &'s ItemVersion,
    /// A day on which the version is valid: the date that is asked for, or else the nearest to it.
    on: Date,
    parent: Option<Found<'a>>,
}

impl<'s, 'a> Subject<'s, 'a> {
    fn new(projector: &'s Projector<'a>, version: &'s ItemVersion) -> Self {
        let validity = version.validity();
        let on = match (validity.from(), validity.to()) {
            _ if validity.contains(projector.valid_on) => projector.valid_on,
            (Some(from), _) if from > projector.valid_on => from,
            (_, Some(to)) => to.saturating_sub(1.day()),
            _ => projector.valid_on,
        };
        let parent = version.parent().and_then(|parent| (projector.find)(&projector.dictionary.code, parent, on));
        Self { projector, version, on, parent }
    }

    fn attribute(&self, code: &str) -> Option<&'a crate::domain::attribute::Attribute> {
        let dictionary = self.projector.dictionary;
        dictionary.position(code).map(|position| &dictionary.attributes[position])
    }

    fn is_list(&self, attribute: &str) -> bool {
        self.attribute(attribute).is_some_and(|attribute| attribute.definition.list)
    }

    /// What an attribute refers to; what is not valid then is left out.
    fn referred(&self, attribute: &str) -> Vec<Found<'a>> {
        let value = self.projector.dictionary.position(attribute).and_then(|position| self.version.value(position));
        let target = self.attribute(attribute).and_then(|attribute| attribute.to.as_ref());
        let (Some(value), Some(target)) = (value, target) else { return Vec::new() };
        let codes = value.each().iter().filter_map(Value::as_text);
        codes.filter_map(|code| (self.projector.find)(target, code, self.on)).collect()
    }

    /// Goes from version to version as long as one follows without a gap.
    fn closed_on(&self) -> Option<Date> {
        let mut end = self.version.validity().to()?;
        while let Some(next) = (self.projector.find)(&self.projector.dictionary.code, &self.version.code, end) {
            end = next.version.validity().to()?;
        }
        Some(end)
    }

    fn fault(&self, column: &str, expression: &Expression, message: impl Into<String>) -> ProjectionFault {
        let (item, column, expression) = (self.version.code.to_string(), column.to_owned(), expression.source.clone());
        ProjectionFault { item, column, expression, message: message.into() }
    }

    fn evaluate(&self, column: &str, expression: &Expression, context: &Context<'_, '_>) -> Result<CelValue, ProjectionFault> {
        expression.program.execute(context).map_err(|error| self.fault(column, expression, told(&error)))
    }

    fn holds(&self, key: &str, condition: &Expression, context: &Context<'_, '_>) -> Result<bool, ProjectionFault> {
        match self.evaluate(key, condition, context)? {
            CelValue::Bool(holds) => Ok(holds),
            _ => Err(self.fault(key, condition, "it gives neither true nor false")),
        }
    }

    fn parts(&self, split: &Expression, context: &Context<'_, '_>) -> Result<Vec<CelValue>, ProjectionFault> {
        match self.evaluate("split", split, context)? {
            CelValue::List(parts) if parts.len() <= PARTS_MAX => Ok(parts.to_vec()),
            CelValue::List(parts) => {
                Err(self.fault("split", split, format!("it gives {} parts, and at most {PARTS_MAX} are allowed", parts.len())))
            }
            _ => Err(self.fault("split", split, "it gives no list")),
        }
    }

    fn row(&self, context: &Context<'_, '_>) -> Result<Vec<String>, ProjectionFault> {
        self.projector.projection.columns.iter().map(|column| self.cell(column, context)).collect()
    }

    fn cell(&self, column: &Column, context: &Context<'_, '_>) -> Result<String, ProjectionFault> {
        let (name, expression) = (&column.definition.name, column.expression());
        let value = match &expression.path {
            Some(path) => self.at_path(path),
            None => {
                let value = self.evaluate(name, expression, context)?;
                produced(&value).map_err(|what| self.fault(name, expression, format!("it gives {what}, which no cell can hold")))?
            }
        };
        column.text(value).map_err(|message| self.fault(name, expression, message))
    }

    fn at_path(&self, path: &ValuePath) -> Produced {
        if path.of == Of::Item && path.field == CLOSED_ON {
            return self.closed_on().map_or(Produced::Absent, |date| Produced::One(date.to_string()));
        }
        let found = match &path.of {
            Of::Item => Some(Found { dictionary: self.projector.dictionary, version: self.version }),
            Of::Parent => self.parent,
            Of::Reference(attribute) => self.referred(attribute).first().copied(),
        };
        found.map_or(Produced::Absent, |found| field_produced(found.dictionary, found.version, &path.field, path.language.as_deref()))
    }
}

/// What went wrong in an expression, and the way out where the usual thing did.
fn told(error: &cel::ExecutionError) -> String {
    match error {
        cel::ExecutionError::NoSuchKey(key) => format!("`{key}` is absent: ask with `has(…)` first"),
        other => other.to_string(),
    }
}
