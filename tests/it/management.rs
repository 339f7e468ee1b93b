//! The management API on both engines, asked in process: what it answers to whom, what it refuses, and what a subscriber is told.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use serde_json::{Value, json};
use svod::app::acting::Caller;
use svod::app::import::ImportOptions;
use svod::domain::account::AccountId;
use svod::graphql::door::{Outgoing, Request, Response, ResponseKind};
use svod::graphql::{ManagementApi, ManagementLimits};

use crate::harness::{Database, Instance, TODAY};
use crate::publication::{OFFICES, REGIONS, on};

on_both_engines!(
    dictionaries_tell_passport_structure_and_editions,
    items_are_answered_in_both_times,
    what_refers_to_an_item_is_listed,
    two_publications_are_compared,
    pages_go_on_and_cursors_belong_to_their_list,
    what_one_may_not_see_is_not_there,
    a_page_of_histories_asks_the_database_once,
    subscribers_are_told_every_publication_once,
);

/// Runs a future to its end on a small runtime of its own.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
}

pub fn api(instance: &Instance) -> ManagementApi {
    ManagementApi::new(Arc::clone(&instance.svod), ManagementLimits::default())
}

pub fn anonymous() -> Caller {
    Caller::anonymous("127.0.0.1", "request-1")
}

pub fn operator(instance: &Instance) -> Caller {
    instance.svod.acts.built_in(AccountId::OPERATOR, "command line").unwrap()
}

pub fn request(query: &str) -> Request {
    Request { query: query.to_owned(), operation_name: None, variables: serde_json::Map::new(), is_get: false }
}

pub fn respond(instance: &Instance, caller: Caller, query: &str) -> Response {
    block_on(api(instance).execute(caller, request(query)))
}

pub fn ask(instance: &Instance, caller: Caller, query: &str) -> Value {
    serde_json::from_slice(&respond(instance, caller, query).body).unwrap()
}

/// What is answered without an error.
pub fn data(instance: &Instance, caller: Caller, query: &str) -> Value {
    let mut answer = ask(instance, caller, query);
    assert_eq!(answer["errors"], Value::Null, "{answer}");
    answer["data"].take()
}

fn public(toml: &str) -> String {
    toml.replace(r#"passport = { owner = "Управление" }"#, r#"passport = { owner = "Управление", access = "public" }"#)
}

/// Two public dictionaries and one that only its readers may see.
fn published(database: &Database) -> Instance {
    let instance = database.open();
    let regions = public(REGIONS).replace(r#"type = "Region""#, "type = \"Region\"\ndisplay = \"name\"");
    instance.define(&regions, Some("code,name\n01,Алтайский край\n02,Башкортостан\n")).unwrap();
    let items = "code,parent,name,region,number\n1,,Главная,01,1\n2,1,Районная,01,2\n3,1,Городская,02,3\n";
    instance.define(&public(OFFICES), Some(items)).unwrap();
    instance
}

const SECRETS: &str = r#"
code = "secrets"
type = "Secret"
name = { ru = "Тайны" }
passport = { owner = "Управление", access = "restricted" }
attributes = [{ code = "name", type = "string", label = { ru = "Наименование" } }]
"#;

fn dictionaries_tell_passport_structure_and_editions(database: Database) {
    let instance = published(&database);
    instance.import("offices", "code,name\n2,Районная 2\n", &on("2026-12-01")).unwrap();
    let answer = data(
        &instance,
        anonymous(),
        r#"{ dictionaries(search: "ОРГ") { totalCount nodes { code } }
            dictionary(code: "offices") { name { ru en } owner access display isHierarchical itemsCount definition
              attributes { code type required label { ru en } to check } rules { code message { en } } approval { fourEyes stages { quorum } }
              edition { number changed publication { number title editions { dictionaryCode number } } }
              editions(first: 1) { totalCount nodes { number added digest } pageInfo { hasNextPage endCursor } } } }"#,
    );
    assert_eq!(answer["dictionaries"], json!({ "totalCount": 1, "nodes": [{ "code": "offices" }] }));
    let offices = &answer["dictionary"];
    assert_eq!(offices["access"], "PUBLIC");
    assert_eq!(offices["definition"]["attributes"][1]["to"], "regions");
    let region = json!({ "code": "region", "type": "REFERENCE", "required": false, "label": { "ru": "Регион", "en": null }, "to": "regions", "check": "STRICT" });
    assert_eq!(offices["attributes"][1], region);
    assert_eq!(offices["rules"][0], json!({ "code": "district_has_parent", "message": { "en": "A district needs a parent" } }));
    assert_eq!(offices["edition"]["number"], 2);
    assert_eq!(offices["edition"]["publication"]["editions"], json!([{ "dictionaryCode": "offices", "number": 2 }]));
    assert_eq!(offices["editions"]["totalCount"], 2);
    assert_eq!(offices["editions"]["pageInfo"]["hasNextPage"], true);
}

fn items_are_answered_in_both_times(database: Database) {
    let instance = published(&database);
    instance.import("offices", "code,name\n2,Районная 2\n", &on("2026-12-01")).unwrap();
    instance.import("regions", "code,name\n02,Республика Башкортостан\n", &on("2026-12-01")).unwrap();
    let answer = data(
        &instance,
        anonymous(),
        r#"{ dictionary(code: "offices") {
            now: item(code: "2") { code name parent { name parent { code } } attributes validFrom validTo publication { number }
              references { attribute code name item { dictionary { code } } }
              timeline { validFrom name publication { number } } history { name publication { number } supersededIn { number } } }
            later: item(code: "2", validOn: "2026-12-01") { name validFrom }
            asKnown: item(code: "2", validOn: "2026-12-01", publication: 2) { name references { name } }
            before: item(code: "2", publication: 1) { name }
            three: item(code: "3", validOn: "2027-01-01") { references { name } }
            threeThen: item(code: "3", validOn: "2027-01-01", publication: 3) { references { name } }
            absent: item(code: "9") { name }
            found: items(search: "районная", first: 5) { nodes { code } }
            roots: items(rootsOnly: true) { totalCount nodes { code } }
            children: items(parent: "1", validOn: "2026-12-05") { totalCount nodes { code name } }
            itemTimeline(code: "2") { validTo }
            itemHistory(code: "2", publication: 2) { name } } }"#,
    );
    let offices = &answer["dictionary"];
    assert_eq!(offices["now"]["name"], "Районная");
    assert_eq!(offices["now"]["parent"], json!({ "name": "Главная", "parent": null }));
    assert_eq!(offices["now"]["attributes"], json!({ "name": "Районная", "region": "01", "number": 2 }));
    assert_eq!(offices["now"]["validTo"], "2026-12-01");
    let region = json!({ "attribute": "region", "code": "01", "name": "Алтайский край", "item": { "dictionary": { "code": "regions" } } });
    assert_eq!(offices["now"]["references"], json!([region]));
    assert_eq!(offices["now"]["timeline"].as_array().unwrap().len(), 2);
    let spans: Vec<Value> = offices["now"]["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| json!([entry["publication"]["number"], entry["supersededIn"]["number"]]))
        .collect();
    assert_eq!(spans, [json!([2, 3]), json!([3, null]), json!([3, null])]);
    assert_eq!(offices["three"]["references"], json!([{ "name": "Республика Башкортостан" }]));
    assert_eq!(offices["threeThen"]["references"], json!([{ "name": "Башкортостан" }]));
    assert_eq!(offices["later"], json!({ "name": "Районная 2", "validFrom": "2026-12-01" }));
    assert_eq!(offices["asKnown"]["name"], "Районная", "at publication 2 nobody knew better");
    assert_eq!(offices["before"], Value::Null);
    assert_eq!(offices["absent"], Value::Null);
    assert_eq!(offices["found"]["nodes"], json!([{ "code": "2" }]));
    assert_eq!(offices["roots"], json!({ "totalCount": 1, "nodes": [{ "code": "1" }] }));
    assert_eq!(offices["children"]["nodes"], json!([{ "code": "2", "name": "Районная 2" }, { "code": "3", "name": "Городская" }]));
    assert_eq!(offices["itemHistory"], json!([{ "name": "Районная" }]));
}

fn what_refers_to_an_item_is_listed(database: Database) {
    let instance = published(&database);
    let secrets = SECRETS
        .replace("attributes = [", r#"attributes = [{ code = "region", type = "reference", to = "regions", label = { ru = "Регион" } },"#);
    instance.define(&secrets, Some("code,region\n1,01\n")).unwrap();
    let query = r#"{ dictionary(code: "regions") { item(code: "01") { usages(first: 10) { totalCount
        nodes { dictionaryCode code attribute onRetire check validFrom item { name } } } } }
        resolve(dictionary: "offices", code: "2") { items { code } path { code } }
        absent: resolve(dictionary: "offices", code: "9") { items { code } }
        hidden: resolve(dictionary: "secrets", code: "1") { items { code } } }"#;
    let seen = data(&instance, anonymous(), query);
    let usage = |code: &str, name: &str| {
        json!({ "dictionaryCode": "offices", "code": code, "attribute": "region", "onRetire": "BLOCK", "check": "STRICT", "validFrom": null,
                "item": { "name": name } })
    };
    let usages = json!({ "totalCount": 2, "nodes": [usage("1", "Главная"), usage("2", "Районная")] });
    assert_eq!(seen["dictionary"]["item"]["usages"], usages);
    assert_eq!(seen["resolve"], json!({ "items": [{ "code": "2" }], "path": [] }));
    assert_eq!((&seen["absent"], &seen["hidden"]), (&Value::Null, &Value::Null));
    let all = data(&instance, operator(&instance), query);
    assert_eq!(all["dictionary"]["item"]["usages"]["totalCount"], 3);
}

fn two_publications_are_compared(database: Database) {
    let instance = published(&database);
    instance.import("regions", "code,name\n02,Республика Башкортостан\n", &ImportOptions::default()).unwrap();
    instance.import("offices", "code,parent,name,region\n2,1,Районная,02\n4,1,Новая,01\n", &ImportOptions::default()).unwrap();
    let query = |from: i64, to: i64, first: i32, after: &str| {
        format!(
            r#"{{ diff(dictionary: "offices", from: {{ publication: {from} }}, to: {{ publication: {to} }}, first: {first}, after: {after}) {{
                counts {{ added changed removed }} definition {{ path }} items {{ totalCount pageInfo {{ hasNextPage endCursor }} nodes {{ code kind
                before {{ name }} after {{ name attributes }} differences {{ validFrom subject attribute before after beforeNames {{ code name }} afterNames {{ code name }} }} }} }} }} }}"#
        )
    };
    let first = data(&instance, anonymous(), &query(2, 4, 1, "null"))["diff"].take();
    assert_eq!(first["counts"], json!({ "added": 1, "changed": 1, "removed": 0 }));
    assert_eq!((&first["items"]["totalCount"], &first["items"]["pageInfo"]["hasNextPage"]), (&json!(2), &json!(true)));
    let changed = &first["items"]["nodes"][0];
    assert_eq!((&changed["code"], &changed["kind"]), (&json!("2"), &json!("CHANGED")));
    let difference = json!({ "validFrom": TODAY, "subject": "ATTRIBUTE", "attribute": "region", "before": "01", "after": "02",
        "beforeNames": [{ "code": "01", "name": "Алтайский край" }], "afterNames": [{ "code": "02", "name": "Республика Башкортостан" }] });
    assert_eq!(changed["differences"], json!([difference]));
    let rest = data(&instance, anonymous(), &query(2, 4, 10, &first["items"]["pageInfo"]["endCursor"].to_string()))["diff"].take();
    assert_eq!(rest["items"]["nodes"].as_array().unwrap().len(), 1);
    assert_eq!((&rest["items"]["nodes"][0]["code"], &rest["items"]["nodes"][0]["kind"]), (&json!("4"), &json!("ADDED")));
    let back = data(&instance, anonymous(), &query(4, 2, 10, "null"))["diff"].take();
    assert_eq!(back["counts"], json!({ "added": 0, "changed": 1, "removed": 1 }));
    assert_eq!(back["items"]["nodes"][0]["differences"][0]["afterNames"], json!([{ "code": "01", "name": "Алтайский край" }]));
    let future = ask(&instance, anonymous(), &query(2, 9, 1, "null"));
    assert_eq!(future["errors"][0]["extensions"]["code"], "PUBLICATION_UNKNOWN");
    let hidden = data(&instance, anonymous(), &query(2, 4, 1, "null").replace("\"offices\"", "\"secrets\""));
    assert_eq!(hidden["diff"], Value::Null);
}

fn pages_go_on_and_cursors_belong_to_their_list(database: Database) {
    let instance = published(&database);
    let rows: String = (10..40).map(|code| format!("{code},Край {code}\n")).collect();
    instance.import("regions", &format!("code,name\n{rows}"), &ImportOptions::default()).unwrap();
    let mut codes: Vec<String> = Vec::new();
    let mut after = "null".to_owned();
    let mut pages = 0;
    while pages < 10 {
        let page = data(
            &instance,
            anonymous(),
            &format!(
                r#"{{ dictionary(code: "regions") {{ items(first: 10, after: {after}) {{ totalCount edges {{ cursor node {{ code }} }} pageInfo {{ hasNextPage endCursor }} }} }} }}"#
            ),
        );
        let items = &page["dictionary"]["items"];
        assert_eq!(items["totalCount"], 32);
        codes.extend(items["edges"].as_array().unwrap().iter().map(|edge| edge["node"]["code"].as_str().unwrap().to_owned()));
        pages += 1;
        after = items["pageInfo"]["endCursor"].to_string();
        if items["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!((pages, codes.len()), (4, 32));
    assert!(codes.is_sorted());
    let search = |first: i32, after: &str| {
        let query = format!(
            r#"{{ dictionary(code: "regions") {{ items(search: "край", first: {first}, after: {after}) {{ nodes {{ code }} pageInfo {{ endCursor }} }} }} }}"#
        );
        ask(&instance, anonymous(), &query)
    };
    let all = search(40, "null")["data"]["dictionary"]["items"]["nodes"].clone();
    let first = search(7, "null");
    let rest = search(40, &first["data"]["dictionary"]["items"]["pageInfo"]["endCursor"].to_string());
    let joined: Vec<Value> =
        [&first, &rest].into_iter().flat_map(|page| page["data"]["dictionary"]["items"]["nodes"].as_array().unwrap().clone()).collect();
    assert_eq!(Value::from(joined), all);
    let foreign = search(1, &after);
    assert_eq!(foreign["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{foreign}");
    let numbers = data(&instance, anonymous(), "{ publications(first: 2) { totalCount nodes { number } pageInfo { endCursor } } }");
    assert_eq!(numbers["publications"]["nodes"], json!([{ "number": 3 }, { "number": 2 }]));
    let cursor = &numbers["publications"]["pageInfo"]["endCursor"];
    let last = data(
        &instance,
        anonymous(),
        &format!("{{ publications(first: 2, after: {cursor}) {{ nodes {{ number }} pageInfo {{ hasNextPage }} }} }}"),
    );
    assert_eq!(last["publications"], json!({ "nodes": [{ "number": 1 }], "pageInfo": { "hasNextPage": false } }));
}

fn what_one_may_not_see_is_not_there(database: Database) {
    let instance = published(&database);
    instance.define(SECRETS, Some("code,name\n1,Тайна\n")).unwrap();
    let query = r#"{ dictionaries { totalCount nodes { code } } dictionary(code: "secrets") { items { nodes { name } } }
        publication(number: 3) { number publishedAt title basis { number } editions { dictionaryCode } } publications { totalCount } }"#;
    let hidden = data(&instance, anonymous(), query);
    assert_eq!(hidden["dictionaries"], json!({ "totalCount": 2, "nodes": [{ "code": "offices" }, { "code": "regions" }] }));
    assert_eq!(hidden["dictionary"], Value::Null);
    let instant = "2026-11-22T09:00:00.000Z";
    assert_eq!(hidden["publication"], json!({ "number": 3, "publishedAt": instant, "title": "", "basis": null, "editions": [] }));
    assert_eq!(hidden["publications"]["totalCount"], 3, "numbers have no gap for anybody");
    let seen = data(&instance, operator(&instance), query);
    assert_eq!(seen["dictionary"]["items"]["nodes"], json!([{ "name": null }]));
    assert_eq!(seen["publication"]["editions"], json!([{ "dictionaryCode": "secrets" }]));
}

fn a_page_of_histories_asks_the_database_once(database: Database) {
    statements::prepare();
    let instance = published(&database);
    let rows: String = (10..60).map(|code| format!("{code},Край {code}\n")).collect();
    instance.import("regions", &format!("code,name\n{rows}"), &ImportOptions::default()).unwrap();
    let query = r#"{ dictionary(code: "regions") { items(first: 50) { nodes { code history { validFrom attributes } } } } }"#;
    let (answer, statements) = statements::counted(|| data(&instance, anonymous(), query));
    let items = answer["dictionary"]["items"]["nodes"].as_array().unwrap();
    assert!(items.len() == 50 && items.iter().all(|item| item["history"].as_array().unwrap().len() == 1));
    assert!((1..=6).contains(&statements), "{statements} statements");
}

fn subscribers_are_told_every_publication_once(database: Database) {
    let instance = published(&database);
    let api = api(&instance);
    let (sender, incoming) = futures_channel();
    let told = block_on(async {
        let mut outgoing = Box::pin(api.subscribe(anonymous(), incoming));
        sender.send(json!({ "type": "connection_init" }));
        assert_eq!(next(&mut outgoing).await["type"], "connection_ack");
        let query = "subscription { published { number title editions { dictionaryCode } } }";
        sender.send(json!({ "type": "subscribe", "id": "1", "payload": { "query": query } }));
        sender.send(json!({ "type": "subscribe", "id": "2", "payload": { "query": "{ dictionaries { totalCount } }" } }));
        let answer = next(&mut outgoing).await;
        assert_eq!(answer["payload"]["data"]["dictionaries"]["totalCount"], 2, "{answer}");
        assert_eq!(next(&mut outgoing).await, json!({ "type": "complete", "id": "2" }));
        let early = tokio::time::timeout(Duration::from_millis(50), outgoing.next()).await;
        assert!(early.is_err(), "nothing is published yet: {early:?}");
        // Three publications between two beats, of which one is not for this subscriber.
        instance.import("regions", "code,name\n03,Бурятия\n", &ImportOptions::default()).unwrap();
        instance.define(SECRETS, Some("code,name\n1,Тайна\n")).unwrap();
        instance.import("offices", "code,name\n2,Районная 2\n", &on("2026-12-01")).unwrap();
        instance.svod.acts.pulse.beat();
        let mut told = Vec::new();
        for _ in 0..2 {
            told.push(next(&mut outgoing).await["payload"]["data"]["published"]["number"].clone());
        }
        sender.send(json!({ "type": "complete", "id": "1" }));
        told
    });
    assert_eq!(told, [json!(3), json!(5)]);
}

/// The client's end of a connection.
pub struct Client(std::sync::mpsc::Sender<Vec<u8>>);

impl Client {
    pub fn send(&self, message: Value) {
        self.0.send(message.to_string().into_bytes()).unwrap();
    }
}

pub fn futures_channel() -> (Client, impl Stream<Item = Vec<u8>> + Send + 'static) {
    let (sender, receiver) = std::sync::mpsc::channel();
    let incoming = futures_util::stream::unfold(receiver, |receiver| async move {
        loop {
            match receiver.try_recv() {
                Ok(message) => return Some((message, receiver)),
                Err(std::sync::mpsc::TryRecvError::Empty) => tokio::time::sleep(Duration::from_millis(5)).await,
                Err(std::sync::mpsc::TryRecvError::Disconnected) => return None,
            }
        }
    });
    (Client(sender), incoming)
}

pub async fn next(outgoing: &mut (impl Stream<Item = Outgoing> + Unpin)) -> Value {
    let message = tokio::time::timeout(Duration::from_secs(20), outgoing.next()).await.expect("nothing is told").expect("the end");
    match message {
        Outgoing::Text(text) => serde_json::from_str(&text).unwrap(),
        Outgoing::Close(code, reason) => panic!("closed: {code} {reason}"),
    }
}

#[test]
fn wrong_requests_are_told_what_is_wrong() {
    let database = Database::sqlite();
    let instance = published(&database);
    let refused = |query: &str| -> (ResponseKind, String) {
        let response = respond(&instance, anonymous(), query);
        let answer: Value = serde_json::from_slice(&response.body).unwrap();
        (response.kind, answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned())
    };
    let error = |code: &str| (ResponseKind::RequestError, code.to_owned());
    assert_eq!(refused("{"), error("GRAPHQL_PARSE_FAILED"));
    assert_eq!(refused("{ nothing }"), error("GRAPHQL_VALIDATION_FAILED"));
    assert_eq!(refused("subscription { published { number } }"), error("SUBSCRIPTION_NEEDS_WEBSOCKET"));
    let deep =
        format!(r#"{{ dictionary(code: "offices") {{ item(code: "1") {{ {} code {} }} }} }}"#, "parent {".repeat(15), "}".repeat(15));
    assert_eq!(refused(&deep), error("LIMIT_EXCEEDED"));
    let wide = r#"{ dictionaries(first: 200) { nodes { items(first: 200) { nodes { code } } } } }"#;
    assert_eq!(refused(wide), error("LIMIT_EXCEEDED"));
    assert_eq!(refused(&format!("{{ dictionaries {{ totalCount }} }}{}", " ".repeat(70_000))), error("LIMIT_EXCEEDED"));
    assert_eq!(refused("{ dictionaries(first: 201) { totalCount } }").1, "LIMIT_EXCEEDED");
    assert_eq!(refused(r#"{ dictionary(code: "offices") { item(code: "1", validOn: "01.02.2024") { code } } }"#).1, "BAD_USER_INPUT");
    let unknown = refused(r#"{ dictionary(code: "offices") { item(code: "1", publication: 9) { code } } }"#);
    assert_eq!(unknown, (ResponseKind::Executed, "PUBLICATION_UNKNOWN".to_owned()));
    let twice = refused(r#"{ dictionary(code: "offices") { items(parent: "1", rootsOnly: true) { totalCount } } }"#);
    assert_eq!(twice.1, "BAD_USER_INPUT");
}

#[test]
fn introspection_fits_into_the_limits() {
    let instance = published(&Database::sqlite());
    let types = "kind name ".to_owned() + &"ofType { kind name ".repeat(9) + &"}".repeat(9);
    let query = format!(
        "query IntrospectionQuery {{ __schema {{ queryType {{ name }} mutationType {{ name }} subscriptionType {{ name }} types {{ ...FullType }}
           directives {{ name description locations args {{ ...InputValue }} }} }} }}
         fragment FullType on __Type {{ kind name description specifiedByURL fields(includeDeprecated: true) {{ name description
           args(includeDeprecated: true) {{ ...InputValue }} type {{ ...TypeRef }} isDeprecated deprecationReason }}
           inputFields(includeDeprecated: true) {{ ...InputValue }} interfaces {{ ...TypeRef }}
           enumValues(includeDeprecated: true) {{ name description isDeprecated deprecationReason }} possibleTypes {{ ...TypeRef }} }}
         fragment InputValue on __InputValue {{ name description type {{ ...TypeRef }} defaultValue isDeprecated deprecationReason }}
         fragment TypeRef on __Type {{ {types} }}"
    );
    let answer = data(&instance, anonymous(), &query);
    assert_eq!(answer["__schema"]["queryType"]["name"], "Query");
}

#[test]
fn the_schema_in_the_repository_is_the_printed_one() {
    let kept = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/graphql/schema.graphql")).unwrap();
    assert_eq!(ManagementApi::sdl(), kept, "run make generate");
}

/// Counts the statements that the databases of this process are sent, in tests that run in a process of their own each.
pub mod statements {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};

    static COUNT: AtomicUsize = AtomicUsize::new(0);

    fn count_queries(event: InstrumentationEvent<'_>) {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            COUNT.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn instrumentation() -> Option<Box<dyn Instrumentation>> {
        Some(Box::new(count_queries))
    }

    /// To be called before the database is opened.
    pub fn prepare() {
        set_default_instrumentation(instrumentation).unwrap();
    }

    pub fn counted<T>(act: impl FnOnce() -> T) -> (T, usize) {
        let before = COUNT.load(Ordering::Relaxed);
        let done = act();
        (done, COUNT.load(Ordering::Relaxed) - before)
    }
}
