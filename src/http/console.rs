//! The console: one document for all its addresses, and the scripts and styles that it names. A release carries what `make console`
//! built; a debug binary reads the same folder while it runs. It knows nothing of what the console does.

use std::borrow::Cow;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use rust_embed::{EmbeddedFile, RustEmbed};
use uuid::Uuid;

use super::answer::answer;
use super::errors::Problem;
use super::negotiation::Media;
use super::observation::RequestId;
use super::pages;

/// What Vite writes: `index.html`, and files whose names carry a hash of their content, each long text beside its `.br`.
#[derive(RustEmbed)]
#[folder = "console/dist"]
#[allow_missing = true]
struct Built;

const DOCUMENT: &str = "index.html";
/// What the document has where the nonce of an answer goes.
const NONCE: &str = "__CSP_NONCE__";
/// Names of assets carry a hash of their content, so that a kept one is never another.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// The document of every address of the console, or the word that this binary was built without it.
pub async fn document(request: HttpRequest) -> HttpResponse {
    document_of(&request, Built::get(DOCUMENT))
}

/// A script, a style, a font or a picture of the console.
pub async fn asset(request: HttpRequest, name: web::Path<String>) -> HttpResponse {
    asset_of(&request, &name, Built::get)
}

fn document_of(request: &HttpRequest, built: Option<EmbeddedFile>) -> HttpResponse {
    let Some(file) = built else {
        return pages::without_console(request);
    };
    let nonce = nonce();
    let document = String::from_utf8_lossy(&file.data).replace(NONCE, &nonce);
    let mut response = answer(StatusCode::OK, Media::Html.content_type(), document);
    if let Ok(policy) = HeaderValue::from_str(&policy(&nonce)) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Nothing is asked of another origin, no script stands in the document, and styles that are made at run time name the nonce.
/// Styles of single elements are set by layouts that are worked out in the browser.
fn policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; \
         font-src 'self'; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
}

fn nonce() -> String {
    #[allow(clippy::disallowed_methods, reason = "this is where nonces are made: nothing depends on which one it is")]
    let random = Uuid::new_v4();
    random.simple().to_string()
}

fn asset_of(request: &HttpRequest, name: &str, find: impl Fn(&str) -> Option<EmbeddedFile>) -> HttpResponse {
    let path = format!("assets/{name}");
    let Some(plain) = content_type_of(name).and_then(|content_type| find(&path).map(|file| (file, content_type))) else {
        return Problem::not_found(request.path()).respond(Media::Json, &RequestId::of(request));
    };
    let (file, content_type) = plain;
    let compressed = takes_brotli(request).then(|| find(&format!("{path}.br"))).flatten();
    let is_compressed = compressed.is_some();
    let bytes = match compressed.unwrap_or(file).data {
        Cow::Borrowed(bytes) => web::Bytes::from_static(bytes),
        Cow::Owned(bytes) => web::Bytes::from(bytes),
    };
    let mut response = answer(StatusCode::OK, content_type, bytes);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, FOR_EVER);
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if is_compressed {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    response
}

fn takes_brotli(request: &HttpRequest) -> bool {
    let accepted = request.headers().get_all(header::ACCEPT_ENCODING).filter_map(|value| value.to_str().ok());
    accepted.flat_map(|line| line.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        parts.next() == Some("br") && !parts.any(|weight| weight == "q=0")
    })
}

/// The forms of which assets are; a name that ends otherwise is none of ours.
fn content_type_of(name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    match ending {
        "js" => Some("text/javascript; charset=utf-8"),
        "css" => Some("text/css; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        "woff2" => Some("font/woff2"),
        "woff" => Some("font/woff"),
        "png" => Some("image/png"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::body::to_bytes;
    use actix_web::test::TestRequest;
    use rust_embed::Metadata;

    use super::*;

    fn file(text: &'static str) -> EmbeddedFile {
        EmbeddedFile { data: Cow::Borrowed(text.as_bytes()), metadata: Metadata::__rust_embed_new([0; 32], None, None) }
    }

    fn built(path: &str) -> Option<EmbeddedFile> {
        match path {
            "assets/index-1.js" => Some(file("plain")),
            "assets/index-1.js.br" => Some(file("small")),
            "assets/icon.svg" => Some(file("<svg/>")),
            _ => None,
        }
    }

    fn header_of(response: &HttpResponse, name: &str) -> String {
        response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    }

    async fn body(response: HttpResponse) -> String {
        String::from_utf8_lossy(&to_bytes(response.into_body()).await.unwrap_or_default()).into_owned()
    }

    #[actix_web::test]
    async fn the_document_and_its_policy_carry_the_same_nonce_and_never_the_same_twice() {
        let request = TestRequest::get().uri("/dictionaries/offices").to_http_request();
        let mut seen = Vec::new();
        for _ in 0..2 {
            let response = document_of(&request, Some(file("<meta name=csp-nonce content=__CSP_NONCE__>")));
            let policy = header_of(&response, "content-security-policy");
            let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap().to_owned();
            assert_eq!(nonce.len(), 32);
            assert_eq!(header_of(&response, "cache-control"), "no-store");
            assert_eq!(body(response).await, format!("<meta name=csp-nonce content={nonce}>"));
            seen.push(nonce);
        }
        assert_ne!(seen[0], seen[1]);
    }

    #[actix_web::test]
    async fn a_binary_without_the_console_says_how_to_get_it() {
        let request = TestRequest::get().uri("/").insert_header(("accept-language", "en-GB,en;q=0.9,ru;q=0.1")).to_http_request();
        let page = body(document_of(&request, None)).await;
        assert!(page.contains("make run") && page.contains("Node.js 20") && page.contains("lang=\"en\""), "{page}");
        let request = TestRequest::get().uri("/").to_http_request();
        let page = body(document_of(&request, None)).await;
        assert!(page.contains("make run") && page.contains("lang=\"ru\""), "{page}");
    }

    #[actix_web::test]
    async fn assets_are_kept_for_ever_and_go_out_as_small_as_the_browser_takes_them() {
        for (accepted, encoding, sent) in
            [("gzip, deflate, br", "br", "small"), ("gzip", "identity", "plain"), ("br;q=0", "identity", "plain")]
        {
            let request = TestRequest::get().uri("/assets/index-1.js").insert_header(("accept-encoding", accepted)).to_http_request();
            let response = asset_of(&request, "index-1.js", built);
            assert_eq!(header_of(&response, "content-encoding"), encoding, "{accepted}");
            assert_eq!(header_of(&response, "cache-control"), "public, max-age=31536000, immutable");
            assert_eq!(header_of(&response, "content-type"), "text/javascript; charset=utf-8");
            assert_eq!(body(response).await, sent);
        }
        let request = TestRequest::get().uri("/assets/icon.svg").insert_header(("accept-encoding", "br")).to_http_request();
        assert_eq!(header_of(&asset_of(&request, "icon.svg", built), "content-type"), "image/svg+xml");
        for name in ["nothing.js", "index-1.js.br", "index.html", "..", "../index.html"] {
            assert_eq!(asset_of(&request, name, built).status(), StatusCode::NOT_FOUND, "{name}");
        }
    }
}
