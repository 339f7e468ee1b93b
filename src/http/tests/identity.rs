//! Who asks, by cookie or token, and from which site; and what the management door makes of them.

use std::collections::BTreeSet;

use actix_web::http::Method;
use futures_util::FutureExt;
use futures_util::stream::StreamExt;
use jiff::Timestamp;

use super::*;
use crate::app::acting::{self, Credential};
use crate::app::identity::Presented;
use crate::domain::account::{Account, AccountId, AccountKind, Scope, TokenLimit};
use crate::graphql::door::{self, Outgoing, SetCookie};

/// Knows everybody by a secret that is their name; some names are those of credentials that are not good.
pub fn identity_door() -> IdentityDoor {
    IdentityDoor {
        known: Box::new(|presented| (presented.bearer.as_deref() == Some("known")).then(|| Arc::new(authority_of("known")))),
        identify: Box::new(|presented: &Presented, address, request_id| {
            let secret = match (&presented.session, &presented.bearer) {
                (Some(_), Some(_)) => return Err(Error::refused("credentials_ambiguous", "send a cookie or a token, not both")),
                (Some(secret), None) | (None, Some(secret)) => secret.as_str(),
                (None, None) => return Err(Error::internal("somebody who presents nothing was looked up")),
            };
            match secret {
                "known" => return Err(Error::refused("token_unknown", "it is known to those who only read")),
                "expired" => return Err(Error::refused("session_expired", "this session has expired: sign in again")),
                "revoked" => return Err(Error::refused("token_revoked", "this token was revoked: ask an administrator for another")),
                "locked" => return Err(Error::Operator("the database /secret is locked".to_owned())),
                _ => {}
            }
            let authority = authority_of(secret);
            let (address, request_id) = (address.to_owned(), request_id.to_owned());
            Ok(acting::Caller { credential: Credential::Session([0; 32]), authority, address, request_id })
        }),
    }
}

fn authority_of(secret: &str) -> Authority {
    let account = Account {
        id: AccountId(7),
        name: secret.to_owned(),
        display_name: secret.to_owned(),
        kind: AccountKind::Person,
        created_at: Timestamp::UNIX_EPOCH,
        disabled_at: None,
    };
    let limit = (secret == "proposer").then(|| TokenLimit { scopes: BTreeSet::from([Scope::Propose]), dictionaries: None });
    Authority { account: Some(account), grants: Vec::new(), limit }
}

fn manage(caller: acting::Caller, request: door::Request) -> door::Response {
    let expires_at = "2026-11-23T00:00:00Z".parse().expect("it is an instant");
    let mut cookies = Vec::new();
    let mut kind = door::ResponseKind::Executed;
    let body = match request.query.as_str() {
        "signIn" => {
            cookies.push(SetCookie::Session { secret: "maria".to_owned(), expires_at });
            json!({ "data": { "signIn": null } })
        }
        "signOut" => {
            cookies.push(SetCookie::EndSession);
            json!({ "data": { "signOut": null } })
        }
        "signInBadly" => {
            cookies.push(SetCookie::Session { secret: "a;b".to_owned(), expires_at });
            json!({ "data": null })
        }
        "panic" => panic!("the mutation said so"),
        "mutation" if request.is_get => {
            kind = door::ResponseKind::RequestError;
            json!({ "errors": [{ "message": "send a mutation by POST", "extensions": { "code": "MUTATION_BY_GET" } }] })
        }
        _ => json!({ "data": { "who": name_of(&caller.authority), "address": caller.address, "id": caller.request_id } }),
    };
    door::Response { body: body.to_string().into_bytes(), kind, operation_name: request.operation_name, cookies }
}

pub fn management_door() -> ManagementDoor {
    let execute = |caller, request: door::Request| match request.query.as_str() {
        "never" => std::future::pending().boxed(),
        _ => async { manage(caller, request) }.boxed(),
    };
    let reply = |message: Vec<u8>| match message.as_slice() {
        b"init" => Outgoing::Text(json!({ "type": "connection_ack" }).to_string()),
        b"bad" => Outgoing::Close(4400, "Bad Request".to_owned()),
        other => Outgoing::Text(String::from_utf8_lossy(other).into_owned()),
    };
    ManagementDoor {
        signs_in_only: Box::new(|request| request.query.contains("signIn")),
        execute: Box::new(execute),
        subscribe: Box::new(move |_, incoming| incoming.map(reply).boxed()),
        sdl: "type Query { me: Int }".to_owned(),
    }
}

fn manage_by(query: &str) -> TestRequest {
    TestRequest::post().uri("/graphql").insert_header(("accept", JSON)).set_json(json!({ "query": query }))
}

const MARIA: (&str, &str) = ("cookie", "lang=ru; svod_session=maria");

#[actix_web::test]
async fn a_caller_is_known_by_cookie_or_token_on_every_door() {
    for (header, name) in [(MARIA, "maria"), (("authorization", "Bearer register"), "register")] {
        let managed = ask(manage_by("who").insert_header(header)).await;
        assert_eq!(managed.json()["data"]["who"], json!(name));
        let read = ask(post(JSON, &json!({ "query": "who" })).insert_header(header)).await;
        assert_eq!(read.json()["data"], json!(name));
        let schema = ask(get("/graphql/data/schema.graphql", "*/*").insert_header(header)).await;
        assert_eq!(schema.text(), "type Query { secrets: Int }");
        for answered in [managed, read, schema] {
            assert_eq!(answered.header("cache-control"), "private, no-store");
            assert_eq!(answered.header("vary"), keeping::VARY);
        }
    }
    let nobody = ask(manage_by("who")).await;
    assert_eq!((&nobody.json()["data"]["who"], nobody.header("cache-control")), (&Value::Null, "no-store"));
    assert_eq!(ask(get("/graphql/data?query=who", JSON)).await.json()["data"], Value::Null);
    let schema = ask(get("/graphql/data/schema.graphql", "*/*")).await;
    assert_eq!((schema.header("cache-control"), schema.header("vary")), ("no-cache", keeping::VARY));
}

#[actix_web::test]
async fn the_routes_that_look_at_the_caller_refuse_a_bad_credential_and_the_others_do_not_look() {
    for route in routes::ROUTES {
        for method in route.methods {
            let request = TestRequest::default()
                .method(method.clone())
                .uri(&export::address(route.path))
                .insert_header(("cookie", "svod_session=expired"));
            let request = if *method == Method::POST { request.set_json(json!({ "query": "who" })) } else { request };
            // What comes by GET without a query is refused for that, before anybody is looked up.
            let request = if *method != Method::POST && route.path.starts_with("/graphql") && !route.path.ends_with(".graphql") {
                request.uri(&format!("{}?query=who", route.path))
            } else {
                request
            };
            let answered = ask(request).await;
            let expected = if route.permission == routes::Permission::Everyone { 401 } else { 200 };
            assert_eq!(answered.status.as_u16(), expected, "{method} {}", route.path);
        }
    }
}

#[actix_web::test]
async fn a_credential_that_is_not_good_is_an_error_and_a_dead_cookie_is_taken_back() {
    let ended = "svod_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0";
    type Case<'a> = (&'a [(&'a str, &'a str)], u16, &'a str, &'a str);
    let cases: [Case<'_>; 9] = [
        (&[("cookie", "svod_session=expired")], 401, "SESSION_EXPIRED", ended),
        (&[("authorization", "Bearer revoked")], 401, "TOKEN_REVOKED", ""),
        (&[("authorization", "Basic YTpi")], 401, "CREDENTIALS_MALFORMED", ""),
        (&[("authorization", "revoked")], 401, "CREDENTIALS_MALFORMED", ""),
        (&[("cookie", "svod_session=a; svod_session=b")], 401, "CREDENTIALS_MALFORMED", ""),
        (&[MARIA, ("authorization", "Bearer register")], 401, "CREDENTIALS_AMBIGUOUS", ""),
        (&[("cookie", "svod_session=locked")], 503, "UNAVAILABLE", ""),
        (&[("authorization", "Bearer locked")], 503, "UNAVAILABLE", ""),
        (&[("cookie", "svod_session=")], 200, "", ""),
    ];
    for (headers, status, code, cookie) in cases {
        let requests = [manage_by("who"), post(GRAPHQL, &json!({ "query": "who" })), get("/graphql/data/schema.graphql", "*/*")];
        for request in requests {
            let request = headers.iter().fold(request, |request, header| request.append_header(*header));
            let answered = ask(request).await;
            assert_eq!(answered.status.as_u16(), status, "{headers:?}");
            assert_eq!(answered.header("set-cookie"), cookie, "{headers:?}");
            assert_eq!(answered.header("www-authenticate"), if status == 401 { "Bearer" } else { "" }, "{headers:?}");
            assert_eq!(answered.header("cache-control"), "private, no-store", "{headers:?}");
            assert!(!answered.text().contains("/secret"));
            if status != 200 {
                assert_eq!(answered.code(), code, "{headers:?}");
            }
        }
    }
}

#[actix_web::test]
async fn a_token_that_does_not_allow_to_read_reads_nothing() {
    let proposer = ("authorization", "Bearer proposer");
    for request in [post(JSON, &json!({ "query": "who" })), get("/graphql/data/schema.graphql", "*/*")] {
        let answered = ask(request.insert_header(proposer)).await;
        assert_eq!((answered.status.as_u16(), answered.code().as_str()), (403, "SCOPE_MISSING"));
    }
    assert_eq!(ask(manage_by("who").insert_header(proposer)).await.status, 200, "the management API decides by itself");
}

#[actix_web::test]
async fn signing_in_sets_a_cookie_and_signing_out_takes_it_back() {
    let signed_in = ask(manage_by("signIn")).await;
    let expected = "svod_session=maria; Path=/; HttpOnly; SameSite=Lax; Expires=Mon, 23 Nov 2026 00:00:00 GMT";
    assert_eq!((signed_in.status.as_u16(), signed_in.header("set-cookie")), (200, expected));
    let signed_out = ask(manage_by("signOut").insert_header(MARIA)).await;
    assert_eq!(signed_out.header("set-cookie"), "svod_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    let bad = ask(manage_by("signInBadly")).await;
    assert_eq!((bad.status.as_u16(), bad.code().as_str(), bad.header("set-cookie")), (500, "INTERNAL", ""));
    let secure = HttpSettings { is_cookie_secure: true, ..settings() };
    let signed_in = ask_with(secure.clone(), manage_by("signIn")).await;
    assert!(signed_in.header("set-cookie").starts_with("__Host-svod_session=maria; Path=/; HttpOnly; SameSite=Lax; Secure; "));
    let plain = ask_with(secure.clone(), manage_by("who").insert_header(MARIA)).await;
    assert_eq!(plain.json()["data"]["who"], Value::Null, "a cookie of the plain name is nobody's here");
    let own = ask_with(secure, manage_by("who").insert_header(("cookie", "__Host-svod_session=maria"))).await;
    assert_eq!(own.json()["data"]["who"], json!("maria"));
}

#[actix_web::test]
async fn pages_of_other_sites_change_nothing() {
    let own = ("host", "svod.example");
    let sites: [(&[(&str, &str)], bool); 8] = [
        (&[own], true),
        (&[own, ("sec-fetch-site", "same-origin"), ("origin", "https://svod.example")], true),
        (&[own, ("sec-fetch-site", "none")], true),
        (&[own, ("origin", "https://svod.example")], true),
        (&[own, ("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")], false),
        (&[own, ("sec-fetch-site", "same-site"), ("origin", "https://other.svod.example")], false),
        (&[own, ("origin", "https://evil.example")], false),
        (&[own, ("origin", "null")], false),
    ];
    for (headers, is_own) in sites {
        for credential in [None, Some(MARIA), Some(("authorization", "Bearer register"))] {
            let dressed = |request: TestRequest| {
                let request = headers.iter().fold(request, |request, header| request.insert_header(*header));
                credential.into_iter().fold(request, |request, header| request.insert_header(header))
            };
            let refused = |answered: &Answered| (answered.status.as_u16() == 403).then(|| answered.code());
            let expected = (!is_own).then(|| "CROSS_SITE".to_owned());
            for query in ["who", "signIn"] {
                let answered = ask(dressed(manage_by(query))).await;
                assert_eq!(refused(&answered), expected, "{headers:?} {credential:?}");
                assert!(is_own || answered.header("set-cookie").is_empty());
                assert_eq!(answered.header("access-control-allow-origin"), "");
            }
            let read = ask(dressed(post(JSON, &json!({ "query": "who" })))).await;
            let expected = expected.filter(|_| credential == Some(MARIA));
            assert_eq!(refused(&read), expected, "{headers:?} {credential:?}");
        }
    }
    let form = TestRequest::post().uri("/graphql").insert_header(("content-type", "text/plain")).set_payload(r#"{"query":"signIn"}"#);
    assert_eq!(ask(form).await.status, 415, "what needs no preflight is not taken");
    assert_eq!(ask(TestRequest::default().method(Method::OPTIONS).uri("/graphql")).await.status, 405, "a preflight is not answered");
}

#[actix_web::test]
async fn the_management_door_carries_graphql_as_the_other_does() {
    let by_get = ask(get("/graphql?query=mutation", GRAPHQL)).await;
    assert_eq!((by_get.status.as_u16(), by_get.code().as_str()), (400, "MUTATION_BY_GET"));
    let page = ask(get("/graphql", "text/html")).await;
    assert!(page.status == 200 && page.text().contains("id=\"graphiql\""));
    let schema = ask(get("/graphql/schema.graphql", "*/*")).await;
    assert_eq!((schema.text(), schema.header("content-type")), ("type Query { me: Int }", "text/plain; charset=utf-8"));
    let panicked = ask(manage_by("panic")).await;
    assert_eq!((panicked.status.as_u16(), panicked.code().as_str()), (500, "INTERNAL"));
    assert!(!panicked.text().contains("the mutation said so"));
    let late = ask(manage_by("never")).await;
    assert_eq!((late.status.as_u16(), late.code().as_str(), late.header("retry-after")), (504, "OUTCOME_UNKNOWN", ""));
    let late = ask(get("/graphql?query=never", JSON)).await;
    assert_eq!((late.status.as_u16(), late.code().as_str(), late.header("retry-after")), (503, "TIME_LIMIT", "1"));
    for request in [manage_by("who"), get("/graphql?query=who", JSON), get("/graphql/schema.graphql", "*/*")] {
        let answered = ask_of(Services::default(), request).await;
        assert_eq!((answered.status.as_u16(), answered.code().as_str()), (503, "NOT_READY"));
    }
}

#[actix_web::test]
async fn the_caller_is_told_with_address_and_request() {
    let peer: SocketAddr = "10.0.0.9:5000".parse().expect("it is an address");
    let dressed = |request: TestRequest| {
        request.peer_addr(peer).insert_header(("x-forwarded-for", "203.0.113.7")).insert_header(("x-request-id", "job-21"))
    };
    for (trusted_proxies, address) in [(0, "10.0.0.9"), (1, "203.0.113.7")] {
        for request in [manage_by("who"), manage_by("who").insert_header(MARIA)] {
            let answered = ask_with(HttpSettings { trusted_proxies, ..settings() }, dressed(request)).await;
            let data = &answered.json()["data"];
            assert_eq!((&data["address"], &data["id"]), (&json!(address), &json!("job-21")));
        }
    }
}

#[actix_web::test]
async fn whoever_signs_in_anew_is_not_refused_for_the_cookie_of_a_session_that_is_over() {
    let signed_in = ask(manage_by("signIn").insert_header(("cookie", "svod_session=expired"))).await;
    assert_eq!(signed_in.status.as_u16(), 200);
    assert!(signed_in.header("set-cookie").starts_with("svod_session=maria"), "{}", signed_in.header("set-cookie"));
    let revoked = ask(manage_by("signIn").insert_header(("authorization", "Bearer revoked"))).await;
    assert_eq!(revoked.status.as_u16(), 401, "a token is meant as it is sent");
}
