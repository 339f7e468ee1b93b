//! The feed's promises: contiguous, ordered, told the same for ever, provably equal, and nothing of what one may not see.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

use serde_json::Value;
use svod::app::feed::{FeedRequest, FeedView, START};
use svod::domain::account::Authority;
use svod::domain::feed::Position;
use svod::query::{Caller, DataApi, QueryLimits, Request};

use crate::annulment::{annul, published, retired, say};
use crate::binary::{Server, complained, defined, root, run, write};
use crate::change_request::code;
use crate::feed_copy::Copy;
use crate::harness::{Database, Instance};
use crate::publication::{OFFICES, offices, on};

on_both_engines!(
    every_change_is_told_once_in_order_and_proves_itself,
    every_event_is_as_its_published_schema_says,
    any_page_size_and_any_place_to_resume_tell_the_same,
    a_snapshot_and_what_follows_is_the_whole,
    what_one_may_not_see_is_not_told,
    cursors_are_refused_by_name,
    a_big_event_is_thin_and_its_link_is_whole,
    followers_pull_and_wait_and_are_streamed_to,
    a_snapshot_that_broke_off_is_gone_on_with,
    what_is_asked_wrongly_is_refused_by_name,
    the_data_api_tells_the_same,
);

/// A service with publications of every kind: items added, changed, retired, annulled, restored; a definition changed twice; and a
/// dictionary that only its readers may see.
fn eventful(database: &Database) -> Instance {
    let instance = offices(database);
    instance.import("offices", "code,name,number\n2,Районная вторая,22\n4,Новая,4\n", &on("2026-12-01")).unwrap();
    let wider = OFFICES.replace(
        "  { code = \"number\"",
        "  { code = \"phone\", type = \"string\", label = { ru = \"Телефон\" } },\n  { code = \"number\"",
    );
    instance.define(&wider, Some("code,parent,name,region,number,phone\n1,,Главная,01,1,123\n")).unwrap();
    let timeline = retired(published(&instance, "offices", "2"), "2027-01-01", &["3"]);
    say(&instance, "offices", "2", &timeline, false).unwrap();
    let timeline = published(&instance, "offices", "4");
    annul(&instance, "offices", &["4"]).unwrap();
    say(&instance, "offices", "4", &timeline, true).unwrap();
    let secret = "code = \"secrets\"\ntype = \"Secret\"\nname = { ru = \"Тайное\" }\npassport = { owner = \"Управление\", access = \"restricted\" }\n\
                  attributes = [{ code = \"name\", type = \"string\", label = { ru = \"Имя\" } }]\n";
    instance.define(secret, Some("code,name\nx,тайна\n")).unwrap();
    instance.import("regions", "code,name\n02,Республика Башкортостан\n03,Бурятия\n", &on("2026-12-01")).unwrap();
    instance
}

fn everybody(instance: &Instance) -> FeedView {
    instance.svod.feed.view(&instance.operator().authority, &FeedRequest::default()).unwrap()
}

fn read_all(instance: &Instance, view: &FeedView, from: &Position, events_max: usize) -> Vec<Value> {
    let (mut position, mut events) = (from.clone(), Vec::new());
    loop {
        let page = instance.svod.feed.read(view, &position, events_max).unwrap();
        assert!(page.events.len() <= events_max);
        events.extend(page.events.iter().map(|event| {
            let json: Value = serde_json::from_str(&event.json).unwrap();
            assert_eq!((json["id"].as_str(), json["cursor"].as_str()), (Some(event.id.as_str()), Some(event.cursor.as_str())));
            assert_eq!(event.position.event_id(), event.id);
            json
        }));
        if page.is_at_end {
            return events;
        }
        position = page.position;
    }
}

fn kinds(events: &[Value]) -> Vec<String> {
    events
        .iter()
        .map(|event| format!("{} {}", event["id"].as_str().unwrap(), event["type"].as_str().unwrap().trim_start_matches("svod.")))
        .collect()
}

fn every_change_is_told_once_in_order_and_proves_itself(database: Database) {
    let instance = eventful(&database);
    let view = everybody(&instance);
    let events = read_all(&instance, &view, &Position::START, 1_000);
    let mut copy = Copy::default();
    copy.take_all(&events);
    assert_eq!(copy.publication, instance.seq());
    assert_eq!(instance.svod.feed.lag(&view, &Position::START).events, events.len() as i64);
    for (at, event) in events.iter().enumerate() {
        let position = instance.svod.feed.position_of(event["cursor"].as_str().unwrap()).unwrap();
        assert_eq!(instance.svod.feed.lag(&view, &position).events, (events.len() - at - 1) as i64, "{event}");
    }
    let told = kinds(&events);
    for expected in [
        "1.opened publication.opened",
        "1.regions.0 definition.changed",
        "1.regions.2 item.added",
        "3.offices.1 item.changed",
        "3.offices.2 item.added",
        "4.offices.0 definition.changed",
        "4.offices.1 item.changed",
        "5.offices.1 item.retired",
        "6.offices.1 item.annulled",
        "7.offices.1 item.restored",
        "8.secrets.1 item.added",
        "9.closed publication.closed",
    ] {
        assert!(told.iter().any(|told| told == expected), "{expected}: {told:#?}");
    }
    let changed = &events.iter().find(|event| event["id"] == "3.offices.1").unwrap()["data"]["changed"];
    assert_eq!(changed, &serde_json::json!({ "attributes": ["name", "number"], "parent": false, "validity": false, "retirement": false }));
    // A service that was opened anew tells the same, byte for byte.
    let again = database.open();
    let view = everybody(&again);
    assert_eq!(read_all(&again, &view, &Position::START, 1_000), events);
}

/// The schema as it is published, by the address that an event names.
fn schema_of(event: &Value) -> (String, jsonschema::Validator) {
    let name = event["dataschema"].as_str().unwrap().rsplit('/').next().unwrap();
    let text = std::fs::read_to_string(root().join("feed/schemas").join(name)).unwrap();
    let schema = serde_json::from_str(&text).unwrap();
    (name.to_owned(), jsonschema::draft202012::options().should_validate_formats(true).build(&schema).unwrap())
}

/// What is wrong with an event by its schema.
pub fn against_schema(event: &Value) -> Vec<String> {
    schema_of(event).1.iter_errors(event).map(|error| error.to_string()).collect()
}

fn every_event_is_as_its_published_schema_says(database: Database) {
    let instance = eventful(&database);
    let texts = "code = \"texts\"\ntype = \"Note\"\nname = { ru = \"Тексты\" }\npassport = { owner = \"Управление\", access = \"public\" }\n\
                 attributes = [{ code = \"body\", type = \"text\", label = { ru = \"Текст\" } }]\n";
    instance.define(texts, Some(&format!("code,body\n1,{}\n", "длинный ".repeat(20_000)))).unwrap();
    let events = read_all(&instance, &everybody(&instance), &Position::START, 1_000);
    let mut seen = BTreeSet::new();
    for event in &events {
        let (name, validator) = schema_of(event);
        assert_eq!(against_schema(event), Vec::<String>::new(), "{event}");
        // What a schema says of one type does not hold for the others.
        let mut other = event.clone();
        other["type"] = "svod.item.renamed".into();
        assert!(!validator.is_valid(&other));
        seen.insert(name);
    }
    assert_eq!(seen.len(), 8, "events of every type were looked at: {seen:?}");
}

fn any_page_size_and_any_place_to_resume_tell_the_same(database: Database) {
    let instance = eventful(&database);
    let view = everybody(&instance);
    let events = read_all(&instance, &view, &Position::START, 1_000);
    for events_max in [1, 2, 3, 7] {
        assert_eq!(read_all(&instance, &view, &Position::START, events_max), events, "{events_max} at a time");
    }
    for (at, event) in events.iter().enumerate() {
        let position = instance.svod.feed.position_of(event["cursor"].as_str().unwrap()).unwrap();
        assert_eq!(read_all(&instance, &view, &position, 1_000), events[at + 1..], "after {}", event["id"]);
        let by_id = instance.svod.feed.event_by_id(&view, event["id"].as_str().unwrap()).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&by_id.json).unwrap(), *event);
    }
    for unknown in ["3.offices.3", "3.courts.0", "3.regions.0", "99.opened", "0.closed", "x"] {
        assert_eq!(instance.svod.feed.event_by_id(&view, unknown).unwrap_err().code(), "not_found", "{unknown}");
    }
}

fn a_snapshot_and_what_follows_is_the_whole(database: Database) {
    let instance = eventful(&database);
    let view = everybody(&instance);
    let mut whole = Copy::default();
    whole.take_all(&read_all(&instance, &view, &Position::START, 1_000));
    for publication in 0..=instance.seq() {
        let snapshot = instance.svod.feed.snapshot(&view, Some(publication)).unwrap();
        let mut text = Vec::new();
        snapshot.write(&mut text).unwrap();
        let mut copy = Copy::of_snapshot(str::from_utf8(&text).unwrap());
        let position = instance.svod.feed.position_of(copy.cursor.as_deref().unwrap()).unwrap();
        assert_eq!(position, Position::after(publication));
        copy.take_all(&read_all(&instance, &view, &position, 1_000));
        assert_eq!(copy.state(), whole.state(), "from publication {publication} on");
    }
    let future = instance.svod.feed.snapshot(&view, Some(99)).map(|_| ()).unwrap_err();
    assert_eq!(future.code(), "publication_unknown");
}

fn what_one_may_not_see_is_not_told(database: Database) {
    let instance = eventful(&database);
    let nobody = instance.svod.feed.view(&Authority::anonymous(), &FeedRequest::default()).unwrap();
    let events = read_all(&instance, &nobody, &Position::START, 1_000);
    let mut copy = Copy::default();
    copy.take_all(&events);
    assert_eq!(copy.publication, instance.seq(), "the numbers have no gap for anybody");
    assert!(!serde_json::to_string(&events).unwrap().contains("secrets"), "nothing is told of what one may not see");
    let opened = &events.iter().find(|event| event["id"] == "8.opened").unwrap()["data"];
    assert_eq!((&opened["title"], &opened["dictionaries"]), (&Value::Null, &serde_json::json!([])), "{opened}");
    let asked = FeedRequest { dictionaries: Some(vec![code("secrets")]), filter: None };
    assert_eq!(instance.svod.feed.view(&Authority::anonymous(), &asked).map(|_| ()).unwrap_err().code(), "not_found");
    assert_eq!(instance.svod.feed.event_by_id(&nobody, "8.secrets.1").unwrap_err().code(), "not_found");
    // Whoever asks for some dictionaries gets the numbers of all publications, with their titles.
    let asked = FeedRequest { dictionaries: Some(vec![code("regions")]), filter: None };
    let regions = instance.svod.feed.view(&Authority::anonymous(), &asked).unwrap();
    let events = read_all(&instance, &regions, &Position::START, 1_000);
    let mut copy = Copy::default();
    copy.take_all(&events);
    assert_eq!((copy.publication, copy.dictionaries.len()), (instance.seq(), 1));
    assert_eq!(events.iter().find(|event| event["id"] == "3.opened").unwrap()["data"]["title"].as_str().map(str::is_empty), Some(false));
    assert_eq!(instance.svod.feed.lag(&regions, &Position::START).events, events.len() as i64);
}

fn cursors_are_refused_by_name(database: Database) {
    let instance = offices(&database);
    let feed = &instance.svod.feed;
    let cursor = feed.cursor_of(&Position::after(2));
    assert_eq!(feed.position_of(&cursor).unwrap(), Position::after(2));
    assert_eq!(feed.position_of(START).unwrap(), Position::START);
    assert_eq!(feed.position_of(&feed.cursor_of(&Position::START)).unwrap(), Position::START);
    let refusal = |cursor: &str| feed.position_of(cursor).unwrap_err().code();
    for wrong in ["", "17", "offices", &cursor[1..], &format!("{cursor}A"), &cursor.to_lowercase()] {
        assert_eq!(refusal(wrong), "cursor_malformed", "{wrong}");
    }
    let other = Database::sqlite();
    let elsewhere = offices(&other);
    assert_eq!(refusal(&elsewhere.svod.feed.cursor_of(&Position::after(1))), "cursor_of_another_database");
    // What a backup knows nothing of: a publication that it does not have, and one that it has otherwise.
    instance.import("regions", "code,name\n01,Край\n", &on("2026-12-01")).unwrap();
    let later = instance.svod.feed.cursor_of(&Position::after(3));
    assert_eq!(feed.position_of(&later).unwrap(), Position::after(3));
    database.execute("DELETE FROM publication WHERE seq = 3; DELETE FROM edition WHERE published_seq = 3; DELETE FROM item_version WHERE published_seq = 3; UPDATE item_version SET superseded_seq = NULL");
    let restored = database.open();
    assert_eq!(restored.svod.feed.position_of(&later).unwrap_err().code(), "cursor_of_the_future");
    restored.import("regions", "code,name\n02,Край иной\n", &on("2026-12-01")).unwrap();
    assert_eq!(restored.svod.feed.position_of(&later).unwrap_err().code(), "cursor_of_another_history");
}

fn a_big_event_is_thin_and_its_link_is_whole(database: Database) {
    let instance = database.open();
    let toml = "code = \"texts\"\ntype = \"Note\"\nname = { ru = \"Тексты\" }\npassport = { owner = \"Управление\", access = \"public\" }\n\
                attributes = [{ code = \"body\", type = \"text\", label = { ru = \"Текст\" } }]\n";
    let long = "длинный ".repeat(20_000);
    instance.define(toml, Some(&format!("code,body\n1,короткий\n2,{long}\n"))).unwrap();
    let view = everybody(&instance);
    let events = read_all(&instance, &view, &Position::START, 1_000);
    let (short, thin) = (&events[2], &events[3]);
    assert!(short["data"]["link"].is_null() && short["data"]["after"].is_array());
    assert_eq!(thin["data"]["link"], "http://127.0.0.1:8080/feed/events/1.texts.2");
    assert!(thin["data"]["after"].is_null() && thin["data"]["before"].is_null());
    assert_eq!(thin["data"]["changed"]["attributes"], serde_json::json!(["body"]));
    let whole: Value = serde_json::from_str(&instance.svod.feed.event_by_id(&view, "1.texts.2").unwrap().json).unwrap();
    assert_eq!(whole["data"]["after"][0]["attributes"]["body"], long.trim());
}

/// Reads frames of a stream until some events came.
pub fn events_of_stream(reader: &mut impl BufRead, count: usize) -> Vec<(String, Value)> {
    let (mut events, mut id, mut name) = (Vec::new(), String::new(), String::new());
    while events.len() < count {
        let mut line = String::new();
        assert!(reader.read_line(&mut line).unwrap() > 0, "the stream ended after {} of {count} events", events.len());
        match line.trim_end().split_once(": ") {
            Some(("id", value)) => value.clone_into(&mut id),
            Some(("event", value)) => value.clone_into(&mut name),
            Some(("data", value)) if name.is_empty() => events.push((id.clone(), serde_json::from_str(value).unwrap())),
            _ if line.trim_end().is_empty() => name.clear(),
            _ => {}
        }
    }
    events
}

fn followers_pull_and_wait_and_are_streamed_to(database: Database) {
    defined(&database);
    let server = Server::start(&database);
    let base = format!("http://{}", server.address);
    let (status, body) = server.get("/feed?limit=3");
    assert_eq!(status, 200, "{body}");
    let batch: Vec<Value> = serde_json::from_str(&body).unwrap();
    assert_eq!(kinds(&batch), ["1.opened publication.opened", "1.offices.0 definition.changed", "1.offices.1 item.added"]);
    let cursor = batch[2]["cursor"].as_str().unwrap();
    let mut response = ureq::get(format!("{base}/feed?after={cursor}")).header("accept", "application/x-ndjson").call().unwrap();
    let rest: Vec<Value> = response.body_mut().read_to_string().unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut copy = Copy::default();
    copy.take_all(&batch);
    copy.take_all(&rest);
    assert_eq!(copy.publication, 1);
    let schema = batch[0]["dataschema"].as_str().unwrap();
    assert!(schema.starts_with(&base), "{schema}");

    // Whoever follows is told as soon as it is published, and so is whoever waits.
    let waiting = std::thread::spawn({
        let url = format!("{base}/feed?after=now&wait=30s&limit=1");
        move || {
            let mut response = ureq::get(url).call().unwrap();
            let cursor = response.headers()["svod-cursor"].to_str().unwrap().to_owned();
            (cursor, response.body_mut().read_json::<Value>().unwrap())
        }
    });
    let stream = ureq::get(format!("{base}/feed/stream")).call().unwrap();
    let mut reader = BufReader::new(stream.into_body().into_reader());
    let mut first = String::new();
    while !first.contains("data: ") {
        reader.read_line(&mut first).unwrap();
    }
    assert!(first.contains("event: position") && first.contains("\"publication\":1"), "{first}");
    write(&database, "new.csv", "code,name\n01,Алтайский край (новый)\n");
    let published = run(&database, &["import", "regions", "new.csv", "--on", "2029-01-01", "--publish"]);
    assert!(published.status.success(), "{}", complained(&published));
    let streamed = events_of_stream(&mut reader, 3);
    for (id, event) in &streamed {
        assert_eq!(event["cursor"], *id);
        copy.take(event);
    }
    assert_eq!(copy.publication, 2);
    let (cursor, waited) = waiting.join().unwrap();
    assert_eq!((waited[0]["id"].as_str(), waited[0]["cursor"].as_str()), (Some("2.opened"), Some(cursor.as_str())));

    // A stream that begins where another broke off.
    let resumed = ureq::get(format!("{base}/feed/stream")).header("last-event-id", &streamed[0].0).call().unwrap();
    let again = events_of_stream(&mut BufReader::new(resumed.into_body().into_reader()), 2);
    assert_eq!(again, streamed[1..]);
}

fn a_snapshot_that_broke_off_is_gone_on_with(database: Database) {
    defined(&database);
    let server = Server::start(&database);
    let base = format!("http://{}", server.address);
    let (status, whole) = server.get("/feed/snapshot?publication=1");
    assert_eq!((status, Copy::of_snapshot(&whole).publication), (200, 1));
    let ranged = |range: &str, tag: &str| {
        let request = ureq::get(format!("{base}/feed/snapshot?publication=1")).header("range", range);
        let mut response = if tag.is_empty() { request.call() } else { request.header("if-range", tag).call() }.unwrap();
        let tag = response.headers()["etag"].to_str().unwrap().to_owned();
        let mut text = Vec::new();
        response.body_mut().as_reader().read_to_end(&mut text).unwrap();
        (response.status().as_u16(), tag, String::from_utf8_lossy(&text).into_owned())
    };
    let (status, tag, part) = ranged("bytes=100-", "");
    assert_eq!((status, part.as_str()), (206, &whole[100..]));
    assert_eq!(ranged("bytes=100-199", &tag).2, whole[100..200]);
    assert_eq!(ranged("bytes=100-", "\"another\""), (200, tag, whole));
}

fn what_is_asked_wrongly_is_refused_by_name(database: Database) {
    defined(&database);
    let server = Server::start(&database);
    for (path, status, code) in [
        ("/feed/schemas/item.changed.v1.json", 200, "svod.item.changed"),
        ("/feed/schemas/item.renamed.v1.json", 404, "NOT_FOUND"),
        ("/feed/schemas/ping.v1.json", 200, "svod.ping"),
        ("/asyncapi.json", 200, "Svod: the change feed"),
        ("/feed?after=x", 400, "CURSOR_MALFORMED"),
        ("/feed?dictionaries=nothing", 404, "NOT_FOUND"),
        ("/feed?limit=10001", 400, "BAD_REQUEST"),
        ("/feed?filter=item.nmae", 400, "FILTER_MALFORMED"),
        ("/feed?afetr=now", 400, "BAD_REQUEST"),
        ("/feed/snapshot?publication=99", 409, "PUBLICATION_UNKNOWN"),
        ("/feed/events/99.opened", 404, "NOT_FOUND"),
        ("/feed/stream?after=x", 400, "CURSOR_MALFORMED"),
    ] {
        let (told, body) = server.get(path);
        assert_eq!(told, status, "{path}: {body}");
        assert!(body.contains(code), "{path}: {body}");
    }
}

/// Page by page, byte for byte, for those who see less and for those who see all.
fn the_data_api_tells_the_same(database: Database) {
    let instance = eventful(&database);
    let server = Server::start(&database);
    let ask = |query: &str| {
        let request = ureq::post(format!("http://{}/graphql/data", server.address));
        request.send_json(serde_json::json!({ "query": query })).unwrap().body_mut().read_to_string().unwrap()
    };
    for (size, dictionaries) in [(1_000, ""), (3, ""), (4, "regions"), (2, "offices,regions"), (5, ",")] {
        let codes: Vec<&str> = dictionaries.split(',').filter(|code| !code.is_empty()).collect();
        let (of_door, of_query) = match dictionaries {
            "" => (String::new(), String::new()),
            some => (format!("&dictionaries={some}"), format!(", dictionaries: {}", serde_json::json!(codes))),
        };
        let (mut after, mut count) = ("start".to_owned(), 0);
        loop {
            let request = ureq::get(format!("http://{}/feed?after={after}&limit={size}{of_door}", server.address));
            let mut pulled = request.header("accept", "application/x-ndjson").call().unwrap();
            let lines = pulled.body_mut().read_to_string().unwrap();
            let last: Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
            let cursor = last["cursor"].as_str().unwrap().to_owned();
            let nodes: Vec<String> = lines.lines().map(|line| format!("{{\"event\":{line}}}")).collect();
            let answer =
                ask(&format!("{{ changes(after: \"{after}\", first: {size}{of_query}) {{ nodes {{ event }} endCursor hasNextPage }} }}"));
            let page: Value = serde_json::from_str(&answer).unwrap();
            let has_next = &page["data"]["changes"]["hasNextPage"];
            let expected = format!(
                "{{\"data\":{{\"changes\":{{\"nodes\":[{}],\"endCursor\":\"{cursor}\",\"hasNextPage\":{has_next}}}}}}}",
                nodes.join(",")
            );
            assert_eq!(answer, expected);
            (after, count) = (cursor, count + nodes.len());
            if *has_next == false {
                break;
            }
            assert_eq!(nodes.len(), size, "only the last page may have fewer");
        }
        let asked =
            FeedRequest { dictionaries: (!dictionaries.is_empty()).then(|| codes.iter().map(|of| code(of)).collect()), filter: None };
        let view = instance.svod.feed.view(&Authority::anonymous(), &asked).unwrap();
        assert_eq!(count, read_all(&instance, &view, &Position::START, 1_000).len(), "{dictionaries}");
    }
    // What one may not see is told of like what is not there.
    let refusal = |arguments: &str| -> Value {
        let answer: Value = serde_json::from_str(&ask(&format!("{{ changes({arguments}) {{ endCursor }} }}"))).unwrap();
        answer["errors"][0].clone()
    };
    let (hidden, absent) = (refusal("dictionaries: \"secrets\""), refusal("dictionaries: \"nothing\""));
    assert_eq!(hidden["extensions"]["reason"], "NOT_FOUND");
    assert_eq!(hidden.to_string().replace("secrets", "nothing"), absent.to_string());
    let other = offices(&Database::sqlite()).svod.feed.cursor_of(&Position::after(1));
    for (cursor, reason) in [("17", "CURSOR_MALFORMED"), (other.as_str(), "CURSOR_OF_ANOTHER_DATABASE")] {
        let told = refusal(&format!("after: \"{cursor}\""));
        assert_eq!(told["extensions"], serde_json::json!({ "code": "BAD_USER_INPUT", "argument": "after", "reason": reason }));
    }

    let api = DataApi::new(instance.svod.reading.clone(), instance.svod.feed.clone(), QueryLimits::default());
    let caller = Caller { authority: Arc::new(instance.operator().authority), ..Caller::default() };
    let request = Request { query: "{ changes(first: 1000) { nodes { event } } }".into(), ..Request::default() };
    let answer: Value = serde_json::from_slice(&api.execute(caller, request).body).unwrap();
    let told: Vec<Value> = answer["data"]["changes"]["nodes"].as_array().unwrap().iter().map(|node| node["event"].clone()).collect();
    assert_eq!(told, read_all(&instance, &everybody(&instance), &Position::START, 1_000));
    assert!(told.iter().any(|event| event["id"] == "8.secrets.1"));
}
