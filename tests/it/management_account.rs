//! People and systems over the management API: signing in sets a cookie, refusals are data and in the audit, and what takes a role
//! takes it.

use serde_json::{Value, json};
use svod::app::acting::Caller;
use svod::app::identity::Presented;
use svod::graphql::door::SetCookie;

use crate::harness::{Database, Instance};
use crate::management::{anonymous, ask, data, operator, request, respond};

on_both_engines!(
    a_person_signs_in_and_out,
    an_administrator_manages_accounts_and_tokens,
    no_mutation_is_for_nobody,
    a_page_of_accounts_asks_for_roles_once,
);

const PASSWORD: &str = "correct horse battery";

/// Adds a person with roles, by the operator.
fn person(instance: &Instance, name: &str, roles: &[&str]) {
    let add = format!(
        r#"mutation {{ addAccount(input: {{ name: "{name}", displayName: "Кто-то", password: "{PASSWORD}" }}) {{ account {{ kind }} errors {{ code }} }} }}"#
    );
    assert_eq!(data(instance, operator(instance), &add)["addAccount"], json!({ "account": { "kind": "PERSON" }, "errors": [] }));
    for role in roles {
        let grant = format!(r#"mutation {{ grantRole(input: {{ account: "{name}", role: {role} }}) {{ errors {{ code }} }} }}"#);
        assert_eq!(data(instance, operator(instance), &grant)["grantRole"]["errors"], json!([]));
    }
}

fn sign_in(instance: &Instance, name: &str, password: &str) -> (Value, Vec<SetCookie>) {
    let query = format!(
        r#"mutation {{ signIn(input: {{ name: "{name}", password: "{password}" }}) {{ session {{ account {{ name }} expiresAt }} errors {{ path code }} }} }}"#
    );
    let response = respond(instance, anonymous(), &query);
    let answer: Value = serde_json::from_slice(&response.body).unwrap();
    assert_eq!(answer["errors"], Value::Null, "{answer}");
    assert!(!answer.to_string().contains("secret"));
    (answer["data"]["signIn"].clone(), response.cookies)
}

fn by_cookie(instance: &Instance, cookies: &[SetCookie]) -> Caller {
    let [SetCookie::Session { secret, .. }] = cookies else { panic!("no session: {cookies:?}") };
    let presented = Presented { session: Some(secret.clone()), bearer: None };
    instance.svod.identity.identify(&presented, "127.0.0.1", "request-2").unwrap()
}

fn by_token(instance: &Instance, secret: &Value) -> Caller {
    let presented = Presented { session: None, bearer: secret.as_str().map(str::to_owned) };
    instance.svod.identity.identify(&presented, "127.0.0.1", "request-3").unwrap()
}

fn a_person_signs_in_and_out(database: Database) {
    let instance = database.open();
    person(&instance, "maria", &["STEWARD"]);
    let (refused, cookies) = sign_in(&instance, "maria", "wrong");
    assert_eq!(refused, json!({ "session": null, "errors": [{ "path": [], "code": "SIGN_IN_FAILED" }] }));
    assert!(cookies.is_empty());
    let (session, cookies) = sign_in(&instance, "maria", PASSWORD);
    assert_eq!(session["session"]["account"]["name"], "maria");
    let maria = || by_cookie(&instance, &cookies);
    let me = data(&instance, maria(), "{ me { account { name tokens { id } } roles { role dictionary } scopes dictionaries } }");
    let scopes = json!(["READ", "PROPOSE", "REVIEW", "PUBLISH", "ADMINISTER"]);
    let expected = json!({ "account": { "name": "maria", "tokens": [] }, "roles": [{ "role": "STEWARD", "dictionary": null }], "scopes": scopes, "dictionaries": null });
    assert_eq!(me["me"], expected);
    assert_eq!(data(&instance, anonymous(), "{ me { scopes } }")["me"], Value::Null);
    let change =
        format!(r#"mutation {{ changePassword(input: {{ current: "{PASSWORD}", new: "short" }}) {{ changed errors {{ code }} }} }}"#);
    let refused = data(&instance, maria(), &change);
    assert_eq!(refused["changePassword"], json!({ "changed": null, "errors": [{ "code": "PASSWORD_TOO_SHORT" }] }));
    let out = respond(&instance, maria(), "mutation { signOut { signedOut errors { code } } }");
    assert_eq!(out.cookies, [SetCookie::EndSession]);
    let ended = ask(&instance, Caller { ..operator(&instance) }, "{ me { account { name } } }");
    assert_eq!(ended["data"]["me"]["account"]["name"], "operator");
}

fn an_administrator_manages_accounts_and_tokens(database: Database) {
    let instance = crate::publication::offices(&database);
    person(&instance, "pyotr", &["ADMINISTRATOR"]);
    person(&instance, "maria", &[]);
    let (_, cookies) = sign_in(&instance, "pyotr", PASSWORD);
    let pyotr = || by_cookie(&instance, &cookies);
    let (_, cookies_of_maria) = sign_in(&instance, "maria", PASSWORD);
    let maria = || by_cookie(&instance, &cookies_of_maria);
    let accounts = "{ accounts(first: 3) { nodes { name roles { role } } pageInfo { hasNextPage } } audit(first: 1, filter: { refused: true }) { nodes { act outcome } } }";
    let listed = data(&instance, pyotr(), accounts);
    assert_eq!(listed["accounts"]["nodes"][2], json!({ "name": "pyotr", "roles": [{ "role": "ADMINISTRATOR" }] }));
    assert_eq!(listed["accounts"]["pageInfo"]["hasNextPage"], true);
    let forbidden = ask(&instance, maria(), accounts);
    assert_eq!(forbidden["data"], json!({ "accounts": null, "audit": null }));
    assert_eq!(forbidden["errors"][0]["extensions"]["code"], "FORBIDDEN");
    assert_eq!(ask(&instance, anonymous(), accounts)["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    let looked = data(
        &instance,
        maria(),
        r#"{ account(name: "pyotr") { displayName roles { role } tokens { id } } unknown: account(name: "nobody") { name } }"#,
    );
    assert_eq!(looked, json!({ "account": { "displayName": "Кто-то", "roles": null, "tokens": null }, "unknown": null }));

    let issue = r#"mutation { issueToken(input: { account: "maria", title: "выгрузка", scopes: [READ], dictionaries: ["offices"] }) {
        issued { secret token { id title scopes dictionaries expiresAt account { name } } } errors { code } } }"#;
    let stranger = data(&instance, maria(), &issue.replace("\"maria\"", "\"pyotr\""));
    assert_eq!(stranger["issueToken"]["issued"], Value::Null);
    let as_another = data(&instance, pyotr(), issue);
    assert_eq!(as_another["issueToken"]["errors"][0]["code"], "FORBIDDEN", "whoever holds a token of a person acts as that person");
    let issued = data(&instance, maria(), issue)["issueToken"]["issued"].clone();
    let token = &issued["token"];
    assert_eq!(
        (&token["scopes"], &token["dictionaries"], &token["account"]["name"]),
        (&json!(["READ"]), &json!(["offices"]), &json!("maria"))
    );
    let system = || by_token(&instance, &issued["secret"]);
    assert_eq!(
        data(&instance, system(), "{ me { scopes dictionaries } }")["me"],
        json!({ "scopes": ["READ"], "dictionaries": ["offices"] })
    );
    let tokens = data(&instance, maria(), "{ tokens { title revokedAt } }");
    assert_eq!(tokens["tokens"], json!([{ "title": "выгрузка", "revokedAt": null }]));
    let kept = data(&instance, system(), "mutation { grantRole(input: { account: \"maria\", role: OWNER }) { errors { code } } }");
    assert_eq!(kept["grantRole"]["errors"], json!([{ "code": "SCOPE_MISSING" }]));

    let revoke = format!("mutation {{ revokeToken(input: {{ id: {} }}) {{ id errors {{ code }} }} }}", token["id"]);
    let caller = system();
    assert_eq!(data(&instance, pyotr(), &revoke)["revokeToken"], json!({ "id": token["id"], "errors": [] }));
    assert!(instance.svod.acts.renewed(&caller).is_err(), "a revoked token is good for nothing");
    let last = data(&instance, pyotr(), "mutation { disableAccount(input: { account: \"pyotr\" }) { account { name } errors { code } } }");
    assert_eq!(last["disableAccount"], json!({ "account": null, "errors": [{ "code": "LAST_ADMINISTRATOR" }] }));
    let gone =
        data(&instance, pyotr(), "mutation { disableAccount(input: { account: \"maria\" }) { account { disabledAt } errors { code } } }");
    assert_eq!(gone["disableAccount"]["account"]["disabledAt"], "2026-11-22T09:00:00.000Z");
    let audit = data(
        &instance,
        pyotr(),
        r#"{ audit(first: 2, filter: { refused: true }) { nodes { number act subject outcome refused account { name } requestId } pageInfo { endCursor } } }"#,
    );
    let newest = &audit["audit"]["nodes"][0];
    assert_eq!(
        (&newest["act"], &newest["outcome"], &newest["account"]["name"]),
        (&json!("disableAccount"), &json!("LAST_ADMINISTRATOR"), &json!("pyotr"))
    );
}

/// Every mutation that there is, called with whatever fits its input by somebody without an account and by a token that may only read.
fn no_mutation_is_for_nobody(database: Database) {
    let instance = database.open();
    person(&instance, "maria-smirnova", &["OWNER", "ADMINISTRATOR"]);
    let issue = r#"mutation { issueToken(input: { account: "maria-smirnova", title: "чтение", scopes: [READ] }) { issued { secret } errors { code } } }"#;
    let secret = data(&instance, operator(&instance), issue)["issueToken"]["issued"]["secret"].clone();
    let mutations = mutations(&instance);
    assert!(mutations.len() > 5);
    for (name, query) in mutations.into_iter().filter(|(name, _)| name != "signIn") {
        for (caller, is_anonymous) in [(anonymous(), true), (by_token(&instance, &secret), false)] {
            // What nobody in particular is refused is recorded within a budget of each minute.
            instance.wait(jiff::SignedDuration::from_mins(1));
            let before = audited(&instance);
            let answer = ask(&instance, caller, &query);
            let codes: Vec<&str> = answer["data"][&name]["errors"]
                .as_array()
                .unwrap_or_else(|| panic!("{name}: {answer}"))
                .iter()
                .filter_map(|error| error["code"].as_str())
                .collect();
            // A consumer says with the token that it reads with what it has taken; here it is none.
            let is_own_to_say = name == "acknowledge" && codes == ["NOT_FOUND"] && !is_anonymous;
            let is_refused = ["UNAUTHENTICATED", "SESSION_NEEDED", "SCOPE_MISSING"].contains(&codes[0]);
            assert!(is_refused || is_own_to_say, "{name}: {codes:?}");
            assert_eq!(audited(&instance), before + 1, "{name}: the refusal {codes:?} is not in the audit");
        }
    }
}

fn audited(instance: &Instance) -> i64 {
    data(instance, operator(instance), "{ audit(first: 1) { nodes { number } } }")["audit"]["nodes"][0]["number"].as_i64().unwrap()
}

/// Each mutation by name, with a query that gives it the least input that its type allows.
fn mutations(instance: &Instance) -> Vec<(String, String)> {
    let of_type = "kind name ofType { kind name ofType { kind name ofType { kind name } } }";
    let query = format!(
        "{{ __schema {{ mutationType {{ fields {{ name args {{ name type {{ {of_type} }} }} }} }}
            types {{ name inputFields {{ name defaultValue type {{ {of_type} }} }} enumValues {{ name }} }} }} }}"
    );
    let told = data(instance, anonymous(), &query)["__schema"].take();
    let types = told["types"].as_array().unwrap();
    let fields = told["mutationType"]["fields"].as_array().unwrap().iter();
    let mutation = |field: &Value| {
        let name = field["name"].as_str().unwrap();
        let arguments: Vec<String> = field["args"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|argument| argument["type"]["kind"] == "NON_NULL")
            .map(|argument| format!("{}: {}", argument["name"].as_str().unwrap(), least(types, &argument["type"])))
            .collect();
        let arguments = if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) };
        (name.to_owned(), format!("mutation {{ {name}{arguments} {{ errors {{ code message }} }} }}"))
    };
    fields.map(mutation).collect()
}

/// The least value of a type.
fn least(types: &[Value], of: &Value) -> String {
    match of["kind"].as_str().unwrap() {
        "NON_NULL" => least(types, &of["ofType"]),
        "LIST" => "[]".to_owned(),
        "ENUM" => named(types, of)["enumValues"][0]["name"].as_str().unwrap().to_owned(),
        "INPUT_OBJECT" => {
            let fields = named(types, of)["inputFields"].as_array().unwrap().iter();
            let needed = fields.filter(|field| field["type"]["kind"] == "NON_NULL" && field["defaultValue"].is_null());
            let given: Vec<String> =
                needed.map(|field| format!("{}: {}", field["name"].as_str().unwrap(), least(types, &field["type"]))).collect();
            format!("{{ {} }}", given.join(", "))
        }
        _ => match of["name"].as_str().unwrap() {
            "Int" => "1".to_owned(),
            "Boolean" => "true".to_owned(),
            "Date" => "\"2027-01-01\"".to_owned(),
            "DateTime" => "\"2027-01-01T00:00:00Z\"".to_owned(),
            "JSON" => "{}".to_owned(),
            // A name and a password at once, so that only the permission is left to refuse.
            _ => "\"maria-smirnova\"".to_owned(),
        },
    }
}

fn named<'a>(types: &'a [Value], of: &Value) -> &'a Value {
    types.iter().find(|entry| entry["name"] == of["name"]).unwrap()
}

fn a_page_of_accounts_asks_for_roles_once(database: Database) {
    let instance = database.open();
    for at in 0..20 {
        let add = format!(
            r#"mutation {{ addAccount(input: {{ name: "system-{at}", displayName: "Система", kind: SYSTEM }}) {{ errors {{ code }} }} }}"#
        );
        assert_eq!(data(&instance, operator(&instance), &add)["addAccount"]["errors"], json!([]));
    }
    // Twenty-two entries of three edges each are answered in four reads: a page, roles, tokens, and whose tokens they are.
    let query = "{ accounts(first: 50) { totalCount nodes { name roles { role } tokens { id account { name } } } } }";
    let answer = data(&instance, operator(&instance), query);
    assert_eq!(answer["accounts"]["nodes"].as_array().unwrap().len(), 22);
    let mutation_by_get = svod::graphql::door::Request { is_get: true, ..request("mutation { signOut { errors { code } } }") };
    let refused = crate::management::block_on(crate::management::api(&instance).execute(anonymous(), mutation_by_get));
    assert_eq!(refused.kind, svod::graphql::door::ResponseKind::RequestError);
    assert!(String::from_utf8_lossy(&refused.body).contains("MUTATION_NEEDS_POST"));
}
