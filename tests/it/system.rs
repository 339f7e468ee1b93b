//! What the console shows beside content: how the service is, what was published week by week, how fresh dictionaries are, who may do what,
//! where a value comes from, and lists that are narrowed.

use serde_json::{Value, json};
use svod::app::system::SettingInForce;

use crate::change_request::{Office, add, office, person, retire, titled, update};
use crate::harness::{Database, Instance};
use crate::management::{anonymous, ask, data, operator};
use crate::publication::{OFFICES, REGIONS, on};

on_both_engines!(
    the_system_is_told_to_overseers,
    activity_counts_what_the_caller_may_read,
    dictionaries_tell_how_fresh_they_are_and_what_the_caller_is,
    each_value_is_blamed_on_its_publication,
    the_items_of_a_request_are_narrowed,
    requests_are_found_by_title_number_and_author,
);

const SECRETS: &str = r#"
code = "secrets"
type = "Secret"
name = { ru = "Тайны" }
approval = { four_eyes = false }
passport = { owner = "Управление", access = "restricted" }
attributes = [{ code = "name", type = "string", label = { ru = "Наименование" } }]
"#;

fn the_system_is_told_to_overseers(database: Database) {
    let Office { instance, maria, .. } = office(&database);
    let auditor = person(&database, &instance, 22, "auditor", &[("auditor", "")]);
    let query =
        "{ system { version engine engineVersion migration startedAt databaseBytes residentBytes publication { number } dictionariesCount
        itemsCount listenersCount importsQueued importsRunning health { name isGood detail since failedAt } settings { name value } } }";
    let system = data(&instance, auditor.clone(), query)["system"].take();
    let engine = if database.url.starts_with("sqlite:") { "SQLite" } else { "PostgreSQL" };
    assert_eq!((&system["engine"], &system["version"]), (&json!(engine), &json!(env!("CARGO_PKG_VERSION"))));
    assert!(system["engineVersion"].as_str().unwrap().starts_with(|sign: char| sign.is_ascii_digit()), "{system}");
    let latest = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations")).unwrap();
    let latest = latest.map(|entry| entry.unwrap()).filter(|entry| entry.path().is_dir()).map(|entry| entry.file_name()).max().unwrap();
    assert_eq!(system["migration"], latest.to_str().unwrap().split('_').next().unwrap().replace('-', ""));
    assert_eq!((&system["startedAt"], &system["publication"]["number"]), (&json!("2026-11-22T09:00:00.000Z"), &json!(3)));
    assert!(system["databaseBytes"].as_f64().unwrap() > 10_000.0 && system["residentBytes"].as_f64().unwrap() > 1e6, "{system}");
    assert_eq!((&system["dictionariesCount"], &system["itemsCount"], &system["importsQueued"]), (&json!(2), &json!(5), &json!(0)));
    let part = |name: &str| system["health"].as_array().unwrap().iter().find(|part| part["name"] == name).unwrap().clone();
    assert_eq!((&part("database")["isGood"], &part("catalogue")["isGood"]), (&json!(true), &json!(true)));
    assert_eq!(part("following")["isGood"], false, "nobody follows in this test");
    let limit = json!({ "name": "management_page_size_max", "value": "200" });
    assert!(system["settings"].as_array().unwrap().contains(&limit), "{system}");
    let refused = ask(&instance, maria, "{ system { version } }");
    assert_eq!((&refused["errors"][0]["extensions"]["code"], &refused["data"]["system"]), (&json!("FORBIDDEN"), &Value::Null));
    assert_eq!(ask(&instance, anonymous(), "{ system { version } }")["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    followed(&instance, &database);
}

/// What whoever follows notes is told, and so are the settings of the process.
fn followed(instance: &Instance, database: &Database) {
    let mut follower = instance.svod.follower(0).unwrap();
    follower.look().unwrap();
    let query = "{ system { health { name isGood since failedAt } settings { name value } } }";
    let told = |instance: &Instance| data(instance, operator(instance), query)["system"].take();
    let following = told(instance)["health"].as_array().unwrap().iter().find(|part| part["name"] == "following").unwrap().clone();
    assert_eq!(
        (&following["isGood"], &following["since"], &following["failedAt"]),
        (&json!(true), &json!("2026-11-22T09:00:00.000Z"), &Value::Null)
    );
    let telling =
        svod::app::svod::Svod::open(database.settings()).unwrap().telling(vec![SettingInForce { name: "workers", value: "2".to_owned() }]);
    let report = telling.system.report(&instance.operator()).unwrap();
    assert_eq!(report.settings.as_ref(), [SettingInForce { name: "workers", value: "2".to_owned() }]);
}

fn activity_counts_what_the_caller_may_read(database: Database) {
    let instance = database.open();
    instance.set_today("2026-11-08");
    instance.define(REGIONS, Some("code,name\n01,Алтайский край\n02,Башкортостан\n")).unwrap();
    instance.set_today("2026-11-09");
    instance.define(SECRETS, Some("code,name\n1,Первая\n")).unwrap();
    instance.set_today("2026-11-22");
    instance.import("regions", "code,name\n02,Республика Башкортостан\n03,Бурятия\n", &on("2026-12-01")).unwrap();
    let activity = |caller, weeks: &str| {
        let told = data(&instance, caller, &format!("{{ activity{weeks} {{ weekStart publications added changed retired }} }}"));
        told["activity"]
            .as_array()
            .unwrap()
            .iter()
            .map(|week| {
                format!(
                    "{} {} {} {} {}",
                    week["weekStart"].as_str().unwrap(),
                    week["publications"],
                    week["added"],
                    week["changed"],
                    week["retired"]
                )
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(activity(anonymous(), "(weeks: 3)"), ["2026-11-02 1 2 0 0", "2026-11-09 0 0 0 0", "2026-11-16 1 1 1 0"]);
    assert_eq!(activity(operator(&instance), "(weeks: 2)"), ["2026-11-09 1 1 0 0", "2026-11-16 1 1 1 0"]);
    assert_eq!(activity(anonymous(), "").len(), 26);
    let refused = ask(&instance, anonymous(), "{ activity(weeks: 521) { added } }");
    assert_eq!(refused["errors"][0]["extensions"]["code"], "LIMIT_EXCEEDED");
}

fn dictionaries_tell_how_fresh_they_are_and_what_the_caller_is(database: Database) {
    let instance = database.open();
    let monthly = REGIONS.replace(r#"owner = "Управление""#, r#"owner = "Управление", update_period_days = 30"#);
    instance.define(&monthly, Some("code,name\n01,Алтайский край\n")).unwrap();
    instance.define(OFFICES, None).unwrap();
    let anna = person(&database, &instance, 13, "anna", &[("owner", "regions"), ("steward", "offices"), ("auditor", "")]);
    let told = |instance: &Instance, caller, code: &str| {
        let query = format!("{{ dictionary(code: {code:?}) {{ lastPublishedAt freshness renewalDueOn myRoles }} }}");
        data(instance, caller, &query)["dictionary"].take()
    };
    let fresh = json!({ "lastPublishedAt": "2026-11-22T09:00:00.000Z", "freshness": "FRESH", "renewalDueOn": "2026-12-22", "myRoles": [] });
    assert_eq!(told(&instance, anonymous(), "regions"), fresh);
    assert_eq!(told(&instance, anna.clone(), "regions")["myRoles"], json!(["READER", "STEWARD", "APPROVER", "OWNER", "AUDITOR"]));
    assert_eq!(told(&instance, anna, "offices")["myRoles"], json!(["READER", "STEWARD", "AUDITOR"]));
    let unknown = told(&instance, anonymous(), "offices");
    assert_eq!((&unknown["freshness"], &unknown["renewalDueOn"]), (&json!("UNKNOWN"), &Value::Null));
    for (today, expected) in [("2026-12-18", "FRESH"), ("2026-12-19", "DUE"), ("2026-12-22", "DUE"), ("2026-12-23", "OVERDUE")] {
        instance.set_today(today);
        assert_eq!(told(&instance, anonymous(), "regions")["freshness"], expected, "{today}");
    }
    instance.import("regions", "code,name\n02,Бурятия\n", &on("2026-12-01")).unwrap();
    assert_eq!(told(&instance, anonymous(), "regions")["freshness"], "FRESH");
}

fn each_value_is_blamed_on_its_publication(database: Database) {
    let office = office(&database);
    // The third publication changed the definition, and every item stayed as it was.
    let request = office.published(&office.maria, vec![update("2", "2026-12-01", json!({ "name": "Районная вторая" }))]);
    let blame = |arguments: &str| {
        let fields = "attribute since publication { number changeRequest { author { name } } }";
        let query = format!("{{ dictionary(code: \"offices\") {{ item(code: \"2\" {arguments}) {{ blame {{ {fields} }} }} }} }}");
        let told = data(&office.instance, office.maria.clone(), &query)["dictionary"]["item"]["blame"].take();
        told.as_array()
            .unwrap()
            .iter()
            .map(|one| {
                let author = one["publication"]["changeRequest"]["author"]["name"].as_str().unwrap_or("nobody");
                format!(
                    "{} {} {} {author}",
                    one["attribute"].as_str().unwrap_or("parent"),
                    one["publication"]["number"],
                    one["since"].as_str().unwrap_or("ever")
                )
            })
            .collect::<Vec<_>>()
    };
    let number = request.published_seq.unwrap();
    let first = |attribute: &str| format!("{attribute} 2 ever operator");
    let renamed = format!("name {number} 2026-12-01 maria");
    assert_eq!(blame(""), ["parent", "name", "region", "number"].map(first), "today it is as it was loaded");
    assert_eq!(blame(", validOn: \"2026-12-05\""), [first("parent"), renamed, first("region"), first("number")]);
    assert_eq!(
        blame(", validOn: \"2026-12-05\", publication: 3"),
        ["parent", "name", "region", "number"].map(first),
        "nobody knew better then"
    );
}

fn the_items_of_a_request_are_narrowed(database: Database) {
    let office = office(&database);
    let edits = vec![
        add("offices", "4", Some("1"), json!({ "name": "Новая городская", "region": "01" })),
        add("regions", "03", None, json!({ "name": "Новый край" })),
        update("2", "2026-12-01", json!({ "number": 22 })),
        retire("3", "2026-12-01", &["2"]),
    ];
    let request = office.draft(&office.maria, edits);
    let items = |arguments: &str| {
        let fields = "itemsCount items(ARGUMENTS) { totalCount nodes { dictionary code } pageInfo { hasNextPage endCursor } }"
            .replace("ARGUMENTS", arguments);
        let query = format!("{{ changeRequest(id: \"{}\") {{ {fields} }} }}", request.id.0);
        data(&office.instance, office.maria.clone(), &query)["changeRequest"].take()
    };
    let codes = |arguments: &str| {
        let told = items(arguments);
        let code = |node: &Value| format!("{} {}", node["dictionary"].as_str().unwrap(), node["code"].as_str().unwrap());
        (told["items"]["totalCount"].clone(), told["items"]["nodes"].as_array().unwrap().iter().map(code).collect::<Vec<_>>())
    };
    assert_eq!(items("first: 1")["itemsCount"], 4);
    assert_eq!(codes("first: 9"), (json!(4), ["offices 2", "offices 3", "offices 4", "regions 03"].map(str::to_owned).to_vec()));
    assert_eq!(codes(r#"dictionary: "regions""#), (json!(1), vec!["regions 03".to_owned()]));
    assert_eq!(codes(r#"dictionary: "streets""#), (json!(0), vec![]));
    assert_eq!(codes("kind: ADDED"), (Value::Null, vec!["offices 4".to_owned(), "regions 03".to_owned()]));
    assert_eq!(codes(r#"kind: ADDED, dictionary: "offices""#).1, ["offices 4"]);
    assert_eq!(codes("kind: RETIRED").1, ["offices 3"]);
    assert_eq!(codes(r#"search: "новый""#).1, ["offices 4", "regions 03"], "what changes is looked at too");
    assert_eq!(codes(r#"search: "новый городской""#).1, ["offices 4"]);
    assert_eq!(codes(r#"search: "03""#).1, ["regions 03"]);
    assert_eq!(codes(r#"search: "город""#).1, ["offices 3", "offices 4"]);
    assert_eq!(codes(r#"search: "2""#).1, ["offices 2", "offices 3"], "a successor is what changes");
    let page = items(r#"kind: ADDED, first: 1"#)["items"].take();
    assert_eq!((&page["nodes"][0]["code"], &page["pageInfo"]["hasNextPage"]), (&json!("4"), &json!(true)));
    let after = page["pageInfo"]["endCursor"].as_str().unwrap();
    assert_eq!(codes(&format!("kind: ADDED, first: 1, after: {after:?}")).1, ["regions 03"]);
    filed_items_are_narrowed(&office);
}

/// What was published as it was filed is narrowed by its publication.
fn filed_items_are_narrowed(office: &Office) {
    let loaded = "{ publication(number: 2) { changeRequest { itemsCount some: items(search: \"городская\") { totalCount nodes { code } }
        none: items(kind: CHANGED) { nodes { code } } first: items(dictionary: \"offices\", first: 1) { totalCount nodes { code } } } } }";
    let told = data(&office.instance, office.maria.clone(), loaded)["publication"]["changeRequest"].take();
    assert_eq!((&told["itemsCount"], &told["some"]), (&json!(3), &json!({ "totalCount": null, "nodes": [{ "code": "3" }] })));
    assert_eq!((&told["none"]["nodes"], &told["first"]), (&json!([]), &json!({ "totalCount": 3, "nodes": [{ "code": "1" }] })));
}

fn requests_are_found_by_title_number_and_author(database: Database) {
    let Office { instance, maria, ivan, .. } = office(&database);
    let named = ["О переименовании органов", "О ликвидации органа", "Прочее"];
    let ids: Vec<i64> =
        named.iter().map(|title| instance.svod.change_requests.create_change_request(&maria, titled(title)).unwrap().id.0).collect();
    let found = |filter: &str| {
        let query = format!("{{ changeRequests(filter: {{ {filter} }}) {{ nodes {{ id }} }} }}");
        let told = data(&instance, maria.clone(), &query)["changeRequests"]["nodes"].take();
        told.as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap().parse().unwrap()).collect::<Vec<i64>>()
    };
    assert_eq!(found(r#"search: "ОРГАН""#), [ids[1], ids[0]]);
    assert_eq!(found(r#"search: "органы переимен""#), [ids[0]]);
    assert_eq!(found(&format!("search: \"органы {}\"", ids[0])), [ids[0]], "the number is looked at beside the title");
    let other = instance.svod.change_requests.create_change_request(&ivan, titled("Прочее")).unwrap().id.0;
    assert_eq!(found(r#"search: "прочее IVAN""#), [other]);
    assert_eq!(found(r#"search: "мария прочее""#), [0; 0], "authors are looked for by the name that is shown");
    assert_eq!(found(r#"search: "maria прочее""#), [ids[2]]);
    assert_eq!(found(r#"search: "прочее", mine: true, states: [DRAFT]"#), [ids[2]]);
    assert_eq!(found(r#"search: "прочее", states: [PUBLISHED]"#), [0; 0]);
    assert_eq!(found(r#"search: " ""#).len(), 7);
}
