//! The schema itself: its text, its introspection, the names it refuses, and requests that miss it.

use std::sync::Arc;

use serde_json::json;

use super::super::{check_names, sdl_of};
use super::{Caller, DataApi, Library, QueryLimits, Request, ResponseKind, data, error, library};
use crate::domain::account::Authority;
use crate::domain::dictionary::Dictionary;

fn compiled(toml: &str) -> Arc<Dictionary> {
    Arc::new(Dictionary::compile(toml::from_str(toml).expect("it is TOML")).expect("the definition is right"))
}

fn minimal(code: &str, type_name: &str, attributes: &str) -> Arc<Dictionary> {
    compiled(&format!(
        "code = \"{code}\"\ntype = \"{type_name}\"\nname = {{ ru = \"Имя\" }}\npassport = {{ owner = \"Кто-то\", access = \"public\" }}\nattributes = [{attributes}]"
    ))
}

#[test]
fn a_definition_becomes_this_text() {
    let library = Library::new(QueryLimits::default());
    library.publish("2020-01-01T00:00:00Z", "Начало", &library.edit().define(super::REGIONS).changes);
    let sdl = library.api.sdl(&Authority::anonymous()).expect("there is a schema");
    let generated = sdl.split("\"\"\"\nДата:").next().unwrap_or_default();
    insta::assert_snapshot!(generated.trim());
    assert_eq!(sdl, Arc::clone(&library.api.sdl(&Authority::anonymous()).expect("there is a schema")), "the text is always the same");
}

#[test]
fn shipped_definitions_make_a_schema() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("dictionaries");
    let mut edit = Library::new(QueryLimits::default()).edit();
    let mut count = 0;
    for entry in std::fs::read_dir(folder).expect("there are dictionaries") {
        let path = entry.expect("the folder can be read").path().join("dictionary.toml");
        if let Ok(text) = std::fs::read_to_string(path) {
            edit = edit.define(&text);
            count += 1;
        }
    }
    let dictionaries: Vec<Arc<Dictionary>> = edit.changes.values().filter_map(|change| change.dictionary.clone()).collect();
    assert_eq!(check_names(&dictionaries), []);
    let library = Library::new(QueryLimits::default());
    library.publish("2020-01-01T00:00:00Z", "Начало", &edit.changes);
    let found = library.data("{ dictionaries { code singleField listField } }");
    assert_eq!(found["dictionaries"].as_array().map(Vec::len), Some(count));
    assert_eq!(
        *library.api.sdl(&Authority::anonymous()).expect("there is a schema"),
        sdl_of(dictionaries),
        "published or not, the text is the same"
    );
}

#[test]
fn introspection_describes_in_russian() {
    let found = data(
        "{ __type(name: \"Office\") { description fields { name description type { name kind ofType { name kind } } } }
           status: __type(name: \"OfficeStatus\") { enumValues { name description } } __typename }",
    );
    let description = found["__type"]["description"].as_str().unwrap_or_default();
    assert_eq!(description, "Органы прокуратуры\n\nКавычки \"\"\" и обратная \\ черта не мешают.\n\nОтветственный: Управление.");
    let fields = found["__type"]["fields"].as_array().expect("fields are a list");
    let field = |name: &str| fields.iter().find(|field| field["name"] == name).expect("the field is there");
    assert_eq!(field("region")["description"], "Субъект РФ\n\nГде стоит");
    assert_eq!(field("regionCode")["description"], "Субъект РФ: код, как записано в версии элемента.");
    assert_eq!(field("staff")["type"]["name"], "Long");
    assert_eq!(field("servedRegionsCodes")["type"]["kind"], "NON_NULL");
    assert_eq!(found["status"]["enumValues"][0], json!({ "name": "ACTIVE", "description": "Действует" }));
    assert_eq!(found["__typename"], "Query");
}

#[test]
fn a_code_is_called_a_code_once() {
    let text_of = |rule: &str| {
        let definition = "code = \"things\"\ntype = \"Thing\"\nname = { ru = \"Имя\" }\npassport = { owner = \"Кто-то\", access = \"public\" }\nattributes = []";
        sdl_of(vec![compiled(&format!("{definition}\n{rule}"))])
    };
    for (rule, description) in [
        ("", "Код, неизменный и неповторимый."),
        ("code_rule = { description = { ru = \"Две буквы\" } }", "Код. Две буквы"),
        ("code_rule = { description = { ru = \"Код реестра\" } }", "Код реестра"),
    ] {
        assert!(text_of(rule).contains(&format!("\"\"\"\n  {description}\n  \"\"\"\n  code: ID!\n")), "{description}");
    }
}

/// The query by which GraphiQL and code generators begin.
#[test]
fn the_usual_introspection_is_answered() {
    let query = "query IntrospectionQuery {
      __schema { description queryType { name } mutationType { name } subscriptionType { name }
        types { ...FullType } directives { name description isRepeatable locations args(includeDeprecated: true) { ...InputValue } } } }
    fragment FullType on __Type { kind name description specifiedByURL
      fields(includeDeprecated: true) { name description args(includeDeprecated: true) { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
      inputFields(includeDeprecated: true) { ...InputValue } interfaces { ...TypeRef }
      enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
    fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated deprecationReason }
    fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
      ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }";
    let found = data(query);
    assert!(found["__schema"]["types"].as_array().is_some_and(|types| types.len() > 30));
}

#[test]
fn every_field_answers() {
    let found = data(
        "query All($no: Boolean! = false) { office(code: \"10\") { __typename code name en: name(lang: EN) region { ...R } regionCode
            servedRegions { code } servedRegionsCodes status staff budget isMilitary openedOn tags alias parentCode
            validFrom @skip(if: $no) validTo @include(if: $no) descendants(orderBy: [{ field: NAME, direction: DESC }]) { code } } }
         fragment R on Region { code ... on Region { name } }",
    );
    let expected = json!({
        "__typename": "Office", "code": "10", "name": "Прокуратура Алтайского края", "en": "Altai office",
        "region": { "code": "01", "name": "Край Алтайский" }, "regionCode": "01",
        "servedRegions": [{ "code": "01" }, { "code": "77" }], "servedRegionsCodes": ["01", "77"],
        "status": "ACTIVE", "staff": 200, "budget": "1000.5", "isMilitary": false, "openedOn": "1937-09-28",
        "tags": ["край", "Сибирь"], "alias": "ёлка", "parentCode": "1", "validFrom": null,
        "descendants": [{ "code": "13" }, { "code": "11" }]
    });
    assert_eq!(found["office"], expected);
}

#[test]
fn dictionaries_show_their_passports() {
    let found = data(
        "{ dictionary(code: \"offices\") { name en: name(lang: EN) owner access updatePeriodDays isHierarchical display itemsCount typeName
             edition { number publication { number } } editions(first: 2) { number }
             attributes { code field label type to values { code label } } } none: dictionary(code: \"x\") { code } dictionaries { code } }",
    );
    let dictionary = &found["dictionary"];
    assert_eq!(dictionary["en"], "Prosecution offices");
    assert_eq!(dictionary["access"], "PUBLIC");
    assert_eq!(dictionary["itemsCount"], 5);
    assert_eq!(dictionary["edition"], json!({ "number": 3, "publication": { "number": 3 } }));
    assert_eq!(dictionary["editions"], json!([{ "number": 3 }, { "number": 2 }]));
    let served = json!({ "code": "served_regions", "field": "servedRegions", "label": "Обслуживаемые субъекты", "type": "REFERENCE", "to": "regions", "values": [] });
    assert_eq!(dictionary["attributes"][2], served);
    assert_eq!(found["none"], json!(null));
    assert_eq!(found["dictionaries"], json!([{ "code": "offices" }, { "code": "regions" }]));
    let then = data(
        "{ dictionary(code: \"offices\", publication: 1) { itemsCount } before: dictionary(code: \"offices\", publication: 0) { code } }",
    );
    assert_eq!(then, json!({ "dictionary": { "itemsCount": 4 }, "before": null }));
}

#[test]
fn nothing_published_is_still_a_schema() {
    let library = Library::new(QueryLimits::default());
    let found =
        library.data("{ publications { totalCount } publication { number } dictionaries { code } __schema { queryType { name } } }");
    let expected = json!({ "publications": { "totalCount": 0 }, "publication": null, "dictionaries": [], "__schema": { "queryType": { "name": "Query" } } });
    assert_eq!(found, expected);
    library.publish("2020-01-01T00:00:00Z", "Начало", &library.edit().define(super::REGIONS).changes);
    assert_eq!(library.data("{ regions { totalCount } }"), json!({ "regions": { "totalCount": 0 } }), "the schema follows");
}

#[test]
fn requests_that_miss_the_schema_are_told_where() {
    let (response, body) = library().execute("{ office(code: \"1\") { nam } }", json!({}));
    assert_eq!(response.kind, ResponseKind::RequestError);
    let error_of_nam = json!({
        "message": "type `Office` does not have a field `nam`: did you mean `name`?", "locations": [{ "line": 1, "column": 23 }],
        "extensions": { "code": "GRAPHQL_VALIDATION_FAILED" }
    });
    assert_eq!(body, json!({ "errors": [error_of_nam] }));
    let suggestions = [
        ("{ ofices { totalCount } }", "type `Query` does not have a field `ofices`: did you mean `offices`?"),
        ("{ offices(filtr: null) { totalCount } }", "the argument `filtr` is not supported by `Query.offices`: did you mean `filter`?"),
        ("{ offices(filter: { codes: null }) { totalCount } }", "field `codes` does not exist on `OfficeFilter`: did you mean `code`?"),
        (
            "{ offices(filter: { status: { eq: ACTIV } }) { totalCount } }",
            "value `ACTIV` does not exist on `OfficeStatus`: did you mean `ACTIVE`?",
        ),
        ("{ offices { nodes { xyzzy } } }", "type `Office` does not have a field `xyzzy`"),
    ];
    for (query, message) in suggestions {
        assert_eq!(error(query).1, message);
    }
    assert_eq!(error("{ office(code: \"1\") { name }").0, "GRAPHQL_PARSE_FAILED");
    assert_eq!(error("mutation { x }").0, "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(error("{ office { code } }").0, "GRAPHQL_VALIDATION_FAILED");
    assert_eq!(error("query A { __typename } query B { __typename }").0, "BAD_USER_INPUT");
    let request = Request {
        query: "query A { a: __typename } query B { b: __typename }".into(),
        operation_name: Some("B".into()),
        ..Request::default()
    };
    let response = library().api.execute(Caller::default(), request);
    assert_eq!(response.operation_name.as_deref(), Some("B"));
    assert_eq!(&response.body[..], br#"{"data":{"b":"Query"}}"#);
}

#[test]
fn names_that_cannot_stand_together_are_told() {
    let problems = |dictionaries: &[Arc<Dictionary>]| -> Vec<String> {
        check_names(dictionaries).into_iter().map(|(code, message)| format!("{code}: {message}")).collect()
    };
    let found = problems(&[minimal("publications", "Publication", "")]);
    assert_eq!(found[0], "publications: the type `Publication` belongs to the service itself: name the type or the dictionary otherwise");
    assert!(found.iter().any(|problem| problem.contains("the field of Query `publications`")), "{found:?}");
    for built_in in ["Query", "String", "Language", "DateFilter", "PageInfo", "ChangePage", "ChangeEvent", "JSON"] {
        assert!(!problems(&[minimal("things", built_in, "")]).is_empty(), "{built_in}");
    }
    let found = problems(&[minimal("changes", "Change", "")]);
    assert_eq!(found, ["changes: the field of Query `changes` belongs to the service itself: name the type or the dictionary otherwise"]);
    let clashes = [minimal("offices", "Office", ""), minimal("other", "OfficeFilter", ""), minimal("office", "OfficeThing", "")];
    assert_eq!(
        problems(&clashes),
        [
            "other: the type `OfficeFilter` is already made by the dictionary offices: name one of the two otherwise",
            "office: the field of Query `office` is already made by the dictionary offices: name one of the two otherwise",
        ]
    );
    let attributes = "{ code = \"region\", type = \"reference\", to = \"regions\", label = { ru = \"а\" } },
        { code = \"region_code\", type = \"string\", label = { ru = \"а\" } }, { code = \"and\", type = \"string\", label = { ru = \"а\" } }"
        .replace('\n', " ");
    assert_eq!(
        problems(&[minimal("offices", "Office", &attributes)]),
        [
            "offices: Office would have two fields `regionCode`: the attribute `region_code` needs another code",
            "offices: OfficeFilter would have two fields `and`: give the attribute another code",
        ]
    );
}

#[test]
fn an_unfit_dictionary_does_not_take_the_others_down() {
    let library = Library::new(QueryLimits::default());
    let unfit = "code = \"bases\"\ntype = \"Basis\"\nname = { ru = \"Основания\" }\npassport = { owner = \"Кто-то\", access = \"public\" }";
    let referring = "code = \"acts\"\ntype = \"Act\"\nname = { ru = \"Акты\" }\npassport = { owner = \"Кто-то\", access = \"public\" }
        attributes = [{ code = \"base\", type = \"reference\", to = \"bases\", label = { ru = \"Основание\" } }]";
    library.publish("2020-01-01T00:00:00Z", "Начало", &library.edit().define(unfit).define(referring).changes);
    assert_eq!(library.data("{ acts { nodes { baseCode } } }"), json!({ "acts": { "nodes": [] } }));
    let api: &DataApi = &library.api;
    assert!(api.sdl(&Authority::anonymous()).is_ok_and(|sdl| !sdl.contains("  base(")));
    // The feed has no names of its own for a dictionary, so it tells of this one all the same.
    let page = &library.data("{ changes(dictionaries: \"bases\") { nodes { dictionary } } }")["changes"];
    assert_eq!(page["nodes"][1]["dictionary"], "bases");
}
