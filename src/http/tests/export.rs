//! Files as clients get them, from a door that writes what a test needs.

use std::io;

use super::*;
use crate::http::services::PreparedExport;

/// An address that a path of the table of routes stands for.
pub fn address(path: &str) -> String {
    // Which assets there are depends on whether the console was built; the tests of `console` have some of their own.
    if path == "/assets/{file}" {
        return "/assets/licenses.txt".to_owned();
    }
    if path.starts_with("/{section:") {
        return if path.ends_with("{page:.*}") { "/dictionaries/offices/items/1" } else { "/dictionaries" }.to_owned();
    }
    let path = path.replace("{schema}", "item.changed.v1.json").replace("{job}", "1");
    path.replace("{file}", "offices.csv").replace("{dictionary}", "offices").replace("{projection}", "offices")
}

/// Writes the code of the dictionary as often as it takes for several pieces; some codes come to a bad end.
pub fn export_door() -> ExportDoor {
    let prepare = |authority: &Authority, dictionary: &str, asked: &crate::app::exporting::ExportRequest| {
        if dictionary == "secrets" && name_of(authority).is_none() {
            return Err(Error::not_found("there is no dictionary `secrets`"));
        }
        let code = dictionary.to_owned();
        let write = move |mut out: Box<dyn io::Write>| {
            let count = if code == "long" || code == "broken" { 100_000 } else { 1 };
            if code == "refused" {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "item 1, name: the character '₽' is not in windows-1251"));
            }
            for _ in 0..count {
                out.write_all(code.as_bytes())?;
            }
            match code.as_str() {
                "broken" => Err(io::Error::other("the disk is full")),
                "panic" => panic!("the dictionary said so"),
                _ => out.flush(),
            }
        };
        Ok(PreparedExport {
            file_name: format!("{dictionary}.csv"),
            entity_tag: format!("{dictionary}{}", asked.given().len()),
            media_type: "text/csv; charset=utf-8".to_owned(),
            write: Box::new(write),
        })
    };
    ExportDoor { prepare: Box::new(prepare) }
}

#[actix_web::test]
async fn a_file_comes_with_its_name_its_type_and_its_tag() {
    for uri in ["/export/offices.csv", "/export/offices/esnsi"] {
        let file = ask(get(uri, "*/*")).await;
        assert_eq!((file.status.as_u16(), file.text()), (200, "offices"), "{uri}");
        assert_eq!(file.header("content-disposition"), "attachment; filename=\"offices.csv\"");
        assert_eq!((file.header("content-type"), file.header("etag")), ("text/csv; charset=utf-8", "W/\"offices0\""));
        assert_eq!((file.header("cache-control"), file.header("vary")), ("public, no-cache", keeping::VARY));
        let kept = ask(get(uri, "*/*").insert_header(("if-none-match", "W/\"offices0\""))).await;
        assert_eq!((kept.status.as_u16(), kept.body.len(), kept.header("etag")), (304, 0, "W/\"offices0\""));
        let other = ask(get(&format!("{uri}?valid_on=2026-01-01"), "*/*").insert_header(("if-none-match", "W/\"offices0\""))).await;
        assert_eq!(other.status.as_u16(), 200, "other words make another file");
        let head = ask(TestRequest::default().method(actix_web::http::Method::HEAD).uri(uri)).await;
        assert_eq!((head.status.as_u16(), head.body.len(), head.header("etag")), (200, 0, "W/\"offices0\""));
    }
    assert_eq!(ask(get("/export/long.csv", "*/*")).await.body.len(), 400_000);
}

#[actix_web::test]
async fn what_can_be_told_beforehand_is_told() {
    let cases = [
        ("/export/offices", 404, "NOT_FOUND"),
        ("/export/offices.doc", 400, "FORMAT_UNKNOWN"),
        ("/export/offices.csv?valid_on=x", 400, "OPTION_INVALID"),
        ("/export/offices.csv?colour=red", 400, "OPTION_INVALID"),
        ("/export/offices.csv?header=true&header=false", 400, "OPTION_INVALID"),
        ("/export/secrets.csv", 404, "NOT_FOUND"),
        ("/export/refused.csv", 422, "EXPORT_REFUSED"),
        ("/export/panic.csv", 503, "UNAVAILABLE"),
    ];
    for (uri, status, code) in cases {
        let answered = ask(get(uri, "*/*")).await;
        assert_eq!((answered.status.as_u16(), answered.code().as_str()), (status, code), "{uri}: {}", answered.text());
        assert!(answered.header("etag").is_empty(), "{uri}");
    }
}

#[actix_web::test]
async fn a_file_that_breaks_off_is_never_taken_for_a_whole_one() {
    let state = web::Data::new(State::new(settings(), ready()));
    let application = init_service(application(state.clone())).await;
    let response = application.call(get("/export/broken.csv", "*/*").to_request()).await.expect("no layer fails");
    assert_eq!(response.status().as_u16(), 200, "the first pieces are on their way");
    assert!(actix_web::test::try_read_body(response).await.is_err(), "the body has an error and no end");
    // Whoever goes away in the middle leaves no thread behind.
    for _ in 0..4 {
        let response = application.call(get("/export/long.csv", "*/*").to_request()).await.expect("no layer fails");
        assert_eq!(response.status().as_u16(), 200);
        drop(response);
        while state.exports.load(Ordering::Relaxed) > 0 {
            actix_web::rt::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

#[actix_web::test]
async fn the_description_names_what_the_doors_take() {
    let described = ask(get("/openapi.json", "*/*")).await.json();
    assert_eq!(described["openapi"], "3.1.0");
    let parameters = described["paths"]["/export/{dictionary}.{format}"]["get"]["parameters"].as_array().expect("a list");
    let names: Vec<&str> = parameters.iter().filter_map(|parameter| parameter["name"].as_str()).collect();
    assert_eq!(names[..3], ["dictionary", "format", "valid_on"]);
    assert_eq!(names.len(), 2 + crate::app::exporting::PARAMETERS.len());
    let draft = &described["paths"]["/definition/draft"]["post"]["parameters"];
    assert_eq!(draft.as_array().map(Vec::len), Some(1 + crate::app::import_job::PROPOSAL_PARAMETER_NAMES.len()));
    assert!(described["paths"]["/export/{dictionary}/{projection}"]["get"]["responses"]["304"].is_object());
}

#[actix_web::test]
async fn the_schema_of_definitions_is_that_of_the_repository() {
    let answered = ask(get("/dictionary.schema.json", "*/*")).await;
    assert_eq!(answered.header("content-type"), "application/schema+json; charset=utf-8");
    let kept = include_str!("../../../dictionaries/dictionary.schema.json");
    assert_eq!(answered.json(), serde_json::from_str::<serde_json::Value>(kept).expect("it is JSON"));
}
