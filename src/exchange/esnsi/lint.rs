//! Names each value that a receiver of the register's formats would refuse, before it is sent.
//! Deliberately unknown: what is done about it.

use std::sync::LazyLock;

use encoding_rs::WINDOWS_1251;
use rustc_hash::FxHashSet;

use super::super::xml::{forbidden_character, shown};
use super::columns::{self, OutColumn, dictionary_fault};
use super::{AUTOKEY, Generation};
use crate::domain::dictionary::Dictionary;
use crate::domain::item::ItemVersion;
use crate::domain::text::ItemCode;

/// What is to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    Xml(Generation),
    /// In windows-1251, for a classifier that was made in this generation.
    Csv(Generation),
}

impl Target {
    fn generation(self) -> Generation {
        match self {
            Target::Xml(generation) | Target::Csv(generation) => generation,
        }
    }
}

/// A value that would be refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Empty where it is the dictionary itself.
    pub item: ItemCode,
    /// The column by its name.
    pub attribute: String,
    /// `length`, `pattern`, `required`, `encoding`, `character`, `duplicate`, or the code of another rule of the attribute.
    pub code: &'static str,
    /// What is wrong and what to do, as a sentence that follows the attribute's name.
    pub message: String,
}

/// Looks at items in the order of their codes, as writers get them, since it also finds keys that come twice.
pub struct Linter<'a> {
    dictionary: &'a Dictionary,
    columns: Vec<OutColumn>,
    target: Target,
    last_code: Option<ItemCode>,
    text: String,
}

/// What of one item would be refused. Whether its key comes twice a [`Linter`] sees.
pub fn lint(dictionary: &Dictionary, item: &ItemVersion, target: Target) -> Vec<Refusal> {
    Linter::new(dictionary, target).lint(item)
}

/// What of the dictionary itself would be refused.
pub fn lint_dictionary(dictionary: &Dictionary) -> Option<Refusal> {
    let message = dictionary_fault(dictionary)?;
    Some(Refusal { item: ItemCode::default(), attribute: String::new(), code: "dictionary", message })
}

impl<'a> Linter<'a> {
    pub fn new(dictionary: &'a Dictionary, target: Target) -> Self {
        let columns = columns::of(dictionary, target.generation(), false);
        Self { dictionary, columns, target, last_code: None, text: String::new() }
    }

    pub fn lint(&mut self, item: &ItemVersion) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        let mut report = |attribute: &str, code, message| {
            refusals.push(Refusal { item: item.code.clone(), attribute: attribute.to_owned(), code, message });
        };
        for column in &self.columns {
            self.text.clear();
            // In CSV a reference is a code, which is never too long.
            match self.target {
                Target::Xml(_) => column.write(self.dictionary, item, &mut self.text),
                Target::Csv(_) => column.source.write(self.dictionary, item, &mut self.text),
            }
            if self.text.is_empty() {
                if column.is_required {
                    report(&column.code, "required", "is required, and the item has none: fill it in".to_owned());
                }
                continue;
            }
            let is_reference_in_csv = column.target.is_some() && matches!(self.target, Target::Csv(_));
            if let Some((code, message)) = column.fault(&self.text, self.target.generation()).filter(|_| !is_reference_in_csv) {
                report(&column.code, code, message);
            }
            let (code, letter) = match self.target {
                Target::Xml(_) => ("character", forbidden_character(&self.text)),
                Target::Csv(_) => ("encoding", beyond_windows_1251(&self.text)),
            };
            if let Some(letter) = letter {
                let place = if code == "encoding" { "windows-1251 has no" } else { "XML forbids" };
                report(&column.code, code, format!("{place} {}: write it otherwise", shown(letter)));
            }
        }
        self.check_definition(item, &mut report);
        if self.last_code.as_ref() == Some(&item.code) {
            report(AUTOKEY, "duplicate", "the key is that of the item before: choose a date on which each item has one version".to_owned());
        }
        self.last_code = Some(item.code.clone());
        refusals
    }

    /// What the classifier itself says of its attributes: patterns, lengths, ranges.
    fn check_definition(&self, item: &ItemVersion, report: &mut impl FnMut(&str, &'static str, String)) {
        if let Some(pattern) = self.dictionary.code_pattern.as_ref().filter(|pattern| !pattern.is_match(&item.code)) {
            report("code", "pattern", format!("«{}» does not match {pattern}: correct it", item.code));
        }
        for (position, attribute) in self.dictionary.attributes.iter().enumerate() {
            let Some(value) = item.value(position) else { continue };
            // What is required is asked for above, in the words of the register.
            let mut take = |fault: crate::domain::attribute::Fault| {
                if fault.code != "required" {
                    report(attribute.code(), fault.code, fault.message);
                }
            };
            attribute.check(value, &mut take);
        }
    }
}

/// The first character that windows-1251 does not have.
pub(super) fn beyond_windows_1251(text: &str) -> Option<char> {
    static OTHERS: LazyLock<FxHashSet<char>> = LazyLock::new(|| {
        // The byte 0x98 is not assigned.
        let bytes: Vec<u8> = (0x80..=0xFF).filter(|byte| *byte != 0x98).collect();
        WINDOWS_1251.decode_without_bom_handling(&bytes).0.chars().collect()
    });
    let is_there = |letter: char| letter.is_ascii() || matches!(letter, 'А'..='я') || OTHERS.contains(&letter);
    text.chars().find(|letter| !is_there(*letter))
}
