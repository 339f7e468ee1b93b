//! What must hold between definitions: references that lead somewhere, and names that are nobody else's.

use std::collections::{BTreeMap, BTreeSet};

use super::hint::nearest;
use super::{LoadedDefinition, Problem};
use crate::domain::text::{DictionaryCode, camel_case};

/// The name under which every definition lies in a folder of its own.
const FILE_NAME: &str = "dictionary.toml";

/// Everything that is wrong between these definitions and the dictionaries that are already `known`,
/// in the order of the definitions and, in each of them, of lines.
pub fn check_together(definitions: &[LoadedDefinition], known: &BTreeSet<DictionaryCode>) -> Vec<Problem> {
    let codes: BTreeSet<&DictionaryCode> = definitions.iter().map(|loaded| &loaded.dictionary.code).chain(known).collect();
    let mut names = Names::new(definitions, known);
    let mut problems = Vec::new();
    for loaded in definitions {
        let mut found = Vec::new();
        found.extend(check_folder(loaded));
        names.check(loaded, &mut found);
        check_references(loaded, &codes, &mut found);
        check_projections(loaded, definitions, &mut found);
        found.sort_by_key(|problem| (problem.line, problem.column));
        problems.append(&mut found);
    }
    problems
}

fn check_folder(loaded: &LoadedDefinition) -> Option<Problem> {
    let mut parts = loaded.file.rsplit(['/', '\\']);
    let is_in_folder = parts.next() == Some(FILE_NAME);
    let folder = parts.next().filter(|folder| is_in_folder && !matches!(*folder, "" | "." | ".."))?;
    let code = loaded.dictionary.code.as_str();
    (folder != code)
        .then(|| loaded.problem("code", format!("`{code}` lies in the folder `{folder}`, expected the folder to be called `{code}`")))
}

fn check_references(loaded: &LoadedDefinition, codes: &BTreeSet<&DictionaryCode>, found: &mut Vec<Problem>) {
    for (at, _, to) in loaded.dictionary.references() {
        if !codes.contains(to) {
            let message = match nearest(to.as_str(), codes.iter().map(|code| code.as_str())) {
                Some(hint) => format!("there is no dictionary `{to}`, did you mean `{hint}`?"),
                None => format!("there is no dictionary `{to}`, expected one of {}", listed(codes)),
            };
            found.push(loaded.problem(&format!("attributes[{at}].to"), message));
        }
    }
}

/// Of dictionaries that are only known there is a code and no more: what is read of them is checked when somebody exports.
fn check_projections(loaded: &LoadedDefinition, definitions: &[LoadedDefinition], found: &mut Vec<Problem>) {
    for (at, projection) in loaded.dictionary.projections.iter().enumerate() {
        let targets = projection.target_codes();
        let read = definitions.iter().filter(|other| targets.contains(&other.dictionary.code));
        let messages = read.flat_map(|other| projection.check_target(&other.dictionary));
        found.extend(messages.map(|message| loaded.problem(&format!("projections[{at}]"), message)));
    }
}

fn listed(codes: &BTreeSet<&DictionaryCode>) -> String {
    let codes: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
    codes.join(", ")
}

/// Who was the first to take a name.
struct Names<'d> {
    codes: BTreeMap<&'d str, &'d LoadedDefinition>,
    types: BTreeMap<&'d str, &'d LoadedDefinition>,
    /// Root fields of GraphQL, with the code and, where it is one of these definitions, the file.
    fields: BTreeMap<String, (&'d str, Option<&'d str>)>,
}

impl<'d> Names<'d> {
    /// Of dictionaries that are only known, the field of the list is known as well.
    fn new(definitions: &[LoadedDefinition], known: &'d BTreeSet<DictionaryCode>) -> Self {
        let is_loaded = |code: &DictionaryCode| definitions.iter().any(|loaded| loaded.dictionary.code == *code);
        let known = known.iter().filter(|code| !is_loaded(code)).map(DictionaryCode::as_str);
        let fields = known.map(|code| (camel_case(code), (code, None))).collect();
        Self { codes: BTreeMap::new(), types: BTreeMap::new(), fields }
    }

    fn check(&mut self, loaded: &'d LoadedDefinition, found: &mut Vec<Problem>) {
        let dictionary = &loaded.dictionary;
        let (code, type_name) = (dictionary.code.as_str(), dictionary.definition.type_name.as_str());
        let first_of_code = *self.codes.entry(code).or_insert(loaded);
        if !std::ptr::eq(first_of_code, loaded) {
            found.push(loaded.problem("code", format!("`{code}` is the code in {} as well, expected another", first_of_code.file)));
            return;
        }
        let first_of_type = *self.types.entry(type_name).or_insert(loaded);
        if std::ptr::eq(first_of_type, loaded) {
            self.check_field(loaded, dictionary.single_field(), "type", found);
        } else {
            found.push(loaded.problem("type", format!("`{type_name}` is the type in {} as well, expected another", first_of_type.file)));
        }
        self.check_field(loaded, dictionary.list_field(), "code", found);
    }

    fn check_field(&mut self, loaded: &'d LoadedDefinition, field: String, path: &str, found: &mut Vec<Problem>) {
        match self.fields.get(&field) {
            Some((code, file)) => {
                let place = file.map(|file| format!(" ({file})")).unwrap_or_default();
                let message =
                    format!("the GraphQL field `{field}` already belongs to the dictionary `{code}`{place}, expected another {path}");
                found.push(loaded.problem(path, message));
            }
            None => drop(self.fields.insert(field, (loaded.dictionary.code.as_str(), Some(&loaded.file)))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Source, read};
    use super::*;

    fn definition(file: &str, code: &str, type_name: &str, to: &str) -> LoadedDefinition {
        let text = format!(
            "code = \"{code}\"\ntype = \"{type_name}\"\nname = {{ ru = \"Имя\" }}\npassport = {{ owner = \"Мы\" }}\n\n[[attributes]]\n\
             code = \"region\"\ntype = \"reference\"\nlabel = {{ ru = \"Субъект\" }}\nto = \"{to}\"\n"
        );
        read(Source { file, text: &text }).unwrap_or_else(|problems| panic!("{problems:#?}"))
    }

    fn together(definitions: &[LoadedDefinition], known: &[&str]) -> Vec<String> {
        let known = known.iter().filter_map(|code| DictionaryCode::parse(code)).collect();
        check_together(definitions, &known).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_fits_together_has_no_problem() {
        let definitions = [
            definition("d/offices/dictionary.toml", "offices", "Office", "regions"),
            definition("dictionary.toml", "staff", "Person", "offices"),
        ];
        assert_eq!(together(&definitions, &["regions", "offices"]), Vec::<String>::new());
    }

    #[test]
    fn references_lead_to_files_or_to_known_dictionaries() {
        let definitions = [
            definition("a/offices/dictionary.toml", "offices", "Office", "region"),
            definition("a/staff/dictionary.toml", "staff", "Person", "criminal_code"),
        ];
        let expected = [
            "a/offices/dictionary.toml:10:6: attributes[0].to: there is no dictionary `region`, did you mean `regions`?",
            "a/staff/dictionary.toml:10:6: attributes[0].to: there is no dictionary `criminal_code`, expected one of offices, regions, staff",
        ];
        assert_eq!(together(&definitions, &["regions"]), expected);
    }

    #[test]
    fn projections_read_what_the_other_dictionary_has() {
        let text = "code = \"staff\"\ntype = \"Person\"\nname = { ru = \"Имя\" }\npassport = { owner = \"Мы\" }\n\
                    attributes = [{ code = \"office\", type = \"reference\", label = { ru = \"Орган\" }, to = \"offices\" }]\n\
                    [[projections]]\ncode = \"p\"\nname = { ru = \"П\" }\n\
                    columns = [{ name = \"A\", value = \"ref.office.region\" }, { name = \"B\", value = \"ref.office.phone\" }]\n";
        let staff = read(Source { file: "dictionary.toml", text }).unwrap_or_else(|problems| panic!("{problems:#?}"));
        let definitions = [staff, definition("a/offices/dictionary.toml", "offices", "Office", "regions")];
        let expected =
            ["dictionary.toml:6:1: projections[0]: the projection `p` reads `ref.office.phone`, and `offices` has no attribute \
                         `phone`"];
        assert_eq!(together(&definitions, &["regions"]), expected);
    }

    #[test]
    fn names_belong_to_one_dictionary() {
        let definitions = [
            definition("a/offices/dictionary.toml", "offices", "Office", "offices"),
            definition("a/offices2/dictionary.toml", "offices", "Office2", "offices"),
            definition("a/bureaus/dictionary.toml", "bureaus", "Office", "offices"),
            definition("a/office/dictionary.toml", "office", "Bureaus", "offices"),
            definition("a/case__types/dictionary.toml", "case__types", "CaseType", "offices"),
        ];
        let expected = [
            "a/offices2/dictionary.toml:1:8: code: `offices` lies in the folder `offices2`, expected the folder to be called `offices`",
            "a/offices2/dictionary.toml:1:8: code: `offices` is the code in a/offices/dictionary.toml as well, expected another",
            "a/bureaus/dictionary.toml:2:8: type: `Office` is the type in a/offices/dictionary.toml as well, expected another",
            "a/office/dictionary.toml:1:8: code: the GraphQL field `office` already belongs to the dictionary `offices` \
             (a/offices/dictionary.toml), expected another code",
            "a/office/dictionary.toml:2:8: type: the GraphQL field `bureaus` already belongs to the dictionary `bureaus` \
             (a/bureaus/dictionary.toml), expected another type",
            "a/case__types/dictionary.toml:1:8: code: the GraphQL field `caseTypes` already belongs to the dictionary `case_types`, \
             expected another code",
        ];
        assert_eq!(together(&definitions, &["case_types"]), expected);
    }
}
