//! `dictionary.toml` to a dictionary: every mistake of a file is found in one reading, each with its line,
//! its column and what was expected. Files come as text; who reads them from where is not known here.

mod expected;
mod hint;
mod place;
mod schema;
mod sense;
mod shape;
mod syntax;
mod together;

use std::fmt;

use std::sync::Arc;

use crate::domain::dictionary::Dictionary;
use place::{Lines, Place, Places};
use shape::Misfit;
use syntax::SyntaxError;

pub use schema::json_schema;
pub use together::check_together;

/// A definition to be read.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The file as messages name it.
    pub file: &'a str,
    pub text: &'a str,
}

/// One mistake: `dictionaries/offices/dictionary.toml:14:8: attributes[0].type: "strin" is not one of string, …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// The key as `attributes[0].type`; empty where the text is not TOML.
    pub path: String,
    /// A sentence for a person, without the place.
    pub message: String,
}

impl Problem {
    fn new(file: &str, place: Place, path: &str, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: place.line, column: place.column, path: path.to_owned(), message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: ", self.file, self.line, self.column)?;
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)
    }
}

/// A definition without mistakes of its own, and the places of what it says.
#[derive(Debug)]
pub struct LoadedDefinition {
    pub dictionary: Arc<Dictionary>,
    pub file: String,
    places: Places,
}

impl LoadedDefinition {
    /// A problem that only showed later, at the line of a key such as `attributes[2].to` or of what would hold it.
    pub fn problem(&self, path: &str, message: impl Into<String>) -> Problem {
        Problem::new(&self.file, self.places.find(path), path, message)
    }
}

/// Reads one definition, or says everything that is wrong with it, in the order of lines.
///
/// Where the text is not TOML, the sense of it is not asked, and of its shape only what stands
/// in sections without an error of syntax.
pub fn read(source: Source<'_>) -> Result<LoadedDefinition, Vec<Problem>> {
    let lines = Lines::new(source.text);
    let parsed = syntax::parse(source.text);
    let shape = shape::check(schema::schema(), &parsed.tree);
    let problem_at = |at: usize, path: &str, message: &str| Problem::new(source.file, lines.place(at), path, message);
    let is_certain = |misfit: &&Misfit| parsed.errors.iter().all(|error| is_untouched(misfit, error, &lines));
    let mut problems: Vec<Problem> = parsed.errors.iter().map(|error| problem_at(error.at, "", &error.message)).collect();
    let misfits = shape.misfits.iter().filter(is_certain);
    problems.extend(misfits.map(|misfit| problem_at(misfit.at, &misfit.path, &misfit.message)));
    if parsed.errors.is_empty() {
        let places = Places::of(&parsed.tree, &lines);
        match sense::compile(shape) {
            Ok(dictionary) if problems.is_empty() => {
                return Ok(LoadedDefinition { dictionary: Arc::new(dictionary), file: source.file.to_owned(), places });
            }
            Ok(_) => {}
            Err(found) => {
                problems.extend(found.into_iter().map(|(path, message)| Problem::new(source.file, places.find(&path), &path, message)));
            }
        }
    }
    problems.sort_by_key(|problem| (problem.line, problem.column));
    Err(problems)
}

/// Whether a misfit is there whatever the writer meant at the error of syntax.
fn is_untouched(misfit: &Misfit, error: &SyntaxError, lines: &Lines<'_>) -> bool {
    let is_missing_from_file = misfit.is_missing && place::parent(&misfit.path).is_none();
    let is_swallowed = error.swallows_the_rest && misfit.at >= error.at;
    !is_missing_from_file && !is_swallowed && lines.section(misfit.at) != lines.section(error.at)
}

#[cfg(test)]
mod tests;
