//! Traces over OTLP, told to a collector that is real as far as the wire goes: what one request caused is one tree under the trace that
//! its client named, and a collector that is not there disturbs nobody.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Told;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use serde_json::{Value, json};
use svod::domain::account::Scope;
use svod::domain::consumer::{SigningKind, WebhookMode};

use crate::account::{operator, token};
use crate::binary::{Server, defined};
use crate::change_request::{titled, update};
use crate::consumer::system;
use crate::delivery::{LOCAL, followed, register, webhook};
use crate::harness::{Database, Instance};
use crate::import_job::steward_token;
use crate::receiver::{Receiver, Reply};

on_both_engines!(
    what_a_request_causes_is_one_trace,
    what_begins_here_is_told_and_of_reads_what_is_slow,
    a_collector_that_is_away_disturbs_nobody,
);

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

/// A span as it came, with its ids in hexadecimal.
#[derive(Debug, Clone)]
struct Seen {
    name: String,
    trace: String,
    id: String,
    parent: String,
    took_ns: u64,
    attributes: BTreeMap<String, String>,
    /// Of the service that tells.
    service: String,
}

/// A collector on this machine, until the test ends.
struct Collector {
    url: String,
    spans: Arc<Mutex<Vec<Seen>>>,
}

impl Collector {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (url, spans) = (format!("http://{}", listener.local_addr().unwrap()), Arc::<Mutex<Vec<Seen>>>::default());
        let kept = Arc::clone(&spans);
        std::thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                let kept = Arc::clone(&kept);
                // It ends when its client does.
                std::thread::spawn(move || collect(connection, &kept));
            }
        });
        Self { url, spans }
    }

    fn seen(&self) -> Vec<Seen> {
        self.spans.lock().unwrap().clone()
    }

    /// Waits for a span; the deadline is only there for the test to end.
    fn wait_for(&self, what: &str, is_it: impl Fn(&Seen) -> bool) -> Seen {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            if let Some(found) = self.seen().into_iter().find(&is_it) {
                return found;
            }
            assert!(Instant::now() < deadline, "waited in vain for {what}: {:#?}", self.seen());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Takes what one connection posts. `None`: it ended.
fn collect(connection: TcpStream, kept: &Mutex<Vec<Seen>>) -> Option<()> {
    let mut out = connection.try_clone().ok()?;
    let mut reader = BufReader::new(connection);
    loop {
        let (mut length, mut head, mut line) = (0, Vec::new(), String::new());
        while reader.read_line(&mut line).ok()? > 2 {
            head.push(std::mem::take(&mut line).trim_end().to_ascii_lowercase());
        }
        for field in &head {
            length = field.strip_prefix("content-length: ").map_or(length, |text| text.parse().unwrap());
        }
        assert_eq!(head.first()?, "post /v1/traces http/1.1");
        assert!(head.contains(&"content-type: application/x-protobuf".to_owned()), "{head:?}");
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        kept.lock().unwrap().extend(read(&body));
        out.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n").ok()?;
    }
}

fn read(body: &[u8]) -> Vec<Seen> {
    let told = ExportTraceServiceRequest::decode(body).unwrap();
    let mut seen = Vec::new();
    for of_resource in told.resource_spans {
        let resource = attributes(of_resource.resource.unwrap().attributes);
        let spans = of_resource.scope_spans.into_iter().flat_map(|scope| scope.spans);
        seen.extend(spans.map(|span| read_span(span, resource["service.name"].clone())));
    }
    seen
}

fn read_span(span: Span, service: String) -> Seen {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    Seen {
        trace: hex(&span.trace_id),
        id: hex(&span.span_id),
        parent: hex(&span.parent_span_id),
        took_ns: span.end_time_unix_nano - span.start_time_unix_nano,
        attributes: attributes(span.attributes),
        name: span.name,
        service,
    }
}

fn attributes(told: Vec<opentelemetry_proto::tonic::common::v1::KeyValue>) -> BTreeMap<String, String> {
    let text = |value: Told| match value {
        Told::StringValue(text) => text,
        Told::IntValue(number) => number.to_string(),
        Told::BoolValue(is_true) => is_true.to_string(),
        other => format!("{other:?}"),
    };
    told.into_iter().filter_map(|pair| Some((pair.key, text(pair.value?.value?)))).collect()
}

/// A change that only needs to be published, and the token of somebody who may.
fn prepared(instance: &Instance) -> (Value, String) {
    let publisher = system(instance, "publisher");
    let grant = svod::domain::account::Grant { role: svod::domain::account::Role::Owner, dictionary: None };
    instance.svod.accounts.grant_role(&operator(instance), publisher.id, &grant).unwrap();
    let secret = token(instance, &publisher, &[Scope::Read, Scope::Publish]).1;
    let (requests, caller) = (&instance.svod.change_requests, instance.operator());
    let draft = requests.create_change_request(&caller, titled("Переименование")).unwrap();
    let edit = update("3", "2026-12-01", json!({ "name": "Городская новая" }));
    let edited = requests.edit_items(&caller, "editItems", draft.id, draft.revision, vec![edit]).unwrap();
    let submitted = requests.submit_change_request(&caller, edited.id, edited.revision).unwrap();
    (json!({ "changeRequest": submitted.id.0.to_string(), "revision": submitted.revision }), secret)
}

fn post(server: &Server, path: &str, headers: &[(&str, &str)], body: &Value) -> Value {
    let mut request = ureq::post(format!("http://{}{path}", server.address));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send_json(body).unwrap().body_mut().read_json().unwrap()
}

const PUBLISH: &str =
    "mutation Publish($input: ChangeRequestInput!) { publishChangeRequest(input: $input) { publication { number } errors { message } } }";

fn what_a_request_causes_is_one_trace(database: Database) {
    let instance = followed(&database);
    let (input, secret) = prepared(&instance);
    let receiver = Receiver::start(|number, _| Reply::Status(if number == 0 { 500 } else { 200 }));
    let collector = Collector::start();
    let own = ["--otlp-endpoint", &collector.url, "--otlp-service-name", "svod-of-the-test", "--otlp-sampled-per-mille", "0"];
    let arguments: Vec<&str> = LOCAL.iter().copied().chain(own).collect();
    let mut server = Server::start_with(&database, &arguments);
    let bearer = format!("Bearer {secret}");
    let traceparent = format!("00-{TRACE}-{PARENT}-01");
    let followed = [("authorization", bearer.as_str()), ("traceparent", &traceparent)];
    // Nobody follows these, and of those that begin here none is told.
    assert_eq!(server.get("/feed?after=start").0, 200);
    server.post("{ publication { number } }");
    register(&instance, "court", webhook(&receiver.url(), WebhookMode::Batched), SigningKind::Hmac, None);
    receiver.wait_for("2.closed");

    let told =
        post(&server, "/graphql", &followed, &json!({ "query": PUBLISH, "operationName": "Publish", "variables": { "input": input } }));
    assert_eq!(told["data"]["publishChangeRequest"]["publication"]["number"], 3, "{told}");
    post(&server, "/graphql/data", &followed, &json!({ "query": "query Latest { publication { number } }" }));
    receiver.wait_for("3.closed");

    let request = collector.wait_for("the request", |seen| seen.name == "POST /graphql");
    assert_eq!((request.trace.as_str(), request.parent.as_str(), request.service.as_str()), (TRACE, PARENT, "svod-of-the-test"));
    for (name, expected) in [("http.route", "/graphql"), ("http.response.status_code", "200"), ("graphql.operation.name", "Publish")] {
        assert_eq!(request.attributes.get(name).map(String::as_str), Some(expected), "{name}: {request:?}");
    }
    let publication = collector.wait_for("the publication", |seen| seen.name == "publish");
    assert_eq!((&publication.trace, &publication.parent), (&request.trace, &request.id));
    assert_eq!(publication.attributes["svod.publication"], "3");
    let transaction = collector.wait_for("the transaction", |seen| seen.name == "publication transaction");
    assert_eq!((&transaction.trace, &transaction.parent), (&request.trace, &publication.id));
    assert!(transaction.took_ns <= publication.took_ns && publication.took_ns <= request.took_ns);
    let delivery = collector.wait_for("the delivery", |seen| seen.name == "deliver");
    assert_eq!((&delivery.trace, &delivery.parent), (&request.trace, &publication.id));
    for (name, expected) in [
        ("svod.consumer", "court"),
        ("svod.channel", "webhook"),
        ("svod.first_event", "3.opened"),
        ("svod.last_event", "3.closed"),
        ("svod.outcome", "delivered"),
        ("http.response.status_code", "200"),
    ] {
        assert_eq!(delivery.attributes.get(name).map(String::as_str), Some(expected), "{name}: {delivery:?}");
    }
    let sent = receiver.received().into_iter().find(|received| received.body.contains("\"3.closed\"")).unwrap();
    assert_eq!(sent.headers["traceparent"], format!("00-{TRACE}-{}-01", delivery.id), "the receiver may go on with it");
    let read = collector.wait_for("the query of data", |seen| seen.name == "POST /graphql/data");
    assert_eq!((read.trace.as_str(), read.parent.as_str(), read.attributes["graphql.operation.name"].as_str()), (TRACE, PARENT, "Latest"));

    // What is asked last is told still when the service ends in order.
    let last = [("traceparent", "00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")];
    post(&server, "/graphql", &last, &json!({ "query": "query Last { __typename }", "operationName": "Last" }));
    server.terminate();
    assert!(server.wait().success());
    collector.wait_for("the last request", |seen| seen.attributes.get("graphql.operation.name").is_some_and(|name| name == "Last"));
    let others =
        collector.seen().into_iter().filter(|seen| !["0", "1"].iter().any(|first| seen.trace == format!("{first}{}", &TRACE[1..])));
    assert_eq!(others.map(|seen| seen.name).collect::<Vec<_>>(), [""; 0], "nobody asked to be told of anything else");
    assert!(!server.log().contains("svod_traces"), "spans are no lines of the log");
}

fn what_begins_here_is_told_and_of_reads_what_is_slow(database: Database) {
    defined(&database);
    let secret = steward_token(&database);
    let collector = Collector::start();
    let server = Server::start_with(&database, &["--otlp-endpoint", &format!("{}/v1/traces", collector.url)]);
    server.post("{ publication { number } }");
    let body = "code,parent,name\n4,1,Районная 4\n";
    let request = ureq::post(format!("http://{}/import/offices?file=new.csv", server.address)).header("content-type", "text/csv");
    assert_eq!(request.header("authorization", format!("Bearer {secret}")).send(body).unwrap().status().as_u16(), 202);
    let import = collector.wait_for("the import", |seen| seen.name == "import");
    assert_eq!((import.parent.as_str(), import.attributes["svod.dictionary"].as_str(), import.service.as_str()), ("", "offices", "svod"));
    let upload = collector.wait_for("its request", |seen| seen.name == "POST /import/{dictionary}");
    assert_eq!((upload.parent.as_str(), upload.attributes["http.response.status_code"].as_str()), ("", "202"));
    assert_ne!(upload.trace, import.trace, "they are hours apart when many files wait");
    server.get("/health/live");
    server.get("/metrics");
    assert_eq!(server.get("/nowhere").0, 404);
    collector.wait_for("what is nowhere", |seen| seen.name == "GET none");
    let told = |name: &str| collector.seen().iter().filter(|seen| seen.name.contains(name)).count();
    assert_eq!((told("/graphql/data"), told("/health"), told("/metrics")), (0, 0, 0), "of what is read all day nothing is told");
    drop(server);

    let server = Server::start_with(&database, &["--otlp-endpoint", &collector.url, "--slow-request-ms", "0"]);
    server.post("query Slow { publication { number } }");
    let slow = collector.wait_for("a slow query", |seen| seen.name == "POST /graphql/data");
    assert_eq!((slow.parent.as_str(), slow.attributes["graphql.operation.name"].as_str()), ("", "Slow"));
    assert!(slow.took_ns > 0);
}

fn a_collector_that_is_away_disturbs_nobody(database: Database) {
    let instance = followed(&database);
    let (input, secret) = prepared(&instance);
    // Its port was free a moment ago, and takes connections that it never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let mut server = Server::start_with(&database, &["--otlp-endpoint", &url]);
    let bearer = format!("Bearer {secret}");
    let began = Instant::now();
    let told = post(&server, "/graphql", &[("authorization", &bearer)], &json!({ "query": PUBLISH, "variables": { "input": input } }));
    assert_eq!(told["data"]["publishChangeRequest"]["publication"]["number"], 3, "{told}");
    for _ in 0..100 {
        assert_eq!(server.get("/feed?after=start").0, 200);
    }
    server.wait_until("it is told once", || server.log().contains("the collector does not take traces"));
    assert!(began.elapsed() < Duration::from_secs(60));
    assert_eq!(server.get("/health/ready").0, 200);
    server.get("/feed?after=start");
    let ending = Instant::now();
    server.terminate();
    assert!(server.wait().success());
    assert!(ending.elapsed() < Duration::from_secs(15), "the end waits for nobody who does not answer: {:?}", ending.elapsed());
    assert_eq!(server.log().matches("the collector does not take traces").count(), 1, "{}", server.log());
    drop(silent);
}
