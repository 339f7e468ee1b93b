//! Item versions as the canonical texts that are stored, and what differs between two timelines of such: enough to tell a consumer
//! what changed without reading a value. It knows no definition, so that it can tell of any publication alike.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::value::RawValue;

use super::error::{Error, Result};
use super::feed::EventType;
use super::text::ItemCode;
use super::value::write_json_string;

/// A version in the texts of the database: dates as ISO text, attributes and retirement as canonical JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionTexts {
    pub code: ItemCode,
    pub valid_from: Option<String>,
    pub valid_to: Option<String>,
    pub parent: Option<String>,
    pub attributes: String,
    pub retirement: Option<String>,
}

impl VersionTexts {
    /// Appends the canonical line of the version: the very text that its digest is made of.
    pub fn write_line(&self, line: &mut String) {
        let date = |date: &Option<String>, line: &mut String| match date {
            // A date has no sign that JSON would have to escape.
            Some(date) => {
                line.push('"');
                line.push_str(date);
                line.push('"');
            }
            None => line.push_str("null"),
        };
        line.push_str("{\"attributes\":");
        line.push_str(&self.attributes);
        line.push_str(",\"code\":");
        write_json_string(&self.code, line);
        if let Some(parent) = &self.parent {
            line.push_str(",\"parent\":");
            write_json_string(parent, line);
        }
        if let Some(retirement) = &self.retirement {
            line.push_str(",\"retirement\":");
            line.push_str(retirement);
        }
        line.push_str(",\"validFrom\":");
        date(&self.valid_from, line);
        line.push_str(",\"validTo\":");
        date(&self.valid_to, line);
        line.push('}');
    }

    /// The attributes by code; two values are equal if and only if their canonical texts are.
    fn attribute_texts(&self) -> Result<BTreeMap<Cow<'_, str>, &RawValue>> {
        serde_json::from_str(&self.attributes)
            .map_err(|error| Error::Internal(format!("the attributes of {} cannot be read from the database: {error}", self.code)))
    }

    fn end_key(&self) -> (bool, &str) {
        (self.valid_to.is_none(), self.valid_to.as_deref().unwrap_or_default())
    }

    fn overlaps(&self, other: &Self) -> bool {
        let begins_before_end = |a: &Self, b: &Self| b.valid_to.is_none() || a.valid_from < b.valid_to;
        begins_before_end(self, other) && begins_before_end(other, self)
    }
}

/// In what an item is another than before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangedParts {
    /// The codes of the attributes that have another value on any date on which the item holds before and after; of an item that is
    /// there only before or only after, those that have a value.
    pub attributes: BTreeSet<String>,
    pub parent: bool,
    /// It holds on other dates.
    pub validity: bool,
    pub retirement: bool,
}

/// What happened to an item, by its versions before and after, in order of time.
pub fn event_type_of(before: &[VersionTexts], after: &[VersionTexts], is_restored: bool) -> EventType {
    match (before.last(), after.last()) {
        (None, _) if is_restored => EventType::ItemRestored,
        (None, _) => EventType::ItemAdded,
        (Some(_), None) => EventType::ItemAnnulled,
        (Some(before), Some(after)) if after.end_key() < before.end_key() => EventType::ItemRetired,
        (Some(_), Some(_)) => EventType::ItemChanged,
    }
}

/// In what two timelines of an item differ.
pub fn changed_parts(before: &[VersionTexts], after: &[VersionTexts]) -> Result<ChangedParts> {
    let retirement = |versions: &[VersionTexts]| versions.iter().filter_map(|version| version.retirement.clone()).collect::<Vec<_>>();
    let mut changed = ChangedParts {
        validity: spans(before) != spans(after),
        retirement: retirement(before) != retirement(after),
        ..ChangedParts::default()
    };
    if before.is_empty() || after.is_empty() {
        for version in before.iter().chain(after) {
            changed.parent |= version.parent.is_some();
            changed.attributes.extend(version.attribute_texts()?.into_keys().map(Cow::into_owned));
        }
        return Ok(changed);
    }
    let mut first = 0;
    for old in before {
        // Both are in order of time, so what ends before this one begins is of no interest to the later ones either.
        let is_over = |new: &VersionTexts| new.valid_to.is_some() && new.valid_to <= old.valid_from;
        while after.get(first).is_some_and(is_over) {
            first += 1;
        }
        for new in after[first..].iter().take_while(|new| new.overlaps(old)) {
            changed.parent |= old.parent != new.parent;
            if old.attributes != new.attributes {
                add_differing(&mut changed.attributes, &old.attribute_texts()?, &new.attribute_texts()?);
            }
        }
    }
    Ok(changed)
}

fn add_differing(found: &mut BTreeSet<String>, old: &BTreeMap<Cow<'_, str>, &RawValue>, new: &BTreeMap<Cow<'_, str>, &RawValue>) {
    let text = |value: Option<&&RawValue>| value.map(|value| value.get().to_owned());
    for code in old.keys().chain(new.keys()) {
        if text(old.get(code)) != text(new.get(code)) {
            found.insert(code.clone().into_owned());
        }
    }
}

/// The dates on which an item holds: intervals that meet are one.
fn spans(versions: &[VersionTexts]) -> Vec<(Option<&str>, Option<&str>)> {
    let mut spans: Vec<(Option<&str>, Option<&str>)> = Vec::with_capacity(versions.len());
    for version in versions {
        let (from, to) = (version.valid_from.as_deref(), version.valid_to.as_deref());
        match spans.last_mut() {
            Some(last) if last.1.is_some() && last.1 == from => last.1 = to,
            _ => spans.push((from, to)),
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(from: &str, to: &str, parent: &str, attributes: &str) -> VersionTexts {
        let date = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        VersionTexts {
            code: "1".into(),
            valid_from: date(from),
            valid_to: date(to),
            parent: date(parent),
            attributes: attributes.to_owned(),
            retirement: None,
        }
    }

    fn told(before: &[VersionTexts], after: &[VersionTexts]) -> String {
        let changed = changed_parts(before, after).unwrap();
        let names = Vec::from_iter(changed.attributes).join("+");
        let parts = [("parent", changed.parent), ("validity", changed.validity), ("retirement", changed.retirement)];
        let parts: Vec<&str> = parts.into_iter().filter(|(_, is)| *is).map(|(name, _)| name).collect();
        format!("{} {names} {}", event_type_of(before, after, false).name(), parts.join("+"))
    }

    #[test]
    fn what_changed_is_named() {
        let always = version("", "", "", r#"{"a":1,"b":"x"}"#);
        let split = [version("", "2024-03-01", "", r#"{"a":1,"b":"x"}"#), version("2024-03-01", "", "", r#"{"a":2,"b":"x"}"#)];
        let ended = version("", "2024-03-01", "", r#"{"a":1,"b":"x"}"#);
        let moved = version("", "", "7", r#"{"b":"x"}"#);
        let retired = VersionTexts { retirement: Some("{\"reason\":\"\"}".to_owned()), ..ended.clone() };
        let always = std::slice::from_ref(&always);
        for (before, after, expected) in [
            (&[][..], always, "svod.item.added a+b validity"),
            (always, &[][..], "svod.item.annulled a+b validity"),
            (always, &split[..], "svod.item.changed a "),
            (&split, always, "svod.item.changed a "),
            (always, &[ended.clone()][..], "svod.item.retired  validity"),
            (always, &[retired][..], "svod.item.retired  validity+retirement"),
            (always, &[moved][..], "svod.item.changed a parent"),
            (&[ended][..], &split[1..], "svod.item.changed  validity"),
        ] {
            assert_eq!(told(before, after), expected);
        }
    }

    #[test]
    fn a_line_is_what_digests_are_made_of() {
        use crate::domain::dictionary::Dictionary;
        use crate::domain::item::{Content, Retirement, Stretch, attributes_json, canonical_line, retirement_json};
        use crate::domain::validity::Validity;
        use crate::domain::value::Value;
        let toml = "code = \"things\"\ntype = \"Thing\"\nname = { ru = \"Вещи\" }\n[passport]\nowner = \"Отдел\"\n[hierarchy]\n\
                    [[attributes]]\ncode = \"name\"\ntype = \"string\"\nlabel = { ru = \"Имя\" }\n";
        let dictionary = Dictionary::compile(toml::from_str(toml).unwrap()).unwrap();
        let content = Content { parent: Some("п\"1".into()), values: [Some(Value::Text("a\n".into()))].into() };
        let retirement = Some(Box::new(Retirement { reason: "слияние".to_owned(), successors: vec!["2".into()] }));
        let end = jiff::civil::Date::constant(2025, 1, 1);
        let stretch = Stretch { validity: Validity::new(None, Some(end)).unwrap(), content, retirement };
        let texts = VersionTexts {
            code: "я".into(),
            valid_from: None,
            valid_to: Some(end.to_string()),
            parent: stretch.content.parent.as_ref().map(ToString::to_string),
            attributes: attributes_json(&dictionary, &stretch.content),
            retirement: stretch.retirement.as_deref().map(retirement_json),
        };
        let mut line = String::new();
        texts.write_line(&mut line);
        assert_eq!(line, canonical_line(&dictionary, "я", &stretch));
    }
}
