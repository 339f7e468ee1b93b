//! What a browser gets beside the console: GraphiQL with its script and style, and the page of a binary without the console.

use std::sync::LazyLock;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, EntityTag, HeaderValue, IfNoneMatch};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use sha2::{Digest, Sha256};

use super::answer::answer;
use super::negotiation::Media;

const HTML: &str = Media::Html.content_type();
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

/// A file of the binary.
struct Page {
    content_type: &'static str,
    bytes: &'static [u8],
    is_gzipped: bool,
    tag: LazyLock<EntityTag>,
}

/// Declares a page; its tag is made of its content, once.
macro_rules! page {
    ($name:ident, $content_type:expr, $is_gzipped:literal, $file:literal) => {
        static $name: Page = Page {
            content_type: $content_type,
            bytes: include_bytes!(concat!("../../console/", $file)),
            is_gzipped: $is_gzipped,
            tag: LazyLock::new(|| tag_of($name.bytes)),
        };
    };
}

page!(WITHOUT_CONSOLE_RU, HTML, false, "without/index.ru.html");
page!(WITHOUT_CONSOLE_EN, HTML, false, "without/index.en.html");
page!(GRAPHIQL, HTML, false, "graphiql/dist/index.html");
page!(GRAPHIQL_SCRIPT, SCRIPT, true, "graphiql/dist/graphiql.js.gz");
page!(GRAPHIQL_CSS, CSS, true, "graphiql/dist/graphiql.css.gz");
page!(LICENSES, TEXT, false, "graphiql/dist/LICENSES.txt");

/// Stands for every page of the console where the binary was built without it.
pub fn without_console(request: &HttpRequest) -> HttpResponse {
    let accepted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let place = |language: &str| accepted.to_ascii_lowercase().find(language);
    let is_english = match (place("en"), place("ru")) {
        (Some(english), Some(russian)) => english < russian,
        (english, _) => english.is_some(),
    };
    send(request, if is_english { &WITHOUT_CONSOLE_EN } else { &WITHOUT_CONSOLE_RU })
}

/// GraphiQL stands at the address of the API itself; `graphql` decides when a browser is meant.
pub fn graphiql(request: &HttpRequest) -> HttpResponse {
    let mut response = send(request, &GRAPHIQL);
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    response
}

pub async fn graphiql_script(request: HttpRequest) -> HttpResponse {
    send(&request, &GRAPHIQL_SCRIPT)
}

pub async fn graphiql_css(request: HttpRequest) -> HttpResponse {
    send(&request, &GRAPHIQL_CSS)
}

pub async fn licenses(request: HttpRequest) -> HttpResponse {
    send(&request, &LICENSES)
}

/// Sends a page, or the word that the client's copy is still good. A new binary has new pages, so copies are always asked after.
fn send(request: &HttpRequest, page: &'static Page) -> HttpResponse {
    let mut response = if has_same(request, &page.tag) {
        HttpResponse::new(StatusCode::NOT_MODIFIED)
    } else {
        let mut response = answer(StatusCode::OK, page.content_type, page.bytes);
        if page.is_gzipped {
            // Sent so to everybody: no browser has been without gzip for twenty years, and nothing else asks for these.
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(tag) = HeaderValue::from_str(&page.tag.to_string()) {
        headers.insert(header::ETAG, tag);
    }
    response
}

fn has_same(request: &HttpRequest, tag: &EntityTag) -> bool {
    match request.get_header::<IfNoneMatch>() {
        Some(IfNoneMatch::Any) => true,
        Some(IfNoneMatch::Items(kept)) => kept.iter().any(|kept| kept.weak_eq(tag)),
        None => false,
    }
}

/// Weak: the same page goes out compressed and plain.
fn tag_of(bytes: &[u8]) -> EntityTag {
    let digest = Sha256::digest(bytes);
    EntityTag::new_weak(digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect())
}
