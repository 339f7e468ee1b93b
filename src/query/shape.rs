//! What a dictionary looks like in GraphQL: the names and fields that its newest definition gives it, in the order of the schema.
//! The schema is printed from it, names are checked on it, and resolvers find in it what a field means.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::domain::definition::AttributeType;
use crate::domain::dictionary::Dictionary;
use crate::domain::text::{camel_case, screaming_case};

/// One dictionary, in its newest definition.
pub struct Shape {
    pub dictionary: Arc<Dictionary>,
    pub names: Names,
    pub fields: Vec<(String, ItemField)>,
    pub filter_fields: Vec<(String, FilterField)>,
    pub order_fields: Vec<(String, OrderField)>,
    /// For each attribute the index of the shape that it refers to; `None` for other types and for targets outside the schema.
    pub targets: Vec<Option<usize>>,
    field_index: FxHashMap<String, ItemField>,
    filter_index: FxHashMap<String, FilterField>,
    order_index: FxHashMap<String, OrderField>,
}

/// The names that a dictionary takes in the schema.
pub struct Names {
    pub item: String,
    pub connection: String,
    pub edge: String,
    pub filter: String,
    pub order: String,
    pub order_field: String,
    pub single_field: String,
    pub list_field: String,
    pub history_field: String,
}

/// A field of an item. Attributes go by their position in the newest definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemField {
    Code,
    Attribute(usize),
    /// The code or codes that a reference holds.
    ReferenceCode(usize),
    Parent,
    ParentCode,
    Children,
    Ancestors,
    Descendants,
    ValidFrom,
    ValidTo,
    Reason,
    Successors,
    SuccessorCodes,
    Publication,
    SupersededIn,
    History,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterField {
    And,
    Or,
    Not,
    Code,
    Parent,
    DescendantOf,
    ValidFrom,
    ValidTo,
    Attribute(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderField {
    Code,
    ValidFrom,
    ValidTo,
    Attribute(usize),
}

impl Names {
    pub fn new(dictionary: &Dictionary) -> Self {
        let item = &dictionary.definition.type_name;
        Self {
            item: item.clone(),
            connection: format!("{item}Connection"),
            edge: format!("{item}Edge"),
            filter: format!("{item}Filter"),
            order: format!("{item}Order"),
            order_field: format!("{item}OrderField"),
            single_field: dictionary.single_field(),
            list_field: dictionary.list_field(),
            history_field: format!("{}History", dictionary.single_field()),
        }
    }
}

impl Shape {
    /// The shapes of dictionaries, in the order given, with each reference led to the shape of its target.
    pub fn linked(dictionaries: impl IntoIterator<Item = Arc<Dictionary>>) -> Vec<Self> {
        let mut shapes: Vec<Self> = dictionaries.into_iter().map(Self::unlinked).collect();
        let by_code: FxHashMap<String, usize> =
            shapes.iter().enumerate().map(|(at, shape)| (shape.dictionary.code.to_string(), at)).collect();
        shapes.iter_mut().for_each(|shape| shape.link(&by_code));
        shapes
    }

    fn unlinked(dictionary: Arc<Dictionary>) -> Self {
        let (fields, filter_fields, order_fields) = (item_fields(&dictionary), filter_fields(&dictionary), order_fields(&dictionary));
        Self {
            names: Names::new(&dictionary),
            targets: vec![None; dictionary.attributes.len()],
            field_index: fields.iter().cloned().collect(),
            filter_index: filter_fields.iter().cloned().collect(),
            order_index: order_fields.iter().cloned().collect(),
            dictionary,
            fields,
            filter_fields,
            order_fields,
        }
    }

    /// A reference to a dictionary that has no shape is left with its codes only.
    fn link(&mut self, by_code: &FxHashMap<String, usize>) {
        for (at, _, to) in self.dictionary.references() {
            self.targets[at] = by_code.get(to.as_str()).copied();
        }
        let targets = &self.targets;
        let is_reference = |at: usize| self.dictionary.attributes[at].definition.kind == AttributeType::Reference;
        let leads_nowhere = |field: &ItemField| matches!(field, ItemField::Attribute(at) if is_reference(*at) && targets[*at].is_none());
        self.fields.retain(|(_, field)| !leads_nowhere(field));
    }

    pub fn field(&self, name: &str) -> Option<ItemField> {
        self.field_index.get(name).copied()
    }

    pub fn filter_field(&self, name: &str) -> Option<FilterField> {
        self.filter_index.get(name).copied()
    }

    pub fn order_field(&self, name: &str) -> Option<OrderField> {
        self.order_index.get(name).copied()
    }

    /// The enum type of an attribute.
    pub fn enum_type(&self, attribute: usize) -> String {
        enum_type(&self.dictionary, attribute)
    }

    /// Where an attribute of the newest definition is in the definition of an edition; `None` when the edition does not have it.
    /// A reference to another dictionary than today's does not count.
    pub fn position_in(&self, dictionary: &Arc<Dictionary>, attribute: usize) -> Option<usize> {
        if Arc::ptr_eq(&self.dictionary, dictionary) {
            return Some(attribute);
        }
        let newest = &self.dictionary.attributes[attribute].definition;
        let position = dictionary.position(&newest.code)?;
        (dictionary.attributes[position].definition.to == newest.to).then_some(position)
    }

    /// The same, for comparing: only where the values are of today's type.
    pub fn comparable_position_in(&self, dictionary: &Arc<Dictionary>, attribute: usize) -> Option<usize> {
        let position = self.position_in(dictionary, attribute)?;
        let (newest, then) = (&self.dictionary.attributes[attribute].definition, &dictionary.attributes[position].definition);
        (newest.kind == then.kind).then_some(position)
    }

    pub fn has_localized(&self) -> bool {
        self.dictionary.attributes.iter().any(|attribute| attribute.definition.localized)
    }
}

pub fn enum_type(dictionary: &Dictionary, attribute: usize) -> String {
    let field = camel_case(dictionary.attributes[attribute].code());
    let mut letters = field.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    dictionary.definition.type_name.chars().chain(first).chain(letters).collect()
}

pub fn item_fields(dictionary: &Dictionary) -> Vec<(String, ItemField)> {
    let mut fields = vec![("code".to_owned(), ItemField::Code)];
    for (at, attribute) in dictionary.attributes.iter().enumerate() {
        let name = camel_case(attribute.code());
        if attribute.definition.kind == AttributeType::Reference {
            let code_name = format!("{name}{}", if attribute.definition.list { "Codes" } else { "Code" });
            fields.extend([(name, ItemField::Attribute(at)), (code_name, ItemField::ReferenceCode(at))]);
        } else {
            fields.push((name, ItemField::Attribute(at)));
        }
    }
    let mut add = |named: &[(&str, ItemField)]| fields.extend(named.iter().map(|(name, field)| ((*name).to_owned(), *field)));
    if dictionary.is_hierarchical() {
        add(&[
            ("parent", ItemField::Parent),
            ("parentCode", ItemField::ParentCode),
            ("children", ItemField::Children),
            ("ancestors", ItemField::Ancestors),
            ("descendants", ItemField::Descendants),
        ]);
    }
    add(&[
        ("validFrom", ItemField::ValidFrom),
        ("validTo", ItemField::ValidTo),
        ("reason", ItemField::Reason),
        ("successors", ItemField::Successors),
        ("successorCodes", ItemField::SuccessorCodes),
        ("publication", ItemField::Publication),
        ("supersededIn", ItemField::SupersededIn),
        ("history", ItemField::History),
    ]);
    fields
}

pub fn filter_fields(dictionary: &Dictionary) -> Vec<(String, FilterField)> {
    let mut fields = vec![("and", FilterField::And), ("or", FilterField::Or), ("not", FilterField::Not), ("code", FilterField::Code)];
    if dictionary.is_hierarchical() {
        fields.extend([("parent", FilterField::Parent), ("descendantOf", FilterField::DescendantOf)]);
    }
    fields.extend([("validFrom", FilterField::ValidFrom), ("validTo", FilterField::ValidTo)]);
    let attributes = dictionary.attributes.iter().enumerate();
    let attributes = attributes.map(|(at, attribute)| (camel_case(attribute.code()), FilterField::Attribute(at)));
    fields.into_iter().map(|(name, field)| (name.to_owned(), field)).chain(attributes).collect()
}

/// Lists have no place in an order.
fn order_fields(dictionary: &Dictionary) -> Vec<(String, OrderField)> {
    let fields = [("CODE", OrderField::Code), ("VALID_FROM", OrderField::ValidFrom), ("VALID_TO", OrderField::ValidTo)];
    let attributes = dictionary.attributes.iter().enumerate().filter(|(_, attribute)| !attribute.definition.list);
    let attributes = attributes.map(|(at, attribute)| (screaming_case(attribute.code()), OrderField::Attribute(at)));
    fields.into_iter().map(|(name, field)| (name.to_owned(), field)).chain(attributes).collect()
}
