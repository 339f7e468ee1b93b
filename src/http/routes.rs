//! The table of routes: everything that this server answers, by which methods, and who may ask. The server is built from it,
//! so what does not stand here does not exist.

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, Resource, Route as Handler, guard, web};

use super::errors::Problem;
use super::negotiation::{Media, choose};
use super::observation::RequestId;
use super::{console, data, export, feed, health, import, management, metrics, openapi, pages};

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// Anybody who reaches the port: who asks is not looked at, and everybody gets the same.
    Public,
    /// Anybody, and what they get depends on who they are: a credential is looked up, and one that is not good is refused.
    Everyone,
}

pub struct Route {
    pub path: &'static str,
    pub methods: &'static [Method],
    pub permission: Permission,
    handler: fn() -> Handler,
}

const READ: &[Method] = &[Method::GET, Method::HEAD];
const ASK: &[Method] = &[Method::POST];
const END: &[Method] = &[Method::DELETE];

macro_rules! sections {
    () => {
        "dictionaries|definitions|requests|imports|publications|consumers|developers|people|audit|system|account|sign-in"
    };
}

const fn public(path: &'static str, methods: &'static [Method], handler: fn() -> Handler) -> Route {
    Route { path, methods, permission: Permission::Public, handler }
}

const fn everyone(path: &'static str, methods: &'static [Method], handler: fn() -> Handler) -> Route {
    Route { path, methods, permission: Permission::Everyone, handler }
}

/// The address of the data API.
pub const DATA: &str = "/graphql/data";

/// The addresses of files: `offices.csv`, and a projection of a dictionary.
pub const EXPORT_FORMAT: &str = "/export/{file}";
pub const EXPORT_PROJECTION: &str = "/export/{dictionary}/{projection}";

/// The sections of the console, as `console/src/router.tsx` has them, and every page below one.
const PAGES: &str = concat!("/{section:", sections!(), "}");
const PAGES_BELOW: &str = concat!("/{section:", sections!(), "}/{page:.*}");

/// The rows of one path stand together, and a path before one with a pattern that it fits.
pub const ROUTES: &[Route] = &[
    public("/", READ, || web::to(console::document)),
    public(PAGES, READ, || web::to(console::document)),
    public(PAGES_BELOW, READ, || web::to(console::document)),
    public("/assets/graphiql.js", READ, || web::to(pages::graphiql_script)),
    public("/assets/graphiql.css", READ, || web::to(pages::graphiql_css)),
    public("/assets/licenses.txt", READ, || web::to(pages::licenses)),
    public("/assets/{file}", READ, || web::to(console::asset)),
    everyone("/graphql", READ, || web::to(management::get)),
    everyone("/graphql", ASK, || web::to(management::post)),
    public("/graphql/schema.graphql", READ, || web::to(management::schema)),
    everyone(DATA, READ, || web::to(data::get)),
    everyone(DATA, ASK, || web::to(data::post)),
    everyone("/graphql/data/schema.graphql", READ, || web::to(data::schema)),
    everyone(EXPORT_FORMAT, READ, || web::to(export::by_format)),
    everyone(EXPORT_PROJECTION, READ, || web::to(export::by_projection)),
    everyone("/feed", READ, || web::to(feed::pull)),
    everyone("/feed/acknowledge", ASK, || web::to(feed::acknowledge)),
    everyone("/feed/stream", READ, || web::to(feed::stream)),
    everyone("/feed/snapshot", READ, || web::to(feed::snapshot)),
    everyone("/feed/events/{event}", READ, || web::to(feed::event)),
    public("/feed/schemas/{schema}", READ, || web::to(feed::schema)),
    public("/asyncapi.json", READ, || web::to(feed::asyncapi)),
    public("/openapi.json", READ, || web::to(openapi::describe)),
    public("/dictionary.schema.json", READ, || web::to(openapi::definition_schema)),
    everyone("/definition/draft", ASK, || web::to(import::draft_definition)),
    everyone("/import/jobs/{job}", READ, || web::to(import::job)),
    everyone("/import/jobs/{job}", END, || web::to(import::cancel)),
    everyone("/import/jobs/{job}/rejected.csv", READ, || web::to(import::rejected)),
    everyone("/import/{dictionary}", ASK, || web::to(import::upload)),
    everyone("/import/{dictionary}/inspect", ASK, || web::to(import::inspect)),
    public("/health/live", READ, || web::to(health::live)),
    public("/health/ready", READ, || web::to(health::ready)),
    public("/metrics", READ, || web::to(metrics::metrics)),
];

/// Puts the data API into an application, where no layer is about it.
pub fn configure_data(application: &mut web::ServiceConfig) {
    application.service(resource(DATA).default_service(web::to(data::method_not_allowed)));
}

/// Puts the rest of the table into an application.
pub fn configure_others(application: &mut web::ServiceConfig) {
    let mut paths: Vec<&str> = ROUTES.iter().map(|route| route.path).filter(|path| *path != DATA).collect();
    paths.dedup();
    for path in paths {
        application.service(resource(path).default_service(web::to(method_not_allowed)));
    }
    application.default_service(web::to(not_found));
}

/// The rows of a path. What changes or asks stands first, since it is asked for most.
fn resource(path: &'static str) -> Resource {
    let rows = ROUTES.iter().rev().filter(|route| route.path == path);
    let methods = rows.flat_map(|row| row.methods.iter().map(move |method| (row, method)));
    methods.fold(web::resource(path), |resource, (row, method)| resource.route((row.handler)().guard(guard::Method(method.clone()))))
}

async fn not_found(request: HttpRequest) -> HttpResponse {
    refuse(&request, &Problem::not_found(request.path()), &RequestId::of(&request))
}

async fn method_not_allowed(request: HttpRequest) -> HttpResponse {
    let pattern = request.match_pattern().unwrap_or_default();
    refuse_method(&request, &pattern, &RequestId::of(&request))
}

/// Says which methods an address answers.
pub fn refuse_method(request: &HttpRequest, path: &str, id: &RequestId) -> HttpResponse {
    let methods = ROUTES.iter().filter(|route| route.path == path).flat_map(|route| route.methods);
    let allowed: Vec<&str> = methods.map(Method::as_str).collect();
    refuse(request, &Problem::method_not_allowed(&allowed.join(", ")), id)
}

/// Tells a person by a page and a program by JSON, also one that accepts neither.
fn refuse(request: &HttpRequest, problem: &Problem, id: &RequestId) -> HttpResponse {
    let media = choose(request, &[Media::Json, Media::Html]).unwrap_or(Media::Json);
    problem.respond(media, id)
}
