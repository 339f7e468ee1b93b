//! Violations: what is wrong with an input, where, and by which rule.
//! All of them are collected, up to a cap; beyond it they are only counted.

use std::fmt;

use super::refusal_code;
use super::text::{Label, Language};

/// One broken rule. Empty strings stand for "not about one".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    pub dictionary: String,
    pub item: String,
    pub attribute: String,
    /// The file that brought it.
    pub file: Option<String>,
    /// Where it stood in the file that brought it: line and column, both from 1. The column counts fields.
    pub position: Option<(u64, Option<usize>)>,
    /// The machine-readable name of the rule: `required`, `reference_dangling`, or the code of a rule of the definition.
    pub code: String,
    /// A sentence for a person, without the place.
    pub message: String,
    /// What the definition says of its own rule, in the languages that it has.
    pub rule_message: Option<Label>,
}

impl Violation {
    /// The code is one of `refusal_code`.
    pub fn new(dictionary: &str, code: &str, message: impl Into<String>) -> Self {
        debug_assert!(refusal_code::is_known(code), "{code} is in no table of codes");
        Self::with(dictionary, code, message.into(), None)
    }

    /// A rule of the definition is broken, whose code is its own.
    pub fn of_rule(dictionary: &str, code: &str, said: &Label) -> Self {
        Self::with(dictionary, code, said.get(Language::En).to_owned(), Some(said.clone()))
    }

    fn with(dictionary: &str, code: &str, message: String, rule_message: Option<Label>) -> Self {
        let (item, attribute) = (String::new(), String::new());
        let (dictionary, code) = (dictionary.to_owned(), code.to_owned());
        Self { dictionary, item, attribute, file: None, position: None, code, message, rule_message }
    }

    /// Takes out everything that tells what it is about, but its code.
    pub fn veil(&mut self, message: &str) {
        *self = Self::with("", &self.code, message.to_owned(), None);
    }

    pub fn of_item(mut self, item: &str) -> Self {
        self.item = item.to_owned();
        self
    }

    pub fn of_attribute(mut self, attribute: &str) -> Self {
        self.attribute = attribute.to_owned();
        self
    }

    pub fn at(mut self, line: u64, column: Option<usize>) -> Self {
        self.position = Some((line, column));
        self
    }

    /// Where it is: `offices/382604670/name`.
    pub fn path(&self) -> String {
        let parts = [&self.dictionary, &self.item, &self.attribute];
        let named: Vec<&str> = parts.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        named.join("/")
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}:")?;
        }
        match self.position {
            Some((line, Some(column))) => write!(f, "{line}:{column}: ")?,
            Some((line, None)) => write!(f, "{line}: ")?,
            None if self.file.is_some() => write!(f, " ")?,
            None => {}
        }
        let path = self.path();
        let colon = if path.is_empty() { "" } else { ": " };
        write!(f, "{path}{colon}{} [{}]", self.message, self.code)
    }
}

/// Violations in the order found. At most `kept_max` are kept; `total` counts all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violations {
    kept: Vec<Violation>,
    total: usize,
    kept_max: usize,
}

impl Violations {
    pub fn new(kept_max: usize) -> Self {
        Self { kept: Vec::new(), total: 0, kept_max }
    }

    pub fn push(&mut self, violation: Violation) {
        self.total += 1;
        if self.kept.len() < self.kept_max {
            self.kept.push(violation);
        }
    }

    /// An empty list that keeps as many.
    pub fn another(&self) -> Self {
        Self::new(self.kept_max)
    }

    /// Puts the violations of another list behind those of this one.
    pub fn append(&mut self, other: Self) {
        let omitted = other.omitted();
        other.kept.into_iter().for_each(|violation| self.push(violation));
        self.total += omitted;
    }

    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// All violations, the ones that were only counted included.
    pub fn total(&self) -> usize {
        self.total
    }

    /// Adds what the violations do not know themselves, such as where in a file they stood.
    pub fn annotate(&mut self, annotate: impl Fn(&mut Violation)) {
        self.kept.iter_mut().for_each(annotate);
    }

    pub fn kept(&self) -> &[Violation] {
        &self.kept
    }

    /// How many were counted and not kept.
    pub fn omitted(&self) -> usize {
        self.total - self.kept.len()
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, violation) in self.kept.iter().enumerate() {
            let line_break = if index == 0 { "" } else { "\n" };
            write!(f, "{line_break}{violation}")?;
        }
        if self.omitted() > 0 {
            write!(f, "\n… and {} more", self.omitted())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_up_to_the_cap_and_counts_the_rest() {
        let mut violations = Violations::new(2);
        for code in ["length", "pattern", "unique"] {
            violations.push(Violation::new("offices", code, "is wrong").of_item("1").of_attribute("name"));
        }
        assert_eq!(violations.total(), 3);
        assert_eq!(violations.to_string(), "offices/1/name: is wrong [length]\noffices/1/name: is wrong [pattern]\n… and 1 more");
    }
}
