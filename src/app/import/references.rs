//! References that a file gives by an attribute of what they refer to, such as a region by its ОКАТО: turned into codes.

use rustc_hash::FxHashMap;

use crate::domain::attribute::quoted;
use crate::domain::dictionary::Dictionary;
use crate::domain::error::{Error, Result};
use crate::domain::publication::World;
use crate::domain::text::ItemCode;
use crate::domain::value::Value;
use crate::domain::violation::{Violation, Violations};
use crate::exchange::item_columns::Mapping;
use crate::exchange::item_rows::{ItemDraft, Report};

/// The codes behind the texts of a file, for each reference that is given so.
pub struct References<'a> {
    dictionary: &'a Dictionary,
    tables: Vec<Table<'a>>,
}

struct Table<'a> {
    position: usize,
    to: &'a str,
    by: String,
    codes: FxHashMap<String, Found<'a>>,
}

enum Found<'a> {
    One(&'a ItemCode),
    Several(&'a ItemCode, &'a ItemCode),
}

impl<'a> References<'a> {
    pub fn new(world: &'a World, dictionary: &'a Dictionary, mapping: &Mapping) -> Result<Self> {
        let mut tables = Vec::new();
        for (position, by) in mapping.references_by() {
            let attribute = &dictionary.attributes[position];
            let target = attribute.to.as_ref().and_then(|to| world.get(to));
            let found = target.and_then(|state| Some((state, state.dictionary.position(by)?)));
            let Some((state, by_position)) = found else {
                let to = attribute.to.as_ref().map(|to| to.as_str()).unwrap_or_default();
                let message =
                    format!("{}.{by}: the dictionary {to} is not published, or has no attribute {}", attribute.code(), quoted(by));
                let mut violations = Violations::new(1);
                violations.push(Violation::new(dictionary.code.as_str(), "column_unknown", message));
                return Err(Error::Invalid(violations));
            };
            let mut codes: FxHashMap<String, Found<'a>> = FxHashMap::default();
            for version in state.items.versions() {
                let Some(value) = version.value(by_position) else { continue };
                let mut text = String::new();
                crate::exchange::cells::write_value(value, None, &mut text);
                let known = codes.entry(text).or_insert(Found::One(&version.code));
                if let Found::One(other) = known
                    && **other != version.code
                {
                    *known = Found::Several(other, &version.code);
                }
            }
            tables.push(Table { position, to: state.dictionary.code.as_str(), by: by.to_owned(), codes });
        }
        Ok(Self { dictionary, tables })
    }

    /// Replaces what the file says by codes; what names nothing, or several items, is reported.
    pub fn resolve(&self, draft: &mut ItemDraft, report: Report<'_>) {
        for table in &self.tables {
            let Some(value) = &mut draft.values[table.position] else { continue };
            let attribute = self.dictionary.attributes[table.position].code();
            let resolved = match value {
                Value::List(values) => values.iter_mut().try_for_each(|value| table.resolve(value)),
                single => table.resolve(single),
            };
            if let Err(message) = resolved {
                let violation = Violation::new(self.dictionary.code.as_str(), "reference_unknown", message);
                report(violation.of_item(&draft.code).of_attribute(attribute).at(draft.place.line(), None));
            }
        }
    }
}

impl Table<'_> {
    fn resolve(&self, value: &mut Value) -> std::result::Result<(), String> {
        let Value::Text(text) = value else { return Ok(()) };
        match self.codes.get(text.as_str()) {
            Some(Found::One(code)) => {
                text.clone_from(code);
                Ok(())
            }
            Some(Found::Several(one, other)) => {
                Err(format!("{} is the {} of several items of {}: {one}, {other}; give the code", quoted(text), self.by, self.to))
            }
            None => Err(format!("no item of {} has the {} {}", self.to, self.by, quoted(text))),
        }
    }
}
