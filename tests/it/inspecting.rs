//! A look at a file before it is imported: what each column is taken for, samples, and what would refuse it; and that nothing stays.

use svod::app::acting::Caller;
use svod::app::import_job::{FileSurvey, Parameters, ProposedDefinition};
use svod::domain::error::Result;

use crate::change_request::person;
use crate::harness::{Database, Instance};
use crate::publication::offices;

on_both_engines!(
    columns_are_told_with_samples_and_what_is_unknown,
    a_file_without_a_header_is_told_column_by_column,
    the_beginning_of_a_file_is_enough,
    whoever_may_not_import_sees_nothing,
    a_definition_is_proposed_for_a_file,
);

fn inspect(instance: &Instance, caller: &Caller, bytes: &[u8], asked: &[(&str, &str)]) -> Result<FileSurvey> {
    let asked = asked.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    instance.svod.import_jobs().unwrap().inspect(caller, "offices", "offices.csv", asked, bytes.to_vec())
}

fn told(survey: &FileSurvey) -> Vec<(&str, &str, &str, String)> {
    let columns = survey.columns.iter();
    columns
        .map(|column| {
            let mapped = &column.mapped;
            (mapped.name.as_str(), mapped.target.as_str(), mapped.because.as_str(), column.samples.join("|"))
        })
        .collect()
}

fn codes(survey: &FileSurvey) -> Vec<&str> {
    survey.violations.kept().iter().map(|violation| violation.code.as_str()).collect()
}

fn columns_are_told_with_samples_and_what_is_unknown(database: Database) {
    let instance = offices(&database);
    let olga = person(&database, &instance, 20, "olga", &[("steward", "offices")]);
    let (text, _, _) = encoding_rs::WINDOWS_1251.encode("Код;name;Заметки\n4;Районная;первая\n5;Районная;\n6;Городская;вторая\n");
    let survey = inspect(&instance, &olga, &text, &[]).unwrap();
    assert_eq!(
        told(&survey),
        [
            ("Код", "code", "label", "4|5|6".to_owned()),
            ("name", "name", "code", "Районная|Городская".to_owned()),
            ("Заметки", "-", "unknown", "первая|вторая".to_owned()),
        ]
    );
    assert_eq!((survey.rows_seen, codes(&survey)), (3, vec!["column_unknown"]));
    let encoding = survey.evidence.iter().find(|(name, _)| name == "encoding").unwrap();
    assert!(encoding.1.starts_with("windows-1251"), "{encoding:?}");
    let mapped = inspect(&instance, &olga, &text, &[("map", "Заметки=-")]).unwrap();
    assert_eq!((told(&mapped)[2].2, codes(&mapped)), ("given", vec![]));
    let jobs = instance.svod.import_jobs().unwrap().list(&olga, &Default::default(), 10).unwrap();
    assert!(jobs.is_empty(), "a look is no import: {jobs:?}");
}

fn a_file_without_a_header_is_told_column_by_column(database: Database) {
    let instance = offices(&database);
    let olga = person(&database, &instance, 20, "olga", &[("steward", "offices")]);
    let survey = inspect(&instance, &olga, "4;Районная\n5;Городская\n".as_bytes(), &[]).unwrap();
    assert_eq!(told(&survey), [("", "-", "unknown", "4|5".to_owned()), ("", "-", "unknown", "Районная|Городская".to_owned())]);
    assert_eq!((survey.rows_seen, codes(&survey)), (2, vec!["column_missing", "header_missing"]));
    let named = inspect(&instance, &olga, "4;Районная\n5;Городская\n".as_bytes(), &[("columns", "code,name")]).unwrap();
    assert_eq!((told(&named)[1].1, codes(&named)), ("name", vec![]));
}

fn the_beginning_of_a_file_is_enough(database: Database) {
    let instance = offices(&database);
    let olga = person(&database, &instance, 20, "olga", &[("steward", "offices")]);
    let cut = "code,name\n4,Районная\n5,\"Город".as_bytes();
    let whole = inspect(&instance, &olga, cut, &[]).unwrap();
    assert_eq!((whole.rows_seen, whole.violations.is_empty()), (1, false), "{whole:?}");
    let partial = inspect(&instance, &olga, cut, &[("partial", "true")]).unwrap();
    assert_eq!((partial.rows_seen, codes(&partial)), (1, vec![]));
    assert_eq!(inspect(&instance, &olga, b"", &[]).unwrap_err().code(), "file_empty");
    assert_eq!(inspect(&instance, &olga, b"code\n", &[("colour", "red")]).unwrap_err().code(), "parameter_unknown");
}

fn whoever_may_not_import_sees_nothing(database: Database) {
    let instance = offices(&database);
    let anna = person(&database, &instance, 20, "anna", &[("approver", "offices")]);
    assert_eq!(inspect(&instance, &anna, b"code,name\n", &[]).unwrap_err().code(), "forbidden");
}

fn propose(instance: &Instance, caller: &Caller, text: &str, asked: &[(&str, &str)]) -> Result<ProposedDefinition> {
    let asked: Parameters = asked.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    instance.svod.import_jobs().unwrap().propose_definition(caller, "отделы.csv", &asked, text.as_bytes().to_vec())
}

fn a_definition_is_proposed_for_a_file(database: Database) {
    let instance = offices(&database);
    let olga = person(&database, &instance, 20, "olga", &[("owner", "")]);
    let text = "Код;Наименование;Регион\n1;Первый отдел;01\n2;Второй отдел;02\n3;Третий отдел;01\n";
    let proposed = propose(&instance, &olga, text, &[("code", "units"), ("name", "Отделы"), ("type", "Unit")]).unwrap();
    let definition = &proposed.dictionary.definition;
    assert_eq!((definition.code.as_str(), definition.name.ru.as_str(), definition.type_name.as_str()), ("units", "Отделы", "Unit"));
    let columns: Vec<(&str, &str)> = proposed.columns.iter().map(|column| (column.name.as_str(), column.target.as_str())).collect();
    assert_eq!((columns[0], columns[1].0, columns.len()), (("Код", "code"), "Наименование", 3));
    let region = definition.attributes.iter().find(|attribute| attribute.to.as_deref() == Some("regions"));
    assert!(region.is_some(), "{}", proposed.toml);
    assert!(proposed.toml.contains("code = \"units\"") && proposed.rows_seen == 3);
    let cut = format!("{text}4;\"Четвёр\nтый от");
    let partial = propose(&instance, &olga, &cut, &[("code", "units"), ("partial", "true")]).unwrap();
    assert_eq!(partial.rows_seen, 3);
    let code = |caller: &Caller, text: &str, asked: &[(&str, &str)]| propose(&instance, caller, text, asked).unwrap_err().code();
    assert_eq!(code(&olga, &cut, &[("code", "units")]), "file_unreadable");
    assert_eq!(code(&olga, "", &[("code", "units")]), "file_empty");
    assert_eq!(code(&olga, text, &[]), "parameter_unknown");
    assert_eq!(code(&olga, text, &[("code", "units"), ("colour", "red")]), "parameter_unknown");
    let steward = person(&database, &instance, 21, "steward", &[("steward", "")]);
    assert_eq!(code(&steward, text, &[("code", "units")]), "forbidden");
}
