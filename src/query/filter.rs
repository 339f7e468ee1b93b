//! Filters and orders as a query writes them become those that the catalogue understands.
//! They are read anew for each edition, since attributes may stand elsewhere in it, or not at all.

use std::ops::Bound;
use std::sync::Arc;

use apollo_compiler::response::{JsonMap, JsonValue};
use rustc_hash::FxHashSet;

use super::argument::language;
use super::fault::{Fault, Outcome};
use super::limits::QueryLimits;
use super::scalar::{read_boolean, read_date, read_decimal, read_id, read_long, read_text};
use super::shape::{FilterField, OrderField, Shape};
use crate::catalog::selection_order::{Direction, Order, OrderBy, SortKey};
use crate::catalog::selection_predicate::{Folded, Predicate, Subject, Test};
use crate::domain::definition::AttributeType;
use crate::domain::dictionary::Dictionary;
use crate::domain::text::Language;
use crate::domain::value::Value;

/// Reads the filter and the order of one list.
pub struct FilterReader<'a> {
    pub shape: &'a Shape,
    /// The definition of the edition that is read.
    pub dictionary: &'a Arc<Dictionary>,
    pub limits: &'a QueryLimits,
    /// Values, tests and filters inside filters.
    parts_count: usize,
}

impl<'a> FilterReader<'a> {
    pub fn new(shape: &'a Shape, dictionary: &'a Arc<Dictionary>, limits: &'a QueryLimits) -> Self {
        Self { shape, dictionary, limits, parts_count: 0 }
    }

    pub fn read(&mut self, json: &JsonValue) -> Outcome<Predicate> {
        self.filter(json, 1)
    }

    fn filter(&mut self, json: &JsonValue, depth: usize) -> Outcome<Predicate> {
        if depth > self.limits.filter_depth_max {
            let max = self.limits.filter_depth_max;
            return Err(Fault::limit(format!("filters stand more than {max} deep in one another (filter_depth_max)")));
        }
        if depth > 1 {
            self.count()?;
        }
        let mut parts = Vec::new();
        for (name, value) in given(json)? {
            let field = self.shape.filter_field(name).ok_or_else(|| Fault::internal(format!("the filter has a field {name}")))?;
            let part = match field {
                FilterField::And => self.filters(value, depth).map(Predicate::All),
                FilterField::Or => self.filters(value, depth).map(Predicate::Any),
                FilterField::Not => self.filter(value, depth + 1).map(|part| Predicate::Not(Box::new(part))),
                FilterField::Code => self.tests(Subject::Code, AttributeType::Reference, value),
                FilterField::Parent => self.tests(Subject::Parent, AttributeType::Reference, value),
                FilterField::DescendantOf => self.count().and_then(|()| read_id(value)).map(|code| Predicate::Under(code.as_ref().into())),
                FilterField::ValidFrom => self.tests(Subject::ValidFrom, AttributeType::Date, value),
                FilterField::ValidTo => self.tests(Subject::ValidTo, AttributeType::Date, value),
                FilterField::Attribute(at) => self.tests(self.subject_of(at), self.shape.dictionary.attributes[at].definition.kind, value),
            };
            parts.push(part.map_err(|fault| fault.within(name))?);
        }
        Ok(Predicate::All(parts))
    }

    fn filters(&mut self, json: &JsonValue, depth: usize) -> Outcome<Vec<Predicate>> {
        let filters = elements(json).iter().enumerate();
        filters.map(|(at, json)| self.filter(json, depth + 1).map_err(|fault| fault.within(&format!("[{at}]")))).collect()
    }

    /// All the operators on one subject.
    fn tests(&mut self, subject: Subject, kind: AttributeType, json: &JsonValue) -> Outcome<Predicate> {
        let mut parts = Vec::new();
        for (operator, value) in given(json)? {
            let test = self.test(operator, kind, value).map_err(|fault| fault.within(operator))?;
            let part = Predicate::Test(subject, test);
            parts.push(if operator == "ne" { Predicate::Not(Box::new(part)) } else { part });
        }
        Ok(Predicate::All(parts))
    }

    fn test(&mut self, operator: &str, kind: AttributeType, json: &JsonValue) -> Outcome<Test> {
        // The others count their values.
        if matches!(operator, "isNull" | "startsWith" | "contains") || elements(json).is_empty() {
            self.count()?;
        }
        let mut bound = |json: &JsonValue| {
            let value = self.operand(kind, json)?;
            SortKey::of_value(&value, kind, Language::Ru).ok_or_else(|| Fault::internal("an operand is a list"))
        };
        Ok(match operator {
            "eq" | "ne" => Test::Equal(self.operand(kind, json)?),
            "in" => Test::OneOf(self.operands(kind, json)?),
            "lt" => Test::Within(Bound::Unbounded, Bound::Excluded(bound(json)?)),
            "lte" => Test::Within(Bound::Unbounded, Bound::Included(bound(json)?)),
            "gt" => Test::Within(Bound::Excluded(bound(json)?), Bound::Unbounded),
            "gte" => Test::Within(Bound::Included(bound(json)?), Bound::Unbounded),
            "between" => match elements(json) {
                [from, to] => Test::Within(Bound::Included(bound(from)?), Bound::Included(bound(to)?)),
                others => {
                    let message = format!("takes exactly two values, the least and the greatest, and there are {}", others.len());
                    return Err(Fault::input(message));
                }
            },
            "isNull" => Test::IsAbsent(read_boolean(json)?),
            "startsWith" => Test::StartsWith(Folded::new(read_text(json)?)),
            "contains" => Test::Contains(Folded::new(read_text(json)?)),
            unknown => return Err(Fault::internal(format!("the filter has an operator {unknown}"))),
        })
    }

    fn operands(&mut self, kind: AttributeType, json: &JsonValue) -> Outcome<FxHashSet<Value>> {
        let values = elements(json).iter().enumerate();
        values.map(|(at, json)| self.operand(kind, json).map_err(|fault| fault.within(&format!("[{at}]")))).collect()
    }

    /// Counts a part of the filter: each of them may be looked at for every item.
    fn count(&mut self) -> Outcome<()> {
        self.parts_count += 1;
        let max = self.limits.filter_values_max;
        if self.parts_count <= max {
            return Ok(());
        }
        Err(Fault::limit(format!("the filter has more than {max} values, tests and filters inside it (filter_values_max)")))
    }

    fn operand(&mut self, kind: AttributeType, json: &JsonValue) -> Outcome<Value> {
        self.count()?;
        Ok(match kind {
            AttributeType::String | AttributeType::Text | AttributeType::Enum => Value::Text(read_text(json)?.into()),
            AttributeType::Reference => Value::Text(read_id(json)?.as_ref().into()),
            AttributeType::Integer => Value::Integer(read_long(json)?),
            AttributeType::Decimal => Value::Decimal(read_decimal(json)?),
            AttributeType::Boolean => Value::Boolean(read_boolean(json)?),
            AttributeType::Date => Value::Date(read_date(json)?),
        })
    }

    fn subject_of(&self, attribute: usize) -> Subject {
        self.shape.comparable_position_in(self.dictionary, attribute).map_or(Subject::Absent, Subject::Attribute)
    }

    /// The orders, with their names for cursors. An order that was named before decides nothing and is left out.
    pub fn orders(&self, json: Option<&JsonValue>) -> Outcome<(Vec<Order>, Vec<String>)> {
        let (mut orders, mut names): (Vec<Order>, Vec<String>) = Default::default();
        for json in json.map(elements).unwrap_or_default() {
            let given = json.as_object().ok_or_else(|| Fault::input("an order is an object").within("orderBy"))?;
            let text = |key: &str| given.get(key).and_then(JsonValue::as_str).unwrap_or_default();
            let name = text("field");
            let field = self.shape.order_field(name).ok_or_else(|| Fault::internal(format!("there is an order {name}")))?;
            let subject = match field {
                OrderField::Code => Subject::Code,
                OrderField::ValidFrom => Subject::ValidFrom,
                OrderField::ValidTo => Subject::ValidTo,
                OrderField::Attribute(at) => self.subject_of(at),
            };
            let direction = if text("direction") == "DESC" { Direction::Descending } else { Direction::Ascending };
            let by = OrderBy::Subject(subject, language(given.get("lang")));
            let name = [name, text("direction"), text("lang")].join(" ").trim_end().to_owned();
            if !names.contains(&name) {
                orders.push(Order { by, direction });
                names.push(name);
            }
        }
        Ok((orders, names))
    }
}

/// The members of an object that are there; null is the same as nothing.
fn given(json: &JsonValue) -> Outcome<impl Iterator<Item = (&str, &JsonValue)>> {
    let object: &JsonMap = json.as_object().ok_or_else(|| Fault::input("a filter is an object"))?;
    Ok(object.iter().map(|(name, value)| (name.as_str(), value)).filter(|(_, value)| !value.is_null()))
}

/// GraphQL takes a single value for a list of one.
fn elements(json: &JsonValue) -> &[JsonValue] {
    json.as_array().map_or(std::slice::from_ref(json), Vec::as_slice)
}
