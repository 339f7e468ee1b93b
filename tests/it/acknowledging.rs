//! Acknowledgements over the real server by a consumer's own token, and what others are told of them: who asks for confirmations, and
//! whoever reads the figures.

use serde_json::{Value, json};
use svod::domain::account::Scope;
use svod::domain::consumer_registration::TargetRequest;

use crate::account::{operator, person, token};
use crate::binary::Server;
use crate::consumer::{new, system};
use crate::harness::Database;
use crate::publication::offices;

on_both_engines!(a_consumer_acknowledges_over_http_and_others_are_told);

/// Posts JSON with a token; gives the status and the body.
fn post(server: &Server, path: &str, secret: Option<&str>, body: &Value) -> (u16, String) {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut request = agent.post(format!("http://{}{path}", server.address));
    if let Some(secret) = secret {
        request = request.header("authorization", format!("Bearer {secret}"));
    }
    let mut response = request.send_json(body).unwrap();
    (response.status().as_u16(), response.body_mut().read_to_string().unwrap())
}

/// What `/metrics` says of the consumer `statistics`, without the names that all share.
fn figures(server: &Server) -> Vec<String> {
    let (status, told) = server.get("/metrics");
    assert_eq!(status, 200);
    let of_it = |line: &&str| line.contains("consumer=\"statistics\"");
    told.lines().filter(of_it).map(|line| line.trim_start_matches("svod_consumer_").to_owned()).collect()
}

fn a_consumer_acknowledges_over_http_and_others_are_told(database: Database) {
    let instance = offices(&database);
    let (account, stranger) = (system(&instance, "statistics"), system(&instance, "stranger"));
    let own = token(&instance, &account, &[Scope::Read]).1;
    let foreign = token(&instance, &stranger, &[Scope::Read]).1;
    let steward = token(&instance, &person(&instance, "steward", &["steward:offices"]), &[Scope::Read]).1;
    let mut made = new("statistics", account.id, TargetRequest::Pull);
    made.from = Some("start".to_owned());
    instance.svod.consumers.register_consumer(&operator(&instance), made).unwrap();
    let server = Server::start(&database);
    let (status, body) = server.get("/feed?after=start");
    assert_eq!(status, 200, "{body}");
    let events: Vec<Value> = serde_json::from_str(&body).unwrap();

    let labels = "{consumer=\"statistics\",channel=\"pull\"}";
    let figures_at = |publication: i64, lag: usize| {
        let told = figures(&server);
        for expected in [
            format!("publication{labels} {publication}"),
            format!("lag_events{labels} {lag}"),
            format!("attempts_total{labels} 0"),
            format!("failures_total{labels} 0"),
            "state{consumer=\"statistics\",state=\"active\"} 1".to_owned(),
        ] {
            assert!(told.contains(&expected), "{expected}: {told:#?}");
        }
        let lag_seconds = told.iter().find_map(|line| line.strip_prefix(&format!("lag_seconds{labels} "))).unwrap();
        lag_seconds.parse::<f64>().unwrap()
    };
    assert!(figures_at(0, events.len()) > 0.0, "it is behind since the first publication");
    let is_confirmed = || {
        let query = "{ confirmations(dictionary: \"offices\", edition: 1) { confirmed consumer { code confirmed { cursor } } } }";
        let (status, body) = post(&server, "/graphql", Some(&steward), &json!({ "query": query }));
        assert_eq!(status, 200, "{body}");
        let told: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(told["data"]["confirmations"][0]["consumer"]["code"], "statistics", "{told}");
        let told = &told["data"]["confirmations"][0];
        (told["confirmed"].clone(), told["consumer"]["confirmed"]["cursor"].clone())
    };
    assert_eq!(is_confirmed(), (json!(false), Value::Null));

    let said = |event: &Value| json!({ "consumer": "statistics", "cursor": event["cursor"] });
    let (within, last) = (&events[events.len() - 2], &events[events.len() - 1]);
    assert_eq!(post(&server, "/feed/acknowledge", Some(&own), &said(within)), (204, String::new()));
    assert_eq!(is_confirmed(), (json!(false), within["cursor"].clone()), "only the end of a publication confirms it");
    assert!(figures_at(2, 1) > 0.0);
    for (secret, expected) in [(None, 401), (Some(foreign.as_str()), 404), (Some(steward.as_str()), 404)] {
        let (status, body) = post(&server, "/feed/acknowledge", secret, &said(last));
        assert_eq!(status, expected, "{body}");
    }
    assert_eq!(is_confirmed().0, json!(false), "nobody else speaks for it");
    assert_eq!(post(&server, "/feed/acknowledge", Some(&own), &said(last)).0, 204);
    assert_eq!(is_confirmed(), (json!(true), last["cursor"].clone()));
    assert_eq!(post(&server, "/feed/acknowledge", Some(&own), &said(&events[0])).0, 204);
    assert_eq!(is_confirmed(), (json!(true), last["cursor"].clone()), "an older cursor changes nothing");
    assert_eq!(figures_at(2, 0).to_bits(), 0.0_f64.to_bits(), "who has all is not behind");
}
