//! Writes one item version. Values are those of its edition, in the fields of the newest definition.

use std::sync::Arc;

use super::super::fault::{Fault, Outcome};
use super::super::plan::arguments::Bound;
use super::super::plan::{Field, ItemKind, Items};
use super::super::shape::{ItemField, Shape};
use super::Run;
use super::output::{Output, Written};
use crate::app::reading::Coordinate;
use crate::domain::definition::{AttributeDefinition, AttributeType};
use crate::domain::dictionary::Dictionary;
use crate::domain::item::{ItemVersion, Retirement};
use crate::domain::text::Language;
use crate::domain::value::Value;

/// An item version as it was read.
#[derive(Clone, Copy)]
pub struct Item<'v> {
    pub shape_index: usize,
    /// The definition in whose order the values stand.
    pub dictionary: &'v Arc<Dictionary>,
    pub version: &'v ItemVersion,
    /// Where it was read; what is read through it inherits this.
    pub at: Coordinate,
    /// The publication that replaced it, in a history.
    pub superseded_seq: Option<i64>,
}

impl Item<'_> {
    fn value(&self, shape: &Shape, attribute: usize) -> Option<&Value> {
        self.version.value(shape.position_in(self.dictionary, attribute)?)
    }

    pub fn retirement(&self) -> Option<&Retirement> {
        self.version.stretch.retirement.as_deref()
    }

    pub fn successor_codes(&self) -> impl Iterator<Item = &str> {
        self.retirement().map(|retirement| retirement.successors.as_slice()).unwrap_or_default().iter().map(|code| code.as_str())
    }
}

impl<'q> Run<'q> {
    pub fn shape(&self, item: Item<'_>) -> &'q Shape {
        &self.typed.shapes[item.shape_index]
    }

    /// The item that is valid and known at a point of both times.
    pub fn find_item(&self, shape_index: usize, code: &str, at: Coordinate) -> Outcome<Option<Item<'q>>> {
        let Some(snapshot) = self.snapshot(shape_index, at.publication)? else { return Ok(None) };
        let Some(position) = snapshot.position_at(code, at.valid_on) else { return Ok(None) };
        let version = snapshot.version(position);
        Ok(Some(Item { shape_index, dictionary: &snapshot.dictionary, version, at, superseded_seq: None }))
    }

    pub fn item(&self, out: &mut Output<'q>, fields: &'q Items, item: Item<'_>) -> Written {
        self.count_node(out)?;
        let shape = self.shape(item);
        self.object(out, fields, |out, field| match &field.kind {
            ItemKind::TypeName => {
                out.text(&shape.names.item);
                Ok(())
            }
            ItemKind::Leaf(leaf) => self.leaf(out, field, *leaf, shape, item),
            ItemKind::Items(led_by, target, of) => self.items(out, field, (*led_by, *target, of), item),
            ItemKind::Plain(ItemField::SupersededIn, of) => {
                self.composite(field, out, |out| self.publication(out, of, item.superseded_seq))
            }
            ItemKind::Plain(_, of) => self.composite(field, out, |out| self.publication(out, of, Some(item.version.published_seq))),
        })
    }

    pub fn item_or_null(&self, out: &mut Output<'q>, fields: &'q Items, item: Option<Item<'_>>) -> Written {
        match item {
            Some(item) => self.item(out, fields, item),
            None => {
                out.null();
                Ok(())
            }
        }
    }

    fn leaf(&self, out: &mut Output<'q>, field: &'q Field<ItemKind>, leaf: ItemField, shape: &Shape, item: Item<'_>) -> Written {
        let version = item.version;
        match leaf {
            ItemField::Code => out.text(&version.code),
            ItemField::ParentCode => out.optional_text(version.parent()),
            ItemField::ValidFrom => out.optional_date(version.validity().from()),
            ItemField::ValidTo => out.optional_date(version.validity().to()),
            ItemField::Reason => out.optional_text(item.retirement().map(|retirement| retirement.reason.as_str())),
            ItemField::SuccessorCodes => out.texts(item.successor_codes()),
            ItemField::ReferenceCode(at) => {
                let value = item.value(shape, at);
                if shape.dictionary.attributes[at].definition.list {
                    out.texts(value.map(Value::texts).unwrap_or_default().into_iter());
                } else {
                    out.optional_text(value.and_then(Value::first_text));
                }
            }
            ItemField::Attribute(at) => {
                // Only localised texts take an argument, and it may be a variable.
                return match field.arguments {
                    None => {
                        attribute(out, shape, at, item, Language::Ru);
                        Ok(())
                    }
                    Some(_) => self.composite(field, out, |out| {
                        let language = self.bound(field, out)?.map_or(Language::Ru, |bound| bound.language);
                        attribute(out, shape, at, item, language);
                        Ok(())
                    }),
                };
            }
            _ => {
                let fault = Fault::internal("a field that leads to items was planned as a value");
                return self.composite(field, out, |out| Err(out.fail(&fault)));
            }
        }
        Ok(())
    }

    /// A field that leads to other items, by what leads there, the shape of the target and the selection.
    fn items(&self, out: &mut Output<'q>, field: &'q Field<ItemKind>, led: (ItemField, usize, &'q Items), item: Item<'_>) -> Written {
        let (led_by, target, of) = led;
        match led_by {
            ItemField::Parent => self.composite(field, out, |out| {
                let bound = self.bound(field, out)?;
                let found = self.parent(bound, item);
                let found = self.told(out, found)?;
                self.item_or_null(out, of, found)
            }),
            ItemField::Attribute(at) if !self.shape(item).dictionary.attributes[at].definition.list => self.composite(field, out, |out| {
                let bound = self.bound(field, out)?;
                let found = self.referred(bound, target, at, item);
                let found = self.told(out, found)?;
                self.item_or_null(out, of, found)
            }),
            _ => self.composite(field, out, |out| {
                let bound = self.bound(field, out)?;
                match led_by {
                    ItemField::Children => self.children(out, of, bound, item),
                    ItemField::Descendants => self.descendants(out, of, bound, item),
                    ItemField::Ancestors => self.ancestors(out, of, bound, item),
                    ItemField::Successors => self.successors(out, of, bound, item),
                    ItemField::History => {
                        let at = self.coordinate(bound, item.at);
                        let at = self.told(out, at)?;
                        self.history(out, of, item.shape_index, &item.version.code, at)
                    }
                    ItemField::Attribute(at) => self.all_referred(out, of, bound, target, at, item),
                    _ => Err(out.fail(&Fault::internal("a value was planned as a field that leads to items"))),
                }
            }),
        }
    }

    fn referred(&self, bound: Option<&Bound>, target: usize, attribute: usize, item: Item<'_>) -> Outcome<Option<Item<'q>>> {
        let at = self.coordinate(bound, item.at)?;
        match item.value(self.shape(item), attribute).and_then(Value::first_text) {
            Some(code) => self.find_item(target, code, at),
            None => Ok(None),
        }
    }

    /// The items that a list of references names, as they were at the point of both times. Those that were not are left out.
    fn all_referred(
        &self,
        out: &mut Output<'q>,
        of: &'q Items,
        bound: Option<&Bound>,
        target: usize,
        attribute: usize,
        item: Item<'_>,
    ) -> Written {
        let at = self.coordinate(bound, item.at);
        let at = self.told(out, at)?;
        let codes = item.value(self.shape(item), attribute).map(Value::texts).unwrap_or_default();
        self.found_items(out, of, target, codes.into_iter(), at)
    }

    /// Successors begin when the item ends, so they are looked for then, unless the read is of a later day.
    fn successors(&self, out: &mut Output<'q>, of: &'q Items, bound: Option<&Bound>, item: Item<'_>) -> Written {
        let end = item.version.validity().to().unwrap_or(item.at.valid_on);
        let inherited = Coordinate { valid_on: item.at.valid_on.max(end), ..item.at };
        let at = self.coordinate(bound, inherited);
        let at = self.told(out, at)?;
        self.found_items(out, of, item.shape_index, item.successor_codes(), at)
    }

    /// The list of the items of some codes that are there.
    fn found_items<'c>(
        &self,
        out: &mut Output<'q>,
        of: &'q Items,
        shape_index: usize,
        codes: impl Iterator<Item = &'c str>,
        at: Coordinate,
    ) -> Written {
        let found = codes.filter_map(|code| self.find_item(shape_index, code, at).transpose());
        self.list(out, found, |out, found| {
            let found = self.told(out, found)?;
            self.item(out, of, found)
        })
    }
}

fn attribute(out: &mut Output<'_>, shape: &Shape, at: usize, item: Item<'_>, language: Language) {
    let definition = &shape.dictionary.attributes[at].definition;
    let value = item.value(shape, at);
    if !definition.list {
        if !value.is_some_and(|value| leaf_value(out, definition, value, language)) {
            out.null();
        }
        return;
    }
    out.bytes.push(b'[');
    let begin = out.bytes.len();
    for value in value.map(Value::each).unwrap_or_default() {
        let before = out.bytes.len();
        out.comma(before == begin);
        if !leaf_value(out, definition, value, language) {
            out.bytes.truncate(before);
        }
    }
    out.bytes.push(b']');
}

/// Writes a single value; `false` when an old edition has one that does not fit the type of today.
fn leaf_value(out: &mut Output<'_>, definition: &AttributeDefinition, value: &Value, language: Language) -> bool {
    match (definition.kind, value) {
        (AttributeType::String | AttributeType::Text, Value::Text(text)) => out.text(text),
        (AttributeType::String | AttributeType::Text, Value::Localized(texts)) => out.text(texts.get(language)),
        (AttributeType::Enum, Value::Text(code)) if definition.values.iter().any(|value| value.code == code.as_str()) => out.text(code),
        (AttributeType::Integer, Value::Integer(number)) => out.integer(*number),
        (AttributeType::Boolean, Value::Boolean(flag)) => out.boolean(*flag),
        (AttributeType::Decimal, Value::Decimal(number)) => out.text(&number.to_string()),
        (AttributeType::Date, Value::Date(date)) => out.date(*date),
        _ => return false,
    }
    true
}
